from django.urls import path

from . import effects, views

urlpatterns = [
    path("s/<id:session_id>", views.visit, name="visit"),
    path("s/<id:session_id>/status", views.status, name="status"),
    path("s/<id:session_id>/cancel", effects.cancel, name="cancel"),
    path("s/<id:session_id>/decline", effects.decline, name="decline"),
    path("s/<id:session_id>/answer", effects.answer, name="answer"),
    path("s/<id:session_id>/open", effects.open_door, name="open"),
    path("s/<id:session_id>/lights", effects.lights, name="lights"),
    path("s/<id:session_id>/receipt", effects.receipt, name="receipt"),
]
