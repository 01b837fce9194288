"""What lists say: states and people in a manager's words."""

from datetime import datetime, timedelta

from django.utils.timezone import localtime

from visitor_portal.building import rights
from visitor_portal.building.models import Access, AccessLog
from visitor_portal.building.refusals import CODES
from visitor_portal.building.schedule import ScheduleError, Window

State = AccessLog.State
STATES = {
    State.REQUESTED: "asked for",
    State.SENT: "sent to the lock",
    State.CONFIRMED: "opened",
    State.REFUSED: "not opened",
    State.UNKNOWN: "no answer: it may have opened",
    State.SEEN_OPEN: "seen open",
    State.SEEN_SHUT: "seen shut",
}
_YEAR = timedelta(days=366)


def moment(at: datetime) -> str:
    return f"{localtime(at):%a %d %b %Y %H:%M}"


def reason(code: str) -> str:
    """A refusal's code as a sentence."""
    if code == "held_open":
        return "The lock held it open already."
    return CODES[code][1] if code in CODES else code


def when_it_holds(access: Access, now: datetime) -> str:
    """“Holds now, until …” or “Next: …”, by the window and the schedule together."""
    if access.status != Access.Status.READY or (access.valid_to and access.valid_to <= now):
        return "Holds no longer."
    since = max(now, access.valid_from or now)
    try:
        window = _first_window(access, since)
    except ScheduleError as error:
        return f"Never: its schedule cannot be read. {error}"
    if window is None:
        return "Holds at no time within a year."
    span = f"until {moment(window.end)}" if window.end < now + _YEAR else "with no end in sight"
    if window.start <= now:
        return f"Holds now, {span}."
    return f"Next: from {moment(window.start)}, {span}."


def _first_window(access: Access, since: datetime) -> Window | None:
    schedule = rights.schedule_of(access, access.building)
    until = access.valid_to or since + 2 * _YEAR
    found = schedule.next_window(since) if schedule else Window(since, until)
    if found is None or found.start >= until:
        return None
    return Window(max(found.start, since), min(found.end, until))
