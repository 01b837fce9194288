"""Lights at a door: on by command, and off by themselves."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections

from tests.serving import wait_for
from visitor_portal import keeping
from visitor_portal.building import lights
from visitor_portal.building.drivers import DRIVERS, Outcome
from visitor_portal.building.drivers.simulated import Simulated
from visitor_portal.building.models import Door, Light
from visitor_portal.building.refusals import Refusal

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Lamps(Simulated):
    """Lamps that remember what they were told, and answer as their settings say."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def switch(self, wiring, on, *, patience) -> Outcome:
        self.told.append((wiring.settings.get("name", ""), on))
        if wiring.settings.get("says") == "breaks":
            raise OSError("half-way")
        return Outcome(wiring.settings.get("says", "confirmed"))


@pytest.fixture
def lamps(monkeypatch, door) -> Lamps:
    lamps = Lamps()
    monkeypatch.setitem(DRIVERS, "lamps", lamps)
    door.lights.all().delete()
    return lamps


def lamp(door: Door, name: str, *, says: str = "confirmed", seconds: int = 90) -> Light:
    settings = {"name": name, "says": says}
    return Light.objects.create(
        door=door, label={"en": name}, driver="lamps", settings=settings, auto_off_seconds=seconds
    )


def on_until(light: Light) -> datetime | None:
    light.refresh_from_db()
    return light.on_until


def test_turns_all_lights_of_the_door_on(door, lamps):
    hall, stairs = lamp(door, "hall"), lamp(door, "stairs", seconds=300)
    assert lights.turn_on(door, now=NOON) == {hall.id: 90, stairs.id: 300}
    assert (on_until(hall), on_until(stairs)) == (NOON + 90 * SECOND, NOON + 300 * SECOND)
    assert sorted(lamps.told) == [("hall", True), ("stairs", True)]


def test_without_lights_there_is_nothing_to_do(door, lamps):
    assert lights.turn_on(door, now=NOON) == {}


@pytest.mark.parametrize("says", ["refused", "unreached", "unknown", "breaks"])
def test_when_no_light_confirmed_that_is_a_refusal(door, lamps, says):
    hall = lamp(door, "hall", says=says)
    with pytest.raises(Refusal) as refused:
        lights.turn_on(door, now=NOON)
    assert (refused.value.status, refused.value.code) == (503, "light_unreachable")
    assert on_until(hall) is None


@pytest.mark.parametrize("says", ["refused", "unreached", "unknown", "breaks"])
def test_one_that_came_on_is_enough_and_the_others_are_not_said_to_burn(door, lamps, says):
    dark, hall = lamp(door, "cellar", says=says), lamp(door, "hall")
    assert lights.turn_on(door, now=NOON) == {hall.id: 90}
    assert (on_until(dark), on_until(hall)) == (None, NOON + 90 * SECOND)


def test_a_light_of_an_unknown_kind_is_out_of_reach(door, lamps):
    Light.objects.create(door=door, driver="no such driver")
    with pytest.raises(Refusal, match="light_unreachable"):
        lights.turn_on(door, now=NOON)


def test_a_light_whose_secrets_cannot_be_read_is_out_of_reach(door, lamps):
    lamp(door, "hall")
    Light.objects.update(sealed="sealed with another key")
    with pytest.raises(Refusal, match="light_unreachable"):
        lights.turn_on(door, now=NOON)


# -- side by side


class Slow(Lamps):
    """Lamps that wait for something before they answer. What it is, each test says."""

    def __init__(self, **waits: Any) -> None:
        super().__init__()
        self.waits = waits

    def switch(self, wiring, on, *, patience) -> Outcome:
        self.waits.get(wiring.settings["name"], lambda: None)()
        return super().switch(wiring, on, patience=patience)


def test_lights_are_asked_side_by_side(door, lamps, monkeypatch):
    meet = Barrier(3, timeout=lights.PATIENCE / 2)  # broken, and none of them lit, unless all three come
    monkeypatch.setitem(DRIVERS, "lamps", Slow(**dict.fromkeys(("a", "b", "c"), meet.wait)))
    asked = [lamp(door, name).id for name in ("a", "b", "c")]
    assert list(lights.turn_on(door, now=NOON)) == asked


def test_they_keep_their_order_whoever_answers_first(door, lamps, monkeypatch):
    last_is_on = Event()
    waits = {"a": lambda: last_is_on.wait(lights.PATIENCE), "b": last_is_on.set}
    monkeypatch.setitem(DRIVERS, "lamps", slow := Slow(**waits))
    first, last = lamp(door, "a"), lamp(door, "b")
    assert list(lights.turn_on(door, now=NOON)) == [first.id, last.id]
    assert slow.told == [("b", True), ("a", True)]


def test_a_driver_that_breaks_its_promise_about_time_keeps_nobody_waiting(door, lamps, monkeypatch):
    monkeypatch.setattr(lights, "PATIENCE", 1)
    over = Event()
    monkeypatch.setitem(DRIVERS, "lamps", Slow(a=lambda: over.wait(20), b=lambda: over.wait(20)))
    stuck, hall = [lamp(door, name) for name in ("a", "b")], lamp(door, "hall")
    began = time.monotonic()
    assert lights.turn_on(door, now=NOON) == {hall.id: 90}
    over.set()
    assert time.monotonic() - began < 10
    assert [on_until(light) for light in stuck] == [None, None]


def test_of_very_many_those_whose_turn_comes_too_late_are_not_asked(door, lamps, monkeypatch):
    monkeypatch.setattr(lights, "PATIENCE", 1)
    monkeypatch.setattr(lights, "AT_ONCE", 1)
    monkeypatch.setitem(DRIVERS, "lamps", slow := Slow(a=lambda: time.sleep(1.1)))
    for name in ("a", "hall", "stairs"):
        lamp(door, name)
    with suppress(Refusal):  # on a busy machine the first one is too late as well
        lights.turn_on(door, now=NOON)
    assert wait_for(lambda: bool(slow.told))
    assert slow.told == [("a", True)]


@pytest.mark.usefixtures("file_database")
def test_no_thread_keeps_a_database_connection(door, lamps, monkeypatch):
    used: list[Any] = []

    def look() -> None:
        Door.objects.count()
        used.append(connections["default"])

    monkeypatch.setitem(DRIVERS, "lamps", Slow(a=look, b=look))
    lamp(door, "a"), lamp(door, "b")
    lights.turn_on(door, now=NOON)
    assert [wrapper.connection for wrapper in used] == [None, None]
    assert connections["default"] not in used


# -- off again


@pytest.mark.parametrize(("seconds", "is_off"), [(89, False), (90, True), (1000, True)])
def test_goes_off_by_itself_at_its_second(door, lamps, seconds, is_off):
    hall = lamp(door, "hall")
    lights.turn_on(door, now=NOON)
    assert lights.turn_off(now=NOON + seconds * SECOND) == int(is_off)
    assert (on_until(hall) is None) is is_off
    assert (("hall", False) in lamps.told) is is_off


def test_goes_off_once(door, lamps):
    lamp(door, "hall")
    lights.turn_on(door, now=NOON)
    for second in (90, 91, 1000):
        lights.turn_off(now=NOON + second * SECOND)
    assert lamps.told == [("hall", True), ("hall", False)]


def test_asked_for_again_it_stays_on_for_longer(door, lamps):
    hall = lamp(door, "hall")
    for second in (0, 60):
        lights.turn_on(door, now=NOON + second * SECOND)
    assert lights.turn_off(now=NOON + 149 * SECOND) == 0
    assert on_until(hall) == NOON + 150 * SECOND
    assert lights.turn_off(now=NOON + 150 * SECOND) == 1


def test_zero_seconds_is_for_ever(door, lamps):
    hall = lamp(door, "hall", seconds=0)
    assert lights.turn_on(door, now=NOON) == {hall.id: 0}
    assert lights.turn_off(now=NOON + timedelta(days=1000)) == 0
    assert lamps.told == [("hall", True)]


def test_a_light_that_does_not_go_off_is_asked_again_and_keeps_no_other_on(door, lamps):
    stuck, hall = lamp(door, "cellar"), lamp(door, "hall")
    lights.turn_on(door, now=NOON)
    Light.objects.filter(id=stuck.id).update(settings={"name": "cellar", "says": "unknown"})
    assert lights.turn_off(now=NOON + 90 * SECOND) == 1
    assert (on_until(stuck) is None, on_until(hall) is None) == (False, True)
    Light.objects.filter(id=stuck.id).update(settings={"name": "cellar"})
    assert lights.turn_off(now=NOON + 91 * SECOND) == 1


@pytest.mark.usefixtures("file_database")
def test_turned_on_while_it_goes_off_it_is_said_to_be_on(door, lamps, monkeypatch):
    hall = lamp(door, "hall")
    lights.turn_on(door, now=NOON)

    class Meanwhile(Lamps):
        def switch(self, wiring, on, *, patience) -> Outcome:
            if not on:
                Light.objects.update(on_until=NOON + 180 * SECOND)
            return Outcome("confirmed")

    monkeypatch.setitem(DRIVERS, "lamps", Meanwhile())
    assert lights.turn_off(now=NOON + 90 * SECOND) == 0
    assert on_until(hall) == NOON + 180 * SECOND


def burning(door: Door, *names: str) -> list[Light]:
    """These lights, on for long enough, the first one for longest."""
    lit = [lamp(door, name) for name in names]
    for seconds, light in enumerate(lit):
        Light.objects.filter(id=light.id).update(on_until=NOON + seconds * SECOND)
    return lit


LATER = NOON + timedelta(hours=1)


def test_they_are_turned_off_side_by_side_whatever_their_door(building, door, lamps, monkeypatch):
    garage = Door.objects.create(building=building, name={"en": "Garage"})
    meet = Barrier(3, timeout=lights.PATIENCE / 2)  # broken, and all of them on, unless all three come
    monkeypatch.setitem(DRIVERS, "lamps", Slow(**dict.fromkeys(("a", "b", "c"), meet.wait)))
    burning(door, "a", "b"), burning(garage, "c")
    assert lights.turn_off(now=LATER) == 3


def test_dead_ones_take_no_time_of_those_behind_them(door, lamps, monkeypatch):
    monkeypatch.setattr(lights, "PATIENCE", 1)
    monkeypatch.setattr(lights, "AT_ONCE", 2)
    over = Event()
    monkeypatch.setitem(DRIVERS, "lamps", Slow(**dict.fromkeys(("a", "b"), lambda: over.wait(20))))
    *dead, hall = burning(door, "a", "b", "hall")
    began = time.monotonic()
    assert lights.turn_off(now=LATER) == 1
    over.set()
    assert time.monotonic() - began < 10
    assert [on_until(light) is None for light in (*dead, hall)] == [False, False, True]


def test_asked_to_stop_the_chore_leaves_the_rest_for_later(door, lamps, monkeypatch):
    monkeypatch.setattr(lights, "AT_ONCE", 2)
    stop = Event()
    monkeypatch.setitem(DRIVERS, "lamps", slow := Slow(a=stop.set))
    burning(door, "a", "b", "hall")
    token = keeping._stopping.set(stop)
    done = lights.turn_off(now=LATER)
    keeping._stopping.reset(token)
    assert done == 2
    assert sorted(slow.told) == [("a", False), ("b", False)]


def test_what_cannot_be_read_is_said_once_until_it_can_be(door, lamps, caplog):
    (hall,) = burning(door, "hall")
    for sealed in ("sealed with another key", "", "sealed with another key"):
        for _ in range(3):
            Light.objects.update(sealed=sealed, on_until=NOON)
            lights.turn_off(now=LATER)
    assert [record.levelname for record in caplog.records if "cannot be read" in record.message] == ["ERROR"] * 2


def test_the_lights_of_other_doors_stay_dark(building, door, lamps):
    garage = lamp(Door.objects.create(building=building, name={"en": "Garage"}), "garage")
    lamp(door, "hall")
    lights.turn_on(door, now=NOON)
    assert on_until(garage) is None and lamps.told == [("hall", True)]
