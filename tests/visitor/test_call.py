"""Ringing somebody from the sign."""

import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import Person, person
from tests.pages import call, read
from visitor_portal.building.models import Building, Door, Entry, Portal, Resident, Session


def test_rings_and_leads_to_the_visit(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    answer = call(visitor, portal, entry)
    session = Session.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/s/{session.id}")
    assert read(visitor.get(f"/s/{session.id}")).headings == ["Calling Okafor & Lindqvist"]


def test_the_secret_lies_in_a_cookie_alone(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    answer = call(visitor, portal, entry)
    cookie = answer.cookies[f"caller_{Session.objects.get().id}"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and "caller_" in cookie.value
    assert b"caller_" not in visitor.get(answer["Location"]).content


def test_get_rings_nobody(visitor: Client, portal: Portal, alice: Person) -> None:
    assert visitor.get(f"/p/{portal.public_id}/call").status_code == 405
    assert not Session.objects.exists()


def test_without_our_pages_token_nothing_rings(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    for seal in ("", "forged", "a:b:c", "\x00"):
        answer = visitor.post(f"/p/{portal.public_id}/call", {"seal": seal, "call": f"voice.{entry.id}"})
        assert answer.status_code == 403
    assert not Session.objects.exists()


def test_a_token_of_another_sign_rings_nobody(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    other = Portal.objects.create(door=portal.door, name={"en": "Back door"})
    seal = read(visitor.get(f"/p/{other.public_id}")).fields["seal"]
    answer = visitor.post(f"/p/{portal.public_id}/call", {"seal": seal, "call": f"voice.{entry.id}"})
    assert answer.status_code == 403 and not Session.objects.exists()


def test_an_old_page_asks_for_one_more_tap(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False) as clock:
        form = read(visitor.get(f"/p/{portal.public_id}"))
        clock.shift(15 * 60 + 1)
        answer = visitor.post(f"/p/{portal.public_id}/call", {**form.fields, "call": f"voice.{entry.id}"})
    assert answer.status_code == 409 and "Tap once more" in answer.content.decode()
    assert read(answer).fields["seal"] != form.fields["seal"] and not Session.objects.exists()


def test_bad_choices_get_a_sentence(visitor: Client, portal: Portal, alice: Person) -> None:
    form = read(visitor.get(f"/p/{portal.public_id}"))
    for wrong in ("", "voice.", "shout.x", "voice.../../x", "voice.%00", "v" * 9000):
        answer = visitor.post(f"/p/{portal.public_id}/call", {**form.fields, "call": wrong})
        assert answer.status_code == 400 and read(answer).headings == ["We could not read that"]


def test_an_entry_of_another_building_is_not_there(visitor: Client, portal: Portal, alice: Person) -> None:
    other = Entry.objects.create(building=Building.objects.create(name={"en": "Other"}), name={"en": "X"}, floor="1")
    assert call(visitor, portal, other).status_code == 404


def test_what_cannot_be_called_is_told_why(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    visitor.get(f"/p/{portal.public_id}")  # the kept page still shows the button
    Resident.objects.update(do_not_disturb=True)
    answer = call(visitor, portal, entry)
    assert answer.status_code == 403 and read(answer).headings == ["Not to be disturbed now"]
    assert f'href="/p/{portal.public_id}"' in answer.content.decode()


def test_voice_to_a_video_only_entry_is_refused(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    Entry.objects.update(require_video=True)
    assert call(visitor, portal, entry, "voice").status_code == 400
    assert call(visitor, portal, entry, "video").status_code == 303


def test_the_same_form_twice_is_one_call(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    form = {**read(visitor.get(f"/p/{portal.public_id}")).fields, "call": f"voice.{entry.id}"}
    first, second = (Client().post(f"/p/{portal.public_id}/call", form) for _ in range(2))
    assert first["Location"] == second["Location"] and Session.objects.count() == 1
    assert f"caller_{Session.objects.get().id}" in second.cookies


def test_one_phones_calls_are_counted_together_for_an_hour(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, settings: Settings
) -> None:
    settings.RINGS_PER_VISITOR = 1
    kept = call(visitor, portal, entry).cookies["guest"]
    assert kept["httponly"] and kept["max-age"] == 3600
    Session.objects.update(state="cancelled")
    answer = call(visitor, portal, entry)
    assert answer.status_code == 429 and read(answer).headings == ["Too many tries"]
    assert answer["Retry-After"] == "60"
    assert call(Client(), portal, entry).status_code == 303  # another phone


def test_one_call_at_a_time(visitor: Client, portal: Portal, entry: Entry, building: Building, alice: Person) -> None:
    call(visitor, portal, entry)
    neighbour = Entry.objects.create(building=building, name={"en": "Neighbour"}, floor="2")
    person(building, "Carol", at=neighbour, doors=(Door.objects.get(),))
    answer = call(visitor, portal, neighbour)
    assert answer.status_code == 409 and read(answer).headings == ["You are already calling"]
    assert f"/s/{Session.objects.get().id}" in answer.content.decode()


def test_after_a_call_ended_the_next_one_rings(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    call(visitor, portal, entry)
    Session.objects.update(state="cancelled")
    assert call(visitor, portal, entry).status_code == 303


def test_a_message_leads_to_a_visit_of_words(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    answer = call(visitor, portal, entry, "message")
    assert (answer.status_code, Session.objects.get().mode) == (303, "message")
    page = visitor.get(answer["Location"])
    assert read(page).headings == ["Write to Okafor & Lindqvist"] and "Leave a message" in page.content.decode()
    assert "peerjs.min" not in page.content.decode()


def test_who_only_wrote_may_ring_as_well(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> None:
    call(visitor, portal, entry, "message")
    assert call(visitor, portal, entry, "voice").status_code == 303
    assert list(Session.objects.values_list("mode", flat=True).order_by("created_at")) == ["message", "voice"]
