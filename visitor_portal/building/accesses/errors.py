"""How calls are refused: gRPC's status, and a sentence for whoever writes the client.

Fault
├─ UNAUTHENTICATED      no session, or one that is over
├─ PERMISSION_DENIED    another's organisation, or not for this role
├─ NOT_FOUND            an unknown door, user, access, schedule
├─ ALREADY_EXISTS       a UUID that names something else
├─ INVALID_ARGUMENT     a broken rule, with the field's name before it; bytes that cannot be read
├─ RESOURCE_EXHAUSTED   too often
├─ FAILED_PRECONDITION  not as things stand
└─ UNAVAILABLE          the door is offline
"""

from grpc import StatusCode

from visitor_portal.building.refusals import Refusal

_STATUSES = {
    400: StatusCode.INVALID_ARGUMENT,
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    409: StatusCode.FAILED_PRECONDITION,
    410: StatusCode.NOT_FOUND,
    429: StatusCode.RESOURCE_EXHAUSTED,
    503: StatusCode.UNAVAILABLE,
}


class Fault(Exception):
    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(field: str, message: str) -> Fault:
    return Fault(StatusCode.INVALID_ARGUMENT, f"{field}: {message}")


def unreadable(message: str = "These bytes are no message of this method.") -> Fault:
    return Fault(StatusCode.INVALID_ARGUMENT, message)


def not_found(field: str, name: str) -> Fault:
    return Fault(StatusCode.NOT_FOUND, f"{field}: there is no {name!r} here.")


def taken(field: str, name: str) -> Fault:
    return Fault(StatusCode.ALREADY_EXISTS, f"{field}: {name} names something else already.")


def denied(message: str) -> Fault:
    return Fault(StatusCode.PERMISSION_DENIED, message)


def unauthenticated() -> Fault:
    return Fault(StatusCode.UNAUTHENTICATED, "Log in first: there is no such session, or it is over.")


def of_refusal(refusal: Refusal) -> Fault:
    """The building's own refusals, with their machine code first."""
    offline = refusal.code == "door_not_connected"
    code = StatusCode.UNAVAILABLE if offline else _STATUSES[refusal.status]
    return Fault(code, f"{refusal.code}: {refusal.message}")
