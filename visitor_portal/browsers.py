"""Which browser this is, as far as its own word says: enough to name it, and to say where its settings are."""

import re
from enum import StrEnum


class Browser(StrEnum):
    CHROME_IPHONE = "Chrome on iPhone"
    FIREFOX_IPHONE = "Firefox on iPhone"
    EDGE_IPHONE = "Edge on iPhone"
    SAFARI_IPHONE = "Safari on iPhone"
    SAMSUNG = "Samsung Internet"
    EDGE_ANDROID = "Edge on Android"
    FIREFOX_ANDROID = "Firefox on Android"
    FIREFOX = "Firefox"
    EDGE = "Edge"
    CHROME_ANDROID = "Chrome on Android"
    CHROME = "Chrome"
    SAFARI = "Safari"
    UNKNOWN = ""


# Each names those that it descends from as well, so the order counts: whoever has a name of its own comes first.
_PATTERNS: tuple[tuple[re.Pattern[str], Browser], ...] = (
    (re.compile(r"\bCriOS/"), Browser.CHROME_IPHONE),
    (re.compile(r"\bFxiOS/"), Browser.FIREFOX_IPHONE),
    (re.compile(r"\bEdgiOS/"), Browser.EDGE_IPHONE),
    (re.compile(r"\b(iPhone|iPad|iPod)\b.*\bSafari/"), Browser.SAFARI_IPHONE),
    (re.compile(r"\bSamsungBrowser/"), Browser.SAMSUNG),
    (re.compile(r"\bEdgA/"), Browser.EDGE_ANDROID),
    (re.compile(r"\bAndroid\b.*\bFirefox/"), Browser.FIREFOX_ANDROID),
    (re.compile(r"\bFirefox/"), Browser.FIREFOX),
    (re.compile(r"\bEdg/"), Browser.EDGE),
    (re.compile(r"\bAndroid\b.*\bChrome/"), Browser.CHROME_ANDROID),
    (re.compile(r"\bChrome/"), Browser.CHROME),
    (re.compile(r"\bMacintosh\b.*\bSafari/"), Browser.SAFARI),
)
_DEVICES = (
    (re.compile(r"\biPhone\b|\biPod\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bMacintosh\b"), "Mac"),
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\bCrOS\b"), "Chromebook"),
    (re.compile(r"\bLinux\b|\bX11\b"), "Linux"),
)


def of(user_agent: str) -> Browser:
    return next((browser for pattern, browser in _PATTERNS if pattern.search(user_agent)), Browser.UNKNOWN)


def is_iphone(user_agent: str) -> bool:
    """An iPad that calls itself a Mac is taken for one."""
    return bool(re.search(r"\b(iPhone|iPad|iPod)\b", user_agent))


def name(user_agent: str) -> str:
    """As its owner would know it again in a list: "iPhone · Safari"."""
    device = next((word for pattern, word in _DEVICES if pattern.search(user_agent)), "")
    program = of(user_agent).partition(" on ")[0]
    return " · ".join(filter(None, (device, program)))
