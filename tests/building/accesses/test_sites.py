"""Sites over gRPC: a building is the one site of its organisation."""

import pytest
from grpc import StatusCode

from tests.building.accesses.line import Line, refused
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2 as pb
from visitor_portal.building.accesses.generated import entryfy_org_v2_pb2_grpc as services
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import Building


def sites(line: Line, *uuids: str, slug: str = "") -> list[pb.Site]:
    request = pb.GetSitesRequest(organization_slug=slug or line.slug, uuids=uuids)
    return list(line.say(services.SitesServiceStub(line.channel).GetSites, request).sites)


def test_the_building_is_the_site(line: Line, building: Building):
    Building.objects.update(time_zone="Europe/Lisbon")
    [site] = sites(line)
    assert (site.uuid, site.name, site.timezone) == (uuid_of(building.id), "Harbour House", "Europe/Lisbon")
    assert sites(line, site.uuid) == [site]
    assert not site.remote_open_distance_restricted


@pytest.mark.parametrize(
    ("uuid", "code"),
    [("00000000-0000-4000-8000-000000000000", StatusCode.NOT_FOUND), ("x", StatusCode.INVALID_ARGUMENT)],
)
def test_another_site_is_not_there(line: Line, uuid: str, code: StatusCode):
    with refused(code, "uuids"):
        sites(line, uuid)


def test_another_organisation_is_not_told(line: Line):
    elsewhere = Building.objects.create(name={"en": "Elsewhere"})
    with refused(StatusCode.PERMISSION_DENIED):
        sites(line, slug=elsewhere.organization.slug)


def test_nobody_is_told_without_a_session(stranger: Line):
    with refused(StatusCode.UNAUTHENTICATED):
        sites(stranger)
