"""A device behind an MQTT broker: Zigbee2MQTT, Tasmota, Home Assistant. Its own state topic confirms.

A command is published with QoS 0. QoS 1 promises "at least once": a broker then keeps the command for a device that
is away and opens the door when it comes back, perhaps at night, or delivers it twice. No acknowledgement of a broker
says that a door has moved, so none is missed. Where the broker speaks MQTT 5, the command also expires with our wait.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from itertools import groupby, islice
from threading import Event
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from .mqtt_line import Line, Word
from .outcome import Outcome, Wiring
from .outside import Deadline, Settings, member, same

AVAILABILITY_PATIENCE = 0.25  # a kept word comes with the subscription, or there is none
ON, OFF = ("payload_on", "state_on"), ("payload_off", "state_off")


def _topic(label: str, help_text: str, *, required: bool = False) -> forms.CharField:
    plain = RegexValidator(r"[+#]", "A topic without + and #.", inverse_match=True)
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=256, validators=[plain])


def _text(label: str, help_text: str, initial: str | None = None) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, initial=initial, required=False, max_length=1000)


class MqttSettings(Settings):
    host = forms.CharField(
        label="Broker",
        max_length=253,
        validators=[
            RegexValidator(r"^[A-Za-z0-9._:-]+\Z", "A name or an address, without mqtt:// and without a port.")
        ],
        help_text="The name or address of the MQTT broker.",
    )
    port = forms.IntegerField(
        label="Port",
        initial=1883,
        min_value=1,
        max_value=65535,
        required=False,
        help_text="1883 as a rule, 8883 with encryption.",
    )
    tls = forms.BooleanField(
        label="Encrypted", required=False, help_text="Talk to the broker with TLS; its certificate is checked."
    )
    username = _text("User name", "The portal's name at the broker; empty if it asks for none.")
    password = forms.CharField(
        label="Password",
        max_length=1000,
        required=False,
        strip=False,
        widget=forms.PasswordInput,
        help_text="The portal's password at the broker. It is kept secret.",
    )
    command_topic = _topic("Command topic", "Where the device takes commands, as cmnd/door/POWER.", required=True)
    payload_on = _text("Command to open", "What is sent to open the door or turn the light on.", "ON")
    payload_off = _text(
        "Command to turn off", "What ends holding open or turns the light off; empty if nothing does."
    )
    payload_hold = _text("Command to hold open", "What keeps the door open; empty if the device can't.")
    state_topic = _topic(
        "State topic", "Where the device says what it did, as stat/door/POWER: only this confirms.", required=True
    )
    state_member = _text("Part of the state", "For a state in JSON: the name of the part that counts, as state.")
    state_on = _text("State when on", "What the device says when it opened or turned on.", "ON")
    state_off = _text("State when off", "What the device says when it turned off.", "OFF")
    availability_topic = _topic(
        "Availability topic", "Where it is said that the device is offline; empty without one."
    )
    payload_offline = _text("Word for offline", "What is said there of a device that can't be reached.", "offline")
    contact_topic = _topic("Contact topic", "Where the door's contact says open or shut; empty without a contact.")
    contact_member = _text("Part of the contact's word", "For a contact in JSON: the name of the part that counts.")
    contact_open = _text("Contact when open", "What the contact says when the door stands open.", "ON")
    contact_closed = _text("Contact when shut", "What the contact says when the door is shut.", "OFF")
    seconds = forms.FloatField(
        label="Seconds to wait",
        initial=3,
        min_value=1,
        max_value=7,
        required=False,
        help_text="How long the device may take to say what it did.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        if cleaned["command_topic"] in {cleaned[f"{name}_topic"] for name in ("state", "availability", "contact")}:
            raise ValidationError("The device must answer on another topic: a command is no answer to itself.")
        for one, other in (("state_on", "state_off"), ("contact_open", "contact_closed")):
            if same(cleaned[one], cleaned[other]):
                raise ValidationError("The words for on and off, and for open and shut, must differ.")
        return cleaned


class Mqtt:
    Settings: ClassVar[type[forms.Form]] = MqttSettings
    secrets: ClassVar[frozenset[str]] = frozenset({"password"})

    def open(self, wiring: Wiring, *, now: datetime, patience: float) -> Outcome:
        return _command(wiring, *ON, patience)

    def open_until(self, wiring: Wiring, *, now: datetime) -> datetime | None:
        return None

    def reachable(self, wiring: Wiring, *, patience: float) -> bool:
        settings = MqttSettings.filled(wiring.settings)
        try:
            with closing(Line(settings)) as line:
                return _ready(line, settings, Deadline.after(min(settings["seconds"], patience)))
        except Exception:  # noqa: BLE001 whatever is wrong with the broker, nothing can be sent through it
            return False

    def hold(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return _command(wiring, *(("payload_hold", "state_on") if on else OFF), patience)

    def switch(self, wiring: Wiring, on: bool, *, patience: float) -> Outcome:
        return _command(wiring, *(ON if on else OFF), patience)

    def has_contact(self, wiring: Wiring) -> bool:
        return bool(wiring.settings.get("contact_topic"))

    def contact(self, wiring: Wiring, *, seconds: float, stop: Event) -> Iterator[bool]:
        if self.has_contact(wiring):
            heard = _contact(MqttSettings.filled(wiring.settings), Deadline.after(seconds), stop)
            yield from (is_open for is_open, _ in groupby(heard))


def _command(wiring: Wiring, payload: str, state: str, patience: float) -> Outcome:
    settings = MqttSettings.filled(wiring.settings)
    if not settings[payload]:
        return Outcome("refused")
    deadline = Deadline.after(min(settings["seconds"], patience))
    line = Line(settings)
    try:
        with closing(line):
            if not _ready(line, settings, deadline):
                return Outcome("unreached")
            line.publish(settings["command_topic"], settings[payload], deadline)
            return Outcome("confirmed" if _said(line, settings, settings[state], deadline) else "unknown")
    except Exception:  # noqa: BLE001 whatever went wrong, what counts is whether it was published by then
        return Outcome("unknown" if line.published else "unreached")


def _ready(line: Line, settings: Mapping[str, Any], deadline: Deadline) -> bool:
    """Whether the device's answer would be heard, and nobody says that the device is offline."""
    topics = {settings["state_topic"], settings["availability_topic"]} - {""}
    if not (line.connect(deadline) and line.subscribe(sorted(topics), deadline)):
        return False
    if settings["availability_topic"]:
        first = Deadline.after(min(AVAILABILITY_PATIENCE, deadline.left()))
        words = (word for word in line.words(first) if word.topic == settings["availability_topic"])
        if any(_is_offline(settings, word) for word in islice(words, 1)):
            return False
    return line.alive and not deadline.passed


def _said(line: Line, settings: Mapping[str, Any], expected: str, deadline: Deadline) -> bool:
    """Whether the device says so now. What the broker kept from before confirms nothing."""
    for word in line.words(deadline):
        if _is_offline(settings, word):
            return False
        is_fresh = word.topic == settings["state_topic"] and not word.kept
        if is_fresh and same(_text_of(word, settings["state_member"]), expected):
            return True
    return False


def _is_offline(settings: Mapping[str, Any], word: Word) -> bool:
    """Said plainly, or as Zigbee2MQTT does: {"state": "offline"}."""
    if word.topic != settings["availability_topic"]:
        return False
    return any(same(_text_of(word, name), settings["payload_offline"]) for name in ("", "state"))


def _contact(settings: Mapping[str, Any], until: Deadline, stop: Event) -> Iterator[bool]:
    try:
        with closing(Line(settings)) as line:
            connecting = Deadline.after(min(settings["seconds"], until.left()))
            if line.connect(connecting) and line.subscribe([settings["contact_topic"]], connecting):
                for word in line.words(until, stop):
                    said = _text_of(word, settings["contact_member"])
                    if same(said, settings["contact_open"]) or same(said, settings["contact_closed"]):
                        yield same(said, settings["contact_open"])
    except Exception:  # noqa: BLE001 a contact that can't be heard says nothing
        return


def _text_of(word: Word, name: str) -> str | None:
    return member(word.payload, name) if name else word.payload.decode(errors="replace")
