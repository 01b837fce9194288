"""Load the demo building, or find it loaded, and say where its pages are."""

import io
import json
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from visitor_portal.building import demo


class Command(BaseCommand):
    help = "Load the demo building. Running it again only brings its invites back to their states."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the links for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        links = demo.load(settings.PUBLIC_BASE_URL)
        if options["json"]:
            links["residents"] = [{k: v for k, v in r.items() if k != "try"} for r in links["residents"]]
            self.stdout.write(json.dumps(links, ensure_ascii=False, indent=2))
            return
        # The signs last: they are what one starts with, and a terminal shows the end.
        self._people(links["residents"])
        self._invites(links["invites"])
        self._desk(links["admin"])
        for portal in links["portals"]:
            self._sign(portal["name"], portal["url"])
        if urlsplit(links["base_url"]).hostname in ("localhost", "127.0.0.1"):
            self.stdout.write("These addresses work on this computer. The README says how to let a phone in.\n\n")

    def _invites(self, invites: list[dict[str, str]]) -> None:
        self._heading("Invites: links for guests, in every state")
        for invite in invites:
            self.stdout.write(f"  {invite['url']}\n    {invite['name']} ({invite['state']}): {invite['try']}")
        self.stdout.write("\n")

    def _desk(self, admin: dict[str, str]) -> None:
        self._heading("The building's own desk")
        password = admin["password"] or "as it was set there"
        self.stdout.write(f"  {admin['url']}  user {admin['username']}, password {password}")
        self.stdout.write("  Doors, directory, people, accesses, and the log of every attempt to open.\n\n")

    def _heading(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(text))

    def _sign(self, name: str, url: str) -> None:
        self._heading(f"Sign: {name}")
        drawing = io.StringIO()
        segno.make(url, error="m").terminal(drawing, compact=True, border=2)
        self.stdout.write(drawing.getvalue())
        self.stdout.write(f"  {url}\n  Scan or open it as a visitor, and ring somebody.\n\n")

    def _people(self, residents: list[dict[str, str]]) -> None:
        self._heading("Residents: keep one open, it rings there")
        for resident in sorted(residents, key=lambda r: not r["try"].startswith("rings for")):
            self.stdout.write(f"  {resident['url']}\n    {resident['name']}: {resident['try']}")
        self.stdout.write("\n")
