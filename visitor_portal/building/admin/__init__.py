"""The building's desk: what a manager sees and changes, one file a noun."""

from django.contrib import admin

from . import accesses, actuators, directory, invites, log, organizations, places, portals, residents, wifi

__all__ = [
    "accesses",
    "actuators",
    "directory",
    "invites",
    "log",
    "organizations",
    "places",
    "portals",
    "residents",
    "wifi",
]

admin.site.site_header = admin.site.site_title = "Visitor Portal"
admin.site.index_title = "Building"
