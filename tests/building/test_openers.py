"""Several ways to open one door: the next is tried only when the one before was surely not reached."""

import time

import pytest

from visitor_portal.building import doors, reach
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.drivers import DRIVERS, Outcome, Wiring
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import Door, Opener
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, pulses


class Recorder(Simulated):
    """Answers as its settings say, and remembers who was asked and for how long it was given."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.patience: list[float] = []

    def open(self, wiring: Wiring, *, now, patience) -> Outcome:
        self.asked.append(wiring.settings["name"])
        self.patience.append(patience)
        time.sleep(wiring.settings.get("sleep", 0))
        if wiring.settings["says"] == "breaks":
            raise OSError("half-way")
        return Outcome(wiring.settings["says"])


@pytest.fixture
def recorder(monkeypatch, door) -> Recorder:
    recorder = Recorder()
    monkeypatch.setitem(DRIVERS, "recorder", recorder)
    door.openers.all().delete()
    return recorder


def wired(door: Door, *says: str, **more) -> None:
    """Openers a, b, c … in this order, which answer like this."""
    for position, (name, word) in enumerate(zip("abcdef", says, strict=False)):
        settings = {"name": name, "says": word} | more
        Opener.objects.create(door=door, position=position, driver="recorder", settings=settings)


def outcome(door: Door, portal, alice, now) -> str:
    """How an opening ends, by the log."""
    try:
        open_door(door, Terms(portal, alice.resident), now=now)
    except Refusal as refusal:
        assert refusal.code == "door_unreachable"
    return attempts()[-1].state


def test_asks_in_their_order_and_not_in_the_order_they_were_made(door, portal, alice, now, recorder):
    for name, position in (("c", 2), ("a", 0), ("d", 2), ("b", 1)):
        settings = {"name": name, "says": "unreached"}
        Opener.objects.create(door=door, position=position, driver="recorder", settings=settings)
    assert outcome(door, portal, alice, now) == "refused"
    assert recorder.asked == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ("confirmed", "confirmed"),
        ("refused", "refused"),
        ("unknown", "unknown"),
        ("breaks", "unknown"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_first_that_was_reached_settles_it(door, portal, alice, now, recorder, before, says, state):
    wired(door, *["unreached"] * before, says, "confirmed", "confirmed")
    assert outcome(door, portal, alice, now) == state
    assert recorder.asked == list("abc"[: before + 1])


def test_none_that_was_reached_is_a_refusal(door, portal, alice, now, recorder):
    wired(door, "unreached", "unreached")
    assert outcome(door, portal, alice, now) == "refused"


def test_an_opener_of_an_unknown_kind_was_surely_not_reached(door, portal, alice, now, recorder):
    wired(door, "unreached", "confirmed")
    Opener.objects.filter(position=0).update(driver="no such driver")
    assert outcome(door, portal, alice, now) == "confirmed"
    assert recorder.asked == ["b"]


def test_an_opener_whose_secrets_cannot_be_read_was_surely_not_reached(door, portal, alice, now, recorder):
    wired(door, "confirmed", "confirmed")
    Opener.objects.filter(position=0).update(sealed="sealed with another key")
    assert outcome(door, portal, alice, now) == "confirmed"
    assert recorder.asked == ["b"]


def test_all_of_them_share_the_patience_of_one_door(door, portal, alice, now, recorder):
    wired(door, "unreached", "unreached", "confirmed", sleep=0.2)
    assert outcome(door, portal, alice, now) == "confirmed"
    first, second, third = recorder.patience
    assert first <= doors.PATIENCE
    assert second <= first - 0.2 and third <= second - 0.2


def test_whoever_comes_after_the_patience_is_not_asked(door, portal, alice, now, recorder, monkeypatch):
    monkeypatch.setattr(doors, "PATIENCE", 0.1)
    wired(door, "unreached", "confirmed", sleep=0.2)
    assert outcome(door, portal, alice, now) == "refused"
    assert recorder.asked == ["a"]


def test_the_time_of_all_of_them_is_told(door, portal, alice, now, recorder):
    wired(door, "unreached", "confirmed", sleep=0.1)
    assert outcome(door, portal, alice, now) == "confirmed"
    milliseconds = attempts()[0].milliseconds
    assert milliseconds is not None and 200 <= milliseconds < 2000


def test_a_door_without_openers_is_not_connected(door, portal, alice, now):
    door.openers.all().delete()
    with pytest.raises(Refusal) as refused:
        open_door(door, Terms(portal, alice.resident), now=now)
    assert (refused.value.status, refused.value.code) == (409, "door_not_connected")
    assert [(attempt.state, attempt.reason) for attempt in attempts()] == [("refused", "door_not_connected")]


def test_the_openers_of_another_door_are_not_asked(building, door, portal, alice, now, recorder):
    wired(door, "unreached")
    Opener.objects.create(door=Door.objects.create(building=building, name={"en": "Garage"}))
    assert outcome(door, portal, alice, now) == "refused"
    assert pulses() == 0


def test_a_door_is_reachable_by_any_of_them(door):
    Opener.objects.update(settings={"fault": "dead"})
    assert not reach.reachable(door)
    Opener.objects.create(door=door, position=1, settings={"fault": "dead"})
    assert not reach.reachable(door)
    Opener.objects.create(door=door, position=2)
    assert reach.reachable(door)
