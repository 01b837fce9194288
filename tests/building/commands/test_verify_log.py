"""`manage.py verify_log`: proves the log, or names the first bad row."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.building.conftest import taken
from visitor_portal.building import chain
from visitor_portal.building.models import AccessLog, Building, Door, LogHead


def verify_log(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_log", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def log(door) -> str:
    for end in ("confirmed", "refused"):
        taken(door, "sent", end)
    return str(door.building_id)


def head_of(building: str) -> str:
    return chain.verify(building).head


def test_says_how_many_rows_and_which_head(log):
    said = verify_log()
    assert f"{log}: 6 rows, head {head_of(log)}\n" in said
    assert "The access log is what was written." in said


def test_an_empty_log_is_what_was_written(db):
    assert verify_log() == "The access log is what was written.\n"


def test_a_changed_row_is_named(log):
    row = AccessLog.objects.get(sequence=4)
    AccessLog.objects.filter(pk=row.pk).update(reason="dnd")
    with pytest.raises(CommandError) as failed:
        verify_log()
    assert str(failed.value) == (f"The access log was changed. {log}: row 4 ({row.pk}) is not what was written")


def test_every_building_is_verified_and_the_bad_ones_are_named(log):
    doors = [Door.objects.create(building=Building.objects.create(name={}), name={}) for _ in range(2)]
    for elsewhere in doors:
        taken(elsewhere, "sent")
    for building in (log, doors[1].building_id):
        AccessLog.objects.filter(building=building, sequence=1).update(reason="dnd")
    with pytest.raises(CommandError) as failed:
        verify_log()
    said = str(failed.value)
    assert all(f"{building}: row 1 (" in said for building in (log, doors[1].building_id))
    assert doors[0].building_id not in said


def test_rows_without_a_head_are_no_log_that_was_written(log):
    AccessLog.objects.filter(sequence=1).update(reason="dnd")
    LogHead.objects.all().delete()
    with pytest.raises(CommandError):
        verify_log()


def test_a_head_that_was_noted_is_still_there(log, door):
    noted = head_of(log)
    taken(door, "sent", "confirmed")
    assert "The access log is what was written." in verify_log("--head", noted)


def test_a_cut_at_the_end_shows_by_the_noted_head(log):
    noted, kept = head_of(log), AccessLog.objects.get(sequence=3)
    AccessLog.objects.filter(sequence__gt=3).delete()
    LogHead.objects.update(sequence=3, hash=kept.hash)
    assert "3 rows" in verify_log()  # by itself the log cannot tell
    with pytest.raises(CommandError, match=f"No row has the head {noted}"):
        verify_log("--head", noted)


def test_a_head_of_no_log_is_refused(log):
    with pytest.raises(CommandError, match="No row has the head"):
        verify_log("--head", "0" * 64)
