"""Times at the desk are those of the building, typed in and shown."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from visitor_portal.building.models import Access, Building, Door

from .forms import read, send, text


@pytest.fixture
def tokyo(building) -> Building:
    Building.objects.update(time_zone="Asia/Tokyo")
    return Building.objects.get()


def test_what_is_typed_is_the_buildings_time(desk, tokyo, door):
    page = f"/admin/building/door/{door.id}/change/"
    send(desk, page, hold="hold_open", hold_until_0="2099-01-01", hold_until_1="09:00")
    door.refresh_from_db()
    assert door.hold_until == datetime(2099, 1, 1, 0, tzinfo=UTC)
    sent = read(desk, page).sent
    assert (sent["hold_until_0"], sent["hold_until_1"]) == ("2099-01-01", "09:00:00")


@pytest.mark.parametrize("page", ["door/add/", "access/add/", "invite/add/"])
def test_every_time_says_whose_it_is(desk, tokyo, page):
    assert "Times are those of Asia/Tokyo." in text(desk.get(f"/admin/building/{page}"))


@pytest.mark.parametrize("noun", ["door", "access", "invite", "accesslog", "session"])
def test_every_list_with_times_says_whose_they_are(desk, tokyo, noun):
    assert "Times are those of Asia/Tokyo." in text(desk.get(f"/admin/building/{noun}/"))


def test_a_list_of_several_buildings_is_in_utc_unless_they_agree(desk, tokyo):
    other = Building.objects.create(name={"en": "Station House"}, time_zone="Europe/Lisbon")
    assert "Times are those of UTC." in text(desk.get("/admin/building/door/"))
    Building.objects.filter(id=other.id).update(time_zone="Asia/Tokyo")
    assert "Times are those of Asia/Tokyo." in text(desk.get("/admin/building/door/"))


def test_each_page_keeps_to_its_own_building(desk, tokyo):
    other = Building.objects.create(name={"en": "Station House"}, time_zone="Europe/Lisbon")
    door = Door.objects.create(building=other, name={"en": "Platform"})
    assert "Times are those of Europe/Lisbon." in text(desk.get(f"/admin/building/door/{door.id}/change/"))


def test_the_hours_of_one_page_do_not_stay_for_the_next(desk, tokyo, door):
    desk.get(f"/admin/building/door/{door.id}/change/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_list_shows_the_buildings_hours(desk, tokyo):
    Access.objects.create(building=tokyo, name="x", valid_to=datetime(2099, 1, 1, tzinfo=UTC))
    assert "Thu 01 Jan 2099 09:00" in text(desk.get("/admin/building/access/"))
