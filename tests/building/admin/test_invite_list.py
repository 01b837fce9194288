"""The list of invites: how each stands, and which of them want something."""

from datetime import timedelta

import pytest
from django.utils import timezone

from visitor_portal.building import devices, invites
from visitor_portal.building.models import Access, Invite

from .forms import text


def state(desk) -> str:
    (row,) = desk.get("/admin/building/invite/").context["cl"].result_list
    return str(desk.get("/admin/building/invite/").context["cl"].model_admin.stands(row))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "active"),
        ({"is_enabled": False}, "switched off"),
        ({"revoked_at": timezone.now()}, "revoked"),
        ({"max_devices": 0}, "active, on as many phones as it may be"),
        ({"access__valid_from": timedelta(hours=1)}, "begins later"),
        ({"access__valid_to": timedelta(hours=-1)}, "over"),
    ],
)
def test_the_list_says_how_it_stands(desk, invite, change, said):
    for name, value in change.items():
        if name.startswith("access__"):
            moment = {name.removeprefix("access__"): timezone.now() + value}
            Access.objects.filter(id=invite.access_id).update(**moment)
        else:
            Invite.objects.update(**{name: value})
    assert state(desk) == said


def test_the_list_counts_uses_and_phones(desk, invite):
    Invite.objects.update(uses=1, max_uses=3, max_devices=2)
    devices.bind(invite, "phone", now=timezone.now())
    assert "1 of 3 1 of 2" in text(desk.get("/admin/building/invite/"))


def test_those_asking_for_more_time_are_found(desk, invite):
    where = "/admin/building/invite/?standing=asked"
    assert list(desk.get(where).context["cl"].result_list) == []
    invites.request_renewal(invite, "", now=timezone.now())
    assert list(desk.get(where).context["cl"].result_list) == [invite]


def test_live_and_over_are_told_apart(desk, invite):
    def found(word: str) -> list[Invite]:
        return list(desk.get(f"/admin/building/invite/?standing={word}").context["cl"].result_list)

    assert (found("live"), found("over")) == ([invite], [])
    invites.revoke(invite, timezone.now())
    assert (found("live"), found("over")) == ([], [invite])
