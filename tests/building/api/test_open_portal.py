from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.building.conftest import attempts, pulses
from tests.conftest import person
from visitor_portal.building import quotas, scans
from visitor_portal.building.models import AccessDoor, AccessLog, Building, Door, Invite, Opener, Portal

from .conftest import Guest, guest_at
from .hostile import ANYTHING, UNKNOWN_IDS, assert_no_other_method


def test_a_resident_opens_the_door_at_which_they_stand(api, portal, door, alice):
    said = api.ok("open_portal", portal.public_id, token=alice.key, X_Guest_Id="phone")
    assert (said["ok"], said["door_open_duration_seconds"], said["door_auto_close_duration"]) == (True, 7, 7)
    assert (said["opening"]["state"], said["opening"]["seen_open"]) == ("confirmed", True)
    row = attempts()[0].last
    assert (row.door, row.portal, row.direction, row.auth_type) == (door.id, portal.public_id, "in", "REMOTE")
    assert (row.resident, row.invite, row.guest, row.session) == (alice.resident.id, "", "phone", "")
    assert pulses() == 1


def test_the_key_may_come_in_the_query(api, portal, alice):
    api.ok("open_portal", portal.public_id, query=f"?token={alice.key}")
    assert pulses() == 1


def test_a_guest_opens_it_by_an_invite(api, portal, door):
    guest = guest_at(door)
    api.shows(guest).ok("open_portal", portal.public_id, X_Guest_Id="another word")
    row = attempts()[0].last
    assert (row.invite, row.resident, row.guest) == (guest.invite.id, "", guest.name)
    assert (pulses(), Invite.objects.get().uses) == (1, 1)


# -- who may not


def test_the_sticker_alone_opens_nothing(api, portal):
    assert api.refused("open_portal", portal.public_id) == (403, "wrong_role")
    assert (pulses(), [attempt.reason for attempt in attempts()]) == (0, ["wrong_role"])


def test_strangers_cannot_fill_the_log(api, portal, alice):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(quotas.STRANGERS):
            assert api.refused("open_portal", portal.public_id) == (403, "wrong_role")
        assert api.refused("open_portal", portal.public_id) == (429, "too_many_tries")
        assert len(attempts()) == quotas.STRANGERS
        assert api.ok("open_portal", portal.public_id, token=alice.key)["opening"]["state"] == "confirmed"
        clock.shift(61)
        assert api.refused("open_portal", portal.public_id) == (403, "wrong_role")


def test_nobody_opens_without_a_right(api, portal, visit, alice, mallory):
    stranger = person(Building.objects.create(name={}), "Stranger")
    nobodies = ("", "resident_", "resident_wrong", mallory.key, stranger.key)
    for token in (*nobodies, visit.caller, visit.token(alice)):
        assert api.refused("open_portal", portal.public_id, token=token) == (403, "wrong_role")
    assert pulses() == 0


@pytest.mark.parametrize(
    ("guest", "reason"),
    [
        (lambda door: guest_at(door, revoked_at=timezone.now()), "invite_revoked"),
        (lambda door: guest_at(door, is_enabled=False), "invite_disabled"),
        (lambda door: guest_at(door, max_uses=1, uses=1), "uses_exhausted"),
        (lambda door: guest_at(door, access={"status": "deleted"}), "invite_expired"),
        (lambda door: guest_at(door, access={"valid_to": timezone.now()}), "invite_expired"),
        (lambda door: guest_at(door, access={"valid_from": timezone.now() + timedelta(minutes=1)}), "not_yet_valid"),
        (lambda door: guest_at(door, access={"schedule": "nonsense"}), "outside_schedule"),
        (lambda door: guest_at(door, "CARD"), "auth_type_not_allowed"),
        (lambda door: guest_at(door, "REMOTE_PLUS_PHONE"), "pin_required"),
        (lambda door: guest_at(door, "SCAN"), "scan_required"),
        (lambda door: guest_at(Door.objects.create(building=door.building, name={})), "wrong_role"),
        (lambda door: Guest(guest_at(door).invite, "guest_wrong", ""), "wrong_role"),
        (lambda door: Guest(guest_at(door).invite, guest_at(door).invite.token_hash, ""), "wrong_role"),
    ],
)
def test_an_invite_that_does_not_hold_says_why(api, portal, door, guest, reason):
    assert api.shows(guest(door)).refused("open_portal", portal.public_id) == (403, reason)
    assert pulses() == 0


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"blackout_dates": ["TODAY"]}, "blackout_date"),
        ({"curfew_windows": [{"start": "00:00", "end": "23:59"}]}, "curfew"),
    ],
)
def test_house_rules_bind_a_guest(api, portal, door, alice, rules, reason):
    today = f"{timezone.now():%Y-%m-%d}"
    Building.objects.update(**{name: [today] if value == ["TODAY"] else value for name, value in rules.items()})
    assert api.shows(guest_at(door)).refused("open_portal", portal.public_id) == (403, reason)
    api.ok("open_portal", portal.public_id, token=alice.key)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"pin_hash": "a PIN"}, "pin_required"),
        ({"require_verified_phone": True, "contact_phone": "+351210000000"}, "otp_required"),
        ({"audience": "listed_contacts", "contact_email": "guest@example.org"}, "otp_required"),
    ],
)
def test_what_the_host_wants_proved_is_wanted_here_too(api, portal, door, fields, reason):
    assert api.shows(guest_at(door, **fields)).refused("open_portal", portal.public_id) == (403, reason)
    assert pulses() == 0


@pytest.mark.parametrize("rules", [{"time_zone": "Mars/Olympus"}, {"curfew_windows": ["nonsense"]}])
def test_house_rules_that_cannot_be_read_let_no_guest_in(api, portal, door, rules):
    Building.objects.update(**rules)
    assert api.shows(guest_at(door)).refused("open_portal", portal.public_id) == (403, "outside_schedule")


def test_a_sign_of_another_door_opens_that_door_or_none(api, building, alice):
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    Opener.objects.create(door=garage)
    sign = Portal.objects.create(door=garage, name={"en": "Garage"})
    assert api.refused("open_portal", sign.public_id, token=alice.key) == (403, "wrong_role")
    assert [attempt.last.door for attempt in attempts()] == [garage.id]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_the_side_of_the_door_counts(api, portal, alice, direction):
    AccessDoor.objects.update(in_auth_types=["REMOTE"], out_auth_types=["CARD"])
    Portal.objects.update(direction=direction)
    if direction == "in":
        api.ok("open_portal", portal.public_id, token=alice.key)
    else:
        assert api.refused("open_portal", portal.public_id, token=alice.key) == (403, "auth_type_not_allowed")


# -- by a scan


def test_a_scan_of_the_sticker_opens_where_one_is_wanted(api, portal, door):
    api.shows(guest_at(door, "SCAN"))
    proof = api.ok("scan_portal", portal.public_id)["scan_proof"]
    api.ok("open_portal", portal.public_id, X_Scan_Proof=proof)
    assert (pulses(), attempts()[0].last.auth_type) == (1, "SCAN")
    Building.objects.update(next_open_at=None)
    again = api.refused("open_portal", portal.public_id, X_Scan_Proof=proof)
    assert again == (403, "scan_required")


def test_a_scan_alone_is_no_right(api, portal):
    refusal = api.refused("open_portal", portal.public_id, X_Scan_Proof=scans.prove(portal))
    assert refusal == (403, "wrong_role")


# -- the door


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: Door.objects.update(connected=False), (409, "door_not_connected")),
        (lambda: Opener.objects.all().delete(), (409, "door_not_connected")),
        (lambda: Door.objects.update(hold="hold_closed"), (403, "held_closed")),
        (lambda: Opener.objects.update(settings={"fault": "refuse"}), (503, "door_unreachable")),
        (lambda: Opener.objects.update(settings={"fault": "silent"}), (503, "door_unreachable")),
    ],
)
def test_a_door_that_does_not_open_says_why(api, portal, alice, change, refusal):
    change()
    assert api.refused("open_portal", portal.public_id, token=alice.key) == refusal
    (attempt,) = attempts()
    assert (attempt.reason, attempt.is_over) == (refusal[1], True)


def test_a_door_held_open_is_open(api, portal, alice):
    Door.objects.update(hold="hold_open", is_held_open=True)
    for _ in range(2):
        said = api.ok("open_portal", portal.public_id, token=alice.key)
        assert (said["ok"], said["opening"]["state"], pulses()) == (True, "confirmed", 0)


def test_says_how_long_to_wait(api, portal, alice):
    api.ok("open_portal", portal.public_id, token=alice.key)
    assert api.refused("open_portal", portal.public_id, token=alice.key) == (429, "provider_open_rate_limited")
    assert (api.last["Retry-After"], pulses()) == ("3", 1)


@pytest.mark.parametrize("fault", ["silent", "refuse"])
def test_a_use_is_spent_by_a_door_that_confirmed_alone(api, portal, door, fault):
    api.shows(guest_at(door, max_uses=1))
    Opener.objects.update(settings={"fault": fault})
    assert api.refused("open_portal", portal.public_id) == (503, "door_unreachable")
    assert Invite.objects.get().uses == 0
    Opener.objects.update(settings={})
    Building.objects.update(next_open_at=None)
    api.ok("open_portal", portal.public_id)
    Building.objects.update(next_open_at=None)
    assert api.refused("open_portal", portal.public_id) == (403, "uses_exhausted")
    assert Invite.objects.get().uses == 1


# -- keys


def test_the_same_key_again_is_the_same_answer(api, portal, alice):
    answers = [api.ok("open_portal", portal.public_id, token=alice.key, Idempotency_Key="tap") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (pulses(), len(attempts())) == (1, 1)


def test_a_key_counts_for_whoever_sent_it(api, portal, door, alice, bob):
    Building.objects.update(min_interval_ms=0)
    for token in (alice.key, bob.key):
        api.ok("open_portal", portal.public_id, token=token, Idempotency_Key="tap")
    api.shows(guest_at(door)).ok("open_portal", portal.public_id, Idempotency_Key="tap")
    assert pulses() == 3


def test_a_key_proves_nothing(api, portal, alice):
    api.ok("open_portal", portal.public_id, token=alice.key, Idempotency_Key="tap")
    assert api.refused("open_portal", portal.public_id, Idempotency_Key="tap") == (403, "wrong_role")
    sent = f"{alice.resident.id}:tap"
    assert api.refused("open_portal", portal.public_id, Idempotency_Key=sent) == (403, "wrong_role")


def test_a_key_counts_at_its_sign_alone(api, door, portal, alice):
    Building.objects.update(min_interval_ms=0)
    other = Portal.objects.create(door=door, name={"en": "Lobby, inside"}, direction="out")
    for sign in (portal, other):
        api.ok("open_portal", sign.public_id, token=alice.key, Idempotency_Key="tap")
    assert pulses() == 2


# -- what is sent


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(api, portal, alice, raw):
    api.ok("open_portal", portal.public_id, token=alice.key, raw=raw)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, alice, unknown):
    assert api.refused("open_portal", unknown, token=alice.key) == (404, "not_found")
    assert not AccessLog.objects.exists()


def test_takes_no_other_method(api, portal, alice):
    assert_no_other_method(api, "open_portal", portal.public_id, token=alice.key)
    assert pulses() == 0
