"""Buildings and doors."""

import secrets
import time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitor_portal.building import access_log, desk, lights, reach
from visitor_portal.building.models import Building, Door

from .actuators import LightsInside, OpenersInside
from .base import Desk, command
from .fields import DatesField, DeskForm, HoursField, WeekdaysField


class BrandingField(forms.JSONField):
    """An object, or nothing at all."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not isinstance(value, dict):
            raise forms.ValidationError('Write it as {"color": "#004d40"}.')


class BuildingForm(DeskForm):
    branding = BrandingField(
        required=False,
        widget=AdminTextareaWidget({"rows": 3}),
        help_text='Passed on to clients as it is, as {"color": "#004d40"}.',
    )
    curfew_windows = HoursField(
        required=False, help_text="Hours in which no invite opens, one span a line, as 23:00–05:59. Empty: none."
    )
    allowed_weekdays = WeekdaysField(
        required=False, help_text="Days on which invites open. None ticked means every day."
    )
    blackout_dates = DatesField(
        required=False, help_text="Dates on which no invite opens, one a line, as 2026-12-24. Empty: none."
    )


@admin.register(Building)
class BuildingAdmin(Desk):
    form = BuildingForm
    localized = ("name",)
    localized_texts = ("address", "notes")
    list_display = ("__str__", "time_zone", "min_interval_ms")
    fieldsets = (
        (None, {"fields": ("name", "address", "notes", "image_url", "branding")}),
        ("Hours and rates", {"fields": ("time_zone", "min_interval_ms")}),
        ("When no invite opens", {"fields": ("curfew_windows", "allowed_weekdays", "blackout_dates")}),
    )


class DoorForm(DeskForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        until = cleaned.get("hold_until")
        is_held = cleaned.get("hold") != Door.Hold.NORMAL
        if until and is_held and "hold_until" in self.changed_data and until <= timezone.now():
            self.add_error("hold_until", "That is over already. Give a time to come, or none.")
        return cleaned


@admin.register(Door)
class DoorAdmin(Desk):
    form = DoorForm
    change_form_template = "admin/building/door/change_form.html"
    localized = ("name",)
    list_display = ("__str__", "building", "entry_kind", "connected", "held", "contact")
    list_filter = ("building", "hold", "connected")
    has_times = True
    inlines = (OpenersInside, LightsInside)
    readonly_fields = ("reachable_now", "contact", "held")
    fieldsets = (
        (None, {"fields": ("building", "name", "entry_kind", "image_url", "connected", "open_seconds")}),
        ("Hold", {"fields": ("hold", "hold_reason", "hold_until", "held")}),
        ("Now", {"fields": ("reachable_now", "contact")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.fieldsets[:2]

    # -- as it is now

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"hold", "hold_until"} & set(form.changed_data):  # another word: the lock is told at once
            Door.objects.filter(id=obj.id).update(hold_tried_at=None)

    @admin.display(description="Held")
    def held(self, door: Door) -> str:
        return desk.hold_in_words(door, timezone.now()) or "Not held"

    @admin.display(description="Contact")
    def contact(self, door: Door) -> str:
        return {True: "stands open", False: "is shut"}.get(door.is_seen_open, "has said nothing")  # type: ignore[arg-type]

    @admin.display(description="Reachable")
    def reachable_now(self, door: Door) -> SafeString:
        return format_html('<a href="{}">Ask the lock now</a> (it may take seconds)', self.url("reachable", door))

    def see_reachable(self, request: HttpRequest, door: Door) -> HttpResponse:
        started = time.monotonic()
        answers = reach.reachable(door)
        milliseconds = round((time.monotonic() - started) * 1000)
        title = "Reachable now" if answers else "Out of reach now"
        return self.show(request, "door/reachable", door, title=title, answers=answers, milliseconds=milliseconds)

    def see_attempt(self, request: HttpRequest, door: Door, attempt: str) -> HttpResponse:
        """What came of one attempt, as far as it is known by now."""
        found = access_log.load(attempt)
        if not found.rows or found.last.door != door.id:
            raise Http404
        return self.show(
            request,
            "door/attempt",
            door,
            title="What came of it",
            attempt=found,
            outcome=desk.what_came_of(found),
            contact=desk.what_the_contact_saw(found),
        )

    def get_urls(self) -> list[Any]:
        return [
            self.page("reachable", self.see_reachable),
            self.page("attempt", self.see_attempt, "<str:attempt>/"),
            *super().get_urls(),
        ]

    # -- buttons

    @command("Test-fire", "Open it now? The lock moves at once, whatever holds it closed. It is written to the log.")
    def test_fire(self, request: HttpRequest, door: Door) -> HttpResponse:
        key = request.POST.get("key") or secrets.token_urlsafe(16)
        attempt = desk.test_fire(door, user=request.user.get_username(), now=timezone.now(), key=key)
        return HttpResponseRedirect(self.url("attempt", door, attempt.id))

    @command("Lights on", "Turn its lights on now? They go off by themselves.", offered=lambda d: d.lights.exists())
    def lights_on(self, request: HttpRequest, door: Door) -> None:
        lit = lights.turn_on(door, now=timezone.now())
        said = ", ".join(f"{seconds} s" if seconds else "until they are turned off" for seconds in lit.values())
        self.message_user(request, f"The lights are on ({said}).", messages.SUCCESS)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if door := kwargs.get("obj"):
            for kind in ("opener", "light"):
                if request.user.has_perm(f"building.add_{kind}"):
                    url = reverse(f"admin:building_{kind}_add")
                    context[f"add_{kind}_url"] = f"{url}?door={quote(door.pk)}"
        return super().render_change_form(request, context, *args, **kwargs)
