"""SitesService: a building is the one site of its organisation."""

from typing import Any

from visitor_portal.building.models import Building
from visitor_portal.building.models.places import in_english

from . import errors
from .calls import Call
from .generated import entryfy_org_v2_pb2 as pb
from .generated import entryfy_org_v2_pb2_grpc as pb_grpc
from .wire import ids_in, uuid_of


class Sites(pb_grpc.SitesServiceServicer):
    def GetSites(self, request: Any, call: Call) -> Any:
        building = call.building(request.organization_slug)
        for id_, uuid in zip(ids_in("uuids", request.uuids), request.uuids, strict=True):
            if id_ != building.id:
                raise errors.not_found("uuids", uuid)
        return pb.GetSitesResponse(sites=[_shape(building)])


def _shape(building: Building) -> Any:
    return pb.Site(
        uuid=uuid_of(building.id),
        name=in_english(building.name),
        description=in_english(building.address) if building.address else "",
        timezone=building.time_zone,
    )
