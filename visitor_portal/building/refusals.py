"""A refusal by the building: a machine code with its status, and a sentence for people."""

# code: (status, sentence)
CODES = {
    "invalid_request": (400, "The request is not as the contract says."),
    "invalid_token": (401, "A secret is needed that proves who asks."),
    "wrong_role": (403, "Not for this role."),
    "auth_type_not_allowed": (403, "This door wants another means of opening."),
    "scan_required": (403, "Scan the sticker at this door first."),
    "pin_required": (403, "The PIN is needed."),
    "pin_wrong": (403, "That is not the PIN."),
    "otp_required": (403, "The code that is sent to the guest is needed."),
    "otp_wrong": (403, "That is not the code."),
    "otp_expired": (403, "The code is too old or was used."),
    "contact_required": (403, "The invite names no such contact."),
    "not_yet_valid": (403, "It does not hold yet."),
    "invite_expired": (403, "It no longer holds."),
    "invite_revoked": (403, "The invite was revoked."),
    "invite_disabled": (403, "The invite is switched off."),
    "uses_exhausted": (403, "The invite was used as often as it may be."),
    "max_devices_reached": (403, "The invite is on as many phones as it may be."),
    "outside_schedule": (403, "Not at this time."),
    "curfew": (403, "Invites do not open at this hour."),
    "blackout_date": (403, "Invites do not open on this date."),
    "dnd": (403, "Nobody there may be disturbed now."),
    "no_callees": (403, "Nobody there takes calls."),
    "guest_disabled": (403, "This entry takes no visitors."),
    "device_denied": (403, "The host did not allow this phone."),
    "device_not_proved": (403, "The key that this phone bound did not sign this."),
    "held_closed": (403, "The door is held closed."),
    "not_found": (404, "There is nothing by that name."),
    "answered_elsewhere": (409, "Somebody else answered."),
    "session_over": (409, "The session is over."),
    "not_expired": (409, "The invite still holds."),
    "not_full": (409, "The invite has room for this phone."),
    "door_not_connected": (409, "No door is connected."),
    "gone": (410, "No longer in use."),
    "provider_open_rate_limited": (429, "A door was opened a moment ago."),
    "too_many_tries": (429, "Too often. Wait before the next try."),
    "otp_cooldown": (429, "A code was sent a moment ago."),
    "door_unreachable": (503, "The door did not confirm."),
    "light_unreachable": (503, "The lights did not answer."),
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
        self.status, sentence = CODES[code]
        self.message = message or sentence
        self.retry_after = retry_after  # seconds
        self.extra = extra or {}
