from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language

from visitor_portal.http import isolated
from visitor_portal.public_access import Localized

register = template.Library()
register.filter(isolated)


@register.filter
def text(value: Localized | None) -> str:
    """A text of the upstream in the page's language, or the nearest that there is."""
    return isolated(value.text(get_language() or "en")) if value else ""


@register.filter
def counting(seconds: int) -> str:
    """Seconds that the page's script counts down, to be put into a sentence wherever its language has them."""
    return format_html('<time class="countdown__left" data-countdown="{0}">{0}</time>', seconds)


@register.filter
def allowed(picture: str | None) -> str:
    """The address of a picture, if pages may load from there. A presigned address is nobody's business elsewhere."""
    parts = urlsplit(picture or "")
    is_ours = not parts.netloc and parts.path.startswith("/")
    return picture or "" if is_ours or parts.netloc in settings.IMAGE_HOSTS else ""
