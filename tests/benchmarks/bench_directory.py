"""get_portal_targets for directories of 250 to 2,000 entries: its time, its growth, and its number of queries."""

import time
from statistics import median

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from visitor_portal.building.api import portals
from visitor_portal.building.models import Building, Entry, Membership, Portal, Resident
from visitor_portal.building.models.ids import hashed, new_secret

from .figures import p95, show
from .quiet import Quiet

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

SIZES = (250, 500, 1000, 2000)
ROUNDS = 20
MOST_MS = 60.0  # for the largest
MOST_GROWTH = 1.25  # of the time for one entry, from the smallest directory to the largest


def fill(building: Building, number: int) -> None:
    """Homes with one to three people each."""
    first = building.entries.count()
    entries = [
        Entry(building=building, name={"en": f"Family {n}"}, floor=str(n // 20), floor_number=n // 20, unit=str(n))
        for n in range(first, number)
    ]
    Entry.objects.bulk_create(entries)
    for many in range(3):
        homes = entries[:: many + 1]
        people = [
            Resident(building=building, name=f"Person {many}", key_hash=hashed(new_secret("resident"))) for _ in homes
        ]
        Resident.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(entry=home, resident=person) for home, person in zip(homes, people, strict=True)
        )


def measure(path: str) -> list[float]:
    client, quiet, times = Client(), Quiet(30), []
    for _ in range(ROUNDS):
        quiet.wait()
        began = time.perf_counter()
        assert client.get(path).status_code == 200
        times.append(1000 * (time.perf_counter() - began))
    return times


def asked(path: str, portal: Portal) -> int:
    """How many questions the answer costs; on this thread, where the connection is the one that counts them."""
    with CaptureQueriesContext(connection) as queries:
        portals.get_portal_targets(RequestFactory().get(path), public_portal_id=portal.public_id)
    return len(queries)


def test_directory(building: Building, portal: Portal):
    path = f"/api/v1/public/access/portals/{portal.public_id}/targets"
    rows, each = [], {}
    for size in SIZES:
        fill(building, size)
        queries, answer = asked(path, portal), Client().get(path)
        assert len(answer.json()["targets"]) == size
        times = measure(path)
        each[size] = median(times) / size
        rows.append(
            [
                size,
                len(times),
                median(times),
                p95(times),
                1000 * each[size],
                queries,
                len(answer.content) // 1024,
            ]
        )
    head = ["entries", "n", "p50 ms", "p95", "µs an entry", "queries", "KiB"]
    show("get_portal_targets", head, rows)
    assert {row[5] for row in rows} == {5}  # the sign, its door, the building; the entries, their people
    assert rows[-1][2] <= MOST_MS
    assert each[SIZES[-1]] <= MOST_GROWTH * each[SIZES[0]]
