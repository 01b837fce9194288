"""The directory as a page shows it: by floor, searched, each entry with what can be done and why not."""

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from visitor_portal.public_access.wire import Target, Targets


@dataclass(frozen=True, slots=True)
class Row:
    target_id: str
    name: str
    detail: str
    voice: str  # what its button is called aloud; empty when there is none
    video: str
    message: str
    why: str  # why it cannot be called; empty when it can


@dataclass(frozen=True, slots=True)
class Floor:
    name: str
    rows: list[Row]


SHOWN = 500  # entries on a page; the search finds the others


@dataclass(frozen=True, slots=True)
class Found:
    floors: list[Floor]
    left_out: int  # how many entries match and are not shown


def find(targets: Targets, language: str, query: str = "") -> Found:
    """The entries that match, floor by floor in the building's own order."""
    words = folded(query).split()
    found = [t for t in targets.targets if all(word in _searched(t, language) for word in words)]
    order = {key: place for place, key in enumerate(targets.floor_order)}
    found.sort(key=lambda t: (order.get(_floor(t), len(order)), t.floor_number or 0))
    groups = [list(group) for _key, group in groupby(found[:SHOWN], key=_floor)]
    floors = [
        Floor(_floor_name(group[0], language), [_row(target, language) for target in group]) for group in groups
    ]
    return Found(floors, max(0, len(found) - SHOWN) + (0 if words else targets.cut))


def folded(text: str) -> str:
    """Letters without case and accents, so that 'nunez' finds Núñez."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))


def _searched(target: Target, language: str) -> str:
    names = [text for _language, text in target.display_name.texts] if target.display_name else []
    places = [target.floor, target.listing_label, target.location_detail]
    details = [place.text(language) for place in places if place]
    return folded(" ".join([target.name(language), *names, *details, str(target.listing_number or "")]))


def _floor(target: Target) -> str:
    return target.floor.text("en") if target.floor else ""


def _floor_name(target: Target, language: str) -> str:
    name = target.floor.text(language) if target.floor else ""
    return _("Floor %(number)s") % {"number": name} if name.lstrip("-").isdecimal() else name


def _row(target: Target, language: str) -> Row:
    detail = target.location_detail or target.listing_label
    name = target.name(language)
    voice = "voice" in target.allowed_actions and not target.require_video
    video, written = "video" in target.allowed_actions, "message" in target.allowed_actions
    return Row(
        target_id=target.target_id,
        name=name,
        detail=detail.text(language) if detail else "",
        voice=_("Call %(name)s") % {"name": name} if voice else "",
        video=_("Video call to %(name)s") % {"name": name} if video else "",
        message=_("Write to %(name)s") % {"name": name} if written else "",
        why="" if voice or video or written else _why(target),
    )


def _why(target: Target) -> str:
    reasons = {
        "dnd": _("Not to be disturbed now"),
        "no_callees": _("Takes no calls"),
        "guest_disabled": _("Takes no visitors"),
    }
    return next((reasons[r] for r in target.denial_reasons if r in reasons), _("Can't be called now"))
