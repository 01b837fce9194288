"""SessionsService: two weeks of calls for an e-mail address and a password.

Operators are Django's staff, by user name or e-mail. Residents are users to whom an operator gave a password.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from grpc import StatusCode

from visitor_portal.building.models import AccountSession, LoginTry, Resident
from visitor_portal.building.models.ids import hashed, new_secret
from visitor_portal.building.refusals import Refusal

from . import errors, identity
from .calls import Call
from .errors import Fault
from .generated import entryfy_account_v1_pb2 as pb
from .generated import entryfy_account_v1_pb2_grpc as pb_grpc

LIFE = timedelta(weeks=2)
SPAN, MOST, MOST_OF_A_PEER = timedelta(minutes=15), 5, 30  # tries at one name, and from one address at any names
MOST_ALIKE = 3  # accounts with one e-mail address

Account = User | Resident


class Sessions(pb_grpc.SessionsServiceServicer):
    def CreateSession(self, request: Any, call: Call) -> Any:
        name, device = request.username.strip().lower()[:254], request.device_uuid[:64]
        if not name or not request.password:
            raise errors.invalid("username" if not name else "password", "Say it.")
        guess = _count(name, device, call)
        account = _whose(name, request.password, timezone.now())
        if account is None:
            raise Fault(StatusCode.UNAUTHENTICATED, "No account has this name and this password.")
        LoginTry.objects.filter(id=guess.pk).delete()
        LoginTry.objects.filter(name=name, device=guess.device, at__gt=call.at - SPAN).delete()
        return pb.CreateSessionResponse(**_answer(*_begin(account, device or str(uuid4()))))

    def ReissueSession(self, request: Any, call: Call) -> Any:
        now = timezone.now()
        sessions = AccountSession.objects.select_related("user", "resident__account")
        found = sessions.filter(reissue_hash=hashed(request.reissue_token), expires_at__gt=now).first()
        if found is None or not identity.is_good(found, now):
            raise errors.unauthenticated()
        tokens = _Tokens(now)
        same = AccountSession.objects.filter(id=found.pk, reissue_hash=found.reissue_hash)
        if not same.update(**tokens.kept):  # of two at once the database lets one through
            raise errors.unauthenticated()
        account = found.user or found.resident
        assert account  # noqa: S101 the database has no session of nobody
        return pb.ReissueSessionResponse(**_answer(account, tokens))

    def DestroySession(self, request: Any, call: Call) -> Any:
        AccountSession.objects.filter(id=call.caller.session.pk).delete()
        return pb.DestroySessionResponse()


# -- tries


def _count(name: str, device: str, call: Call) -> LoginTry:
    """The row of one try more. A device that this name logged in on before has tries that no stranger uses up."""
    known = device if device and _is_known(name, device) else ""
    guess = LoginTry.objects.create(name=name, device=known, peer=call.peer, at=call.at)
    # It is committed before any is counted: of many at once none is overlooked.
    recent = LoginTry.objects.filter(at__gt=call.at - SPAN)
    of_name, of_peer = recent.filter(name=name, device=known), recent.filter(peer=call.peer, device="")
    if of_name.count() > MOST or (not known and of_peer.count() > MOST_OF_A_PEER):
        guess.delete()
        raise Refusal("too_many_tries", f"Wait {SPAN.seconds // 60} minutes before the next try.")
    return guess


def _is_known(name: str, device: str) -> bool:
    by_user = Q(user__username__iexact=name) | Q(user__email__iexact=name)
    return AccountSession.objects.filter(by_user | Q(resident__email__iexact=name), device=device).exists()


def _whose(name: str, password: str, now: datetime) -> Account | None:
    """The first account of this name whose password it is. With none to compare, as much time is spent."""
    found = list(_named(name, now))[:MOST_ALIKE]
    for account, kept in found:
        if check_password(password, kept):
            return account
    if not found:
        make_password(password)
    return None


def _named(name: str, now: datetime) -> Iterator[tuple[Account, str]]:
    users = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name), is_active=True, is_staff=True)
    yield from ((user, user.password) for user in users.order_by("id"))
    residents = Resident.objects.select_related("account").filter(email__iexact=name).exclude(account=None)
    for resident in residents.exclude(account__password="").order_by("id"):  # noqa: S106 none is set
        if identity.is_live(resident.account, now):
            yield resident, resident.account.password


# -- tokens


class _Tokens:
    """A new pair; only their hashes are kept."""

    def __init__(self, now: datetime) -> None:
        self.auth, self.reissue = new_secret("auth"), new_secret("reissue")
        self.expires_at = now + LIFE
        self.kept: dict[str, Any] = {
            "auth_hash": hashed(self.auth),
            "reissue_hash": hashed(self.reissue),
            "expires_at": self.expires_at,
        }


def _begin(account: Account, device: str) -> tuple[Account, _Tokens]:
    """A session on this device. Others that this account has there end: the device moved, or was copied."""
    tokens = _Tokens(timezone.now())
    is_user = isinstance(account, User)
    whose = {"user": account if is_user else None, "resident": None if is_user else account}
    password = account.password if isinstance(account, User) else account.account.password
    with transaction.atomic():
        AccountSession.objects.filter(**whose, device=device).delete()
        AccountSession.objects.create(**whose, **tokens.kept, device=device, password_mark=identity.mark(password))
    return account, tokens


def _answer(account: Account, tokens: _Tokens) -> dict[str, Any]:
    return {
        "auth_token": tokens.auth,
        "reissue_token": tokens.reissue,
        "exp": int(tokens.expires_at.timestamp()),
        "user_id": account.pk if isinstance(account, User) else 0,  # a resident has no number
        "username": account.username if isinstance(account, User) else account.email,
        "user_uuid": identity.account_uuid(account),
    }
