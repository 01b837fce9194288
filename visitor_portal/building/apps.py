from django.apps import AppConfig


class BuildingConfig(AppConfig):
    name = "visitor_portal.building"
    label = "building"
    verbose_name = "Building"
