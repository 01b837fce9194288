"""The demo's invites: one for each state that a guest's page can show."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import check_password

from . import invites, pins
from .demo_ids import fixed_id, fixed_secret
from .models import Access, AccessDoor, Building, Door, Invite, InviteDevice, Resident, WifiNetwork
from .models.ids import hashed
from .models.sealed import seal

PIN = "246813"
HOUR = timedelta(hours=1)
WELCOME = {
    "en": "Welcome! Take the lift to the second floor, we leave the flat's door ajar.",
    "fr": "Bienvenue ! Prenez l'ascenseur jusqu'au deuxième étage, la porte sera entrouverte.",
    "he": "ברוכים הבאים! עלו במעלית לקומה השנייה, דלת הדירה תהיה פתוחה.",
}


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    guest: str
    hint: str
    hours: tuple[int, int] = (-1, 48)  # from now
    weekly: bool = False
    doors: int = 1  # so many of the building's, the first ones
    garage_by: str = "REMOTE"
    pin: bool = False
    revoked: bool = False
    wifi: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


KINDS = (
    Kind(
        "Dinner with Léa",
        "Noor",
        "opens the lobby; the garage gate after a scan of its sign; with Wi-Fi and words in three languages",
        doors=2,
        garage_by="SCAN",
        wifi=True,
        fields={"message": WELCOME},
    ),
    Kind("Piano lesson", "Theo", "begins in two hours, then every week", hours=(2, 24 * 60), weekly=True),
    Kind("Flat viewing", "Ms Duarte", "ended yesterday: the guest may ask for more time", hours=(-48, -24)),
    Kind("House key for Sam", "Sam", "revoked: it shows nothing of the building any more", revoked=True),
    Kind("Dog walker", "Kim", "switched off; an admin can switch it on again", fields={"is_enabled": False}),
    Kind("Parcel pick-up", "Courier", f"asks for the PIN {PIN}", pin=True),
    Kind(
        "Night nurse",
        "Irena",
        "sends a code by e-mail to its named contact; with `make run` and no mail server, read it in the terminal",
        fields={"audience": Invite.Audience.LISTED, "contact_email": "irena@harbour-house.example"},
    ),
    Kind(
        "Weekend guests",
        "Family Sato",
        "is on one phone already, as many as it may be; another one can ask, and Léa Fournier's page answers",
        fields={"max_devices": 1},
    ),
)


def load(building: Building, doors: list[Door], base_url: str, *, now: datetime) -> list[dict[str, str]]:
    """Make what is missing, and bring each back to the state that it is there to show."""
    host = Resident.objects.filter(building=building, name="Léa Fournier").first()
    return [_listed(_invite(kind, building, doors, host, now), kind, base_url, now) for kind in KINDS]


def _listed(invite: Invite, kind: Kind, base_url: str, now: datetime) -> dict[str, str]:
    return {
        "name": kind.name,
        "state": invites.state_of(invite, None, now),
        "url": f"{base_url}/invite/{fixed_secret('invite', kind.name)}",
        "try": kind.hint,
    }


def _invite(kind: Kind, building: Building, doors: list[Door], host: Resident | None, now: datetime) -> Invite:
    invite = Invite.objects.filter(id=fixed_id(f"invite {kind.name}")).first() or _made(kind, building, doors, host)
    Access.objects.filter(id=invite.access_id).update(status=Access.Status.READY, **_times(kind, building, now))
    token = fixed_secret("invite", kind.name)
    again = {"token_hash": hashed(token), "is_enabled": True, "revoked_at": None, "max_devices": None} | kind.fields
    if kind.revoked:
        again["revoked_at"] = invite.revoked_at or now
    Invite.objects.filter(id=invite.id).update(**{name: again[name] for name in again if name != "message"})
    invite = Invite.objects.select_related("access").get(id=invite.id)
    if kind.pin:
        _keep_pin(invite)
    if invite.max_devices is not None:
        _fill(invite, now)
    return invite


def _made(kind: Kind, building: Building, doors: list[Door], host: Resident | None) -> Invite:
    access = Access.objects.create(building=building, name=f"Invite: {kind.name}")
    for number, door in enumerate(doors[: kind.doors]):
        by = [kind.garage_by if number else "REMOTE"]
        AccessDoor.objects.create(access=access, door=door, in_auth_types=by, out_auth_types=by)
    invite, _ = invites.issue(
        access,
        host=host,
        id=fixed_id(f"invite {kind.name}"),
        name=kind.name,
        contact_name=kind.guest,
        **kind.fields,
    )
    if kind.wifi:
        invite.wifi_networks.add(_wifi(building))
    return invite


def _times(kind: Kind, building: Building, now: datetime) -> dict[str, Any]:
    first, last = (now.replace(second=0, microsecond=0) + hours * HOUR for hours in kind.hours)
    return {
        "kind": Access.Kind.TEMPORARY,
        "valid_from": first,
        "valid_to": last,
        "schedule": _weekly(first, building) if kind.weekly else "",
    }


def _weekly(first: datetime, building: Building) -> str:
    start = first.astimezone(ZoneInfo(building.time_zone))
    # The zone of a time without one is the building's.
    times = f"DTSTART:{start:%Y%m%dT%H%M%S}\nDURATION:PT2H\nRRULE:FREQ=WEEKLY"
    return f"BEGIN:VEVENT\n{times}\nEND:VEVENT\n"


def _wifi(building: Building) -> WifiNetwork:
    network, _ = WifiNetwork.objects.get_or_create(
        id=fixed_id("wifi"),
        defaults={
            "building": building,
            "ssid": "Harbour House guests",
            "sealed": seal({"password": "twelve-quay-street"}),
            "notes": "Lobby and second floor",
        },
    )
    return network


def _keep_pin(invite: Invite) -> None:
    if not check_password(PIN, invite.pin_hash):
        pins.set_pin(invite, PIN)
    pins.reset_tries(invite)


def _fill(invite: Invite, now: datetime) -> None:
    """One phone holds it, as it did at first; those that somebody let in meanwhile are gone."""
    secret = hashed(fixed_secret("guest", invite.name))
    invite.devices.exclude(secret_hash=secret).delete()
    InviteDevice.objects.get_or_create(
        secret_hash=secret, defaults={"invite": invite, "guest": fixed_id("guest"), "created_at": now}
    )
