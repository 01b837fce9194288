"""A guest's browser on the page of an invite."""

from typing import Any

from django.test import Client

from tests.building.inviting import Link
from tests.pages import Form
from visitor_portal.public_access.wire import Invite
from visitor_portal.visitor import guest


class Guest:
    """One phone: it opens the link, and sends the page's own forms."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.client = Client()

    @property
    def path(self) -> str:
        return f"/invite/{self.link.token}"

    @property
    def passes(self) -> list[str]:
        """The cookies by which this phone holds an invite."""
        return [name for name in self.client.cookies if name.startswith("invite-")]

    def seal(self) -> str:
        """The form token that the page would show this phone now."""
        request = self.client.get("/").wsgi_request
        request.COOKIES = {name: morsel.value for name, morsel in self.client.cookies.items() if morsel.value}
        shown = Invite(self.link.token, "active")
        return str(guest.context(request, self.link.token, shown)["seal"])

    def send(self, action: str, seal: str | None = None, **fields: Any) -> Any:
        sent = {"seal": self.seal() if seal is None else seal} | fields
        return self.client.post(f"{self.path}/{action}", sent)

    def open(self, **fields: Any) -> Any:
        return self.send("execute", grant_id=self.link.grant, **fields)


def heading(response: Any) -> str:
    return Form(response.content.decode()).headings[0]


def text(response: Any) -> str:
    return str(response.content.decode())
