"""Everybody reads in a language of their own: whole catalogs, and for each browser the right one."""

import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from gettext import c2py
from pathlib import Path

import httpx
import pytest
from asgiref.sync import sync_to_async
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.cache import cache
from django.test import AsyncClient, Client
from django.utils import translation

from tests.conftest import Person
from tests.pages import call, home, read, tap
from tests.sockets import socket
from visitor_portal import upstream
from visitor_portal.building.models import Building, Entry, Portal
from visitor_portal.http import language_of, spoken

ROOT = Path(__file__).parent.parent
CATALOGS = {path.parts[-3]: path for path in (ROOT / "locale").glob("*/LC_MESSAGES/django.po")}
NUMBERS = range(1000)

catalogs = pytest.mark.parametrize("name", CATALOGS)


def catalog(name: str) -> Catalog:
    with CATALOGS[name].open("rb") as file:
        return read_po(file)


def messages(name: str) -> list[Message]:
    return [message for message in catalog(name) if message.id]


def texts(said: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [said or ""] if isinstance(said, str) or said is None else list(said)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)\w", text))


def form_of(name: str) -> dict[int, int]:
    """The plural form that this catalog takes for each number."""
    rule = c2py(catalog(name).plural_expr)
    return {number: rule(number) for number in NUMBERS}


@pytest.fixture(autouse=True)
def in_nobodys_language() -> Iterator[None]:
    """What a page of one test was written in is not the next test's language."""
    yield
    translation.deactivate()


# -- the catalogs


def test_every_language_has_a_catalog():
    assert set(CATALOGS) == {translation.to_locale(code) for code in settings.TRANSLATED}
    assert [code for code, _ in settings.LANGUAGES] == ["en", *settings.TRANSLATED]


@catalogs
def test_nothing_is_missing(name: str):
    assert messages(name)
    assert [m.id for m in messages(name) if m.fuzzy or not all(texts(m.string))] == []


@catalogs
def test_placeholders_stay(name: str):
    """A plural form that stands for one number alone may have it in words."""
    form = list(form_of(name).values())
    for message in messages(name):
        wanted = placeholders(texts(message.id)[0])
        for index, text in enumerate(texts(message.string)):
            in_words = message.pluralizable and form.count(index) == 1
            assert placeholders(text) == wanted or (in_words and not placeholders(text)), text
            assert "%" not in re.sub(r"%\(\w+\)\w", "", text), text


@catalogs
def test_plural_forms_are_those_of_the_language(name: str):
    """Two numbers share a form here exactly when they do in Unicode's rules."""
    form, rule = form_of(name), Locale.parse(name).plural_form
    pairs = {(form[number], rule(number)) for number in NUMBERS}
    assert len(pairs) == len(set(form.values())) == len({kind for _, kind in pairs}) == catalog(name).num_plurals
    assert {len(texts(m.string)) for m in messages(name) if m.pluralizable} == {catalog(name).num_plurals}


@catalogs
def test_files_hold_words_alone(name: str):
    text = CATALOGS[name].read_text()
    assert not re.search(r"@|\d{4}-\d{2}-\d{2}|^#[:~|]|^\"(PO|POT|Last|Project)-", text, re.MULTILINE)


def test_catalogs_are_up_to_date(tmp_path: Path):
    if not all(map(shutil.which, ("xgettext", "msgmerge"))):
        missing = "gettext is not installed here: there is no xgettext or no msgmerge in PATH"
        (pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip)(missing)
    for folder in ("visitor_portal", "templates", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    made = subprocess.run([sys.executable, "manage.py", "makemessages", "-v0"], cwd=tmp_path, env=alone(tmp_path))
    assert made.returncode == 0
    again = {name: (tmp_path / path.relative_to(ROOT)).read_text() for name, path in CATALOGS.items()}
    stale = [name for name, text in again.items() if text != CATALOGS[name].read_text()]
    assert not stale, "Run manage.py makemessages and translate what is new."


def alone(folder: Path) -> dict[str, str]:
    """The environment of a copy of the portal: nothing of it reaches the original."""
    return {"PATH": os.environ["PATH"], "VAR_DIR": str(folder / "var")}


def test_what_is_not_compiled_is_not_spoken(tmp_path: Path):
    shutil.copytree(ROOT / "visitor_portal", tmp_path / "visitor_portal")
    asked = [sys.executable, "-c", "from visitor_portal.settings import LANGUAGES; print(LANGUAGES)"]
    said = subprocess.run(asked, cwd=tmp_path, env=alone(tmp_path), capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[('en', 'English')]"


# -- whose language


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("de-AT, en;q=0.5", "de"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"),
        ("pt", "pt-br"),
        ("pt-BR", "pt-br"),
        ("pt-PT", "pt-br"),
        ("he-IL", "he"),
        ("iw-IL, en;q=0.5", "he"),
        ("iw", "he"),
        ("es-419", "es"),
        ("ar-EG", "ar"),
        ("uk, ru;q=0.8, en;q=0.5", "ru"),
        ("fr;q=0.3, it;q=0.7", "it"),
        ("en-GB, de;q=0.9", "en"),
        ("xx", "en"),
        ("*", "en"),
        ("", "en"),
        (";;q=,,-", "en"),
        ("iwx, \xff", "en"),
        ("a" * 5000, "en"),
    ],
)
def test_speaks_what_the_browser_asks_for(visitor: Client, asked: str, code: str):
    assert spoken(asked) == code
    assert language_of({"headers": [(b"accept-language", asked.encode("latin-1"))]}) == code
    page = visitor.get("/", headers={"Accept-Language": asked})
    assert page["Content-Language"] == code and f'lang="{code}"' in page.content.decode()


def reads(browser: Client, path: str, language: str) -> str:
    return browser.get(path, headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize(("language", "direction"), [("he", "rtl"), ("ar", "rtl"), ("de", "ltr"), ("xx", "ltr")])
def test_every_page_says_its_language_and_direction(
    visitor: Client, portal: Portal, entry: Entry, alice: Person, language: str, direction: str
):
    visit = call(visitor, portal, entry)["Location"]
    frame = f'<html lang="{spoken(language)}" dir="{direction}">'
    for path in (f"/p/{portal.public_id}", visit, "/nothing/here"):
        assert frame in reads(visitor, path, language)
    for path in ("/resident", f"{visit}?as=callee"):
        assert frame in reads(home(alice.key), path, language)


def test_german(visitor: Client, portal: Portal, entry: Entry, alice: Person):
    assert "Zu wem soll es gehen?" in reads(visitor, f"/p/{portal.public_id}", "de")
    visit = call(visitor, portal, entry)["Location"]
    assert "Anruf bei Okafor &amp; Lindqvist" in reads(visitor, visit, "de")
    assert 'data-says-talking="Jetzt kann gesprochen werden."' in reads(visitor, visit, "de")
    assert "Jemand ist an der Tür" in reads(home(alice.key), f"{visit}?as=callee", "de")
    assert "Hier ist nichts" in reads(visitor, "/nothing/here", "de")
    assert "Dieser Besuch gehört nicht zu diesem Telefon" in reads(Client(), visit, "de")


def test_what_the_building_says_is_in_the_readers_language(visitor: Client, portal: Portal, entry: Entry):
    Building.objects.update(name={"en": "Harbour House", "he": "בית הנמל", "zh_cn": "海港楼"})
    assert "בית הנמל" in reads(visitor, f"/p/{portal.public_id}", "he")
    assert "海港楼" in reads(visitor, f"/p/{portal.public_id}", "zh-CN")
    assert "Harbour House" in reads(visitor, f"/p/{portal.public_id}", "fr")


def test_names_keep_their_order_in_a_page_that_runs_the_other_way(visitor: Client, portal: Portal, entry: Entry):
    Building.objects.update(name={"en": "12 Quay Street"})
    assert "\u206812 Quay Street\u2069" in reads(visitor, f"/p/{portal.public_id}", "ar")
    assert "\u2068" not in reads(visitor, f"/p/{portal.public_id}", "de")
    Building.objects.update(name={"he": "רחוב הנמל 12"})
    cache.clear()
    assert "\u2068רחוב הנמל 12\u2069" in reads(visitor, f"/p/{portal.public_id}", "de")


def test_seconds_stand_where_the_language_has_them(visitor: Client, portal: Portal, entry: Entry, alice: Person):
    visit = call(visitor, portal, entry)["Location"]
    assert re.search(r"あと<time [^>]*>\d+</time>秒間鳴ります", reads(visitor, visit, "ja"))


def test_a_page_says_in_what_it_differs(visitor: Client):
    assert "Accept-Language" in visitor.get("/")["Vary"]


# -- two at once


async def test_pushes_in_each_browsers_language(visitor: Client, portal: Portal, entry: Entry, alice: Person):
    visit = (await sync_to_async(call)(visitor, portal, entry))["Location"]
    address = f"/ws/session/{visit.removeprefix('/s/')}?as=caller"
    sides = {language: socket(visitor, address) for language in ("de", "he", "zh-CN")}
    for language, live in sides.items():
        live.scope["headers"].append((b"accept-language", language.encode()))
        assert (await live.connect())[0]
        await live.receive_from(3)
    await sync_to_async(tap)(await sync_to_async(home)(alice.key), visit, "answer")
    for language, words in {"de": "Am Apparat: ", "he": "על הקו: ", "zh-CN": "已接听"}.items():
        assert words in await sides[language].receive_from(3)
        await sides[language].disconnect()


async def test_a_residents_page_rings_in_its_language(portal: Portal, entry: Entry, alice: Person):
    live = socket(await sync_to_async(home)(alice.key), "/ws/resident")
    live.scope["headers"].append((b"accept-language", b"ru"))
    await live.connect()
    assert "У двери никого нет." in await live.receive_from(3)
    await live.disconnect()


GONE = {
    "en": "This sign is no longer in use",
    "de": "Dieses Schild wird nicht mehr benutzt",
    "ja": "この案内はもう使われていません",
}


async def slowly_gone(request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(random.random() / 20)
    return httpx.Response(410, json={"message": "x"})


async def test_visitors_at_the_same_time_do_not_mix():
    asked = [language for _ in range(20) for language in GONE]
    browser = AsyncClient()
    with upstream.through(httpx.MockTransport(slowly_gone)):
        pages = await asyncio.gather(
            *(browser.get(f"/p/sign-{n}", headers={"Accept-Language": code}) for n, code in enumerate(asked))
        )
    assert [read(page).headings for page in pages] == [[GONE[code]] for code in asked]


def test_visitors_on_threads_do_not_mix():
    def gone(code: str) -> list[str]:
        return read(Client().get("/p/a-sign", headers={"Accept-Language": code})).headings

    asked = [language for _ in range(10) for language in GONE]
    with upstream.through(httpx.MockTransport(slowly_gone)), ThreadPoolExecutor(6) as threads:
        assert list(threads.map(gone, asked)) == [[GONE[code]] for code in asked]
