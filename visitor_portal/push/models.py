"""Phones that can be rung, each by the address that its browser got from a push service."""

from django.db import models
from ulid import ULID


def new_phone_id() -> str:
    return str(ULID())


class Phone(models.Model):
    """One browser of one resident. An ended one is kept for some days, to say what became of it."""

    class Why(models.TextChoices):
        GONE = "gone"  # the push service knows it no more
        REMOVED = "removed"
        LOST = "lost"  # whoever holds it now is not its owner

    id = models.CharField(max_length=26, primary_key=True, default=new_phone_id, editable=False)
    owner = models.CharField(max_length=64, db_index=True)  # a resident's id, as the building calls them
    name = models.CharField(max_length=60)
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    secret_hash = models.CharField(max_length=64, unique=True)  # of the secret in that browser's cookie
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # a push service took something for it
    proven_at = models.DateTimeField(null=True)  # it said itself that it showed something
    trouble = models.CharField(max_length=12, blank=True)  # how the last try failed: refused, busy, unreached
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=8, choices=Why, blank=True)

    def __str__(self) -> str:
        return self.name
