"""The directory: what visitors look through, one entry a line, by hand or from a CSV file."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from visitor_portal.building.models import Entry, Membership

from .directory_files import EntryFiles
from .fields import LANGUAGES
from .look import Inside, SameBuilding

_PLAIN = ("unit", "floor", "residents__name")


class ResidentsOfBuilding(SameBuilding):
    joins = "resident"


class MembersInside(Inside):
    model = Membership
    formset = ResidentsOfBuilding
    verbose_name, verbose_name_plural = "resident", "residents"
    autocomplete_fields = ("resident",)


@admin.register(Entry)
class EntryAdmin(EntryFiles):
    localized = ("name", "alias")
    list_display = ("__str__", "building", "floor", "unit", "visitors_read", "residents_there", "calls")
    list_filter = ("building", "privacy", "visitors_allowed", "require_video", "floor")
    # By language: the JSON around a name may hold its letters as \u escapes.
    search_fields = (*(f"{name}__{code}" for name in ("name", "alias") for code in LANGUAGES), *_PLAIN)
    inlines = (MembersInside,)
    fieldsets = (
        (None, {"fields": ("building", "name", "privacy", "alias")}),
        ("Where", {"fields": ("floor", "floor_number", "unit", "unit_number")}),
        ("Calls", {"fields": ("visitors_allowed", "require_video")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__resident")

    @admin.display(description="Visitors read", ordering="privacy")
    def visitors_read(self, entry: Entry) -> str:
        if entry.privacy == Entry.Privacy.HIDDEN:
            return "nothing, until they type the name"
        return next(iter(entry.public_name.values()), "?") + _BY_PRIVACY[entry.privacy]

    @admin.display(description="Residents")
    def residents_there(self, entry: Entry) -> str:
        return ", ".join(sorted(m.resident.name for m in entry.memberships.all())) or "none"

    @admin.display(description="Calls")
    def calls(self, entry: Entry) -> str:
        if not entry.visitors_allowed:
            return "off"
        return "with picture only" if entry.require_video else "on"


_BY_PRIVACY = {"name": "", "alias": " (alias)", "number": " (number only)"}
