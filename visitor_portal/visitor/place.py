"""Where an invite leads to, as far as it says so."""

from urllib.parse import urlencode

from visitor_portal.public_access.wire import Invite, Location, Place

_MAP = "https://www.openstreetmap.org"


def building(invite: Invite) -> Place | None:
    """Older buildings tell it in a member of its own."""
    if invite.location_mode == "none":
        return None
    return invite.access_control or (Place.from_json(invite.building) if isinstance(invite.building, dict) else None)


def of(invite: Invite) -> Place | Location | None:
    """The place of its own, else the building; none where the host hides it."""
    if invite.location_mode == "explicit" and invite.event_location:
        return invite.event_location
    return building(invite)


def address(place: Place | Location | None, language: str) -> str:
    if place is None:
        return ""
    if place.formatted_address:
        return place.formatted_address.text(language)
    parts = [part.text(language) for part in (place.city, place.country) if part]
    return ", ".join(parts)


def map_url(place: Place | Location | None, language: str) -> str:
    """A link to tap: nothing is asked of the map before that, and it is not told where the tap came from."""
    if place is None:
        return ""
    if place.lat is not None and place.lng is not None:
        at = {"mlat": f"{place.lat:.6f}", "mlon": f"{place.lng:.6f}"}
        return f"{_MAP}/?{urlencode(at)}#map=18/{at['mlat']}/{at['mlon']}"
    found = address(place, language)
    return f"{_MAP}/search?{urlencode({'query': found})}" if found else ""
