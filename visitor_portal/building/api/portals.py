"""What a sign leads to."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from visitor_portal.building import directory, doors, holds, lights, places, quotas, reach, scans, sessions
from visitor_portal.building.models import Building, Door, Entry, Portal, Session
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import (
    Light,
    Localized,
    OpenRateLimit,
    Place,
    Reachable,
    ScanProof,
    StartedSession,
    Targets,
)
from visitor_portal.public_access.wire import Portal as PortalShape
from visitor_portal.public_access.wire.portals import GUEST_DIRECTORY, GUEST_QUICK_OPEN, RESIDENT_QUICK_OPEN

from . import shapes, targets
from .answers import Body, Shape, operation


def _portal(public_portal_id: str) -> Portal:
    portal = places.portal(public_portal_id)
    if portal is None:
        raise Refusal("not_found")
    if portal.retired_at is not None:
        raise Refusal("gone")
    return portal


@operation("GET")
def get_portal(request: HttpRequest, public_portal_id: str) -> Shape:
    portal, now = _portal(public_portal_id), timezone.now()
    door: Door = portal.door
    who = shapes.standing(request)
    return PortalShape(
        public_portal_id=portal.public_id,
        mode=_mode(door, shapes.terms_at(request, portal, who), now),
        entry_kind=door.entry_kind,
        door_connected=doors.is_connected(door),
        name=Localized(portal.name),
        access_control=place(door.building),
        access_directory=Place(name=Localized(door.building.name), status=portal.directory, message=_message(portal)),
        branding=door.building.branding,
        door_image_url=door.image_url or None,
        door_effective_auto_off_duration=door.open_seconds,
        lights=tuple(
            Light(light.id, Localized(light.label), light.auto_off_seconds or None) for light in door.lights.all()
        ),
        hold=holds.shown(door, now),
        open_rate_limit=OpenRateLimit(door.building_id, door.building.min_interval_ms),
        device_challenge=who.challenge(now),
    )


def _mode(door: Door, terms: doors.Terms, now: datetime) -> str:
    """What whoever asks may do here now. A guest whose invite wants a scan stands at the sticker already."""
    if not terms.resident and not terms.invite:
        return GUEST_DIRECTORY
    decision = doors.may_open(door, terms, now=now)
    if not decision.allowed and decision.reason != "scan_required":
        return GUEST_DIRECTORY
    return RESIDENT_QUICK_OPEN if terms.resident else GUEST_QUICK_OPEN


def place(building: Building) -> Place:
    return Place(
        name=Localized(building.name),
        formatted_address=Localized(building.address) if building.address else None,
        notes=Localized(building.notes) if building.notes else None,
        image_url=building.image_url or None,
    )


def _message(portal: Portal) -> Localized | None:
    is_shown = portal.directory == Portal.Directory.DISABLED and portal.directory_message
    return Localized(portal.directory_message) if is_shown else None


@operation("GET")
def get_portal_targets(request: HttpRequest, public_portal_id: str) -> Shape | HttpResponse:
    portal = _portal(public_portal_id)
    if portal.directory != Portal.Directory.READY:
        return Targets(status=portal.directory, targets=(), message=_message(portal))
    return targets.answer(directory.read(portal.door.building, request.GET.get("q", "")))


@operation("GET")
def get_portal_reachable(request: HttpRequest, public_portal_id: str) -> Shape:
    door = _portal(public_portal_id).door
    if not doors.is_connected(door):
        return Reachable(False, "door_not_connected")
    return Reachable(reach.reachable(door))


@operation("POST", body={"target_entity_id": True, "mode": True})
def start_portal_session(request: HttpRequest, public_portal_id: str, body: Body) -> Shape:
    portal = _portal(public_portal_id)
    mode = body["mode"].lower()
    if mode not in Session.Mode:
        raise Refusal("invalid_request", "mode must be voice, video or message.")
    if portal.directory != Portal.Directory.READY:
        raise Refusal("guest_disabled")
    entry = Entry.objects.filter(building=portal.door.building_id, id=body["target_entity_id"]).first()
    if entry is None:
        raise Refusal("not_found")
    now = timezone.now()
    session, caller_token = sessions.ring(portal, entry, mode, guest=shapes.guest_of(request), now=now)
    return StartedSession(
        session_id=session.id,
        caller_token=caller_token,
        expires_at=session.expires_at,
        peerjs=shapes.peer_server(),
        caller_peer_id=session.caller_peer_id,
        callee_peer_id=session.callee_peer_id,
        callees_notified=session.callees_notified,
        ice_servers=shapes.ice_servers(sessions.Seat(session, "caller"), now),
    )


@operation("POST")
def open_portal(request: HttpRequest, public_portal_id: str) -> Shape:
    """Quick open: for a resident with a right to this door, and for a guest whose invite holds now."""
    portal, now = _portal(public_portal_id), timezone.now()
    terms = shapes.terms_to_open(request, portal, now)
    if not terms.resident and not terms.invite:
        quotas.take_try(portal.door, now=now)
    attempt = doors.open_door(portal.door, terms, now=now)
    return shapes.opened(attempt, portal.door)


@operation("POST")
def set_portal_lights(request: HttpRequest, public_portal_id: str) -> None:
    """For whoever may open this door now. Anybody else is a stranger, and strangers switch nothing."""
    portal, now = _portal(public_portal_id), timezone.now()
    who = shapes.standing(request)
    if who.device:
        shapes.must_be_signed(request, who.device, who.device.invite, "lights", portal.public_id, now=now)
    if _mode(portal.door, shapes.terms_at(request, portal, who), now) == GUEST_DIRECTORY:
        raise Refusal("wrong_role")
    lights.turn_on(portal.door, now=now)


@operation("GET")
def scan_portal(request: HttpRequest, public_portal_id: str) -> Shape:
    """A fresh proof that somebody looks at this sticker. Nothing is kept, so reading it changes nothing."""
    portal, now = _portal(public_portal_id), timezone.now()
    return ScanProof(scan_proof=scans.prove(portal), expires_at=now + timedelta(seconds=scans.FRESH))
