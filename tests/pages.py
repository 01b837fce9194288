"""How tests use pages: forms are read from the page and sent back as a browser would."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from visitor_portal.building.models import Entry, Portal


class Form(HTMLParser):
    """The hidden fields and the buttons of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: list[dict[str, str]] = []
        self.headings: list[str] = []
        self._in_h1 = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]
        if tag == "button":
            self.buttons.append(found)
        self._in_h1 = tag == "h1"

    def handle_data(self, data: str) -> None:
        if self._in_h1 and data.strip():
            self.headings.append(data.strip())

    @property
    def actions(self) -> list[str]:
        return [b.get("formaction", "").rpartition("/")[2] for b in self.buttons if "formaction" in b]


def read(response: Any) -> Form:
    return Form(response.content.decode())


def call(visitor: Client, portal: Portal, entry: Entry, mode: str = "voice") -> Any:
    """Open the sign and tap an entry."""
    sign = f"/p/{portal.public_id}"
    form = read(visitor.get(sign))
    return visitor.post(f"{sign}/call", {**form.fields, "call": f"{mode}.{entry.id}"})


def home(key: str) -> Client:
    """A resident's browser that has opened its link."""
    browser = Client()
    assert browser.get(f"/resident/{key}").status_code == 303
    return browser


def tap(browser: Client, visit: str, action: str, **more: Any) -> Any:
    """Load the visit as this browser sees it and send one of its forms."""
    asked = "" if action == "cancel" else "?as=callee"
    form = read(browser.get(visit + asked))
    return browser.post(f"{visit}/{action}", {**form.fields, **more}, headers=more.pop("headers", None))
