"""What stands between the guard and the views."""

import gzip

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from visitor_portal.building.models import Entry, Portal


def test_pages_are_compressed_when_the_browser_takes_it(visitor: Client, portal: Portal, entry: Entry) -> None:
    page = visitor.get(f"/p/{portal.public_id}", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip" and b"Lobby" in gzip.decompress(page.content)


def test_json_is_left_alone(visitor: Client, portal: Portal) -> None:
    answer = visitor.get(f"/api/v1/public/access/portals/{portal.public_id}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer


def test_language_is_negotiated(visitor: Client) -> None:
    assert visitor.get("/", headers={"Accept-Language": "xx, en;q=0.5"})["Content-Language"] == "en"


@pytest.mark.django_db
def test_the_admin_asks_for_a_login_and_guards_its_forms() -> None:
    get_user_model().objects.create_superuser("admin", password="correct horse")
    browser = Client(enforce_csrf_checks=True)
    assert browser.get("/admin/").status_code == 302
    credentials = {"username": "admin", "password": "correct horse"}
    assert browser.post("/admin/login/", credentials).status_code == 403
    assert browser.login(**credentials)
    assert browser.get("/admin/").status_code == 200
    assert browser.post("/admin/building/building/add/", {"name": "{}"}).status_code == 403


@pytest.mark.django_db
def test_every_admin_list_opens(admin_client: Client) -> None:
    for model in ("building", "door", "portal", "entry", "resident", "access", "accesslog", "session"):
        assert admin_client.get(f"/admin/building/{model}/").status_code == 200


def test_health(visitor: Client, portal: Portal) -> None:
    assert visitor.get("/healthz").content == b"alive\n"
    assert visitor.get("/readyz").json() == {"database": True, "layer": True, "upstream": True}
    assert b"Disallow: /" in visitor.get("/robots.txt").content
