"""Buildings, their doors, and the portals that signs name."""

from typing import Any

from django.db import models

from . import checks
from .ids import new_id, new_public_id
from .sealed import seal, unseal


class Building(models.Model):
    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    name = models.JSONField(help_text="What visitors call the building, in each language.")
    address = models.JSONField(default=dict, blank=True, help_text="Where it stands, in each language.")
    notes = models.JSONField(default=dict, blank=True, help_text="How to find the entrance, in each language.")
    image_url = models.URLField(blank=True, help_text="A picture of the house. Its host must be in IMAGE_HOSTS.")
    branding = models.JSONField(
        null=True, blank=True, help_text='Passed on to clients as it is, as {"color": "#004d40"}.'
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[checks.time_zone],
        help_text="An IANA zone, as Europe/Lisbon. Schedules and curfews are read in it.",
    )
    min_interval_ms = models.PositiveIntegerField(
        "least interval",
        default=3000,
        help_text="Milliseconds between two openings anywhere in the building: one sender moves all its doors.",
    )
    next_open_at = models.DateTimeField(null=True, editable=False)
    curfew_windows = models.JSONField(
        default=list, blank=True, help_text='Hours in which no invite opens, as [{"start": "23:00", "end": "05:59"}].'
    )
    allowed_weekdays = models.JSONField(
        default=list, blank=True, help_text="Days on which invites open, Sunday is 0, as [1, 2, 3]. Empty: every day."
    )
    blackout_dates = models.JSONField(
        default=list, blank=True, help_text='Dates on which no invite opens, as ["2026-12-24"].'
    )

    def __str__(self) -> str:
        return in_english(self.name)

    def clean(self) -> None:
        checks.house_rules(self.time_zone, self.curfew_windows, self.allowed_weekdays, self.blackout_dates)


class Door(models.Model):
    class Kind(models.TextChoices):
        DOOR = "door"
        GATE = "gate"
        BOOM_GATE = "boom-gate"

    class Hold(models.TextChoices):
        NORMAL = "normal", "not held"
        OPEN = "hold_open", "held open"
        CLOSED = "hold_closed", "held closed"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="doors")
    name = models.JSONField(help_text="What people call this door, in each language.")
    entry_kind = models.CharField(
        "kind", max_length=16, choices=Kind, default=Kind.DOOR, help_text="What visitors see: a door or a gate."
    )
    image_url = models.URLField(blank=True, help_text="A picture of the door. Its host must be in IMAGE_HOSTS.")
    connected = models.BooleanField(
        default=True, help_text="Off: nothing here opens this door; its stickers stay valid."
    )
    open_seconds = models.PositiveIntegerField(default=7, help_text="How long one opening keeps it open.")
    hold = models.CharField(
        max_length=12, choices=Hold, default=Hold.NORMAL, help_text="Held closed, nobody opens it from here."
    )
    hold_reason = models.CharField(
        max_length=200, blank=True, help_text="Shown to visitors while the door is held, as “Moving day”."
    )
    hold_until = models.DateTimeField(null=True, blank=True, help_text="When the hold ends by itself; empty: never.")
    # What the lock confirmed last (empty: nobody knows), and when it was told something that it did not confirm.
    is_held_open = models.BooleanField(null=True, default=False, editable=False)
    hold_tried_at = models.DateTimeField(null=True, editable=False)
    # What the contact said last; empty without one.
    is_seen_open = models.BooleanField(null=True, editable=False)

    def __str__(self) -> str:
        return in_english(self.name)


class Actuator(models.Model):
    """Something that a driver moves. What must stay secret is sealed and never shown again."""

    driver = models.CharField(max_length=32, default="simulated", help_text="How it is reached.")
    settings = models.JSONField(default=dict, blank=True, help_text="What its driver needs to know.")
    sealed = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def keep(self, settings: dict[str, Any], secrets: frozenset[str]) -> None:
        """Take these settings. A secret that is left empty stays what it was."""
        hidden = unseal(self.sealed) | {k: v for k, v in settings.items() if k in secrets and v not in ("", None)}
        self.settings = {k: v for k, v in settings.items() if k not in secrets}
        self.sealed = seal({k: v for k, v in hidden.items() if k in secrets})

    def wiring(self) -> dict[str, Any]:
        """Everything that its driver needs to know."""
        return dict(self.settings) | unseal(self.sealed)


class Opener(Actuator):
    """One way to open a door. The next one is tried only when this one was surely not reached."""

    door = models.ForeignKey(Door, models.CASCADE, related_name="openers")
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest is tried first.")
    label = models.CharField(
        max_length=80, blank=True, help_text="To tell it from the others, as “relay in the hall”."
    )

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label or f"{self.driver} {self.position}"


class Light(Actuator):
    """One light, or a group that its driver switches as one."""

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    door = models.ForeignKey(Door, models.CASCADE, related_name="lights")
    label = models.JSONField(default=dict, help_text="What people call it, in each language.")
    auto_off_seconds = models.PositiveIntegerField(
        default=120, help_text="Seconds until it goes off by itself; 0: never."
    )
    on_until = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return in_english(self.label)


class Portal(models.Model):
    """A sign at one side of one door."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    class Directory(models.TextChoices):
        READY = "ready"
        NOT_CONFIGURED = "not_configured"
        DISABLED = "disabled"

    public_id = models.CharField(max_length=64, primary_key=True, default=new_public_id, editable=False)
    door = models.ForeignKey(Door, models.CASCADE, related_name="portals")
    direction = models.CharField(
        max_length=3,
        choices=Direction,
        default=Direction.IN,
        help_text="Which way somebody goes who stands before it.",
    )
    name = models.JSONField(help_text="What the sign is called, in each language.")
    directory = models.CharField(
        max_length=16, choices=Directory, default=Directory.READY, help_text="Whether visitors may look for people."
    )
    directory_message = models.JSONField(
        default=dict, blank=True, help_text="Shown in each language while the directory is disabled."
    )
    retired_at = models.DateTimeField(null=True, editable=False)  # its sticker was replaced by another one's

    def __str__(self) -> str:
        return in_english(self.name)


class SimulatedDoor(models.Model):
    """The lock that the simulated driver moves: what a real one would keep in its own memory."""

    door = models.OneToOneField(Door, models.CASCADE, primary_key=True, related_name="simulated")
    open_until = models.DateTimeField(null=True)
    is_held = models.BooleanField(default=False)
    pulses = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.door}: {self.pulses} pulses"


def in_english(names: dict[str, str]) -> str:
    return names.get("en") or next(iter(names.values()), "?")
