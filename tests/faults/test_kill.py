"""The portal is killed at each step of an opening. It starts again, and the same tap is repeated.

Never a second pulse, nothing left open, and the truth is told. THOROUGH=1 dies at every step, else at a few.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.journeys.site import manage
from tests.thorough import rather
from visitor_portal.settings import OPEN_DEADLINE

from .risen import Mortal, Tap, let_in_by_the_api, let_in_by_the_page, open_by_the_api, open_by_the_page


class Fate(NamedTuple):
    moved: int  # how often the lock has moved when the portal dies
    ever: int  # and once the tap was repeated
    ends: list[str]  # of the attempts in the building's log
    told: str  # to whoever repeats the tap


ANEW = Fate(0, 1, ["confirmed"], "open")  # nothing was written: the repeated tap is the first one
NOT_SENT = Fate(0, 0, [], "shut")  # the page knows that it sent nothing
NOT_HEARD = Fate(0, 0, [], "doubt")  # it was about to send, and nobody knows whether it did
STILL = Fate(0, 0, ["unknown"], "doubt")  # the building was about to move the lock, likewise
MOVED = Fate(1, 1, ["unknown"], "doubt")  # it did, and did not come to say so
UNTOLD = Fate(1, 1, ["confirmed"], "doubt")  # its log says so, and the page did not come to hear it
OPENED = Fate(1, 1, ["confirmed"], "open")

DECIDED = {
    "after the decision": STILL,
    "before the pulse": STILL,
    "after the pulse": MOVED,
    "before the end": MOVED,
    "within the end": MOVED,
}
BY_THE_API = {
    "before the decision": ANEW,
    "within the decision": ANEW,
    **DECIDED,
    "after the end": OPENED,
    "before the answer": OPENED,
}
BY_THE_PAGE = {
    "before the page's request": ANEW,
    "after the page's request": NOT_SENT,
    "before the page's sending": NOT_SENT,
    "after the page's sending": NOT_HEARD,
    "before the decision": NOT_HEARD,
    "within the decision": NOT_HEARD,
    **DECIDED,
    "after the end": UNTOLD,
    "before the building's answer": UNTOLD,
    "before the page's end": UNTOLD,
    "after the page's end": OPENED,
    "before the answer": OPENED,
}
MARKED = {"before the visit's end": MOVED, "within the visit's end": MOVED}
CALL = ("before the call's answer", "after the call's answer")
Journey = Callable[[Mortal], Tap]
EVERY: dict[Journey, dict[str, Fate]] = {
    open_by_the_api: BY_THE_API,
    open_by_the_page: BY_THE_PAGE,
    let_in_by_the_api: BY_THE_API | MARKED | dict.fromkeys(CALL, ANEW),
    let_in_by_the_page: BY_THE_PAGE | MARKED | dict.fromkeys(CALL, NOT_HEARD),
}
FEW: dict[Journey, set[str]] = {
    open_by_the_api: {"after the pulse"},
    open_by_the_page: set(),  # see the last test
    let_in_by_the_api: {"after the end"},
    let_in_by_the_page: {"before the building's answer"},
}
TRIED = [
    pytest.param(journey, at, fate, id=f"{journey.__name__}-{at}")
    for journey, fates in EVERY.items()
    for at, fate in fates.items()
    if at in rather(FEW[journey], set(fates))
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    site = Mortal(Path(tmp_path_factory.mktemp("mortal")))
    try:
        yield site
        assert not site.rows("SELECT state FROM openings_opening WHERE closed_at IS NULL")
        assert "is what was written" in manage(site.environment, "verify_log")
    finally:
        site.stop()


def killed(tap: Tap, at: str) -> None:
    with pytest.raises(httpx.TransportError):
        tap.once(die_at=at)
    tap.site.rise()


@pytest.mark.parametrize(("journey", "at", "fate"), TRIED)
def test_killed(site: Mortal, journey: Journey, at: str, fate: Fate) -> None:
    with journey(site) as tap:
        killed(tap, at)
        assert tap.moved == fate.moved
        site.keep()
        assert [tap.once(), tap.once()] == [fate.told] * 2
        assert (tap.moved, tap.ends) == (fate.ever, fate.ends)
        if tap.look:
            assert tap.look() == (fate.ends == ["confirmed"]), "the visitor is told something else than the log"


@pytest.mark.parametrize("journey", rather([open_by_the_page], list(EVERY)), ids=lambda journey: journey.__name__)
def test_what_nobody_ended_yet_is_told_as_a_doubt(site: Mortal, journey: Journey) -> None:
    """Before the chores have closed it, and sooner than a page gives up."""
    with journey(site) as tap:
        killed(tap, "after the pulse")
        began = time.monotonic()
        assert tap.once() == "doubt"
        assert time.monotonic() - began < OPEN_DEADLINE
        site.keep()
        assert (tap.once(), tap.moved, tap.ends) == ("doubt", 1, ["unknown"])
