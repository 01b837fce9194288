from django.urls import path

from . import requests, views

urlpatterns = [
    path("resident", views.home, name="resident"),
    path("resident/visits", views.visits, name="visits"),
    path("resident/request/<id:request_token>", requests.device_request, name="device_request"),
    path("resident/<id:resident_key>", views.enter, name="enter"),
]
