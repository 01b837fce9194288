"""Buildings, their doors, and the portals that signs name."""

from django.db import models

from .ids import new_id, new_public_id


class Building(models.Model):
    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    name = models.JSONField(help_text='The name in each language, as {"en": "Harbour House"}.')
    address = models.JSONField(default=dict, blank=True, help_text="The address in each language.")
    notes = models.JSONField(default=dict, blank=True, help_text="How to find the entrance, in each language.")
    time_zone = models.CharField(max_length=64, default="UTC", help_text="An IANA zone, as Europe/Lisbon.")

    def __str__(self) -> str:
        return in_english(self.name)


class Door(models.Model):
    class Kind(models.TextChoices):
        DOOR = "door"
        GATE = "gate"
        BOOM_GATE = "boom-gate"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="doors")
    name = models.JSONField(help_text="The name in each language.")
    entry_kind = models.CharField(max_length=16, choices=Kind, default=Kind.DOOR)
    image_url = models.URLField(blank=True)
    connected = models.BooleanField(default=True, help_text="Off: there is no opener behind this door.")
    driver = models.CharField(max_length=32, default="simulated", help_text="What moves the lock.")
    driver_settings = models.JSONField(default=dict, blank=True)
    open_seconds = models.PositiveIntegerField(default=7, help_text="How long one pulse keeps it open.")
    min_interval_ms = models.PositiveIntegerField(default=3000, help_text="The least time between two pulses.")
    next_open_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return in_english(self.name)


class Light(models.Model):
    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    door = models.ForeignKey(Door, models.CASCADE, related_name="lights")
    label = models.JSONField(default=dict)
    auto_off_seconds = models.PositiveIntegerField(default=120)
    on_until = models.DateTimeField(null=True, blank=True)

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
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.IN)
    name = models.JSONField(help_text="What the sign is called, in each language.")
    directory = models.CharField(max_length=16, choices=Directory, default=Directory.READY)
    directory_message = models.JSONField(
        default=dict, blank=True, help_text="Shown in each language while the directory is disabled."
    )

    def __str__(self) -> str:
        return in_english(self.name)


class SimulatedDoor(models.Model):
    """The lock that the simulated driver moves: what a real one would keep in its own memory."""

    door = models.OneToOneField(Door, models.CASCADE, primary_key=True, related_name="simulated")
    open_until = models.DateTimeField(null=True)
    pulses = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.door}: {self.pulses} pulses"


def in_english(names: dict[str, str]) -> str:
    return names.get("en") or next(iter(names.values()), "?")
