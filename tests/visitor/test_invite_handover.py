"""Out of an app's own browser with the pass: the address works once, for whoever taps there first."""

import html
import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.building import conftest
from tests.building.inviting import Link, everything, invited
from tests.building.threads import together
from tests.pages import Form
from tests.test_inapp import APPS
from visitor_portal import upstream
from visitor_portal.building.models import Building, Door, InviteDevice
from visitor_portal.logs import redact_path
from visitor_portal.openings import chores
from visitor_portal.openings.models import Handover

from .guests import Guest, heading, text
from .test_invite_inert import CRAWLERS

file_database = conftest.file_database
OF_IPHONE, OF_ANDROID = list(APPS)[0], list(APPS)[-1]
CARD = 'aria-labelledby="browser"'


@pytest.fixture
def link(door: Door) -> Link:
    return invited(door, max_devices=1)


@pytest.fixture
def noor(link: Link) -> Guest:
    """She has opened the link inside an app, and her invite is on that browser."""
    noor = Guest(link)
    noor.client = Client(headers={"User-Agent": OF_IPHONE})
    noor.send("claim")
    return noor


def hand_over(guest: Guest) -> str:
    """The code in the address at which the page stands afterwards."""
    page = guest.send("handover")
    assert page.status_code == 303 and page["Location"].startswith(f"{guest.path}?from=")
    return str(page["Location"]).partition("from=")[2]


def holds(guest: Guest) -> bool:
    return any(guest.client.cookies[name].value for name in guest.passes)


def look(guest: Guest, code: str = "") -> str:
    return text(guest.client.get(guest.path, {"from": code} if code else None))


def state(page: str) -> str:
    found = re.search(r'data-state="(\w+)"', page)
    assert found
    return found[1]


def test_the_pass_leaves_the_first_browser(noor: Guest) -> None:
    assert holds(noor)
    hand_over(noor)
    assert not holds(noor) and state(look(noor)) == "max_devices_reached"


def test_the_other_browser_opens_the_door_with_one_tap(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    page = look(safari, code)
    assert state(page) == "active" and Form(page).fields["from"] == code
    assert heading(safari.open(**{"from": code})) == "The door is open"
    assert holds(safari) and state(look(safari)) == "active"
    Building.objects.update(next_open_at=None)  # the lock has a pause between two openings
    assert heading(safari.open()) == "The door is open" and InviteDevice.objects.count() == 1


def test_keeping_it_there_is_a_tap_as_well(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    assert "Keep it in this browser" in look(safari, code)
    page = safari.send("claim", **{"from": code})
    assert page["Location"] == safari.path and holds(safari) and state(look(safari)) == "active"


@pytest.mark.parametrize("action", ["claim", "execute", "otp", "renewal", "lights", "ask"])
def test_any_tap_brings_it_whatever_becomes_of_the_tap(noor: Guest, link: Link, action: str) -> None:
    safari, code = Guest(link), hand_over(noor)
    safari.send(action, **{"from": code})
    assert holds(safari) and heading(safari.open()) == "The door is open"


def test_it_works_once(noor: Guest, link: Link) -> None:
    safari, chrome, code = Guest(link), Guest(link), hand_over(noor)
    safari.send("claim", **{"from": code})
    assert heading(chrome.open(**{"from": code})) == "This invite is on another phone"
    assert not holds(chrome) and state(look(chrome, code)) == "max_devices_reached"


def test_the_same_page_may_ask_twice(noor: Guest, link: Link) -> None:
    safari, again, code = Guest(link), Guest(link), hand_over(noor)
    seal = safari.seal()
    safari.send("claim", seal, **{"from": code})
    upstream._shared.clear()  # as after a restart, or in another process
    again.send("claim", seal, **{"from": code})  # the answer to the first tap never came
    assert holds(again) and InviteDevice.objects.count() == 1


@pytest.mark.usefixtures("file_database")
def test_of_twenty_at_once_one_gets_it(noor: Guest, link: Link) -> None:
    code, guests = hand_over(noor), [Guest(link) for _ in range(20)]
    seals = [guest.seal() for guest in guests]

    def claim(guest: Guest, seal: str) -> Any:
        return lambda: guest.send("claim", seal, **{"from": code}).status_code

    codes = together(*(claim(guest, seal) for guest, seal in zip(guests, seals, strict=True)))
    assert Counter(codes) == {303: 1, 403: 19} and sum(map(holds, guests)) == 1


def test_after_a_day_it_is_too_late(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    link.change_access(valid_to=timezone.now() + timedelta(days=3))
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert state(look(safari, code)) == "max_devices_reached"
        assert safari.send("claim", **{"from": code}).status_code == 403
    assert not holds(safari)


def test_the_code_of_another_invite_changes_nothing(noor: Guest, door: Door) -> None:
    other, code = Guest(invited(door, max_devices=1)), hand_over(noor)
    assert "Keep it in this browser" not in look(other, code)
    assert heading(other.open(**{"from": code})) == "The door is open"
    assert Handover.objects.get().taken_by == "" and InviteDevice.objects.count() == 2


@pytest.mark.parametrize("code", ["-short-", "x" * 22, "x" * 5000, "../..", "é" * 22])
def test_what_is_no_code_is_as_none(noor: Guest, link: Link, code: str) -> None:
    safari = Guest(link)
    assert state(look(safari, code)) == "max_devices_reached" and code not in look(safari, code)
    assert safari.send("claim", **{"from": code}).status_code == 403


def test_previews_use_nothing_up(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    before, rows = everything(), list(Handover.objects.values())
    for crawler in CRAWLERS.values():
        preview = Client(headers={"User-Agent": crawler})
        for path in ("", "/status", "/photo", "/claim", "/handover"):
            preview.get(f"{safari.path}{path}", {"from": code})
            preview.head(f"{safari.path}{path}", {"from": code})
        assert not preview.cookies
    assert (everything(), list(Handover.objects.values())) == (before, rows)
    assert heading(safari.open(**{"from": code})) == "The door is open"


def test_a_page_that_looks_again_by_itself_still_brings_it(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    asked = re.search(r'hx-get="([^"]+)\?v=\w+(&amp;[^"]+)"', look(safari, code))
    assert asked and "from" in asked[2]
    fragment = text(safari.client.get(f"{asked[1]}?v=old{html.unescape(asked[2])}"))
    assert Form(fragment).fields["from"] == code


def test_a_page_that_stood_open_too_long_is_shown_anew(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    seal = safari.seal()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        page = safari.send("execute", seal, grant_id=link.grant, **{"from": code})
        assert page["Location"] == f"{safari.path}?from={code}" and not holds(safari)


def test_nothing_but_the_page_itself_says_the_code(noor: Guest, link: Link) -> None:
    safari, code = Guest(link), hand_over(noor)
    page = look(safari, code)
    assert not [tag for tag in re.findall(r"<(?:meta|title)[^>]*>[^<]*", page) if code in tag]
    assert code not in redact_path(f"{safari.path}?from={code}")
    [row] = Handover.objects.values()
    written = str(row)
    assert code not in written and not any(value in written for value in InviteDevice.objects.values_list("guest")[0])


def test_what_was_left_lying_is_forgotten(noor: Guest) -> None:
    hand_over(noor)
    chores.forget_handovers(timezone.now())
    assert Handover.objects.count() == 1
    chores.forget_handovers(timezone.now() + timedelta(hours=25))
    assert not Handover.objects.exists()


def test_a_browser_without_a_pass_hands_nothing_over(link: Link) -> None:
    page = Guest(link).send("handover")
    assert page["Location"] == f"/invite/{link.token}" and not Handover.objects.exists()


def test_a_double_tap_hands_over_once(noor: Guest) -> None:
    seal, cookies = noor.seal(), noor.client.cookies.output(header="")
    first = noor.send("handover", seal)["Location"]
    noor.client.cookies.load(cookies)
    assert noor.send("handover", seal)["Location"] == first and Handover.objects.count() == 1


# -- the card


def test_an_app_is_named_and_its_pass_is_moved_by_a_tap(noor: Guest) -> None:
    page = look(noor)
    assert "You are in Instagram's own browser." in html.unescape(page)
    assert (
        f'action="{noor.path}/handover"' in page
        and "data-copy" not in page[page.index(CARD) :].split("</section>")[0]
    )
    after = look(noor, hand_over(noor))
    assert re.search(r'data-copy="http://localhost:\d+/invite/[^"]+\?from=[^"]{22}"', after)
    assert "works once" in after and "/handover" not in after


def test_without_a_pass_there_is_the_plain_link(link: Link) -> None:
    page = text(Client(headers={"User-Agent": OF_IPHONE}).get(f"/invite/{link.token}"))
    assert re.search(rf'data-copy="http://localhost:\d+/invite/{link.token}"', page) and "/handover" not in page


def test_android_opens_it_with_one_tap_over_https_alone(link: Link, settings: Settings) -> None:
    android = Client(headers={"User-Agent": OF_ANDROID})
    assert "intent:" not in text(android.get(f"/invite/{link.token}"))
    settings.PUBLIC_BASE_URL = "https://door.example"
    page = text(android.get(f"/invite/{link.token}"))
    assert f'href="intent://door.example/invite/{link.token}#Intent;scheme=https;end"' in page
    assert "You are in an app's own browser." in html.unescape(page)
    apple = Client(headers={"User-Agent": OF_IPHONE})
    assert "intent:" not in text(apple.get(f"/invite/{link.token}"))


def test_a_browser_of_its_own_has_no_card(link: Link) -> None:
    assert CARD not in look(Guest(link))


@pytest.mark.parametrize(("change", "shown"), [({"is_enabled": False}, False), ({"max_devices": 0}, True)])
def test_the_card_is_there_where_a_browser_matters(link: Link, change: dict[str, Any], shown: bool) -> None:
    link.change(**change)
    page = text(Client(headers={"User-Agent": OF_IPHONE}).get(f"/invite/{link.token}"))
    assert (CARD in page) is shown
