from django.urls import path

from . import cameras, effects, views, ways, writing

urlpatterns = [
    path("s/<id:session_id>", views.visit, name="visit"),
    path("s/<id:session_id>/status", views.status, name="status"),
    path("s/<id:session_id>/cancel", effects.cancel, name="cancel"),
    path("s/<id:session_id>/decline", effects.decline, name="decline"),
    path("s/<id:session_id>/answer", effects.answer, name="answer"),
    path("s/<id:session_id>/open", effects.open_door, name="open"),
    path("s/<id:session_id>/lights", effects.lights, name="lights"),
    path("s/<id:session_id>/message", writing.message, name="message"),
    path("s/<id:session_id>/reply", writing.reply, name="reply"),
    path("s/<id:session_id>/receipt", effects.receipt, name="receipt"),
    path("s/<id:session_id>/ice", ways.look_for_ways, name="ice"),
    path("s/<id:session_id>/cameras", cameras.cameras, name="cameras"),
    path("s/<id:session_id>/camera/<int:number>", cameras.snapshot, name="camera"),
    path("s/<id:session_id>/camera/<int:number>/stream", cameras.stream, name="camera_stream"),
    path("s/<id:session_id>/camera/<int:number>/webrtc", cameras.webrtc, name="camera_webrtc"),
]
