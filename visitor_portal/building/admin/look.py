"""How the desk shows fields, and whose hours it keeps."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from visitor_portal.building.models import Building

from .fields import DeskForm, LocalizedField

# Where the models leave something to say
LABELS = {"image_url": "Image address", "is_enabled": "Enabled", "wifi_networks": "Wi-Fi networks"}
HELPS = {
    "building": "The building that it belongs to.",
    "door": "The door that this is about.",
    "resident": "The resident that this is about.",
}
_UP = ("building", "door", "access", "portal", "invite")  # where a thing says to which building it belongs


def building_of(thing: Any) -> Building | None:
    if thing is None or isinstance(thing, Building):
        return thing
    return building_of(next((getattr(thing, name) for name in _UP if hasattr(thing, name)), None))


def zone_of(thing: Any = None) -> str:
    """The hours of the building that this belongs to; of all buildings when they agree; else UTC."""
    if building := building_of(thing):
        return building.time_zone
    zones = set(Building.objects.values_list("time_zone", flat=True))
    return zones.pop() if len(zones) == 1 else "UTC"


class Fields(admin.options.BaseModelAdmin):
    """How the desk shows fields, on pages and in the lists inside them."""

    form: type[forms.ModelForm] = DeskForm
    localized: tuple[str, ...] = ()
    localized_texts: tuple[str, ...] = ()  # those that may be longer than a line
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget({"rows": 4})},
        models.URLField: {"assume_scheme": "https"},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in (*self.localized, *self.localized_texts):
            is_long = db_field.name in self.localized_texts
            return LocalizedField(
                multiline=is_long,
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text,
                required=not db_field.blank,
            )
        if isinstance(db_field, models.ManyToManyField):
            kwargs["widget"] = forms.CheckboxSelectMultiple()
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field if field is None else _said(field, db_field)


def _said(field: Any, db_field: Any) -> Any:
    if isinstance(field.widget, RelatedFieldWidgetWrapper):
        field.widget = field.widget.widget  # a thing is added on its own page
    field.label = LABELS.get(db_field.name, field.label)
    field.help_text = field.help_text or HELPS.get(db_field.name, "")
    if db_field.name == "building" and Building.objects.count() == 1:
        field.empty_label, field.initial = None, Building.objects.get()
    if isinstance(db_field, models.DateTimeField):
        field.help_text = f"{field.help_text} {times()}".strip()
    return field


def times() -> str:
    return f"Times are those of {timezone.get_current_timezone_name()}."


class SameBuilding(forms.BaseInlineFormSet):
    """Lines that may only name what belongs to the same building. `joins` is the field that names it."""

    joins: str

    def clean(self) -> None:
        super().clean()
        building = getattr(self.instance, "building_id", None)
        for form in self.forms:
            joined = getattr(form, "cleaned_data", {}).get(self.joins)
            if joined and building and joined.building_id != building:
                form.add_error(self.joins, "It belongs to another building.")


class Inside(Fields, admin.StackedInline):
    """Lines inside another thing's page."""

    extra = 0
