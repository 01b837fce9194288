"""An invite as a file for the guest's calendar: when, where, and the link. Nothing that opens a door besides it."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from icalendar import Calendar, Event

from .holding import Holding, Stretch


def windows(holding: Holding) -> list[Stretch]:
    """Those that have a beginning and an end, each once."""
    return sorted(dict.fromkeys(_known(holding)), key=lambda window: (window.since, window.until))


def _known(holding: Holding) -> Iterator[Stretch]:
    of_entries = [window for entry in holding.entries for window in (entry.current, entry.following)]
    for window in of_entries or [holding.current, holding.following]:
        if window and window.since and window.until:
            yield window


def text(windows: list[Stretch], *, title: str, place: str, link: str, now: datetime) -> bytes:
    diary = Calendar()
    diary.add("PRODID", "-//Visitor Portal//Invite//EN")
    diary.add("VERSION", "2.0")
    diary.add("METHOD", "PUBLISH")
    for window in windows:
        diary.add_component(_event(window, title, place, link, now))
    return bytes(diary.to_ical())


def _event(window: Stretch, title: str, place: str, link: str, now: datetime) -> Event:
    event = Event()
    # The same window twice is one entry of the calendar. The link can't be read back from its name.
    event.add("UID", f"{sha256(f'{link} {window.since}'.encode()).hexdigest()[:32]}@invite")
    event.add("DTSTAMP", now)
    event.add("DTSTART", window.since)
    event.add("DTEND", window.until)
    event.add("SUMMARY", title)
    event.add("URL", link)
    event.add("DESCRIPTION", link)
    if place:
        event.add("LOCATION", place)
    return event
