import pytest

from visitor_portal.building.models import Light

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
    assert api.ok("get_portal", portal.public_id, token=alice.key) == public
    assert api.ok("get_portal", portal.public_id, X_API_Key="http://localhost_openapp_secret") == public
    assert "Alice" not in api.last.content.decode()
