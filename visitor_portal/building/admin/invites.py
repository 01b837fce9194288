"""Invites: a link for a guest, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from visitor_portal.building import asking, invites
from visitor_portal.building.models import Access, Invite

from . import words
from .invite_buttons import InviteButtons
from .invite_forms import InviteForm, link_of

STATES = {
    "active": "active",
    "scheduled": "begins later",
    "max_devices_reached": "active, on as many phones as it may be",
    "expired": "over",
    "disabled": "switched off",
    "revoked": "revoked",
}


class Standing(admin.SimpleListFilter):
    title, parameter_name = "state", "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        asking = (("asked", "Asking for more time"), ("phone", "Asking for one more phone"))
        return (("live", "Active or to begin"), *asking, ("over", "Over, off or revoked"))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "asked":
            return queryset.filter(asked__gt=0)
        if self.value() == "phone":
            return queryset.filter(phones_asking__gt=0)
        over = Q(access__valid_to__lte=timezone.now()) | ~Q(access__status=Access.Status.READY)
        over |= Q(is_enabled=False) | Q(revoked_at__isnull=False)
        return {"live": queryset.exclude(over), "over": queryset.filter(over)}.get(self.value() or "", queryset)


@admin.register(Invite)
class InviteAdmin(InviteButtons):
    form = InviteForm
    localized_texts = ("message", "event_address")
    list_display = ("__str__", "host", "stands", "used", "on_phones", "ends", "asks")
    list_filter = (Standing, "audience", "access__doors__door")
    search_fields = ("name", "contact_name", "contact_email", "contact_phone", "host__name")
    autocomplete_fields = ("host",)
    ordering = ("-created_at",)
    has_times = True
    list_note = "An invite's link is shown once, when it is made or renewed."
    readonly_fields = (
        "renewals",
        "more_phones",
        "mailed",
        "stands",
        "holds",
        "used",
        "on_phones",
        "taken_by",
        "photo_now",
        "at_building",
        *("at_doors", "begins", "ends"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return self._shown(obj)
        where = "at_building" if obj else "building"
        pin = ("pin", "forget_pin") if obj and obj.pin_hash else ("pin",)
        photo = ("photo_now", "new_photo", "forget_photo") if obj and obj.photo else ("new_photo",)
        now = ("stands", "holds", "renewals", "used", "on_phones", "more_phones", "taken_by", "mailed")
        contact = ("contact_name", "contact_email", "contact_phone", "locale")
        return [
            *([("Now", {"fields": now})] if obj else []),
            (None, {"fields": (where, "name", "host", "message")}),
            ("Doors", {"fields": ("doors", "order", "auth_types")}),
            ("When", {"fields": ("valid_from", "valid_to", "schedule", "exception", "curfew_exempt")}),
            ("Guest", {"fields": ("audience", *contact, "send")}),
            (
                "Proofs and limits",
                {"fields": (*pin, "require_verified_phone", "max_uses", "max_devices", "is_enabled")},
            ),
            ("What the guest sees", {"fields": ("location_mode", "event_address", "wifi_networks", *photo)}),
        ]

    def _shown(self, invite: Invite) -> list[Any]:
        """To somebody who may only look: what the form would hold is read off the access."""
        now = ("stands", "holds", "renewals", "used", "on_phones", "more_phones", "taken_by", "mailed")
        said = ("at_building", "name", "host", "message", "at_doors", "begins", "ends")
        guest = ("contact_name", "contact_email", "contact_phone", "max_uses", "max_devices", "is_enabled")
        photo = ("photo_now",) if invite.photo else ()
        return [("Now", {"fields": now}), (None, {"fields": (*said, *guest, *photo)})]

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).select_related("access__building", "host").defer("photo")
        asked = Count("renewals", filter=Q(renewals__answered_at=None), distinct=True)
        wanted = Count("device_requests", filter=Q(device_requests__answered_at=None), distinct=True)
        return found.annotate(phones=Count("devices", distinct=True), asked=asked, phones_asking=wanted)

    # -- as it is now

    @admin.display(description="State")
    def stands(self, invite: Invite) -> str:
        return STATES[invites.state_of(invite, None, timezone.now())]

    @admin.display(description="When")
    def holds(self, invite: Invite) -> str:
        return words.when_it_holds(invite.access, timezone.now())

    @admin.display(description="Opened", ordering="uses")
    def used(self, invite: Invite) -> str:
        return f"{invite.uses} of {invite.max_uses}" if invite.max_uses is not None else str(invite.uses)

    @admin.display(description="Phones")
    def on_phones(self, invite: Any) -> str:
        return f"{invite.phones} of {invite.max_devices}" if invite.max_devices is not None else str(invite.phones)

    @admin.display(description="Doors")
    def at_doors(self, invite: Invite) -> str:
        return ", ".join(str(grant.door) for grant in invites.grants(invite)) or "none"

    @admin.display(description="Begins")
    def begins(self, invite: Invite) -> str:
        return words.moment(invite.access.valid_from) if invite.access.valid_from else "at once"

    @admin.display(description="Ends", ordering="access__valid_to")
    def ends(self, invite: Invite) -> str:
        return words.moment(invite.access.valid_to) if invite.access.valid_to else "never"

    @admin.display(description="Asks for")
    def asks(self, invite: Any) -> str:
        wishes = {"more time": invite.asked, "one more phone": invite.phones_asking}
        return ", ".join(wish for wish, number in wishes.items() if number)

    @admin.display(description="Asked for more time")
    def renewals(self, invite: Invite) -> str:
        """What guests wrote. A later end answers them."""
        asked = invite.renewals.order_by("-at")[:20]
        lines = [
            (words.moment(r.at), r.note, "answered" if r.answered_at else "a later end answers it") for r in asked
        ]
        return format_html_join(SafeString("<br>"), "{}: “{}”, {}", lines) or "no"

    @admin.display(description="Asked for one more phone")
    def more_phones(self, invite: Invite) -> str:
        """The host is asked by e-mail; the buttons of this page answer, too."""
        asked = invite.device_requests.order_by("-asked_at")[:20]
        now = timezone.now()
        said = {"asked": "not answered yet", "void": "not answered while the invite held"}
        lines = ((words.moment(r.asked_at), said.get(state := asking.state_of(r, now), state)) for r in asked)
        return format_html_join(SafeString("<br>"), "{}: {}", lines) or "no"

    @admin.display(description="Last letter")
    def mailed(self, invite: Invite) -> str:
        return words.moment(invite.mailed_at) if invite.mailed_at else "none was sent from here"

    @admin.display(description="Taken by")
    def taken_by(self, invite: Invite) -> str:
        return ", ".join(claim.resident.name for claim in invite.claims.select_related("resident")) or "no resident"

    @admin.display(description="Building")
    def at_building(self, invite: Invite) -> str:
        return str(invite.access.building)

    @admin.display(description="Photo now")
    def photo_now(self, invite: Invite) -> SafeString:
        return format_html('<img class="desk-photo" src="{}" alt="The invite\'s photo">', self.url("photo", invite))

    def see_photo(self, request: HttpRequest, invite: Invite) -> HttpResponse:
        if not invite.photo:
            raise Http404
        return HttpResponse(bytes(invite.photo), content_type="image/jpeg")

    def get_urls(self) -> list[Any]:
        return [self.page("photo", self.see_photo), *super().get_urls()]

    # -- saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            form.change()
        else:
            request.token_to_hand_over = form.issue()  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.access.delete()  # it belongs to the invite, and takes it along

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        Access.objects.filter(invite__in=list(queryset)).delete()

    # -- the link to hand over, and the letter

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        request.invite_made = obj  # type: ignore[attr-defined]
        return HttpResponse()  # in its place comes what is made when all is committed

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        request.invite_changed = obj  # type: ignore[attr-defined]
        return super().response_change(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Letters go out after the commit: no mail server is waited for while the database is locked."""
        answer = super().changeform_view(request, *args, **kwargs)
        if made := getattr(request, "invite_made", None):
            return self._in_its_hours(made, lambda: self._hand_over_made(request, made))
        changed = getattr(request, "invite_changed", None)
        if changed and "send" in request.POST and changed.revoked_at is None:
            self.say_whether_told(request, self._as_kept(changed))
        return answer

    def _hand_over_made(self, request: HttpRequest, invite: Invite) -> HttpResponse:
        token: str = request.token_to_hand_over  # type: ignore[attr-defined]
        if "send" not in request.POST:
            return self.hand_over(request, invite, link_of(token))
        return self.hand_over(request, invite, link_of(token), self.sent(self._as_kept(invite), token))

    def _as_kept(self, invite: Invite) -> Invite:
        return Invite.objects.select_related("access__building").defer("photo").get(id=invite.id)
