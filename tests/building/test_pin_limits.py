"""A PIN has six digits at least, and nobody gets to guess often."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.exceptions import ValidationError

from visitor_portal.building import pins
from visitor_portal.building.devices import bind
from visitor_portal.building.executing import execute
from visitor_portal.building.models import AccessLog, Building, Invite, InviteDevice, PinTry
from visitor_portal.building.refusals import Refusal

from . import inviting
from .conftest import pulses
from .inviting import PIN, Link, Phone, invited
from .threads import together

quick_hashes = inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")

MINUTE = timedelta(minutes=1)


@pytest.fixture
def link(door) -> Link:
    return invited(door, pin=PIN)


def guess(link: Link, device: InviteDevice | None, pin: str, now) -> str:
    return pins.check(Invite.objects.get(id=link.invite.id), device, pin, now=now)


def guesses(link: Link, device: InviteDevice | None, number: int, now) -> int:
    """How many of so many wrong PINs were looked at."""
    return [guess(link, device, "000000", now) for _ in range(number)].count("pin_wrong")


# -- what may be a PIN


@pytest.mark.parametrize("pin", ["4930", "49301", PIN, "493017493017"])
def test_digits_that_may_be_one(door, now, pin):
    link = invited(door, pin=pin, max_devices=2)
    assert guess(link, None, pin, now) == ""
    assert pin not in link.invite.pin_hash


@pytest.mark.parametrize(
    "pin", ["493", "4930174930174", "49301a", "４９３０１７", "٤٩٣٠١٧", "493 017", "-493017", "493017\n"]
)
def test_what_is_none(door, pin):
    with pytest.raises(ValidationError):
        invited(door, pin=pin, max_devices=1)
    assert not Invite.objects.exists()


@pytest.mark.parametrize("pin", ["4930", "49301"])
def test_a_short_one_needs_a_limit_of_phones(door, pin):
    with pytest.raises(ValidationError, match="limit of phones"):
        invited(door, pin=pin)


def test_a_new_pin_replaces_the_old_one_and_the_guesses(link, now):
    guesses(link, None, 5, now)
    pins.set_pin(link.invite, "271828")
    assert guess(link, None, PIN, now) == "pin_wrong"
    assert guess(link, None, "271828", now) == ""


def test_without_a_pin_none_is_right(link, now):
    pins.set_pin(link.invite, None)
    assert [guess(link, None, pin, now) for pin in (PIN, "", "!", "short ")] == ["pin_wrong"] * 4


@pytest.mark.parametrize("pin", [PIN, "000000"])
@pytest.mark.parametrize("kept", [PIN, None])
def test_the_same_work_for_right_wrong_and_no_pin(link, now, monkeypatch, pin, kept):
    pins.set_pin(link.invite, kept)
    worked: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        worked.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    guess(link, None, pin, now)
    assert len(worked) == 1


# -- how often


def test_five_in_a_quarter_of_an_hour(link, now):
    assert guesses(link, None, 50, now) == 5
    assert guess(link, None, PIN, now) == "too_many_tries"
    assert pins.wait(link.invite, None, now=now) == 900
    assert pins.wait(link.invite, None, now=now + timedelta(seconds=0.5)) == 900
    assert pins.wait(link.invite, None, now=now + 14.999 * MINUTE) == 1
    assert guesses(link, None, 50, now + 14.9 * MINUTE) == 0
    assert guess(link, None, PIN, now + 15.1 * MINUTE) == ""


def test_ten_for_life(link, now):
    evaluated = [guesses(link, None, 8, now + hours * 60 * MINUTE) for hours in range(20)]
    assert sum(evaluated) == 10
    assert guess(link, None, PIN, now + 365 * 24 * 60 * MINUTE) == "too_many_tries"


def test_the_host_allows_new_tries(link, now):
    guesses(link, None, 5, now)
    pins.reset_tries(link.invite)
    assert guess(link, None, PIN, now) == ""


def test_nothing_but_the_rows_is_the_count(link, now):
    guesses(link, None, 3, now)
    assert PinTry.objects.filter(invite=link.invite, device="").count() == 3


def test_a_right_one_is_no_miss(link, now):
    for _ in range(30):
        assert guess(link, None, PIN, now) == ""
    assert not PinTry.objects.exists()


def test_a_right_one_forgives_the_phones_own_misses_and_no_others(link, now):
    device, _ = bind(link.invite, "", now=now)
    guesses(link, None, 2, now)
    guesses(link, device, 4, now)
    assert guess(link, device, PIN, now) == ""
    assert list(PinTry.objects.values_list("device", flat=True)) == ["", ""]
    assert guess(link, None, PIN, now) == ""  # anybody without a slot may have missed before
    assert PinTry.objects.count() == 2


def test_a_thousand_guesses_from_a_thousand_places(link, now):
    bound = InviteDevice.objects.bulk_create(
        InviteDevice(invite=link.invite, secret_hash=str(n), guest=str(n), created_at=now) for n in range(1000)
    )
    looked_at = sum(guesses(link, device, 1, now + n * MINUTE) for n, device in enumerate(bound))
    looked_at += guesses(link, None, 100, now)
    assert looked_at <= 10


def test_a_thousand_cookies_and_addresses_on_the_wire(link):
    codes = []
    for number in range(60):
        phone = Phone().holding(f"guest_{number}")
        codes.append(phone.execute(link, pin="000000", key=str(number))[1])
    assert codes == ["pin_wrong"] * 5 + ["too_many_tries"] * 55
    assert AccessLog.objects.filter(step=1).count() == 60


def test_nobody_else_locks_the_first_phone_out(link, now):
    first, _ = bind(link.invite, "", now=now)
    others = [bind(link.invite, "", now=now)[0] for _ in range(3)]
    burnt = [guesses(link, other, 7, now + hour * 60 * MINUTE) for hour in range(9) for other in (*others, None)]
    assert sum(burnt) == 5
    assert guesses(link, first, 4, now) == 4
    assert guess(link, first, PIN, now) == ""
    assert guess(link, others[0], PIN, now) == "too_many_tries"


def test_what_was_burnt_before_the_first_phone_came_counts(link, now):
    for hour in range(3):
        guesses(link, None, 8, now + hour * 60 * MINUTE)
    first, _ = bind(link.invite, "", now=now)
    assert guess(link, first, PIN, now) == "too_many_tries"
    pins.reset_tries(link.invite)
    assert guess(link, first, PIN, now) == ""


def test_a_short_pin_has_five_tries_for_life(door, now):
    link = invited(door, pin="4930", max_devices=2)
    first, second = (bind(link.invite, "", now=now)[0] for _ in range(2))
    looked_at = [
        guesses(link, device, 8, now + hour * 60 * MINUTE) for hour in range(9) for device in (second, first)
    ]
    assert (sum(looked_at), looked_at[:2]) == (5, [3, 2])


def test_tries_at_two_invites_are_counted_apart(link, door, now):
    guesses(link, None, 50, now)
    assert guess(invited(door, pin=PIN), None, PIN, now) == ""


def test_the_page_is_told_that_only_the_host_helps(link, now):
    for hour in (2, 1):
        guesses(link, None, 5, now - hour * 60 * MINUTE)
    phone = Phone()
    assert phone.execute(link, pin=PIN) == (429, "too_many_tries")
    assert phone.last["Retry-After"] == "86400"
    assert "host" in phone.last.json()["message"]


# -- at once


@pytest.mark.usefixtures("file_database")
def test_fifty_at_once_are_five(link, now):
    results = together(*[lambda: guess(link, None, "000000", now)] * 50)
    assert sorted(map(str, results)) == ["pin_wrong"] * 5 + ["too_many_tries"] * 45
    assert PinTry.objects.count() == 5


@pytest.mark.usefixtures("file_database")
def test_fifty_phones_at_once_are_ten_at_most(link, now):
    bound = [bind(link.invite, "", now=now)[0] for _ in range(25)]
    results = together(*[lambda who=who: guess(link, who, "000000", now) for who in (*bound, *[None] * 25)])
    assert 5 <= results.count("pin_wrong") <= 10


@pytest.mark.usefixtures("file_database")
def test_guesses_at_once_through_the_door_open_it_at_most_once(link, now):
    Building.objects.update(min_interval_ms=0)
    wrong = [lambda pin=f"{n:06}": execute(link.tap(pin=pin), now=now) for n in range(20)]
    results = together(*wrong)
    codes = sorted(result.code for result in results if isinstance(result, Refusal))
    assert codes == ["pin_wrong"] * 5 + ["too_many_tries"] * 15
    assert pulses() == 0


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_for_the_last_use_are_one_pulse(door, now):
    Building.objects.update(min_interval_ms=0)
    link = invited(door, max_uses=1)
    results = together(*[lambda: execute(link.tap(), now=now)] * 20)
    refused = {result.code for result in results if isinstance(result, Refusal)}
    assert (pulses(), refused) == (1, {"uses_exhausted"})
    assert Invite.objects.get().uses == 1
