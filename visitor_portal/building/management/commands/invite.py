"""`manage.py invite`: issues an invite and prints its link, once; or changes one that was issued."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from visitor_portal.building import invites, issuing, letters
from visitor_portal.building.invite_options import moment, order
from visitor_portal.building.models import AUTH_TYPES, Invite

EXAMPLES = """
examples:
  manage.py invite --door Lobby --from "2026-05-08 18:00" --to "2026-05-08 23:00" --name Dinner
  manage.py invite --door Lobby --door "Garage gate" --to 2026-06-01 --pin 246813 --max-devices 2
  manage.py invite --door Lobby --schedule cleaner.ics --contact-email kim@example.org --send
  manage.py invite --extend 01JB… --to "2026-05-09 01:00" --send

Times are those of the building, unless they say their offset.
"""


class Command(BaseCommand):
    help = "Issues an invite and prints its link, once; or extends, revokes or renews one."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        self._doors_and_times(parser.add_argument_group("which doors, and when").add_argument)
        self._guest(parser.add_argument_group("for whom").add_argument)
        self._limits(parser.add_argument_group("proofs and limits").add_argument)
        self._page(parser.add_argument_group("what the guest sees").add_argument)
        changes = parser.add_argument_group("instead: change one that was issued").add_mutually_exclusive_group()
        changes.add_argument("--extend", metavar="ID", help="another end, which --to says; the link stays")
        changes.add_argument("--revoke", metavar="ID", help="for good")
        changes.add_argument("--new-link", metavar="ID", help="the one before is void, and so are its phones")
        parser.add_argument("--send", action="store_true", help="e-mail it to the contact")
        parser.add_argument("--json", action="store_true", help="answer for a program")

    def _doors_and_times(self, add: Any) -> None:
        add("--door", action="append", default=[], metavar="NAME", help="by name or id; again for more, in order")
        add("--by", action="append", choices=AUTH_TYPES, metavar="MEANS", help="as SCAN; again for more (REMOTE)")
        add("--from", metavar="TIME", help="nothing opens before")
        add("--to", metavar="TIME", help="nothing opens from then on; without it, it never ends")
        add("--window", action="append", default=[], metavar="FROM/TO", help="in place of both; again for more")
        add("--schedule", default="", metavar="FILE", help="iCalendar: a file, or the text itself")
        add("--exception", default="", metavar="FILE", help="iCalendar: when it does not hold after all")
        add(
            "--curfew-exempt", action="store_true", help="the building's curfew, weekdays, blackout dates don't count"
        )

    def _guest(self, add: Any) -> None:
        add("--host", metavar="NAME", help="the resident who invites, by name or id")
        add("--contact-name", default="", metavar="NAME")
        add("--contact-email", default="", metavar="ADDRESS")
        add("--contact-phone", default="", metavar="NUMBER", help="with its country, as +351 912 345 678")
        add("--locale", default="", metavar="LANG", help="the guest's language, as pt-br")

    def _limits(self, add: Any) -> None:
        add("--pin", metavar="DIGITS", help="6 to 12 digits; 4 with a limit of phones")
        add("--otp-email", metavar="ADDRESS", help="only this contact, by a code for each opening")
        add("--otp-phone", metavar="NUMBER", help="only this contact, by a code in an SMS for each opening")
        add("--max-uses", type=int, metavar="N", help="openings in all")
        add("--max-devices", type=int, metavar="N", help="phones in all; one more has to ask the host")

    def _page(self, add: Any) -> None:
        add("--name", default="", help="title, as “Dinner on Friday”")
        add("--message", action="append", default=[], metavar="LANG=TEXT", help="the host's words; again for more")
        add("--location", action="append", default=[], metavar="WHERE", help="inherit, none, or LANG=ADDRESS")
        add("--wifi", action="append", default=[], metavar="NAME", help="a network of the building; again for more")
        add("--photo", metavar="FILE", help="JPEG, PNG or WebP")

    # -- doing it

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if id_ := options["extend"]:
                self._extend(_invite(id_), options)
            elif id_ := options["revoke"]:
                self._revoke(_invite(id_), options)
            elif id_ := options["new_link"]:
                invite = _invite(id_)
                self._hand_over(invite, invites.regenerate_token(invite), options)
            else:
                asked = order(options)
                self._may_send(asked.fields["contact_email"], options)
                self._hand_over(*issuing.issue(asked), options)
        except ValidationError as error:
            raise CommandError(_in_one_line(error)) from error

    def _extend(self, invite: Invite, options: dict[str, Any]) -> None:
        if not options["to"]:
            raise CommandError("Say the new end: --to.")
        self._may_send(invite.contact_email, options)
        invites.extend(invite, moment(options["to"], invite.access.building), now=timezone.now())
        invite = _invite(invite.id)
        sent = letters.send_change(invite, now=timezone.now()) if options["send"] else None
        self._say(invite, "The link stays as it is and shows the new end.", "", sent, options)

    def _revoke(self, invite: Invite, options: dict[str, Any]) -> None:
        invites.revoke(invite, timezone.now())
        self._say(_invite(invite.id), "It opens nothing from here on.", "", None, options)

    def _may_send(self, address: str, options: dict[str, Any]) -> None:
        if options["send"] and not address:
            raise CommandError("There is nobody to --send it to: name --contact-email or --otp-email.")

    def _hand_over(self, invite: Invite, token: str, options: dict[str, Any]) -> None:
        invite, now = _invite(invite.id), timezone.now()
        sent = letters.send_invite(invite, token, now=now) if options["send"] else None
        note = "This link is shown once: only its hash is kept."
        self._say(invite, note, f"{settings.PUBLIC_BASE_URL}/invite/{token}", sent, options)

    def _say(self, invite: Invite, note: str, url: str, sent: bool | None, options: dict[str, Any]) -> None:
        state = invites.state_of(invite, None, timezone.now())
        if options["json"]:
            said = {"id": invite.id, "name": str(invite), "state": state, "url": url or None, "sent": sent}
            doors = [str(grant.door) for grant in invites.grants(invite)]
            self.stdout.write(json.dumps(said | {"doors": doors}, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{invite} ({invite.id}): {state}")
        if url:
            self.stdout.write(url)
        self.stdout.write(note)
        if sent is not None:
            self.stdout.write(f"Sent to {invite.contact_email}." if sent else "It could not be sent by e-mail.")


def _invite(id_: str) -> Invite:
    invite = Invite.objects.select_related("access__building").filter(id=id_).first()
    if invite is None:
        raise CommandError(f"No invite has the id {id_}. The desk shows it in the address of the invite's page.")
    return invite


def _in_one_line(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{name.replace('_', ' ')}: {' '.join(said)}" for name, said in error.message_dict.items())
