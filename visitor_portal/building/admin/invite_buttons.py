"""Buttons on an invite's page: its link, its letters, its end, and phones that ask to be let on."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from visitor_portal.building import asking, invites, letters, pins
from visitor_portal.building.models import DeviceRequest, Invite
from visitor_portal.building.refusals import Refusal

from . import words
from .base import Desk, command
from .invite_forms import link_of
from .links import hand_over

SEND_IT = "Send it to the guest: whoever has it can use it, within the invite's limits."
NOT_SENT = "No mail server took the letter: check the address, or try again later."


def _not_revoked(invite: Invite) -> bool:
    return invite.revoked_at is None


def _can_be_mailed(invite: Invite) -> bool:
    return _not_revoked(invite) and bool(invite.contact_email)


def _ends(invite: Invite) -> bool:
    return _not_revoked(invite) and invite.access.valid_to is not None


def _first_request(invite: Invite) -> DeviceRequest | None:
    return invite.device_requests.filter(answered_at=None).order_by("asked_at").first()


def _is_asked_for_a_phone(invite: Invite) -> bool:
    return _first_request(invite) is not None


class InviteButtons(Desk):
    def hand_over(self, request: HttpRequest, invite: Invite, link: str, said: str = SEND_IT) -> HttpResponse:
        return hand_over(self, request, invite, link, said)

    # -- the link and the letters

    @command(
        "New link",
        "Make a new link? The one before stops working, and so does every phone that took it.",
        offered=_not_revoked,
    )
    def new_link(self, request: HttpRequest, invite: Invite) -> HttpResponse:
        return self.hand_over(request, invite, link_of(invites.regenerate_token(invite)))

    @command(
        "Send again",
        "Send a new link by e-mail? Only a hash of the link is kept, so the one that was sent before can't be sent "
        "again: it stops working, and so does every phone that took it.",
        offered=_can_be_mailed,
    )
    def send_again(self, request: HttpRequest, invite: Invite) -> HttpResponse:
        token = invites.regenerate_token(invite)
        return self.hand_over(request, invite, link_of(token), self.sent(invite, token))

    @command(
        "Tell the guest",
        "Send an e-mail with the times and the place as they are now? The guest's link stays the same and shows them "
        "anyway.",
        offered=_can_be_mailed,
    )
    def tell_guest(self, request: HttpRequest, invite: Invite) -> None:
        self.say_whether_told(request, invite)

    def sent(self, invite: Invite, token: str) -> str:
        """Send the letter with the link. Gives what is said beside that link."""
        if letters.send_invite(invite, token, now=timezone.now()):
            return f"It was sent to {invite.contact_email}."
        return f"It was not sent. {NOT_SENT} {SEND_IT}"

    def say_whether_told(self, request: HttpRequest, invite: Invite) -> None:
        if letters.send_change(invite, now=timezone.now()):
            self.message_user(request, f"The guest was told: {invite.contact_email}.", messages.SUCCESS)
        else:
            self.message_user(request, NOT_SENT, messages.ERROR)

    # -- its end

    @command(
        "One day more",
        "Let it end a day later? Counted from its end, or from now if that has passed. The guest's link stays.",
        offered=_ends,
    )
    def one_day_more(self, request: HttpRequest, invite: Invite) -> None:
        now = timezone.now()
        until = max(invite.access.valid_to or now, now) + timedelta(days=1)
        invites.extend(invite, until, now=now)
        self.message_user(request, f"It ends on {words.moment(until)} now.", messages.SUCCESS)

    @command("Revoke", "Revoke it for good? It opens nothing from here on.", offered=_not_revoked)
    def revoke(self, request: HttpRequest, invite: Invite) -> None:
        invites.revoke(invite, timezone.now())
        self.message_user(request, "The invite is revoked.", messages.SUCCESS)

    # -- what guests ask for

    @command(
        "Allow one more phone",
        "Let the phone that asked first onto this invite? It can use the invite from then on, and the limit of "
        "phones makes room for it.",
        offered=_is_asked_for_a_phone,
    )
    def allow_phone(self, request: HttpRequest, invite: Invite) -> None:
        self._answer(request, invite, True)

    @command(
        "Deny that phone",
        "Keep the phone that asked first out? It reads that the host said no, and can't ask again.",
        offered=_is_asked_for_a_phone,
    )
    def deny_phone(self, request: HttpRequest, invite: Invite) -> None:
        self._answer(request, invite, False)

    def _answer(self, request: HttpRequest, invite: Invite, allow: bool) -> None:
        asked = _first_request(invite)
        state = asking.answer(asked, allow, now=timezone.now()) if asked else "void"
        if state == "void":
            raise Refusal("not_found", "The invite opens nothing now, so no phone can be let onto it.")
        said = "That phone can use the invite now." if state == "allowed" else "That phone stays out."
        self.message_user(request, said, messages.SUCCESS)

    @command("Reset tries", "Forget all wrong PINs? The guest may try again.", offered=lambda i: bool(i.pin_hash))
    def reset_tries(self, request: HttpRequest, invite: Invite) -> None:
        pins.reset_tries(invite)
        self.message_user(request, "The guest may try the PIN again.", messages.SUCCESS)
