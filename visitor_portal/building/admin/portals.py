"""Portals: the signs at the doors, their QR codes, and new ones for worn or copied stickers."""

from io import BytesIO
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitor_portal.building import signs
from visitor_portal.building.models import Camera, Portal, in_english

from .base import Desk, command
from .look import Inside


class InUse(admin.SimpleListFilter):
    """Those whose sticker was replaced are shown only when somebody asks for them."""

    title, parameter_name = "sticker", "sticker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("retired", "Retired"), ("all", "All"))

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        return [{**first, "display": "In use"}, *rest]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(retired_at__isnull=self.value() != "retired")


def _in_use(portal: Portal) -> bool:
    return portal.retired_at is None


class CamerasInside(Inside):
    """What residents see of whoever rings from this sign, once they have answered."""

    model = Camera
    fields = ("label", "device_id", "position")


@admin.register(Portal)
class PortalAdmin(Desk):
    localized = ("name",)
    localized_texts = ("directory_message",)
    list_display = ("__str__", "door", "direction", "directory", "address", "in_use")
    list_filter = (InUse, "door", "direction")
    list_select_related = ("door",)
    inlines = (CamerasInside,)
    readonly_fields = ("address", "code", "printable", "retired_at")
    fieldsets = (
        (None, {"fields": ("door", "direction", "name")}),
        ("Directory", {"fields": ("directory", "directory_message")}),
    )
    _sticker = ("Sticker", {"fields": ("address", "code", "printable")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        now = ("Retired", {"fields": ("retired_at", "address")}) if obj.retired_at else self._sticker
        return (*self.fieldsets, now)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _in_use(obj))

    @admin.display(boolean=True, description="In use")
    def in_use(self, portal: Portal) -> bool:
        return _in_use(portal)

    # -- the sticker

    @admin.display(description="Address")
    def address(self, portal: Portal) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', signs.url_of(portal))

    @admin.display(description="QR code")
    def code(self, portal: Portal) -> SafeString:
        source = self.url("qr", portal)
        return format_html('<img class="desk-qr" src="{}" alt="The QR code of {}">', source, portal)

    @admin.display(description="On paper")
    def printable(self, portal: Portal) -> SafeString:
        return format_html('<a href="{}">Print sign</a>', self.url("sign", portal))

    def see_code(self, request: HttpRequest, portal: Portal) -> HttpResponse:
        drawn = BytesIO()
        signs.qr_code(signs.url_of(portal)).save(drawn, kind="svg", scale=8, light="white")
        return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")

    def see_sign(self, request: HttpRequest, portal: Portal) -> HttpResponse:
        return self.show(
            request,
            "portal/sign",
            portal,
            title="Sign",
            building=in_english(portal.door.building.name),
            address=signs.url_of(portal),
            code=self.url("qr", portal),
        )

    def get_urls(self) -> list[Any]:
        return [self.page("qr", self.see_code), self.page("sign", self.see_sign), *super().get_urls()]

    # -- buttons

    @command(
        "Rotate",
        "Make a new sticker in this one's place? The old one says at once that it is no longer in use.",
        offered=_in_use,
    )
    def rotate(self, request: HttpRequest, portal: Portal) -> HttpResponse:
        new = signs.rotate(portal, timezone.now())
        self.log_addition(request, new, f"In place of {portal.public_id}.")
        self.message_user(request, "Here is the new sticker. Print it, and take the old one off.", messages.SUCCESS)
        return HttpResponseRedirect(self.url("change", new))
