"""Any relay or hub with a web address. One request opens; its status, and if asked its answer, confirms."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import groupby
from threading import Event
from typing import Any, ClassVar, Literal

import httpx
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from .http_line import Line, client
from .outcome import Outcome, Wiring
from .outside import Deadline, Settings, member, same

MOST_BYTES = 64 * 1024
MOST_BODY = 4 * 1024
POLL_EVERY = 0.25
POLL_PATIENCE = 1.0
POLL_FAILURES = 3

State = Literal["confirmed", "refused", "unknown"]
# What a hub says of a sensor that it cannot hear. None of these means that the door is shut.
_NO_WORD = frozenset({"", "unavailable", "unknown", "none", "null"})
_OWN_HEADERS = frozenset({"host", "connection", "content-length", "content-type", "transfer-encoding"})


def web_address(value: str) -> None:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise ValidationError("This is not a web address.") from None
    if url.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9._:-]+", url.host):
        raise ValidationError("A web address starts with http:// or https:// and the name of a device.")
    if re.search(r"[^\x21-\x7e]|[\\#]", value) or url.userinfo or url.port == 0 or (url.port or 80) > 65535:
        raise ValidationError("No spaces, no name or password, and no # in the address.")


class AddressField(forms.CharField):
    default_validators = [web_address]

    def __init__(self, label: str, help_text: str, *, required: bool = False) -> None:
        super().__init__(label=label, help_text=help_text, required=required, max_length=2000)


class HttpSettings(Settings):
    method = forms.ChoiceField(
        label="Method",
        choices=[(word, word) for word in ("GET", "POST", "PUT")],
        initial="POST",
        required=False,
        help_text="How the device wants to be asked; its manual says which.",
    )
    url = AddressField(
        "Address that opens", "The web address that opens the door or turns the light on.", required=True
    )
    header_name = forms.CharField(
        label="Header name",
        max_length=100,
        required=False,
        validators=[RegexValidator(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z", "This is not the name of a header.")],
        help_text="A header that goes with every request, as Authorization; empty for none.",
    )
    header_value = forms.CharField(
        label="Header value",
        max_length=2000,
        required=False,
        validators=[RegexValidator(r"^[\x20-\x7e]*\Z", "One line of plain letters, digits and signs.")],
        widget=forms.PasswordInput,
        help_text="What that header says, as Bearer and the device's token. It is kept secret.",
    )
    content_type = forms.CharField(
        label="Type of the body",
        initial="application/json",
        max_length=100,
        required=False,
        validators=[
            RegexValidator(r"^[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)?\Z", "As application/json.", flags=re.ASCII)
        ],
        help_text="What the body is written in.",
    )
    body = forms.CharField(
        label="Body",
        required=False,
        widget=forms.Textarea,
        help_text="What is sent with POST or PUT, as the manual of the device gives it; empty for nothing.",
    )
    expected_status = forms.CharField(
        label="Status of success",
        initial="200",
        max_length=40,
        required=False,
        help_text="The status that the device answers when it did it; several with commas, as 200, 204.",
    )
    answer_member = forms.CharField(
        label="Part of the answer to check",
        max_length=200,
        required=False,
        help_text="The name of the part that shows success, as ison; with dots for a part within a part.",
    )
    answer_value = forms.CharField(
        label="What that part must say",
        max_length=200,
        required=False,
        help_text="The opening counts as confirmed only if the part says this, as true.",
    )
    hold_url = AddressField(
        "Address that holds open", "Asked in the same way to keep the door open; empty if it can't."
    )
    off_url = AddressField(
        "Address that turns off", "Asked in the same way to end holding open or turn the light off."
    )
    contact_url = AddressField(
        "Address of the contact", "Tells whether the door stands open; empty without a contact."
    )
    contact_member = forms.CharField(
        label="Part of the contact's answer",
        initial="state",
        max_length=200,
        required=False,
        help_text="The name of the part that says whether the door stands open; with dots within a part.",
    )
    contact_open = forms.CharField(
        label="What it says when open",
        initial="on",
        max_length=200,
        required=False,
        help_text="The word for an open door, as on or true; any other word is shut.",
    )
    seconds = forms.FloatField(
        label="Seconds to wait",
        initial=3,
        min_value=1,
        max_value=7,
        required=False,
        help_text="How long the device may take to answer.",
    )

    def clean_header_name(self) -> str:
        name: str = self.cleaned_data["header_name"]
        if name.lower() in _OWN_HEADERS:
            raise ValidationError("This header is written by the portal itself.")
        return name

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if len(body.encode()) > MOST_BODY:
            raise ValidationError("At most 4096 bytes.")
        return body

    def clean_expected_status(self) -> str:
        parts = re.findall(r"[^\s,]+", self.cleaned_data["expected_status"])
        if not all(re.fullmatch(r"2[0-9][0-9]", part) for part in parts):
            raise ValidationError("Numbers from 200 to 299: no other status means that it was done.")
        return ", ".join(parts)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and bool(cleaned["answer_member"]) != bool(cleaned["answer_value"]):
            raise ValidationError("Give both the part of the answer and what it must say, or neither.")
        return cleaned


class Http:
    Settings: ClassVar[type[forms.Form]] = HttpSettings
    secrets: ClassVar[frozenset[str]] = frozenset({"header_value"})

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        return _command(wiring, "url", patience, proof=True)

    def open_until(self, wiring: Wiring, *, now: datetime) -> datetime | None:
        return None

    def reachable(self, wiring: Wiring, *, patience: float) -> bool:
        """By the contact's address; else by a connection without a request, since a request could open."""
        settings = HttpSettings.filled(wiring.settings)
        line = Line(Deadline.after(min(settings["seconds"], patience)))
        try:
            if not settings["contact_url"]:
                url = httpx.URL(settings["url"])
                line.connect_tcp(url.host, url.port or {"http": 80, "https": 443}[url.scheme]).close()
                return True
            with (
                client(line) as http,
                http.stream("GET", settings["contact_url"], headers=_headers(settings)) as answer,
            ):
                return answer.status_code < 500
        except Exception:  # noqa: BLE001 whatever is wrong with it, it did not answer
            return False

    def hold(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return _command(wiring, "hold_url" if on else "off_url", patience)

    def switch(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return _command(wiring, "url" if on else "off_url", patience, proof=on)

    def has_contact(self, wiring: Wiring) -> bool:
        return bool(wiring.settings.get("contact_url"))

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        if self.has_contact(wiring):
            polled = _polled(HttpSettings.filled(wiring.settings), Deadline.after(seconds), stop)
            yield from (is_open for is_open, _ in groupby(polled))


def _command(wiring: Wiring, address: str, patience: float, *, proof: bool = False) -> Outcome:
    settings = HttpSettings.filled(wiring.settings)
    if not settings[address]:
        return Outcome("refused")
    line = Line(Deadline.after(min(settings["seconds"], patience)))
    try:
        with client(line) as http, _asked(http, settings, settings[address]) as answer:
            return Outcome(_verdict(settings, answer, proof))
    except Exception:  # noqa: BLE001 whatever went wrong, what counts is whether it was sent by then
        return Outcome("unknown" if line.sent else "unreached")


def _asked(http: httpx.Client, settings: Mapping[str, Any], address: str) -> AbstractContextManager[httpx.Response]:
    method, body, headers = settings["method"], settings["body"].encode(), _headers(settings)
    if method == "GET":
        return http.stream(method, address, headers=headers)
    return http.stream(method, address, headers=headers | {"Content-Type": settings["content_type"]}, content=body)


def _headers(settings: Mapping[str, Any]) -> dict[str, str]:
    name, value = settings["header_name"], settings["header_value"]
    return {name: value} if name and value else {}


def _verdict(settings: Mapping[str, Any], answer: httpx.Response, proof: bool) -> State:
    if str(answer.status_code) not in settings["expected_status"].split(", "):
        return "refused" if 400 <= answer.status_code < 500 else "unknown"
    # Without a member to check, the status is all there is to know: what follows it is not waited for.
    name, expected = settings["answer_member"], settings["answer_value"]
    proven = not (proof and name) or same(member(_read(answer), name), expected)
    return "confirmed" if proven else "unknown"


def _read(answer: httpx.Response) -> bytes:
    """The body; empty when there is more of it than any relay says, or when it is packed though nobody asked."""
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            return b""
    return b"" if answer.headers.get("Content-Encoding", "identity") != "identity" else bytes(body)


def _polled(settings: Mapping[str, Any], until: Deadline, stop: Event) -> Iterator[bool]:
    failures = 0
    while failures < POLL_FAILURES and not until.passed and not stop.is_set():
        is_open = _look(settings, min(settings["seconds"], POLL_PATIENCE, until.left()))
        failures = failures + 1 if is_open is None else 0
        if is_open is not None:
            yield is_open
        stop.wait(min(POLL_EVERY, until.left()))


def _look(settings: Mapping[str, Any], patience: float) -> bool | None:
    """What the contact says now; None when it can't be heard."""
    line = Line(Deadline.after(patience))
    try:
        with client(line) as http, http.stream("GET", settings["contact_url"], headers=_headers(settings)) as answer:
            word = member(_read(answer), settings["contact_member"]) if answer.is_success else None
    except Exception:  # noqa: BLE001 a door is never shut because its contact is out of order
        return None
    return None if word is None or word.strip().casefold() in _NO_WORD else same(word, settings["contact_open"])
