"""What every template gets."""

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, str]:
    """`page`: the frame to extend. An htmx request gets the bare one, a history restore needs the whole page."""
    htmx = getattr(request, "htmx", None)
    bare = htmx is not None and bool(htmx) and not htmx.history_restore_request
    return {"page": "bare.html" if bare else "base.html"}
