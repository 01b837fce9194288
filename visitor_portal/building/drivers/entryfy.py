"""A door of a real Entryfy organisation: its remote opening is the last step of our own decision.

OK is all that Entryfy answers, and it says that the command was taken. What the door did, it says itself: its status
is listened to before the command goes out, which also shows that our token is taken while nothing was sent yet.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from threading import Event
from typing import Any, ClassVar, Literal
from uuid import UUID

import grpc
from django import forms
from django.core.exceptions import ValidationError

from visitor_portal.building.accesses.generated.entryfy_org_v2_pb2 import DoorStatus

from .entryfy_line import Line, Watch
from .outcome import Outcome, Wiring
from .outside import Deadline, Settings

SKEW = 2.0  # seconds that the other side's clock may be behind ours
AGAIN = 2.0  # seconds until a contact that broke off is listened to again
_MOVED = frozenset({DoorStatus.STATUS_ACCESSED, DoorStatus.STATUS_UNLOCKED, DoorStatus.STATUS_OPEN})
_SHUT = frozenset({DoorStatus.STATUS_CLOSED, DoorStatus.STATUS_LOCKED, DoorStatus.STATUS_DOUBLE_LOCKED})
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_NO = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.FAILED_PRECONDITION,
    }
)
# A building like ours begins with its machine code, also where gRPC's own code leaves a doubt.
_NOTHING_MOVED = ("door_unreachable:", "door_not_connected:", "provider_open_rate_limited:", "too_many_tries:")


def host_and_port(value: str) -> None:
    found = re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", value)
    if not found or not 0 < int(found[2]) < 65536:
        raise ValidationError("The name of a host and its port, as orgapi.example.com:9843.")


def uuid(value: str) -> None:
    try:
        UUID(value)
    except ValueError:
        raise ValidationError("This is not a UUID.") from None


def _text(label: str, help_text: str, *, required: bool = True, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=300, **options)


def _secret(label: str, help_text: str, *, required: bool) -> forms.CharField:
    return _text(label, help_text, required=required, strip=False, widget=forms.PasswordInput)


def _choice(label: str, help_text: str, **choices: str) -> forms.ChoiceField:
    listed = list(choices.items())
    return forms.ChoiceField(label=label, help_text=help_text, choices=listed, initial=listed[0][0], required=False)


class EntryfySettings(Settings):
    account = _text(
        "Account address", "Where one logs in, as accountapi.example.com:9843.", validators=[host_and_port]
    )
    organisation = _text(
        "Organisation address", "Where its doors are, as orgapi.example.com:9843.", validators=[host_and_port]
    )
    tls = forms.BooleanField(
        label="Encrypted", initial=True, required=False, help_text="Off only for a server on this very computer."
    )
    username = _text("User name", "The portal's own account there, its e-mail as a rule.")
    password = _secret("Password", "The password of that account. It is kept secret.", required=True)
    slug = _text("Organisation", "The organisation's short name, its slug.")
    door_uuid = _text("Door", "The door's UUID; manage.py entryfy_discover lists them.", validators=[uuid])
    acts_as = _choice(
        "Opens as",
        "As the account's own user, who needs the right to open remotely, or by the organisation's right.",
        user="the user of the account",
        organisation="the organisation",
    )
    pin = _secret("PIN", "The account's PIN, where the door asks for one. It is kept secret.", required=False)
    proof = _choice(
        "What confirms",
        "The door's status, where it tells one; else OK must do, which says that the command was taken.",
        status="the door's own status",
        answer="the answer OK",
    )
    contact = forms.BooleanField(
        label="Tells open and shut", required=False, help_text="On if the door's status says when it stands open."
    )
    latitude = forms.FloatField(
        label="Latitude",
        min_value=-90,
        max_value=90,
        required=False,
        help_text="Of the door, where its site asks from where it is opened.",
    )
    longitude = forms.FloatField(
        label="Longitude", min_value=-180, max_value=180, required=False, help_text="Of the door, likewise."
    )
    push = forms.BooleanField(
        label="Push invites",
        required=False,
        help_text="On: each invite for this door is a temporary access there too, so that its readers know it.",
    )
    layout = _choice(
        "Layout of accesses",
        "How an access is written there; if what is read back differs, nothing more is pushed.",
        published="as published",
        documented="as documented",
    )
    seconds = forms.FloatField(
        label="Seconds to wait",
        initial=5,
        min_value=1,
        max_value=7,
        required=False,
        help_text="How long login, opening and the door's word may take together.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        hosts = [cleaned.get(name, "").rpartition(":")[0] for name in ("account", "organisation")]
        if not self.errors and not cleaned["tls"] and any(host not in _HERE for host in hosts):
            raise ValidationError("Passwords go over this line: switch encryption on.")
        return cleaned


class Entryfy:
    Settings: ClassVar[type[forms.Form]] = EntryfySettings
    secrets: ClassVar[frozenset[str]] = frozenset({"password", "pin"})

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        settings = EntryfySettings.filled(wiring.settings)
        line = Line(settings, Deadline.after(min(settings["seconds"], patience)))
        try:
            with line:
                return _opened(line, settings["door_uuid"], by_status=settings["proof"] == "status")
        except grpc.RpcError as error:
            with suppress(Exception):  # for the next opening; this one is not sent again
                line.renew(error)
            return Outcome(_meant(error) if line.sent else "unreached")
        except Exception:  # noqa: BLE001 whatever went wrong, what counts is whether it was sent by then
            return Outcome("unknown" if line.sent else "unreached")

    def open_until(self, wiring: Wiring, *, now: datetime) -> datetime | None:
        return None

    def reachable(self, wiring: Wiring, *, patience: float) -> bool:
        settings = EntryfySettings.filled(wiring.settings)
        try:
            with Line(settings, Deadline.after(min(settings["seconds"], patience))) as line:
                return any(door.online for door in line.doors(settings["door_uuid"]))
        except Exception:  # noqa: BLE001 whatever is wrong with it, nothing can be opened through it
            return False

    def hold(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        """There, only an access with a schedule holds a door."""
        return Outcome("refused")

    def switch(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return Outcome("refused")

    def has_contact(self, wiring: Wiring) -> bool:
        return bool(wiring.settings.get("contact"))

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        if self.has_contact(wiring):
            heard = _contact(EntryfySettings.filled(wiring.settings), Deadline.after(seconds), stop)
            yield from (is_open for is_open, _ in groupby(heard))


def _opened(line: Line, door_uuid: str, *, by_status: bool) -> Outcome:
    watch = line.watch(door_uuid, line.deadline)
    if by_status and watch.refusal:
        return Outcome("unreached")  # the door's answer would not be heard, so it is not asked
    watch.forget()
    since = time.time() - SKEW
    line.open(door_uuid)
    return _seen(watch, line.deadline, since) if by_status else Outcome("confirmed")


def _seen(watch: Watch, deadline: Deadline, since: float) -> Outcome:
    """What the door itself says. The stream may begin with what was before; that confirms nothing."""
    for status in watch.words(deadline):
        if status.status in _MOVED and _at(status) >= since:
            return Outcome("confirmed", True if status.status == DoorStatus.STATUS_OPEN else None)
    return Outcome("unknown")


def _at(status: DoorStatus) -> float:
    """When this was so; a status that says no time is news."""
    moments = [getattr(status, name) for name in ("created_at", "updated_at") if status.HasField(name)]
    return max((moment.seconds + moment.nanos / 1e9 for moment in moments), default=time.time())


def _meant(error: Any) -> Literal["refused", "unknown"]:
    """What an answer other than OK says of a door."""
    said_no = error.code() in _NO or (error.details() or "").startswith(_NOTHING_MOVED)
    return "refused" if said_no else "unknown"


def _contact(settings: dict[str, Any], until: Deadline, stop: Event) -> Iterator[bool]:
    """Listened to again when it breaks off: a watch is longer than many a connection."""
    while not until.passed and not stop.is_set():
        connecting = Deadline.after(min(settings["seconds"], until.left()))
        with suppress(Exception), Line(settings, connecting) as line:  # one that can't be heard says nothing
            for status in line.watch(settings["door_uuid"], until).words(until, stop):
                if status.status == DoorStatus.STATUS_OPEN or status.status in _SHUT:
                    yield status.status == DoorStatus.STATUS_OPEN
        stop.wait(min(AGAIN, until.left()))
