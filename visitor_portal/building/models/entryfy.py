"""What Entryfy's API knows and the rest of the building does not: organisations, accounts, receipts.

Doors, accesses, users and schedules go by UUIDs there. Those are the building's own ids, the same 128 bits spelt in
another way, so nothing of that is kept here.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.text import slugify

from . import checks
from .accesses import Access
from .ids import new_id
from .invites import Invite
from .people import Resident
from .places import Building, in_english


class Organization(models.Model):
    """A building, as Entryfy's tools name it. It is the one site of its organisation."""

    building = models.OneToOneField(
        Building, models.CASCADE, primary_key=True, related_name="organization", editable=False
    )
    slug = models.SlugField(
        max_length=80, unique=True, help_text="Its name in the API. Whoever uses the old one is refused."
    )
    operators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="organizations",
        help_text="Staff who may read and write it over the API. Superusers may anyway.",
    )

    def __str__(self) -> str:
        return self.slug


@receiver(post_save, sender=Building)
def found_organization(instance: Building, created: bool, **_: Any) -> None:
    """Each building is an organisation from its first day."""
    if not created:
        return
    slug = slugify(in_english(instance.name))[:40] or "building"
    if Organization.objects.filter(slug=slug).exists():
        slug = f"{slug}-{instance.id.lower()}"
    Organization.objects.create(building=instance, slug=slug)


class Account(models.Model):
    """What the API knows of a resident besides name and e-mail. The desk's residents have none until it is needed."""

    resident = models.OneToOneField(Resident, models.CASCADE, primary_key=True, related_name="account")
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    roles = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    preferences = models.JSONField(default=dict)
    password = models.CharField(max_length=256, blank=True)  # a hash; empty: nobody logs in with it
    pin_hash = models.CharField(max_length=256, blank=True)
    pin_label = models.CharField(max_length=80, blank=True)
    is_welcome_due = models.BooleanField(default=False)  # a letter with their link is to be sent
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.resident)


class AccountSession(models.Model):
    """Two weeks of calls by an operator or by a resident. Both its tokens are kept as hashes."""

    auth_hash = models.CharField(max_length=64, unique=True)
    reissue_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, related_name="+")
    device = models.CharField(max_length=64)  # the client's installation, by its own word
    password_mark = models.CharField(max_length=64)  # another password ends the session
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(resident=None), name="session_is_of_one_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user or self.resident} on {self.device[-6:]}"


class LoginTry(models.Model):
    """One try at a password. A row is there before the password is looked at."""

    name = models.CharField(max_length=254)  # as it was typed, in small letters
    device = models.CharField(max_length=64, blank=True)  # empty unless that name logged in on it before
    peer = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=("name", "at"), name="login_try_by_name"),
            models.Index(fields=("peer", "at"), name="login_try_by_peer"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.peer}"


class NamedSchedule(models.Model):
    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="named_schedules")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    slug = models.CharField(max_length=80, blank=True)
    definition = models.TextField(blank=True, validators=[checks.calendar])
    exception = models.TextField(blank=True, validators=[checks.calendar])
    preferences = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class GivenAccess(models.Model):
    """What a client said of an access beyond what opens doors, kept so that it is answered as it was given."""

    access = models.OneToOneField(Access, models.CASCADE, primary_key=True, related_name="given")
    preferences = models.JSONField(default=dict)
    spelling = models.JSONField(default=dict)  # {door: {"in": {"REMOTE": "remote"}, "out": …}}
    schedule = models.ForeignKey(NamedSchedule, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.access)


class AccessGuest(models.Model):
    """Somebody who has an access by a link. The only person of one has it itself, any other one a copy of it."""

    access = models.ForeignKey(Access, models.CASCADE, related_name="guests")
    invite = models.OneToOneField(Invite, models.CASCADE, related_name="guest_of")
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, related_name="+")  # a user who gets a link too
    email = models.EmailField()
    mailing_at = models.DateTimeField(null=True)  # when somebody began to write the letter

    class Meta:
        constraints = [models.UniqueConstraint("access", "email", name="one_link_per_access_and_guest")]

    def __str__(self) -> str:
        return f"{self.email}: {self.access}"


@receiver(post_delete, sender=AccessGuest)
def delete_copy(instance: AccessGuest, origin: Any, **_: Any) -> None:
    """A guest's copy goes with the access that it was made of, whoever deletes that."""
    if getattr(origin, "model", type(origin)) is AccessGuest:
        return  # only they were let go of: their page still says so
    Access.objects.filter(invite=instance.invite_id).exclude(id=instance.access_id).delete()


class BizOperation(models.Model):
    """The receipt of one write."""

    class Kind(models.IntegerChoices):
        CREATE_SCHEDULE = 1
        CREATE_ACCESS = 36
        UPDATE_ACCESS = 37
        DELETE_ACCESS = 38
        CREATE_USER = 39
        UPDATE_USER = 40
        DELETE_USER = 41

    class Status(models.IntegerChoices):
        PENDING = 1
        FINISHED = 2
        FAILED = 3
        ACCEPTED = 5

    ENDS = (Status.FINISHED, Status.FAILED)

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="biz_operations")
    kind = models.PositiveSmallIntegerField(choices=Kind)
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.ACCEPTED)
    subject = models.CharField(max_length=26)  # id of what it is about
    digest = models.CharField(max_length=64, blank=True)  # of what was asked for
    errors = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=("building", "updated_at"), name="biz_operation_by_change"),
            models.Index(fields=("subject",), name="biz_operation_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"
