"""Entryfy's access: who may pass which doors, when, and by which means."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from . import checks
from .ids import new_id
from .people import Resident
from .places import Building, Door

AUTH_TYPES = (
    "REMOTE",
    "REMOTE_PLUS_PHONE",
    "SCAN",
    "SCAN_PLUS_PHONE",
    "SCAN_PLUS_KEYPAD",
    "CARD",
    "CARD_PLUS_PIN",
    "CARD_PLUS_PHONE",
    "PIN",
    "KEY_CARD",
    "KEY_CARD_PLUS_PIN",
    "PASSCODE",
    "REX",
)


class Access(models.Model):
    class Kind(models.TextChoices):
        PERMANENT = "permanent"
        TEMPORARY = "temporary"

    class Status(models.TextChoices):
        INITIAL = "initial"  # asked for over the API; only a ready one opens anything
        CREATING = "creating"
        READY = "ready"
        DELETED = "deleted"  # a temporary one after its end: it opens nothing, and is kept for the log's sake

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="accesses")
    name = models.CharField(max_length=120, help_text="For the manager, as “Cleaners, weekdays”.")
    description = models.TextField(blank=True, help_text="For the manager.")
    kind = models.CharField(
        max_length=16, choices=Kind, default=Kind.PERMANENT, help_text="A temporary one vanishes after its end."
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.READY, editable=False)
    valid_from = models.DateTimeField(null=True, blank=True, help_text="Empty: from now on.")
    valid_to = models.DateTimeField(null=True, blank=True, help_text="A temporary access must have one.")
    schedule = models.TextField(
        blank=True, validators=[checks.calendar], help_text="When it holds, as iCalendar text. Empty: always."
    )
    exception = models.TextField(
        blank=True, validators=[checks.calendar], help_text="When it does not hold after all, as iCalendar text."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "accesses"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="temporary") | models.Q(valid_to__isnull=False),
                name="temporary_access_ends",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind == self.Kind.TEMPORARY and self.valid_to is None:
            raise ValidationError({"valid_to": "A temporary access must end: say when."})
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValidationError({"valid_to": "It must end after it begins."})


class AccessDoor(models.Model):
    grant_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    access = models.ForeignKey(Access, models.CASCADE, related_name="doors")
    door = models.ForeignKey(Door, models.CASCADE, related_name="accesses")
    in_auth_types = models.JSONField(
        default=list, blank=True, help_text='Means of going in, any one of these, as ["REMOTE"].'
    )
    out_auth_types = models.JSONField(default=list, blank=True, help_text="Means of going out, any one of these.")
    lock_unlock_enabled = models.BooleanField(
        "hold open", default=False, help_text="The door is held open while this access holds."
    )

    class Meta:
        constraints = [models.UniqueConstraint("access", "door", name="one_row_per_access_and_door")]

    def __str__(self) -> str:
        return f"{self.access}: {self.door}"

    def clean(self) -> None:
        for field in ("in_auth_types", "out_auth_types"):
            types = getattr(self, field)
            if not isinstance(types, list) or (unknown := [t for t in types if t not in AUTH_TYPES]):
                said = f"{unknown[0]!r} is not one of them." if isinstance(types, list) else "Write a list."
                raise ValidationError({field: f"{said} Known are {', '.join(AUTH_TYPES)}."})


class AccessUser(models.Model):
    access = models.ForeignKey(Access, models.CASCADE, related_name="users")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="accesses")

    class Meta:
        constraints = [models.UniqueConstraint("access", "resident", name="one_row_per_access_and_user")]

    def __str__(self) -> str:
        return f"{self.access}: {self.resident}"
