"""Who calls: the account behind a token."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from visitor_portal.building import places
from visitor_portal.building.models import Account, AccountSession, Resident
from visitor_portal.building.models.ids import hashed
from visitor_portal.building.questions import Question

from . import errors
from .wire import uuid_for, uuid_of

PREFIX = "Bearer "
_SESSION = Question(lambda auth_hash: AccountSession.objects.filter(auth_hash=auth_hash))
_USER = Question(
    lambda auth_hash: User.objects.filter(id__in=AccountSession.objects.filter(auth_hash=auth_hash).values("user"))
)
_RESIDENT = Question(lambda id_: Resident.objects.filter(id=id_))
_ACCOUNT = Question(lambda resident: Account.objects.filter(resident=resident))


@dataclass(frozen=True, slots=True)
class Caller:
    """An operator, who is one of Django's staff, or a resident: one of the two is None."""

    session: AccountSession
    user: User | None
    resident: Resident | None

    @property
    def uuid(self) -> str:
        return account_uuid(self.user or self.resident)


def caller(token: str, now: datetime) -> Caller:
    """Raises a Fault for a token that opens nothing any more."""
    session = _session(hashed(token)) if token else None
    if session is None or session.expires_at <= now or not is_good(session, now):
        raise errors.unauthenticated()
    return Caller(session, session.user, session.resident)


def _session(auth_hash: str) -> AccountSession | None:
    """With its account, which every call asks for."""
    session = _SESSION.first(auth_hash)
    if session and session.resident_id:
        session.resident = _resident(session.resident_id)
    elif session:
        session.user = _USER.first(auth_hash)
    return session


def _resident(id_: str) -> Resident | None:
    resident, account = _RESIDENT.first(id_), _ACCOUNT.first(id_)
    if resident and account:
        resident.account = account
        resident.building = places.building(resident.building_id)
    return resident


def is_good(session: AccountSession, now: datetime) -> bool:
    """Whether its account may still log in, with the password that it logged in with."""
    if session.user is not None:
        allowed, password = may_operate(session.user), session.user.password
    else:
        account = account_of(session.resident)
        allowed, password = account is not None and is_live(account, now), account.password if account else ""
    return allowed and session.password_mark == mark(password)


def may_operate(user: User) -> bool:
    return user.is_active and user.is_staff


def is_live(account: Account, now: datetime) -> bool:
    """Whether this user is switched on, and in their own window."""
    begun = account.valid_from is None or account.valid_from <= now
    return account.enabled and begun and (account.valid_to is None or now < account.valid_to)


def account_of(resident: Resident | None) -> Account | None:
    return getattr(resident, "account", None)


def account_uuid(account: User | Resident | None) -> str:
    if isinstance(account, Resident):
        return uuid_of(account.id)
    return uuid_for("operator", account.pk) if account else ""


def mark(password: str) -> str:
    """Of a password's hash: it changes with the password, and tells nothing of it."""
    return hashed(f"session {password}")
