"""Invites and the phones that hold them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core import mail
from django.utils import timezone

from tests.building.api import contract, hostile
from tests.building.api.conftest import Api
from visitor_portal.building import devices, invites, links
from visitor_portal.building.executing import Tap
from visitor_portal.building.models import Access, AccessDoor, Door, Invite, InviteDevice
from visitor_portal.building.refusals import Refusal

T = TypeVar("T")

PIN = "493017"
NOBODYS = tuple(f"{kind}_{'x' * 43}" for kind in ("invite", "guest", "resident"))  # secrets that nobody was given
OPERATIONS: dict[str, tuple[str, str, frozenset[int]]] = {
    # as in contract.py: (method, published name, statuses that the building adds)
    "get_invite": ("GET", "get_public_invite", frozenset()),
    "get_invite_photo": ("GET", "get_public_invite_photo", frozenset()),
    "get_invite_locale": ("GET", "", frozenset({200, 404})),
    "get_invite_opening": ("GET", "", frozenset({200, 404})),
    "claim_invite": ("POST", "post_public_invite_claim", frozenset({403, 404})),
    "start_invite_session": ("POST", "post_public_invite_session", frozenset({403, 404})),
    "ask_invite_device": ("POST", "", frozenset({200, 400, 403, 404, 409, 429})),
    "get_device_request": ("GET", "", frozenset({200, 404})),
    "answer_device_request": ("POST", "", frozenset({200, 400, 404})),
    "start_invite_otp": ("POST", "post_public_invite_otp_start", frozenset({400, 404})),
    "execute_invite": ("POST", "post_public_invite_execute", frozenset({400, 409, 503})),
    "request_invite_renewal": ("POST", "post_public_invite_renewal", frozenset({400})),
}
_REQUEST = {
    "type": "object",
    "required": ["state", "asked_at", "building_name", "devices_count", "timezone"],
    "properties": {"state": {"enum": ["asked", "allowed", "denied", "void"]}},
}
UNPUBLISHED: dict[str, dict[str, Any]] = {
    "get_invite_locale": {"$ref": "#/components/schemas/PublicInviteLocaleResponse"},
    "ask_invite_device": {
        "type": "object",
        "required": ["ok", "invite_id", "guest_id", "device_request"],
        "properties": {"ok": {"const": True}, "device_request": {"const": "asked"}},
        "maxProperties": 4,
    },
    "get_invite_opening": {
        "type": "object",
        "required": ["state", "seen_open"],
        "properties": {"state": {"enum": ["requested", "sent", "confirmed", "refused", "unknown"]}},
        "maxProperties": 4,
    },
    "get_device_request": _REQUEST,
    "answer_device_request": _REQUEST,
}
MORE_MEMBERS = {
    "execute_invite": {"opening", "label"},
    "get_invite": {"device_request", "device_bound", "device_challenge"},
}
CODES = {
    **dict.fromkeys(("pin_required", "pin_wrong", "otp_required", "otp_wrong", "otp_expired"), {403}),
    **dict.fromkeys(("contact_required", "outside_schedule", "curfew", "blackout_date", "scan_required"), {403}),
    **dict.fromkeys(("invite_revoked", "invite_disabled", "uses_exhausted", "max_devices_reached"), {403}),
    **dict.fromkeys(("held_closed", "auth_type_not_allowed"), {403}),
    **dict.fromkeys(("too_many_tries", "otp_cooldown"), {429}),
    **dict.fromkeys(("not_expired", "not_full"), {409}),
    **dict.fromkeys(("device_denied", "device_not_proved"), {403}),
}


@contextmanager
def known() -> Iterator[None]:
    """The contract with all that is said here of invites."""
    with (
        patch.dict(contract.OPERATIONS, OPERATIONS),
        patch.dict(contract.UNPUBLISHED, UNPUBLISHED),
        patch.dict(contract.MORE_MEMBERS, MORE_MEMBERS),
        patch.dict(contract.CODES, CODES),
    ):
        yield


class Phone(Api):
    """A browser with cookies of its own. Each answer is held against the contract, pictures aside."""

    def send(self, operation: str, *ids: str, **options: Any) -> tuple[int, Any]:
        with known():
            return super().send(operation, *ids, **options)

    def holding(self, secret: str) -> "Phone":
        """With this secret in its cookie."""
        self.client.cookies["oa_access_invite"] = secret
        return self

    def execute(self, link: "Link", *, key: str = "", scan: str = "", **body: str) -> tuple[int, str]:
        """Status and error code; the code is empty when the door opened."""
        headers = {"Idempotency-Key": key} | ({"X-Scan-Proof": scan} if scan else {})
        sent = {"grant_id": link.grant} | body
        status, said = self.send("execute_invite", link.token, body=sent, **headers)
        assert said.get("ok") is (True if status == 200 else None)
        return status, said.get("error_code", "")


@dataclass
class Link:
    invite: Invite
    token: str
    grant: str

    def tap(self, **proofs: Any) -> Tap:
        """The rows are read anew, as each request reads them."""
        invite = links.by_token(self.token)
        assert invite
        return Tap(invite, invites.grants(invite).get(grant_id=self.grant), **proofs)

    def bound(self) -> InviteDevice:
        return devices.bind(self.invite, "", now=timezone.now())[0]

    def change(self, **fields: Any) -> None:
        Invite.objects.filter(id=self.invite.id).update(**fields)

    def change_access(self, **fields: Any) -> None:
        Access.objects.filter(id=self.invite.access_id).update(**fields)


def invited(
    door: Door,
    *types: str,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    schedule: str = "",
    **fields: Any,
) -> Link:
    """An invite for this door, from an hour ago until tomorrow."""
    now = timezone.now()
    access = Access.objects.create(
        building=door.building,
        name="A guest",
        kind=Access.Kind.TEMPORARY,
        valid_from=valid_from or now - timedelta(hours=1),
        valid_to=valid_to or now + timedelta(days=1),
        schedule=schedule,
    )
    row = AccessDoor.objects.create(access=access, door=door, in_auth_types=list(types) or ["REMOTE"])
    return Link(*invites.issue(access, **fields), row.grant_id)


def assert_no_other_method(phone: Phone, operation: str, *ids: str, **options: Any) -> None:
    with known():
        hostile.assert_no_other_method(phone, operation, *ids, **options)


def codes() -> list[str]:
    """The codes that were mailed, the oldest first."""
    return [str(letter.body).split(maxsplit=1)[0] for letter in mail.outbox]


def opened(results: list[T | Refusal]) -> list[T]:
    """All of them, none refused."""
    assert not [result.code for result in results if isinstance(result, Refusal)]
    return [result for result in results if not isinstance(result, Refusal)]


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the building."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("building").get_models()
    }


STATES: dict[str, Callable[[Link], None]] = {
    "active": lambda link: None,
    "scheduled": lambda link: link.change_access(valid_from=timezone.now() + timedelta(hours=1)),
    "expired": lambda link: link.change_access(valid_to=timezone.now() - timedelta(minutes=1)),
    "revoked": lambda link: invites.revoke(link.invite, timezone.now()),
    "disabled": lambda link: link.change(is_enabled=False),
    "max_devices_reached": lambda link: link.change(max_devices=0),
}
REFUSALS = {
    "scheduled": "not_yet_valid",
    "expired": "invite_expired",
    "revoked": "invite_revoked",
    "disabled": "invite_disabled",
    "max_devices_reached": "max_devices_reached",
}


@pytest.fixture
def quick_hashes(settings: Any) -> None:
    """A PIN's own hash takes a third of a second, so that nobody tries many; here somebody does."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def link(door: Door) -> Link:
    """An invite that opens the lobby."""
    return invited(door, name="Dinner on Friday")
