"""An invite as whoever holds its link may see it."""

import re
from dataclasses import replace
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.urls import reverse

from visitor_portal.building import asking, device_keys, doors, holds, invites, rights
from visitor_portal.building.curfew import HouseRules
from visitor_portal.building.models import Access, AccessDoor, DeviceRequest, Invite, InviteDevice, Resident
from visitor_portal.building.models import WifiNetwork as Network
from visitor_portal.building.models.sealed import unseal
from visitor_portal.building.schedule import ScheduleError
from visitor_portal.public_access.wire import (
    CurfewWindow,
    Localized,
    Location,
    OpenRateLimit,
    Place,
    PortalGrant,
    Schedule,
    ScheduleSpan,
    WifiNetwork,
    Window,
)
from visitor_portal.public_access.wire import Invite as InviteShape

from .portals import place

_EVENT = re.compile(r"^BEGIN:VEVENT", re.MULTILINE | re.IGNORECASE)
_REPEATS = re.compile(r"^(RRULE|RDATE)\b", re.MULTILINE | re.IGNORECASE)


def unknown(token: str) -> InviteShape:
    return InviteShape(invite_token=token, state="not_found", invite_url=_url(token), location_mode="none")


def shape_of(
    invite: Invite,
    token: str,
    *,
    device: InviteDevice | None,
    resident: Resident | None,
    asked: DeviceRequest | None = None,
    now: datetime,
) -> InviteShape:
    """What is behind the door stays unsaid when the link is void: grants, Wi-Fi, places, the host's words."""
    state = invites.state_of(invite, device, now)
    is_shown = state in invites.SHOWN
    grants = list(invites.grants(invite)) if is_shown else []
    networks = _networks(invite) if state == "active" and grants else []
    shape = InviteShape(
        invite_token=token,
        state=state,
        invite_url=_url(token),
        grants=tuple(_grant(grant, bool(networks), now) for grant in grants),
        location_mode=invite.location_mode,
        name=invite.name or None,
        require_pin=bool(invite.pin_hash) or any(invites.needs_pin(grant) for grant in grants),
        already_claimed=invites.has_claimed(invite, resident) if resident else None,
        renewal_requested=invites.has_asked_for_renewal(invite),
        device_request=asking.as_its_phone_sees(asked) if state == "max_devices_reached" else None,
        device_bound=bool(device and device.key) if is_shown else None,
        device_challenge=device_keys.challenge(invite.id, now) if state == "active" else None,
        wifi_networks=tuple(_network(network) for network in networks),
    )
    shape = _timed(_limited(shape, invite), invite.access, _rules(invite, is_shown), now)
    return _told(shape, invite, token) if is_shown else shape


def _rules(invite: Invite, is_shown: bool) -> HouseRules:
    """Those of the house, where they bind this invite and may be told."""
    building = invite.access.building
    is_bound = is_shown and not invite.curfew_exempt
    return rights.house_rules(building) if is_bound else HouseRules(building.time_zone)


def _limited(shape: InviteShape, invite: Invite) -> InviteShape:
    """The same, with whom it is for, and how often and on how many phones it works."""
    return replace(
        shape,
        audience=invite.audience,
        contact_challenge_required=invite.audience == Invite.Audience.LISTED,
        require_verified_phone=invite.require_verified_phone,
        max_devices=invite.max_devices,
        devices_count=invite.devices.count(),
        max_uses=invite.max_uses,
        uses_remaining=uses_remaining(invite),
    )


def _told(shape: InviteShape, invite: Invite, token: str) -> InviteShape:
    """The same, with what the host tells whoever holds a link that is not void."""
    return replace(
        shape,
        contact_display_name=invite.contact_name or None,
        invitee_message=Localized(invite.message) if invite.message else None,
        photo_url=_photo_url(invite, token),
        access_control=_place(invite),
        event_location=_event(invite),
    )


def _timed(shape: InviteShape, access: Access, rules: HouseRules, now: datetime) -> InviteShape:
    """The same, with when it holds."""
    return replace(
        shape,
        valid_from=access.valid_from,
        valid_to=access.valid_to,
        schedule_kind=_kind(access),
        schedule=_schedule(access, now),
        schedule_combined=ScheduleSpan(
            access.valid_from or access.created_at, access.valid_to, _repeats(access) and access.valid_to is None
        ),
        timezone=access.building.time_zone,
        curfew_windows=tuple(CurfewWindow(f"{c.start:%H:%M}", f"{c.end:%H:%M}") for c in rules.curfews),
        allowed_weekdays=tuple(sorted(rules.weekdays or ())),
        blackout_dates=tuple(day.isoformat() for day in sorted(rules.blackout_dates)),
    )


def uses_remaining(invite: Invite) -> int | None:
    return None if invite.max_uses is None else max(0, invite.max_uses - invite.uses)


def _url(token: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}/invite/{token}"


def _photo_url(invite: Invite, token: str) -> str | None:
    has_one = Invite.objects.filter(id=invite.id).exclude(photo=None).exists()
    return settings.PUBLIC_BASE_URL + reverse("get_invite_photo", args=[token]) if has_one else None


def _grant(grant: AccessDoor, has_wifi: bool, now: datetime) -> PortalGrant:
    door, sign = grant.door, invites.sign_of(grant.door)
    return PortalGrant(
        id=grant.grant_id,
        public_portal_id=sign.public_id if sign else "",
        has_lights=door.lights.exists(),
        openable=doors.is_connected(door),
        entry_kind=door.entry_kind,
        label=Localized(door.name),
        door_image_url=door.image_url or None,
        hold=holds.shown(door, now),
        open_rate_limit=OpenRateLimit(door.building_id, door.building.min_interval_ms),
        wifi_available=has_wifi,
        scan_required=invites.needs_scan(grant) or None,
    )


# -- where it is


def _place(invite: Invite) -> Place | None:
    return None if invite.location_mode == Invite.LocationMode.NONE else place(invite.access.building)


def _event(invite: Invite) -> Location | None:
    if invite.location_mode != Invite.LocationMode.EXPLICIT or not invite.event_address:
        return None
    return Location(id=invite.id, formatted_address=Localized(invite.event_address))


def _networks(invite: Invite) -> list[Network]:
    return list(invite.wifi_networks.filter(building=invite.access.building_id))


def _network(network: Network) -> WifiNetwork:
    try:
        password = unseal(network.sealed).get("password")
    except InvalidToken:  # sealed with a key that is no more: the guest asks the host
        password = None
    is_open = network.security == Network.Security.OPEN
    return WifiNetwork(
        id=network.id,
        ssid=network.ssid,
        security=network.security,
        hidden=network.hidden,
        password=None if is_open else password,
        username=network.username or None if network.security == Network.Security.WPA_ENTERPRISE else None,
        notes=network.notes or None,
        credentials_unavailable=True if not is_open and not password else None,
    )


# -- when it holds


def _kind(access: Access) -> str:
    if len(_EVENT.findall(access.schedule)) > 1:
        return "multiple"
    return "single_recurring" if _repeats(access) else "single_window"


def _repeats(access: Access) -> bool:
    return _REPEATS.search(access.schedule) is not None


def _schedule(access: Access, now: datetime) -> Schedule:
    window = _window(access, now)
    active = window if window and window.from_ <= now else None
    next_one = _window(access, active.to) if active else window
    shown = active or next_one
    return Schedule(
        is_recurring=_repeats(access),
        slot_duration_seconds=int((shown.to - shown.from_).total_seconds()) if shown else 0,
        active_window=active,
        next_window=next_one,
    )


def _window(access: Access, at: datetime) -> Window | None:
    """The window that holds then, else the next one, within the bounds of the access."""
    begin, end = access.valid_from or access.created_at, access.valid_to
    at = max(at, begin)
    if end is not None and at >= end:
        return None
    schedule = rights.schedule_of(access, access.building)
    if schedule is None:
        return Window(begin, end) if end else None
    try:
        found = schedule.next_window(at)
    except ScheduleError:
        return None
    if found is None or (end is not None and found.start >= end):
        return None
    return Window(max(found.start, begin), min(found.end, end) if end else found.end)
