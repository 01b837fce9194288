"""Days, times and zones as iCalendar writes them; what is none is refused with a sentence."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

MOMENT = re.compile(r"\d{8}(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?", re.ASCII)


class ScheduleError(ValueError):
    """Why a text is no schedule: one plain sentence for the manager who wrote it."""


def zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, TypeError, OSError, KeyError):
        raise ScheduleError(f"There is no time zone called {short(name)}.") from None


def short(text: object) -> str:
    return repr(str(text)[:60])


def moment(name: str, parameters: Mapping[str, Any], text: str) -> date | datetime:
    """A day; a time on the wall clock of the building; or a time in a zone of its own."""
    try:
        if not MOMENT.fullmatch(text):
            raise ValueError
        found = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise ScheduleError(f"says {name} {short(text)}, which is neither a day nor a time.") from None
    if not 1970 <= found.year < 3000 and name != "UNTIL":
        raise ScheduleError(f"says {name} {text}, which is before 1970 or after 2999.")
    kind = "DATE-TIME" if isinstance(found, datetime) else "DATE"
    if str(parameters.get("VALUE", kind)).upper() != kind:
        raise ScheduleError(f"says {name} {text}, but its VALUE says otherwise.")
    if "TZID" not in parameters:
        return found
    if not isinstance(found, datetime) or found.tzinfo:
        raise ScheduleError(f"says {name} {text} with a zone, which it must not have.")
    return found.replace(tzinfo=_zone_of(name, parameters["TZID"]))


def _zone_of(name: str, tzid: object) -> ZoneInfo:
    """By its name alone, or by the one that Windows gives it."""
    try:
        return zone_named(WINDOWS_TO_OLSON.get(str(tzid), str(tzid)))
    except ScheduleError:
        raise ScheduleError(f"says {name} in a zone that is not known: {short(tzid)}.") from None
