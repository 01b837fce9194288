"""The building's own desk: what a manager sees and changes. The log is for reading only."""

from django.contrib import admin
from django.http import HttpRequest

from .models import (
    Access,
    AccessDoor,
    AccessLog,
    AccessUser,
    Building,
    Door,
    Entry,
    Light,
    Membership,
    Portal,
    Resident,
    Session,
)

admin.site.site_header = admin.site.site_title = "Visitor Portal"
admin.site.index_title = "Building"
admin.site.register(Building)


class LightInline(admin.TabularInline):
    model = Light
    extra = 0


@admin.register(Door)
class DoorAdmin(admin.ModelAdmin):
    list_display = ("__str__", "building", "entry_kind", "driver", "connected")
    inlines = (LightInline,)


@admin.register(Portal)
class PortalAdmin(admin.ModelAdmin):
    list_display = ("__str__", "door", "direction", "directory", "public_id")
    readonly_fields = ("public_id",)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("resident",)


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    list_display = ("__str__", "floor", "unit", "visitors_allowed", "require_video")
    search_fields = ("name", "unit")
    inlines = (MembershipInline,)


@admin.register(Resident)
class ResidentAdmin(admin.ModelAdmin):
    list_display = ("name", "building", "do_not_disturb")
    search_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a resident needs a key that is handed over once; the demo makes them for now


class AccessDoorInline(admin.TabularInline):
    model = AccessDoor
    extra = 0


class AccessUserInline(admin.TabularInline):
    model = AccessUser
    extra = 0
    autocomplete_fields = ("resident",)


@admin.register(Access)
class AccessAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "valid_from", "valid_to")
    search_fields = ("name",)
    inlines = (AccessDoorInline, AccessUserInline)


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("at", "door", "direction", "resident", "state", "reason", "milliseconds")
    list_filter = ("state", "door")


@admin.register(Session)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("created_at", "portal", "entry", "mode", "state", "door_opened")
    list_filter = ("state",)
