"""People who have an access by a link: guests known by their e-mail address, and users who are to be welcomed by one.

An invite has one access of its own. Where one guest is the only person, the access itself is the invite's; several
have copies of it, which follow every change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from visitor_portal.building import copies, invites, letters
from visitor_portal.building.models import Access, AccessGuest, Resident

from .bodies import GuestTerms
from .checking import Plan

AGAIN = timedelta(minutes=1)  # after which a letter that somebody began to send is taken for lost


def bring(plan: Plan, *, now: datetime) -> None:
    """Links for all who are to have one, none for anybody else, and copies like the access as it is now."""
    there = {guest.email.lower(): guest for guest in AccessGuest.objects.filter(access=plan.id)}
    wanted = _wanted(plan, there)
    if not wanted and not there:
        return
    access = Access.objects.get(id=plan.id)
    for email, guest in there.items():
        if email not in wanted:
            _let_go(guest, access, now)
    alone = len(wanted) == 1 and not plan.residents
    for email, (terms, resident) in wanted.items():
        guest = there.get(email) or _invited(access, terms, resident, alone=alone)
        _keep_alike(guest, access, alone=alone)


Wanted = dict[str, tuple[GuestTerms, Resident | None]]


def _wanted(plan: Plan, there: dict[str, AccessGuest]) -> Wanted:
    """By e-mail address. A layout without a word for guests leaves them as they are."""
    given = plan.body.guests
    if given is None:
        kept = (guest for guest in there.values() if guest.resident_id is None)
        given = tuple(GuestTerms(guest.email, guest.invite.contact_name) for guest in kept)
    wanted: Wanted = {terms.email.lower(): (terms, None) for terms in given}
    for resident in plan.residents:
        email = resident.email.lower()
        if email and (plan.body.welcome_email_required or email in there):
            wanted.setdefault(email, (GuestTerms(resident.email, resident.name), resident))
    return wanted


def _let_go(guest: AccessGuest, access: Access, now: datetime) -> None:
    """Their page says that it was revoked. Named again later, they get another link."""
    invites.revoke(guest.invite, now)
    _give_copy(guest, access)
    Access.objects.filter(id=guest.invite.access_id).update(status=Access.Status.DELETED, valid_to=now)
    guest.delete()


def _invited(access: Access, terms: GuestTerms, resident: Resident | None, *, alone: bool) -> AccessGuest:
    own = access if alone and not hasattr(access, "invite") else copies.copy(access)
    invite, _ = invites.issue(own, name=access.name, contact_name=terms.name[:120], contact_email=terms.email)
    return AccessGuest.objects.create(access=access, invite=invite, resident=resident, email=terms.email)


def _keep_alike(guest: AccessGuest, access: Access, *, alone: bool) -> None:
    """A copy like the access; and where others have come to it, a copy in place of it."""
    invite = guest.invite
    if alone and invite.access_id == access.id:
        return
    _give_copy(guest, access)
    copies.fill(invite.access_id, access)


def make_room(access: Access) -> None:
    """For a user, in an access that was one guest's alone."""
    for guest in AccessGuest.objects.filter(access=access, invite__access=access).select_related("invite"):
        _give_copy(guest, access)


def _give_copy(guest: AccessGuest, access: Access) -> None:
    """An access that is an invite's gives no user any right: it must be free of it."""
    if guest.invite.access_id == access.id:
        guest.invite.access = copies.copy(access)
        guest.invite.save(update_fields=["access"])


# -- letters


def due(accesses: Iterable[str]) -> dict[str, list[AccessGuest]]:
    """Those of these accesses' guests whose link nobody has sent."""
    waiting = AccessGuest.objects.filter(access__in=accesses, invite__mailed_at=None, invite__revoked_at=None)
    found: dict[str, list[AccessGuest]] = {}
    for guest in waiting.select_related("invite__access__building").order_by("id"):
        found.setdefault(guest.access_id, []).append(guest)
    return found


def mail(guest: AccessGuest, *, now: datetime) -> bool | None:
    """Bring them their link, which is made only now, and kept nowhere. False when it did not go.

    None when somebody else is at it, or was a moment ago.
    """
    free = Q(mailing_at=None) | Q(mailing_at__lte=now - AGAIN)
    if not AccessGuest.objects.filter(free, id=guest.pk).update(mailing_at=now):
        return None
    went = letters.send_invite(guest.invite, invites.regenerate_token(guest.invite), now=now)
    if not went:
        AccessGuest.objects.filter(id=guest.pk).update(mailing_at=None)
    return went
