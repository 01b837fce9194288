"""How this very browser is allowed again to show notifications, once it was told not to."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from visitor_portal import browsers
from visitor_portal.browsers import Browser

_IPHONE = gettext_noop("Open the iPhone's Settings, then Notifications, then this app, and allow notifications.")
_ON_ANDROID = gettext_noop("Tap the symbol at the left of the address, then Permissions, and allow Notifications.")
_HOW = {
    Browser.CHROME_IPHONE: _IPHONE,
    Browser.FIREFOX_IPHONE: _IPHONE,
    Browser.EDGE_IPHONE: _IPHONE,
    Browser.SAFARI_IPHONE: _IPHONE,
    Browser.SAMSUNG: _ON_ANDROID,
    Browser.EDGE_ANDROID: _ON_ANDROID,
    Browser.FIREFOX_ANDROID: _ON_ANDROID,
    Browser.CHROME_ANDROID: _ON_ANDROID,
    Browser.FIREFOX: gettext_noop("Click the crossed-out symbol beside the address, and take away “Blocked”."),
    Browser.EDGE: gettext_noop(
        "Click the padlock beside the address, then Permissions for this site, and allow Notifications."
    ),
    Browser.CHROME: gettext_noop("Click the symbol at the left of the address, and switch on Notifications."),
    Browser.SAFARI: gettext_noop(
        "Open the Safari menu, then Settings, then Websites, then Notifications, and allow this site."
    ),
}
_ANY = gettext_noop("Look for notifications in the settings of your browser, and allow them for this page.")


def how_to_allow(user_agent: str) -> str:
    return _(_HOW.get(browsers.of(user_agent), _ANY))
