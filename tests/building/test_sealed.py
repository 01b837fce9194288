"""What must stay secret is encrypted at rest, and never shown again."""

import base64

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection

from visitor_portal.building.drivers import wiring_of
from visitor_portal.building.models import Door, Light, Opener
from visitor_portal.building.models.sealed import seal, unseal

SECRETS = frozenset({"password", "token"})
SETTINGS = {"url": "https://relay.example", "password": "hunter2-of-the-relay", "token": ""}


def kept(door: Door, settings: dict, secrets: frozenset[str] = SECRETS) -> Opener:
    opener = Opener.objects.get_or_create(door=door)[0]
    opener.keep(settings, secrets)
    opener.save()
    return Opener.objects.get(id=opener.pk)


def stored(table: str) -> str:
    """The very columns."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT settings, sealed FROM {table}")  # noqa: S608
        return repr(cursor.fetchall())


@pytest.mark.parametrize("values", [{"password": "x"}, {"a": "é🏠\n", "b": 7, "c": None, "d": [1, {"e": True}]}])
def test_what_was_sealed_comes_back(values):
    assert unseal(seal(values)) == values


def test_nothing_is_nothing():
    assert (seal({}), unseal("")) == ("", {})


def test_the_same_secret_looks_different_each_time():
    assert len({seal({"password": "x"}) for _ in range(20)}) == 20


def test_a_secret_is_nowhere_in_the_database(door):
    kept(door, SETTINGS)
    said = stored("building_opener")
    assert "https://relay.example" in said
    for secret in ("hunter2", base64.b64encode(b"hunter2-of-the-relay").decode()[:10]):
        assert secret not in said


def test_a_driver_gets_it_all(door):
    opener = kept(door, SETTINGS)
    assert wiring_of(opener, door).settings == {"url": "https://relay.example", "password": "hunter2-of-the-relay"}
    assert opener.settings == {"url": "https://relay.example"}


@pytest.mark.parametrize("empty", ["", None])
def test_a_secret_that_is_left_empty_stays_what_it_was(door, empty):
    kept(door, SETTINGS)
    opener = kept(door, {"url": "https://other.example", "password": empty})
    assert opener.wiring() == {"url": "https://other.example", "password": "hunter2-of-the-relay"}


def test_a_secret_is_replaced_by_a_new_one(door):
    kept(door, SETTINGS)
    assert kept(door, SETTINGS | {"password": "another"}).wiring()["password"] == "another"


def test_what_is_no_secret_of_the_new_driver_is_forgotten(door):
    kept(door, SETTINGS)
    opener = kept(door, {"fault": "", "token": "t"}, frozenset({"token"}))
    assert opener.wiring() == {"fault": "", "token": "t"}
    assert unseal(opener.sealed) == {"token": "t"}


def test_a_light_keeps_its_secrets_alike(door):
    light = Light.objects.get()
    light.keep(SETTINGS, SECRETS)
    light.save()
    assert "hunter2" not in stored("building_light")
    assert Light.objects.get().wiring()["password"] == "hunter2-of-the-relay"


def test_a_change_of_the_key_leaves_them_readable_as_long_as_the_old_one_is_named(settings):
    sealed = seal(SETTINGS)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this installation, long enough"
    assert unseal(sealed) == SETTINGS
    newly = seal(SETTINGS)
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(newly) == SETTINGS
    with pytest.raises(InvalidToken):
        unseal(sealed)


@pytest.mark.parametrize("bent", [lambda text: text[:-1], lambda text: "x" + text, lambda text: text.swapcase()])
def test_what_was_tampered_with_is_not_read(bent):
    with pytest.raises(InvalidToken):
        unseal(bent(seal(SETTINGS)))
