from datetime import datetime

import pytest
from django.utils import timezone

from visitor_portal.building.models import Building, Door, Entry, Membership, Portal, Resident, Ring, Session

from .hostile import UNKNOWN_IDS, assert_no_other_method, bad_bodies

BAD_BODIES = bad_bodies(target_entity_id="TARGET", mode="video")


def to(entry: Entry, mode: str = "video") -> dict[str, str]:
    return {"target_entity_id": entry.id, "mode": mode}


def test_rings_and_hands_over_the_secret(api, portal, entry, alice, settings):
    said = api.ok("start_portal_session", portal.public_id, body=to(entry))
    session = Session.objects.get()
    assert (said["session_id"], said["callees_notified"]) == (session.id, True)
    assert (said["caller_peer_id"], said["callee_peer_id"]) == (session.caller_peer_id, session.callee_peer_id)
    assert said["peerjs"] == {"host": "localhost", "port": settings.PORT, "path": "/", "secure": False}
    rest = (datetime.fromisoformat(said["expires_at"]) - timezone.now()).total_seconds()
    assert settings.RING_SECONDS - 5 < rest <= settings.RING_SECONDS
    assert api.ok("get_session", session.id, token=said["caller_token"])["role"] == "caller"


@pytest.mark.parametrize("mode", ["voice", "video", "message", "VIDEO", "Voice", "MESSAGE"])
def test_takes_a_mode_in_any_case(api, portal, entry, alice, mode):
    api.ok("start_portal_session", portal.public_id, body=to(entry, mode))
    assert Session.objects.get().mode == mode.lower()


@pytest.mark.parametrize("mode", ["call", "text", "ring", "video ", "x" * 5000, "видео"])
def test_refuses_a_mode_that_it_does_not_know_or_offer(api, portal, entry, alice, mode):
    refusal = api.refused("start_portal_session", portal.public_id, body=to(entry, mode))
    assert refusal == (400, "invalid_request")
    assert not Session.objects.exists()


def test_writing_rings_for_as_long_as_talking(api, portal, entry, alice, settings):
    said = api.ok("start_portal_session", portal.public_id, body=to(entry, "message"))
    rest = (datetime.fromisoformat(said["expires_at"]) - timezone.now()).total_seconds()
    assert settings.TALK_SECONDS - 5 < rest <= settings.TALK_SECONDS
    assert Ring.objects.get().resident == alice.resident


def test_refuses_voice_where_a_picture_is_asked_for(api, portal, entry, alice):
    Entry.objects.update(require_video=True)
    refusal = api.refused("start_portal_session", portal.public_id, body=to(entry, "voice"))
    assert refusal == (400, "invalid_request")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: Membership.objects.all().delete(), "no_callees"),
        (lambda: Resident.objects.update(do_not_disturb=True), "dnd"),
        (lambda: Entry.objects.update(visitors_allowed=False), "guest_disabled"),
        (lambda: Portal.objects.update(directory="disabled"), "guest_disabled"),
        (lambda: Portal.objects.update(directory="not_configured"), "guest_disabled"),
    ],
)
def test_refuses_where_nobody_may_be_called(api, portal, entry, alice, change, reason):
    change()
    assert api.refused("start_portal_session", portal.public_id, body=to(entry)) == (403, reason)
    assert not Session.objects.exists() and not Ring.objects.exists()


@pytest.mark.parametrize("how", BAD_BODIES)
def test_refuses_a_body_that_is_not_as_declared(api, portal, entry, alice, how):
    raw = BAD_BODIES[how].replace(b"TARGET", entry.id.encode())
    assert api.refused("start_portal_session", portal.public_id, raw=raw) == (400, "invalid_request")
    assert not Session.objects.exists()


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, "' OR 1=1 --", "x" * 30_000, "🏠"])
def test_an_unknown_entry_is_not_found(api, portal, entry, alice, unknown):
    body = {"target_entity_id": unknown, "mode": "video"}
    assert api.refused("start_portal_session", portal.public_id, body=body) == (404, "not_found")


def test_an_entry_of_another_building_is_not_found(api, portal, entry, alice):
    other = Building.objects.create(name={"en": "Elsewhere"})
    their_sign = Portal.objects.create(door=Door.objects.create(building=other, name={}), name={})
    assert api.refused("start_portal_session", their_sign.public_id, body=to(entry)) == (404, "not_found")
    assert not Session.objects.exists()


def test_other_ids_are_no_targets(api, portal, door, building, alice):
    for known in (door.id, building.id, alice.resident.id, portal.public_id):
        body = {"target_entity_id": known, "mode": "video"}
        assert api.refused("start_portal_session", portal.public_id, body=body) == (404, "not_found")


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, entry, alice, unknown):
    assert api.refused("start_portal_session", unknown, body=to(entry)) == (404, "not_found")


def test_takes_no_other_method(api, portal, entry):
    assert_no_other_method(api, "start_portal_session", portal.public_id, body=to(entry))


def test_works_where_no_door_is_connected(api, portal, entry, alice):
    Door.objects.update(connected=False)
    api.ok("start_portal_session", portal.public_id, body=to(entry))
