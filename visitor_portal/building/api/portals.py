"""What a sign leads to."""

from django.http import HttpRequest
from django.utils import timezone

from visitor_portal.building import directory, doors, sessions
from visitor_portal.building.models import Building, Door, Entry, Portal, Session
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import (
    Light,
    Localized,
    Place,
    Reachable,
    StartedSession,
    Target,
    Targets,
)
from visitor_portal.public_access.wire import Portal as PortalShape

from . import shapes
from .answers import Body, Shape, operation


def _portal(public_portal_id: str) -> Portal:
    portal = Portal.objects.select_related("door__building").filter(public_id=public_portal_id).first()
    if portal is None:
        raise Refusal("not_found")
    return portal


@operation("GET")
def get_portal(request: HttpRequest, public_portal_id: str) -> Shape:
    portal = _portal(public_portal_id)
    door: Door = portal.door
    return PortalShape(
        public_portal_id=portal.public_id,
        entry_kind=door.entry_kind,
        door_connected=door.connected,
        name=Localized(portal.name),
        access_control=_place(door.building),
        access_directory=Place(name=Localized(door.building.name), status=portal.directory, message=_message(portal)),
        door_image_url=door.image_url or None,
        door_effective_auto_off_duration=door.open_seconds,
        lights=tuple(Light(light.id, Localized(light.label), light.auto_off_seconds) for light in door.lights.all()),
    )


def _place(building: Building) -> Place:
    return Place(
        name=Localized(building.name),
        formatted_address=Localized(building.address) if building.address else None,
        notes=Localized(building.notes) if building.notes else None,
    )


def _message(portal: Portal) -> Localized | None:
    is_shown = portal.directory == Portal.Directory.DISABLED and portal.directory_message
    return Localized(portal.directory_message) if is_shown else None


@operation("GET")
def get_portal_targets(request: HttpRequest, public_portal_id: str) -> Shape:
    portal = _portal(public_portal_id)
    if portal.directory != Portal.Directory.READY:
        return Targets(status=portal.directory, targets=(), message=_message(portal))
    lines = directory.lines(portal.door.building)
    return Targets(
        status="ready" if lines else "empty",
        targets=tuple(_target(line) for line in lines),
        floor_order=tuple(dict.fromkeys(line.entry.floor for line in lines)),
    )


def _target(line: directory.Line) -> Target:
    entry = line.entry
    return Target(
        target_id=entry.id,
        effective_display_name=str(entry),
        display_name=Localized(entry.name),
        floor=Localized(entry.floor),
        floor_number=entry.floor_number,
        listing_label=Localized(entry.unit) if entry.unit else None,
        listing_number=entry.unit_number,
        location_detail=Localized(entry.unit) if entry.unit else None,
        allowed_actions=tuple(line.allowed_actions),
        denial_reasons=(line.denial,) if line.denial else (),
        call_available=bool(line.callees),
        require_video=entry.require_video,
    )


@operation("GET")
def get_portal_reachable(request: HttpRequest, public_portal_id: str) -> Shape:
    door = _portal(public_portal_id).door
    if not door.connected:
        return Reachable(False, "door_not_connected")
    return Reachable(doors.reachable(door))


@operation("POST", body={"target_entity_id": True, "mode": True})
def start_portal_session(request: HttpRequest, public_portal_id: str, body: Body) -> Shape:
    portal = _portal(public_portal_id)
    mode = body["mode"].lower()
    if mode not in Session.Mode:
        raise Refusal("invalid_request", "mode must be voice, video or message.")
    if portal.directory != Portal.Directory.READY:
        raise Refusal("guest_disabled")
    entry = (
        Entry.objects.filter(building=portal.door.building_id, id=body["target_entity_id"])
        .prefetch_related("memberships__resident")
        .first()
    )
    if entry is None:
        raise Refusal("not_found")
    session, caller_token = sessions.ring(portal, entry, mode, now=timezone.now())
    return StartedSession(
        session_id=session.id,
        caller_token=caller_token,
        expires_at=session.expires_at,
        peerjs=shapes.peer_server(),
        caller_peer_id=session.caller_peer_id,
        callee_peer_id=session.callee_peer_id,
        callees_notified=session.callees_notified,
        ice_servers=shapes.ice_servers(),
    )


@operation("POST")
def set_portal_lights(request: HttpRequest, public_portal_id: str) -> Shape | None:
    """For a resident with a right to this door. Anybody else is a visitor, and visitors switch nothing."""
    portal = _portal(public_portal_id)
    resident = shapes.resident_of(request)
    now = timezone.now()
    if resident is None or not doors.may_open(portal.door, doors.Terms(resident, portal), now=now).allowed:
        raise Refusal("wrong_role")
    doors.set_lights(portal.door, now=now)
    return None
