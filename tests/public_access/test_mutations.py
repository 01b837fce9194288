"""Recorded answers, broken: a part may be lost, but nothing raises anything of its own, and nothing opens."""

import contextlib
import copy
import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visitor_portal.public_access import BadAnswer, PublicAccessError
from visitor_portal.public_access.answers import value
from visitor_portal.public_access.opens import executed, opened
from visitor_portal.public_access.transport import Answer
from visitor_portal.public_access.wire import ExecutedInvite, Session, Targets

from .conftest import recorded
from .shapes import RECORDED, SHAPES, paths

JUNK = (None, True, -1, 2**70, 1.5, "", "x", [None], {"value": 7})
NOT_OPENED = {
    "ok": False,
    "message": "No",
    "opening": {"state": "unknown", "seen_open": None, "milliseconds": 9},
}
DROP = object()

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def broken(answer, path, junk):
    answer = copy.deepcopy(answer)
    parent = answer
    for key in path[:-1]:
        parent = parent[key]
    if junk is DROP:
        del parent[path[-1]]
    else:
        parent[path[-1]] = junk
    return answer


def read(name, data):
    """Everything a page or a building would do with the shape."""
    try:
        shape = SHAPES[name].from_json(data)
    except BadAnswer:
        return
    json.dumps(shape.to_json())
    if isinstance(shape, Session):
        shape.is_live(datetime.now(UTC))
    if isinstance(shape, Targets):
        assert all(isinstance(target.name("he"), str) for target in shape.targets)


@pytest.mark.parametrize(("generation", "name"), RECORDED)
def test_each_member_dropped_or_of_another_type(generation, name):
    answer = recorded(generation, name)
    for path in paths(answer):
        for junk in (DROP, *JUNK):
            read(name, broken(answer, path, junk))


@given(data=st.data(), junk=anything)
@settings(max_examples=200, deadline=None)
def test_any_member_replaced_by_anything(data, junk):
    generation, name = data.draw(st.sampled_from(RECORDED))
    answer = recorded(generation, name)
    read(name, broken(answer, data.draw(st.sampled_from(list(paths(answer)))), junk))


@given(anything)
@settings(max_examples=300, deadline=None)
def test_any_answer_at_all(data):
    for name in SHAPES:
        read(name, data)


def answered(data):
    return Answer(200, httpx.Headers(), json.dumps(data).encode())


@given(data=st.data(), junk=anything)
@settings(max_examples=200, deadline=None)
def test_no_broken_answer_opens_what_was_not_opened(data, junk):
    path = data.draw(st.sampled_from(list(paths(NOT_OPENED))))
    answer = answered(broken(NOT_OPENED, path, data.draw(st.sampled_from([DROP, junk]))))
    assert not opened(answer).confirmed
    with contextlib.suppress(PublicAccessError):
        assert not executed(answer).confirmed


@given(junk=anything)
def test_execute_is_confirmed_by_a_literal_true_alone(junk):
    try:
        assert executed(answered({"ok": junk})).confirmed == (junk is True)
    except PublicAccessError:
        assert not isinstance(junk, bool)


@given(st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_bytes_at_all(body):
    with contextlib.suppress(BadAnswer):
        read("portal", value(Answer(200, httpx.Headers(), body)))


def test_ok_is_what_was_said_and_confirmed_is_what_it_comes_to():
    shape = ExecutedInvite.from_json({"ok": True, "opening": {"state": "unknown"}})
    assert (shape.ok, shape.confirmed) == (True, False)
