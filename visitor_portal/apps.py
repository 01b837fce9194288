from django.apps import AppConfig

from visitor_portal import converters


class PortalConfig(AppConfig):
    name = "visitor_portal"

    def ready(self) -> None:
        converters.register()
