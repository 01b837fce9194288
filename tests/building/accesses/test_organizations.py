"""Organisations: each building is one, and its settings show how auth types are spelt."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from grpc import StatusCode

from tests.building.accesses.line import PASSWORD, body, refused
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.models import AccessDoor, Building


def settings_of(line: Any, slug: str) -> list[str]:
    request = pb.GetSettingsRequest(organization_slug=slug)
    return list(line.say(line.organizations.GetSettings, request).settings.default_auth_types_for_temp_access)


def test_the_settings_show_a_spelling_that_is_understood(line, lobby):
    (spelling,) = settings_of(line, line.slug)
    given = body(lobby)
    given.doors[0].in_auth_types[:] = [spelling]
    line.done(line.create(given))
    assert AccessDoor.objects.get().in_auth_types == ["REMOTE"]


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Harbour House"], ["harbour-house"]),
        (["Ünter den Linden"], ["unter-den-linden"]),
        (["港の家"], ["building"]),
    ],
)
def test_a_building_is_an_organisation_from_its_first_day(db, names, slugs):
    assert [Building.objects.create(name={"en": name}).organization.slug for name in names] == slugs


def test_two_of_one_name_have_slugs_of_their_own(db):
    first, second = (Building.objects.create(name={"en": "Tower"}) for _ in range(2))
    assert first.organization.slug == "tower"
    assert second.organization.slug == f"tower-{second.id.lower()}"
    second.name = {"en": "Castle"}
    second.save()
    assert Building.objects.get(id=second.id).organization.slug == f"tower-{second.id.lower()}"


def test_staff_operate_the_organisations_that_name_them(line, manager, building):
    building.organization.operators.remove(manager)
    with refused(StatusCode.PERMISSION_DENIED, "not yours"):
        settings_of(line, line.slug)


def test_a_superuser_operates_every_organisation(stranger):
    User.objects.create_superuser("root", "root@example.com", PASSWORD)
    stranger.login("root")
    Building.objects.create(name={"en": "Tower"})
    assert settings_of(stranger, stranger.slug) == settings_of(stranger, "tower")
    with refused(StatusCode.PERMISSION_DENIED):
        settings_of(stranger, "nowhere")
