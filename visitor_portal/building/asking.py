"""A phone that finds an invite full asks the host, who lets it on or does not. Each answer is given once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from visitor_portal import events
from visitor_portal.push import phones, sender

from . import devices, invites, posting
from .models import DeviceRequest, Invite, InviteDevice, Resident, new_id
from .models.ids import hashed, new_secret
from .questions import Question
from .refusals import Refusal

MOST_OPEN = 3  # requests of one invite that nobody has answered yet
DAY, MOST_A_DAY = timedelta(days=1), 5
_HOLDS = ("active", "scheduled", "max_devices_reached")
_WAITING = Question(lambda host: DeviceRequest.objects.filter(invite__host=host, answered_at=None).only("pk"))


# -- the phone's side


def ask(invite: Invite, guest: str, *, key: str = "", now: datetime) -> tuple[DeviceRequest, str]:
    """Ask, and get the secret that proves this phone from the moment in which the host allows it."""
    secret = new_secret("guest")
    token = _token(hashed(secret))
    with transaction.atomic():
        # Two that ask at once wait for each other here, so that both are counted.
        locked = Invite.objects.select_for_update().defer("photo").get(id=invite.id)
        if not devices.is_full(locked):
            raise Refusal("not_full")
        _take(locked, now)
        request = DeviceRequest.objects.create(
            invite=locked,
            secret_hash=hashed(secret),
            token_hash=hashed(token),
            key=key,
            guest=guest or new_id(),
            asked_at=now,
        )
    posting.tell_host(request, token)
    _tell_page(request)
    transaction.on_commit(lambda: _tell_phones(request))
    return request, secret


def _take(invite: Invite, now: datetime) -> None:
    asked = invite.device_requests.order_by("-asked_at")
    if asked.filter(answered_at=None).count() >= MOST_OPEN:
        raise Refusal("too_many_tries", "Other phones have asked already. Call your host.")
    newest = asked.filter(asked_at__gt=now - DAY).values_list("asked_at", flat=True)
    if oldest := newest[MOST_A_DAY - 1 : MOST_A_DAY].first():
        raise Refusal("too_many_tries", retry_after=-((now - oldest - DAY) // timedelta(seconds=1)))  # rounded up


def of_phone(invite: Invite, secret: str) -> DeviceRequest | None:
    """What the phone with this secret asked for."""
    return invite.device_requests.filter(secret_hash=hashed(secret)).first() if secret else None


def as_its_phone_sees(request: DeviceRequest | None) -> str | None:
    """An allowed one is no request any more: its phone holds the invite."""
    if request is None:
        return None
    return "asked" if request.answered_at is None else "denied"


# -- the host's side


def by_token(token: str) -> DeviceRequest | None:
    if not token.startswith("request_"):
        return None
    requests = DeviceRequest.objects.select_related("invite__access__building").defer("invite__photo")
    return requests.filter(token_hash=hashed(token)).first()


def waiting_for(host: Resident, now: datetime) -> list[tuple[DeviceRequest, str]]:
    """What this host is asked, the oldest first, each with the token that answers it."""
    if not _WAITING.all(host.id):  # as nearly always, and the page of every resident asks
        return []
    asked = DeviceRequest.objects.filter(invite__host=host, answered_at=None).order_by("asked_at", "id")
    found = asked.select_related("invite__access__building").defer("invite__photo")
    tokens = [(request, _token(request.secret_hash)) for request in found if state_of(request, now) == "asked"]
    # After a change of the installation's key only the letter knows its token.
    return [(request, token) for request, token in tokens if hashed(token) == request.token_hash]


def _token(secret_hash: str) -> str:
    """The host's secret for one request: computed, so that their own page can name it, too."""
    return f"request_{salted_hmac('device request', secret_hash, algorithm='sha256').hexdigest()}"


def _tell_page(request: DeviceRequest) -> None:
    if request.invite.host_id:
        events.resident_changed(request.invite.host_id)


def _tell_phones(request: DeviceRequest) -> None:
    """That somebody asks. What, the host's own page says: a push holds nothing that could answer it."""
    about = f"asked-{request.token_hash[:16]}"
    for phone in phones.of(request.invite.host_id or ""):
        sender.send(sender.Push(phone, about, {"kind": "asked", "tag": about}, phones.nobody))


def state_of(request: DeviceRequest, now: datetime) -> str:
    if request.answered_at is not None:
        return "allowed" if request.is_allowed else "denied"
    return "asked" if invites.state_of(request.invite, None, now) in _HOLDS else "void"


def answer(request: DeviceRequest, allow: bool, *, now: datetime) -> str:
    """Gives the state from here on. The first answer stands, and an invite that is void lets nobody on."""
    with transaction.atomic():
        Invite.objects.select_for_update().only("id").get(id=request.invite_id)
        request = DeviceRequest.objects.select_related("invite__access").defer("invite__photo").get(id=request.pk)
        state = state_of(request, now)
        if state == "asked" or (state == "void" and not allow):
            request.answered_at, request.is_allowed = now, allow
            request.save(update_fields=["answered_at", "is_allowed"])
            if allow:
                _let_on(request, now)
            state = state_of(request, now)
    _tell_page(request)
    return state


def _let_on(request: DeviceRequest, now: datetime) -> None:
    invite = request.invite
    InviteDevice.objects.create(
        invite=invite, secret_hash=request.secret_hash, key=request.key, guest=request.guest, created_at=now
    )
    if invite.max_devices is not None and invite.devices.count() > invite.max_devices:
        # One phone more is what the host said: the limit keeps count of it, else it reads “2 of 1”.
        Invite.objects.filter(id=invite.id).update(max_devices=invite.devices.count())
