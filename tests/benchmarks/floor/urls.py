"""What a sticker page costs at least: the two questions to the building, and so many bytes."""

import asyncio

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from visitor_portal import upstream


async def page(request: HttpRequest, public_portal_id: str, size: int) -> HttpResponse:
    client = upstream.client()
    await asyncio.gather(client.get_portal(public_portal_id), client.get_portal_targets(public_portal_id))
    return HttpResponse(b"x" * size)


urlpatterns = [
    path("floor/<id:public_portal_id>/<int:size>", page),
    path("api/v1/", include("visitor_portal.building.api.urls")),
]
