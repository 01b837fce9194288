"""Residents: who lives or works here, and the link that each of them was handed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from visitor_portal.building import residents
from visitor_portal.building.models import Resident

from .base import Desk, command
from .links import hand_over


@admin.register(Resident)
class ResidentAdmin(Desk):
    list_display = ("name", "building", "lives_at", "do_not_disturb")
    list_filter = ("building", "do_not_disturb")
    search_fields = ("name",)
    ordering = ("name", "id")
    readonly_fields = ("lives_at",)
    list_note = "A resident's link is shown once, when the resident is added or gets a new link."

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("building", "name", "email", "do_not_disturb", *(("lives_at",) if obj else ()))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("entries")

    @admin.display(description="Entries")
    def lives_at(self, resident: Resident) -> str:
        return ", ".join(sorted(map(str, resident.entries.all()))) or "none yet"

    # -- the link to hand over

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            request.link_to_hand_over = residents.new_link(obj)  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._hand_over(request, obj, request.link_to_hand_over)  # type: ignore[attr-defined]

    @command("New link", "Make a new link? The one before stops working at once.")
    def new_link(self, request: HttpRequest, resident: Resident) -> HttpResponse:
        return self._hand_over(request, resident, residents.new_link(resident))

    def _hand_over(self, request: HttpRequest, resident: Resident, link: str) -> HttpResponse:
        words = "Whoever opens it is taken for this resident: it rings there, and it opens doors."
        return hand_over(self, request, resident, link, words)
