from django.urls import path

from . import quick, views

urlpatterns = [
    path("", views.home, name="home"),
    path("p/<id:public_portal_id>", views.portal, name="portal"),
    path("p/<id:public_portal_id>/call", views.call, name="call"),
    path("p/<id:public_portal_id>/open", quick.open_door, name="quick_open"),
    path("p/<id:public_portal_id>/lights", quick.lights, name="quick_lights"),
    path("p/<id:public_portal_id>/reachable", quick.reachable, name="reachable"),
]
