from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("p/<id:public_portal_id>", views.portal, name="portal"),
    path("p/<id:public_portal_id>/call", views.call, name="call"),
]
