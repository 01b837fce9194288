"""How much a body may be where the desk takes files. The server's own side of it is in test_server.py."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from django.urls import reverse

from tests.test_guard import page
from visitor_portal.building.models import Invite
from visitor_portal.guard import MAX_BODY, Guard, most_body

MEGABYTE = 1024 * 1024
STAFF = {"cookie": "csrftoken=abc; sessionid=xyz"}
UPLOADS = [f"/admin/building/{path}/" for path in ("entry/import", "invite/add", "invite/01JABC/change")]


@pytest.fixture(autouse=True)
def our_site(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["door.example.com"]


def desk() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=Guard(page)), base_url="https://door.example.com")


def pieces(size: int, piece: int = 32 * 1024) -> AsyncIterator[bytes]:
    """A body of no declared length."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size // piece):
            yield b"x" * piece

    return chunks()


@pytest.mark.parametrize("path", UPLOADS)
async def test_staff_send_more_where_the_desk_takes_files(path: str):
    sent = await desk().post(path, content=b"x" * MEGABYTE, headers=STAFF)
    cut = await desk().post(path, content=pieces(MEGABYTE), headers=STAFF)
    assert [answer.text.rpartition(" ")[2] for answer in (sent, cut)] == [str(MEGABYTE)] * 2


@pytest.mark.parametrize("path", UPLOADS)
@pytest.mark.parametrize("cookie", ["", "csrftoken=abc", "sessionid=", "xsessionid=xyz", "a=sessionid", "sessionid"])
async def test_a_stranger_sends_no_more_there(path: str, cookie: str):
    sent = await desk().post(path, content=b"x" * MEGABYTE, headers={"cookie": cookie})
    cut = await desk().post(path, content=pieces(MEGABYTE), headers={"cookie": cookie})
    assert (sent.status_code, cut.status_code) == (413, 413)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/p/front/open", "/api/v1/status", "/admin/", "/admin/login/", "/admin/building/invite/"),
        *("/admin/building/entry/process_import/", "/admin/building/entry/add/"),
        "/admin/building/invite/01JABC/delete/",
        *("/x/admin/building/invite/add/", "/admin/building/invite/add/x", "/admin/building/invite/a/b/change/"),
        *("/admin/building/invite/add", "/admin/building/invite/add/%0a", "//admin/building/invite/add/"),
    ],
)
async def test_nor_do_staff_anywhere_else(path: str):
    sent = await desk().post(path, content=b"x" * MEGABYTE, headers=STAFF)
    cut = await desk().post(path, content=pieces(MEGABYTE), headers=STAFF)
    assert (sent.status_code, cut.status_code) == (413, 413)


@pytest.mark.parametrize("path", UPLOADS)
async def test_nor_more_than_their_own_limit(path: str, settings: Any):
    settings.STAFF_MAX_BODY = MEGABYTE
    answers = [
        await desk().post(path, content=b"x" * MEGABYTE, headers=STAFF),
        await desk().post(path, content=b"x" * (MEGABYTE + 1), headers=STAFF),
        await desk().post(path, content=pieces(2 * MEGABYTE), headers=STAFF),
    ]
    assert [answer.status_code for answer in answers] == [200, 413, 413]


def test_these_are_the_desks_addresses(settings: Any):
    names = [("entry_import", []), ("invite_add", []), ("invite_change", [Invite().pk])]
    for name, given in names:
        path = reverse(f"admin:building_{name}", args=given)
        assert most_body(path, STAFF["cookie"]) == settings.STAFF_MAX_BODY
        assert most_body(path, "") == MAX_BODY


def test_a_photo_of_8_megabytes_fits_and_stays_in_memory(settings: Any):
    assert settings.STAFF_MAX_BODY > 8 * MEGABYTE
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= settings.STAFF_MAX_BODY  # beyond that Django writes to disk
