"""A phone's wish to be let onto a full invite, as its host answers it: by the token in the letter, and by no key."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from visitor_portal.building import asking
from visitor_portal.building.models import DeviceRequest
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import DeviceRequest as DeviceRequestShape
from visitor_portal.public_access.wire import Localized

from .answers import Body, Shape, operation


def _request(token: str) -> DeviceRequest:
    request = asking.by_token(token)
    if request is None:
        raise Refusal("not_found")
    return request


def shape_of(asked: DeviceRequest, now: datetime, *, token: str | None = None) -> DeviceRequestShape:
    invite = asked.invite
    return DeviceRequestShape(
        state=asking.state_of(asked, now),
        asked_at=asked.asked_at,
        answered_at=asked.answered_at,
        invite_name=invite.name or None,
        contact_display_name=invite.contact_name or None,
        building_name=Localized(invite.access.building.name),
        devices_count=invite.devices.count(),
        max_devices=invite.max_devices,
        timezone=invite.access.building.time_zone,
        request_token=token,
    )


@operation("GET")
def get_device_request(request: HttpRequest, request_token: str) -> Shape:
    return shape_of(_request(request_token), timezone.now())


@operation("POST", body={"allow": bool})
def answer_device_request(request: HttpRequest, request_token: str, body: Body) -> Shape:
    """The first answer stands; whoever answers again is told which one it was."""
    now = timezone.now()
    asking.answer(_request(request_token), body["allow"], now=now)
    return shape_of(_request(request_token), now)
