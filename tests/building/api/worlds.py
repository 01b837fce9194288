"""A whole building: everything that an id can name and everything that a secret can prove."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from tests.building.conftest import Visit
from tests.conftest import Person, person
from visitor_portal.building import asking, devices, executing, invites, links, messages, scans, sessions
from visitor_portal.building.executing import Tap
from visitor_portal.building.models import (
    Access,
    AccessDoor,
    AccessLog,
    Building,
    Door,
    Entry,
    Invite,
    Light,
    LogHead,
    Message,
    Opener,
    OtpChallenge,
    Portal,
    SimulatedDoor,
)
from visitor_portal.building.refusals import Refusal

PIN, CODE = "271828", "314159"
PHOTO = b"\xff\xd8\xff\xe0 a photo"
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for PINs and codes: tests try hundreds
DAY = timedelta(days=1)
INVITES: dict[str, dict[str, Any]] = {  # by kind: how it differs from a bare link that holds now
    "free": {"photo": PHOTO},
    "pin": {"pin": PIN, "types": ["REMOTE_PLUS_PHONE"]},
    "scan": {"types": ["SCAN"]},
    "code": {"audience": Invite.Audience.LISTED, "contact_email": "guest@example.org"},
    "full": {"max_devices": 1},
    "roomy": {"max_devices": 3},
    "expired": {"days": (-2, -1)},
    "scheduled": {"days": (1, 2)},
    "revoked": {"revoked": True},
}


@dataclass(frozen=True)
class Invited:
    invite: Invite
    token: str
    grant: str
    secret: str  # of the phone that holds it


@dataclass
class World:
    """One building with a sign, a home, visits that ring, talk and are over, and invites of every kind."""

    name: str
    building: Building
    door: Door
    light: Light
    portal: Portal
    retired: Portal
    entry: Entry
    alice: Person
    bob: Person
    visits: dict[str, Visit]
    invited: dict[str, Invited] = field(default_factory=dict)
    attempt: str = ""
    challenge: str = ""
    request: str = ""  # the secret in a letter to Alice: one more phone asks for the full invite

    def ids(self) -> dict[str, str]:
        """Every id, by what it names. None of them is a secret."""
        talking = self.visits["talking"].session
        ids = {
            "building": self.building.id,
            "door": self.door.id,
            "light": self.light.id,
            "portal": self.portal.public_id,
            "retired portal": self.retired.public_id,
            "entry": self.entry.id,
            "resident": self.alice.resident.id,
            "flatmate": self.bob.resident.id,
            "caller's peer": talking.caller_peer_id,
            "callee's peer": talking.callee_peer_id,
            "message": Message.objects.filter(session=talking.id)[0].id,
            "attempt": self.attempt,
            "challenge": self.challenge,
        }
        for kind, invited in self.invited.items():
            invite = invited.invite
            ids |= {f"{kind} invite": invite.id, f"{kind} grant": invited.grant, f"{kind} access": invite.access_id}
            ids[f"{kind} guest"] = invite.devices.all()[0].guest
        return ids | {f"{way} session": visit.id for way, visit in self.visits.items()}

    def secrets(self) -> dict[str, str]:
        """Everything that proves somebody, by whom."""
        found = {"alice": self.alice.key, "bob": self.bob.key}
        for way, visit in self.visits.items():
            found |= {f"{way} caller": visit.caller, f"{way} callee": visit.token(self.alice)}
        found["request"] = self.request
        for kind, invited in self.invited.items():
            found |= {f"{kind} link": invited.token, f"{kind} phone": invited.secret}
        return found

    def scan(self) -> str:
        return scans.prove(self.portal)


def world(name: str) -> World:
    building = Building.objects.create(name={"en": name}, address={"en": "12 Quay Street"}, min_interval_ms=0)
    door = Door.objects.create(building=building, name={"en": f"{name}, lobby"})
    Opener.objects.create(door=door)
    SimulatedDoor.objects.create(door=door)
    light = Light.objects.create(door=door, label={"en": "Lights"}, auto_off_seconds=90)
    portal = Portal.objects.create(door=door, name={"en": f"{name}, lobby"})
    retired = Portal.objects.create(door=door, name={"en": "Old sign"}, retired_at=timezone.now())
    entry = Entry.objects.create(building=building, name={"en": f"{name}, home"}, floor="1", unit="12")
    alice = person(building, f"Alice of {name}", at=entry, doors=(door,))
    bob = person(building, f"Bob of {name}", at=entry, doors=(door,))
    visits = {way: Visit(portal, entry) for way in ("ringing", "talking", "over")}
    made = World(name, building, door, light, portal, retired, entry, alice, bob, visits)
    _lead_on(made, timezone.now())
    for kind, how in INVITES.items():
        made.invited[kind] = _invited(made, timezone.now(), **how)
    made.request = _request(made.invited["full"].invite, timezone.now())
    _try(made.invited["revoked"], "refused")
    made.challenge = _challenge(made.invited["code"].invite, timezone.now())
    return made


def _lead_on(made: World, now: datetime) -> None:
    """Bring its visits to where their names say."""
    talking, over = made.visits["talking"], made.visits["over"]
    sessions.answer(talking.seat(made.alice), now=now)
    messages.write(talking.seat(), text="I am at the door", now=now - timedelta(minutes=1))
    made.attempt = sessions.open_session(over.seat(made.alice), key=f"{made.name} opened", now=now).id


def _invited(made: World, now: datetime, **how: Any) -> Invited:
    first, last = (now + days * DAY for days in how.pop("days", (-1, 1)))
    types, is_revoked = how.pop("types", ["REMOTE"]), how.pop("revoked", False)
    access = Access.objects.create(building=made.building, kind="temporary", valid_from=first, valid_to=last)
    grant = AccessDoor.objects.create(access=access, door=made.door, in_auth_types=types).grant_id
    invite, token = invites.issue(access, host=made.alice.resident, **how)
    _, secret = devices.bind(invite, "", now=now)
    if is_revoked:
        invites.revoke(invite, now)
    return Invited(invite, token, grant, secret)


def _request(invite: Invite, now: datetime) -> str:
    asking.ask(invite, "", now=now)
    return asking.waiting_for(invite.host, now)[0][1] if invite.host else ""


def _try(invited: Invited, key: str) -> None:
    """A tap that left a line in the log and moved nothing."""
    grant = AccessDoor.objects.get(grant_id=invited.grant)
    with suppress(Refusal):
        key = f"{invited.invite.id}:{invited.grant}:{key}"
        executing.execute(Tap(links.by_token(invited.token), grant, key=key), now=timezone.now())  # type: ignore[arg-type]


def _challenge(invite: Invite, now: datetime) -> str:
    """A code that was sent to the phone that holds this invite: CODE."""
    return OtpChallenge.objects.create(
        invite=invite,
        device=devices.name_of(invite.devices.all()[0]),
        channel="email",
        code_hash=make_password(CODE),
        sent_at=now - timedelta(hours=1),
        expires_at=now + DAY,
    ).id


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every building, but for the log: a refused attempt is written down, and changes nothing."""
    models = apps.get_app_config("building").get_models()
    kept = [model for model in models if model not in (AccessLog, LogHead)]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in kept}


@contextmanager
def undone() -> Iterator[None]:
    """What happens in here has not happened afterwards: each request meets the same building."""
    inside = transaction.atomic()
    inside._from_testcase = True  # type: ignore[attr-defined]  # what must be outermost may be inside this one
    with inside:
        yield
        transaction.set_rollback(True)
