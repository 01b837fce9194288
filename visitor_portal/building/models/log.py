"""The access log: a row for each attempt at a door, committed before anything is sent to it."""

from django.db import models

from .ids import new_id
from .people import Resident
from .places import Door, Portal
from .sessions import Session


class AccessLog(models.Model):
    class State(models.TextChoices):
        REQUESTED = "requested"  # written down, nothing sent
        SENT = "sent"  # the driver was asked; only a final state may follow
        CONFIRMED = "confirmed"
        REFUSED = "refused"  # surely not opened; `reason` says why
        UNKNOWN = "unknown"  # asked, and no answer that can be trusted

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    door = models.ForeignKey(Door, models.PROTECT, related_name="log")
    portal = models.ForeignKey(Portal, models.SET_NULL, null=True, related_name="log")
    direction = models.CharField(max_length=3, choices=Portal.Direction)
    auth_type = models.CharField(max_length=32)
    resident = models.ForeignKey(Resident, models.SET_NULL, null=True, related_name="log")
    session = models.ForeignKey(Session, models.SET_NULL, null=True, related_name="log")
    # Unique, so that a replay meets the row of the first try. Kept as a hash: a key that can be read can be replayed.
    key_hash = models.CharField(max_length=64, null=True, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    reason = models.CharField(max_length=40, blank=True)
    seen_open = models.BooleanField(null=True, help_text="By the door's contact; empty without one.")
    milliseconds = models.PositiveIntegerField(null=True, help_text="From sent to the driver's answer.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "access log"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.door}: {self.state} {self.reason}".strip()
