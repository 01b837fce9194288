"""The directory as its answer. Each entry's JSON is written once and put together again for as long as it holds."""

import json
from functools import lru_cache

from django.http import HttpResponse

from visitor_portal.building.directory import REMEMBERED, Directory, Row, Standing
from visitor_portal.building.models import in_english
from visitor_portal.public_access.wire import Localized, Target, Targets


def answer(directory: Directory) -> HttpResponse:
    frame = Targets(
        status="ready" if directory.lines or directory.has_hidden else "empty",
        floor_order=tuple(dict.fromkeys(row.floor for row, _ in directory.lines)),
        has_hidden=directory.has_hidden,
    ).to_json()
    del frame["targets"]
    listed = ", ".join(_target(row, standing) for row, standing in directory.lines)
    text = f'{json.dumps(frame)[:-1]}, "targets": [{listed}]}}'
    return HttpResponse(text.encode(), content_type="application/json")


@lru_cache(REMEMBERED)
def _target(row: Row, standing: Standing) -> str:
    name = row.listed_name
    target = Target(
        target_id=row.id,
        effective_display_name=in_english(name),
        display_name=Localized(name),
        floor=Localized(row.floor),
        floor_number=row.floor_number,
        listing_label=Localized(row.unit) if row.unit else None,
        listing_number=row.unit_number,
        location_detail=Localized(row.unit) if row.unit else None,
        allowed_actions=standing.allowed_actions,
        denial_reasons=(standing.denial,) if standing.denial else (),
        call_available=bool(standing.callees),
        require_video=row.require_video,
    )
    return json.dumps(target.to_json())
