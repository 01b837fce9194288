"""How many phones hold an invite: never more than the host allows, however many ask at once."""

from typing import Any

import pytest
from django.test import Client

from visitor_portal.building import devices, invites
from visitor_portal.building.devices import bind
from visitor_portal.building.executing import execute
from visitor_portal.building.models import Building, InviteDevice
from visitor_portal.building.refusals import Refusal

from . import inviting
from .conftest import attempts, pulses
from .inviting import invited, opened
from .threads import together

link, phone = inviting.link, inviting.phone


def secret_of(answer: Any) -> str:
    return answer.cookies["oa_access_invite"].value if answer.cookies else ""


@pytest.mark.parametrize(("most", "taken"), [(0, 0), (1, 1), (3, 3), (None, 5)])
def test_as_many_as_the_host_allows(link, now, most, taken):
    link.change(max_devices=most)
    for _ in range(5):
        try:
            bind(link.invite, "", now=now)
        except Refusal as refusal:
            assert refusal.code == "max_devices_reached"
    assert InviteDevice.objects.count() == taken


def test_each_phone_has_a_secret_of_its_own(link, now):
    bound = [bind(link.invite, "phone", now=now) for _ in range(3)]
    assert len({secret for _, secret in bound}) == 3
    assert {secret[:6] for _, secret in bound} == {"guest_"}
    assert {device.guest for device, _ in bound} == {"phone"}
    assert len({devices.name_of(device) for device, _ in bound}) == 3


def test_a_slot_that_is_given_back_is_free(link, now):
    link.change(max_devices=1)
    device, _ = bind(link.invite, "", now=now)
    devices.release(device)
    bind(link.invite, "", now=now)


def test_slots_of_two_invites_are_counted_apart(link, door, now):
    other = invited(door, max_devices=1)
    link.change(max_devices=1)
    for each in (link, other):
        bind(each.invite, "", now=now)
    assert InviteDevice.objects.count() == 2


@pytest.mark.usefixtures("file_database")
def test_fifty_at_once_for_one_slot(link):
    link.change(max_devices=1)
    path = f"/api/v1/public/access/invites/{link.token}/session"
    answers = opened(together(*[lambda: Client().post(path, b"", content_type="application/json")] * 50))
    assert sorted(answer.status_code for answer in answers) == [200] + [403] * 49
    secrets = [secret for answer in answers if (secret := secret_of(answer))]
    assert len(secrets) == InviteDevice.objects.count() == 1


@pytest.mark.usefixtures("file_database")
def test_fifty_at_once_for_three_slots(link, now):
    link.change(max_devices=3)
    results = together(*[lambda: bind(link.invite, "", now=now)] * 50)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert refused == ["max_devices_reached"] * 47
    assert InviteDevice.objects.count() == 3


@pytest.mark.usefixtures("file_database")
def test_twenty_openings_at_once_for_one_slot(link, now):
    link.change(max_devices=1)
    Building.objects.update(min_interval_ms=0)
    results = together(*[lambda: execute(link.tap(), now=now)] * 20)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert refused == ["max_devices_reached"] * 19
    assert (pulses(), InviteDevice.objects.count()) == (1, 1)


@pytest.mark.usefixtures("file_database")
def test_twenty_times_the_same_tap_is_one_pulse_and_one_slot(link, now):
    link.change(max_devices=1)
    Building.objects.update(min_interval_ms=0)
    results = opened(together(*[lambda: execute(link.tap(key="tap"), now=now)] * 20))
    assert {attempt.state for attempt, _ in results} == {"confirmed"}
    assert len([secret for _, secret in results if secret]) == 1
    assert (pulses(), len(attempts()), InviteDevice.objects.count()) == (1, 1, 1)


def test_a_new_link_voids_every_phone(link, phone):
    phone.ok("start_invite_session", link.token)
    token = invites.regenerate_token(link.invite)
    link.change(max_devices=1)
    assert InviteDevice.objects.count() == 0
    fresh = phone.ok("start_invite_session", token)
    assert fresh["invite_id"] == phone.client.cookies["oa_access_invite"].value
