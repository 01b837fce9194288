"""Invites at the desk: a new link, an end, tries given back, and what goes with one that is deleted."""

import pytest
from django.utils import timezone

from visitor_portal.building import devices, invites, links, pins
from visitor_portal.building.models import Access, PinTry

from .forms import text
from .invite_pages import page, press, token_on


@pytest.fixture(autouse=True)
def address(settings) -> None:
    settings.PUBLIC_BASE_URL = "http://testserver"


def test_a_new_link_voids_the_old_one_and_its_phones(desk, invite):
    devices.bind(invite, "phone", now=timezone.now())
    old = invite.token_hash
    token = token_on(press(desk, invite, "new-link"))
    invite.refresh_from_db()
    assert (links.by_token(token), invite.devices.count()) == (invite, 0)
    assert invite.token_hash != old


def test_a_revoked_one_opens_nothing_and_has_no_such_buttons(desk, invite):
    assert "The invite is revoked." in text(press(desk, invite, "revoke"))
    invite.refresh_from_db()
    assert invites.state_of(invite, None, timezone.now()) == "revoked"
    shown = text(desk.get(page(invite)))
    assert ("revoked" in shown, "New link" in shown) == (True, False)
    assert "nothing to do any more" in text(desk.post(page(invite, "revoke"), {"sure": "yes"}, follow=True))


def test_wrong_pins_are_forgotten(desk, invite):
    for _ in range(3):
        pins.check(invite, None, "000000", now=timezone.now())
    assert PinTry.objects.count() == 3
    assert "The guest may try the PIN again." in text(press(desk, invite, "reset-tries"))
    assert not PinTry.objects.exists()


def test_without_a_pin_there_are_no_tries_to_reset(desk, invite):
    pins.set_pin(invite, None)
    assert "Reset tries" not in text(desk.get(page(invite)))


def test_a_deleted_one_takes_its_access_along(desk, invite):
    assert desk.post(page(invite, "delete"), {"post": "yes"}).status_code == 302
    assert not Access.objects.filter(name="x").exists()


def test_many_are_deleted_with_their_accesses(desk, invite):
    chosen = {"action": "delete_selected", "_selected_action": [invite.id], "post": "yes"}
    assert desk.post("/admin/building/invite/", chosen).status_code == 302
    assert not Access.objects.filter(name="x").exists()
