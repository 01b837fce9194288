"""Which user agents are the browser of another app. The shapes are those that phones really send."""

import pytest

from visitor_portal import inapp

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8"
WEBVIEW = f"{PIXEL} Build/UQ1A.240205.004; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0"
APPS = {
    f"{IPHONE} Mobile/21F90 Instagram 334.0.4.32.98 (iPhone15,2; iOS 17_5_1; en_US; scale=3.00; 1179x2556)": (
        "Instagram"
    ),
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 Instagram 334.0.0.42.95 Android (34/14; 420dpi; Google)": (
        "Instagram"
    ),
    f"{IPHONE} Mobile/21F90 [FBAN/FBIOS;FBAV/466.0.0.40.106;FBBV/602017236;FBDV/iPhone15,2;FBMD/iPhone;FBLC/en_US]": (
        "Facebook"
    ),
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/466.0.0.55.85;]": "Facebook",
    f"{IPHONE} Mobile/21F90 [FBAN/MessengerForiOS;FBAV/459.0.0.28.109;FBBV/600;FBDV/iPhone15,2;FBLC/de_DE]": (
        "Messenger"
    ),
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/459.0.0.31.110;]": "Messenger",
    f"{IPHONE} Mobile/15E148 Safari Line/14.9.0": "LINE",
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 Line/14.8.1/IAB": "LINE",
    f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN": "WeChat",
    f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.29.8455": "LinkedIn",
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1 Snapchat/12.90.0.43 (like Safari/8618.2.12.10.9, panda)": (
        "Snapchat"
    ),
    f"{IPHONE} Mobile/21F90 musical_ly_34.9.0 JsSdk/2.0 NetType/WIFI Channel/App Store BytedanceWebview/d8a21c6": (
        "TikTok"
    ),
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 trill_340903 BytedanceWebview/d8a21c6": "TikTok",
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36 Telegram-Android/11.3.3 (Google Pixel 8; Android 14)": (
        "Telegram"
    ),
    f"{IPHONE} GSA/319.0.641290431 Mobile/15E148 Safari/604.1": "Google",
    f"{WEBVIEW} Chrome/125.0.6422.113 Mobile Safari/537.36": "",
}
BROWSERS = [
    f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{IPHONE} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/126.0 Mobile/15E148 Safari/605.1.15",
    f"{IPHONE} Version/17.0 EdgiOS/125.2535.60 Mobile/15E148 Safari/604.1",
    f"{IPHONE} Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36",
    f"{PIXEL}) {CHROMIUM} Mobile Safari/537.36 EdgA/125.0.2535.51",
    f"{PIXEL}) {CHROMIUM} Mobile Safari/537.36 OPR/82.0.0.0",
    f"{PIXEL}) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Gecko/126.0 Firefox/126.0",
    f"{IPHONE.replace('iPhone; CPU iPhone OS 17_5_1 like', 'Macintosh; Intel')} Version/17.5 Safari/605.1.15",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROMIUM} Safari/537.36",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
    "Offline/2.0",
    "",
]


@pytest.mark.parametrize("agent", APPS)
def test_an_apps_own_browser_is_known_and_named(agent: str) -> None:
    app = inapp.of(agent)
    assert app and app.name == APPS[agent]
    assert app.is_android is agent.startswith("Mozilla/5.0 (Linux; Android")


@pytest.mark.parametrize("agent", BROWSERS)
def test_a_browser_of_its_own_is_none(agent: str) -> None:
    assert inapp.of(agent) is None
