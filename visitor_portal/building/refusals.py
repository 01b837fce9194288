"""A refusal by the building: a machine code with its status, and a sentence for people."""

STATUS = {
    "invalid_request": 400,
    "invalid_token": 401,
    "wrong_role": 403,
    "auth_type_not_allowed": 403,
    "not_yet_valid": 403,
    "invite_expired": 403,
    "dnd": 403,
    "no_callees": 403,
    "guest_disabled": 403,
    "held_closed": 403,
    "not_found": 404,
    "answered_elsewhere": 409,
    "session_over": 409,
    "door_not_connected": 409,
    "gone": 410,
    "provider_open_rate_limited": 429,
    "door_unreachable": 503,
}

SENTENCES = {
    "invalid_request": "The request is not as the contract says.",
    "invalid_token": "A secret of this session is needed.",
    "wrong_role": "Not for this role.",
    "auth_type_not_allowed": "This door wants another means of opening.",
    "not_yet_valid": "The access does not hold yet.",
    "invite_expired": "The access no longer holds.",
    "dnd": "Nobody there may be disturbed now.",
    "no_callees": "Nobody there takes calls.",
    "guest_disabled": "This entry takes no visitors.",
    "held_closed": "The door is held closed.",
    "not_found": "There is nothing by that name.",
    "answered_elsewhere": "Somebody else answered.",
    "session_over": "The session is over.",
    "door_not_connected": "No door is connected.",
    "gone": "No longer in use.",
    "provider_open_rate_limited": "The door was opened a moment ago.",
    "door_unreachable": "The door did not confirm.",
}


class Refusal(Exception):
    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retry_after: int | None = None,
        extra: dict[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.message = message or SENTENCES[code]
        self.retry_after = retry_after  # seconds
        self.extra = extra or {}
