"""Accesses: who may pass which doors, when, and by which means."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitor_portal.building import copies
from visitor_portal.building.models import Access, AccessDoor, AccessUser

from . import words
from .base import Desk
from .fields import AuthTypesField, DeskForm
from .look import Inside, SameBuilding

Status = Access.Status


class Living(admin.SimpleListFilter):
    """Those that can open something, and belong to residents, are what one looks for."""

    title, parameter_name = "which", "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("invites", "Live, of invites"), ("ended", "Ended"), ("all", "All"))

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        return [{**first, "display": "Live"}, *rest]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        if self.value() == "ended":
            return queryset.exclude(status=Status.READY)
        return queryset.filter(status=Status.READY, invite__isnull=self.value() != "invites")


class AccessDoorForm(DeskForm):
    in_auth_types = AuthTypesField(label="Going in", help_text="Any one of these suffices. None: nobody goes in.")
    out_auth_types = AuthTypesField(label="Going out", help_text="Any one of these suffices. None: nobody goes out.")


class DoorsOfBuilding(SameBuilding):
    joins = "door"


class DoorsInside(Inside):
    model = AccessDoor
    form = AccessDoorForm
    formset = DoorsOfBuilding
    verbose_name, verbose_name_plural = "door", "doors"
    fields = ("door", "in_auth_types", "out_auth_types", "lock_unlock_enabled")


class ResidentsOfBuilding(SameBuilding):
    joins = "resident"


class ResidentsInside(Inside):
    model = AccessUser
    formset = ResidentsOfBuilding
    verbose_name, verbose_name_plural = "resident", "residents"
    autocomplete_fields = ("resident",)


@admin.register(Access)
class AccessAdmin(Desk):
    list_display = ("name", "building", "at_doors", "for_residents", "holds", "ends")
    list_filter = (Living, "building", "kind", "doors__door")
    search_fields = ("name", "description", "users__resident__name")
    inlines = (DoorsInside, ResidentsInside)
    readonly_fields = ("holds", "of_invite")
    ordering = ("name", "id")
    has_times = True
    list_note = "Those of invites are changed with their invite."

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        now = ("holds",) if obj else ()
        own = ("building", "name", "description", "kind", *now, *(("of_invite",) if _invite_of(obj) else ()))
        times = ("valid_from", "valid_to", "schedule", "exception")
        return [(None, {"fields": own}), ("When it holds", {"fields": times})]

    def get_queryset(self, request: HttpRequest) -> Any:
        accesses = super().get_queryset(request).select_related("building", "invite")
        return accesses.defer("invite__photo").prefetch_related("doors__door", "users__resident")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _invite_of(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.valid_to is None or obj.valid_to > timezone.now():  # more time revives one that had ended
            Access.objects.filter(id=obj.id).update(status=Status.READY)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        copies.follow(Access.objects.get(id=form.instance.id))

    @admin.display(description="Doors")
    def at_doors(self, access: Access) -> str:
        return ", ".join(sorted({str(row.door) for row in access.doors.all()})) or "none"

    @admin.display(description="Residents")
    def for_residents(self, access: Access) -> str:
        names = sorted(row.resident.name for row in access.users.all())
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "none"

    @admin.display(description="When")
    def holds(self, access: Access) -> str:
        return words.when_it_holds(access, timezone.now())

    @admin.display(description="Ends", ordering="valid_to")
    def ends(self, access: Access) -> str:
        return words.moment(access.valid_to) if access.valid_to else "never"

    @admin.display(description="Invite")
    def of_invite(self, access: Access) -> SafeString:
        invite = _invite_of(access)
        url = reverse("admin:building_invite_change", args=[invite.pk])
        return format_html('<a href="{}">{}</a>: change it there.', url, invite)


def _invite_of(access: Any) -> Any:
    return getattr(access, "invite", None)
