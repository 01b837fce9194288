"""A push, as a push service and a phone get it, and what is made of each answer."""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import active_count

import pytest

from visitor_portal.push import pool, sender, vapid
from visitor_portal.push.models import Phone
from visitor_portal.push.sender import Outcome, Push, Result

from . import service as bad
from .conftest import phone_of
from .service import Browser, PushService

pytestmark = pytest.mark.usefixtures("database")


def sent(browser: Browser, payload: dict[str, str] | None = None, about: str = "a visit") -> Outcome:
    found: list[Outcome] = []
    phone = Phone.objects.filter(endpoint=browser.subscription.endpoint).first() or phone_of(browser)
    sender.send(Push(phone, about, payload or {"kind": "ring"}, found.extend))
    assert pool.settle(15)
    return found[0]


def test_the_phone_reads_what_was_sent_and_the_service_what_it_needs(service: PushService) -> None:
    browser = service.subscribe()
    assert sent(browser, {"kind": "ring", "word": "naïve 門"}).result == Result.TAKEN
    got = browser.got[0]
    assert got.payload == {"kind": "ring", "word": "naïve 門"}
    assert (got.headers["Ttl"], got.headers["Urgency"]) == ("45", "high")
    assert (got.claims["sub"], got.claims["k"]) == ("mailto:visitor-portal@localhost", vapid.public_key())
    assert "Cookie" not in got.headers and got.size < 4096


def test_the_topic_is_the_visit_and_says_nothing_of_it(service: PushService) -> None:
    browser = service.subscribe()
    for about in ("one", "one", "other"):
        sent(browser, about=about)
    topics = [got.headers["Topic"] for got in browser.got]
    assert topics[0] == topics[1] != topics[2] and {len(topic) for topic in topics} == {32}
    assert all(topic.isalnum() for topic in topics)


def test_nothing_larger_than_three_kilobytes_leaves(service: PushService, caplog: pytest.LogCaptureFixture) -> None:
    browser = service.subscribe()
    assert sent(browser, {"word": "x" * 3073}).result == Result.REFUSED
    assert browser.asked == 0


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, "taken"), (202, "taken"), (404, "gone"), (410, "gone"), (429, "busy"), (500, "busy"), (503, "busy")]
    + [(status, "refused") for status in (400, 401, 403, 413, 301)],
)
def test_each_answer_is_taken_for_what_it_means(service: PushService, status: int, result: str) -> None:
    browser = service.subscribe(status)
    assert (sent(browser).result, browser.asked) == (result, 1)


@pytest.mark.parametrize("status", [404, 410])
def test_the_first_gone_ends_a_phone(service: PushService, status: int) -> None:
    sent(service.subscribe(status))
    phone = Phone.objects.get()
    assert phone.ended_at and phone.why == "gone"


@pytest.mark.parametrize(("status", "trouble"), [(403, "refused"), (429, "busy"), (500, "busy")])
def test_no_other_answer_does(service: PushService, status: int, trouble: str) -> None:
    browser = service.subscribe(status)
    sent(browser)
    assert Phone.objects.values_list("ended_at", "trouble", "told_at").get() == (None, trouble, None)
    browser.way = 201
    sent(browser)
    assert Phone.objects.get().trouble == "" and Phone.objects.get().told_at


def test_a_gone_address_ends_no_phone_that_has_a_new_one(service: PushService) -> None:
    browser = service.subscribe(410)
    phone = phone_of(browser)
    Phone.objects.update(endpoint=service.subscribe().subscription.endpoint)
    sender.send(Push(phone, "a visit", {}, lambda outcomes: None))
    assert pool.settle(15)
    assert Phone.objects.get().ended_at is None


def test_a_refusal_is_logged_once_and_names_no_phone(service: PushService, caplog: pytest.LogCaptureFixture) -> None:
    browser = service.subscribe(403)
    for _ in range(3):
        sent(browser)
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert said == [f"The push service at {service.host} refuses what we send (403)."]


def test_retry_after_is_read_in_both_forms(service: PushService) -> None:
    assert sent(service.subscribe(429, retry_after="17")).retry_after == 17
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 <= sent(service.subscribe(503, retry_after=soon)).retry_after <= 31
    assert sent(service.subscribe(503, retry_after="soon, I hope")).retry_after == 0


@pytest.mark.parametrize("way", [bad.SILENT, bad.DRIPS, bad.HANGS_UP])
def test_a_bad_service_is_left_at_the_deadline(service: PushService, way: str) -> None:
    begun = time.monotonic()
    assert sent(service.subscribe(way)).result == Result.UNREACHED
    assert time.monotonic() - begun < 9  # five seconds, and a busy machine


def test_what_it_says_beside_the_status_is_not_read(service: PushService) -> None:
    begun = time.monotonic()
    assert sent(service.subscribe(bad.LIES)).result == Result.TAKEN
    assert time.monotonic() - begun < 4


def test_nobody_follows_where_it_sends(service: PushService) -> None:
    assert sent(service.subscribe(bad.REDIRECTS)).result == Result.REFUSED
    assert service.elsewhere == 0


def test_a_proxy_of_the_environment_sees_nothing(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert sent(service.subscribe()).result == Result.TAKEN


def test_dead_ones_keep_no_thread_and_hold_nobody_up(service: PushService) -> None:
    sent(service.subscribe())
    threads = active_count()
    dead = [phone_of(service.subscribe(bad.SILENT), owner=f"dead {number}") for number in range(60)]
    alive = service.subscribe()
    phone, begun = phone_of(alive), time.monotonic()
    for each in [*dead, phone]:
        sender.send(Push(each, "a visit", {"kind": "ring"}, lambda outcomes: None))
    while not alive.got and time.monotonic() - begun < 4:
        time.sleep(0.01)
    ours = active_count() - threads - sum(browser.asked for browser in service.browsers[1:-1])  # it has one for each
    assert alive.got and ours <= pool.LOOKUPS + 2


def test_what_ends_together_is_told_together(service: PushService) -> None:
    batches: list[list[Outcome]] = []
    phones = [phone_of(service.subscribe(), owner=str(number)) for number in range(20)]
    for phone in phones:
        sender.send(Push(phone, "a visit", {"kind": "ring"}, batches.append))
    assert pool.settle(15)
    assert sum(map(len, batches)) == 20
    assert {outcome.result for batch in batches for outcome in batch} == {Result.TAKEN}
