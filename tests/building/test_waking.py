"""A ring reaches residents' phones by push, and the visitor reads what came of it."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.conftest import Person
from tests.push import service as bad
from tests.push.conftest import phone_of, service  # noqa: F401 a fixture
from tests.push.service import Browser, PushService
from tests.serving import wait_for
from visitor_portal.building import sessions, waking
from visitor_portal.building.models import Entry, Membership, Portal, Resident, Session, Waking
from visitor_portal.building.refusals import Refusal
from visitor_portal.push import pool
from visitor_portal.push.models import Phone

from .conftest import Visit

ALLOWED = {"kind", "tag", "session", "receipt", "by"}


@pytest.fixture(autouse=True)
def _threads_share_the_rows(file_database: None) -> Iterator[None]:
    yield
    assert pool.settle(15)


@pytest.fixture
def hers(service: PushService, alice: Person) -> Browser:  # noqa: F811
    return browser_of(alice, service)


@pytest.fixture
def his(service: PushService, bob: Person) -> Browser:  # noqa: F811
    return browser_of(bob, service)


def browser_of(who: Person, service: PushService, *how: Any) -> Browser:  # noqa: F811
    browser = service.subscribe(*how)
    phone_of(browser, who.resident.id)
    return browser


def rung(portal: Portal, entry: Entry, **how: Any) -> Visit:
    visit = Visit(portal, entry, **how)
    assert pool.settle(15)
    return visit


def kinds(browser: Browser) -> list[str]:
    return [got.payload["kind"] for got in browser.got]


def later(seconds: float) -> None:
    """So many seconds on, the keeper looks."""
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=True):
        waking.wake()
        assert pool.settle(15)


def test_every_phone_of_every_resident_is_rung_at_once(portal, entry, service, alice, hers, his) -> None:  # noqa: F811
    tablet = browser_of(alice, service)
    visit = rung(portal, entry)
    assert [kinds(browser) for browser in (hers, tablet, his)] == [["ring"]] * 3
    assert visit.now_is().state == "ringing" and visit.now_is().callees_notified
    assert waking.counts(visit.now_is()) == (3, 3, 0, 0)


def test_who_takes_no_calls_is_left_in_peace(portal, entry, alice, bob, hers, his) -> None:
    Resident.objects.filter(name="Alice").update(do_not_disturb=True)
    rung(portal, entry)
    Membership.objects.filter(resident=bob.resident).update(receives_calls=False)
    Resident.objects.update(do_not_disturb=False)
    rung(portal, entry)
    assert (kinds(hers), kinds(his)) == (["ring"], ["ring"])


def test_what_is_pushed_names_nobody_and_opens_nothing(portal, entry, alice, hers) -> None:
    visit = rung(portal, entry)
    payload = hers.got[0].payload
    assert set(payload) == {"kind", "tag", "session", "receipt"}
    assert payload["tag"] == payload["session"] == visit.id
    for secret in (visit.caller, visit.token(alice), alice.key, "Alice", "Okafor", "Harbour", "Lobby"):
        assert secret not in str(payload)
    with pytest.raises(Refusal, match="wrong_role"):
        sessions.seat(visit.id, payload["receipt"])


def test_it_rings_again_with_the_same_tag_until_its_time_is_up(portal, entry, hers, settings) -> None:
    settings.RING_SECONDS = 30
    rung(portal, entry)
    for seconds in (5, 9, 10, 18, 27, 36):
        later(seconds)
    assert kinds(hers) == ["ring"] * 4
    assert len({(got.payload["tag"], got.headers["Topic"]) for got in hers.got}) == 1


def test_two_keepers_tell_a_phone_once(portal, entry, hers) -> None:
    rung(portal, entry)
    with time_machine.travel(timezone.now() + timedelta(seconds=10), tick=True):
        for _ in range(5):
            pool.later(waking.wake)
            waking.wake()
        assert pool.settle(15)
    assert kinds(hers) == ["ring", "ring"]


def test_a_process_that_died_before_it_told_is_stood_in_for(portal, entry, hers, monkeypatch) -> None:
    monkeypatch.setattr(pool, "later", lambda job: None)  # the thread that would have told went with its process
    visit = Visit(portal, entry)
    monkeypatch.undo()
    assert hers.got == [] and visit.now_is().state == "pending"
    later(1)
    assert kinds(hers) == ["ring"]


def run_out(now: datetime) -> None:
    with time_machine.travel(now + timedelta(seconds=61), tick=True):
        sessions.expire(now=timezone.now())
        assert pool.settle(15)


@pytest.mark.parametrize(
    ("act", "alices", "bobs"),
    [
        (lambda visit, alice, now: sessions.answer(visit.seat(alice), now=now), "mine", "answered"),
        (lambda visit, alice, now: sessions.decline(visit.seat(alice), now=now), "refused", "declined"),
        (lambda visit, alice, now: sessions.cancel(visit.seat(), now=now), "missed", "missed"),
        (lambda visit, alice, now: run_out(now), "missed", "missed"),
        (lambda visit, alice, now: sessions.open_session(visit.seat(alice), key="k", now=now), "mine", "answered"),
    ],
)
def test_what_became_of_it_takes_the_place_of_the_ring(portal, entry, alice, hers, his, act, alices, bobs) -> None:
    visit = rung(portal, entry)
    act(visit, alice, timezone.now())
    assert pool.settle(15)
    assert (kinds(hers), kinds(his)) == (["ring", alices], ["ring", bobs])
    last = his.got[-1].payload
    assert last["tag"] == visit.id and last.get("by") == ("Alice" if bobs != "missed" else None)
    assert set(last) <= ALLOWED and "receipt" not in last
    later(60)
    assert len(hers.got) == len(his.got) == 2


def test_the_end_of_the_talk_is_pushed_to_nobody(portal, entry, alice, hers) -> None:
    visit = rung(portal, entry)
    sessions.answer(visit.seat(alice), now=timezone.now())
    sessions.decline(visit.seat(alice), now=timezone.now())
    assert pool.settle(15)
    assert kinds(hers) == ["ring", "mine"]


def test_words_alone_are_pushed_once(portal, entry, hers) -> None:
    rung(portal, entry, mode="message")
    later(30)
    assert kinds(hers) == ["message"]


def test_a_gone_phone_is_told_nothing_more_and_the_others_are(portal, entry, service, alice, hers) -> None:  # noqa: F811
    gone = browser_of(alice, service, 410)
    visit = rung(portal, entry)
    assert waking.counts(visit.now_is()) == (2, 1, 0, 0)
    later(10)
    sessions.cancel(visit.seat(), now=timezone.now())
    assert pool.settle(15)
    assert (gone.asked, kinds(hers)) == (1, ["ring", "ring", "missed"])
    assert Phone.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (500, 2), (403, 1), (413, 1)])
def test_only_what_may_pass_is_tried_again(portal, entry, service, alice, status, tries) -> None:  # noqa: F811
    browser = browser_of(alice, service, status)
    rung(portal, entry)
    later(10)
    assert browser.asked == tries


def test_a_service_that_asks_for_time_gets_it_within_the_ring(portal, entry, service, alice) -> None:  # noqa: F811
    browser = service.subscribe(429, retry_after="20")
    phone_of(browser, alice.resident.id)
    never = service.subscribe(429, retry_after="300")
    phone_of(never, alice.resident.id)
    rung(portal, entry)
    asked = []
    for seconds in (10, 15, 22, 50):
        later(seconds)
        asked.append((browser.asked, never.asked))
    assert asked == [(1, 1), (1, 1), (2, 1), (3, 1)]


def test_dead_services_hold_nobody_up(portal, entry, service, alice, hers) -> None:  # noqa: F811
    for _ in range(9):
        browser_of(alice, service, bad.SILENT)
    begun = time.monotonic()
    visit = Visit(portal, entry)
    assert wait_for(lambda: visit.now_is().state == "ringing", 4)
    assert time.monotonic() - begun < 4 and not pool.settle(0)  # the dead ones are still being waited for
    assert waking.counts(visit.now_is())[:2] == (10, 1)


def receipt_of(browser: Browser) -> str:
    return str(browser.got[0].payload["receipt"])


def test_a_receipt_says_that_it_is_shown(portal, entry, hers, his) -> None:
    visit, now = rung(portal, entry), timezone.now()
    before = visit.now_is().version
    for _ in range(3):
        waking.receipt(visit.id, receipt_of(hers), "shown", now=now)
    assert waking.counts(visit.now_is()) == (2, 2, 1, 0)
    assert visit.now_is().version == before + 1
    assert list(Phone.objects.exclude(proven_at=None).values_list("proven_at", flat=True)) == [now]


def test_a_page_on_the_phone_that_was_told_is_no_second_device(portal, entry, alice, hers) -> None:
    visit, now = rung(portal, entry), timezone.now()
    waking.receipt(visit.id, receipt_of(hers), "shown", now=now)
    sessions.receipt(visit.seat(alice), "opened", now=now)
    assert waking.counts(visit.now_is()) == (1, 1, 1, 1)


def test_a_forged_receipt_is_refused_and_logged(portal, entry, hers, his, caplog) -> None:
    visit, other = rung(portal, entry), rung(portal, entry)
    good = receipt_of(hers)
    forged = [good[:-1] + ("0" if good[-1] != "0" else "1"), good[:40], str(hers.got[1].payload["receipt"])]
    for token in forged:
        with pytest.raises(Refusal, match="wrong_role"):
            waking.receipt(visit.id, token, "shown", now=timezone.now())
    with pytest.raises(Refusal, match="wrong_role"):
        waking.receipt(visit.id, good, "opened", now=timezone.now())
    assert len([r for r in caplog.records if "A receipt was refused" in r.getMessage()]) == 4
    assert waking.counts(visit.now_is())[2] == waking.counts(other.now_is())[2] == 0


def test_nobody_is_told_when_nothing_was_heard_from_anybody(portal, entry, service, alice) -> None:  # noqa: F811
    browser_of(alice, service, 403)
    visit, now = rung(portal, entry), timezone.now()
    assert visit.now_is().callees_notified
    waking.own_up(now=now + timedelta(seconds=3))
    assert visit.now_is().callees_notified
    waking.own_up(now=now + timedelta(seconds=7))
    assert not visit.now_is().callees_notified and visit.now_is().version == 2
    sessions.receipt(visit.seat(alice), "shown", now=now)
    assert visit.now_is().callees_notified


def test_a_visit_of_long_ago_takes_its_rows_along(portal, entry, hers) -> None:
    rung(portal, entry)
    Session.objects.all().delete()
    assert not Waking.objects.exists()
