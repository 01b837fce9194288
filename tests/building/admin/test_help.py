"""Every field of every form says in one line what it does."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.utils import timezone

from visitor_portal.building import invites
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.drivers.http import Http
from visitor_portal.building.models import Access, AccessDoor, InviteRenewal, WifiNetwork

NOUNS = ("building", "door", "portal", "entry", "resident", "access", "invite", "wifinetwork")


@pytest.fixture
def whole(monkeypatch, building, door, portal, entry, alice):
    """One of everything, with lines inside."""
    monkeypatch.setitem(DRIVERS, "http", Http())
    WifiNetwork.objects.create(building=building, ssid="Guests")
    access = Access.objects.create(building=building, name="Dinner")
    AccessDoor.objects.create(access=access, door=door, in_auth_types=["REMOTE"])
    invite, _ = invites.issue(access, host=alice.resident, pin="123456", name="Dinner")
    InviteRenewal.objects.create(invite=invite, note="One more hour?", at=timezone.now())


def forms(answer):
    yield answer.context["adminform"].form
    for inside in answer.context["inline_admin_formsets"]:
        yield from inside.formset.forms
        yield inside.formset.empty_form


def silent(answer) -> list[str]:
    fields = [bound for form in forms(answer) for bound in form.visible_fields() if bound.name != "DELETE"]
    assert fields
    return [bound.name for bound in fields if not bound.help_text]


@pytest.mark.parametrize("noun", NOUNS)
def test_adding(desk, whole, noun):
    assert silent(desk.get(f"/admin/building/{noun}/add/")) == []


@pytest.mark.parametrize("noun", NOUNS)
def test_changing(desk, whole, noun):
    (model,) = [m for m in admin.site._registry if m._meta.label_lower == f"building.{noun}"]
    for thing in model._default_manager.all():
        assert silent(desk.get(f"/admin/building/{noun}/{quote(thing.pk)}/change/")) == []


@pytest.mark.parametrize("noun", ["opener", "light"])
@pytest.mark.parametrize("driver", ["simulated", "http"])
def test_what_drivers_ask_for(desk, whole, door, noun, driver):
    assert silent(desk.get(f"/admin/building/{noun}/add/?door={door.id}&driver={driver}")) == []
