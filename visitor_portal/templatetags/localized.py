from django import template

from visitor_portal.public_access import Localized

register = template.Library()


@register.filter
def text(value: Localized | None, language: str) -> str:
    """A text of the upstream in this language, or the nearest that there is."""
    return value.text(language or "en") if isinstance(value, Localized) else ""
