"""Ids in addresses. What does not look like one never reaches a database or an upstream."""

from django.urls import register_converter


class Id:
    regex = "[A-Za-z0-9_-]{1,128}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Token(Id):
    """An invite's: as much as the contract's client would send on."""

    regex = "[A-Za-z0-9_-]{1,256}"


def register() -> None:
    register_converter(Id, "id")
    register_converter(Token, "token")
