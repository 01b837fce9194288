import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import person
from visitor_portal.building.models import Building, Entry, Membership, Resident

from .hostile import UNKNOWN_IDS, assert_no_other_method


def targets(api, portal):
    return api.ok("get_portal_targets", portal.public_id)["targets"]


def test_lists_the_entry_with_its_name_and_place(api, portal, entry, alice):
    said = api.ok("get_portal_targets", portal.public_id)
    (target,) = said["targets"]
    assert (said["status"], said["floor_order"]) == ("ready", ["1"])
    assert (target["target_id"], target["effective_display_name"]) == (entry.id, "Okafor & Lindqvist")
    assert (target["floor_number"], target["listing_number"]) == (1, 12)
    assert (target["allowed_actions"], target["denial_reasons"]) == (["voice", "video", "message"], [])
    assert (target["call_available"], target["require_video"]) == (True, False)


def test_names_only_the_entry_and_never_a_resident(api, portal, entry, alice, bob):
    targets(api, portal)
    said = api.last.content.decode()
    assert not any(secret in said for p in (alice, bob) for secret in (p.resident.name, p.resident.id, p.key))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: Membership.objects.all().delete(), "no_callees"),
        (lambda: Membership.objects.update(receives_calls=False), "no_callees"),
        (lambda: Resident.objects.update(do_not_disturb=True), "dnd"),
        (lambda: Entry.objects.update(visitors_allowed=False), "guest_disabled"),
    ],
)
def test_an_entry_that_takes_no_call_stays_listed_with_the_reason(api, portal, entry, alice, bob, change, reason):
    change()
    (target,) = targets(api, portal)
    assert (target["denial_reasons"], target["allowed_actions"]) == ([reason], [])
    assert target["call_available"] is False


def test_visitors_switched_off_comes_before_every_other_reason(api, portal, entry, alice):
    Entry.objects.update(visitors_allowed=False)
    Resident.objects.update(do_not_disturb=True)
    assert targets(api, portal)[0]["denial_reasons"] == ["guest_disabled"]


def test_one_of_two_who_wants_quiet_does_not_close_the_entry(api, portal, entry, alice, bob):
    Resident.objects.filter(name="Alice").update(do_not_disturb=True)
    assert targets(api, portal)[0]["denial_reasons"] == []


def test_an_entry_for_pictures_only(api, portal, entry, alice):
    Entry.objects.update(require_video=True)
    (target,) = targets(api, portal)
    assert (target["require_video"], target["allowed_actions"]) == (True, ["video", "message"])


def test_floors_and_units_come_in_the_order_of_the_house(api, portal, building):
    for floor, number, unit in [("10", 10, 101), ("2", 2, 22), ("Ground", 0, 3), ("2", 2, 21), ("Cellar", -1, 1)]:
        Entry.objects.create(
            building=building, name={"en": f"{unit}"}, floor=floor, floor_number=number, unit_number=unit
        )
    said = api.ok("get_portal_targets", portal.public_id)
    assert [target["effective_display_name"] for target in said["targets"]] == ["1", "3", "21", "22", "101"]
    assert said["floor_order"] == ["Cellar", "Ground", "2", "10"]


def test_a_name_without_english_is_shown_all_the_same(api, portal, building):
    Entry.objects.create(building=building, name={"ka": "ნინო"}, floor="1")
    assert targets(api, portal)[0]["effective_display_name"] == "ნინო"


@pytest.mark.parametrize("state", ["not_configured", "disabled"])
def test_a_directory_that_is_not_ready_lists_nobody(api, portal, entry, state):
    portal.directory, portal.directory_message = state, {"en": "Back on Monday."}
    portal.save()
    said = api.ok("get_portal_targets", portal.public_id)
    assert (said["status"], said["targets"]) == (state, [])
    assert said.get("message") == ({"en": "Back on Monday."} if state == "disabled" else None)


def test_a_directory_without_entries_is_empty(api, portal):
    said = api.ok("get_portal_targets", portal.public_id)
    assert (said["status"], said["targets"]) == ("empty", [])


def test_lists_this_building_alone(api, portal, entry):
    other = Building.objects.create(name={"en": "Elsewhere"})
    Entry.objects.create(building=other, name={"en": "Stranger"}, floor="1")
    assert [target["target_id"] for target in targets(api, portal)] == [entry.id]


def test_asks_the_database_as_often_for_200_entries_as_for_5(api, portal, building):
    counts = []
    for upto in (5, 200):
        for number in range(Entry.objects.count(), upto):
            entry = Entry.objects.create(building=building, name={"en": f"Home {number}"}, floor="1")
            person(building, f"Resident {number}", at=entry)
        with CaptureQueriesContext(connection) as queries:
            assert len(targets(api, portal)) == upto
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("unknown", UNKNOWN_IDS)
def test_an_unknown_sign_is_not_found(api, portal, unknown):
    assert api.refused("get_portal_targets", unknown) == (404, "not_found")


def test_takes_no_other_method(api, portal):
    assert_no_other_method(api, "get_portal_targets", portal.public_id)
