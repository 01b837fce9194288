from django.urls import path

from . import execute, handover, invite, offline, passes, quick, views

urlpatterns = [
    path("", views.home, name="home"),
    path("p/<id:public_portal_id>", views.portal, name="portal"),
    path("p/<id:public_portal_id>/call", views.call, name="call"),
    path("p/<id:public_portal_id>/open", quick.open_door, name="quick_open"),
    path("p/<id:public_portal_id>/lights", quick.lights, name="quick_lights"),
    path("p/<id:public_portal_id>/reachable", quick.reachable, name="reachable"),
    path("invite/<token:invite_token>", invite.invite, name="invite"),
    path("invite/<token:invite_token>/status", invite.invite_status, name="invite_status"),
    path("invite/<token:invite_token>/photo", invite.invite_photo, name="invite_photo"),
    path("invite/<token:invite_token>/calendar.ics", invite.invite_calendar, name="invite_calendar"),
    path("invite/<token:invite_token>/wifi/<id:wifi_id>.svg", invite.invite_wifi, name="invite_wifi"),
    path("invite/<token:invite_token>/pass", offline.invite_pass, name="invite_pass"),
    path("sw.js", offline.service_worker, name="service_worker"),
    path("invite/<token:invite_token>/claim", passes.claim, name="invite_claim"),
    path("invite/<token:invite_token>/execute", execute.execute, name="invite_execute"),
    path("invite/<token:invite_token>/opened/<id:key>", execute.seen, name="invite_opened"),
    path("invite/<token:invite_token>/otp", passes.otp, name="invite_otp"),
    path("invite/<token:invite_token>/renewal", passes.renewal, name="invite_renewal"),
    path("invite/<token:invite_token>/lights", passes.lights, name="invite_lights"),
    path("invite/<token:invite_token>/ask", passes.ask, name="invite_ask"),
    path("invite/<token:invite_token>/handover", handover.handover, name="invite_handover"),
]
