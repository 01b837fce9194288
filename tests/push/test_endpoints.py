"""Which addresses may be called: a table."""

import socket
from typing import Any

import pytest

from visitor_portal.push import endpoints, line
from visitor_portal.push.endpoints import BadEndpoint

from .service import PushService

GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://web.push.apple.com/QGuQyavXutnMi",
    "https://api.push.apple.com:443/x",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d%3d",
    "https://FCM.googleapis.com/fcm/send/x",
]
BAD = [
    "",
    "http://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "https:///x",
    "https://fcm.googleapis.com:444/x",
    "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com.example/x",
    "https://evil-fcm.googleapis.com/x",
    "https://notpush.apple.com/x",
    "https://apple.com/x",
    "https://googleapis.com/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com@evil.example/x",
    "https://user:word@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://evil.example#fcm.googleapis.com",
    "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com/x#y",
    "https://fcm.googleapis.com/x\r\nHost: evil",
    "https://fcm.googleapis.com/\x00",
    "https://ｆcm.googleapis.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[fcm.googleapis.com]/x",
    f"https://fcm.googleapis.com/{'x' * 1000}",
]
DIALLED = {
    "8.8.8.8": True,
    "2a00:1450:4001::1": True,
    "127.0.0.1": False,
    "0.0.0.0": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "192.0.2.1": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
    "::": False,
    "::1": False,
    "fe80::1": False,
    "fe80::1%eth0": False,
    "fd00::1": False,
    "ff02::1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:8.8.8.8": True,
    "64:ff9b::7f00:1": False,
    "64:ff9b::808:808": True,
    "2002:7f00:1::": False,
    "2001:0:4136:e378:8000:63bf:80ff:fffe": False,
    "nonsense": False,
}


@pytest.mark.parametrize("address", GOOD)
def test_push_services_that_browsers_use(address: str) -> None:
    assert endpoints.checked(address).is_named is False


@pytest.mark.parametrize("address", BAD)
def test_nothing_else(address: str) -> None:
    with pytest.raises(BadEndpoint):
        endpoints.checked(address)


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://push.example.com/x", True),
        ("https://push.example.com:8443/x", False),
        ("https://other.example.com:8443/x", True),
        ("https://other.example.com/x", False),
        ("http://push.example.com/x", False),
        ("http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1:9001/x", False),
        ("http://localhost:9000/x", False),
        ("https://sub.push.example.com/x", False),
    ],
)
def test_those_that_the_operator_names(settings: Any, address: str, is_good: bool) -> None:
    settings.PUSH_HOSTS = ["push.example.com", "other.example.com:8443", "127.0.0.1:9000"]
    if is_good:
        assert endpoints.checked(address).is_named
    else:
        with pytest.raises(BadEndpoint):
            endpoints.checked(address)


@pytest.mark.parametrize(("address", "may"), DIALLED.items())
def test_only_public_addresses_are_dialled(address: str, may: bool) -> None:
    assert endpoints.may_dial(address, is_named=False) is may


@pytest.mark.parametrize(
    ("address", "may"), [("127.0.0.1", True), ("10.0.0.1", True), ("169.254.169.254", False), ("0.0.0.0", False)]
)
def test_a_host_that_the_operator_named_may_be_at_home(address: str, may: bool) -> None:
    assert endpoints.may_dial(address, is_named=True) is may


async def test_a_known_name_that_leads_home_is_not_called(
    service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is the very address that is dialled, and not what the name said a moment before."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", service.server_port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    endpoint = endpoints.checked("https://fcm.googleapis.com/fcm/send/x")
    with pytest.raises(line.Forbidden):
        await line.post(endpoint, b"x", {})
    assert service.elsewhere == 0
