"""Openers and lights: what a driver moves. Each driver brings its own fields; its secrets are written, never read."""

import copy
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.models import Actuator, Door, Light, Opener
from visitor_portal.building.models.sealed import seal, unseal

from .base import Desk
from .fields import DeskForm, write_only

PREFIX, CLEAR = "settings", "clear"
DRIVER_LABELS = {
    "simulated": "Simulated",
    "http": "Web address (HTTP)",
    "mqtt": "MQTT broker",
    "entryfy": "Entryfy door",
}


def label_of(driver: str) -> str:
    return DRIVER_LABELS.get(driver, driver)


def _hidden(actuator: Actuator) -> dict[str, Any] | None:
    """Its secrets; None when they were sealed with another key and nobody can read them any more."""
    try:
        return unseal(actuator.sealed)
    except InvalidToken:
        return None


class ActuatorForm(DeskForm):
    """The form of one driver: what it asks for stands beside the fields of every opener."""

    also_saves = ("settings", "sealed")
    driver_name = door_id = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.instance.door_id, self.instance.driver = self.door_id, self.driver_name
        self.hidden = _hidden(self.instance)
        for name in self.driver_fields(self.driver_name):
            field = self.fields[f"{PREFIX}-{name}"]
            if name in self.secrets:
                self._hide(name, field)
            else:
                field.initial = (self.instance.settings or {}).get(name, field.initial)

    @staticmethod
    def driver_fields(driver: str) -> dict[str, forms.Field]:
        return DRIVERS[driver].Settings.base_fields if driver in DRIVERS else {}

    @property
    def secrets(self) -> frozenset[str]:
        return DRIVERS[self.driver_name].secrets if self.driver_name in DRIVERS else frozenset()

    def _hide(self, name: str, field: forms.Field) -> None:
        is_set = bool((self.hidden or {}).get(name))
        write_only(field, is_set=is_set, is_readable=self.hidden is not None)
        field.required = field.required and not is_set
        if not is_set:
            del self.fields[f"{CLEAR}-{name}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.driver_name not in DRIVERS:
            raise forms.ValidationError(f"There is no driver {self.driver_name!r} any more. Delete this one.")
        self.inner = DRIVERS[self.driver_name].Settings(self.data, prefix=PREFIX)
        for name, field in self.inner.fields.items():
            field.required = self.fields[f"{PREFIX}-{name}"].required
        for name, errors in self.inner.errors.get_json_data().items():
            there = f"{PREFIX}-{name}" if name in self.inner.fields else None
            if there not in self.errors:
                self.add_error(there, [error["message"] for error in errors])
        return cleaned

    def save(self, commit: bool = True) -> Any:
        cleared = {name for name in self.secrets if self.cleaned_data.get(f"{CLEAR}-{name}")}
        kept = {name: value for name, value in (self.hidden or {}).items() if name not in cleared}
        self.instance.sealed = seal(kept)
        self.instance.keep(self.inner.cleaned_data, self.secrets)
        return super().save(commit)


def form_for(driver: str, door_id: str) -> type[ActuatorForm]:
    fields: dict[str, Any] = {"driver_name": driver, "door_id": door_id}
    for name, field in ActuatorForm.driver_fields(driver).items():
        fields[f"{PREFIX}-{name}"] = _in_the_look(name, field)
        if name in DRIVERS[driver].secrets:
            label = f"Forget the {str(field.label or name).lower()}"
            fields[f"{CLEAR}-{name}"] = forms.BooleanField(
                label=label, required=False, help_text="Tick to remove it."
            )
    return type("DriverForm", (ActuatorForm,), fields)


def _in_the_look(name: str, field: forms.Field) -> forms.Field:
    field = copy.deepcopy(field)
    field.label = field.label or pretty_name(name)
    if type(field.widget) is forms.TextInput:
        field.widget.attrs["class"] = "vTextField"
    elif type(field.widget) is forms.Textarea:
        field.widget.attrs |= {"class": "vLargeTextField", "rows": 4}
    return field


class ChooseForm(forms.Form):
    """The first step: which door, and how it is reached."""

    door = forms.ModelChoiceField(Door.objects.all(), help_text="The door that it belongs to.")
    driver = forms.ChoiceField(help_text="How it is reached. This can't be changed later.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["driver"].choices = [(name, label_of(name)) for name in DRIVERS]  # type: ignore[attr-defined]


class ActuatorAdmin(Desk):
    """Reached through its door, and led back there."""

    own_fields: tuple[str, ...] = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    # -- the form of its driver

    def _driver(self, request: HttpRequest, obj: Any) -> str:
        return obj.driver if obj else request.GET.get("driver", "")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["form"] = form_for(self._driver(request, obj), request.GET.get("door", ""))
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        driver = self._driver(request, obj)
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": ("at_door", "by_driver", *self.own_fields, "shown")})]
        asked: list[str] = []
        for name in ActuatorForm.driver_fields(driver):
            asked.append(f"{PREFIX}-{name}")
            if obj and name in DRIVERS[driver].secrets and (_hidden(obj) or {}).get(name):
                asked.append(f"{CLEAR}-{name}")
        own = (None, {"fields": ("at_door", "by_driver", *self.own_fields)})
        return [own, (label_of(driver), {"fields": asked})] if asked else [own]

    readonly_fields = ("at_door", "by_driver", "shown")

    @admin.display(description="Settings")
    def shown(self, thing: Any) -> str:
        """To somebody who may only look. What is secret is not among them."""
        return "; ".join(f"{name}: {value}" for name, value in thing.settings.items() if value not in ("", None))

    @admin.display(description="Door")
    def at_door(self, thing: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', _door_url(thing.door_id), thing.door)

    @admin.display(description="Driver")
    def by_driver(self, thing: Any) -> str:
        return label_of(thing.driver)

    # -- adding one: its door and its driver first

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        chosen = ChooseForm(request.GET)
        if chosen.is_valid():
            return super().add_view(request, form_url, extra_context)
        form = ChooseForm(initial=request.GET.dict())
        title = f"Add {self.opts.verbose_name}: where, and how?"
        return self.show(request, "actuator/choose", None, title=title, form=form)

    # -- and back to the door

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(_door_url(obj.door_id))

    response_post_save_change = response_post_save_add

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        thing: Any = self.get_object(request, unquote(object_id))
        answer = super().delete_view(request, object_id, extra_context)
        is_done = thing and isinstance(answer, HttpResponseRedirect)
        return HttpResponseRedirect(_door_url(thing.door_id)) if is_done else answer


def _door_url(door: str) -> str:
    return reverse("admin:building_door_change", args=[quote(door)])


@admin.register(Opener)
class OpenerAdmin(ActuatorAdmin):
    own_fields = ("position", "label")


@admin.register(Light)
class LightAdmin(ActuatorAdmin):
    own_fields = ("label", "auto_off_seconds")
    localized = ("label",)


class ActuatorInside(admin.TabularInline):
    """What the door has, each with the way to its settings."""

    extra = max_num = 0
    can_delete = False
    template = "admin/building/door/actuators.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="driver")
    def by_driver(self, thing: Any) -> str:
        return label_of(thing.driver)

    @admin.display(description="settings")
    def way_to_settings(self, thing: Any) -> SafeString:
        url = reverse(f"admin:building_{self.opts.model_name}_change", args=[quote(thing.pk)])
        return format_html('<a href="{}">Settings</a>', url)


class OpenersInside(ActuatorInside):
    model = Opener
    fields = readonly_fields = ("position", "label", "by_driver", "way_to_settings")


class LightsInside(ActuatorInside):
    model = Light
    fields = readonly_fields = ("called", "by_driver", "auto_off_seconds", "way_to_settings")

    @admin.display(description="label")
    def called(self, light: Light) -> str:
        return str(light)
