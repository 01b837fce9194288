import pytest
from django.utils import timezone

from tests.building import inviting
from tests.building.inviting import NOBODYS, STATES, assert_no_other_method
from tests.building.threads import together
from visitor_portal.building import invites
from visitor_portal.building.models import Building, InviteRenewal

from .hostile import UNKNOWN_IDS

phone, link = inviting.phone, inviting.link

CLOSED = [b"", b"[]", b"null", b"note=x", b'{"note": 7}', b'{"note": "a\\u0000"}', b'{"note": "x", "why": "x"}']


@pytest.fixture
def expired(link):
    STATES["expired"](link)
    return link


def test_a_guest_asks_for_more_time(phone, expired):
    assert phone.ok("request_invite_renewal", expired.token, body={"note": "Until Sunday?"}) == {"ok": True}
    renewal = InviteRenewal.objects.get()
    assert (renewal.invite, renewal.note, renewal.answered_at) == (expired.invite, "Until Sunday?", None)


@pytest.mark.parametrize("body", [{}, {"note": None}, {"note": ""}, {"note": "\u202e\u200f"}])
def test_without_a_word(phone, expired, body):
    phone.ok("request_invite_renewal", expired.token, body=body)
    assert InviteRenewal.objects.get().note == ""


def test_the_second_is_told_of_the_first(phone, expired):
    phone.ok("request_invite_renewal", expired.token, body={"note": "Until Sunday?"})
    again = phone.ok("request_invite_renewal", expired.token, body={"note": "Please!"})
    assert again == {"ok": True, "already_requested": True}
    assert InviteRenewal.objects.get().note == "Until Sunday?"


def test_after_an_answer_one_may_ask_again(phone, expired):
    phone.ok("request_invite_renewal", expired.token, body={})
    InviteRenewal.objects.update(answered_at=timezone.now())
    assert phone.ok("request_invite_renewal", expired.token, body={}) == {"ok": True}


def test_a_note_is_plain_and_short(phone, expired):
    too_long = phone.refused("request_invite_renewal", expired.token, body={"note": "x" * 501})
    assert too_long == (400, "invalid_request")
    assert not InviteRenewal.objects.exists()
    phone.ok("request_invite_renewal", expired.token, body={"note": " two\n\tlines \u202e" + "é" * 490})
    assert InviteRenewal.objects.get().note == "two lines " + "é" * 490


@pytest.mark.parametrize("state", [state for state in STATES if state != "expired"])
def test_not_before_it_ran_out(phone, link, state):
    STATES[state](link)
    assert phone.refused("request_invite_renewal", link.token, body={}) == (409, "not_expired")
    assert not InviteRenewal.objects.exists()


@pytest.mark.parametrize("raw", CLOSED)
def test_a_closed_body(phone, expired, raw):
    assert phone.refused("request_invite_renewal", expired.token, raw=raw) == (400, "invalid_request")


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, expired, unknown):
    assert phone.refused("request_invite_renewal", unknown, body={}) == (404, "not_found")


def test_an_id_is_no_token(phone, expired):
    for known in (expired.invite.id, expired.grant, expired.invite.access_id):
        assert phone.refused("request_invite_renewal", known, body={}) == (404, "not_found")


def test_takes_no_other_method(phone, expired):
    assert_no_other_method(phone, "request_invite_renewal", expired.token, body={})


class TestAtOnce:
    @pytest.fixture
    def building(self, transactional_db) -> Building:
        return Building.objects.create(name={"en": "Harbour House"})

    def test_twenty_are_one(self, file_database, expired, now):
        asked = together(*[lambda: invites.request_renewal(expired.invite, "", now=now)] * 20)
        assert sorted(map(str, asked)) == ["False"] * 19 + ["True"]
