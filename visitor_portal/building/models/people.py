"""The directory at the door, and the people behind it."""

from django.db import models

from .ids import new_id
from .places import Building, in_english


class Resident(models.Model):
    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="residents")
    name = models.CharField(max_length=120, help_text="Shown to flatmates, never to visitors.")
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(
        "e-mail", blank=True, help_text="Asked there when a guest of theirs wants an invite on one more phone."
    )
    do_not_disturb = models.BooleanField(default=False, help_text="On: nothing rings this person.")

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One line of the directory: a home, an office, whatever a visitor asks for."""

    class Privacy(models.TextChoices):
        NAME = "name", "full name"
        ALIAS = "alias", "alias"
        NUMBER = "number", "number only"
        HIDDEN = "hidden", "hidden until searched"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="entries")
    name = models.JSONField(help_text="Who lives or works here, in each language.")
    privacy = models.CharField(
        max_length=8,
        choices=Privacy,
        default=Privacy.NAME,
        help_text="What visitors read. Hidden: only whoever types the name finds it.",
    )
    alias = models.JSONField(
        default=dict, blank=True, help_text="Read by visitors in place of the name, in each language."
    )
    floor = models.CharField(max_length=40, help_text='As written at the lift: "2", "Ground floor".')
    floor_number = models.IntegerField(default=0, help_text="Orders the floors.")
    unit = models.CharField(max_length=20, blank=True, help_text="The number at its door.")
    unit_number = models.IntegerField(null=True, blank=True, help_text="Orders the entries of a floor.")
    visitors_allowed = models.BooleanField(default=True, help_text="Off: listed, but visitors can't call it.")
    require_video = models.BooleanField(default=False, help_text="On: takes only calls with picture.")
    residents = models.ManyToManyField(Resident, through="Membership", related_name="entries")

    class Meta:
        verbose_name_plural = "entries"
        ordering = ("floor_number", "unit_number", "id")

    def __str__(self) -> str:
        return in_english(self.name)

    @property
    def public_name(self) -> dict[str, str]:
        """The name that visitors may read, in each language. Who searched for a hidden one knows its name already."""
        if self.privacy == self.Privacy.ALIAS and self.alias:
            return dict(self.alias)
        if self.privacy != self.Privacy.NAME:
            return {"en": self.unit or self.floor}
        return dict(self.name)


class Membership(models.Model):
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="memberships")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="memberships")
    receives_calls = models.BooleanField(default=True, help_text="Off: calls to the entry don't ring this person.")

    class Meta:
        constraints = [models.UniqueConstraint("entry", "resident", name="one_membership_each")]

    def __str__(self) -> str:
        return f"{self.resident} at {self.entry}"
