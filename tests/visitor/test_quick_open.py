"""A resident before the sign of their own door opens it with a tap."""

import pytest
import time_machine
from django.test import Client

from tests.building.conftest import attempts, pulses
from tests.conftest import Person
from tests.pages import Form, read
from visitor_portal.building.models import Building, Door, Opener, Portal


@pytest.fixture
def at_home(visitor: Client, portal: Portal, alice: Person) -> Client:
    """Alice's own phone."""
    visitor.get(f"/resident/{alice.key}")
    return visitor


def form(client: Client, portal: Portal) -> dict[str, str]:
    page = client.get(f"/p/{portal.public_id}").content.decode()
    return Form(page[page.index('class="quick') : page.index('class="or"')]).fields


def test_offers_the_door_to_its_resident_and_the_directory_too(at_home: Client, portal: Portal) -> None:
    page = at_home.get(f"/p/{portal.public_id}").content.decode()
    assert "This is your door." in page and "Or ring somebody" in page and "Okafor" in page


@pytest.mark.parametrize("who", ["stranger", "mallory"])
def test_nobody_else_sees_a_button(who: str, visitor: Client, portal: Portal, alice: Person, mallory: Person) -> None:
    if who == "mallory":
        visitor.get(f"/resident/{mallory.key}")
    assert "Open the door" not in visitor.get(f"/p/{portal.public_id}").content.decode()


def test_what_a_resident_may_is_never_kept_for_the_next(at_home: Client, portal: Portal) -> None:
    at_home.get(f"/p/{portal.public_id}")
    assert "Open the door" not in Client().get(f"/p/{portal.public_id}").content.decode()


def test_one_tap_opens(at_home: Client, portal: Portal) -> None:
    page = at_home.post(f"/p/{portal.public_id}/open", form(at_home, portal))
    assert page.status_code == 200 and read(page).headings == ["The door is open"]
    assert 'data-countdown="7"' in page.content.decode() and pulses() == 1


def test_the_same_form_twice_is_one_pulse_and_one_answer(at_home: Client, portal: Portal) -> None:
    fields = form(at_home, portal)
    pages = [at_home.post(f"/p/{portal.public_id}/open", fields) for _ in range(2)]
    assert [read(page).headings for page in pages] == [["The door is open"]] * 2 and pulses() == 1


def test_a_second_form_within_the_interval_says_so(at_home: Client, portal: Portal) -> None:
    at_home.post(f"/p/{portal.public_id}/open", form(at_home, portal))
    page = at_home.post(f"/p/{portal.public_id}/open", form(at_home, portal))
    assert (page.status_code, page["Retry-After"]) == (429, "3") and pulses() == 1


@pytest.mark.parametrize(
    ("fault", "heading"),
    [("dead", "The door did not answer"), ("silent", "We don't know whether the door opened")],
)
def test_says_what_is_known_of_a_door_that_failed(at_home: Client, portal: Portal, fault: str, heading: str) -> None:
    Opener.objects.update(settings={"fault": fault})
    page = at_home.post(f"/p/{portal.public_id}/open", form(at_home, portal))
    assert read(page).headings == [heading]


def test_get_opens_nothing(at_home: Client, portal: Portal) -> None:
    for path in ("open", "lights"):
        assert at_home.get(f"/p/{portal.public_id}/{path}").status_code == 405
    assert not attempts()


def test_a_form_shown_to_somebody_else_opens_nothing(at_home: Client, portal: Portal) -> None:
    page = Client().post(f"/p/{portal.public_id}/open", form(at_home, portal))
    assert page.status_code == 403 and not attempts()


def test_an_old_page_opens_nothing(visitor: Client, portal: Portal, alice: Person) -> None:
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        visitor.get(f"/resident/{alice.key}")
        fields = form(visitor, portal)
        clock.shift(121)
        page = visitor.post(f"/p/{portal.public_id}/open", fields)
    assert page.status_code == 409 and not attempts()


def test_a_right_that_ended_meanwhile_opens_nothing(at_home: Client, portal: Portal, building: Building) -> None:
    fields = form(at_home, portal)
    building.accesses.all().delete()
    page = at_home.post(f"/p/{portal.public_id}/open", fields)
    assert page.status_code == 403 and pulses() == 0
    assert [attempt.reason for attempt in attempts()] == ["wrong_role"]


def test_a_door_held_closed_offers_no_button_and_says_why(at_home: Client, portal: Portal, door: Door) -> None:
    Door.objects.update(hold="hold_closed", hold_reason="Moving day")
    page = at_home.get(f"/p/{portal.public_id}").content.decode()
    assert "Open the door" not in page and "kept shut" in page and "Moving day" in page


def test_lights_go_on_by_a_tap(at_home: Client, portal: Portal, door: Door) -> None:
    page = at_home.post(f"/p/{portal.public_id}/lights", form(at_home, portal))
    assert read(page).headings == ["The lights are on"] and door.lights.get().on_until is not None


@pytest.mark.parametrize(("fault", "words"), [("dead", "not answering"), ("", "")])
def test_says_beforehand_that_the_door_does_not_answer(
    at_home: Client, portal: Portal, fault: str, words: str
) -> None:
    Opener.objects.update(settings={"fault": fault})
    fragment = at_home.get(f"/p/{portal.public_id}/reachable").content.decode().strip()
    assert words in fragment and bool(fragment) is bool(words)


def test_a_stranger_learns_nothing_of_the_door(visitor: Client, portal: Portal) -> None:
    Opener.objects.update(settings={"fault": "dead"})
    assert visitor.get(f"/p/{portal.public_id}/reachable").content.decode().strip() == ""
