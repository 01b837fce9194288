"""What somebody typed behind `manage.py invite`, as an order for an invite."""

from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from .admin.photos import small
from .issuing import Order
from .models import Building, Door, Invite, Resident, WifiNetwork
from .schedule import Window

# Options that are called as the model calls them
SAME = (
    *("name", "contact_name", "contact_email", "contact_phone", "locale"),
    *("max_uses", "max_devices", "curfew_exempt"),
)
T = TypeVar("T", Door, Resident, WifiNetwork)


def order(options: dict[str, Any]) -> Order:
    """Raises ValidationError, by option."""
    doors = [_door(name) for name in options["door"]]
    if not doors:
        raise ValidationError({"door": "Name the doors that it opens, as --door Lobby."})
    building = doors[0].building
    return Order(
        doors=doors,
        auth_types=options["by"] or ["REMOTE"],
        windows=[_window(text, building) for text in options["window"]],
        valid_from=moment(options["from"], building) if options["from"] else None,
        valid_to=moment(options["to"], building) if options["to"] else None,
        schedule=_calendar(options["schedule"]),
        exception=_calendar(options["exception"]),
        host=_host(options["host"], building) if options["host"] else None,
        pin=options["pin"],
        wifi_networks=[_network(name, building) for name in options["wifi"]],
        fields=_fields(options),
    )


def _fields(options: dict[str, Any]) -> dict[str, Any]:
    fields = {name: options[name] for name in SAME} | {"message": _localized("message", options["message"])}
    if options["otp_email"]:
        fields |= {"contact_email": options["otp_email"], "audience": Invite.Audience.LISTED}
    if options["otp_phone"]:
        fields |= {"contact_phone": options["otp_phone"], "audience": Invite.Audience.LISTED}
        fields["require_verified_phone"] = True
    if options["photo"]:
        fields["photo"] = _photo(options["photo"])
    return fields | _location(options["location"])


def _location(said: list[str]) -> dict[str, Any]:
    if not said or said == ["inherit"]:
        return {}
    if said == ["none"]:
        return {"location_mode": Invite.LocationMode.NONE}
    return {"location_mode": Invite.LocationMode.EXPLICIT, "event_address": _localized("location", said)}


def _localized(option: str, said: list[str]) -> dict[str, str]:
    texts = {}
    for each in said:
        language, equals, text = each.partition("=")
        if not equals or not text.strip() or not language.replace("-", "").isalpha() or len(language) > 12:
            raise ValidationError({option: f"Write it with its language, as en=…, not {each[:40]!r}."})
        texts[language.lower()] = text.strip()
    return texts


# -- times


def moment(text: str, building: Building) -> datetime:
    """By the building's clock, unless it says its offset."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValidationError(f"{text!r} is no time. Write it as 2026-05-08 18:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(building.time_zone))


def _window(text: str, building: Building) -> Window:
    start, slash, end = text.partition("/")
    if not slash:
        raise ValidationError({"window": f"{text!r} is no window. Write it as 2026-05-08 18:00/2026-05-08 23:00."})
    window = Window(moment(start, building), moment(end, building))
    if window.end <= window.start:
        raise ValidationError({"window": f"{text!r} ends before it begins."})
    return window


def _calendar(said: str) -> str:
    """The text itself, or what is in the file of that name."""
    if not said or "BEGIN:" in said.upper():
        return said
    try:
        return Path(said).read_text()
    except (OSError, UnicodeDecodeError):
        raise ValidationError(
            {"schedule": f"{said!r} is neither iCalendar text nor a file that can be read."}
        ) from None


def _photo(path: str) -> bytes:
    try:
        data = Path(path).read_bytes()
    except OSError:
        raise ValidationError({"photo": f"{path!r} can't be read."}) from None
    return small(data)


# -- things that somebody names


def _door(name: str) -> Door:
    doors = list(Door.objects.select_related("building"))
    return _the_one("door", name, [d for d in doors if name in (d.id, *d.name.values())], [str(d) for d in doors])


def _host(name: str, building: Building) -> Resident:
    residents = list(building.residents.all())
    found = [resident for resident in residents if name in (resident.id, resident.name)]
    return _the_one("host", name, found, sorted(map(str, residents)))


def _network(name: str, building: Building) -> WifiNetwork:
    networks = list(building.wifi_networks.all())
    return _the_one("wifi", name, [n for n in networks if name in (n.id, n.ssid)], sorted(map(str, networks)))


def _the_one(option: str, name: str, found: list[T], known: list[str]) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(thing.id for thing in found)
        raise ValidationError({option: f"Several are called {name!r}. Name the id, one of {ids}."})
    raise ValidationError({option: f"There is none called {name!r}. Known are: {', '.join(known[:20]) or 'none'}."})
