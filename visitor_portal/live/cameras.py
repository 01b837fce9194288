"""The sign's cameras, for who answered: through this portal, so that no browser learns where a camera is."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from visitor_portal import faults, roles, seals
from visitor_portal.http import isolated
from visitor_portal.public_access.wire import Camera
from visitor_portal.roles import Role

from . import camera_addresses, camera_feed, camera_line, camera_shots, mjpeg, truth
from .camera_addresses import Addresses
from .camera_line import NoPicture
from .status import TOLERANCE, Status

SILENT = replace(
    faults.OFFLINE,
    status=404,  # and no 5xx, which would be a line of the log each second
    title=gettext_lazy("The camera does not answer"),
    what=gettext_lazy("There is no picture at the moment."),
    then=gettext_lazy("The door still works. Go back to the visit."),
)
FULL = replace(SILENT, status=429, title=gettext_lazy("Too many look at once"))

logger = logging.getLogger(__name__)
_silent: set[str] = set()

View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]
OfCamera = Callable[[HttpRequest, Role, Addresses], Awaitable[HttpResponseBase]]


# -- who may


def may_look(status: Status) -> bool:
    """While they talk; once the door was opened, until it shuts, where the building says when that is."""
    if status.role.name != "callee" or status.is_elsewhere:
        return False
    until = status.session.expires_at
    is_in_time = until is None or status.now <= until + TOLERANCE
    return (status.state == "active" and is_in_time) or (status.state == "accepted" and status.is_door_open)


async def _status(role: Role) -> Status:
    return Status(await truth.read(role), role, "en")


async def _may_look(role: Role) -> bool:
    return may_look(await _status(role))


async def _seen(role: Role) -> list[Camera]:
    """The cameras that this role may look through now. An upstream may know no more of them than their names."""
    status = await _status(role)
    if status.is_elsewhere:
        raise PermissionDenied
    if not may_look(status):
        return []
    streams = await truth.streams(role)
    return list(streams.cameras) or [Camera(device_id) for device_id in streams.device_ids]


def _of_camera(view: OfCamera) -> View:
    """The view of one camera, for the callee who may look through it now. Before and after, there is nothing: 204."""

    @wraps(view)
    async def checked(request: HttpRequest, session_id: str, number: int) -> HttpResponseBase:
        role = await roles.required(request, session_id, "callee")
        seen = await _seen(role)
        if not seen:
            return HttpResponse(status=204)
        if number >= len(seen):
            raise Http404
        addresses = camera_addresses.of(seen[number])
        try:
            response = await view(request, role, addresses)
        except camera_feed.Full:
            return faults.show(request, FULL)
        except NoPicture as error:
            _note(addresses.device_id, str(error))
            return faults.show(request, SILENT)
        _note(addresses.device_id)
        return response

    return checked


def _note(device_id: str, fault: str = "") -> None:
    """In the log once when it falls silent, and once when it is back. Few names fit: an upstream makes them up."""
    if fault and device_id not in _silent and len(_silent) < 100:
        _silent.add(device_id)
        logger.warning("Camera %.40r does not answer: %s", device_id, fault)
    elif not fault and device_id in _silent:
        _silent.discard(device_id)
        logger.info("Camera %.40r answers again", device_id)


# -- what they see


@require_GET
async def cameras(request: HttpRequest, session_id: str) -> HttpResponse:
    """The cameras that there are, as a fragment; 204 where there is none to look through."""
    role = await roles.required(request, session_id, "callee")
    seen = await _seen(role)
    if not seen:
        return HttpResponse(status=204)
    shown = [_shown(number, camera) for number, camera in enumerate(seen)]
    seal = seals.mint("camera", session_id, role.fingerprint)
    return render(request, "live/_player.html", {"session_id": session_id, "cameras": shown, "seal": seal})


def _shown(number: int, camera: Camera) -> dict[str, object]:
    addresses = camera_addresses.of(camera)
    label = isolated(camera.label) if camera.label else _("Camera %(number)d") % {"number": number + 1}
    return {"label": label, "can_move": addresses.can_move, "can_talk": addresses.webrtc is not None}


@require_GET
@_of_camera
async def snapshot(request: HttpRequest, role: Role, addresses: Addresses) -> HttpResponse:
    picture = await camera_shots.newest(addresses, role.session_id)
    return HttpResponse(picture.content, content_type=picture.content_type)


@require_GET
@_of_camera
async def stream(request: HttpRequest, role: Role, addresses: Addresses) -> StreamingHttpResponse:
    if not addresses.can_move:
        raise Http404
    feed = camera_feed.Feed(addresses, role.session_id, lambda: _may_look(role))
    await feed.begin()
    return StreamingHttpResponse(feed.parts(), content_type=mjpeg.CONTENT_TYPE)


@require_POST
@_of_camera
async def webrtc(request: HttpRequest, role: Role, addresses: Addresses) -> HttpResponse:
    """A browser's offer to go2rtc, and its answer. The video itself goes from there to the browser."""
    try:
        seals.nonce(request.headers.get("X-Seal", ""), "camera", role.session_id, role.fingerprint)
    except seals.OldSeal:
        return faults.show(request, faults.OLD_PAGE)
    except seals.BadSeal:
        return faults.show(request, faults.NOT_FROM_OUR_PAGE)
    if addresses.webrtc is None:
        raise Http404
    if request.content_type != "application/sdp" or not request.body.startswith(b"v=0"):
        return faults.show(request, faults.BAD_REQUEST)
    answer = await camera_line.exchange(addresses.webrtc, request.body)
    return HttpResponse(answer, content_type="application/sdp")
