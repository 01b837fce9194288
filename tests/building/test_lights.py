"""Lights at a door: on by command, and off by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

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


def test_the_lights_of_other_doors_stay_dark(building, door, lamps):
    garage = lamp(Door.objects.create(building=building, name={"en": "Garage"}), "garage")
    lamp(door, "hall")
    lights.turn_on(door, now=NOON)
    assert on_until(garage) is None and lamps.told == [("hall", True)]
