from django.urls import path

from .socket import ResidentConsumer

websocket_urlpatterns = [path("ws/resident", ResidentConsumer.as_asgi())]
