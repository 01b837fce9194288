"""Wi-Fi networks that invites show their guests."""

from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.contrib import admin
from django.http import HttpRequest

from visitor_portal.building.models import WifiNetwork
from visitor_portal.building.models.sealed import seal, unseal

from .base import Desk
from .fields import DeskForm, write_only


class WifiForm(DeskForm):
    also_saves = ("sealed",)
    password = forms.CharField(
        required=False, strip=False, max_length=63, help_text="Shown to guests while their invite is active."
    )
    forget_password = forms.BooleanField(required=False, help_text="Tick to remove the password that is set.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write_only(self.fields["password"], is_set=bool(self.instance.sealed), is_readable=self._is_readable())

    def _is_readable(self) -> bool:
        try:
            unseal(self.instance.sealed)
        except InvalidToken:
            return False
        return True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        security, password = cleaned.get("security"), cleaned.get("password")
        if security == WifiNetwork.Security.WPA_PSK and password and len(password) < 8:
            self.add_error("password", "A WPA password has at least 8 characters.")
        if security == WifiNetwork.Security.OPEN and password:
            self.add_error("password", "An open network has none.")
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if password := self.cleaned_data["password"]:
            self.instance.sealed = seal({"password": password})
        elif self.cleaned_data.get("forget_password") or self.cleaned_data["security"] == WifiNetwork.Security.OPEN:
            self.instance.sealed = ""
        return super().save(commit)


@admin.register(WifiNetwork)
class WifiAdmin(Desk):
    form = WifiForm
    list_display = ("ssid", "building", "security", "has_password", "hidden", "notes", "priority")
    list_filter = ("building", "security")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        password = ("password", "forget_password") if obj and obj.sealed else ("password",)
        own = ("building", "ssid", "security", "username", *password)
        return [(None, {"fields": own}), ("Beside it", {"fields": ("hidden", "notes", "priority")})]

    @admin.display(boolean=True, description="Password set")
    def has_password(self, network: WifiNetwork) -> bool:
        return bool(network.sealed)
