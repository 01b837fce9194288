"""The letter that brings a new user the link to their own page."""

from collections.abc import Collection

from django.utils import translation
from django.utils.translation import gettext as _

from visitor_portal.building import residents
from visitor_portal.building.models import Account, Resident, in_english
from visitor_portal.building.posting import letter, was_sent


def due(ids: Collection[str]) -> set[str]:
    """Those of these residents who wait for it."""
    return set(Account.objects.filter(resident__in=ids, is_welcome_due=True).values_list("resident", flat=True))


def mail(id_: str) -> bool:
    """Send it once; the link is made only now, and kept nowhere. False when it did not go."""
    if not Account.objects.filter(resident=id_, is_welcome_due=True).update(is_welcome_due=False):
        return True  # somebody else is at it
    resident = Resident.objects.select_related("building").get(id=id_)
    with translation.override("en"):
        building = in_english(resident.building.name)
        context = {"building": building, "name": resident.name, "link": residents.new_link(resident)}
        return was_sent(letter(_("Your page at %(building)s") % context, "welcome", context, resident.email))
