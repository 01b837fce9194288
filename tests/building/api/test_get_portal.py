from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.conftest import person
from visitor_portal.building.models import Access, AccessDoor, AccessLog, Building, Door, Light, Opener, Portal

from .conftest import Guest, guest_at
from .hostile import UNKNOWN_IDS, assert_no_other_method


def test_says_where_the_visitor_stands(api, portal, door):
    said = api.ok("get_portal", portal.public_id)
    assert (said["public_portal_id"], said["mode"], said["entry_kind"]) == (
        portal.public_id,
        "guest_directory",
        "door",
    )
    assert said["name"] == {"value": {"en": "Lobby"}}
    assert said["access_control"]["formatted_address"] == {"en": "12 Quay Street"}
    assert (said["door_connected"], said["door_effective_auto_off_duration"]) == (True, 7)
    light = Light.objects.get()
    assert said["lights"] == [
        {"entity_id": light.id, "label": {"en": "Lobby lights"}, "effective_auto_off_duration": 90}
    ]


@pytest.mark.parametrize("kind", ["door", "gate", "boom-gate"])
def test_says_the_kind_of_door(api, portal, door, kind):
    door.entry_kind = kind
    door.save()
    assert api.ok("get_portal", portal.public_id)["entry_kind"] == kind


def test_says_when_no_door_is_connected(api, portal, door):
    door.connected = False
    door.save()
    assert api.ok("get_portal", portal.public_id)["door_connected"] is False


@pytest.mark.parametrize("state", ["ready", "not_configured", "disabled"])
def test_says_the_state_of_the_directory(api, portal, state):
    portal.directory, portal.directory_message = state, {"en": "Back on Monday."}
    portal.save()
    directory = api.ok("get_portal", portal.public_id)["access_directory"]
    assert directory["status"] == state
    assert directory.get("message") == ({"en": "Back on Monday."} if state == "disabled" else None)


def test_a_name_in_every_language(api, portal):
    portal.name = {"ar": "الردهة", "en": "Lobby", "zh_cn": "大厅"}
    portal.save()
    assert api.ok("get_portal", portal.public_id)["name"]["value"] == portal.name


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, unknown):
    assert api.refused("get_portal", unknown) == (404, "not_found")


def test_a_door_is_no_sign(api, portal, door, building, entry):
    for known in (door.id, building.id, entry.id):
        assert api.refused("get_portal", known) == (404, "not_found")


def test_takes_no_other_method(api, portal):
    assert_no_other_method(api, "get_portal", portal.public_id)


def test_needs_and_shows_no_secret(api, portal, alice):
    public = api.ok("get_portal", portal.public_id)
    assert api.ok("get_portal", portal.public_id, token=alice.key) == public | {"mode": "resident_quick_open"}
    assert api.ok("get_portal", portal.public_id, X_API_Key="http://localhost_openapp_secret") == public
    assert "Alice" not in api.last.content.decode()


def mode(api, portal, **options) -> str:
    return str(api.ok("get_portal", portal.public_id, **options)["mode"])


# -- what whoever asks may do here


def test_a_resident_with_a_right_to_the_door_may_open_it(api, portal, alice):
    assert mode(api, portal, token=alice.key) == "resident_quick_open"
    assert mode(api, portal, query=f"?token={alice.key}") == "resident_quick_open"


def test_everybody_else_looks_for_somebody(api, portal, visit, mallory, alice):
    stranger = person(Building.objects.create(name={}), "Stranger")
    for token in (
        None,
        "",
        "resident_",
        "resident_wrong",
        mallory.key,
        stranger.key,
        visit.caller,
        visit.token(alice),
    ):
        assert mode(api, portal, token=token) == "guest_directory"


@pytest.mark.parametrize(
    "change",
    [
        lambda: Access.objects.update(valid_to=timezone.now()),
        lambda: Access.objects.update(valid_from=timezone.now() + timedelta(minutes=1)),
        lambda: Access.objects.update(schedule="nonsense"),
        lambda: Access.objects.update(status="deleted"),
        lambda: AccessDoor.objects.update(in_auth_types=["CARD"]),
        lambda: AccessDoor.objects.update(in_auth_types=["REMOTE_PLUS_PHONE"]),
        lambda: Door.objects.update(hold="hold_closed"),
        lambda: Door.objects.update(connected=False),
        lambda: Opener.objects.all().delete(),
    ],
)
def test_a_right_that_opens_nothing_now_is_not_offered(api, portal, alice, change):
    change()
    assert mode(api, portal, token=alice.key) == "guest_directory"


def test_the_side_of_the_door_counts(api, portal, alice):
    AccessDoor.objects.update(in_auth_types=[])
    assert mode(api, portal, token=alice.key) == "guest_directory"
    Portal.objects.update(direction="out")
    assert mode(api, portal, token=alice.key) == "resident_quick_open"


@pytest.mark.parametrize("types", [["REMOTE"], ["SCAN"], ["CARD", "SCAN"]])
def test_a_guest_whose_invite_holds_may_open_it(api, portal, door, types):
    assert mode(api.shows(guest_at(door, *types)), portal) == "guest_quick_open"


@pytest.mark.parametrize(
    "guest",
    [
        lambda door: guest_at(door, "CARD"),
        lambda door: guest_at(door, "REMOTE_PLUS_PHONE"),
        lambda door: guest_at(door, revoked_at=timezone.now()),
        lambda door: guest_at(door, is_enabled=False),
        lambda door: guest_at(door, max_uses=1, uses=1),
        lambda door: guest_at(door, access={"valid_to": timezone.now()}),
        lambda door: guest_at(door, access={"valid_from": timezone.now() + timedelta(minutes=1)}),
        lambda door: guest_at(Door.objects.create(building=door.building, name={})),
        lambda door: guest_at(Door.objects.create(building=Building.objects.create(name={}), name={})),
        lambda door: Guest(guest_at(door).invite, "guest_wrong", ""),
        lambda door: Guest(guest_at(door).invite, "", ""),
    ],
)
def test_a_guest_whose_invite_does_not_hold_looks_for_somebody(api, portal, door, guest):
    assert mode(api.shows(guest(door)), portal) == "guest_directory"


@pytest.mark.parametrize(
    "fields",
    [
        {"pin_hash": "a PIN"},
        {"require_verified_phone": True, "contact_phone": "+351210000000"},
        {"audience": "listed_contacts", "contact_email": "guest@example.org"},
    ],
)
def test_a_guest_who_must_prove_more_is_not_offered_to_open(api, portal, door, fields):
    assert mode(api.shows(guest_at(door, **fields)), portal) == "guest_directory"


def test_a_resident_counts_before_the_guest(api, portal, door, alice, mallory):
    api.shows(guest_at(door))
    assert mode(api, portal, token=alice.key) == "resident_quick_open"
    assert mode(api, portal, token=mallory.key) == "guest_directory"
    assert mode(api, portal, token="resident_wrong") == "guest_quick_open"


def test_house_rules_bind_guests_and_not_residents(api, portal, door, alice):
    Building.objects.update(blackout_dates=[f"{timezone.now():%Y-%m-%d}"])
    assert mode(api, portal, token=alice.key) == "resident_quick_open"
    assert mode(api.shows(guest_at(door)), portal) == "guest_directory"
    assert mode(api.shows(guest_at(door, curfew_exempt=True)), portal) == "guest_quick_open"


# -- the state of the door


@pytest.mark.parametrize(
    ("fields", "hold"),
    [
        ({}, None),
        ({"hold": "hold_closed"}, {"mode": "hold_closed"}),
        ({"hold": "hold_closed", "hold_reason": "Moving day"}, {"mode": "hold_closed", "reason": "Moving day"}),
        ({"hold": "hold_open", "hold_reason": "Moving day"}, None),
        (
            {"hold": "hold_open", "hold_reason": "Moving day", "is_held_open": True},
            {"mode": "hold_open", "reason": "Moving day"},
        ),
        ({"hold": "hold_closed", "hold_until": datetime(2020, 1, 1, tzinfo=UTC)}, None),
    ],
)
def test_says_that_the_door_is_held(api, portal, fields, hold):
    Door.objects.update(**fields)
    assert api.ok("get_portal", portal.public_id).get("hold") == hold


def test_says_how_often_a_door_may_be_opened(api, portal, building):
    Building.objects.update(min_interval_ms=4500)
    limit = api.ok("get_portal", portal.public_id)["open_rate_limit"]
    assert limit == {"integration_id": building.id, "min_interval_ms": 4500}


@pytest.mark.parametrize("branding", [{"color": "#004d40"}, {"logo": {"url": "x", "sizes": [1, 2]}}, ["a"], "text"])
def test_hands_branding_on_as_it_is(api, portal, branding):
    assert "branding" not in api.ok("get_portal", portal.public_id)
    Building.objects.update(branding=branding)
    assert api.ok("get_portal", portal.public_id)["branding"] == branding


def test_says_how_the_place_looks(api, portal):
    Building.objects.update(image_url="https://example.org/house.jpg", notes={"en": "Behind the church"})
    Door.objects.update(image_url="https://example.org/door.jpg")
    said = api.ok("get_portal", portal.public_id)
    assert (said["access_control"]["image_url"], said["door_image_url"]) == (
        "https://example.org/house.jpg",
        "https://example.org/door.jpg",
    )
    assert said["access_control"]["notes"] == {"en": "Behind the church"}


def test_a_light_that_stays_on_names_no_seconds(api, portal):
    Light.objects.update(auto_off_seconds=0)
    (light,) = api.ok("get_portal", portal.public_id)["lights"]
    assert "effective_auto_off_duration" not in light


def test_looking_changes_nothing(api, portal, door, alice):
    api.shows(guest_at(door))
    for token in (None, alice.key):
        api.ok("get_portal", portal.public_id, token=token)
    assert not AccessLog.objects.exists() and Building.objects.get().next_open_at is None
