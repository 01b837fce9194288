"""The letter that brings a guest the invite: the link, when it holds, and a calendar file."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from visitor_portal.http import spoken
from visitor_portal.public_access.wire import Localized

from . import calendar_entry, invites, otp, rights
from .calendar_entry import Words
from .models import Access, Invite
from .posting import letter, was_sent
from .schedule import ScheduleError, Window

MOST_SPANS = 3  # of a recurring one: the calendar file says the rest
_YEAR = timedelta(days=366)


def send_invite(invite: Invite, token: str, *, now: datetime) -> bool:
    """Bring the guest the link. False when it could not be sent."""
    return _send(invite, f"{settings.PUBLIC_BASE_URL}/invite/{token}", now)


def send_change(invite: Invite, *, now: datetime) -> bool:
    """Say what holds from now on. The link itself is known to the guest alone, and stays as it is."""
    return _send(invite, "", now)


def _send(invite: Invite, link: str, now: datetime) -> bool:
    if not invite.contact_email:
        return False
    with translation.override(spoken(invite.locale)):
        said = _said(invite, link, now)
        building = said["building"]
        subject = _("Your invite to %(building)s") if link else _("Your invite to %(building)s has changed")
        message = letter(subject % {"building": building}, "invite", said, invite.contact_email)
        note = "\n\n".join(filter(None, (said["message"], link)))
        words = Words(said["name"] or _("Visit to %(building)s") % {"building": building}, said["place"], note, link)
        message.attach("invite.ics", calendar_entry.file(invite, words, now=now), "text/calendar; method=PUBLISH")
        if not was_sent(message):
            return False
    Invite.objects.filter(id=invite.id).update(mailed_at=now)
    return True


def _said(invite: Invite, link: str, now: datetime) -> dict[str, Any]:
    language = translation.get_language() or "en"
    building, access = invite.access.building, invite.access
    grants = list(invites.grants(invite))
    return {
        "guest": invite.contact_name,
        "building": Localized(building.name).text(language),
        "name": invite.name,
        "message": Localized(invite.message).text(language) if invite.message else "",
        "zone": building.time_zone,
        "spans": spans(access, now),
        "place": _place(invite, language),
        "doors": [Localized(grant.door.name).text(language) for grant in grants],
        "link": link,
        "asks_pin": bool(invite.pin_hash) or any(invites.needs_pin(grant) for grant in grants),
        "asks_code": otp.is_asked(invite),
    }


def _place(invite: Invite, language: str) -> str:
    if invite.location_mode == Invite.LocationMode.NONE:
        return ""
    own = invite.event_address if invite.location_mode == Invite.LocationMode.EXPLICIT else None
    address = own or invite.access.building.address
    return Localized(address).text(language) if address else ""


# -- when it holds, in words


def spans(access: Access, now: datetime) -> list[str]:
    """The next times in which it holds, by the building's clock, in the language that is active."""
    zone = ZoneInfo(access.building.time_zone)
    if not access.schedule and not access.exception:
        return [_bounds(access, zone)]
    windows = _windows(access, now)
    lines = [_span(window, zone) for window in windows[:MOST_SPANS]]
    if len(windows) > MOST_SPANS:
        lines.append(_("… and more, see the calendar file or the link"))
    return lines or [_("at no time within a year")]


def _windows(access: Access, now: datetime) -> list[Window]:
    schedule = rights.schedule_of(access, access.building)
    since = max(now, access.valid_from or now)
    until = min(access.valid_to or since + _YEAR, since + _YEAR)
    try:
        return schedule.windows(since, until) if schedule and since < until else []
    except ScheduleError:
        return []


def _span(window: Window, zone: ZoneInfo) -> str:
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    last = date_format(end, "TIME_FORMAT" if end.date() == start.date() else "DATETIME_FORMAT")
    return f"{date_format(start, 'DATETIME_FORMAT')} – {last}"


def _bounds(access: Access, zone: ZoneInfo) -> str:
    if access.valid_from and access.valid_to:
        return _span(Window(access.valid_from, access.valid_to), zone)
    if access.valid_to:
        until = date_format(access.valid_to.astimezone(zone), "DATETIME_FORMAT")
        return _("until %(end)s") % {"end": until}
    if access.valid_from:
        since = date_format(access.valid_from.astimezone(zone), "DATETIME_FORMAT")
        return _("from %(begin)s on") % {"begin": since}
    return _("at any time")
