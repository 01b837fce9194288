from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from visitor_portal import seals


class CallForm(forms.Form):
    """Whom to ring and how: the button's value is `mode.target`."""

    call = forms.RegexField(r"^(voice|video)\.([A-Za-z0-9_-]{1,128})$")
    seal = forms.CharField(max_length=200)

    def __init__(self, data: Any, *, public_portal_id: str) -> None:
        super().__init__(data)
        self.about = public_portal_id

    def clean_seal(self) -> str:
        """The nonce of a token that this sign's page made."""
        try:
            return seals.nonce(self.cleaned_data["seal"], "call", self.about)
        except seals.OldSeal as error:
            raise ValidationError("old", code="old") from error
        except seals.BadSeal as error:
            raise ValidationError("forged", code="forged") from error

    @property
    def is_old(self) -> bool:
        return self.has_error("seal", "old")

    @property
    def is_forged(self) -> bool:
        return self.has_error("seal") and not self.is_old

    @property
    def choice(self) -> tuple[str, str]:
        """Mode and target."""
        mode, _, target_id = self.cleaned_data["call"].partition(".")
        return mode, target_id
