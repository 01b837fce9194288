"""The demo building: complete, the same at every run, and ready to be tried."""

import io
import json
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

from visitor_portal.building.models import Access, Entry, Membership, Portal, Resident

pytestmark = pytest.mark.django_db(transaction=True)


def demo(*arguments: str) -> str:
    out = io.StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def links() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(demo("--json"))
    return said


def rows() -> dict[str, list]:
    models = [*apps.get_app_config("building").get_models(), *apps.get_app_config("auth").get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def test_a_second_run_at_the_same_time_says_and_changes_nothing_new(time_machine):
    time_machine.move_to("2026-05-05T10:00:00Z", tick=False)
    first, before = demo("--json"), rows()
    assert demo("--json") == first
    assert rows() == before
    assert demo() == demo()
    assert rows() == before


def test_says_exactly_what_programs_read():
    said = links()
    assert list(said) == ["base_url", "portals", "residents", "invites", "doors", "admin"]
    assert {tuple(portal) for portal in said["portals"]} == {("name", "public_portal_id", "url")}
    assert {tuple(resident) for resident in said["residents"]} == {("name", "target_id", "url")}
    assert {tuple(invite) for invite in said["invites"]} == {("name", "state", "url", "try")}
    assert {tuple(door) for door in said["doors"]} == {("name", "id")}
    assert list(said["admin"]) == ["url", "username", "password"]


def test_every_link_starts_with_the_address_of_this_installation(settings):
    settings.PUBLIC_BASE_URL = "https://portal.example"
    said = links()
    urls = [link["url"] for link in [*said["portals"], *said["residents"], *said["invites"], said["admin"]]]
    assert said["base_url"] == "https://portal.example"
    assert all(url.startswith("https://portal.example/") for url in urls)
    assert len(set(urls)) == len(urls)


def test_has_a_directory_to_look_through():
    links()
    floors = Counter(Entry.objects.values_list("floor", flat=True))
    assert Entry.objects.count() >= 24
    assert len(floors) == 6


def test_has_somebody_of_every_kind(client):
    said = links()
    sign = said["portals"][0]["public_portal_id"]
    targets = client.get(f"/api/v1/public/access/portals/{sign}/targets").json()["targets"]
    reasons = Counter(reason for target in targets for reason in target["denial_reasons"])
    assert reasons == {"dnd": 1, "no_callees": 1}
    assert sum(target["require_video"] for target in targets) == 1
    assert sorted(Counter(Membership.objects.values_list("entry", flat=True)).values())[-2:] == [1, 2]


def test_every_resident_rings_at_an_entry_that_is_listed(client):
    said = links()
    sign = said["portals"][0]["public_portal_id"]
    listed = client.get(f"/api/v1/public/access/portals/{sign}/targets").json()["targets"]
    callable_ = {target["target_id"] for target in listed if "no_callees" not in target["denial_reasons"]}
    assert {resident["target_id"] for resident in said["residents"]} == callable_


def test_every_sign_leads_to_a_page(client):
    for portal in links()["portals"]:
        page = client.get(portal["url"].removeprefix(links()["base_url"]))
        assert page.status_code == 200 and portal["name"] in page.content.decode()


def test_a_resident_link_hands_over_the_key_and_leaves_the_address():
    said = links()
    for resident in said["residents"][:3]:
        browser = Client()
        entered = browser.get(resident["url"].removeprefix(said["base_url"]))
        assert (entered.status_code, entered["Location"]) == (303, "/resident")
        assert browser.cookies["resident"]["httponly"]
        assert resident["name"] in browser.get("/resident").content.decode()


def test_a_resident_may_open_every_door_of_the_demo():
    said = links()
    doors = {door["id"] for door in said["doors"]}
    assert len(doors) == 2
    for access in Access.objects.filter(invite=None).prefetch_related("doors"):
        assert {right.door_id for right in access.doors.all()} == doors


def login(browser: Client, admin: dict[str, str]) -> str:
    """Log in as a browser does. Gives the form token of the page."""
    page = browser.get("/admin/login/")
    form = {"username": admin["username"], "password": admin["password"], "next": "/admin/"}
    token = page.context["csrf_token"]
    answer = browser.post("/admin/login/", form | {"csrfmiddlewaretoken": str(token)})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    return str(browser.get("/admin/").context["csrf_token"])


def test_the_password_opens_the_desk():
    login(browser := Client(enforce_csrf_checks=True), links()["admin"])
    assert browser.get("/admin/building/door/").status_code == 200


def test_a_wrong_password_opens_nothing():
    admin = links()["admin"]
    browser = Client()
    form = {"username": admin["username"], "password": f"{admin['password']}x"}
    assert browser.post("/admin/login/", form).status_code == 200  # the form again
    assert browser.get("/admin/building/door/").status_code == 302


def test_the_desk_takes_no_form_from_elsewhere():
    said = links()
    token = login(browser := Client(enforce_csrf_checks=True), said["admin"])
    resident = Resident.objects.order_by("pk")[0]
    address = f"/admin/building/resident/{resident.pk}/change/"
    form = {"name": "Somebody else", "building": resident.building_id}
    assert browser.post(address, form).status_code == 403
    assert Resident.objects.get(pk=resident.pk).name == resident.name
    assert browser.post(address, form | {"csrfmiddlewaretoken": token}).status_code == 302
    assert Resident.objects.get(pk=resident.pk).name == "Somebody else"


@pytest.mark.parametrize("model", ["accesslog", "session"])
def test_the_desk_reads_the_log_and_writes_none(model):
    login(browser := Client(), links()["admin"])
    assert browser.get(f"/admin/building/{model}/").status_code == 200
    assert browser.get(f"/admin/building/{model}/add/").status_code == 403


def test_what_somebody_changed_stays_changed(time_machine):
    time_machine.move_to("2026-05-05T10:00:00Z", tick=False)
    links()
    Entry.objects.update(name={"en": "Renamed"}, require_video=True)
    Resident.objects.update(do_not_disturb=True)
    before = rows()
    links()
    assert rows() == before


def test_what_is_missing_comes_back():
    said = links()
    Entry.objects.order_by("pk")[0].delete()
    Portal.objects.order_by("pk")[0].delete()
    assert links()["portals"] == said["portals"]
    assert Entry.objects.count() >= 24


def test_a_changed_key_of_the_installation_makes_new_links_that_work(settings):
    before = links()
    settings.SECRET_KEY = "another key of this installation, long enough"
    after = links()
    old, new = ({resident["url"] for resident in said["residents"]} for said in (before, after))
    assert not old & new
    for url, status in ((min(new), 303), (min(old), 403)):
        assert Client().get(url.removeprefix(after["base_url"])).status_code == status
    assert Resident.objects.count() == len(after["residents"])


def test_every_installation_has_secrets_of_its_own(settings):
    first = links()
    settings.SECRET_KEY = "another key of this installation, long enough"
    second = links()
    assert first["admin"]["password"] != second["admin"]["password"]
    assert first["doors"] == second["doors"]
