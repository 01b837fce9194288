"""Whatever the document allows and whatever it forbids, sent to every operation: the building keeps its word.

Generated requests meet a building in which things are: real ids stand beside made-up ones, and real secrets too.
THOROUGH=1 sends 300 requests to each operation; SEED=… sends others.
"""

import json
import sys
from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.thorough import SEED, rather

from .asks import asks
from .offers import as_it_should_be, offer
from .overlay import document, labels
from .worlds import QUICK, World, undone, world

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


@pytest.fixture(scope="module")
def schema() -> Any:
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(document())), config=schemathesis.Config())
    loaded.app = WSGIHandler()
    return loaded


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = QUICK
    return world("Harbour House")


def answered(case: Case) -> int:
    """The status of the answer to this request, which keeps every promise of the document."""
    with undone():
        response = case.call(base_url="http://localhost/api/v1")
    case.validate_response(response, checks=CHECKS)
    return int(response.status_code)


def operation_of(schema: Any, label: str) -> Any:
    method, path = label.split(" ")
    return schema[path][method]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("label", labels())
def test_it_keeps_its_word(label: str, schema: Any, house: World) -> None:
    operation = operation_of(schema, label)
    statuses: Counter[int] = Counter()

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=rather(25, 300),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(st.data())
    def keeps_its_word(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from(list(GenerationMode)))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        offer(case, house, data.draw)
        statuses[answered(case)] += 1

    sys.stdout.write(f"SEED={SEED} {label}\n")
    keeps_its_word()
    sys.stdout.write(f"{dict(statuses)}\n")


def test_what_each_operation_is_for_succeeds_as_promised(schema: Any, house: World) -> None:
    for label, ask in asks(house).items():
        assert answered(as_it_should_be(operation_of(schema, label), ask)) in (200, 204), label
