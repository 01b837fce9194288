import pytest

from tests.building import inviting
from tests.building.inviting import NOBODYS, STATES, assert_no_other_method

from .hostile import UNKNOWN_IDS

phone, link = inviting.phone, inviting.link


@pytest.mark.parametrize(("kept", "told"), [("pt-br", "pt-br"), ("he", "he"), ("", "en")])
def test_the_guests_language(phone, link, kept, told):
    link.change(locale=kept)
    assert phone.ok("get_invite_locale", link.token) == {"locale": told}


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(phone, link, state):
    link.change(locale="ja")
    STATES[state](link)
    assert phone.ok("get_invite_locale", link.token) == {"locale": "ja"}


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, link, unknown):
    assert phone.refused("get_invite_locale", unknown) == (404, "not_found")


def test_takes_no_other_method(phone, link):
    assert_no_other_method(phone, "get_invite_locale", link.token)
