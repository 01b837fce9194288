import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from visitor_portal.building.models import Access, AccessDoor, Building, Door, Invite, InviteDevice, new_id
from visitor_portal.building.models.ids import hashed, new_secret

from .contract import OPERATIONS, conforms

INVITE_COOKIE = "oa_access_invite"


class Api:
    """The building's API as a client on the network sees it. Each answer is held against the contract."""

    def __init__(self) -> None:
        self.client = Client()
        self.last: Any

    def send(
        self,
        operation: str,
        *ids: str,
        token: str | None = None,
        body: Any = None,
        raw: bytes | None = None,
        method: str | None = None,
        query: str = "",
        **headers: str,
    ) -> tuple[int, Any]:
        """Status and body."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        self.last = self.client.generic(
            method or OPERATIONS[operation][0],
            reverse(operation, args=ids) + query,
            data=raw if raw is not None else b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=sent,
        )
        return self.last.status_code, conforms(self.last, operation)

    def shows(self, guest: "Guest") -> "Api":
        """With the cookie of this guest's phone."""
        self.client.cookies[INVITE_COOKIE] = guest.secret
        return self

    def ok(self, operation: str, *ids: str, **options: Any) -> Any:
        status, body = self.send(operation, *ids, **options)
        assert status in (200, 204), body
        return body

    def refused(self, operation: str, *ids: str, **options: Any) -> tuple[int, str]:
        """Status and error code."""
        status, body = self.send(operation, *ids, **options)
        return status, body["error_code"]


@dataclass(frozen=True)
class Guest:
    """A phone that holds an invite: the secret in its cookie, and the word by which it calls itself."""

    invite: Invite
    secret: str
    name: str


def guest_at(door: Door, *types: str, access: dict[str, Any] | None = None, **fields: Any) -> Guest:
    """A guest with an invite to this door, for a day from an hour ago on."""
    now, secret, name = timezone.now(), new_secret("guest"), new_id()
    window = {"valid_from": now - timedelta(hours=1), "valid_to": now + timedelta(days=1)} | (access or {})
    held = Access.objects.create(building=door.building, name="Guest", kind=Access.Kind.TEMPORARY, **window)
    by = list(types or ["REMOTE"])
    AccessDoor.objects.create(access=held, door=door, in_auth_types=by, out_auth_types=by)
    invite = Invite.objects.create(access=held, token_hash=hashed(new_secret("invite")), **fields)
    InviteDevice.objects.create(invite=invite, secret_hash=hashed(secret), guest=name, created_at=now)
    return Guest(invite, secret, name)


@pytest.fixture
def building(db: None) -> Building:
    """Here everything happens on one connection: rolling back is enough, and ten times as fast as emptying tables."""
    return Building.objects.create(name={"en": "Harbour House"}, address={"en": "12 Quay Street"})


@pytest.fixture
def api() -> Api:
    return Api()
