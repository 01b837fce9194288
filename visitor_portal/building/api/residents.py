"""What a resident's own page asks. Not in the published contract; nothing but our pages depends on it."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from visitor_portal import events
from visitor_portal.building import asking, sessions
from visitor_portal.building.models import Resident, Session
from visitor_portal.building.refusals import Refusal
from visitor_portal.public_access.wire import Localized, Visit
from visitor_portal.public_access.wire import Resident as ResidentShape

from . import device_requests, shapes
from .answers import Shape, operation


@operation("GET")
def get_resident(request: HttpRequest) -> Shape:
    resident = shapes.resident_of(request)
    if resident is None:
        raise Refusal("invalid_token")
    now = timezone.now()
    return ResidentShape(
        resident_id=resident.id,
        display_name=resident.name,
        group=events.resident_group(resident.id),
        visits=tuple(_visit(session, resident) for session in _running(resident, now)),
        device_requests=tuple(
            device_requests.shape_of(asked, now, token=token) for asked, token in asking.waiting_for(resident, now)
        ),
    )


def _running(resident: Resident, now: datetime) -> list[Session]:
    running = Session.objects.filter(rings__resident=resident, state__in=Session.LIVE, expires_at__gt=now)
    return list(
        running.select_related("portal__door__building", "entry", "answered_by")
        .prefetch_related("messages")
        .order_by("created_at")
    )


def _visit(session: Session, resident: Resident) -> Visit:
    lines = list(session.messages.all())
    elsewhere = session.answered_by_id not in (None, resident.id)
    return Visit(
        session_id=session.id,
        callee_token=sessions.callee_token(session, resident),
        state=session.state,
        mode=session.mode,
        portal_name=Localized(session.portal.name),
        building_name=Localized(session.portal.door.building.name),
        target_name=Localized(session.entry.name),
        created_at=session.created_at,
        expires_at=session.expires_at,
        answered_by=session.answered_by.name if elsewhere and session.answered_by else None,
        last_message=shapes.message(lines[-1]) if lines else None,
    )
