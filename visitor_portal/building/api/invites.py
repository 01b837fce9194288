"""What whoever holds an invite's link may do."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from visitor_portal.building import access_log, asking, devices, doors, executing, invites, links, otp
from visitor_portal.building.executing import Tap
from visitor_portal.building.models import Invite, InviteDevice
from visitor_portal.building.models.ids import hashed
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import (
    ExecutedInvite,
    InviteLocale,
    InviteSession,
    Localized,
    OtpChallenge,
    Renewal,
)

from . import invite_shape, shapes
from .answers import Body, Shape, operation, scoped_key

COOKIE_SECONDS = 365 * 24 * 3600  # a slot is for good, so its secret must outlive the browser's next restart


def _invite(token: str) -> Invite:
    invite = links.by_token(token)
    if invite is None:
        raise Refusal("not_found")
    return invite


def _device(request: HttpRequest, invite: Invite) -> InviteDevice | None:
    """The slot of this invite that the request proves; that of another one counts for nothing."""
    device = links.device(shapes.phone_secret(request))
    return device if device and device.invite_id == invite.id else None


def _give(response: HttpResponse, secret: str) -> HttpResponse:
    response.set_cookie(
        shapes.INVITE_COOKIE, secret, max_age=COOKIE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response


@operation("GET")
def get_invite(request: HttpRequest, invite_token: str) -> Shape:
    invite = links.by_token(invite_token)
    if invite is None:
        return invite_shape.unknown(invite_token)
    return invite_shape.shape_of(
        invite,
        invite_token,
        device=_device(request, invite),
        resident=shapes.resident_of(request),
        asked=asking.of_phone(invite, shapes.phone_secret(request)),
        now=timezone.now(),
    )


@operation("GET")
def get_invite_photo(request: HttpRequest, invite_token: str) -> HttpResponse:
    invite = _invite(invite_token)
    if invites.state_of(invite, None, timezone.now()) not in invites.SHOWN or not invite.photo:
        raise Refusal("not_found")
    return HttpResponse(bytes(invite.photo), content_type="image/jpeg")


@operation("GET")
def get_invite_locale(request: HttpRequest, invite_token: str) -> Shape:
    return InviteLocale(_invite(invite_token).locale or "en")


@operation("POST")
def claim_invite(request: HttpRequest, invite_token: str) -> None:
    resident, now = shapes.resident_of(request), timezone.now()
    if resident is None:
        raise Refusal("invalid_token")
    invite = _invite(invite_token)
    if resident.building_id != invite.access.building_id:
        raise Refusal("invalid_token")  # the key of another house proves nothing in this one
    invites.refuse(invites.state_of(invite, None, now), but=("active", "scheduled", "expired", "max_devices_reached"))
    invites.claim(invite, resident, now=now)


@operation("POST")
def start_invite_session(request: HttpRequest, invite_token: str) -> HttpResponse:
    """This browser takes a slot of the invite, once: what it already has is given to it again.

    A key that comes along is bound to the slot. A proof that comes along gives the slot up for another browser.
    """
    invite, now = _invite(invite_token), timezone.now()
    device = _device(request, invite)
    # An expired one may be asked to be renewed by whoever holds it, so it may be held.
    invites.refuse(
        invites.state_of(invite, device, now), but=("active", "scheduled", "expired", "max_devices_reached")
    )
    key = shapes.device_key(request)
    if device is None:
        device, secret = devices.bind(invite, shapes.guest_of(request), key=key, now=now)
    elif device.key and "X-Device-Proof" in request.headers:
        secret = _moved(request, invite, device, now)
    else:
        secret = request.COOKIES[shapes.INVITE_COOKIE]
        if key:
            devices.learn(device, key)
    session = InviteSession(ok=True, invite_id=secret, guest_id=device.guest)
    return _give(JsonResponse(session.to_json()), secret)


def _moved(request: HttpRequest, invite: Invite, device: InviteDevice, now: datetime) -> str:
    shapes.must_be_signed(request, device, invite, "move", now=now)
    return devices.move(device)


@operation("POST")
def ask_invite_device(request: HttpRequest, invite_token: str) -> HttpResponse:
    """This phone asks the host for a slot of a full invite, once: who asks again is told what became of it."""
    invite, now = _invite(invite_token), timezone.now()
    invites.refuse(invites.state_of(invite, None, now), but=("active", "max_devices_reached"))
    secret = shapes.phone_secret(request)
    if _device(request, invite):
        raise Refusal("not_full", "This phone holds the invite already.")
    asked = asking.of_phone(invite, secret)
    if asked and asking.as_its_phone_sees(asked) == "denied":
        raise Refusal("device_denied")
    if asked is None:
        asked, secret = asking.ask(invite, shapes.guest_of(request), key=shapes.device_key(request), now=now)
    session = InviteSession(ok=True, invite_id=secret, guest_id=asked.guest, device_request="asked")
    return _give(JsonResponse(session.to_json()), secret)


@operation("POST", body={"channel": False})
def start_invite_otp(request: HttpRequest, invite_token: str, body: Body) -> Shape:
    invite, now = _invite(invite_token), timezone.now()
    device = _device(request, invite)
    invites.refuse(invites.state_of(invite, device, now), but=("active",))
    shapes.must_be_signed(request, device, invite, "otp", now=now)
    challenge = otp.start(invite, device, body.get("channel"), now=now)
    return OtpChallenge(challenge.id, challenge.expires_at)


@operation("POST", body={"grant_id": True, "pin": False, "otp_challenge_id": False, "otp_code": False})
def execute_invite(request: HttpRequest, invite_token: str, body: Body) -> HttpResponse:
    invite, now = _invite(invite_token), timezone.now()
    grant = invites.grants(invite).filter(grant_id=body["grant_id"]).first()
    if grant is None:
        raise Refusal("not_found")
    device = _device(request, invite)
    tap = Tap(
        invite,
        grant,
        device,
        is_signed=shapes.is_signed(request, device, invite, "open", grant.grant_id, now=now),
        guest=shapes.guest_of(request),
        key=scoped_key(request, invite.id, grant.grant_id),  # the first try may have given its phone a slot
        scan=request.headers.get("X-Scan-Proof"),
        pin=body.get("pin") or "",
        challenge=body.get("otp_challenge_id") or "",
        code=body.get("otp_code") or "",
    )
    attempt, secret = executing.execute(tap, now=now)
    stays = None if attempt.reason == "held_open" else grant.door.open_seconds
    executed = ExecutedInvite(
        opening=doors.opening_of(attempt),
        door_auto_close_duration=stays,
        door_open_duration_seconds=stays,
        uses_remaining=invite_shape.uses_remaining(links.as_now(invite.id)),
        ok=True,
        label=Localized(grant.door.name),
    )
    response = JsonResponse(executed.to_json())
    return _give(response, secret) if secret else response


@operation("GET")
def get_invite_opening(request: HttpRequest, invite_token: str) -> Shape:
    """What became of the opening with this key, and whether the door was seen open since. Nothing is sent."""
    invite = _invite(invite_token)
    keys = [scoped_key(request, invite.id, grant.grant_id) for grant in invites.grants(invite)]
    found = (access_log.by_key_hash(hashed(key)) for key in keys if key)
    attempt = next((attempt for attempt in found if attempt), None)
    if attempt is None:
        raise Refusal("not_found")
    return doors.opening_of(attempt)


@operation("POST", body={"note": False})
def request_invite_renewal(request: HttpRequest, invite_token: str, body: Body) -> Shape:
    invite, now = _invite(invite_token), timezone.now()
    if invites.state_of(invite, None, now) != "expired":
        raise Refusal("not_expired", "Only an invite that ran out can be renewed.")
    is_new = invites.request_renewal(invite, body.get("note") or "", now=now)
    return Renewal(ok=True, already_requested=None if is_new else True)
