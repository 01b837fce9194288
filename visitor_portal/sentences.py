"""What a guest is told when an invite does not open a door: each refusal its own sentence, and a next step."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    status: int
    title: Text
    what: Text
    then: Text


ASK_THE_HOST = _("Ask whoever invited you.")
ANOTHER_CODE = _("Have another one sent, and type the newest.")

BY_CODE: dict[str, Fault] = {
    "pin_required": Fault(
        403, _("The PIN is missing"), _("This door opens with your invite and its PIN."), _("Type the PIN, then tap.")
    ),
    "pin_wrong": Fault(
        403,
        _("That is not the PIN"),
        _("The door stayed shut. Nothing of your invite was used up."),
        _("Check it and try again, or ask whoever invited you: after a few wrong ones it rests for a while."),
    ),
    "otp_required": Fault(
        403,
        _("The code is missing"),
        _("This door opens with your invite and a code that we send you."),
        _("Have the code sent, type it, then tap."),
    ),
    "otp_wrong": Fault(
        403,
        _("That is not the code"),
        _("The door stayed shut. Nothing of your invite was used up."),
        _("Check the newest message and try again."),
    ),
    "otp_expired": Fault(
        403,
        _("That code no longer counts"),
        _("It is too old, or it was used, or a newer one was sent."),
        ANOTHER_CODE,
    ),
    "otp_cooldown": Fault(
        429,
        _("A code was sent a moment ago"),
        _("It may still be on its way."),
        _("Look for it before you ask again."),
    ),
    "contact_required": Fault(
        403,
        _("The code can't be sent"),
        _("The invite names no address or phone of yours that it could go to."),
        ASK_THE_HOST,
    ),
    "invite_revoked": Fault(
        403,
        _("This invite was taken back"),
        _("It opens no door any more."),
        _("Ask whoever invited you for a new one."),
    ),
    "invite_disabled": Fault(
        403, _("This invite is switched off"), _("It opens no door until it is switched on again."), ASK_THE_HOST
    ),
    "uses_exhausted": Fault(
        403,
        _("This invite is used up"),
        _("It has opened the door as often as it may."),
        _("Ask whoever invited you for a new one."),
    ),
    "max_devices_reached": Fault(
        403,
        _("This invite is on another phone"),
        _("It may be on so many phones, and this one came later."),
        _("Use the phone that opened it first, or ask whoever invited you."),
    ),
    "device_denied": Fault(
        403,
        _("Your host said no to this phone"),
        _("The invite stays on the phone that opened it first."),
        _("Use that phone, or ask whoever invited you."),
    ),
    "device_not_proved": Fault(
        403,
        _("This browser can't prove that the invite is its own"),
        _(
            "The invite is tied to one browser by a key that never leaves it. The key is not here: it was deleted, "
            "or this is another browser."
        ),
        _("Open your invite's link here and tap the door: from there you can ask your host."),
    ),
    "provider_open_rate_limited": Fault(
        429,
        _("One moment"),
        _("A door of this building was opened just now, and it takes them one at a time."),
        _("Wait a few seconds, then tap again."),
    ),
    "not_expired": Fault(
        409,
        _("Your invite still holds"),
        _("There is nothing to ask for yet."),
        _("Go back to it and open the door."),
    ),
}

# Words that mean something else before the door of an invite than they do elsewhere.
OF_AN_INVITE: dict[str, Fault] = {
    "not_sent": Fault(
        503,
        _("The building is not answering"),
        _("We could not reach it, so the door was not opened, that is certain."),
        _("Tap again in a moment, or call whoever invited you."),
    ),
    "door_unreachable": Fault(
        503,
        _("The door did not answer"),
        _("It was not opened, that is certain, and nothing of your invite was used up."),
        _("Try once more. If it stays like this, call whoever invited you."),
    ),
    "outside_schedule": Fault(
        403,
        _("Not at this hour"),
        _("Your invite does not cover this hour."),
        _("Your invite's page says when it does."),
    ),
    "auth_type_not_allowed": Fault(
        403,
        _("This door wants something else"),
        _("It opens by a card, a code or a reader, not from here."),
        ASK_THE_HOST,
    ),
    "too_many_tries": Fault(
        429,
        _("Too many wrong tries"),
        _("To be safe, no more are taken for a while."),
        _("Ask whoever invited you: they can allow new tries, or open the door for you."),
    ),
    "wrong_role": Fault(403, _("Your invite is for another door"), _("It does not open this one."), ASK_THE_HOST),
    "not_found": Fault(
        404,
        _("That door is not on your invite any more"),
        _("Your host has changed what it opens."),
        _("Go back to your invite to see what it opens now."),
    ),
}
