"""OrganizationsService: what a client may want to know before it writes anything."""

from typing import Any

from .calls import Call
from .generated import entryfy_org_v1_pb2 as pb
from .generated import entryfy_org_v1_pb2_grpc as pb_grpc
from .wire import spelt


class Organizations(pb_grpc.OrganizationsServiceServicer):
    def GetSettings(self, request: Any, call: Call) -> Any:
        """A guest opens from the link's page: that is REMOTE. It also shows how auth types are spelt here."""
        call.building(request.organization_slug)
        return pb.GetSettingsResponse(settings=pb.Settings(default_auth_types_for_temp_access=[spelt("REMOTE")]))
