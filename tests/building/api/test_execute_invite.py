from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.building import inviting
from tests.building.conftest import attempts, pulses
from tests.building.inviting import NOBODYS, PIN, REFUSALS, STATES, assert_no_other_method, everything, invited
from visitor_portal.building.models import (
    AccessDoor,
    AccessLog,
    Building,
    Door,
    Invite,
    InviteDevice,
    Opener,
)
from visitor_portal.public_access.wire import ExecutedInvite

from .hostile import UNKNOWN_IDS

phone, link, quick_hashes = inviting.phone, inviting.link, inviting.quick_hashes
pytestmark = pytest.mark.usefixtures("quick_hashes")

MONDAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MORNINGS = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260504T080000\nDURATION:PT4H\n"
    "RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n"
)
CLOSED = [b"", b"[]", b"null", b"{}", b'{"grant_id": ""}', b'{"grant_id": 7}', b'{"grant_id": "x", "why": "x"}']


@pytest.fixture
def with_pin(door):
    return invited(door, pin=PIN)


def last() -> tuple[str, str]:
    """What the log says last."""
    attempt = attempts()[-1]
    return attempt.state, attempt.reason


# -- opening


def test_opens_the_door(phone, link, door, portal):
    said = phone.ok("execute_invite", link.token, body={"grant_id": link.grant}, X_Guest_Id="phone-7")
    assert (said["ok"], said["opening"]["state"], said["opening"]["seen_open"]) == (True, "confirmed", True)
    assert (said["door_auto_close_duration"], said["door_open_duration_seconds"]) == (7, 7)
    assert "uses_remaining" not in said
    assert ExecutedInvite.from_json(said).confirmed
    assert pulses() == 1
    row = attempts()[0].last
    assert (row.invite, row.door, row.portal, row.direction) == (link.invite.id, door.id, portal.public_id, "in")
    assert (row.guest, row.auth_type, row.resident) == ("phone-7", "REMOTE", "")


def test_a_door_without_a_sign(phone, link):
    assert phone.execute(link) == (200, "")
    assert attempts()[0].last.portal == ""


def test_takes_no_slot_where_none_are_counted(phone, link):
    phone.execute(link)
    assert not phone.client.cookies
    assert not InviteDevice.objects.exists()


def test_a_phone_with_a_slot_is_written_down_by_its_guest(phone, link):
    guest = phone.ok("start_invite_session", link.token)["guest_id"]
    phone.ok("execute_invite", link.token, body={"grant_id": link.grant}, X_Guest_Id="other")
    assert attempts()[0].last.guest == guest


@pytest.mark.parametrize(
    ("fault", "refusal", "state", "moved"),
    [
        ("refuse", "door_unreachable", "refused", 0),
        ("dead", "door_unreachable", "refused", 0),
        ("silent", "door_unreachable", "unknown", 1),
        ("lost", "door_unreachable", "unknown", 0),
    ],
)
def test_only_a_confirmed_opening_is_ok_and_a_use(phone, link, fault, refusal, state, moved):
    link.change(max_uses=1)
    Opener.objects.update(settings={"fault": fault})
    assert phone.execute(link) == (503, refusal)
    assert phone.last.json()["opening"]["state"] == state
    assert (pulses(), Invite.objects.get().uses) == (moved, 0)


# -- whose token, whose grant


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS, "invite_"])
def test_an_unknown_token(phone, link, unknown):
    assert phone.refused("execute_invite", unknown, body={"grant_id": link.grant}) == (404, "not_found")
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, "é", "\u202e", "'; --"])
def test_an_unknown_grant(phone, link, unknown):
    assert phone.refused("execute_invite", link.token, body={"grant_id": unknown}) == (404, "not_found")
    assert not AccessLog.objects.exists()


def test_nothing_else_is_a_token_or_a_grant(phone, link, door, portal, building, alice, visit):
    guest = phone.ok("start_invite_session", link.token)["invite_id"]
    ids = (link.invite.id, link.invite.access_id, portal.public_id, door.id, building.id, alice.resident.id)
    for other in (*ids, link.invite.token_hash, guest, alice.key, visit.caller, visit.token(alice)):
        for token in (other, f"invite_{other}"):
            if len(token) <= 128:
                refused = phone.refused("execute_invite", token, body={"grant_id": link.grant})
                assert refused == (404, "not_found"), token
        assert phone.refused("execute_invite", link.token, body={"grant_id": other}) == (404, "not_found"), other
    assert phone.refused("execute_invite", link.grant, body={"grant_id": link.grant}) == (404, "not_found")
    assert phone.refused("execute_invite", link.token, body={"grant_id": link.token}) == (404, "not_found")
    assert (pulses(), AccessLog.objects.count()) == (0, 0)


def test_no_grant_of_another_invite_or_building(phone, link, building, door):
    far_house = Building.objects.create(name={"en": "Far House"})
    far = Door.objects.create(building=far_house, name={"en": "Cellar"})
    Opener.objects.create(door=far)
    links = [link, invited(door), invited(far)]
    smuggled = AccessDoor.objects.create(access=link.invite.access, door=far, in_auth_types=["REMOTE"])
    for mine in links:
        for other in links:
            if mine is not other:
                refused = phone.refused("execute_invite", mine.token, body={"grant_id": other.grant})
                assert refused == (404, "not_found")
    refused = phone.refused("execute_invite", link.token, body={"grant_id": smuggled.grant_id})
    assert refused == (404, "not_found")
    assert (pulses(), AccessLog.objects.count()) == (0, 0)


# -- when, and how often


@pytest.mark.parametrize("state", [state for state in STATES if state != "active"])
def test_every_other_state_is_refused_and_written_down(phone, link, state):
    STATES[state](link)
    assert phone.execute(link) == (403, REFUSALS[state])
    assert last() == ("refused", REFUSALS[state])
    assert (pulses(), InviteDevice.objects.count()) == (0, 0)


def test_a_vanished_access_is_expired(phone, link):
    link.change_access(status="deleted")
    assert phone.execute(link) == (403, "invite_expired")


@pytest.mark.parametrize(
    ("after", "code"),
    [(-1, "not_yet_valid"), (0, ""), (3599, ""), (3600, "invite_expired"), (3601, "invite_expired")],
)
def test_the_edges_of_the_window(phone, door, after, code):
    link = invited(door, valid_from=MONDAY, valid_to=MONDAY + HOUR)
    with time_machine.travel(MONDAY + timedelta(seconds=after), tick=False):
        assert phone.execute(link)[1] == code


@pytest.mark.parametrize(("hour", "code"), [(7, "outside_schedule"), (8, ""), (11, ""), (12, "outside_schedule")])
def test_outside_its_schedule(phone, door, hour, code):
    link = invited(door, schedule=MORNINGS, valid_from=MONDAY - 24 * HOUR, valid_to=MONDAY + 24 * HOUR)
    with time_machine.travel(MONDAY.replace(hour=hour), tick=False):
        assert phone.execute(link)[1] == code


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"curfew_windows": [{"start": "11:00", "end": "13:00"}]}, "curfew"),
        ({"curfew_windows": [{"start": "13:00", "end": "11:00"}]}, ""),
        ({"allowed_weekdays": [0, 2, 3, 4, 5, 6]}, "outside_schedule"),
        ({"allowed_weekdays": [1]}, ""),
        ({"blackout_dates": ["2026-05-04"]}, "blackout_date"),
        ({"blackout_dates": ["2026-05-05"]}, ""),
    ],
)
def test_the_houses_own_hours(phone, door, rule, code):
    Building.objects.update(min_interval_ms=0, **rule)
    link = invited(door, valid_from=MONDAY - HOUR, valid_to=MONDAY + HOUR)
    with time_machine.travel(MONDAY, tick=False):
        assert phone.execute(link)[1] == code
        assert last()[1] == code
        link.change(curfew_exempt=True)
        assert phone.execute(link) == (200, "")


def test_uses_run_out(phone, link):
    Building.objects.update(min_interval_ms=0)
    link.change(max_uses=2)
    left = [phone.ok("execute_invite", link.token, body={"grant_id": link.grant})["uses_remaining"] for _ in "ab"]
    assert left == [1, 0]
    assert phone.execute(link) == (403, "uses_exhausted")
    assert (pulses(), Invite.objects.get().uses) == (2, 2)


def test_too_soon_after_another_opening(phone, link):
    phone.execute(link)
    assert phone.execute(link) == (429, "provider_open_rate_limited")
    assert phone.last["Retry-After"] == "3"


@pytest.mark.parametrize(
    ("fields", "code"), [({"connected": False}, "door_not_connected"), ({"hold": "hold_closed"}, "held_closed")]
)
def test_a_door_that_nobody_opens(phone, link, fields, code):
    Door.objects.update(**fields)
    assert phone.execute(link)[1] == code
    assert last() == ("refused", code)


def test_a_door_that_is_held_open_gets_no_pulse(phone, link):
    link.change(max_uses=1)
    Door.objects.update(hold="hold_open", is_held_open=True)
    assert phone.execute(link) == (200, "")
    assert (pulses(), Invite.objects.get().uses) == (0, 0)


# -- the request itself


@pytest.mark.parametrize("raw", CLOSED)
def test_a_closed_body(phone, link, raw):
    assert phone.refused("execute_invite", link.token, raw=raw) == (400, "invalid_request")
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("value", [7, 493017, True, [], {"value": PIN}, "49\x003017"])
@pytest.mark.parametrize("member", ["pin", "otp_challenge_id", "otp_code"])
def test_proofs_are_texts(phone, with_pin, member, value):
    body = {"grant_id": with_pin.grant, member: value}
    assert phone.refused("execute_invite", with_pin.token, body=body) == (400, "invalid_request")


def test_takes_no_other_method(phone, link):
    before = everything()
    assert_no_other_method(phone, "execute_invite", link.token, body={"grant_id": link.grant})
    assert everything() == before


def test_no_secret_is_written_down(phone, with_pin):
    phone.ok("start_invite_session", with_pin.token)
    phone.execute(with_pin, key="tap-of-the-finger", pin=PIN)
    rows = str(everything())
    secret = phone.client.cookies["oa_access_invite"].value
    for said in (PIN, with_pin.token, secret, "tap-of-the-finger"):
        assert said not in rows
