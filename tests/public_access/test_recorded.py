"""Answers of the three generations of the API, each read by the shape of today."""

from datetime import UTC, datetime

import pytest

from visitor_portal.public_access.wire import (
    EntityGrant,
    Localized,
    PortalGrant,
)

from .conftest import recorded
from .operations import outcome
from .shapes import RECORDED, read

GENERATIONS = ("v0_1", "v1", "v2")
BY_OPERATION = {
    "get_invite": "invite",
    "get_portal": "portal",
    "get_portal_targets": "targets",
    "get_portal_reachable": "reachable",
    "start_portal_session": "started_session",
    "get_session": "session",
    "execute_invite": "execute",
    "open_portal": "execute",
}


@pytest.mark.parametrize(("generation", "name"), RECORDED)
def test_every_recorded_answer_is_read_and_written_back(generation, name):
    shape = read(generation, name)
    assert type(shape).from_json(shape.to_json()) == shape


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(("operation", "name"), BY_OPERATION.items())
async def test_every_recorded_answer_is_what_its_operation_returns(upstream, client, generation, operation, name):
    upstream.says(json=recorded(generation, name))
    assert not isinstance(await outcome(client, operation), Exception)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_portal(generation):
    portal = read(generation, "portal")
    assert (portal.mode, portal.door_connected, portal.door_effective_auto_off_duration) == (
        "guest_directory",
        True,
        5,
    )
    assert portal.entry_kind == ("door" if generation == "v0_1" else "boom-gate")
    assert (portal.name.text("he"), portal.lights[0].label.text("en")) == ("לובי", "Stairs")


def test_portal_of_a_newer_building_says_where_it_is_and_how_it_is_held():
    portal = read("v2", "portal")
    assert (portal.access_control.name.text("en"), portal.access_control.city.text("he")) == (
        "Rose House",
        "Haifa",
    )
    assert (portal.hold.mode, portal.hold.reason) == ("hold_open", "Moving day")
    assert (portal.access_directory.status, portal.open_rate_limit.min_interval_ms) == ("ready", 3000)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_targets_have_a_status_and_names(generation):
    targets = read(generation, "targets")
    first, second = targets.targets
    assert (targets.status, targets.floor_order, targets.cut) == ("ready", ("1", "3"), 0)
    assert (first.name("en"), first.floor.text("en"), first.listing_number) == ("Levi family", "3", 12)
    assert second.name("en") == {"v0_1": "4", "v1": "Studio", "v2": "Studio 4"}[generation]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_started_session(generation):
    started = read(generation, "started_session")
    assert started.caller_token == "eyJhbGciOi.caller.secret"
    assert started.expires_at == datetime(2025, 3, 1, 10, 1, tzinfo=UTC)
    assert (started.peerjs.host, started.peerjs.port, started.peerjs.secure) == (
        "peer.building.example",
        443,
        True,
    )


@pytest.mark.parametrize("generation", GENERATIONS)
def test_session(generation):
    session = read(generation, "session")
    assert session.state == ("active" if generation == "v2" else "ringing")
    assert session.has_lights == (generation == "v2")
    assert session.building_display_name.text("he") == "Rose House"
    assert (session.ring, session.opening, session.messages, session.version) == (None, None, (), None)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_invite(generation):
    invite = read(generation, "invite")
    door, garage = invite.grants
    assert (invite.state, invite.require_pin) == ("active", generation != "v0_1")
    assert isinstance(door, PortalGrant) and door.openable and door.has_lights
    assert isinstance(garage, EntityGrant) and garage.label == Localized("Garage")
    assert invite.schedule.active_window.from_ == datetime(2025, 3, 1, 8, tzinfo=UTC)


def test_invite_of_a_newer_building_says_its_limits():
    invite = read("v2", "invite")
    assert (invite.max_uses, invite.uses_remaining, invite.max_devices, invite.devices_count) == (10, 9, 2, 1)
    assert (invite.curfew_windows[0].start, invite.allowed_weekdays[0], invite.blackout_dates) == (
        "22:00",
        0,
        ("2025-03-14",),
    )
    assert invite.schedule_entries[0].schedule.series_end.total == 12
    assert [network.credentials_unavailable for network in invite.wifi_networks] == [None, True]


def test_reachable_says_why_not():
    reachable = read("v2", "reachable")
    assert (reachable.reachable, reachable.reason) == (False, "door_not_connected")


async def test_error_reads_code_of_the_oldest_generation(upstream, client):
    upstream.says(403, json=recorded("v0_1", "error"))
    assert (await outcome(client, "execute_invite")).code == "outside_schedule"
