"""The visit's page, for caller and callee."""

import pytest
from django.test import Client

from tests.building.conftest import attempts
from tests.conftest import Person
from tests.pages import call, home, read, tap
from visitor_portal.building.models import Door, Entry, Light, Portal, Session, SimulatedDoor


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person) -> str:
    """A running call from `visitor`, by its address."""
    return str(call(visitor, portal, entry)["Location"])


def test_a_stranger_sees_nothing(visit: str) -> None:
    page = Client().get(visit)
    assert page.status_code == 403 and read(page).headings == ["This visit is not yours to see"]
    assert "Okafor" not in page.content.decode()


def test_a_browser_without_cookies_is_told_what_to_do(visit: str) -> None:
    assert "keeps no cookies" in Client().get(visit).content.decode()


def test_unknown_visits_and_strangers_get_the_same_page(visit: str) -> None:
    assert Client().get("/s/01ARZ3NDEKTSV4RRFFQ69G5FAV").content == Client().get(visit).content


def test_a_cookie_of_another_visit_opens_nothing(visitor: Client, visit: str) -> None:
    thief = Client()
    [(name, morsel)] = [cookie for cookie in visitor.cookies.items() if cookie[0].startswith("caller_")]
    thief.cookies["caller_01ARZ3NDEKTSV4RRFFQ69G5FAV"] = morsel.value
    assert thief.get("/s/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 403
    thief.cookies[name] = morsel.value[:-1] + ("A" if morsel.value[-1] != "A" else "B")
    assert thief.get(visit).status_code == 403


def test_residents_it_does_not_ring_see_nothing(visit: str, mallory: Person) -> None:
    assert home(mallory.key).get(f"{visit}?as=callee").status_code == 403


def test_a_resident_comes_by_the_own_key(visit: str, alice: Person) -> None:
    browser = home(alice.key)
    page = browser.get(f"{visit}?as=callee")
    assert read(page).headings == ["Somebody is at the door"]
    assert read(page).actions == ["answer", "open", "lights", "decline"]
    assert f"callee_{visit.removeprefix('/s/')}" in browser.cookies


def test_answer_then_open(visitor: Client, visit: str, alice: Person, door: Door) -> None:
    browser = home(alice.key)
    assert tap(browser, visit, "answer").status_code == 303
    assert read(visitor.get(visit)).headings == ["Okafor & Lindqvist answered"]
    assert tap(browser, visit, "open").status_code == 303
    for page in (visitor.get(visit), browser.get(f"{visit}?as=callee")):
        assert read(page).headings == ["The door is open"]
    assert SimulatedDoor.objects.get().pulses == 1
    assert attempts()[0].state == "confirmed"


def test_the_same_form_opens_once(visit: str, alice: Person, door: Door) -> None:
    browser = home(alice.key)
    form = read(browser.get(f"{visit}?as=callee")).fields
    answers = [browser.post(f"{visit}/open", form).status_code for _ in range(3)]
    assert answers == [303, 303, 303] and SimulatedDoor.objects.get().pulses == 1


def test_first_answer_wins_and_the_other_reads_who(visit: str, alice: Person, bob: Person) -> None:
    winner, loser = home(alice.key), home(bob.key)
    form = read(loser.get(f"{visit}?as=callee")).fields
    tap(winner, visit, "answer")
    late = loser.post(f"{visit}/answer", form)
    assert late.status_code == 409 and read(late).headings == ["Already answered"]
    page = loser.get(f"{visit}?as=callee")
    assert read(page).headings == ["Alice answered"] and not read(page).actions


def test_the_visitor_never_reads_who_answered(visitor: Client, visit: str, alice: Person) -> None:
    tap(home(alice.key), visit, "answer")
    assert "Alice" not in visitor.get(visit).content.decode()


def test_decline(visitor: Client, visit: str, alice: Person) -> None:
    assert tap(home(alice.key), visit, "decline").status_code == 303
    assert read(visitor.get(visit)).headings == ["Okafor & Lindqvist can't take the visit now"]


def test_cancel(visitor: Client, visit: str, alice: Person) -> None:
    assert tap(visitor, visit, "cancel").status_code == 303
    assert read(visitor.get(visit)).headings == ["You ended the call"]
    assert read(home(alice.key).get("/resident")).headings == ["Alice"]


def test_lights(visit: str, alice: Person) -> None:
    assert tap(home(alice.key), visit, "lights").status_code == 303
    assert Light.objects.get().on_until is not None


@pytest.mark.parametrize("action", ["answer", "decline", "open", "lights"])
def test_the_visitor_can_do_nothing_of_the_residents(visitor: Client, visit: str, action: str, door: Door) -> None:
    form = read(visitor.get(visit)).fields
    assert visitor.post(f"{visit}/{action}", form).status_code == 403
    assert Session.objects.get().state == "pending" and not attempts()


@pytest.mark.parametrize("action", ["cancel", "answer", "decline", "open", "lights", "receipt"])
def test_get_changes_nothing(visitor: Client, visit: str, alice: Person, action: str) -> None:
    browser = home(alice.key)
    browser.get(f"{visit}?as=callee")
    assert browser.get(f"{visit}/{action}").status_code == 405
    assert Session.objects.get().version == 1


@pytest.mark.parametrize("action", ["answer", "decline", "open", "lights"])
def test_a_forged_form_does_nothing(visit: str, alice: Person, bob: Person, action: str) -> None:
    browser, other = home(alice.key), home(bob.key)
    foreign = read(other.get(f"{visit}?as=callee")).fields["seal"]
    browser.get(f"{visit}?as=callee")
    for seal in ("", "x", foreign):
        assert browser.post(f"{visit}/{action}", {"seal": seal}).status_code == 403
    assert Session.objects.get().state == "pending"


def test_plain_page_looks_again_by_itself(visitor: Client, visit: str) -> None:
    page = visitor.get(f"{visit}?plain")
    assert page["Refresh"] == "3" and b"<script" not in page.content
    assert "Refresh" not in visitor.get(visit)


def test_plain_page_rests_when_all_is_over(visitor: Client, visit: str) -> None:
    tap(visitor, visit, "cancel")
    assert "Refresh" not in visitor.get(f"{visit}?plain")


def test_one_browser_plays_both_sides(visitor: Client, visit: str, alice: Person) -> None:
    visitor.get(f"/resident/{alice.key}")
    assert read(visitor.get(f"{visit}?as=callee")).headings == ["Somebody is at the door"]
    assert read(visitor.get(visit)).headings == ["Calling Okafor & Lindqvist"]
