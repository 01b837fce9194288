"""Whose signature counts, over what, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.signing import Key, spki, text
from visitor_portal.building import device_keys, devices
from visitor_portal.building.device_keys import Signed
from visitor_portal.building.models import InviteDevice
from visitor_portal.building.refusals import Refusal

from . import inviting
from .inviting import invited

link = inviting.link
KEY, OTHER = Key(), Key()
GARBAGE = {
    "nothing": "",
    "a dot": ".",
    "no challenge": f".{'A' * 86}",
    "no signature": "29000000:x.",
    "short": f"c.{'A' * 85}",
    "long": f"c.{'A' * 87}",
    "spaces": f"c.{' ' * 86}",
    "padding": f"c.{'A' * 84}==",
    "letters of another script": f"c.{'А' * 86}",
    "NUL": f"c\0.{'A' * 86}",
    "a megabyte": "A" * 2**20,
}
KEYS = {
    "a word": "key",
    "nothing in it": "A" * 122,
    "of another curve": spki(ec.generate_private_key(ec.SECP384R1())),
    "of the bitcoin curve": spki(ec.generate_private_key(ec.SECP256K1())),
    "RSA": spki(rsa.generate_private_key(65537, 2048)),
    "Ed25519": spki(ed25519.Ed25519PrivateKey.generate()),
    "cut": KEY.public[:-4],
    "not on the curve": KEY.public[:-8] + "AAAAAAAA",
    "with more behind": KEY.public + "AAAA",
    "padded": KEY.public + "==",
    "plain base64": "+/" * 61,
    "a JWK": '{"kty":"EC","crv":"P-256"}',
    "a megabyte": "A" * 2**20,
}


@pytest.fixture
def device(link, now) -> InviteDevice:
    return devices.bind(link.invite, "", key=KEY.public, now=now)[0]


@pytest.fixture
def tap(link) -> Signed:
    return Signed("open", link.invite.token_hash, link.grant, "tap")


@pytest.fixture
def proof(link, tap, now) -> str:
    return KEY.sign(device_keys.challenge(link.invite.id, now), link.token, "open", link.grant, "tap")


def test_its_own_signature_counts(device, tap, proof, now):
    assert device_keys.proves(device, proof, tap, now=now)


def test_of_all_the_rest_none_does(device, tap, proof, now):
    for changed in ({"action": "lights"}, {"link": "0" * 64}, {"place": "garage"}, {"key": "another"}, {"key": ""}):
        assert not device_keys.proves(device, proof, replace(tap, **changed), now=now), changed


def test_not_of_another_key(device, link, tap, now):
    given = device_keys.challenge(link.invite.id, now)
    assert not device_keys.proves(device, OTHER.sign(given, link.token, "open", link.grant, "tap"), tap, now=now)


def test_not_over_a_challenge_of_another_invite_or_of_nobody(device, door, link, tap, now):
    theirs = device_keys.challenge(invited(door).invite.id, now)
    for given in (theirs, "", "29000000:forged", str(int(now.timestamp()) // 60)):
        assert not device_keys.proves(device, KEY.sign(given, link.token, "open", link.grant, "tap"), tap, now=now)


@pytest.mark.parametrize(("minutes", "counts"), [(-2, False), (-1, True), (0, True), (15, True), (16, False)])
def test_for_a_quarter_of_an_hour(device, tap, proof, now, minutes, counts):
    assert device_keys.proves(device, proof, tap, now=now + timedelta(minutes=minutes)) is counts


def test_an_opening_without_a_key_of_its_own_is_none(device, link, tap, now):
    given = device_keys.challenge(link.invite.id, now)
    proof = KEY.sign(given, link.token, "open", link.grant)
    assert not device_keys.proves(device, proof, replace(tap, key=""), now=now)


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
def test_garbage_proves_nothing(device, tap, sent, now):
    assert not device_keys.proves(device, sent, tap, now=now)


def test_a_right_challenge_and_any_signature_prove_nothing(device, link, tap, now):
    given = device_keys.challenge(link.invite.id, now)
    for raw in (bytes(64), b"\xff" * 64, bytes(63) + b"\1"):
        assert not device_keys.proves(device, f"{given}.{text(raw)}", tap, now=now)


@pytest.mark.parametrize("sent", KEYS.values(), ids=KEYS)
def test_what_is_no_key_is_refused(sent):
    with pytest.raises(Refusal) as refused:
        device_keys.read(sent)
    assert refused.value.code == "invalid_request"


def test_a_key_is_kept_in_one_form():
    assert device_keys.read(KEY.public) == KEY.public
    loose = KEY.public[:-1] + chr(ord(KEY.public[-1]) + 1)  # the last letter has bits to spare
    assert device_keys.read(loose) == KEY.public


def test_a_key_is_learnt_once(link, now):
    device = devices.bind(link.invite, "", now=now)[0]
    devices.learn(device, KEY.public)
    device.refresh_from_db()
    devices.learn(device, KEY.public)
    with pytest.raises(Refusal, match="device_not_proved"):
        devices.learn(device, OTHER.public)
    assert InviteDevice.objects.get().key == KEY.public


def test_a_slot_moves_once(device):
    secret = devices.move(device)
    assert InviteDevice.objects.get().key == "" and secret.startswith("guest_")
    with pytest.raises(Refusal, match="device_not_proved"):
        devices.move(device)
