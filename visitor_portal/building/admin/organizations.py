"""Organisations: each building under the name that Entryfy's tools call it by, and who may use it over the API."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from visitor_portal.building.models import Organization

from .base import Desk


@admin.register(Organization)
class OrganizationAdmin(Desk):
    list_display = ("slug", "building", "operated_by")
    search_fields = ("slug",)
    ordering = ("slug",)
    fields = ("building", "slug", "operators")
    readonly_fields = ("building",)
    list_note = "Each building is an organisation of the API from its first day. Superusers operate all of them."

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("building").prefetch_related("operators")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff alone: nobody else has a desk to operate it from."""
        users = db_field.related_model.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs | {"queryset": users})

    @admin.display(description="Operators")
    def operated_by(self, organization: Organization) -> str:
        return ", ".join(sorted(user.get_username() for user in organization.operators.all())) or "superusers only"
