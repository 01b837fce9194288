"""Signs: what a printed sticker says, and how one is replaced."""

from datetime import datetime

import segno
from django.conf import settings
from django.db import transaction

from .models import Camera, Portal
from .refusals import Refusal


def url_of(portal: Portal) -> str:
    """What the sticker's QR code says."""
    return f"{settings.PUBLIC_BASE_URL}/p/{portal.public_id}"


def qr_code(text: str) -> segno.QRCode:
    """Readable with a quarter of it scratched off."""
    return segno.make(text, error="q", micro=False)


@transaction.atomic
def rotate(portal: Portal, now: datetime) -> Portal:
    """A new sign in this one's place. From here on the old sticker leads nowhere."""
    if not Portal.objects.filter(public_id=portal.public_id, retired_at=None).update(retired_at=now):
        raise Refusal("gone")
    portal.refresh_from_db()
    new = Portal.objects.create(
        door=portal.door,
        direction=portal.direction,
        name=portal.name,
        directory=portal.directory,
        directory_message=portal.directory_message,
    )
    seen = [
        Camera(portal=new, device_id=c.device_id, label=c.label, position=c.position) for c in portal.cameras.all()
    ]
    Camera.objects.bulk_create(seen)
    return new
