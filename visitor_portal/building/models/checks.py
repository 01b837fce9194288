"""What a form refuses, with a sentence: a thing that cannot be evaluated must not be saved."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
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


def e164(number: str) -> str:
    """A phone number as gateways take it, +351912345678. Raises ValidationError for what can be none."""
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        raise ValidationError("This can't be a phone number. Write it with its country, as +351 912 345 678.")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
