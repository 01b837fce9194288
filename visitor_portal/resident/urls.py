from django.urls import path

from . import phones, requests, views, worker

urlpatterns = [
    path("resident", views.home, name="resident"),
    path("resident/visits", views.visits, name="visits"),
    path("resident/request/<id:request_token>", requests.device_request, name="device_request"),
    path("resident/phones", phones.page, name="phones"),
    path("resident/phones/list", phones.listed, name="phones_list"),
    path("resident/phones/subscribe", phones.subscribe, name="phones_subscribe"),
    path("resident/phones/proof", phones.proof, name="phones_proof"),
    path("resident/phones/<id:phone_id>", phones.act, name="phone"),
    path("resident/worker.js", worker.worker, name="resident_worker"),
    path("manifest.webmanifest", worker.manifest, name="manifest"),
    path("resident/<id:resident_key>", views.enter, name="enter"),
]
