"""Entryfy's access: who may pass which doors, when, and by which means."""

from django.db import models

from .ids import new_id
from .people import Resident
from .places import Building, Door


class Access(models.Model):
    class Kind(models.TextChoices):
        PERMANENT = "permanent"
        TEMPORARY = "temporary"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="accesses")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.PERMANENT)
    valid_from = models.DateTimeField(null=True, blank=True, help_text="Empty: from now on.")
    valid_to = models.DateTimeField(null=True, blank=True, help_text="A temporary access must have one.")

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


class AccessDoor(models.Model):
    access = models.ForeignKey(Access, models.CASCADE, related_name="doors")
    door = models.ForeignKey(Door, models.CASCADE, related_name="accesses")
    in_auth_types = models.JSONField(default=list, help_text='Means of going in: any one of these, as ["REMOTE"].')
    out_auth_types = models.JSONField(default=list, help_text="Means of going out: any one of these.")

    class Meta:
        constraints = [models.UniqueConstraint("access", "door", name="one_row_per_access_and_door")]

    def __str__(self) -> str:
        return f"{self.access}: {self.door}"


class AccessUser(models.Model):
    access = models.ForeignKey(Access, models.CASCADE, related_name="users")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="accesses")

    class Meta:
        constraints = [models.UniqueConstraint("access", "resident", name="one_row_per_access_and_user")]

    def __str__(self) -> str:
        return f"{self.access}: {self.resident}"
