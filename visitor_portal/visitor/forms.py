import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from visitor_portal import seals
from visitor_portal.public_access.wire import PortalGrant

from .device import command_key


class CallForm(forms.Form):
    """Whom to ring and how: the button's value is `mode.target`."""

    call = forms.RegexField(r"^(voice|video|message)\.([A-Za-z0-9_-]{1,128})$")
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


class GrantForm(forms.Form):
    """Which door of an invite."""

    grant_id = forms.RegexField(r"^[A-Za-z0-9_-]{1,128}$")

    def sign_among(self, doors: list[PortalGrant]) -> str:
        """The sign at this door; empty when the invite has no such door."""
        grant_id = self.cleaned_data["grant_id"]
        return next((grant.public_portal_id for grant in doors if grant.id == grant_id), "")


class ExecuteInviteForm(GrantForm):
    """What its host wants to see proved as well. The building says what is missing."""

    pin = forms.CharField(max_length=64, required=False)
    otp_code = forms.CharField(max_length=64, required=False)
    challenge = forms.RegexField(r"^[A-Za-z0-9_-]{1,256}$", required=False)

    def clean_pin(self) -> str:
        return digits(self.cleaned_data["pin"])

    def clean_otp_code(self) -> str:
        return digits(self.cleaned_data["otp_code"])

    @property
    def sign(self) -> str:
        """The sign of this door as the page named it: good for finding what this browser holds of it, no more."""
        return str(self.data.get(f"sign-{self.cleaned_data['grant_id']}", ""))

    @property
    def key(self) -> str:
        return command_key(self.data)


class RenewalForm(forms.Form):
    note = forms.CharField(max_length=500, required=False)


def digits(typed: str) -> str:
    """As a lock knows them: a keyboard may write the digits of another script, and people write gaps."""
    plain = (str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in typed)
    return "".join(letter for letter in plain if not letter.isspace() and letter not in "-.\u2010\u2013")
