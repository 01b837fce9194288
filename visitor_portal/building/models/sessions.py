"""A visit: one call from one portal to one entry."""

from datetime import datetime

from django.db import models

from .ids import new_id
from .people import Entry, Resident
from .places import Portal


class Session(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        RINGING = "ringing"
        ACTIVE = "active"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        CANCELLED = "cancelled"
        EXPIRED = "expired"
        FAILED = "failed"

    LIVE = (State.PENDING, State.RINGING, State.ACTIVE)

    class Mode(models.TextChoices):
        VOICE = "voice"
        VIDEO = "video"
        MESSAGE = "message"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    portal = models.ForeignKey(Portal, models.CASCADE, related_name="sessions")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="sessions")
    mode = models.CharField(max_length=8, choices=Mode)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    version = models.PositiveIntegerField(default=1)
    caller_token_hash = models.CharField(max_length=64)
    caller_peer_id = models.CharField(max_length=40)
    callee_peer_id = models.CharField(max_length=40)
    guest = models.CharField(max_length=64, blank=True)  # the visitor's device, as far as it told; proves nothing
    callees_notified = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Resident, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    door_opened = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=("state", "expires_at"), name="session_by_deadline"),
            models.Index(fields=("created_at",), name="session_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} at {self.portal}: {self.state}"

    def state_at(self, now: datetime) -> str:
        """The state that holds now: a live session is over at its deadline, whether or not a row says so yet."""
        return self.State.EXPIRED if self.state in self.LIVE and now >= self.expires_at else self.state


class Ring(models.Model):
    """One resident rung by one session, and what that resident's devices have told of it."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="rings")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="rings")
    shown_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("session", "resident", name="one_ring_each")]

    def __str__(self) -> str:
        return f"{self.resident} rung by {self.session_id}"


class Message(models.Model):
    """One line of writing within a visit: words, or the key of a phrase that each side reads in its own language."""

    class From(models.TextChoices):
        CALLER = "caller"
        CALLEE = "callee"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="messages")
    sender = models.CharField(max_length=6, choices=From)
    resident = models.ForeignKey(Resident, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=200, blank=True)
    phrase = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.text or self.phrase
