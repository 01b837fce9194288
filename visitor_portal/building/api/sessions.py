"""A visit, for whoever proves a role in it."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from visitor_portal.building import access_log, cameras, doors, lights, messages, reach, sessions, visits, waking
from visitor_portal.building.models import Session
from visitor_portal.building.refusals import Refusal
from visitor_portal.building.sessions import Seat
from visitor_portal.public_access.wire import Camera, Localized, Ring, Streams
from visitor_portal.public_access.wire import Session as SessionShape
from visitor_portal.push import receipts

from . import shapes
from .answers import Body, Shape, bearer, operation, scoped_key


def _seat(request: HttpRequest, session_id: str) -> Seat:
    return sessions.seat(session_id, bearer(request))


def _session(seat: Seat, now: datetime) -> SessionShape:
    """The session as this role may see it. Who answered is for the household, not for the visitor."""
    session = seat.session
    portal, entry = session.portal, session.entry
    answered_by = session.answered_by if seat.role == "callee" and not seat.is_winner else None
    opening = access_log.last_of_session(session.id)
    lines = visits.messages(session)
    return SessionShape(
        session_id=session.id,
        state=session.state_at(now),
        role=seat.role,
        peerjs=shapes.peer_server(),
        caller_peer_id=session.caller_peer_id,
        callee_peer_id=session.callee_peer_id,
        mode=session.mode,
        expires_at=session.expires_at,
        callees_notified=session.callees_notified,
        building_display_name=Localized(portal.door.building.name),
        call_target_display_name=Localized(entry.public_name if seat.role == "caller" else entry.name),
        call_target_location_line=" · ".join(filter(None, (entry.unit, _floor(entry.floor)))) or None,
        has_lights=seat.role == "callee" and lights.has_some(portal.door),
        portal_camera_device_ids=tuple(camera.device_id for camera in cameras.seen_by(seat, now)),
        ice_servers=shapes.ice_servers(seat, now),
        ring=Ring(*waking.counts(session)),
        answered_by=answered_by.name if answered_by else None,
        door_opened=session.door_opened,
        opening=doors.opening_of(opening) if opening else None,
        messages=tuple(shapes.message(line) for line in lines),
        version=session.version,
        now=now,
        answered_at=session.answered_at,
        portal_display_name=Localized(portal.name),
        public_portal_id=portal.public_id,
        door_open_until=reach.open_until(opening, portal.door, now) if opening else None,
        created_at=session.created_at,
        writing=messages.left(seat, lines, now),
    )


def _floor(floor: str) -> str:
    return f"Floor {floor}" if floor.isdecimal() else floor


@operation("GET")
def get_session(request: HttpRequest, session_id: str) -> Shape:
    return _session(_seat(request, session_id), timezone.now())


@operation("GET")
def get_session_streams(request: HttpRequest, session_id: str) -> Shape:
    """Where their pictures come from, the building does not know: only what they are called there."""
    seat, now = _seat(request, session_id), timezone.now()
    if seat.session.state_at(now) not in (Session.State.ACTIVE, Session.State.ACCEPTED):
        raise Refusal("wrong_role")
    seen = [Camera(camera.device_id, camera.label) for camera in cameras.seen_by(seat, now)]
    return Streams(tuple(camera.device_id for camera in seen), tuple(seen))


@operation("POST")
def answer_session(request: HttpRequest, session_id: str) -> Shape:
    seat, now = _seat(request, session_id), timezone.now()
    sessions.answer(seat, now=now)
    return _session(seat, now)


@operation("POST")
def decline_session(request: HttpRequest, session_id: str) -> None:
    sessions.decline(_seat(request, session_id), now=timezone.now())


@operation("POST")
def cancel_session(request: HttpRequest, session_id: str) -> None:
    sessions.cancel(_seat(request, session_id), now=timezone.now())


@operation("POST")
def open_session(request: HttpRequest, session_id: str) -> Shape:
    seat = _seat(request, session_id)
    attempt = sessions.open_session(seat, key=scoped_key(request, session_id), now=timezone.now())
    return shapes.opened(attempt, seat.session.portal.door)


@operation("POST")
def set_session_lights(request: HttpRequest, session_id: str) -> None:
    sessions.set_lights(_seat(request, session_id), now=timezone.now())


@operation("POST", body={"stage": True}, status=204)
def receipt_session(request: HttpRequest, session_id: str, body: Body) -> None:
    if body["stage"] not in ("shown", "opened"):
        raise Refusal("invalid_request", "stage must be shown or opened.")
    token, now = bearer(request) or "", timezone.now()
    if token.startswith(receipts.PREFIX) and Session.objects.filter(id=session_id).exists():
        waking.receipt(session_id, token, body["stage"], now=now)
    else:
        sessions.receipt(_seat(request, session_id), body["stage"], now=now)


@operation("POST", body={"text": True, "phrase": False})
def notify_session(request: HttpRequest, session_id: str, body: Body) -> None:
    seat = _seat(request, session_id)
    if seat.role != "caller":
        raise Refusal("wrong_role")
    messages.write(seat, text=body["text"], phrase=body.get("phrase") or "", now=timezone.now())


@operation("POST", body={"text": False, "phrase": False})
def reply_session(request: HttpRequest, session_id: str, body: Body) -> None:
    seat = _seat(request, session_id)
    if seat.role != "callee":
        raise Refusal("wrong_role")
    messages.write(seat, text=body.get("text") or "", phrase=body.get("phrase") or "", now=timezone.now())
