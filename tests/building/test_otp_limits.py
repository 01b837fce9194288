"""A code is good once, for five minutes, for one phone; and nobody is sent many."""

from datetime import timedelta

import pytest
from django.core import mail

from visitor_portal.building import invites, otp
from visitor_portal.building.devices import bind
from visitor_portal.building.executing import execute
from visitor_portal.building.models import Building, InviteDevice, Opener, OtpChallenge
from visitor_portal.building.refusals import Refusal

from . import inviting
from .conftest import attempts, pulses
from .inviting import PIN, Link, codes, invited, opened
from .threads import together

phone, quick_hashes = inviting.phone, inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NOOR = "noor@example.org"


@pytest.fixture
def link(door) -> Link:
    """An invite for Noor alone."""
    return for_noor(door)


def for_noor(door, **fields) -> Link:
    return invited(door, audience="listed_contacts", contact_email=NOOR, **fields)


def send(link: Link, now, device: InviteDevice | None = None) -> tuple[str, str]:
    """A challenge and its code."""
    challenge = otp.start(link.tap().invite, device, None, now=now)
    return challenge.id, codes()[-1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def tried(link: Link, challenge: str, code: str, now, device: InviteDevice | None = None) -> str:
    """Empty when the door opened, else why not."""
    try:
        execute(link.tap(challenge=challenge, code=code, device=device), now=now)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.fixture(autouse=True)
def no_interval(building):
    building.min_interval_ms = 0
    building.save()


# -- the code


def test_the_right_code_opens_once(link, now):
    challenge, code = send(link, now)
    assert tried(link, challenge, code, now) == ""
    assert tried(link, challenge, code, now) == "otp_expired"
    assert pulses() == 1


def test_on_the_wire(phone, link):
    assert phone.execute(link) == (403, "otp_required")
    challenge = phone.ok("start_invite_otp", link.token, body={"channel": "email"})["challenge_id"]
    (code,) = codes()
    assert phone.execute(link, otp_challenge_id=challenge) == (403, "otp_required")
    assert phone.execute(link, otp_code=code) == (403, "otp_required")
    assert phone.execute(link, otp_challenge_id=challenge, otp_code=wrong(code)) == (403, "otp_wrong")
    assert phone.execute(link, otp_challenge_id=challenge, otp_code=f"{code[:3]} {code[3:]}") == (200, "")
    assert phone.execute(link, otp_challenge_id=challenge, otp_code=code) == (403, "otp_expired")
    assert [attempt.reason for attempt in attempts()] == [
        *("otp_required", "otp_required", "otp_required", "otp_wrong", "", "otp_expired"),
    ]


@pytest.mark.parametrize("code", ["é", "٤٩٣٠١٧", "\u202e1", "1" * 50_000, "'--"])
def test_a_strange_code_is_wrong_and_no_more(phone, link, now, code):
    challenge, _ = send(link, now)
    assert phone.execute(link, otp_challenge_id=challenge, otp_code=code) == (403, "otp_wrong")


@pytest.mark.parametrize(("seconds", "code"), [(299, ""), (300, "otp_expired"), (301, "otp_expired")])
def test_five_minutes(link, now, seconds, code):
    challenge, sent = send(link, now)
    assert tried(link, challenge, sent, now + seconds * SECOND) == code


def test_five_wrong_ones_end_it(link, now):
    challenge, code = send(link, now)
    for _ in range(5):
        assert tried(link, challenge, wrong(code), now) == "otp_wrong"
    assert tried(link, challenge, code, now) == "otp_expired"


def test_a_new_code_ends_the_old_one(link, now):
    old, old_code = send(link, now)
    new, new_code = send(link, now + 31 * SECOND)
    assert tried(link, old, old_code, now + 32 * SECOND) == "otp_expired"
    assert tried(link, new, old_code, now + 32 * SECOND) in ("otp_wrong", "")  # one in a million is the same
    assert tried(link, new, new_code, now + 32 * SECOND) == "" or old_code == new_code


def test_only_for_its_own_invite(link, door, now):
    other = for_noor(door)
    challenge, code = send(link, now)
    assert tried(other, challenge, code, now) == "otp_expired"
    assert tried(link, challenge, code, now) == ""


def test_only_for_the_phone_that_asked(link, now):
    mine, other = (bind(link.invite, "same", now=now)[0] for _ in range(2))
    challenge, code = send(link, now, mine)
    for device in (other, None):
        assert tried(link, challenge, code, now, device) == "otp_expired"
    assert tried(link, challenge, code, now, mine) == ""


@pytest.mark.parametrize("challenge", ["", "nothing", "01JABCDEFGHJKMNPQRSTVWXYZ0", "é"])
def test_an_unknown_challenge(link, now, challenge):
    _, code = send(link, now)
    assert tried(link, challenge, code, now) in ("otp_required", "otp_expired")


def test_before_its_code_is_kept_none_is_right(link, now):
    challenge, _ = send(link, now)
    OtpChallenge.objects.update(code_hash="")
    assert [tried(link, challenge, code, now) for code in ("!", "0", "000000")] == ["otp_wrong"] * 3


def test_a_phone_is_not_verified_by_mail(link, now):
    challenge, code = send(link, now)
    link.change(require_verified_phone=True, contact_phone="+351 000")
    assert tried(link, challenge, code, now) == "otp_expired"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, ""),
        ({"pin": PIN}, "pin_required"),
        ({"pin": PIN, "audience": "listed_contacts", "contact_email": NOOR}, "otp_required"),
        ({"require_verified_phone": True, "contact_phone": "+351 912 345 678"}, "otp_required"),
    ],
)
def test_what_the_host_wants_to_see(door, fields, wanted):
    assert invites.asks_for(invited(door, **fields).invite) == wanted


# -- what a code is not used up by


def test_a_wrong_pin_beside_it(door, phone, now):
    link = for_noor(door, pin=PIN)
    challenge, code = send(link, now)
    proofs = {"otp_challenge_id": challenge, "otp_code": code}
    assert phone.execute(link, **proofs) == (403, "pin_required")
    for _ in range(4):
        assert phone.execute(link, **proofs, pin="000000") == (403, "pin_wrong")
    assert phone.execute(link, **proofs, pin=PIN) == (200, "")


def test_a_wrong_hour_a_scan_or_a_door_that_moved_just_now(door, link, now):
    challenge, code = send(link, now)
    link.invite.access.doors.update(in_auth_types=["SCAN"])
    assert tried(link, challenge, code, now) == "scan_required"
    link.invite.access.doors.update(in_auth_types=["REMOTE"])
    link.change(is_enabled=False)
    assert tried(link, challenge, code, now) == "invite_disabled"
    link.change(is_enabled=True)
    Building.objects.update(next_open_at=now + SECOND)
    assert tried(link, challenge, code, now) == "provider_open_rate_limited"
    assert tried(link, challenge, code, now + SECOND) == ""


def test_a_repeated_request(link, now, phone):
    challenge, code = send(link, now)
    for _ in range(3):
        assert phone.execute(link, key="tap", otp_challenge_id=challenge, otp_code=code) == (200, "")
    assert (pulses(), len(attempts())) == (1, 1)
    assert phone.execute(link, key="next", otp_challenge_id=challenge, otp_code=code) == (403, "otp_expired")


def test_a_door_that_was_asked_has_used_it_up(link, now):
    Opener.objects.update(settings={"fault": "dead"})
    challenge, code = send(link, now)
    assert tried(link, challenge, code, now) == "door_unreachable"
    Opener.objects.update(settings={})
    assert tried(link, challenge, code, now) == "otp_expired"


# -- sending


def refusal(link: Link, now) -> tuple[str, int | None]:
    with pytest.raises(Refusal) as refused:
        send(link, now)
    return refused.value.code, refused.value.retry_after


def test_half_a_minute_between_two(link, now):
    send(link, now)
    assert refusal(link, now + 10 * SECOND) == ("otp_cooldown", 20)
    assert refusal(link, now + 29.5 * SECOND) == ("otp_cooldown", 1)
    send(link, now + 30 * SECOND)


def test_three_in_a_quarter_of_an_hour(link, now):
    for minute in range(3):
        send(link, now + minute * MINUTE)
    assert refusal(link, now + 5 * MINUTE) == ("too_many_tries", 600)
    send(link, now + 15 * MINUTE)


def test_five_a_day_to_one_address_whichever_invites_name_it(door, now):
    links = [
        invited(door, audience="listed_contacts", contact_email=address) for address in (NOOR, NOOR.upper(), NOOR)
    ]
    for number in range(5):
        send(links[number % 3], now + number * HOUR)
    for link in links:
        assert refusal(link, now + 6 * HOUR)[0] == "too_many_tries"
    assert refusal(links[0], now + 6 * HOUR)[1] == 18 * 3600
    send(invited(door, audience="listed_contacts", contact_email="ines@example.org"), now + 6 * HOUR)
    send(links[0], now + 24 * HOUR)


def test_a_hundred_starts_send_one_and_are_answered_alike(link, phone):
    phone.ok("start_invite_otp", link.token, body={})
    answers = {phone.refused("start_invite_otp", link.token, body={}) for _ in range(100)}
    assert (len(mail.outbox), answers) == (1, {(429, "otp_cooldown")})


# -- at once


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_the_right_code_are_one(link, now):
    challenge, code = send(link, now)
    results = together(*[lambda: tried(link, challenge, code, now)] * 20)
    assert sorted(map(str, results)) == [""] + ["otp_expired"] * 19
    assert pulses() == 1


@pytest.mark.usefixtures("file_database")
def test_twenty_at_once_with_one_key_are_told_the_same(link, now):
    challenge, code = send(link, now)
    tap = {"challenge": challenge, "code": code, "key": "tap"}
    results = together(*[lambda: execute(link.tap(**tap), now=now)] * 20)
    assert {attempt.state for attempt, _ in opened(results)} == {"confirmed"}
    assert (pulses(), len(attempts())) == (1, 1)


@pytest.mark.usefixtures("file_database")
def test_fifty_wrong_ones_at_once_are_five(link, now):
    challenge, code = send(link, now)
    results = together(*[lambda: tried(link, challenge, wrong(code), now)] * 50)
    assert sorted(map(str, results)) == ["otp_expired"] * 45 + ["otp_wrong"] * 5


@pytest.mark.usefixtures("file_database")
def test_twenty_starts_at_once_are_one_letter(door, now):
    links = [for_noor(door) for _ in range(2)]
    results = together(*[lambda each=each: otp.start(each.tap().invite, None, None, now=now) for each in links * 10])
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert refused == ["otp_cooldown"] * 18
    assert len(mail.outbox) == 2
