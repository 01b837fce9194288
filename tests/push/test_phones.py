"""A resident's phones come, change their address, and go."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from visitor_portal.push import phones, pool, receipts
from visitor_portal.push.models import Phone
from visitor_portal.push.phones import BadSubscription, Subscription

from .conftest import phone_of
from .service import PushService

pytestmark = pytest.mark.usefixtures("database")


def test_one_browser_is_one_phone(service: PushService) -> None:
    browser, now = service.subscribe(), timezone.now()
    phone, secret = phones.take_in("alice", "Phone", browser.subscription, "", now=now)
    again, same = phones.take_in("alice", "Other name", browser.subscription, secret, now=now)
    assert (again.id, again.name, same) == (phone.id, "Phone", secret)
    assert secret not in repr(Phone.objects.values().get())


def test_a_new_address_of_the_same_browser_takes_the_place_of_the_old(service: PushService) -> None:
    now = timezone.now()
    phone, secret = phones.take_in("alice", "Phone", service.subscribe().subscription, "", now=now)
    new = service.subscribe().subscription
    assert phones.take_in("alice", "Phone", new, secret, now=now)[0].id == phone.id
    assert Phone.objects.get().endpoint == new.endpoint


def test_a_shared_tablet_rings_for_whoever_came_last(service: PushService) -> None:
    browser = service.subscribe()
    phone_of(browser, "alice")
    phone_of(browser, "bob")
    assert (phones.of("alice"), [phone.owner for phone in phones.of("bob")]) == ([], ["bob"])


def test_whoever_heard_of_an_address_cannot_take_it_over(service: PushService) -> None:
    browser, other = service.subscribe(), service.subscribe()
    phone_of(browser, "alice")
    stolen = Subscription(browser.subscription.endpoint, other.subscription.p256dh, other.subscription.auth)
    with pytest.raises(phones.TakenElsewhere):
        phones.take_in("mallory", "Phone", stolen, "", now=timezone.now())
    assert len(phones.of("alice")) == 1


def test_one_that_was_gone_comes_back_unproved(service: PushService) -> None:
    browser, now = service.subscribe(), timezone.now()
    phone = phone_of(browser)
    Phone.objects.update(proven_at=now, ended_at=now, why=Phone.Why.GONE)
    assert phone_of(browser).id == phone.id
    assert Phone.objects.values_list("ended_at", "why", "proven_at").get() == (None, "", None)


def test_a_resident_has_ten_at_most(service: PushService) -> None:
    for _ in range(10):
        phone_of(service.subscribe())
    with pytest.raises(phones.TooMany):
        phone_of(service.subscribe())
    phone_of(service.subscribe(), "bob")


def broken(good: dict[str, Any], **change: Any) -> dict[str, Any]:
    keys = {name: change.pop(name, good["keys"][name]) for name in ("p256dh", "auth")}
    return {**good, "keys": keys, **change}


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://evil.example/x"},
        {"endpoint": None},
        {"endpoint": 7},
        {"keys": None},
        {"keys": []},
        {"p256dh": "x"},
        {"p256dh": "A" * 87},
        {"p256dh": None},
        {"auth": "A" * 21},
        {"auth": "é" * 22},
        {"auth": {}},
    ],
)
def test_what_is_no_subscription_is_refused(service: PushService, change: dict[str, Any]) -> None:
    with pytest.raises(BadSubscription):
        Subscription.from_json(broken(service.subscribe().json, **change))


@pytest.mark.parametrize("data", [None, [], "x", 7, {}])
def test_nor_is_anything_else_one(data: Any) -> None:
    with pytest.raises(BadSubscription):
        Subscription.from_json(data)


def test_a_name_is_plain_and_short(service: PushService) -> None:
    phone = phone_of(service.subscribe())
    phones.rename("alice", phone.id, "  Kitchen\u202e \n tablet\x00" + "x" * 99)
    assert Phone.objects.get().name == ("Kitchen tablet" + "x" * 99)[:60]
    phones.rename("alice", phone.id, " \u202e ")
    phones.rename("bob", phone.id, "Mine")
    assert Phone.objects.get().name.startswith("Kitchen tablet")


def test_nobody_ends_the_phone_of_another(service: PushService) -> None:
    phone = phone_of(service.subscribe())
    phones.end("bob", phone.id, Phone.Why.REMOVED, now=timezone.now())
    assert phones.of("alice") == [phone]


def test_a_lost_phone_is_known_again_and_does_not_come_back_by_its_secret(service: PushService) -> None:
    now = timezone.now()
    phone, secret = phones.take_in("alice", "Phone", service.subscribe().subscription, "", now=now)
    phones.end("alice", phone.id, Phone.Why.LOST, now=now)
    assert phones.is_lost("alice", secret) and not phones.is_lost("alice", "phone_x")
    assert phones.take_in("alice", "Phone", service.subscribe().subscription, secret, now=now)[0].id != phone.id


def test_a_test_ring_is_proved_by_that_very_phone(service: PushService) -> None:
    browser = service.subscribe()
    phone = phone_of(browser)
    assert phones.test("bob", phone.id) == ""
    about = phones.test("alice", phone.id)
    assert pool.settle(15)
    now = timezone.now()
    got = browser.got[0].payload
    assert set(got) == {"kind", "tag", "about", "receipt"} and got["about"] == about
    assert phones.proved_by_test(about, got["receipt"], now=now)
    assert phones.proved_by_test(about, got["receipt"], now=now + timedelta(minutes=1))
    assert Phone.objects.get().proven_at == now


def test_an_old_receipt_proves_nothing_any_more(service: PushService) -> None:
    phone = phone_of(service.subscribe())
    about = phones.test("alice", phone.id)
    token = receipts.token(phone.id, about, "shown")
    assert phones.proved_by_test(about, token, now=timezone.now() + timedelta(minutes=11))
    assert Phone.objects.get().proven_at is None


def test_a_receipt_is_good_for_one_thing(service: PushService) -> None:
    phone, other = phone_of(service.subscribe()), phone_of(service.subscribe())
    token = receipts.token(phone.id, "one visit", "shown")
    assert receipts.phone_of(token, "one visit", "shown") == phone.id
    wrong = [
        token.replace(phone.id, other.id),
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token.upper(),
        "",
        "é",
    ]
    assert [receipts.phone_of(each, "one visit", "shown") for each in wrong] == [""] * 5
    assert receipts.phone_of(token, "other visit", "shown") == receipts.phone_of(token, "one visit", "opened") == ""


def test_ended_phones_are_forgotten_and_lost_ones_later(service: PushService) -> None:
    now = timezone.now()
    kept, gone, lost = (phone_of(service.subscribe()) for _ in range(3))
    phones.end("alice", gone.id, Phone.Why.REMOVED, now=now - timedelta(days=31))
    phones.end("alice", lost.id, Phone.Why.LOST, now=now - timedelta(days=31))
    phones.forget(before=now - timedelta(days=30))
    assert set(Phone.objects.values_list("id", flat=True)) == {kept.id, lost.id}
