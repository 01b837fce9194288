"""What this very browser lets a page do: how a refused microphone is allowed again, and the way out of an app."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from visitor_portal import browsers, inapp
from visitor_portal.browsers import Browser
from visitor_portal.http import isolated

from .status import Status

_HOW = {
    Browser.CHROME_IPHONE: gettext_noop(
        "Open the iPhone's Settings, then Apps, then Chrome, and switch on Microphone and Camera."
    ),
    Browser.FIREFOX_IPHONE: gettext_noop(
        "Open the iPhone's Settings, then Apps, then Firefox, and switch on Microphone and Camera."
    ),
    Browser.EDGE_IPHONE: gettext_noop(
        "Open the iPhone's Settings, then Apps, then Edge, and switch on Microphone and Camera."
    ),
    Browser.SAFARI_IPHONE: gettext_noop(
        "Tap the symbol at the left of the address, then “…”, then Website Settings, and allow the microphone."
    ),
    Browser.SAMSUNG: gettext_noop(
        "Tap the padlock beside the address, then Permissions, and allow the microphone and the camera."
    ),
    Browser.EDGE_ANDROID: gettext_noop(
        "Tap the padlock beside the address, then Permissions, and allow the microphone and the camera."
    ),
    Browser.FIREFOX_ANDROID: gettext_noop(
        "Tap the padlock beside the address, and tap “Blocked” beside Microphone and Camera."
    ),
    Browser.FIREFOX: gettext_noop("Click the crossed-out microphone beside the address, and take away “Blocked”."),
    Browser.EDGE: gettext_noop(
        "Click the padlock beside the address, then Permissions for this site, and allow the microphone."
    ),
    Browser.CHROME_ANDROID: gettext_noop(
        "Tap the symbol at the left of the address, then Permissions, and switch on Microphone and Camera."
    ),
    Browser.CHROME: gettext_noop("Click the symbol at the left of the address, and switch on Microphone and Camera."),
    Browser.SAFARI: gettext_noop(
        "Open the Safari menu, then Settings for This Website, and allow Microphone and Camera."
    ),
}
_ANY = gettext_noop("Look for the microphone in the settings of your browser, and allow it for this page.")
_APP = gettext_noop(
    "Allow the microphone for this app in the settings of your phone, or open the page in your browser."
)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the visit's page says when there is no microphone."""

    undo: str  # how a refusal is taken back here
    app: str  # the app in whose browser this is, where it says
    address: str  # to ring from in another browser; empty where there is none
    intent: str


def of(request: HttpRequest, status: Status) -> Permissions:
    agent = request.headers.get("User-Agent", "")
    app = inapp.of(agent)
    address = _address(status)
    return Permissions(how_to_allow(agent), isolated(app.name) if app else "", address, inapp.intent(app, address))


def how_to_allow(user_agent: str) -> str:
    """One sentence for this browser; the general one for a browser that nobody knows."""
    if inapp.of(user_agent):
        return _(_APP)
    return _(_HOW.get(browsers.of(user_agent), _ANY))


def _address(status: Status) -> str:
    """The sign that was scanned. The visit's own page would be nobody's in another browser."""
    sign = status.session.public_portal_id
    if status.role.name != "caller" or not sign:
        return ""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('portal', args=[sign])}"
