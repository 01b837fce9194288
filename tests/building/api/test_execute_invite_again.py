"""The same request again is told of the first; and phones that hold a slot, or take one."""

import pytest

from tests.building import inviting
from tests.building.conftest import attempts, pulses
from tests.building.inviting import NOBODYS, PIN, Phone, invited
from visitor_portal.building.models import (
    AccessDoor,
    Building,
    Door,
    Invite,
    InviteDevice,
    Opener,
    PinTry,
)

phone, link, quick_hashes = inviting.phone, inviting.link, inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def with_pin(door):
    return invited(door, pin=PIN)


def last() -> tuple[str, str]:
    """What the log says last."""
    attempt = attempts()[-1]
    return attempt.state, attempt.reason


# -- phones


def test_where_slots_are_counted_the_first_opening_takes_one(phone, link):
    link.change(max_devices=1)
    assert phone.execute(link) == (200, "")
    device = InviteDevice.objects.get()
    assert (
        phone.holding(phone.client.cookies["oa_access_invite"].value).ok("get_invite", link.token)["devices_count"]
        == 1
    )
    assert attempts()[0].last.guest == device.guest
    assert Phone().execute(link) == (403, "max_devices_reached")
    assert last() == ("refused", "max_devices_reached")


def test_a_phone_with_a_slot_opens(phone, link):
    link.change(max_devices=1)
    phone.ok("start_invite_session", link.token)
    assert phone.execute(link) == (200, "")
    assert InviteDevice.objects.count() == 1


def test_a_try_that_fails_takes_no_slot(phone, door):
    link = invited(door, pin=PIN, max_devices=1)
    assert phone.execute(link) == (403, "pin_required")
    assert phone.execute(link, pin="000000") == (403, "pin_wrong")
    Opener.objects.update(settings={"fault": "dead"})
    assert phone.execute(link, pin=PIN) == (503, "door_unreachable")
    assert not InviteDevice.objects.exists()
    assert not phone.client.cookies


def test_only_the_secret_is_the_slot(phone, link, portal, alice, visit):
    link.change(max_devices=1)
    said = Phone().ok("start_invite_session", link.token)
    device = InviteDevice.objects.get()
    ids = (link.invite.id, link.grant, said["guest_id"], str(device.pk), device.secret_hash, portal.public_id)
    for secret in (*ids, *(f"guest_{known}" for known in ids), link.token, alice.key, visit.caller, *NOBODYS):
        assert phone.holding(secret).execute(link) == (403, "max_devices_reached"), secret
    assert phone.holding(said["invite_id"]).execute(link) == (200, "")


def test_a_slot_of_another_invite_is_none(phone, link, door):
    link.change(max_devices=0)
    phone.ok("start_invite_session", invited(door).token)
    assert phone.execute(link) == (403, "max_devices_reached")


# -- the same request again


def test_a_repeated_request_is_told_of_the_first(phone, link):
    link.change(max_uses=1)
    assert phone.execute(link, key="tap") == (200, "")
    first = phone.last.json()
    assert phone.execute(link, key="tap") == (200, "")
    assert phone.last.json() == first
    assert (pulses(), Invite.objects.get().uses, len(attempts())) == (1, 1, 1)
    assert phone.execute(link, key="other") == (403, "uses_exhausted")


def test_a_repeated_request_tries_no_pin(phone, with_pin):
    for _ in range(9):
        assert phone.execute(with_pin, key="tap", pin="000000") == (403, "pin_wrong")
    assert (PinTry.objects.count(), len(attempts())) == (1, 1)
    assert phone.execute(with_pin, key="tap", pin=PIN) == (403, "pin_wrong")  # a new try takes a new key
    assert phone.execute(with_pin, key="next", pin=PIN) == (200, "")
    for number in range(7):
        phone.execute(with_pin, key=f"wrong {number}".replace(" ", "-"), pin="000000")
    assert phone.execute(with_pin, key="next", pin="000000") == (200, "")


def test_a_repeated_refusal_says_when_again(phone, with_pin):
    for number in range(6):
        phone.execute(with_pin, key=str(number), pin="000000")
    assert phone.execute(with_pin, key="5", pin=PIN) == (429, "too_many_tries")
    assert int(phone.last["Retry-After"]) > 1


def test_one_key_is_one_opening_of_a_door_whoever_sends_it(phone, link):
    Building.objects.update(min_interval_ms=0)
    other = Phone()
    for each in (phone, other):
        each.ok("start_invite_session", link.token, X_Guest_Id="twin")
        assert each.execute(link, key="1") == (200, "")
    assert (pulses(), len(attempts())) == (1, 1)


def test_a_key_counts_for_one_door_of_one_invite(phone, link, door, building):
    Building.objects.update(min_interval_ms=0)
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    Opener.objects.create(door=garage)
    row = AccessDoor.objects.create(access=link.invite.access, door=garage, in_auth_types=["REMOTE"])
    for token, grant in ((link.token, link.grant), (link.token, row.grant_id)):
        phone.ok("execute_invite", token, body={"grant_id": grant}, Idempotency_Key="1")
    assert phone.execute(invited(door), key="1") == (200, "")
    assert pulses() == 3


@pytest.mark.parametrize("key", ["a b", "é", "x" * 5000, "\x7f", ":", "'--"])
def test_a_strange_key_is_a_key(phone, link, key):
    assert phone.execute(link, key=key) == phone.execute(link, key=key) == (200, "")
    assert pulses() == 1
