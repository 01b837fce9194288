"""An invite as a calendar file: when it holds, where it is, and the link."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event
from icalendar.prop import vDDDLists

from . import rights
from .models import Access, Invite

YEAR = timedelta(days=366)
MOST = 100  # events, where a rule can't say it
_ZONES = 5  # years for which a zone's changes are written out
Times = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """What the entry says, in the guest's language."""

    title: str
    place: str
    note: str
    link: str  # empty where it is not known any more


def file(invite: Invite, words: Words, *, now: datetime) -> bytes:
    """METHOD:PUBLISH: a calendar that has the entry already takes the one with the higher SEQUENCE."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Visitor Portal//Invites//EN")
    calendar.add("METHOD", "PUBLISH")
    for number, times in enumerate(_times(invite.access, now)):
        calendar.add_component(_event(invite, number, times, words, now))
    calendar.add_missing_timezones(first_date=date(now.year - 1, 1, 1), last_date=date(now.year + _ZONES, 12, 31))
    return bytes(calendar.to_ical())


def _event(invite: Invite, number: int, times: Times, words: Words, now: datetime) -> Event:
    event = Event()
    # The first one is the invite itself; an id that stays the same is what lets a calendar replace it.
    event.add("UID", f"{invite.id}{f'-{number}' if number else ''}@{urlsplit(settings.PUBLIC_BASE_URL).hostname}")
    event.add("SEQUENCE", invite.sequence)
    event.add("DTSTAMP", now)
    event.add("SUMMARY", words.title)
    for name, value in {"LOCATION": words.place, "DESCRIPTION": words.note, "URL": words.link}.items():
        if value:
            event.add(name, value)
    for name, value in times.items():
        event.add(name, value)
    event.add("TRANSP", "TRANSPARENT")  # that a door may be opened makes nobody busy
    return event


def _times(access: Access, now: datetime) -> Iterator[Times]:
    zone = ZoneInfo(access.building.time_zone)
    if access.exception:
        yield from _listed(access, zone, now)
    elif not access.schedule:
        yield from _whole(access, zone)
    else:
        for event in Event.from_ical(access.schedule, multiple=True):
            for part in event.walk("VEVENT"):
                yield _repeated(part, access, zone)


def _whole(access: Access, zone: ZoneInfo) -> Iterator[Times]:
    """From its begin to its end; one without an end is no entry of a calendar."""
    if access.valid_to:
        start = access.valid_from or access.created_at.replace(microsecond=0)
        yield {"DTSTART": start.astimezone(zone), "DTEND": access.valid_to.astimezone(zone)}


def _listed(access: Access, zone: ZoneInfo, now: datetime) -> Iterator[Times]:
    """Each window by itself: what an exception takes out, no rule could say."""
    schedule = rights.schedule_of(access, access.building)
    since = max(now, access.valid_from or now)
    until = min(access.valid_to or now + YEAR, since + YEAR)
    if schedule and since < until:
        for window in schedule.windows(since, until)[:MOST]:
            yield {"DTSTART": window.start.astimezone(zone), "DTEND": window.end.astimezone(zone)}


def _repeated(event: Any, access: Access, zone: ZoneInfo) -> Times:
    """One event of the schedule as it is, with the zone that it is read in."""
    start = event["DTSTART"].dt
    times: Times = {"DTSTART": _in(start, zone)}
    if "DTEND" in event:
        times["DTEND"] = _in(event["DTEND"].dt, zone)
    if "DURATION" in event:
        times["DURATION"] = event["DURATION"].dt
    if "RRULE" in event:
        times["RRULE"] = _bounded(event["RRULE"], start, access.valid_to, zone)
    for name in ("RDATE", "EXDATE"):
        lists = event.get(name, [])
        lists = [lists] if isinstance(lists, vDDDLists) else lists
        if moments := [_in(each.dt, zone) for found in lists for each in found.dts]:
            times[name] = moments
    return times


def _in(moment: date | datetime, zone: ZoneInfo) -> date | datetime:
    return moment.replace(tzinfo=zone) if isinstance(moment, datetime) and moment.tzinfo is None else moment


def _bounded(rule: Any, start: date | datetime, end: datetime | None, zone: ZoneInfo) -> Any:
    """The rule, which ends no later than the invite does."""
    limits = [_in(found, zone) for found in rule.get("UNTIL", [])] + ([end] if end and "COUNT" not in rule else [])
    if not limits:
        return rule
    if isinstance(start, datetime):
        instants = [_instant(limit, zone) for limit in limits]
        return type(rule)({**rule, "UNTIL": [min(instants)]})
    days = [limit.astimezone(zone).date() if isinstance(limit, datetime) else limit for limit in limits]
    return type(rule)({**rule, "UNTIL": [min(days)]})


def _instant(limit: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(limit, datetime):
        return limit.astimezone(UTC)
    return datetime(limit.year, limit.month, limit.day, 23, 59, 59, tzinfo=zone).astimezone(UTC)
