"""CreateAccesses of 100 to 1,000 accesses with 3 doors and 5 users each, and GetAccesses of 10,000: time, and memory.

The server runs in this process on a socket of its own, over SQLite in a file.
"""

import time
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import grpc
import pytest
from django.contrib.auth.models import User

from tests.building.accesses.conftest import server  # noqa: F401 the real one
from tests.building.accesses.line import PASSWORD, Line, body, users
from tests.building.conftest import file_database  # noqa: F401 it lies in a file
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb
from visitor_portal.building.accesses.wire import uuid_of
from visitor_portal.building.models import Access, Building, Door, Resident
from visitor_portal.building.models.ids import new_secret

from .figures import show

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

SIZES = (250, 500, 1000)
ROUNDS = 3
MOST_SECONDS = 5.0  # for a thousand
MOST_GROWTH = 1.5  # of the time for one access, from the smallest call to the largest
MOST_MIB = 150  # more than before, while 10,000 are read
ALL = 10_000


@pytest.fixture
def line(server: str, building: Building) -> Any:  # noqa: F811
    User.objects.create_superuser("root", "", PASSWORD)
    with grpc.insecure_channel(server, options=[("grpc.max_receive_message_length", -1)]) as channel:
        line = Line(channel, building.organization.slug)
        line.login("root")
        yield line


@pytest.fixture
def named(server: str, building: Building) -> tuple[list[str], list[str]]:  # noqa: F811
    """UUIDs of three doors and of five users."""
    doors = [Door.objects.create(building=building, name={"en": str(n)}) for n in range(3)]
    people = [Resident.objects.create(building=building, name="P", key_hash=new_secret("r")) for _ in range(5)]
    return [uuid_of(door.id) for door in doors], [uuid_of(person.id) for person in people]


def bodies(number: int, named: tuple[list[str], list[str]]) -> list[Any]:
    doors, people = named
    return [body(*doors, uuid=str(uuid4()), users=users(*people)) for _ in range(number)]


def created(line: Line, given: list[Any]) -> tuple[float, float]:
    """Seconds until the call is answered, and until all of them open doors."""
    began = time.perf_counter()
    accepted = line.create(*given)
    answered = time.perf_counter() - began
    line.done(accepted)
    return answered, time.perf_counter() - began


def peak(*, anew: bool = False) -> float:
    """MiB that this process has taken at most, since it was last asked anew."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def test_create(line: Line, named: tuple[list[str], list[str]]) -> None:
    line.done(line.create(*bodies(20, named)))  # what is made at first use is made
    rows, each = [], {}
    for size in SIZES:
        measured = [created(line, bodies(size, named)) for _ in range(ROUNDS)]
        answered, ready = (median(times) for times in zip(*measured, strict=True))
        each[size] = 1000 * answered / size
        rows.append([size, ROUNDS, answered, ready, each[size]])
    show("CreateAccesses, 3 doors and 5 users each", ["accesses", "n", "s", "s until ready", "ms each"], rows)
    assert rows[-1][2] < MOST_SECONDS
    assert each[SIZES[-1]] <= MOST_GROWTH * each[SIZES[0]]


def test_get(line: Line, named: tuple[list[str], list[str]]) -> None:
    while Access.objects.count() < ALL:
        line.done(line.create(*bodies(1000, named)))
    path = "/entryfy.org.api.v1.AccessesService/GetAccesses"
    ask = line.channel.unary_unary(path, response_deserializer=len)  # what the client makes of it is not measured
    request = pb.GetAccessesRequest(organization_slug=line.slug).SerializeToString()
    before, began = peak(anew=True), time.perf_counter()
    size = ask(request, metadata=line.metadata, timeout=120)
    seconds, grown = time.perf_counter() - began, peak() - before
    rows = [[ALL, size / 2**20, seconds, before, grown]]
    show("GetAccesses", ["accesses", "MiB answered", "s", "MiB taken before", "MiB more at its peak"], rows)
    assert grown < MOST_MIB
