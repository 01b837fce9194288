"""The cameras that look at whoever stands before a sign."""

from django.core.validators import RegexValidator
from django.db import models

from .places import Portal

# What a portal puts into the address of a camera: no slash in it, and more than dots.
DEVICE_ID = r"^(?!\.+\Z)[A-Za-z0-9_.:@-]+\Z"


class Camera(models.Model):
    """One camera of a sign, by the name that it has where pictures come from."""

    portal = models.ForeignKey(Portal, models.CASCADE, related_name="cameras")
    device_id = models.CharField(
        "device",
        max_length=128,
        validators=[RegexValidator(DEVICE_ID, "Letters, digits and _ . : @ - only, as front_door.")],
        help_text="Its name at the camera server, as front_door. “simulated” is a drawn picture with the time.",
    )
    label = models.CharField(max_length=80, help_text="What residents read below the picture, as “Lobby”.")
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest is shown first.")

    class Meta:
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=("portal", "device_id"), name="one_camera_each")]

    def __str__(self) -> str:
        return self.label
