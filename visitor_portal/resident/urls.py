from django.urls import path

from . import views

urlpatterns = [
    path("resident", views.home, name="resident"),
    path("resident/visits", views.visits, name="visits"),
    path("resident/<id:resident_key>", views.enter, name="enter"),
]
