from django import template
from django.utils.translation import get_language

from visitor_portal.public_access import Localized

register = template.Library()


@register.filter
def text(value: Localized | None) -> str:
    """A text of the upstream in the page's language, or the nearest that there is."""
    return value.text(get_language() or "en") if value else ""
