"""The published document, with what our building answers beyond it laid on top."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parents[2] / "contract"
PUBLISHED: dict[str, Any] = json.loads((CONTRACT / "public-access.openapi.json").read_text())
OVERLAY: dict[str, Any] = json.loads((CONTRACT / "overlay.json").read_text())
METHODS = ("get", "post", "put", "patch", "delete")


def _refusal(reason: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ApiErrorResponse"}
    return {"description": reason, "content": {"application/json": {"schema": schema}}}


def _operation(path: str, ours: dict[str, Any]) -> dict[str, Any]:
    """One of the building's own operations, written out."""
    parameters: list[dict[str, Any]] = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in path.split("/")
        if part.startswith("{")
    ]
    answer: dict[str, Any] = {"description": "Done."}
    if "answer" in ours:
        answer["content"] = {"application/json": {"schema": ours["answer"]}}
    refusals = {status: _refusal(reason) for status, reason in ours.get("refusals", {}).items()}
    operation = {
        "operationId": ours["operationId"],
        "parameters": parameters,
        "responses": {ours.get("success", "200"): answer, **refusals},
    }
    if "body" in ours:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": ours["body"]}}}
    return operation


@cache
def document() -> dict[str, Any]:
    """One whole document: what the building keeps to."""
    whole = deepcopy(PUBLISHED)
    for label, refusals in OVERLAY["answers"].items():
        method, path = label.split(" ")
        responses = whole["paths"][path][method]["responses"]
        for status, reason in refusals.items():
            assert status not in responses, f"{label} {status} is published: it needs no overlay"
            responses[status] = _refusal(reason)
    for path, methods in OVERLAY["paths"].items():
        assert path not in whole["paths"], f"{path} is published: it needs no overlay"
        whole["paths"][path] = {method: _operation(path, ours) for method, ours in methods.items()}
    schemas = whole["components"]["schemas"]
    schemas |= OVERLAY["schemas"]
    for name, members in OVERLAY["members"].items():
        assert not set(members) & set(schemas[name]["properties"]), f"{name}: published already"
        schemas[name]["properties"] |= members
    return whole


def labels() -> list[str]:
    """Each operation as `post /public/access/…`."""
    paths = document()["paths"]
    return [f"{method} {path}" for path, methods in paths.items() for method in METHODS if method in methods]


def body_of(label: str) -> dict[str, Any] | None:
    """The schema of what an operation takes; None when it takes nothing."""
    method, path = label.split(" ")
    declared = document()["paths"][path][method].get("requestBody")
    if declared is None:
        return None
    name = declared["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema: dict[str, Any] = document()["components"]["schemas"][name]
    return schema


def with_body() -> list[str]:
    return [label for label in labels() if body_of(label)]
