"""Every answer against the published schemas, and against what the building says on top of them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator

DOCUMENT = json.loads((Path(__file__).parents[2] / "contract" / "public-access.openapi.json").read_text())
PUBLISHED = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
    if isinstance(operation, dict) and "operationId" in operation
}
SESSION = frozenset({401, 409})
GONE = frozenset({410})  # the sticker was replaced by another one
OPERATIONS: dict[str, tuple[str, str, frozenset[int]]] = {
    # ours: (method, published name, statuses that the building adds)
    "get_status": ("GET", "get_backend_status", frozenset()),
    "get_portal": ("GET", "get_public_portal", GONE),
    "get_portal_targets": ("GET", "get_public_portal_targets", GONE),
    "get_portal_reachable": ("GET", "get_public_portal_reachable", GONE),
    "start_portal_session": ("POST", "post_public_portal_sessions", GONE | {429}),
    "open_portal": ("POST", "post_public_portal_open", GONE | {404, 409, 503}),
    "set_portal_lights": ("POST", "post_public_portal_lights", GONE | {404, 503}),
    "get_session": ("GET", "get_public_session", frozenset()),
    "get_session_streams": ("GET", "get_public_session_streams", frozenset({401})),
    "cancel_session": ("POST", "post_public_session_cancel", SESSION),
    "decline_session": ("POST", "post_public_session_decline", SESSION),
    "set_session_lights": ("POST", "post_public_session_lights", SESSION | {503}),
    "open_session": ("POST", "post_public_session_open", SESSION | {503}),
    "notify_session": ("POST", "post_public_session_notify_message", SESSION | {429}),
    # not published: the building's own
    "answer_session": ("POST", "", frozenset({200, 401, 403, 404, 409})),
    "reply_session": ("POST", "", frozenset({200, 400, 401, 403, 404, 409, 429})),
    "receipt_session": ("POST", "", frozenset({204, 400, 401, 403, 404})),
    "scan_portal": ("GET", "", frozenset({200, 404, 410})),
    "get_resident": ("GET", "", frozenset({200, 401})),
}
UNPUBLISHED: dict[str, dict[str, Any]] = {
    "answer_session": {"$ref": "#/components/schemas/PublicSessionResponse"},
    "reply_session": {"type": "object", "maxProperties": 0},
    "scan_portal": {
        "type": "object",
        "required": ["scan_proof", "expires_at"],
        "properties": {"scan_proof": {"type": "string"}, "expires_at": {"type": "string"}},
        "additionalProperties": False,
    },
    "get_resident": {"type": "object", "required": ["resident_id", "display_name", "group", "visits"]},
}
CODES = {
    "invalid_request": {400, 405},
    "invalid_token": {401},
    "wrong_role": {403},
    "auth_type_not_allowed": {403},
    "pin_required": {403},
    "otp_required": {403},
    "scan_required": {403},
    "held_closed": {403},
    "outside_schedule": {403},
    "invite_revoked": {403},
    "invite_disabled": {403},
    "uses_exhausted": {403},
    "curfew": {403},
    "blackout_date": {403},
    "not_yet_valid": {403},
    "invite_expired": {403},
    "dnd": {403},
    "no_callees": {403},
    "guest_disabled": {403},
    "device_not_proved": {403},
    "not_found": {404},
    "answered_elsewhere": {409},
    "session_over": {409},
    "door_not_connected": {409},
    "gone": {410},
    "provider_open_rate_limited": {429},
    "too_many_tries": {429},
    "door_unreachable": {503},
    "light_unreachable": {503},
}
SESSION_MEMBERS = {
    *("status", "ice_servers", "ring", "answered_by", "door_opened", "opening", "messages", "version", "now"),
    *("answered_at", "portal_display_name", "public_portal_id", "door_open_until", "created_at", "writing"),
}
MORE_MEMBERS = {  # beyond the published ones
    "get_session": SESSION_MEMBERS,
    "answer_session": SESSION_MEMBERS,
    "start_portal_session": {"ice_servers"},
    "get_portal": {"device_challenge"},
    "get_portal_targets": {"has_hidden"},
    "get_session_streams": {"cameras"},
    "error": {"opening", "answered_by", "state"},
}
ERROR = {"$ref": "#/components/schemas/ApiErrorResponse"}


def conforms(response: HttpResponse, operation_id: str) -> Any:
    """The body of an answer that keeps every promise made for this operation."""
    _, published, added = OPERATIONS[operation_id]
    declared = {int(status) for status in PUBLISHED[published]["responses"]} if published else set()
    assert response.status_code in declared | added | {405}, (operation_id, response.status_code, response.content)
    assert response["X-Request-Id"]
    if response.status_code == 204:
        assert response.content == b""
        return None
    assert response["Content-Type"] == "application/json"
    body = json.loads(response.content)
    if response.status_code >= 400:
        _is_refusal(response, body)
    else:
        _is_shape(body, _schema(operation_id), MORE_MEMBERS.get(operation_id, set()))
    return body


def _is_refusal(response: HttpResponse, body: Any) -> None:
    _is_shape(body, ERROR, MORE_MEMBERS["error"])
    assert body["message"].strip()
    assert response.status_code in CODES[body["error_code"]], body
    assert body.get("correlationId", response["X-Request-Id"]) == response["X-Request-Id"]


def _is_shape(body: Any, schema: dict[str, Any] | None, more: set[str]) -> None:
    if schema is None:
        return  # the contract declares no body
    _validator(json.dumps(schema)).validate(body)
    reference = schema.get("$ref", "").rpartition("/")[2]
    if reference:
        assert set(body) <= set(DOCUMENT["components"]["schemas"][reference]["properties"]) | more


def _schema(operation_id: str) -> dict[str, Any] | None:
    published = OPERATIONS[operation_id][1]
    if not published:
        return UNPUBLISHED[operation_id]
    content = PUBLISHED[published]["responses"]["200"].get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


@cache
def _validator(schema: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(json.loads(schema))
    return Draft202012Validator(json.loads(schema) | {"components": DOCUMENT["components"]})
