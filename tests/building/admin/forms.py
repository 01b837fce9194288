"""Forms of the desk, read from their page and sent back as a browser would."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class Fields(HTMLParser):
    """What a browser would send of a page's forms, as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self.secrets: dict[str, str] = {}  # inputs that show no letters, with what they hold
        self._area = self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") not in ("submit", "file", "checkbox", "radio"):
            self.sent[name] = found.get("value", "")
            if found.get("type") == "password":
                self.secrets[name] = found.get("value", "")
        elif tag == "input" and name and "checked" in found:
            self._add(name, found.get("value", "on"))
        elif tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self._add(self._select, found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.sent[self._area] = self.sent[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data

    def _add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, [])
        self.sent[name].append(value)


def read(client: Client, url: str) -> Fields:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return Fields(answer.content.decode())


def send(client: Client, url: str, **changes: Any) -> Any:
    """Load the page, change these fields, send it. None takes a field out."""
    sent = read(client, url).sent | changes
    return client.post(
        url, {name: value for name, value in sent.items() if value is not None and "__prefix__" not in name}
    )


def errors(answer: Any) -> dict[str, list[str]]:
    """What the form says that is shown again."""
    assert answer.status_code == 200, answer.status_code
    return {name: list(map(str, said)) for name, said in answer.context["adminform"].form.errors.items()}


def text(answer: Any) -> str:
    """What a page says, without its tags."""

    class Words(HTMLParser):
        said: list[str] = []

        def handle_data(self, data: str) -> None:
            self.said.append(data)

    words = Words()
    words.said = []
    words.feed(answer.content.decode())
    return " ".join(" ".join(words.said).split())
