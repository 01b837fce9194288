from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .readers import Json

# Pages name scripts where the API names countries; and Hebrew had another code until 1989.
_SAME = {"zh-hans": "zh-cn", "zh-hant": "zh-tw", "iw": "he"}


def _normal(language: str) -> str:
    code = language.replace("_", "-").lower()
    return _SAME.get(code, code)


def _base(language: str) -> str:
    return _normal(language).partition("-")[0]


@dataclass(frozen=True, slots=True, init=False)
class Localized:
    """One text in several languages; a bare string counts as English."""

    # Pairs and not a dict: the value stays hashable and goes through a cache unchanged.
    texts: tuple[tuple[str, str], ...]

    def __init__(self, texts: str | Mapping[str, str]) -> None:
        pairs = {"en": texts} if isinstance(texts, str) else texts
        object.__setattr__(self, "texts", tuple(pairs.items()))

    @classmethod
    def from_json(cls, data: object) -> Localized | None:
        """Reads a string, a map of locales, or such a map under `value`; None when there is no text in it."""
        if isinstance(data, dict) and isinstance(data.get("value"), dict | str):
            data = data["value"]
        if isinstance(data, str):
            return cls(data) if data else None
        if not isinstance(data, dict):
            return None
        found = {key: value for key, value in data.items() if isinstance(value, str) and value}
        return cls(found) if found else None

    def text(self, language: str = "en") -> str:
        exact = {_normal(key): value for key, value in self.texts}
        bases = {_base(key): value for key, value in reversed(self.texts)}
        base = _base(language)
        for found in (exact.get(_normal(language)), exact.get(base), bases.get(base), exact.get("en")):
            if found:
                return found
        return bases.get("en") or next((value for _, value in self.texts), "")

    def to_json(self) -> Json:
        """A map of locales, for members that the API leaves untyped."""
        return dict(self.texts)

    def to_value(self) -> Json:
        """The API's LocalizedString."""
        return {"value": dict(self.texts)}


def localized(data: Mapping[str, object], *keys: str) -> Localized | None:
    found = (Localized.from_json(data.get(key)) for key in keys)
    return next((value for value in found if value), None)


def valued(value: Localized | None) -> Json | None:
    return None if value is None else value.to_value()
