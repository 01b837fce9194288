"""What a form refuses, with a sentence: a thing that cannot be evaluated must not be saved."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError

from visitor_portal.building import curfew, schedule


def time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(f"There is no time zone {name!r}. An example: Europe/Lisbon.") from None


def house_rules(zone: str, curfew_windows: object, allowed_weekdays: object, blackout_dates: object) -> None:
    try:
        curfew.read(zone, curfew_windows, allowed_weekdays, blackout_dates)
    except schedule.ScheduleError as error:
        raise ValidationError(str(error)) from error


def calendar(text: str) -> None:
    try:
        schedule.check(text)
    except schedule.ScheduleError as error:
        raise ValidationError(str(error)) from error
