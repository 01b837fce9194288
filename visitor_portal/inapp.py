"""Browsers inside other apps: their cookies are apart from those of the phone's own browser, and soon gone.
Many of them give no microphone either."""

import re
from dataclasses import dataclass

# How each names itself. Messenger says what Facebook says as well, so it comes first; case counts.
_NAMES = (
    (re.compile(r"\bInstagram [\d.]"), "Instagram"),
    (re.compile(r"\bFBAN/Messenger|\bFB_IAB/(Orca|MESSENGER)"), "Messenger"),
    (re.compile(r"\bFBA[NV]/|\bFB_IAB/"), "Facebook"),
    (re.compile(r"\bLine/\d"), "LINE"),
    (re.compile(r"\bMicroMessenger/"), "WeChat"),
    (re.compile(r"\bLinkedInApp\b"), "LinkedIn"),
    (re.compile(r"\bSnapchat/"), "Snapchat"),
    (re.compile(r"\b(musical_ly|trill|BytedanceWebview|TikTok)[_/ ]"), "TikTok"),
    (re.compile(r"\bTelegram-Android/"), "Telegram"),
    (re.compile(r"\bKAKAOTALK\b"), "KakaoTalk"),
    (re.compile(r"\bGmail/"), "Gmail"),
    (re.compile(r"\bGSA/"), "Google"),
)
_ANY_ON_ANDROID = re.compile(r"\bAndroid\b[^)]*; wv\)")


@dataclass(frozen=True, slots=True)
class InApp:
    name: str  # of the app; empty when it does not say
    is_android: bool


def of(user_agent: str) -> InApp | None:
    """The app in whose browser this is; nothing for a browser of its own."""
    name = next((name for pattern, name in _NAMES if pattern.search(user_agent)), "")
    if not name and not _ANY_ON_ANDROID.search(user_agent):
        return None
    return InApp(name, "Android" in user_agent)


def intent(app: InApp | None, address: str) -> str:
    """By which Android opens the address in the phone's browser. It knows none for plain http."""
    scheme, _, rest = address.partition("://")
    return f"intent://{rest}#Intent;scheme=https;end" if app and app.is_android and scheme == "https" else ""
