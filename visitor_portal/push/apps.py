from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "visitor_portal.push"
    label = "push"
