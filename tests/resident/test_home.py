"""A resident's page."""

import pytest
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home, read, tap
from visitor_portal.building.models import Entry, Portal, Ring, Session


def test_the_link_becomes_a_cookie_and_leaves_the_address(alice: Person) -> None:
    browser = Client()
    answer = browser.get(f"/resident/{alice.key}")
    assert (answer.status_code, answer["Location"]) == (303, "/resident")
    cookie = answer.cookies["resident"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert alice.key not in browser.get("/resident").content.decode()


@pytest.mark.parametrize("wrong", ["resident_unknown", "caller_x", "x", "é", "a" * 500])
def test_a_wrong_link_is_refused(alice: Person, wrong: str) -> None:
    answer = Client().get(f"/resident/{wrong}")
    assert answer.status_code in (403, 404) and "resident" not in answer.cookies


def test_without_a_link_nothing_is_shown(alice: Person) -> None:
    assert Client().get("/resident").status_code == 403
    assert Client().get("/resident/visits").status_code == 403


def test_quiet_while_nobody_is_there(alice: Person) -> None:
    page = home(alice.key).get("/resident")
    assert read(page).headings == ["Alice"] and "Nobody is at the door." in page.content.decode()


def test_lists_each_running_visit(visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person) -> None:
    visit = call(visitor, portal, entry)["Location"]
    for person in (alice, bob):
        page = home(person.key).get("/resident").content.decode()
        assert f'href="{visit}?as=callee"' in page and "Somebody is at the door" in page


def test_rings_nobody_else(visitor: Client, portal: Portal, entry: Entry, alice: Person, mallory: Person) -> None:
    call(visitor, portal, entry)
    assert "Nobody is at the door." in home(mallory.key).get("/resident").content.decode()


def test_an_ended_visit_is_gone(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    visit = call(visitor, portal, entry)["Location"]
    tap(visitor, visit, "cancel")
    assert "Nobody is at the door." in home(alice.key).get("/resident").content.decode()


def test_the_flatmate_reads_who_answered(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, bob: Person
) -> None:
    visit = call(visitor, portal, entry)["Location"]
    tap(home(alice.key), visit, "answer")
    assert "Alice answered" in home(bob.key).get("/resident").content.decode()


def test_unchanged_is_no_content(alice: Person) -> None:
    browser = home(alice.key)
    fragment = browser.get("/resident/visits").content.decode()
    version = fragment.partition("?v=")[2].partition('"')[0]
    assert browser.get("/resident/visits", {"v": version}).status_code == 204


def test_plain_page_looks_again_by_itself(alice: Person) -> None:
    page = home(alice.key).get("/resident", {"plain": ""})
    assert page["Refresh"] == "5" and b"<script" not in page.content


def test_looking_is_no_receipt(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    call(visitor, portal, entry)
    home(alice.key).get("/resident")
    assert Session.objects.get().state == "pending" and Ring.objects.get().shown_at is None


def test_a_page_that_shows_the_ring_says_so(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    visit = call(visitor, portal, entry)["Location"]
    browser = home(alice.key)
    seal = browser.get("/resident").content.decode().partition('data-seal="')[2].partition('"')[0]
    assert browser.post(f"{visit}/receipt", {"seal": seal, "stage": "shown"}).status_code == 204
    assert "It rings on 1 phone." in visitor.get(visit).content.decode()


def test_the_last_line_of_a_visit_is_shown(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    visit = call(visitor, portal, entry)["Location"]
    seal = read(visitor.get(visit)).fields["seal"]
    visitor.post(f"{visit}/message", {"seal": seal, "text": "<b>At the gate</b>"})
    browser = home(alice.key)
    assert "&lt;b&gt;At the gate&lt;/b&gt;" in browser.get("/resident").content.decode()
    seal = read(browser.get(f"{visit}?as=callee")).fields["seal"]
    browser.post(f"{visit}/reply", {"seal": seal, "phrase": "on_my_way"})
    assert "You: On my way down" in browser.get("/resident").content.decode()


def test_a_visit_of_words_shows_and_does_not_ring(
    visitor: Client, portal: Portal, entry: Entry, alice: Person
) -> None:
    visit = call(visitor, portal, entry, "message")["Location"]
    page = home(alice.key).get("/resident").content.decode()
    assert f'href="{visit}?as=callee"' in page and "Somebody writes to you" in page
    assert "data-rings" not in page and "data-receipt" in page
    form = read(home(alice.key).get(f"{visit}?as=callee"))
    assert [button.get("id") for button in form.buttons if "tap" in button.get("id", "")] == ["tap-decline"]
