import pytest

from tests.building import inviting
from tests.building.inviting import NOBODYS, REFUSALS, STATES, assert_no_other_method
from tests.building.threads import together
from tests.conftest import person
from visitor_portal.building import invites
from visitor_portal.building.models import Building, InviteClaim, Resident
from visitor_portal.building.models.ids import new_secret

from .hostile import ANYTHING, UNKNOWN_IDS

phone, link = inviting.phone, inviting.link


def test_a_resident_takes_it_as_their_own(phone, link, alice):
    phone.ok("claim_invite", link.token, token=alice.key)
    claim = InviteClaim.objects.get()
    assert (claim.invite, claim.resident) == (link.invite, alice.resident)


def test_once_and_for_all(phone, link, alice, bob):
    for who in (alice, bob, alice):
        phone.ok("claim_invite", link.token, token=who.key)
    claims = InviteClaim.objects.order_by("id").values_list("resident__name", flat=True)
    assert list(claims) == ["Alice", "Bob"]


def test_a_claim_opens_nothing_and_takes_no_slot(phone, link, alice):
    link.change(max_devices=1)
    phone.ok("claim_invite", link.token, token=alice.key)
    assert link.invite.devices.count() == 0
    assert not phone.client.cookies


def test_nobody_without_a_residents_key(phone, link, visit, alice):
    stranger = person(Building.objects.create(name={"en": "Far House"}), "Stranger")
    phone.ok("start_invite_session", link.token)
    guest = phone.client.cookies["oa_access_invite"].value
    secrets = (link.token, guest, visit.caller, visit.token(alice), alice.resident.id, new_secret("resident"))
    for token in (None, "", "resident_", stranger.key, *secrets):
        assert phone.refused("claim_invite", link.token, token=token) == (401, "invalid_token"), token
    assert not InviteClaim.objects.exists()


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(phone, link, alice, state):
    STATES[state](link)
    if state in ("revoked", "disabled"):
        assert phone.refused("claim_invite", link.token, token=alice.key) == (403, REFUSALS[state])
    else:
        phone.ok("claim_invite", link.token, token=alice.key)


@pytest.mark.parametrize("unknown", [*UNKNOWN_IDS, *NOBODYS])
def test_an_unknown_token(phone, link, alice, unknown):
    assert phone.refused("claim_invite", unknown, token=alice.key) == (404, "not_found")


def test_a_stranger_learns_nothing_of_tokens(phone, link):
    known = phone.refused("claim_invite", link.token)
    assert known == phone.refused("claim_invite", new_secret("invite")) == (401, "invalid_token")


@pytest.mark.parametrize("raw", ANYTHING.values(), ids=ANYTHING)
def test_reads_past_any_body(phone, link, alice, raw):
    phone.ok("claim_invite", link.token, token=alice.key, raw=raw)


def test_takes_no_other_method(phone, link, alice):
    assert_no_other_method(phone, "claim_invite", link.token, token=alice.key)
    assert not InviteClaim.objects.exists()


class TestAtOnce:
    @pytest.fixture
    def building(self, transactional_db) -> Building:
        return Building.objects.create(name={"en": "Harbour House"})

    def test_twenty_claims_are_one(self, file_database, link, alice, now):
        resident = Resident.objects.get()
        together(*[lambda: invites.claim(link.invite, resident, now=now)] * 20)
        assert InviteClaim.objects.count() == 1
