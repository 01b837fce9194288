"""What an opening writes: the SQL is made once, and what comes to stand there is what the models would write."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from visitor_portal.building.models import AccessLog, LogHead
from visitor_portal.building.rows import Rows

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def step(sequence: int, **fields: object) -> AccessLog:
    given = {"building": "b", "attempt": "a", "step": sequence, "at": NOON, "state": "sent", "hash": "h"} | fields
    return AccessLog(sequence=sequence, **given)


def test_adds_the_very_rows(db):
    rows = [step(1, guest="'; DROP TABLE x; --%s", seen_open=True), step(2, milliseconds=7)]
    Rows(AccessLog).add(rows)
    assert list(AccessLog.objects.order_by("sequence").values()) == [
        {field.attname: getattr(row, field.attname) for field in AccessLog._meta.concrete_fields} for row in rows
    ]
    assert not any(row._state.adding for row in rows)


def test_sets_these_columns_of_this_row_and_no_other(db):
    other = LogHead.objects.create(building="other", sequence=1, hash="x")
    head = LogHead.objects.create(building="mine", sequence=1, hash="x")
    head.sequence, head.hash, head.purged_sequence = 2, "y", 99
    Rows(LogHead).set(head, "sequence", "hash")
    head.refresh_from_db()
    other.refresh_from_db()
    assert (head.sequence, head.hash, head.purged_sequence) == (2, "y", 0)
    assert (other.sequence, other.hash) == (1, "x")


def test_sets_by_the_sql_that_save_would_make(db):
    head = LogHead.objects.create(building="mine", sequence=2, hash="%s")
    with CaptureQueriesContext(connection) as asked:
        head.save(update_fields=["sequence", "hash"])
        Rows(LogHead).set(head, "sequence", "hash")
    said = [query["sql"] for query in asked if query["sql"].startswith("UPDATE")]
    assert len(said) == 2 and said[0] == said[1]


def test_what_the_database_refuses_is_an_integrity_error(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rows(AccessLog).add([step(1), step(1)])
    assert not AccessLog.objects.exists()
