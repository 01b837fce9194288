"""Invites: a temporary access with a link, and the link's own limits."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from . import checks
from .accesses import Access
from .ids import new_id
from .people import Resident
from .places import Building


class WifiNetwork(models.Model):
    class Security(models.TextChoices):
        OPEN = "open", "open"
        WPA_PSK = "wpa_psk", "WPA, one password"
        WPA_ENTERPRISE = "wpa_enterprise", "WPA enterprise"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.ForeignKey(Building, models.CASCADE, related_name="wifi_networks")
    ssid = models.CharField("network name", max_length=32, help_text="As phones list it.")
    security = models.CharField(max_length=16, choices=Security, default=Security.WPA_PSK, help_text="How one joins.")
    username = models.CharField(max_length=120, blank=True, help_text="WPA enterprise only.")
    sealed = models.TextField(blank=True, editable=False)  # the password
    hidden = models.BooleanField(default=False, help_text="On: the network does not announce its name.")
    notes = models.CharField(max_length=120, blank=True, help_text="Where it reaches, as “lobby only”.")
    priority = models.PositiveSmallIntegerField(default=0, help_text="The lowest is listed first.")

    class Meta:
        ordering = ("priority", "id")

    def __str__(self) -> str:
        return self.ssid


class Invite(models.Model):
    class Audience(models.TextChoices):
        ANYONE = "anyone_with_link", "anyone with the link"
        LISTED = "listed_contacts", "only the named contact"

    class LocationMode(models.TextChoices):
        INHERIT = "inherit", "the building's address"
        EXPLICIT = "explicit", "a place of its own"
        NONE = "none", "no place"

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    access = models.OneToOneField(
        Access, models.CASCADE, related_name="invite", help_text="Which doors, and when. It belongs to this invite."
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    host = models.ForeignKey(
        Resident, models.SET_NULL, null=True, blank=True, related_name="invites", help_text="Who invites."
    )
    name = models.CharField(max_length=120, blank=True, help_text="Title of the invite, as “Dinner on Friday”.")
    message = models.JSONField(default=dict, blank=True, help_text="The host's words to the guest, in each language.")
    audience = models.CharField(
        max_length=16,
        choices=Audience,
        default=Audience.ANYONE,
        help_text="The named contact proves itself by a code that is sent to it.",
    )
    contact_name = models.CharField(max_length=120, blank=True, help_text="The guest's name.")
    contact_email = models.EmailField(blank=True, help_text="Codes go there.")
    contact_phone = models.CharField(
        max_length=32, blank=True, help_text="With its country, as +351 912 345 678. Codes go there by SMS."
    )
    locale = models.CharField(
        max_length=12, blank=True, help_text="The guest's language, as pt-br. Empty: the phone's."
    )
    require_verified_phone = models.BooleanField(default=False, help_text="On: each opening asks for a code by SMS.")
    pin_hash = models.CharField(max_length=256, blank=True, editable=False)
    max_uses = models.PositiveIntegerField(null=True, blank=True, help_text="Openings in all. Empty: no limit.")
    uses = models.PositiveIntegerField(default=0, editable=False)
    max_devices = models.PositiveIntegerField(null=True, blank=True, help_text="Phones in all. Empty: no limit.")
    curfew_exempt = models.BooleanField(
        default=False, help_text="On: curfew, weekdays and blackout dates don't count."
    )
    location_mode = models.CharField(
        max_length=8,
        choices=LocationMode,
        default=LocationMode.INHERIT,
        help_text="What the guest sees as the place.",
    )
    event_address = models.JSONField(default=dict, blank=True, help_text="The place of its own, in each language.")
    wifi_networks = models.ManyToManyField(
        WifiNetwork, blank=True, related_name="invites", help_text="Shown to the guest while the invite is active."
    )
    photo = models.BinaryField(null=True, editable=True)  # JPEG
    is_enabled = models.BooleanField(default=True, help_text="Off: opens nothing, until it is on again.")
    revoked_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # of its calendar entry: grows with each edit

    def __str__(self) -> str:
        return self.name or self.contact_name or f"invite {self.id[-6:]}"

    def clean(self) -> None:
        if self.contact_phone:
            try:
                self.contact_phone = checks.e164(self.contact_phone)
            except ValidationError as error:
                raise ValidationError({"contact_phone": error.messages}) from error
        if self.audience == self.Audience.LISTED and not (self.contact_email or self.contact_phone):
            raise ValidationError({"audience": "Name the contact's e-mail or phone first."})
        if self.require_verified_phone and not self.contact_phone:
            raise ValidationError({"require_verified_phone": "Name the contact's phone first."})


class InviteDevice(models.Model):
    """A browser that holds the invite. Its secret lies in that browser's cookie alone."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="devices")
    secret_hash = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=160, blank=True, default="")  # public, signs its taps; empty: it has none
    guest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.invite} on {self.guest[-6:]}"


class DeviceRequest(models.Model):
    """A phone that found the invite full and asks the host. Only when allowed does it become a device.

    The phone keeps the secret that it asked with; the token is the host's, in a letter and on their own page.
    """

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="device_requests")
    secret_hash = models.CharField(max_length=64, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    key = models.CharField(max_length=160, blank=True, default="")  # of the device that it becomes
    guest = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_allowed = models.BooleanField(default=False)  # counts once it is answered

    def __str__(self) -> str:
        return f"{self.invite}: asked by {self.guest[-6:]}"


class InviteClaim(models.Model):
    """A resident of this building who took the invite as their own."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="claims")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="claims")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("invite", "resident", name="one_claim_each")]

    def __str__(self) -> str:
        return f"{self.invite}: {self.resident}"


class PinTry(models.Model):
    """A PIN that was checked. Rows are the count, so that neither the cache nor a restart forgets it."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="pin_tries")
    device = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.invite} at {self.at}"


class OtpChallenge(models.Model):
    """A code that was sent to the invite's contact. Once right, once used, and never after its end."""

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    invite = models.ForeignKey(Invite, models.CASCADE, related_name="challenges")
    device = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=8)
    code_hash = models.CharField(max_length=256)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # used, or replaced by a newer one

    def __str__(self) -> str:
        return f"{self.invite} by {self.channel}"


class InviteRenewal(models.Model):
    """A guest asks for more time. The host answers by giving it, or not at all."""

    invite = models.ForeignKey(Invite, models.CASCADE, related_name="renewals")
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("invite", condition=models.Q(answered_at=None), name="one_open_renewal_each")
        ]

    def __str__(self) -> str:
        return f"{self.invite}: {self.note[:40]}"


class SpentScan(models.Model):
    """A proof of a scan that opened a door: it opens nothing twice."""

    nonce_hash = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.nonce_hash[:8]
