"""Where the log begins: a purge is vouched for by a keyed hash, and a cut at the start is no purge."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from visitor_portal.building import chain, doors
from visitor_portal.building.models import AccessLog, Building, Door, LogHead, OpeningCount

from .conftest import taken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MARK = ("purged_sequence", "purged_hash", "purged_seal")


def days(door: Door, many: int = 3) -> str:
    """An attempt of three rows on each of these days; the building's id."""
    for day in range(many):
        with time_machine.travel(NOON + day * DAY, tick=False):
            taken(door, "sent", "confirmed")
    return str(door.building_id)


@pytest.fixture
def log(door) -> str:
    return days(door)


@pytest.fixture
def elsewhere() -> str:
    """The log of another building, as long, and purged of its first day."""
    door = Door.objects.create(building=Building.objects.create(name={"en": "Elsewhere"}), name={"en": "Gate"})
    building = days(door)
    assert chain.purge(building, before=NOON + DAY) == 3
    return building


def rows(building: str, **which: Any) -> Any:
    return AccessLog.objects.filter(building=building, **which).order_by("sequence")


def mark(building: str) -> dict[str, Any]:
    head = LogHead.objects.get(building=building)
    return {name: getattr(head, name) for name in MARK}


def put(building: str, **fields: Any) -> None:
    """Change the head behind everybody's back."""
    LogHead.objects.filter(building=building).update(**fields)


def cut(building: str, many: int) -> None:
    """Delete the first rows, and set the mark as if a purge had been there: as well as one can without the key."""
    last = rows(building, sequence=many).get()
    rows(building, sequence__lte=many).delete()
    put(building, purged_sequence=many, purged_hash=last.hash)


def fault(building: str) -> str:
    return chain.verify(building).fault


def no_purge(after: int) -> str:
    return f"it begins after row {after}, and no purge vouches for that"


# -- marks that are not genuine


@pytest.mark.parametrize("many", range(1, 10))
def test_a_cut_at_the_start_is_named(log, many):
    cut(log, many)
    assert fault(log) == no_purge(many)


@pytest.mark.parametrize("seal", ["0" * 64, "é", "of a row"])
def test_a_keyed_hash_that_was_made_up_is_named(log, seal):
    seal = rows(log, sequence=3).get().hash if seal == "of a row" else seal
    cut(log, 3)
    put(log, purged_seal=seal)
    assert fault(log) == no_purge(3)


def test_one_made_with_a_key_that_was_guessed_is_named(log):
    cut(log, 3)
    head = LogHead.objects.get(building=log)
    put(log, purged_seal=chain.seal_of(head, "a key that somebody guessed, long enough for one"))
    assert fault(log) == no_purge(3)


def test_a_cut_after_a_purge_is_named(log):
    chain.purge(log, before=NOON + DAY)
    cut(log, 6)
    assert fault(log) == no_purge(6)


def test_the_mark_of_another_building_is_named(log, elsewhere):
    assert fault(elsewhere) == ""
    rows(log, sequence__lte=3).delete()
    put(log, **mark(elsewhere))
    assert fault(log) == no_purge(3)


def test_its_keyed_hash_alone_is_no_better(log, elsewhere):
    cut(log, 3)
    put(log, purged_seal=mark(elsewhere)["purged_seal"])
    assert fault(log) == no_purge(3)


def test_a_mark_that_was_moved_is_named(log):
    chain.purge(log, before=NOON + DAY)
    for sequence in (2, 4, 0):
        put(log, purged_sequence=sequence)
        assert fault(log) == no_purge(sequence)


def test_a_head_of_nothing_can_claim_no_hash(log):
    """Else the head that was noted could be put there, and the whole log be gone."""
    noted = chain.verify(log).head
    rows(log).delete()
    put(log, sequence=0, hash=noted, purged_hash=noted)
    assert fault(log) == no_purge(0)


def test_a_row_whose_hash_is_no_hash_is_named(log):
    rows(log, sequence=1).update(hash="é")
    assert fault(log).startswith("row 1 (")


# -- genuine marks, put back


def test_an_older_mark_is_named_by_what_is_missing_after_it(log):
    chain.purge(log, before=NOON + DAY)
    older = mark(log)
    chain.purge(log, before=NOON + 2 * DAY)
    put(log, **older)
    assert fault(log) == "row 4 is missing"
    put(log, **dict(zip(MARK, (0, "", ""), strict=True)))
    assert fault(log) == "row 1 is missing"


def test_an_older_mark_with_the_rows_of_then_is_what_was_written(log):
    chain.purge(log, before=NOON + DAY)
    older, then = mark(log), list(rows(log))
    chain.purge(log, before=NOON + 2 * DAY)
    put(log, **older)
    AccessLog.objects.bulk_create(row for row in then if row.sequence < 7)
    assert fault(log) == ""  # only a purge is undone


def test_a_mark_that_is_made_the_end_too_shows_by_the_noted_head(log):
    chain.purge(log, before=NOON + DAY)
    noted = chain.verify(log).head
    rows(log).delete()
    put(log, sequence=3, hash=mark(log)["purged_hash"])
    assert fault(log) == ""
    assert not chain.holds(noted)


# -- what the purge itself vouches for


def test_a_purge_is_vouched_for_and_so_is_the_next(log):
    for day in (1, 2, 9):
        chain.purge(log, before=NOON + day * DAY)
        assert (fault(log), mark(log)["purged_sequence"]) == ("", min(3 * day, 9))


def test_a_purge_does_not_hide_a_cut_from_before(log, caplog):
    cut(log, 2)
    chain.purge(log, before=NOON + DAY)
    assert fault(log) == no_purge(3)
    chain.purge(log, before=NOON + 2 * DAY)
    assert fault(log) == no_purge(6)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


def test_nor_a_row_that_was_deleted_and_no_mark_set(log, caplog):
    rows(log, sequence=1).delete()
    chain.purge(log, before=NOON + DAY)
    assert fault(log) == no_purge(3)
    assert f"{log}: row 1 is missing" in caplog.text


def test_rows_that_were_made_to_look_old_are_not_purged_unseen(log, caplog):
    rows(log, sequence__lte=6).update(at=NOON - 99 * DAY)
    assert chain.purge(log, before=NOON - DAY) == 6
    assert fault(log) == no_purge(6)


def test_a_new_key_vouches_on_where_the_old_one_ended(log, settings, caplog):
    chain.purge(log, before=NOON + DAY)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert fault(log) == ""
    chain.purge(log, before=NOON + 2 * DAY)
    assert fault(log) == "" == caplog.text
    settings.SECRET_KEY_FALLBACKS = []
    assert fault(log).startswith("row 7 (")  # the mark is under the new key, the rows are not


def test_adding_leaves_the_mark_as_it_is(log, door):
    chain.purge(log, before=NOON + DAY)
    before = mark(log)
    taken(door, "sent", "unknown")
    assert (mark(log), fault(log)) == (before, "")


# -- what is counted


def test_only_attempts_of_people_are_counted(door, portal, alice, now):
    Building.objects.update(min_interval_ms=0)
    doors.open_door(Door.objects.get(), doors.Terms(portal, alice.resident), now=now)
    for on in (True, False):
        assert doors.hold_door(Door.objects.get(), on, now=now)
    assert doors.fire(Door.objects.get(), guest="desk:manager", now=now).state == "confirmed"
    ends = AccessLog.objects.filter(state="confirmed").values_list("auth_type", flat=True)
    assert sorted(ends) == ["DESK", "HOLD", "RELEASE", "REMOTE"]
    assert chain.purge(door.building_id, before=now + DAY) == 12
    assert [(row.state, row.count) for row in OpeningCount.objects.all()] == [("confirmed", 1)]
