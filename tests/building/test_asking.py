"""Phones that ask for a full invite: as many as may wait, and one answer each, however many press at once."""

import pytest
from django.utils import timezone

from tests.conftest import Person
from tests.push.conftest import phone_of, service  # noqa: F401 a fixture
from tests.push.service import PushService
from visitor_portal.building import asking
from visitor_portal.building.models import DeviceRequest, InviteDevice
from visitor_portal.building.models.ids import hashed
from visitor_portal.building.refusals import Refusal
from visitor_portal.push import pool

from .inviting import Link, invited, opened
from .threads import together

pytestmark = pytest.mark.usefixtures("file_database")


@pytest.fixture
def link(door) -> Link:
    """Full from the start."""
    return invited(door, max_devices=0)


def ask(link: Link) -> DeviceRequest:
    return asking.ask(link.invite, "", now=timezone.now())[0]


def test_fifty_ask_at_once_and_three_wait(link):
    results = together(*[lambda: ask(link)] * 50)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert refused == ["too_many_tries"] * 47
    assert DeviceRequest.objects.count() == 3


def test_many_answers_at_once_are_one(link):
    request = ask(link)
    answers = [lambda allow=allow: asking.answer(request, allow, now=timezone.now()) for allow in (True, False) * 10]
    said = set(opened(together(*answers)))
    assert said in ({"allowed"}, {"denied"})
    assert InviteDevice.objects.count() == (1 if said == {"allowed"} else 0)


def test_three_are_allowed_at_once(link):
    requests = [ask(link) for _ in range(3)]
    opened(together(*[lambda r=r: asking.answer(r, True, now=timezone.now()) for r in requests]))
    link.invite.refresh_from_db()
    assert (link.invite.max_devices, InviteDevice.objects.count()) == (3, 3)
    assert not asking.of_phone(link.invite, "nobody's")
    assert {device.secret_hash for device in InviteDevice.objects.all()} == {r.secret_hash for r in requests}


def test_only_what_was_asked_for_becomes_a_device(link):
    request, secret = asking.ask(link.invite, "my-phone", now=timezone.now())
    asking.answer(request, True, now=timezone.now())
    device = InviteDevice.objects.get()
    assert (device.secret_hash, device.guest, device.invite) == (hashed(secret), "my-phone", link.invite)


def test_the_hosts_phones_are_told_that_somebody_asks_and_nothing_that_could_answer(
    door,
    alice: Person,
    bob: Person,
    service: PushService,  # noqa: F811
):
    hers, his = service.subscribe(), service.subscribe()
    phone_of(hers, alice.resident.id)
    phone_of(his, bob.resident.id)
    request = ask(invited(door, max_devices=0, host=alice.resident))
    assert pool.settle(15)
    [told] = hers.got
    assert told.payload == {"kind": "asked", "tag": f"asked-{request.token_hash[:16]}"}
    assert his.got == []
