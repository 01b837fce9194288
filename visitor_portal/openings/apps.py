from django.apps import AppConfig


class OpeningsConfig(AppConfig):
    name = "visitor_portal.openings"
    label = "openings"
