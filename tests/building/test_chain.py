"""The chain through the access log: whatever somebody changes in the database, it names the first bad row."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import models, transaction

from visitor_portal.building import access_log, chain
from visitor_portal.building.doors import Terms, open_door
from visitor_portal.building.models import AccessLog, Building, Door, LogHead, OpeningCount, new_id
from visitor_portal.building.refusals import Refusal

from .conftest import attempts, pulses, taken
from .threads import together

MARCH = datetime(2026, 3, 30, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FIELDS = [field.name for field in AccessLog._meta.concrete_fields]


@pytest.fixture
def log(door, alice) -> str:
    """Three attempts of nine steps; the building's id."""
    for number, end in enumerate(("confirmed", "unknown", "refused")):
        write(door, end, key_hash=f"{number}" * 64, resident=alice.resident.id, guest="phone")
    return str(door.building_id)


def write(door: Door, end: str = "confirmed", **fields: Any) -> None:
    """One attempt from its first step to its end."""
    attempt = taken(door, direction="in", **fields)
    access_log.step(attempt, "sent", auth_type="REMOTE")
    access_log.step(attempt, end, reason="door_unreachable", seen_open=True, milliseconds=12)


def verdict(building: str) -> tuple[int, str]:
    """How many rows are right, and what is wrong with the next one."""
    found = chain.verify(building)
    return found.rows, found.fault


def rows() -> list[AccessLog]:
    return list(AccessLog.objects.order_by("sequence"))


def other_than(value: Any, field: object) -> Any:
    if isinstance(value, bool) or isinstance(field, models.BooleanField):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(field, models.IntegerField):
        return (value or 0) + 1000
    return (value[:-1] + "~") if value else "~"


def bent(name: str) -> Iterator[tuple[AccessLog, str]]:
    """Each row with this field changed behind our back, one at a time, and what is said of it."""
    for row in rows():
        with transaction.atomic():
            field = AccessLog._meta.get_field(name)
            AccessLog.objects.filter(pk=row.pk).update(**{name: other_than(getattr(row, name), field)})
            yield row, verdict(row.building)[1]
            transaction.set_rollback(True)


def test_is_whole_as_it_was_written(log):
    found = chain.verify(log)
    assert (found.rows, found.fault, found.head) == (9, "", rows()[-1].hash)


def test_the_database_gives_back_what_was_hashed(log):
    before = ""
    for row in rows():
        assert chain.hash_of(row, before) == row.hash
        before = row.hash


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("id", "sequence", "building")])
def test_names_the_row_of_which_a_field_was_changed(log, name):
    for row, fault in bent(name):
        assert fault == f"row {row.sequence} ({row.id}) is not what was written"
    assert verdict(log) == (9, "")


@pytest.mark.parametrize("name", ["sequence", "building"])
def test_names_the_row_that_was_moved_away(log, name):
    for row, fault in bent(name):
        assert fault.startswith(f"row {row.sequence} is missing")


def test_names_the_row_that_got_another_id(log):
    for row, fault in bent("id"):
        assert fault.startswith(f"row {row.sequence} (") and fault.endswith(" is not what was written")


@pytest.mark.parametrize("sequence", range(1, 10))
def test_names_the_row_that_was_deleted(log, sequence):
    AccessLog.objects.filter(sequence=sequence).delete()
    rest, fault = verdict(log)
    assert (rest, fault.startswith(f"row {sequence} is missing")) == (sequence - 1, True)


@pytest.mark.parametrize("many", range(1, 10))
def test_names_the_first_of_those_cut_off_the_end(log, many):
    AccessLog.objects.filter(sequence__gt=9 - many).delete()
    assert verdict(log) == (9 - many, f"row {10 - many} is missing: the log was cut at its end")


def test_a_cut_at_the_end_that_hides_itself_shows_by_the_noted_head(log):
    noted = chain.verify(log).head
    kept = rows()[5]
    AccessLog.objects.filter(sequence__gt=6).delete()
    LogHead.objects.update(sequence=6, hash=kept.hash)
    assert verdict(log) == (6, "")
    assert chain.holds(kept.hash) and not chain.holds(noted)


def test_names_the_row_that_was_added(log):
    last = rows()[-1]
    last.pk, last.attempt, last.key_hash, last.sequence = new_id(), new_id(), "", 10
    last.save(force_insert=True)
    LogHead.objects.update(sequence=10, hash=last.hash)
    assert verdict(log) == (9, f"row 10 ({last.pk}) is not what was written")


def test_names_the_row_that_was_put_in_between(log):
    for row in reversed(rows()[4:]):
        AccessLog.objects.filter(pk=row.pk).update(sequence=row.sequence + 1)
    row = rows()[3]
    row.pk, row.attempt, row.key_hash, row.sequence = new_id(), new_id(), "", 5
    row.save(force_insert=True)
    LogHead.objects.update(sequence=10)
    assert verdict(log) == (4, f"row 5 ({row.pk}) is not what was written")


def test_names_the_first_of_two_that_changed_places(log):
    third, fourth = rows()[2:4]
    for pk, sequence in ((third.pk, 99), (fourth.pk, 3), (third.pk, 4)):
        AccessLog.objects.filter(pk=pk).update(sequence=sequence)
    assert verdict(log) == (2, f"row 3 ({fourth.pk}) is not what was written")


def test_whoever_lacks_the_key_cannot_write_it_anew(log):
    before = ""
    for row in rows():
        forged = chain.hash_of(row, before, "a key that somebody guessed, long enough for one")
        AccessLog.objects.filter(pk=row.pk).update(hash=forged)
        before = forged
    LogHead.objects.update(hash=before)
    assert verdict(log) == (0, f"row 1 ({rows()[0].pk}) is not what was written")


def test_each_building_has_a_chain_of_its_own(log, alice):
    elsewhere = Door.objects.create(building=Building.objects.create(name={"en": "Elsewhere"}), name={"en": "Gate"})
    write(elsewhere)
    AccessLog.objects.filter(building=log, sequence=2).update(reason="dnd")
    assert verdict(elsewhere.building_id) == (3, "")
    assert verdict(log)[0] == 1


# -- the key of the installation


def test_a_new_key_goes_on_where_the_old_one_ended(log, door, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert verdict(log) == (9, "")
    write(door)
    assert verdict(log) == (12, "")
    AccessLog.objects.filter(sequence=4).update(reason="dnd")
    assert verdict(log)[0] == 3


def test_without_the_old_key_nothing_is_proved(log, settings):
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert verdict(log) == (0, f"row 1 ({rows()[0].pk}) is not what was written")


# -- purging


@pytest.fixture
def season(door) -> str:
    """Attempts on the last two days of March and the first of April; the building's id."""
    for day, ends in enumerate((("confirmed", "refused"), ("confirmed", "confirmed"), ("unknown",))):
        with time_machine.travel(MARCH + day * DAY, tick=False):
            for end in ends:
                write(door, end)
    return str(door.building_id)


def counts(door: Door) -> dict[tuple[str, str], int]:
    kept = OpeningCount.objects.filter(door=door.id)
    return {(f"{row.month:%Y-%m-%d}", row.state): row.count for row in kept}


def test_purging_keeps_what_is_young_and_the_chain_whole(season, door):
    assert chain.purge(season, before=MARCH + DAY) == 6
    assert [row.sequence for row in rows()] == list(range(7, 16))
    assert verdict(season) == (9, "")
    write(door)
    assert verdict(season) == (12, "")


def test_purging_keeps_how_many_attempts_ended_how(season, door):
    chain.purge(season, before=MARCH + DAY)
    assert counts(door) == {("2026-03-01", "confirmed"): 1, ("2026-03-01", "refused"): 1}
    chain.purge(season, before=MARCH + 3 * DAY)
    expected = {("2026-03-01", "confirmed"): 3, ("2026-03-01", "refused"): 1, ("2026-04-01", "unknown"): 1}
    assert counts(door) == expected
    assert chain.purge(season, before=MARCH + 9 * DAY) == 0
    assert counts(door) == expected


def test_a_log_that_was_purged_to_the_last_row_goes_on(season, door):
    head = chain.verify(season).head
    chain.purge(season, before=MARCH + 9 * DAY)
    found = chain.verify(season)
    assert (found.rows, found.fault, found.head) == (0, "", head)
    write(door)
    assert [row.sequence for row in rows()] == [16, 17, 18]
    assert verdict(season) == (3, "")


def test_a_head_that_was_noted_stays_known_until_it_is_purged(season):
    heads = [row.hash for row in rows()]
    assert all(chain.holds(head) for head in heads) and not chain.holds("0" * 64)
    chain.purge(season, before=MARCH + DAY)
    assert [chain.holds(head) for head in heads] == [False] * 5 + [True] * 10  # the last one purged is the start


def test_names_a_row_that_was_deleted_after_a_purge(season):
    chain.purge(season, before=MARCH + DAY)
    AccessLog.objects.filter(sequence=7).delete()
    assert verdict(season) == (0, "row 7 is missing")


def test_purging_a_log_in_which_nothing_is_old_changes_nothing(season):
    before = list(LogHead.objects.values())
    assert chain.purge(season, before=MARCH) == 0
    assert list(LogHead.objects.values()) == before and not OpeningCount.objects.exists()


# -- all at once


@pytest.mark.usefixtures("file_database")
def test_forty_openings_at_once_leave_a_chain(door, portal, alice, now):
    Building.objects.update(min_interval_ms=0)
    terms = Terms(portal, alice.resident)
    results = together(*[lambda: open_door(Door.objects.get(id=door.id), terms, now=now)] * 40)
    assert not [result for result in results if isinstance(result, Refusal)]
    assert verdict(door.building_id) == (120, "")
    assert pulses() == 40 == len(attempts())
    assert Counter(row.state for row in rows()) == {"requested": 40, "sent": 40, "confirmed": 40}
