"""Phones that a ring is pushed to."""

from django.db import models

from .sessions import Ring


class Waking(models.Model):
    """One phone of one resident, told of one visit while it rings, and then once more what became of it."""

    ring = models.ForeignKey(Ring, models.CASCADE, related_name="wakings")
    phone = models.CharField(max_length=26, db_index=True)  # its id
    due_at = models.DateTimeField(null=True)  # when it is told next
    is_closed = models.BooleanField(default=False)  # what became of the visit has been sent, or is on its way
    result = models.CharField(max_length=12, blank=True)  # of the last try: taken, gone, busy, refused, unreached
    sent_at = models.DateTimeField(null=True)  # first taken by a push service
    shown_at = models.DateTimeField(null=True)  # by the phone's own word

    class Meta:
        constraints = [models.UniqueConstraint("ring", "phone", name="one_waking_each")]
        indexes = [models.Index(fields=("due_at",), name="waking_by_time")]

    def __str__(self) -> str:
        return f"{self.phone} for {self.ring_id}: {self.result}"
