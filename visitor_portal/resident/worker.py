"""What a phone keeps of us: how the worker rings it, in its own language, and what stands on the home screen."""

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from visitor_portal import browsers, roles
from visitor_portal.push import vapid

_SCRIPT = Path(settings.BASE_DIR, "static/js/rings.js")


def _words() -> dict[str, dict[str, str]]:
    """By kind of push. On a locked screen anybody reads them: they name nobody but who answered."""
    return {
        "ring": {"title": _("Somebody is at the door"), "body": _("Tap to see who, to talk or to open.")},
        "message": {"title": _("Somebody at the door wrote to you"), "body": _("Tap to read it.")},
        "mine": {"title": _("You answered"), "body": _("Nothing more to do.")},
        "answered": {"title": _("Answered by {name}"), "body": _("Nothing more to do.")},
        "refused": {"title": _("You declined"), "body": _("The visitor is told that you can't come now.")},
        "declined": {"title": _("Declined by {name}"), "body": _("Nothing more to do.")},
        "missed": {"title": _("Missed: somebody was at the door"), "body": _("They have gone, or nobody answered.")},
        "asked": {"title": _("One more phone?"), "body": _("A guest's phone asks for your word. Tap to look.")},
        "test": {"title": _("This phone can be rung"), "body": _("So it looks when somebody is at the door.")},
        "other": {"title": _("Something is new at the door"), "body": _("Tap to look.")},
    }


@require_safe
async def worker(request: HttpRequest) -> HttpResponse:
    """Loaded by the worker at /sw.js, and asked for anew each time."""
    says = {
        "key": vapid.public_key(),
        "icon": static("img/door-192.png"),
        "lang": get_language() or "en",
        "dir": "rtl" if get_language_bidi() else "ltr",
        "somebody": _("somebody else"),
        "words": _words(),
    }
    script = f"self.SAYS = {json.dumps(says)};\n{_SCRIPT.read_text()}"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
async def manifest(request: HttpRequest) -> HttpResponse:
    """What a home screen needs. An iPhone gives what it starts from there no cookies: it starts with the key."""
    role = roles.held(request.COOKIES, "resident")
    agent = request.headers.get("User-Agent", "")
    start = reverse("enter", args=[role.secret]) if role and browsers.is_iphone(agent) else reverse("resident")
    icons = [(static(f"img/door-{size}.png"), f"{size}x{size}", "image/png") for size in (192, 512)]
    return JsonResponse(
        {
            "id": reverse("resident"),
            "name": _("Visitor Portal"),
            "short_name": _("Door"),
            "start_url": start,
            "scope": "/",
            "display": "standalone",
            "lang": get_language() or "en",
            "dir": "rtl" if get_language_bidi() else "ltr",
            "background_color": "#f5f2ec",
            "theme_color": "#0d5c63",
            "icons": [{"src": src, "sizes": sizes, "type": kind, "purpose": "any"} for src, sizes, kind in icons],
        },
        content_type="application/manifest+json",
    )
