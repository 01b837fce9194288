"""Phones that hold an invite. Each proves itself by a secret that lies in its own cookie and nowhere else."""

from datetime import datetime

from django.db import transaction

from .models import Invite, InviteDevice, new_id
from .models.ids import hashed, new_secret
from .questions import Question
from .refusals import Refusal

_HOLDERS = Question(lambda invite: InviteDevice.objects.filter(invite=invite).only("pk"))


def bind(invite: Invite, guest: str, *, key: str = "", now: datetime) -> tuple[InviteDevice, str]:
    """Give a phone its slot, and the secret that proves it from now on.

    `guest` is what the phone calls itself; it may be empty, and it proves nothing. `key`: its public one, if any.
    """
    secret = new_secret("guest")
    with transaction.atomic():
        # Two that ask for the last slot wait for each other here.
        if is_full(Invite.objects.select_for_update().defer("photo").get(id=invite.id)):
            raise Refusal("max_devices_reached")
        device = InviteDevice.objects.create(
            invite=invite, secret_hash=hashed(secret), key=key, guest=guest or new_id(), created_at=now
        )
    return device, secret


def release(device: InviteDevice) -> None:
    """Take a slot back whose secret nobody was given."""
    InviteDevice.objects.filter(id=device.pk).delete()


def learn(device: InviteDevice, key: str) -> None:
    """A phone without a key names its own. Once it has one, its cookie alone changes nothing."""
    if device.key == key:
        return
    if not InviteDevice.objects.filter(id=device.pk, key="").update(key=key):
        raise Refusal("device_not_proved")


def move(device: InviteDevice) -> str:
    """The secret for another browser, which takes this slot and binds a key of its own. The old one is void."""
    secret = new_secret("guest")
    held = InviteDevice.objects.filter(id=device.pk, secret_hash=device.secret_hash)
    if not held.update(secret_hash=hashed(secret), key=""):
        raise Refusal("device_not_proved")
    return secret


def forget_keys(invite: Invite) -> None:
    """Its phones dropped their keys when it ended. Each that still has its cookie binds one anew."""
    invite.devices.exclude(key="").update(key="")


def is_full(invite: Invite) -> bool:
    return invite.max_devices is not None and len(_HOLDERS.all(invite.id)) >= invite.max_devices


def name_of(device: InviteDevice | None) -> str:
    """How tries and codes name a phone; empty for any without a slot. Its own word won't do: others could say it."""
    return str(device.pk) if device else ""
