"""Two phones in networks of their own, and what becomes of a call when one of these fails or changes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from . import networks
from .browser import Phone, launch, soon
from .conftest import Sites
from .lines import are_connected, begin, ready, said, stands, still_hears
from .networks import SERVER, Cable, Switch
from .site import Site

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"
BACK = 10  # seconds within which a call is there again


@pytest.fixture(scope="module")
def switch() -> Iterator[Switch]:
    with networks.switch() as made:
        yield made


@pytest.fixture(scope="module")
def there(switch: Switch, sites: Sites) -> Site:
    return sites(host=SERVER)


@pytest.fixture
def cables(switch: Switch, tmp_path: Path) -> list[Cable]:
    return [switch.plug(tmp_path), switch.plug(tmp_path)]


@pytest.fixture
def two(cables: list[Cable], there: Site, chromium: Browser) -> Iterator[list[Phone]]:
    """The visitor and the resident, in a talk."""
    there.start_over()
    flag = f"--unsafely-treat-insecure-origin-as-secure={there.url}"  # browsers trust http on localhost alone
    browsers = [launch(chromium.browser_type, cable.chromium, flag) for cable in cables]
    people = [ready(Phone(browser)) for browser in browsers]
    begin(people[0], people[1], there, there.home(HOME))
    assert are_connected(*people)
    assert all(soon(person.page, person.hears) for person in people)
    yield people
    for browser in browsers:
        browser.close()


def is_trying(person: Phone) -> bool:
    return stands(person) == "again"


def talk(visitor: Phone, resident: Phone) -> bool:
    """Both sides say so, and sound comes in on both."""
    is_said = stands(visitor) == stands(resident) == "connected"
    return is_said and still_hears(visitor, 1) and still_hears(resident, 1)


@pytest.mark.parametrize(("whose", "seconds"), [(0, 5), (0, 30), (1, 30)], ids=["5s", "30s", "30s-resident"])
def test_a_cut_path_is_said_on_both_sides_and_comes_back(
    two: list[Phone], cables: list[Cable], whose: int, seconds: float
):
    visitor, resident = two
    cables[whose].cut()
    assert all(soon(person.page, partial(is_trying, person), seconds) for person in two)
    wait = max(0, seconds - 4.5)
    visitor.page.wait_for_timeout(1000 * wait)
    cables[whose].join()
    assert soon(visitor.page, lambda: talk(visitor, resident), BACK)
    assert [len(person.asked) for person in two] == [1, 1]  # nobody's microphone was asked for again
    assert "failed" not in said(visitor) + said(resident)


@pytest.mark.parametrize("whose", [0, 1], ids=["visitor", "resident"])
def test_another_network_takes_the_same_call_over(two: list[Phone], cables: list[Cable], whose: int):
    visitor, resident = two
    cables[whose].move(100 + cables[whose].number)
    assert all(soon(person.page, partial(is_trying, person), 6) for person in two)
    assert soon(visitor.page, lambda: talk(visitor, resident), BACK)
    assert [len(person.asked) for person in two] == [1, 1]
    assert len(two[0].context.pages) == 1 and "/s/" in visitor.page.url  # under the same session
