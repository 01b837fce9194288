"""Every operation once, with arguments that are right."""

from typing import Any

from visitor_portal.public_access import PublicAccess, PublicAccessError

READS = {
    "get_invite": lambda c, id_="i1": c.get_invite(id_),
    "get_invite_photo": lambda c, id_="i1": c.get_invite_photo(id_),
    "get_invite_locale": lambda c, id_="i1": c.get_invite_locale(id_),
    "get_invite_opening": lambda c, id_="i1": c.get_invite_opening(id_, idempotency_key="k1"),
    "get_device_request": lambda c, id_="r1": c.get_device_request(id_),
    "get_portal": lambda c, id_="p1": c.get_portal(id_),
    "get_portal_targets": lambda c, id_="p1": c.get_portal_targets(id_),
    "get_portal_reachable": lambda c, id_="p1": c.get_portal_reachable(id_),
    "get_session": lambda c, id_="s1": c.get_session(id_, token="t"),
    "get_session_streams": lambda c, id_="s1": c.get_session_streams(id_, token="t"),
}
WRITES = {
    "claim_invite": lambda c, id_="i1": c.claim_invite(id_),
    "start_invite_session": lambda c, id_="i1": c.start_invite_session(id_),
    "ask_invite_device": lambda c, id_="i1": c.ask_invite_device(id_),
    "answer_device_request": lambda c, id_="r1": c.answer_device_request(id_, allow=True),
    "start_invite_otp": lambda c, id_="i1": c.start_invite_otp(id_),
    "request_invite_renewal": lambda c, id_="i1": c.request_invite_renewal(id_),
    "start_portal_session": lambda c, id_="p1": c.start_portal_session(id_, target_id="e1", mode="video"),
    "set_portal_lights": lambda c, id_="p1": c.set_portal_lights(id_),
    "answer_session": lambda c, id_="s1": c.answer_session(id_, token="t"),
    "cancel_session": lambda c, id_="s1": c.cancel_session(id_, token="t"),
    "decline_session": lambda c, id_="s1": c.decline_session(id_, token="t"),
    "set_session_lights": lambda c, id_="s1": c.set_session_lights(id_, token="t"),
    "notify_session": lambda c, id_="s1": c.notify_session(id_, token="t", text="Hello"),
    "reply_session": lambda c, id_="s1": c.reply_session(id_, token="t", phrase="coming"),
    "receipt_session": lambda c, id_="s1": c.receipt_session(id_, token="t", stage="shown"),
}
OPENS = {
    "execute_invite": lambda c, id_="i1": c.execute_invite(id_, grant_id="g1"),
    "open_portal": lambda c, id_="p1": c.open_portal(id_),
    "open_session": lambda c, id_="s1": c.open_session(id_, token="t"),
}
BODYLESS_OPENS = ("open_portal", "open_session")
WITH_ID = READS | WRITES | OPENS
ALL = WITH_ID | {
    "get_resident": lambda c: c.get_resident(key="resident_k"),
    "get_status": lambda c: c.get_status(),
}

PATHS = {
    "get_invite": "GET /public/access/invites/i1",
    "get_invite_photo": "GET /public/access/invites/i1/photo",
    "get_invite_locale": "GET /public/access/invites/i1/locale",
    "get_invite_opening": "GET /public/access/invites/i1/opening",
    "claim_invite": "POST /public/access/invites/i1/claim",
    "start_invite_session": "POST /public/access/invites/i1/session",
    "start_invite_otp": "POST /public/access/invites/i1/otp/start",
    "execute_invite": "POST /public/access/invites/i1/execute",
    "request_invite_renewal": "POST /public/access/invites/i1/renewal",
    "ask_invite_device": "POST /public/access/invites/i1/ask",
    "get_device_request": "GET /public/access/device-requests/r1",
    "answer_device_request": "POST /public/access/device-requests/r1/answer",
    "get_portal": "GET /public/access/portals/p1",
    "get_portal_targets": "GET /public/access/portals/p1/targets",
    "get_portal_reachable": "GET /public/access/portals/p1/reachable",
    "start_portal_session": "POST /public/access/portals/p1/sessions",
    "open_portal": "POST /public/access/portals/p1/open",
    "set_portal_lights": "POST /public/access/portals/p1/lights",
    "get_session": "GET /public/access/sessions/s1",
    "get_session_streams": "GET /public/access/sessions/s1/streams",
    "answer_session": "POST /public/access/sessions/s1/answer",
    "open_session": "POST /public/access/sessions/s1/open",
    "cancel_session": "POST /public/access/sessions/s1/cancel",
    "decline_session": "POST /public/access/sessions/s1/decline",
    "set_session_lights": "POST /public/access/sessions/s1/lights",
    "notify_session": "POST /public/access/sessions/s1/notify-message",
    "reply_session": "POST /public/access/sessions/s1/reply",
    "receipt_session": "POST /public/access/sessions/s1/receipt",
    "get_resident": "GET /public/access/resident",
    "get_status": "GET /status",
}


async def outcome(client: PublicAccess, name: str) -> Any:
    """What the operation returns, or the error it raises."""

    try:
        return await ALL[name](client)
    except PublicAccessError as error:
        return error
