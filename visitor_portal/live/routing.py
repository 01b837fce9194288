from django.urls import path

from .signalling import SignallingConsumer
from .socket import StatusConsumer

websocket_urlpatterns = [
    path("ws/session/<id:session_id>", StatusConsumer.as_asgi()),
    path("peerjs", SignallingConsumer.as_asgi()),
]
