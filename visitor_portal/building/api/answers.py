"""One operation: its method, its body, its answer and its refusals, all in the contract's JSON."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from visitor_portal.building.models import new_id
from visitor_portal.building.refusals import Refusal

Body = dict[str, Any]
Members = dict[str, bool | type[bool]]
CORRELATION_ID = re.compile(r"[\x21-\x7e]{1,128}")


class Shape(Protocol):
    def to_json(self) -> dict[str, Any]: ...


def operation(
    method: str, *, body: Members | None = None, status: int = 200
) -> Callable[..., Callable[..., HttpResponse]]:
    """A plain view for one method of one path. It runs in a thread, which ends its work whoever hangs up.

    `body` names the members of a closed body: texts, True for required ones, and `bool` for a required true or false.
    The view gets it as `body`. Without it the operation declares none, and whatever JSON a client sends is read past.
    """

    def decorate(view: Callable[..., Shape | HttpResponse | None]) -> Callable[..., HttpResponse]:
        @csrf_exempt  # a machine's API: what counts is a secret in the request, not a cookie
        @wraps(view)
        def answered(request: HttpRequest, **parts: Any) -> HttpResponse:
            try:
                if request.method != method:
                    return _finish(request, _not_allowed(request, method))
                if body is not None:
                    parts["body"] = _closed(request, body)
                shape = view(request, **parts)
                if isinstance(shape, HttpResponse):
                    return _finish(request, shape)
            except Refusal as refusal:
                return _finish(request, _refused(request, refusal))
            if status == 204:
                return _finish(request, HttpResponse(status=204))
            return _finish(request, JsonResponse({} if shape is None else shape.to_json()))

        return answered

    return decorate


def _closed(request: HttpRequest, members: Members) -> Body:
    try:
        # A lone surrogate or a NUL would pass the parser and fail in the database.
        sent = json.loads(request.body.decode("utf-8", "strict"))
        json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal("invalid_request", "The body must be JSON.") from error
    if not isinstance(sent, dict):
        raise Refusal("invalid_request", "The body must be a JSON object.")
    if unknown := sorted(set(sent) - set(members)):
        raise Refusal("invalid_request", f"Unknown member: {unknown[0][:40]}.")
    for name, is_required in members.items():
        value = sent.get(name)
        if is_required is bool:
            if not isinstance(value, bool):
                raise Refusal("invalid_request", f"{name} is required and must be true or false.")
            continue
        if is_required and not (isinstance(value, str) and value.strip()):
            raise Refusal("invalid_request", f"{name} is required and must be a text.")
        if value is not None and not isinstance(value, str):
            raise Refusal("invalid_request", f"{name} must be a text.")
        if value and "\0" in value:
            raise Refusal("invalid_request", f"{name} holds a NUL.")
    return sent


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    response = JsonResponse(
        {
            "message": refusal.message,
            "error_code": refusal.code,
            "correlationId": _request_id(request),
            **refusal.extra,
        },
        status=refusal.status,
    )
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _not_allowed(request: HttpRequest, method: str) -> HttpResponse:
    answer = {
        "message": f"Only {method} is possible here.",
        "error_code": "invalid_request",
        "correlationId": _request_id(request),
    }
    return JsonResponse(answer, status=405, headers={"Allow": method})


def _request_id(request: HttpRequest) -> str:
    """The caller's own correlation id, else one that we make."""
    known = getattr(request, "_request_id", None)
    if known is None:
        sent = request.headers.get("X-Correlation-Id", "")
        known = sent if CORRELATION_ID.fullmatch(sent) else new_id()
        request._request_id = known  # type: ignore[attr-defined]
    return str(known)


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["X-Request-Id"] = _request_id(request)
    return response


def bearer(request: HttpRequest) -> str | None:
    """The secret of this request: `Authorization: Bearer`, or `?token=` where headers are stripped."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return (secret.strip() if scheme.lower() == "bearer" else "") or request.GET.get("token") or None


def scoped_key(request: HttpRequest, *scope: str) -> str | None:
    """The caller's idempotency key. It counts within this scope only: two callers may choose the same one."""
    sent = request.headers.get("Idempotency-Key", "")
    return ":".join((*scope, sent)) if sent else None
