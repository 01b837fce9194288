"""What a shape makes of a member that is missing, of another kind, or too much."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from visitor_portal.public_access import BadAnswer
from visitor_portal.public_access.wire import (
    Camera,
    DeviceRequest,
    EntityGrant,
    IceServer,
    Invite,
    Localized,
    Message,
    Opening,
    PeerServer,
    Place,
    Portal,
    PortalGrant,
    Reachable,
    Resident,
    Ring,
    Session,
    StartedSession,
    Streams,
    Target,
    Targets,
    Visit,
)

from .conftest import recorded
from .shapes import SHAPES

DOCUMENT = Path(
    os.environ.get("PUBLIC_ACCESS_DOCUMENT") or Path(__file__).parents[1] / "contract" / "public-access.openapi.json"
)
PUBLISHED = {
    "error": "ApiErrorResponse",
    "execute": "PublicInviteExecuteResponse",
    "invite": "PublicInviteResponse",
    "invite_session": "PublicInviteSessionResponse",
    "locale": "PublicInviteLocaleResponse",
    "otp": "PublicInviteOtpStartResponse",
    "portal": "PublicPortalResponse",
    "reachable": "PublicPortalReachableResponse",
    "renewal": "PublicInviteRenewalResponse",
    "session": "PublicSessionResponse",
    "started_session": "PublicPortalCreateSessionResponse",
    "status": "BackendStatus",
    "streams": "PublicSessionStreamsResponse",
    "targets": "PublicPortalTargetsResponse",
}
NOW = datetime(2025, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)
ICE: IceServer = {"urls": ["turn:turn.example:3478"], "username": "1740823260:s", "credential": "c"}
SESSION = Session(
    session_id="s1",
    state="active",
    role="callee",
    peerjs=PeerServer("peer.example", 9000, "/", False),
    caller_peer_id="c",
    callee_peer_id="r",
    mode="video",
    expires_at=NOW,
    callees_notified=True,
    building_display_name=Localized("Rose House"),
    call_target_display_name=Localized({"en": "Levi", "he": "לוי"}),
    call_target_location_line="3 · Floor 2",
    has_lights=True,
    portal_camera_device_ids=("cam",),
    ice_servers=(ICE,),
    ring=Ring(3, 2, 1, 1),
    answered_by="Bob",
    door_opened=True,
    opening=Opening("confirmed", True, 412),
    messages=(Message("m1", "caller", "Hello", None, NOW), Message("m2", "callee", None, "coming", NOW)),
    version=7,
    now=NOW,
    answered_at=NOW,
    portal_display_name=Localized("Lobby"),
    public_portal_id="p1",
    door_open_until=NOW,
)
SAID: dict[str, Any] = {
    "session": SESSION,
    "streams": Streams(("cam",), (Camera("cam", "Gate", "/media/gate.jpg", "https://x.example/gate"),)),
    "targets": Targets("ready", (Target("e1", "Levi", Localized("Levi"), listing_label=Localized("12")),), ("1",)),
    "portal": Portal("p1", name=Localized("Lobby"), access_control=Place(Localized("Rose House"))),
    "invite": Invite("token", "expired", grants=(PortalGrant("g1", "p1"), EntityGrant("g2", "e", "a"))),
    "started_session": StartedSession("s1", "t", NOW, PeerServer("peer.example"), "c", "r", True, (ICE,)),
    "reachable": Reachable(True),
}
RESIDENT = Resident(
    "r1", "Alice", "r.0123", (Visit("s1", "t", "ringing", "video", Localized("Lobby"), created_at=NOW),)
)


ASKED = DeviceRequest("asked", NOW, NOW, "Dinner", "Noor", Localized("Rose House"), 1, 2, "Europe/Lisbon", "t")


@pytest.mark.parametrize("shape", [*SAID.values(), RESIDENT, ASKED], ids=lambda shape: type(shape).__name__)
def test_what_a_server_writes_a_client_reads(shape: Any):
    assert type(shape).from_json(json.loads(json.dumps(shape.to_json()))) == shape


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the published document is not here")
@pytest.mark.parametrize("name", PUBLISHED)
def test_what_a_server_writes_is_the_published_shape(name):
    document = json.loads(DOCUMENT.read_text())
    schema = {"$ref": f"#/components/schemas/{PUBLISHED[name]}", "components": document["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    shapes = [SHAPES[name].from_json(recorded("v2", name)), *filter(None, [SAID.get(name)])]
    for shape in shapes:
        validator.validate(shape.to_json())


def test_targets_carry_the_older_names_too():
    said = Target("e1", listing_label=Localized("Apt 12"), listing_number=12).to_json()
    assert (said["apartment_label"], said["apartment_number"]) == ({"en": "Apt 12"}, 12)


def test_sessions_carry_the_older_name_of_state_too():
    assert SESSION.to_json()["status"] == "active"


def test_state_is_read_from_its_older_name():
    assert Session.from_json({"session_id": "s1", "status": "declined"}).final


def test_the_other_spelling_of_cancelled_is_the_same_state():
    assert Session.from_json({"session_id": "s1", "state": "canceled"}).state == "cancelled"


@pytest.mark.parametrize("state", ["pending", "ringing", "active"])
def test_live_states(state):
    session = Session("s1", state, expires_at=NOW)
    assert (session.live, session.final, session.is_live(NOW + timedelta(days=1))) == (True, False, True)
    assert session.answered == (state == "active")


@pytest.mark.parametrize("state", ["accepted", "declined", "cancelled", "expired", "failed"])
def test_final_states(state):
    session = Session("s1", state, expires_at=NOW)
    assert (session.live, session.final, session.is_live(NOW - timedelta(days=1))) == (False, True, False)


def test_a_state_nobody_knows_is_live_until_it_expires():
    session = Session("s1", "transferring", expires_at=NOW)
    assert (session.live, session.final, session.answered) == (False, False, False)
    assert (session.is_live(NOW - timedelta(seconds=1)), session.is_live(NOW)) == (True, False)


@pytest.mark.parametrize("value", ["true", 1, "yes", None, [True]])
def test_an_opened_door_is_a_literal_true(value):
    assert not Session.from_json({"session_id": "s1", "state": "active", "door_opened": value}).door_opened


@pytest.mark.parametrize("value", ["true", 1, None])
def test_a_door_that_is_not_surely_connected_is_not(value):
    assert not Portal.from_json({"public_portal_id": "p1", "door_connected": value}).door_connected
    grant = {"kind": "portal_open", "id": "g1", "openable": value}
    assert not PortalGrant.from_json(grant).openable


@pytest.mark.parametrize("data", [None, [], "s1", 1, {}, {"session_id": 1}, {"session_id": " "}])
def test_without_its_id_a_session_is_none(data):
    with pytest.raises(BadAnswer):
        Session.from_json(data)


def test_without_a_token_no_session_was_started():
    with pytest.raises(BadAnswer):
        StartedSession.from_json({"session_id": "s1"})


def test_targets_without_a_usable_id_are_left_out():
    targets = [{"target_id": id_, "effective_display_name": "x"} for id_ in ("e1", "", None, 7, ["e2"])]
    assert [target.target_id for target in Targets.from_json({"targets": targets}).targets] == ["e1"]


def test_too_many_targets_are_cut_and_counted():
    read = Targets.from_json({"targets": [{"target_id": f"e{n}"} for n in range(5200)]})
    assert (len(read.targets), read.cut) == (5000, 200)


@pytest.mark.parametrize(("targets", "status"), [([{"target_id": "e1"}], "ready"), ([], "empty"), (7, "empty")])
def test_status_of_a_directory_that_says_none(targets, status):
    assert Targets.from_json({"targets": targets}).status == status


def test_a_name_comes_from_the_first_place_that_has_one():
    named = Target("e", "Levi", Localized("L"), listing_label=Localized("Apt"), listing_number=4)
    assert named.name("en") == "Levi"
    assert Target("e", "", Localized({"he": "לוי"}), listing_number=4).name("en") == "לוי"
    assert Target("e", listing_label=Localized("Apt"), listing_number=4).name("en") == "Apt"
    assert (Target("e", listing_number=4).name("en"), Target("e").name("en")) == ("4", "")


def test_grants_of_a_kind_nobody_knows_are_left_out():
    grants = [{"kind": "lift_call", "id": "g1"}, {"id": "g2"}, 7, {"kind": "entity_action", "id": "g3"}]
    assert [grant.id for grant in Invite.from_json({"state": "active", "grants": grants}).grants] == ["g3"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "/\\evil", "x", 7])
def test_an_address_of_another_kind_is_no_address(url):
    assert Portal.from_json({"public_portal_id": "p1", "door_image_url": url}).door_image_url is None


@pytest.mark.parametrize("server", ["stun:x", {}, {"urls": 7}, {"urls": []}, {"urls": [7]}])
def test_ice_servers_a_browser_would_choke_on_are_left_out(server):
    data = {"session_id": "s1", "state": "active", "ice_servers": [server, {"urls": "stun:x", "extra": 1}]}
    assert Session.from_json(data).ice_servers == ({"urls": "stun:x"},)


@pytest.mark.parametrize("at", ["soon", "", 1740823260, "2025-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", None])
def test_a_time_that_is_none_is_absent(at):
    assert Session.from_json({"session_id": "s1", "state": "active", "expires_at": at}).expires_at is None


@pytest.mark.parametrize(
    "at",
    ["2025-03-01T10:00:00Z", "2025-03-01T12:00:00+02:00", "2025-03-01T10:00:00", "2025-03-01 10:00:00.000Z"],
)
def test_times_are_read_as_utc(at):
    read = Session.from_json({"session_id": "s1", "state": "active", "expires_at": at}).expires_at
    assert read == datetime(2025, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("count", [-1, True, "5", 2.5, None, 10**400])
def test_a_count_that_is_none_is_absent(count):
    assert Invite.from_json({"state": "active", "uses_remaining": count}).uses_remaining is None
