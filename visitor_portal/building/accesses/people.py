"""Users as a client names them, checked: all of a call before any is written."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from visitor_portal.building.models import Access, AccessUser, Building, new_id
from visitor_portal.building.models.ids import hashed

from . import errors, guests, writing
from .checking import LONGEST_NAME, check_email
from .layouts import MOST_BODIES
from .wire import id_in, moment

ROLES = ("normal", "guest")
MOST_SECRETS = 40  # each password and each PIN takes a good part of a second to hash
_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)
_NO_SUCH_THING = {
    "key_card": "No reader here knows key cards.",
    "initial_group_uuids": "There are no groups here: name accesses.",
    "initial_group_set_uuids": "There are no groups here: name accesses.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    where: str
    id: str
    email: str
    first_name: str
    last_name: str
    roles: list[str]
    valid_from: datetime | None
    valid_to: datetime | None
    enabled: bool
    preferences: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email[:LONGEST_NAME]

    def check_email_is_free(self, building: Building) -> None:
        """It is what a user logs in by."""
        if building.residents.filter(email__iexact=self.email).exclude(id=self.id).exists():
            raise errors.taken(f"{self.where}email", self.email)


@dataclass(frozen=True, slots=True)
class NewUser:
    terms: Terms
    accesses: list[Access]
    secrets: dict[str, str]  # fields of the account

    @property
    def digest(self) -> str:
        """Of all but the secrets: those are kept in no way that could be guessed at quickly."""
        said = asdict(self.terms) | {"accesses": [access.id for access in self.accesses]}
        del said["where"]
        return hashed(json.dumps(said, sort_keys=True, default=str))

    def check_email_is_free(self, building: Building) -> None:
        self.terms.check_email_is_free(building)

    def join_accesses(self) -> None:
        for access in self.accesses:
            guests.make_room(access)
            AccessUser.objects.create(access=access, resident_id=self.terms.id)


def read(building: Building, request: Any) -> list[Terms]:
    _check_number(request.users)
    return _each_once([_terms(f"users[{n}].", user, is_new=False) for n, user in enumerate(request.users)])


def read_new(building: Building, request: Any) -> list[NewUser]:
    _check_number(request.users)
    if sum(bool(user.password) + bool(user.pincode.value) for user in request.users) > MOST_SECRETS:
        raise errors.invalid("users", f"At most {MOST_SECRETS} passwords and PINs in one call.")
    terms = _each_once([_terms(f"users[{n}].", user, is_new=True) for n, user in enumerate(request.users)])
    accesses = [_accesses(building, one, user) for one, user in zip(terms, request.users, strict=True)]
    for one, user in zip(terms, request.users, strict=True):
        _check_secrets(one, user)
    return [
        NewUser(one, joined, _secrets(user)) for one, joined, user in zip(terms, accesses, request.users, strict=True)
    ]


def _check_number(users: Any) -> None:
    if len(users) > MOST_BODIES:
        raise errors.invalid("users", f"At most {MOST_BODIES} in one call.")


def _each_once(users: list[Terms]) -> list[Terms]:
    ids, emails = set(), set()
    for user in users:
        if user.id in ids or user.email.lower() in emails:
            raise errors.invalid(f"{user.where}{'uuid' if user.id in ids else 'email'}", "It is named twice.")
        ids.add(user.id)
        emails.add(user.email.lower())
    return users


def _terms(where: str, user: Any, *, is_new: bool) -> Terms:
    email, names = user.email.strip(), (user.first_name.strip(), user.last_name.strip())
    check_email(f"{where}email", email)
    if len(" ".join(names)) > LONGEST_NAME:
        raise errors.invalid(f"{where}last_name", f"Both names have more than {LONGEST_NAME} letters.")
    for number, role in enumerate(user.roles):
        if role not in ROLES:
            words = "is none here. Operators are staff of the desk; users are normal or guest."
            raise errors.invalid(f"{where}roles[{number}]", f"{role[:40]!r} {words}")
    window = moment(where, user, "valid_from"), moment(where, user, "valid_to")
    if window[0] and window[1] and window[1] <= window[0]:
        raise errors.invalid(f"{where}valid_to", "It must end after it begins.")
    if not user.uuid and not is_new:
        raise errors.invalid(f"{where}uuid", "Name the user.")
    id_ = id_in(f"{where}uuid", user.uuid) if user.uuid else new_id()
    return Terms(where, id_, email, *names, list(user.roles), *window, user.enabled, dict(user.preferences))


def _accesses(building: Building, terms: Terms, user: Any) -> list[Access]:
    for name, sentence in _NO_SUCH_THING.items():
        given = getattr(user, name)
        if given.nr or given.value if name == "key_card" else given:
            raise errors.invalid(f"{terms.where}{name}", sentence)
    ids = [id_in(f"{terms.where}initial_access_uuids[{n}]", uuid) for n, uuid in enumerate(user.initial_access_uuids)]
    there = writing.live(building).in_bulk(ids)
    for number, id_ in enumerate(ids):
        if id_ not in there:
            field = f"{terms.where}initial_access_uuids[{number}]"
            raise errors.not_found(field, user.initial_access_uuids[number])
    return [there[id_] for id_ in dict.fromkeys(ids)]


def _check_secrets(terms: Terms, user: Any) -> None:
    if user.pincode.value and not _PIN.fullmatch(user.pincode.value):
        raise errors.invalid(f"{terms.where}pincode.value", "A PIN is made of 4 to 12 digits.")
    if user.password:
        try:
            validate_password(user.password)
        except ValidationError as error:
            raise errors.invalid(f"{terms.where}password", " ".join(error.messages)) from None


def _secrets(user: Any) -> dict[str, str]:
    """Without a password nobody logs in as this user."""
    pin = user.pincode.value
    return {
        "password": make_password(user.password) if user.password else "",
        "pin_hash": make_password(pin) if pin else "",
        "pin_label": user.pincode.label[:80],
    }
