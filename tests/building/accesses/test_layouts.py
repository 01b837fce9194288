"""The wire in both layouts, field by field; what could be read in both with two meanings is told apart or refused."""

import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from tests.building.accesses.compiling import compiled
from tests.building.accesses.line import NOON, at
from visitor_portal.building.accesses import layouts
from visitor_portal.building.accesses.bodies import Body, DoorTerms, GuestTerms
from visitor_portal.building.accesses.errors import Fault
from visitor_portal.building.accesses.generated import entryfy_org_v1_pb2 as pb

CREATE, UPDATE = layouts.READERS
LATER = NOON + timedelta(days=1)
RULE = "BEGIN:VCALENDAR\nEND:VCALENDAR"
WAY = {"door_uuid": "door", "in_auth_types": ["REMOTE"], "out_auth_types": ["SCAN", "PIN"]}
DOOR = {**WAY, "lock_unlock_enabled": True}
TERMS = DoorTerms("door", True, ("REMOTE",), ("SCAN", "PIN"))
BARE = DoorTerms("door", False, (), ())

# What is sent, and what of the body it comes to: each alone, with a door where nothing else tells the layout.
PUBLISHED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "uuid": ({"uuid": "one"}, {"uuid": "one"}),
    "name": ({"name": "Cleaners"}, {"name": "Cleaners"}),
    "kind": ({"kind": 2}, {"kind": 2}),
    "preferences": ({"preferences": {"a": "b"}}, {"preferences": {"a": "b"}}),
    "valid_from": ({"valid_from": at(NOON)}, {"valid_from": NOON}),
    "valid_to": ({"valid_to": at(NOON), "doors": [WAY]}, {"valid_to": NOON, "valid_from": None}),
    "both ends": ({"valid_from": at(NOON), "valid_to": at(LATER)}, {"valid_from": NOON, "valid_to": LATER}),
    "schedule": ({"schedule_definition": RULE}, {"schedule": RULE, "exception": ""}),
    "exception": ({"schedule_exception_definition": RULE}, {"schedule": "", "exception": RULE}),
    "schedule after a break": ({"schedule_definition": "\n" + RULE}, {"schedule": "\n" + RULE}),
    "guests": (
        {"guests": [{"email": "a@b.c", "first_name": "Ann"}]},
        {"guests": (GuestTerms("a@b.c", "Ann"),)},
    ),
    "a guest by name alone": ({"guests": [{"last_name": "Lee"}]}, {"guests": (GuestTerms("", "", "Lee"),)}),
    "doors": ({"doors": [DOOR]}, {"doors": (TERMS,), "guests": ()}),
    "a bare door": ({"doors": [{"door_uuid": "door"}]}, {"doors": (BARE,)}),
    "users": ({"users": [{"user_uuid": "u"}, {"user_uuid": "v"}]}, {"users": ("u", "v")}),
    "welcome": ({"welcome_email_required": True}, {"welcome_email_required": True}),
    "description": ({"description": "At night"}, {"description": "At night"}),
    "begin at the epoch": (
        {"valid_from": Timestamp(), "doors": [WAY]},
        {"valid_from": datetime(1970, 1, 1, tzinfo=UTC)},
    ),
    "begin before it": (
        {"valid_from": Timestamp(seconds=-1)},
        {"valid_from": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)},
    ),
}
DOCUMENTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "uuid": ({"uuid": "one"}, {"uuid": "one"}),
    "name": ({"name": "Cleaners"}, {"name": "Cleaners"}),
    "kind": ({"kind": 2}, {"kind": 2}),
    "status is the server's": ({"status": 2}, {"preferences": {}, "guests": None}),
    "preferences": ({"preferences": {"a": "b"}}, {"preferences": {"a": "b"}, "valid_from": None}),
    "valid_from": ({"valid_from": at(NOON), "doors": [WAY]}, {"valid_from": NOON, "valid_to": None}),
    "valid_to": ({"valid_to": at(NOON)}, {"valid_from": None, "valid_to": NOON}),
    "both ends": ({"valid_from": at(NOON), "valid_to": at(LATER)}, {"valid_from": NOON, "valid_to": LATER}),
    "created_at is the server's": ({"created_at": at(NOON)}, {"exception": "", "valid_from": None}),
    "updated_at is the server's": ({"updated_at": at(NOON)}, {"guests": None, "valid_from": None}),
    "schedule": ({"schedule": {"schedule_definition": RULE}}, {"schedule": RULE, "exception": ""}),
    "exception": ({"schedule": {"exception_definition": RULE, "name": "n"}}, {"schedule": "", "exception": RULE}),
    "schedule by uuid": ({"schedule": {"uuid": "s"}}, {"schedule_uuid": "s", "schedule": ""}),
    "text goes before the uuid": ({"schedule": {"uuid": "s", "schedule_definition": RULE}}, {"schedule_uuid": ""}),
    "doors": ({"doors": [DOOR]}, {"doors": (TERMS,), "guests": None}),
    "a bare door": ({"doors": [{"door_uuid": "door"}]}, {"doors": (BARE,)}),
    "a door as it was read": ({"doors": [{"uuid": "row", "access_uuid": "a", **DOOR}]}, {"doors": (TERMS,)}),
    "users": ({"users": [{"user_uuid": "u"}, {"uuid": "row", "user_uuid": "v"}]}, {"users": ("u", "v")}),
    "welcome": ({"welcome_email_required": True}, {"welcome_email_required": True}),
    "description": ({"description": "At night"}, {"description": "At night"}),
}
CASES = [("Published", name, *case) for name, case in PUBLISHED.items()]
CASES += [("Documented", name, *case) for name, case in DOCUMENTED.items()]


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Messages of both layouts that were not made of our files."""
    folder = str(compiled("layouts.proto", tmp_path_factory.mktemp("stubs")))
    sys.path.insert(0, folder)
    yield importlib.import_module("layouts_pb2")
    sys.path.remove(folder)


def sent(message: Any, *bodies: dict[str, Any]) -> bytes:
    request: bytes = message(organization_slug="house", access_bodies=bodies).SerializeToString()
    return request


def read(data: bytes, method: str = CREATE) -> list[Body]:
    found = layouts.READERS[method](data)
    assert found.organization_slug == "house"
    return found.bodies


@pytest.mark.parametrize("method", [CREATE, UPDATE], ids=["create", "update"])
@pytest.mark.parametrize(("layout", "name", "fields", "comes_to"), CASES, ids=[f"{c[0]}: {c[1]}" for c in CASES])
def test_each_field(peer, method, layout, name, fields, comes_to):
    (body,) = read(sent(getattr(peer, layout), fields), method)
    assert {member: getattr(body, member) for member in comes_to} == comes_to


def parts(cases: dict[str, Any]) -> dict[str, Any]:
    """One value for each field of a layout that tells something."""
    return {name: value for fields, _ in cases.values() for name, value in fields.items()}


def subsets(names: Any) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(sorted(names), size) for size in range(len(names) + 1))


@pytest.mark.parametrize(("layout", "cases"), [("Published", PUBLISHED), ("Documented", DOCUMENTED)])
def test_no_combination_of_fields_is_taken_for_the_other_layout(peer, layout, cases):
    """Undecided are those alone whose fields have one number in both: uuid, name, kind, description, and field 6."""
    values = {
        name: value for name, value in parts(cases).items() if name not in ("uuid", "name", "kind", "description")
    }
    values["valid_from"] = values["valid_to"] = at(NOON)
    sixth = "valid_to" if layout == "Published" else "valid_from"
    undecided = []
    for names in subsets(values):
        body = getattr(peer, layout).Body(**{name: values[name] for name in names})
        found = layouts.evidence(body.SerializeToString())
        assert found <= {layout.lower()}, names
        undecided += [] if found else [names]
    assert undecided == [(), (sixth,)]


# -- mixtures


def test_a_permanent_access_with_a_begin_keeps_it_and_its_doors(peer):
    """Read as the published layout these bytes are a body without doors whose begin is its end."""
    data = sent(
        peer.Documented,
        {"uuid": "one", "kind": 1, "valid_from": at(NOON), "doors": [DOOR], "users": [{"user_uuid": "u"}]},
    )
    wrong = pb.CreateAccessesRequest.FromString(data).access_bodies[0]
    assert wrong.HasField("valid_to") and not any(door.door_uuid for door in wrong.doors)
    (body,) = read(data)
    assert (body.valid_from, body.valid_to, body.doors, body.users) == (NOON, None, (TERMS,), ("u",))


def test_a_temporary_access_without_a_schedule_keeps_its_end_and_its_doors(peer):
    """Read as the documented layout these bytes are a body without an end."""
    data = sent(peer.Published, {"uuid": "one", "kind": 2, "valid_to": at(NOON), "doors": [DOOR]})
    wrong = pb.CreateAccessesDocumentedRequest.FromString(data).access_bodies[0]
    assert wrong.HasField("valid_from") and not wrong.HasField("valid_to") and not wrong.doors
    (body,) = read(data)
    assert (body.valid_from, body.valid_to, body.doors) == (None, NOON, (TERMS,))


def fault(data: bytes) -> str:
    with pytest.raises(Fault) as caught:
        read(data)
    assert caught.value.code.name == "INVALID_ARGUMENT"
    return caught.value.message


def test_one_end_alone_is_refused_as_nobody_can_tell_which_it_is(peer):
    for message, name in ((peer.Published, "valid_to"), (peer.Documented, "valid_from")):
        assert "valid_from or valid_to" in fault(sent(message, {"uuid": "one", name: at(NOON)}))


def test_what_one_body_leaves_open_another_one_tells(peer):
    bodies = {"uuid": "one", "valid_to": at(NOON)}, {"uuid": "two", "doors": [WAY]}
    assert [body.valid_to for body in read(sent(peer.Published, *bodies))] == [NOON, None]
    bodies = {"uuid": "one", "valid_from": at(NOON)}, {"uuid": "two", "doors": [WAY]}
    assert [body.valid_from for body in read(sent(peer.Documented, *bodies))] == [NOON, None]


def test_two_layouts_in_one_request_are_refused(peer):
    data = sent(peer.Published, {"doors": [WAY]}) + sent(peer.Documented, {"doors": [WAY]})
    assert "access_bodies[1]" in fault(data)


def test_a_body_that_speaks_for_both_is_refused(peer):
    both = (
        peer.Published.Body(doors=[WAY]).SerializeToString() + peer.Documented.Body(doors=[WAY]).SerializeToString()
    )
    data = peer.Published(organization_slug="house").SerializeToString() + b"\x12" + bytes([len(both)]) + both
    assert "Two layouts" in fault(data)


@pytest.mark.parametrize(
    "data",
    [b"\x0a", b"\x12\x05ab", b"\x0b", b"\x00", b"\xff" * 11, b"\x12\x02\x0a\xff", b"\x12\x03\x12\x01\xff"],
    ids=["no length", "cut short", "a group", "no number", "an endless number", "a body cut short", "no text"],
)
def test_what_is_no_message_raises_what_the_server_refuses_by(data):
    with pytest.raises((DecodeError, UnicodeDecodeError)):
        layouts.READERS[CREATE](data)


def test_the_same_content_has_one_digest_in_both_layouts(peer):
    common = {"name": "Cleaners", "kind": 1, "doors": [DOOR], "users": [{"user_uuid": "u"}]}
    (one,) = read(sent(peer.Published, common))
    (other,) = read(sent(peer.Documented, common | {"status": 2, "created_at": at(NOON)}))
    assert one.digest == other.digest
    assert one.digest != read(sent(peer.Published, common | {"name": "Painters"}))[0].digest
