"""`manage.py vapid`: the public half of the key that signs pushes."""

from typing import Any

from django.core.management.base import BaseCommand

from visitor_portal.push import vapid


class Command(BaseCommand):
    help = "Prints the public key by which browsers and push services know this portal (VAPID)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(vapid.public_key())
