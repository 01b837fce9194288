import pytest

from tests.building import inviting
from tests.building.inviting import NOBODYS, STATES, assert_no_other_method
from visitor_portal.building import invites

from .hostile import UNKNOWN_IDS

phone, link = inviting.phone, inviting.link

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))


@pytest.fixture
def pictured(link):
    link.change(photo=JPEG)
    return link


def photo(phone, token: str):
    return phone.client.get(f"/api/v1/public/access/invites/{token}/photo")


def test_the_picture_as_it_was_stored(phone, pictured):
    response = photo(phone, pictured.token)
    assert (response.status_code, response["Content-Type"], response.content) == (200, "image/jpeg", JPEG)
    assert response["X-Request-Id"]


def test_the_invite_says_where_it_is(phone, pictured):
    url = phone.ok("get_invite", pictured.token)["photo_url"]
    assert phone.client.get(url.removeprefix("http://localhost:8000")).content == JPEG


def test_without_one(phone, link):
    assert phone.refused("get_invite_photo", link.token) == (404, "not_found")
    link.change(photo=b"")
    assert phone.refused("get_invite_photo", link.token) == (404, "not_found")


@pytest.mark.parametrize("state", STATES)
def test_only_while_the_link_shows_something(phone, pictured, state):
    STATES[state](pictured)
    if state in invites.SHOWN:
        assert photo(phone, pictured.token).content == JPEG
    else:
        assert phone.refused("get_invite_photo", pictured.token) == (404, "not_found")


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, pictured, unknown):
    assert phone.refused("get_invite_photo", unknown) == (404, "not_found")


def test_an_id_is_no_token(phone, pictured):
    for known in (pictured.invite.id, pictured.grant, pictured.invite.token_hash):
        assert phone.refused("get_invite_photo", known) == (404, "not_found")


def test_takes_no_other_method(phone, pictured):
    assert_no_other_method(phone, "get_invite_photo", pictured.token)
