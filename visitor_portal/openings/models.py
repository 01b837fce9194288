"""The ledger of effects, a row for each command that a page sent to move something; and what browsers hand over."""

from django.db import models


class Opening(models.Model):
    class State(models.TextChoices):
        REQUESTED = "requested"  # written down, nothing sent
        SENT = "sent"
        CONFIRMED = "confirmed"
        REFUSED = "refused"  # surely not opened
        UNKNOWN = "unknown"  # sent, and no answer that can be trusted

    key_hash = models.CharField(max_length=64, primary_key=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    code = models.CharField(max_length=40, blank=True)
    retry_after = models.PositiveIntegerField(null=True)
    seen_open = models.BooleanField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.state} {self.code}".strip()

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.CONFIRMED, self.State.REFUSED, self.State.UNKNOWN)


class Handover(models.Model):
    """What one browser left for another, sealed."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    sealed = models.TextField()
    taken_by = models.CharField(max_length=64, blank=True)  # a hash of the page from which it was taken
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return "taken" if self.taken_by else "waiting"
