"""A resident lets phones ring, and sees what is known of each."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import Person
from tests.pages import home
from tests.push.conftest import phone_of, service  # noqa: F401 a fixture
from tests.push.service import Browser, PushService
from visitor_portal.push import pool, receipts
from visitor_portal.push.models import Phone
from visitor_portal.roles import Role
from visitor_portal.seals import mint

pytestmark = pytest.mark.usefixtures("rows_for_threads")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"


@pytest.fixture
def rows_for_threads(file_database: None) -> Iterator[None]:
    yield
    assert pool.settle(15)


def subscribe(browser: Client, got: Browser, **more: Any) -> Any:
    body = json.dumps({**got.json, **more})
    return browser.post(
        "/resident/phones/subscribe", body, content_type="application/json", headers={"User-Agent": IPHONE}
    )


def prove(about: Any, token: str) -> int:
    """A worker's word, which carries no cookie."""
    headers = {"Authorization": f"Bearer {token}"}
    sent = Client().post("/resident/phones/proof", {"about": about}, content_type="application/json", headers=headers)
    return int(sent.status_code)


def act(browser: Client, who: Person, phone: Phone, do: str, **more: str) -> Any:
    seal = mint("phones", Role("resident", "", who.key).fingerprint)
    return browser.post(f"/resident/phones/{phone.id}", {"seal": seal, "do": do, **more})


def page(browser: Client) -> str:
    answer = browser.get("/resident/phones")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_nothing_rings_until_it_is_let(alice: Person) -> None:
    text = page(home(alice.key))
    assert "No phone rings for you yet" in text and "<noscript>" in text


@pytest.mark.parametrize("path", ["", "/list"])
def test_without_a_link_nothing_is_shown(alice: Person, path: str) -> None:
    assert Client().get(f"/resident/phones{path}").status_code == 403


def test_a_browser_is_taken_in_and_rung_at_once(alice: Person, service: PushService) -> None:  # noqa: F811
    browser, got = home(alice.key), service.subscribe()
    answer = subscribe(browser, got, prove=True)
    assert answer.status_code == 200 and answer.cookies["phone"]["httponly"]
    phone = Phone.objects.get()
    assert (phone.owner, phone.name) == (alice.resident.id, "iPhone · Safari")
    assert pool.settle(15) and [pushed.payload["kind"] for pushed in got.got] == ["test"]
    assert "this phone" in page(browser) and "Not proved yet" in page(browser)


def test_the_receipt_of_the_test_ring_proves_it(alice: Person, service: PushService) -> None:  # noqa: F811
    browser, got = home(alice.key), service.subscribe()
    subscribe(browser, got, prove=True)
    assert pool.settle(15)
    told = got.got[0].payload
    for _ in range(2):
        assert prove(told["about"], told["receipt"]) == 204
    assert "Proved just now." in page(browser)


@pytest.mark.parametrize("about", ["test-01JABCDEFGHJKMNPQRSTVWXYZ0", "test-x", "01JABCDEFGHJKMNPQRSTVWXYZ0", "", 7])
def test_a_forged_receipt_proves_nothing(alice: Person, service: PushService, about: Any) -> None:  # noqa: F811
    phone = phone_of(service.subscribe(), alice.resident.id)
    token = receipts.token(phone.id, "something else", "shown")
    assert prove(about, token) == 403
    assert Phone.objects.get().proven_at is None


def test_an_address_that_changed_is_renewed_silently(alice: Person, service: PushService) -> None:  # noqa: F811
    browser, new = home(alice.key), service.subscribe()
    subscribe(browser, service.subscribe())
    Phone.objects.update(proven_at=timezone.now())
    subscribe(browser, new)
    assert Phone.objects.get().endpoint == new.subscription.endpoint and Phone.objects.get().proven_at
    assert new.asked == 0


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"null", b'{"endpoint": "https://evil.example/x"}', b"[" * 3000, b" " * 5000, b"\xff"]
)
def test_what_is_no_subscription_is_refused(alice: Person, body: bytes) -> None:
    answer = home(alice.key).post("/resident/phones/subscribe", body, content_type="application/json")
    assert answer.status_code == 400 and "push service" in answer.json()["says"]


def test_a_form_of_another_site_lets_nothing_ring(alice: Person, service: PushService) -> None:  # noqa: F811
    body = json.dumps(service.subscribe().json)
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert home(alice.key).post("/resident/phones/subscribe", body, content_type=kind).status_code == 400
    assert Client().post("/resident/phones/subscribe", body, content_type="application/json").status_code == 403
    assert not Phone.objects.exists()


def test_the_eleventh_is_refused_with_a_sentence(alice: Person, service: PushService) -> None:  # noqa: F811
    for _ in range(10):
        phone_of(service.subscribe(), alice.resident.id)
    answer = subscribe(home(alice.key), service.subscribe())
    assert answer.status_code == 409 and "Ten phones" in answer.json()["says"]


def test_renamed_tried_and_removed(alice: Person, service: PushService) -> None:  # noqa: F811
    browser, got = home(alice.key), service.subscribe()
    phone = phone_of(got, alice.resident.id)
    assert act(browser, alice, phone, "rename", name="Kitchen").status_code == 303
    assert "Kitchen" in page(browser)
    act(browser, alice, phone, "test")
    assert pool.settle(15) and got.asked == 1
    act(browser, alice, phone, "remove")
    assert "Kitchen" not in page(browser) and Phone.objects.get().why == "removed"


def test_nobody_touches_the_phone_of_another(alice: Person, bob: Person, service: PushService) -> None:  # noqa: F811
    phone = phone_of(service.subscribe(), alice.resident.id)
    for do in ("rename", "remove", "lost", "dismiss", "test"):
        act(home(bob.key), bob, phone, do, name="Mine")
    assert Phone.objects.values_list("name", "ended_at", "why").get() == ("Phone", None, "")
    assert pool.settle(15) and service.browsers[0].asked == 0


def test_a_tap_from_elsewhere_does_nothing(alice: Person, bob: Person, service: PushService) -> None:  # noqa: F811
    browser, phone = home(alice.key), phone_of(service.subscribe(), alice.resident.id)
    assert browser.post(f"/resident/phones/{phone.id}", {"seal": "x", "do": "remove"}).status_code == 403
    assert act(browser, bob, phone, "remove").status_code == 403
    assert act(browser, alice, phone, "explode").status_code == 400
    assert browser.get(f"/resident/phones/{phone.id}").status_code == 405
    assert Phone.objects.get().ended_at is None


def test_a_lost_phone_is_shown_nothing_until_it_is_found(alice: Person, service: PushService) -> None:  # noqa: F811
    lost, other = home(alice.key), home(alice.key)
    subscribe(lost, service.subscribe())
    phone = Phone.objects.get()
    act(other, alice, phone, "lost")
    for path in ("/resident", "/resident/visits", "/resident/phones", "/resident/phones/list"):
        answer = lost.get(path)
        assert answer.status_code == 403 and "This phone was reported lost" in answer.content.decode()
    assert "Reported lost" in page(other)
    act(other, alice, phone, "dismiss")
    assert lost.get("/resident").status_code == 200


def test_unchanged_is_no_content(alice: Person) -> None:
    browser = home(alice.key)
    version = page(browser).partition("?v=")[2].partition('"')[0]
    assert browser.get("/resident/phones/list", {"v": version}).status_code == 204


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"proven_at": timedelta(minutes=5)}, "Last proved 5\xa0minutes ago."),
        ({"trouble": "refused"}, "Tell whoever manages the building."),
        ({"trouble": "unreached"}, "could not be reached"),
        ({"ended_at": timedelta(), "why": "gone"}, "It rings no more"),
    ],
)
def test_the_truth_about_each(alice: Person, service: PushService, fields: Any, words: str) -> None:  # noqa: F811
    phone_of(service.subscribe(), alice.resident.id)
    now = timezone.now()
    Phone.objects.update(**{k: now - v if isinstance(v, timedelta) else v for k, v in fields.items()})
    assert words in page(home(alice.key))


# -- what a phone keeps


def test_the_worker_speaks_the_language_of_its_browser() -> None:
    for language in ("en", "ar"):
        answer = Client().get("/resident/worker.js", headers={"Accept-Language": language})
        text = answer.content.decode()
        says = json.loads(text.partition("self.SAYS = ")[2].partition(";\n")[0])
        assert (says["lang"], says["dir"]) == (language, "rtl" if language == "ar" else "ltr")
        assert answer["Cache-Control"] == "no-cache" and "showNotification" in text


def test_a_home_screen_starts_where_the_resident_is_known(alice: Person) -> None:
    browser = home(alice.key)
    assert browser.get("/manifest.webmanifest").json()["start_url"] == "/resident"
    iphone = {"User-Agent": IPHONE}
    assert browser.get("/manifest.webmanifest", headers=iphone).json()["start_url"] == f"/resident/{alice.key}"
    assert Client().get("/manifest.webmanifest", headers=iphone).json()["start_url"] == "/resident"


@pytest.mark.parametrize(
    ("agent", "how"),
    [
        (IPHONE, "Open the iPhone&#x27;s Settings, then Notifications"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0", "Click the crossed-out symbol"),
        ("Something/1.0", "Look for notifications in the settings"),
    ],
)
def test_a_refusal_can_be_taken_back_in_this_very_browser(alice: Person, agent: str, how: str) -> None:
    assert how in home(alice.key).get("/resident/phones", headers={"User-Agent": agent}).content.decode()
