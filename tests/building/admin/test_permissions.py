"""Who may do what at the desk: Django's permissions, on every page and every button."""

import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from visitor_portal import faults
from visitor_portal.building import asking, invites
from visitor_portal.building.admin.base import Desk
from visitor_portal.building.models import (
    Access,
    AccessLog,
    DeviceRequest,
    Door,
    Entry,
    Invite,
    Light,
    Portal,
    Resident,
)

from .forms import text

BUTTONS = {
    "door": ("test-fire", "lights-on"),
    "portal": ("rotate",),
    "resident": ("new-link",),
    "invite": (
        *("new-link", "send-again", "tell-guest", "one-day-more", "revoke"),
        *("allow-phone", "deny-phone", "reset-tries"),
    ),
}
PAGES = {"door": ("reachable",), "portal": ("qr", "sign"), "invite": ("photo",)}
MODELS = {"door": Door, "portal": Portal, "resident": Resident, "invite": Invite, "entry": Entry}
pressing = [(noun, name) for noun, names in BUTTONS.items() for name in names]
looking = [(noun, name) for noun, names in PAGES.items() for name in names]


@pytest.fixture(autouse=True)
def whole(door, portal, entry, alice) -> Invite:
    """One of everything."""
    ends = timezone.now() + timedelta(days=1)
    access = Access.objects.create(building=door.building, name="Dinner", kind="temporary", valid_to=ends)
    said: dict[str, Any] = {"pin": "123456", "photo": b"jpeg", "contact_email": "noor@example.org", "max_devices": 0}
    invite, _ = invites.issue(access, **said)
    asking.ask(invite, "", now=timezone.now())
    return invite


def url(noun: str, name: str) -> str:
    return f"/admin/building/{noun}/{quote(MODELS[noun]._default_manager.get().pk)}/{name}/"


def state() -> list[object]:
    """What buttons would change."""
    models = (AccessLog, Access, DeviceRequest, Portal, Resident, Invite, Light)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_no_button_is_missing_here():
    """Each noun's buttons are those that are pressed below."""
    made = {m._meta.model_name: a for m, a in admin.site._registry.items() if isinstance(a, Desk) and a.commands}
    assert {noun: tuple(c.name for c in desk.commands) for noun, desk in made.items()} == BUTTONS


def test_no_address_is_missing_here():
    """Every address that Django's own admin does not have is asked for below."""
    own = {"changelist", "add", "history", "delete", "change"}
    names = {
        pattern.name.removeprefix("building_")
        for model, desk in admin.site._registry.items()
        if model._meta.app_label == "building"
        for pattern in desk.get_urls()
        if pattern.name and pattern.name.rpartition("_")[2] not in own
    }
    files = {"entry_import", "entry_process_import", "entry_export", "accesslog_export", "door_attempt"}
    assert names == {f"{noun}_{name}" for noun, name in [*pressing, *looking]} | files


# -- buttons


def pressed(client, method: str = "post", **sent: str) -> dict[tuple[str, str], int]:
    """What each button answers to this somebody. Nothing may change by it."""
    before = state()
    answers = {(noun, name): getattr(client, method)(url(noun, name), sent).status_code for noun, name in pressing}
    assert state() == before
    return answers


@pytest.mark.parametrize("sent", [{}, {"sure": "yes"}])
def test_a_button_takes_the_right_to_change(staff, sent):
    somebody = staff(*(f"{right}_{noun}" for right in ("view", "add", "delete") for noun in BUTTONS))
    assert pressed(somebody, **sent) == dict.fromkeys(pressing, 403)


def test_with_that_right_it_asks_at_first(staff):
    somebody = staff(*(f"{right}_{noun}" for right in ("view", "change") for noun in BUTTONS))
    assert pressed(somebody) == dict.fromkeys(pressing, 200)


@pytest.mark.parametrize(("noun", "name"), pressing)
def test_and_then_it_works(staff, noun, name):
    before = state()
    somebody = staff(f"view_{noun}", f"change_{noun}")
    assert somebody.post(url(noun, name), {"sure": "yes"}).status_code in (200, 302)
    assert state() != before or name == "reset-tries"


def test_whoever_may_only_look_is_offered_none(staff):
    somebody = staff(*(f"view_{noun}" for noun in BUTTONS))
    shown = {(noun, name): somebody.get(url(noun, "change")).content.decode() for noun, name in pressing}
    assert [name for (_, name), html in shown.items() if f"/{name}/" in html] == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_no_button_is_pressed_by_anything_but_post(desk, method):
    assert pressed(desk, method, sure="yes") == dict.fromkeys(pressing, 405)


def test_no_button_is_pressed_from_another_site(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    assert pressed(strict, sure="yes") == dict.fromkeys(pressing, 403)


@pytest.mark.parametrize("noun", BUTTONS)
def test_every_button_is_a_form_with_a_token(desk, noun):
    html = desk.get(url(noun, "change")).content.decode()
    forms = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', html, re.DOTALL)
    found = {action.split("/")[-2]: "csrfmiddlewaretoken" in form for action, form in forms}
    assert {name: found[name] for name in BUTTONS[noun]} == dict.fromkeys(BUTTONS[noun], True)


# -- pages


def test_a_page_takes_the_right_to_look(staff):
    nobody, somebody = staff(), staff(*(f"view_{noun}" for noun in PAGES))
    pages = [url(noun, name) for noun, name in looking]
    assert [nobody.get(page).status_code for page in pages] == [403] * len(pages)
    assert [somebody.get(page).status_code for page in pages] == [200] * len(pages)


def test_a_page_is_only_looked_at(desk):
    assert {desk.post(url(noun, name)).status_code for noun, name in looking} == {405}


def test_what_came_of_an_attempt_takes_the_right_to_look(staff, desk, door):
    fired = desk.post(url("door", "test-fire"), {"sure": "yes"})
    assert staff().get(fired.url).status_code == 403
    assert staff("view_door").get(fired.url).status_code == 200


# -- files


@pytest.mark.parametrize("rights", [(), ("view_entry",), ("view_entry", "change_entry"), ("view_entry", "add_entry")])
def test_importing_takes_the_rights_to_add_and_to_change(staff, rights):
    somebody = staff(*rights)
    assert somebody.get(reverse("admin:building_entry_import")).status_code == 403
    assert somebody.post(reverse("admin:building_entry_process_import"), {}).status_code == 403


def test_with_both_it_can_be_tried(staff, desk):
    somebody = staff("view_entry", "add_entry", "change_entry")
    assert somebody.get(reverse("admin:building_entry_import")).status_code == 200
    assert somebody.get(reverse("admin:building_entry_process_import")).status_code == 405


def test_exporting_takes_the_right_to_look(staff):
    nobody, somebody = staff(), staff("view_entry", "view_accesslog")
    for where in (reverse("admin:building_entry_export"), reverse("admin:building_accesslog_export")):
        answers = nobody.get(where), somebody.get(where), somebody.post(where)
        assert [answer.status_code for answer in answers] == [403, 200, 405]


# -- what they are told


def test_without_the_right_the_desk_says_what_to_do(staff):
    answer = staff("view_door").get(reverse("admin:building_entry_import"))
    said = text(answer)
    assert answer.status_code == 403
    assert "staff ('view_door',), who may not do this" in said
    assert "Ask whoever manages the users of this desk for the right" in said
    assert "Scan the sign" not in said


def test_it_has_the_desks_own_look_with_what_they_may_do(staff):
    html = staff("view_door").get(reverse("admin:building_entry_import")).content.decode()
    found = {link: f'href="{reverse(f"admin:{link}")}"' in html for link in ("index", "building_door_changelist")}
    assert found == {"index": True, "building_door_changelist": True}
    assert reverse("admin:building_entry_changelist") not in html
    assert reverse("admin:logout") in html


def test_a_button_pressed_without_the_right_is_told_the_same(staff):
    answer = staff("view_door").post(url("door", "test-fire"), {"sure": "yes"})
    assert (answer.status_code, "Nothing was changed." in text(answer)) == (403, True)


async def test_it_is_told_by_the_real_handler_too(staff):
    somebody = await sync_to_async(staff)("view_door")
    browser = AsyncClient()
    browser.cookies = somebody.cookies
    answer = await browser.get("/admin/building/entry/import/")
    assert (answer.status_code, "who may not do this" in text(answer)) == (403, True)


def test_elsewhere_it_is_the_visitors_page(rf):
    request = rf.get("/s/x")
    assert "This visit is not yours to see" in text(faults.permission_denied(request))


# -- nobody


def everywhere() -> list[str]:
    files = [("entry", "import"), ("entry", "process_import"), ("entry", "export"), ("accesslog", "export")]
    shared = [reverse(f"admin:building_{noun}_{name}") for noun, name in files]
    return [url(noun, name) for noun, name in [*pressing, *looking]] + shared


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_log_in(client, method):
    before = state()
    for where in everywhere():
        answer = getattr(client, method)(where)
        assert (answer.status_code, answer.url) == (302, f"/admin/login/?next={where}")
    assert state() == before


def test_a_user_who_is_not_staff_is_asked_too(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("guest"))
    assert {client.post(where).status_code for where in everywhere()} == {302}


def test_a_list_takes_the_right_to_look(staff):
    nouns = ("building", "door", "portal", "entry", "resident", "access", "invite", "accesslog")
    nobody, somebody = staff(), staff(*(f"view_{noun}" for noun in nouns))
    assert {nobody.get(f"/admin/building/{noun}/").status_code for noun in nouns} == {403}
    assert {somebody.get(f"/admin/building/{noun}/").status_code for noun in nouns} == {200}


def test_looking_changes_nothing(desk, door):
    """Every page of the desk, by GET."""
    before = state(), list(Door.objects.values())
    for model in admin.site._registry:
        if model._meta.app_label == "building" and (thing := model._default_manager.first()):
            here = f"/admin/building/{model._meta.model_name}/"
            assert desk.get(here).status_code == 200
            assert desk.get(f"{here}{quote(thing.pk)}/change/").status_code == 200
    assert (state(), list(Door.objects.values())) == before
