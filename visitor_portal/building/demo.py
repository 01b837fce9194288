"""The demo building: two doors, a directory on six floors, and somebody of every kind."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from . import demo_invites
from .demo_ids import fixed_id, fixed_secret
from .demo_people import ENTRIES, Home
from .models import (
    Access,
    AccessDoor,
    AccessUser,
    Building,
    Camera,
    Door,
    Entry,
    Light,
    Membership,
    Opener,
    Portal,
    Resident,
    SimulatedDoor,
)
from .models.ids import hashed


@transaction.atomic
def load(base_url: str) -> dict[str, Any]:
    """Make whatever is missing; leave what somebody changed. Gives the links of the demo.

    Invites alone are brought back to the state that each is there to show: time passes, and guests try them.
    """
    building = _building()
    doors = [_lobby(building), _garage(building)]
    residents = [link for number, home in enumerate(ENTRIES) for link in _home(building, doors, number, home)]
    return {
        "base_url": base_url,
        "portals": [
            {"name": str(p), "public_portal_id": p.public_id, "url": f"{base_url}/p/{p.public_id}"}
            for p in Portal.objects.filter(door__in=doors).order_by("door__entry_kind")
        ],
        "residents": [link | {"url": f"{base_url}/resident/{link['url']}"} for link in residents],
        "invites": demo_invites.load(building, doors, base_url, now=timezone.now()),
        "doors": [{"name": str(door), "id": door.id} for door in doors],
        "admin": _admin(base_url),
    }


def _building() -> Building:
    building, _ = Building.objects.get_or_create(
        id=fixed_id("building"),
        defaults={
            "name": {"en": "Harbour House"},
            "address": {"en": "12 Quay Street"},
            "notes": {"en": "The blue door beside the bakery."},
            "time_zone": "Europe/Lisbon",
        },
    )
    return building


def _lobby(building: Building) -> Door:
    door = _door(building, "lobby", {"en": "Lobby"}, Door.Kind.DOOR, open_seconds=7)
    Light.objects.get_or_create(
        id=fixed_id("lobby light"),
        defaults={"door": door, "label": {"en": "Lobby lights"}, "auto_off_seconds": 120},
    )
    return door


def _garage(building: Building) -> Door:
    return _door(building, "garage", {"en": "Garage gate"}, Door.Kind.GATE, open_seconds=15)


def _door(building: Building, word: str, name: dict[str, str], kind: str, *, open_seconds: int) -> Door:
    door, _ = Door.objects.get_or_create(
        id=fixed_id(word),
        defaults={"building": building, "name": name, "entry_kind": kind, "open_seconds": open_seconds},
    )
    SimulatedDoor.objects.get_or_create(door=door)
    if not door.openers.exists():
        Opener.objects.create(door=door, label="simulated lock", settings={"contact": "followed"})
    public_id = salted_hmac("demo", f"portal {word}", algorithm="sha256").hexdigest()[:24]
    portal, _ = Portal.objects.get_or_create(
        door=door, direction=Portal.Direction.IN, defaults={"public_id": public_id, "name": name}
    )
    if word == "lobby" and not portal.cameras.exists():
        Camera.objects.create(portal=portal, device_id="simulated", label="Demo camera")
    return door


def _home(building: Building, doors: list[Door], number: int, home: Home) -> list[dict[str, str]]:
    entry, _ = Entry.objects.get_or_create(
        id=fixed_id(f"entry {number}"),
        defaults={
            "building": building,
            "name": {"en": home.name},
            "floor": home.floor,
            "floor_number": 0 if home.floor == "Ground floor" else int(home.floor),
            "unit": home.unit,
            "unit_number": int(home.unit) if home.unit.isdecimal() else None,
            "require_video": home.video_only,
        },
    )
    return [_resident(entry, doors, home, name) for name in home.residents]


def _resident(entry: Entry, doors: list[Door], home: Home, name: str) -> dict[str, str]:
    key = fixed_secret("resident", f"{entry.id} {name}")
    resident, is_new = Resident.objects.get_or_create(
        id=fixed_id(f"resident {entry.id} {name}"),
        defaults={
            "building": entry.building,
            "name": name,
            "key_hash": hashed(key),
            "do_not_disturb": home.do_not_disturb,
        },
    )
    if is_new:
        Membership.objects.create(entry=entry, resident=resident)
        _standing_right(resident, doors)
    elif resident.key_hash != hashed(key):
        Resident.objects.filter(id=resident.id).update(key_hash=hashed(key))  # the installation's key changed
    return {
        "name": name,
        "target_id": entry.id,
        "url": key,
        "try": home.hint or f"rings for unit {entry.unit}",
    }


def _standing_right(resident: Resident, doors: list[Door]) -> None:
    access = Access.objects.create(building=resident.building, name=f"{resident.name}, resident")
    AccessUser.objects.create(access=access, resident=resident)
    AccessDoor.objects.bulk_create(
        AccessDoor(access=access, door=door, in_auth_types=["REMOTE"], out_auth_types=["REMOTE"]) for door in doors
    )


def _admin(base_url: str) -> dict[str, str]:
    username, password = "admin", fixed_secret("admin", "desk")[6:22]
    user, is_new = get_user_model().objects.get_or_create(
        username=username, defaults={"is_staff": True, "is_superuser": True}
    )
    if is_new:
        user.set_password(password)
        user.save()
    elif not user.check_password(password):
        password = ""  # somebody chose another one, which is nobody else's business
    return {"url": f"{base_url}/admin/", "username": username, "password": password}
