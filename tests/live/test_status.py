"""The one fragment, polled."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.conftest import Person
from tests.pages import call, home, tap
from visitor_portal.building.models import Entry, Portal, Session


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


def polled(page: bytes) -> str:
    """Where this fragment asks for itself."""
    found = re.search(rb'hx-get="([^"]+)"', page)
    assert found
    return found[1].decode().replace("&amp;", "&")


def test_the_page_includes_what_is_polled(visitor: Client, visit: str) -> None:
    fragment = visitor.get(f"{visit}/status").content.decode()
    assert fragment.startswith('<section id="session-status"') and "<html" not in fragment
    assert 'hx-trigger="every 2s' in fragment and "Calling Okafor" in fragment


def test_unchanged_is_no_content(visitor: Client, visit: str) -> None:
    assert visitor.get(polled(visitor.get(visit).content)).status_code == 204


def test_a_change_is_content(visitor: Client, visit: str, alice: Person) -> None:
    address = polled(visitor.get(visit).content)
    tap(home(alice.key), visit, "answer")
    answer = visitor.get(address)
    assert answer.status_code == 200 and "answered" in answer.content.decode()


def test_form_tokens_stay_young(visitor: Client, visit: str) -> None:
    Session.objects.update(expires_at=timezone.now() + timedelta(minutes=9))
    first = polled(visitor.get(visit).content)
    with time_machine.travel(timedelta(seconds=61)):
        assert polled(visitor.get(visit).content) != first


def test_polling_ends_with_the_visit(visitor: Client, visit: str) -> None:
    tap(visitor, visit, "cancel")
    assert "hx-get" not in visitor.get(f"{visit}/status").content.decode()


def test_polling_goes_on_while_the_door_is_open(visitor: Client, visit: str, alice: Person) -> None:
    tap(home(alice.key), visit, "open")
    assert 'hx-trigger="every 2s' in visitor.get(f"{visit}/status").content.decode()


def test_time_that_ran_out_is_over(visitor: Client, visit: str) -> None:
    Session.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert "No answer" in visitor.get(f"{visit}/status").content.decode()


def pace(page: bytes) -> str:
    found = re.search(r'hx-trigger="every (\d+)s', page.decode())
    assert found
    return found[1]


def test_what_came_by_a_quiet_socket_rests_on(visitor: Client, visit: str) -> None:
    Session.objects.update(expires_at=timezone.now() + timedelta(minutes=9))
    address = polled(visitor.get(visit).content) + "&net="
    assert visitor.get(address).status_code == 204
    with time_machine.travel(timedelta(seconds=61)):
        answer = visitor.get(address)
        assert pace(answer.content) == "15" and polled(answer.content).endswith("&net=")
        assert pace(visitor.get(address.removesuffix("&net=")).content) == "2"


def test_where_the_socket_was_told_less_the_page_asks_for_itself(visitor: Client, visit: str, alice: Person) -> None:
    address = polled(visitor.get(visit).content) + "&net="
    tap(home(alice.key), visit, "answer")
    assert pace(visitor.get(address).content) == "2"


def test_a_stranger_polls_nothing(visit: str) -> None:
    assert Client().get(f"{visit}/status").status_code == 403


def test_countdown_comes_from_the_server(visitor: Client, visit: str) -> None:
    found = re.search(r'data-countdown="(\d+)"', visitor.get(f"{visit}/status").content.decode())
    assert found and 55 <= int(found[1]) <= 60


def test_when_it_gets_late_the_page_asks_and_rests_on(visitor: Client, visit: str) -> None:
    page = visitor.get(visit).content
    again = re.search(rb'data-again="(\d+)"', page)
    assert again and 1 <= int(again[1]) <= 10 and b"data-late" not in page
    address = polled(page) + "&net="
    Session.objects.update(created_at=timezone.now() - timedelta(seconds=11))
    late = visitor.get(address).content
    assert b"data-late" in late and b"data-again" not in late and pace(late) == "15"
    assert visitor.get(polled(late)).status_code == 204
