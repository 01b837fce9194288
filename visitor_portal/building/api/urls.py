"""The public access API: one line an operation, named as the client's method is."""

from django.urls import path, re_path

from . import device_requests, invites, portals, residents, sessions, status

INVITE = "public/access/invites/<id:invite_token>"
PORTAL = "public/access/portals/<id:public_portal_id>"
REQUEST = "public/access/device-requests/<id:request_token>"
SESSION = "public/access/sessions/<id:session_id>"

urlpatterns = [
    path("status", status.get_status, name="get_status"),
    path(INVITE, invites.get_invite, name="get_invite"),
    path(f"{INVITE}/photo", invites.get_invite_photo, name="get_invite_photo"),
    path(f"{INVITE}/locale", invites.get_invite_locale, name="get_invite_locale"),
    path(f"{INVITE}/claim", invites.claim_invite, name="claim_invite"),
    path(f"{INVITE}/session", invites.start_invite_session, name="start_invite_session"),
    path(f"{INVITE}/ask", invites.ask_invite_device, name="ask_invite_device"),
    path(f"{INVITE}/otp/start", invites.start_invite_otp, name="start_invite_otp"),
    path(f"{INVITE}/execute", invites.execute_invite, name="execute_invite"),
    path(f"{INVITE}/opening", invites.get_invite_opening, name="get_invite_opening"),
    path(f"{INVITE}/renewal", invites.request_invite_renewal, name="request_invite_renewal"),
    path(REQUEST, device_requests.get_device_request, name="get_device_request"),
    path(f"{REQUEST}/answer", device_requests.answer_device_request, name="answer_device_request"),
    path(PORTAL, portals.get_portal, name="get_portal"),
    path(f"{PORTAL}/targets", portals.get_portal_targets, name="get_portal_targets"),
    path(f"{PORTAL}/reachable", portals.get_portal_reachable, name="get_portal_reachable"),
    path(f"{PORTAL}/sessions", portals.start_portal_session, name="start_portal_session"),
    path(f"{PORTAL}/open", portals.open_portal, name="open_portal"),
    path(f"{PORTAL}/scan", portals.scan_portal, name="scan_portal"),
    path(f"{PORTAL}/lights", portals.set_portal_lights, name="set_portal_lights"),
    path(SESSION, sessions.get_session, name="get_session"),
    path(f"{SESSION}/streams", sessions.get_session_streams, name="get_session_streams"),
    path(f"{SESSION}/answer", sessions.answer_session, name="answer_session"),
    path(f"{SESSION}/open", sessions.open_session, name="open_session"),
    path(f"{SESSION}/cancel", sessions.cancel_session, name="cancel_session"),
    path(f"{SESSION}/decline", sessions.decline_session, name="decline_session"),
    path(f"{SESSION}/lights", sessions.set_session_lights, name="set_session_lights"),
    path(f"{SESSION}/notify-message", sessions.notify_session, name="notify_session"),
    path(f"{SESSION}/reply", sessions.reply_session, name="reply_session"),
    path(f"{SESSION}/receipt", sessions.receipt_session, name="receipt_session"),
    path("public/access/resident", residents.get_resident, name="get_resident"),
    re_path("", status.not_found),
]
