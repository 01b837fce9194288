"""The access log, and what else the building writes by itself: visits, and counts of old openings."""

import csv
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from visitor_portal.building.models import (
    AccessLog,
    Door,
    Invite,
    OpeningCount,
    Resident,
    Session,
    in_english,
)

from . import words
from .base import ReadOnly
from .cells import safe
from .look import zone_of


class ByState(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("ends", "How each attempt ended"), *((str(state), label) for state, label in words.STATES.items()))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "ends":
            return queryset.filter(state__in=AccessLog.ENDS)
        return queryset.filter(state=self.value()) if self.value() else queryset


class ByDoor(admin.SimpleListFilter):
    title, parameter_name = "door", "door"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(door.id, str(door)) for door in Door.objects.all()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(door=self.value()) if self.value() else queryset


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnly):
    change_list_template = "admin/building/accesslog/change_list.html"
    list_display = ("time", "at_door", "who", "direction", "what", "why", "milliseconds")
    list_filter = (ByState, ByDoor)
    search_fields = ("=attempt",)
    search_help_text = "An attempt's id shows all its steps."
    show_full_result_count = False
    has_times = True
    list_note = "Nobody can change this log: “manage.py verify_log” proves it, or names the first bad row."
    fields = (
        *("time", "at_door", "who", "direction", "what", "why", "milliseconds", "auth_type"),
        *("attempt", "step", "sequence", "portal", "session", "guest", "hash"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """The log holds ids. Their names come along, as far as somebody by that id is still there."""

        def named(model: Any, by: str, field: str) -> Subquery:
            return Subquery(model.objects.filter(id=OuterRef(by)).values(field)[:1])

        return (
            super()
            .get_queryset(request)
            .annotate(
                door_name=named(Door, "door", "name"),
                resident_name=named(Resident, "resident", "name"),
                invite_name=named(Invite, "invite", "name"),
                contact_name=named(Invite, "invite", "contact_name"),
            )
        )

    @admin.display(description="Time", ordering="at")
    def time(self, row: AccessLog) -> str:
        return f"{localtime(row.at):%d %b %Y %H:%M:%S}"

    @admin.display(description="Door")
    def at_door(self, row: Any) -> str:
        return in_english(row.door_name) if row.door_name else row.door

    @admin.display(description="Who")
    def who(self, row: Any) -> str:
        """A resident, an invite, somebody at the desk; else what held the door."""
        if row.resident:
            return row.resident_name or f"resident {row.resident}"
        if row.invite:
            return f"invite: {row.invite_name or row.contact_name or row.invite}"
        if row.guest.startswith("desk:"):
            return f"desk: {row.guest.removeprefix('desk:')}"
        return {"HOLD": "held open", "RELEASE": "let go"}.get(row.auth_type, "a visitor")

    @admin.display(description="What", ordering="state")
    def what(self, row: Any) -> str:
        return words.STATES[row.state]

    @admin.display(description="Reason", ordering="reason")
    def why(self, row: Any) -> str:
        return words.reason(row.reason)

    # -- as a file

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_safe(self.export))
        return [path("export/", view, name=f"{self._stem}_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse:
        """What the list shows with its filters, whole."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            raise Http404 from None
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="access-log.csv"'
        with timezone.override(zone_of()):
            write = csv.writer(answer).writerow
            write(["time", "door", "who", "direction", "state", "reason", "ms", "attempt", "step", "hash"])
            for row in rows.iterator(1000):
                write(map(safe, self._cells(row)))
        return answer

    def _cells(self, row: Any) -> list[Any]:
        at = localtime(row.at).isoformat(timespec="milliseconds")
        said = [at, self.at_door(row), self.who(row), row.direction, row.state, row.reason]
        return [*said, "" if row.milliseconds is None else row.milliseconds, row.attempt, row.step, row.hash]


@admin.register(Session)
class SessionAdmin(ReadOnly):
    """Visits. What proves who calls or answers is not shown."""

    list_display = ("created_at", "portal", "entry", "mode", "stands", "answered_by", "door_opened")
    list_filter = ("mode", "state", "door_opened")
    list_select_related = ("portal", "entry", "answered_by")
    date_hierarchy = "created_at"
    has_times = True
    list_note = "Visits: each is one call from a sign to an entry."
    fields = (
        *("created_at", "portal", "entry", "mode", "stands", "expires_at", "answered_at", "answered_by"),
        *("ended_at", "door_opened"),
    )

    @admin.display(description="State", ordering="state")
    def stands(self, session: Session) -> str:
        return session.state_at(timezone.now())


@admin.register(OpeningCount)
class OpeningCountAdmin(ReadOnly):
    list_display = ("month", "at_door", "what", "count")
    list_filter = (ByDoor,)
    ordering = ("-month", "door", "state")
    list_note = (
        "What stays of the access log when its oldest rows are dropped: how many attempts ended how. "
        "Test-fires and holds are not counted."
    )
    fields = ("month", "at_door", "what", "count")

    def get_queryset(self, request: HttpRequest) -> Any:
        name = Subquery(Door.objects.filter(id=OuterRef("door")).values("name")[:1])
        return super().get_queryset(request).annotate(door_name=name)

    @admin.display(description="Door", ordering="door")
    def at_door(self, row: Any) -> str:
        return in_english(row.door_name) if row.door_name else row.door

    @admin.display(description="Ended", ordering="state")
    def what(self, row: Any) -> str:
        return words.STATES[row.state]
