"""Fields for what the models keep as JSON: names in several languages, hours, days, dates, means of opening."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from visitor_portal.building.models import AUTH_TYPES

LANGUAGES = {"en": "English", **settings.TRANSLATED}
MOST_LETTERS, MOST_WORDS = 200, 2000


def _rendered(widget: Any, template: str, context: Mapping[str, Any], renderer: Any) -> SafeString:
    html: SafeString = widget._render(template, {"widget": context}, renderer)
    return html


# -- names in several languages


class LocalizedWidget(forms.MultiWidget):
    """English in sight, the other languages behind one word."""

    def __init__(self, *, multiline: bool = False) -> None:
        kind, more = (AdminTextareaWidget, {"rows": 3}) if multiline else (AdminTextInputWidget, {})
        self.kept: tuple[str, ...] = ()
        super().__init__({code: kind({"lang": code, "dir": "auto", **more}) for code in LANGUAGES})

    def decompress(self, value: Any) -> list[str]:
        return [value.get(code, "") if isinstance(value, Mapping) else "" for code in LANGUAGES]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        inputs = [
            {
                "label": label,
                "id": part["attrs"].get("id"),
                "html": _rendered(self, part["template_name"], part, renderer),
                "is_filled": bool(part["value"]),
            }
            for label, part in zip(LANGUAGES.values(), parts, strict=True)
        ]
        is_open = not inputs[0]["is_filled"] and any(part["is_filled"] for part in inputs)
        context = {"english": inputs[0], "others": inputs[1:], "kept": self.kept, "is_open": is_open}
        return render_to_string("admin/building/widgets/localized.html", context)


class LocalizedField(forms.MultiValueField):
    """`{"en": "Lobby"}` as one input for each language. Other languages are left as they are."""

    default_error_messages = {"required": "Write it in one language at least."}

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        most = MOST_WORDS if multiline else MOST_LETTERS
        parts = [forms.CharField(required=False, max_length=most) for _ in LANGUAGES]
        self._kept: dict[str, str] = {}
        super().__init__(parts, require_all_fields=False, widget=LocalizedWidget(multiline=multiline), **kwargs)

    def keep(self, value: object) -> None:
        """Take over what this value says in languages that have no input here."""
        self._kept = {k: v for k, v in value.items() if k not in LANGUAGES} if isinstance(value, Mapping) else {}
        self.required = self.required and not self._kept
        self.widget.kept = tuple(self._kept)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        given = dict(zip(LANGUAGES, data_list, strict=True)) if data_list else {}
        return {code: text for code, text in given.items() if text} | self._kept


class DeskForm(forms.ModelForm):
    """The form of every page: it hands its fields what they have to keep."""

    also_saves: tuple[str, ...] = ()  # what it writes without a field of that name

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, LocalizedField):
                field.keep(getattr(self.instance, name, None))


# -- what is written and never read


def write_only(field: forms.Field, *, is_set: bool, is_readable: bool = True) -> None:
    """Rendered empty, always; the hint says whether there is something."""
    said = "Set. Leave empty to keep it." if is_set else "Not set."
    if not is_readable:
        said = "It was set, and can't be read any more: the installation's key is another one. Enter it again."
    field.widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"})
    field.help_text = f"{field.help_text} {said}".strip()


# -- hours, days, dates


class LinesField(forms.CharField):
    """A list, one to a line."""

    widget = AdminTextareaWidget({"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.empty_values = ["", None, [], ()]

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        return [self._read(number, line) for number, line in enumerate(lines, 1) if line]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(self._written, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True

    def _read(self, number: int, line: str) -> object:
        raise NotImplementedError

    def _written(self, item: Any) -> str:
        return str(item)


class HoursField(LinesField):
    """`23:00–05:59` a line, as `[{"start": "23:00", "end": "05:59"}]`."""

    _LINE = re.compile(r"((?:[01]?\d|2[0-3]):[0-5]\d)\s*(?:-|–|—|to)\s*((?:[01]?\d|2[0-3]):[0-5]\d)", re.ASCII)

    def _read(self, number: int, line: str) -> object:
        found = self._LINE.fullmatch(line)
        if not found:
            raise ValidationError(f"Line {number}, “{line[:40]}”, is no span of hours. Write it as 23:00–05:59.")
        return {"start": found[1].zfill(5), "end": found[2].zfill(5)}

    def _written(self, item: Any) -> str:
        return f"{item['start']}–{item['end']}" if isinstance(item, Mapping) else str(item)


class DatesField(LinesField):
    """A date a line, as `["2026-12-24"]`: sorted, each once."""

    def to_python(self, value: Any) -> Any:
        return sorted(set(super().to_python(value)))

    def _read(self, number: int, line: str) -> object:
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", line, re.ASCII):
                return date.fromisoformat(line).isoformat()
        except ValueError:
            pass
        raise ValidationError(f"Line {number}, “{line[:40]}”, is no date. Write it as 2026-12-24.")


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Checkboxes from Monday on; kept as the models do, with Sunday as 0."""

    _DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

    def __init__(self, **kwargs: Any) -> None:
        choices = [(day, self._DAYS[day]) for day in (1, 2, 3, 4, 5, 6, 0)]
        super().__init__(choices=choices, coerce=int, empty_value=[], widget=forms.CheckboxSelectMultiple, **kwargs)

    def clean(self, value: Any) -> Any:
        return sorted(super().clean(value))


# -- means of opening

_BY_PHONE = {
    "REMOTE": "Opens from the link or the app (REMOTE)",
    "REMOTE_PLUS_PHONE": "Opens from the link or the app, with the PIN (REMOTE_PLUS_PHONE)",
    "SCAN": "Opens after scanning the sticker at the door (SCAN)",
    "SCAN_PLUS_PHONE": "Opens after scanning the sticker, with the PIN (SCAN_PLUS_PHONE)",
}
_AT_THE_DOOR = {
    "SCAN_PLUS_KEYPAD": "Sticker, and a PIN at the keypad (SCAN_PLUS_KEYPAD)",
    "CARD": "Card at the reader (CARD)",
    "CARD_PLUS_PIN": "Card, and a PIN at the keypad (CARD_PLUS_PIN)",
    "CARD_PLUS_PHONE": "Card, confirmed on the phone (CARD_PLUS_PHONE)",
    "PIN": "PIN at the keypad (PIN)",
    "KEY_CARD": "Key card at the reader (KEY_CARD)",
    "KEY_CARD_PLUS_PIN": "Key card, and a PIN at the keypad (KEY_CARD_PLUS_PIN)",
    "PASSCODE": "Passcode at the keypad (PASSCODE)",
    "REX": "Button beside the door (REX)",
}
AUTH_LABELS = {name: (_BY_PHONE | _AT_THE_DOOR).get(name, name) for name in AUTH_TYPES}


class AuthTypesWidget(forms.CheckboxSelectMultiple):
    """What a phone can do in sight; what only a reader or keypad can do behind one word."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]

        def some(names: Mapping[str, str]) -> SafeString:
            groups = [group for group in widget["optgroups"] if group[1][0]["value"] in names]
            return _rendered(self, self.template_name, widget | {"optgroups": groups}, renderer)

        rest = {name: label for name, label in AUTH_LABELS.items() if name not in _BY_PHONE}
        chosen = set(value or ()) & set(rest)
        context = {"by_phone": some(_BY_PHONE), "at_the_door": some(rest), "is_open": bool(chosen)}
        return render_to_string("admin/building/widgets/auth_types.html", context)


class AuthTypesField(forms.MultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(AUTH_LABELS.items()), required=False, widget=AuthTypesWidget, **kwargs)
