"""Writing to the other side, by forms: what is taken, what is refused and what is kept for whoever wrote it."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
import time_machine
from django.test import Client

from tests.conftest import Person
from tests.pages import call, home, read, tap
from visitor_portal import upstream
from visitor_portal.building.models import Entry, Message, Portal, Session

SIDES = ["message", "reply"]
GREETING = {"message": "delivery", "reply": "on_my_way"}


@pytest.fixture
def visit(visitor: Client, portal: Portal, entry: Entry, alice: Person) -> str:
    return str(call(visitor, portal, entry)["Location"])


class Side:
    """A browser of one side, as it writes."""

    def __init__(self, browser: Client, visit: str, action: str) -> None:
        self.browser, self.visit, self.action = browser, visit, action
        self.page = visit + ("?as=callee" if action == "reply" else "")

    def write(self, **words: str) -> Any:
        seal = read(self.browser.get(self.page)).fields.get("seal", "")
        return self.browser.post(f"{self.visit}/{self.action}", {"seal": seal, **words})

    def reads(self) -> str:
        return str(self.browser.get(self.page).content.decode())


@pytest.fixture
def side(request: pytest.FixtureRequest, visitor: Client, visit: str, alice: Person) -> Side:
    return Side(visitor if request.param == "message" else home(alice.key), visit, request.param)


@pytest.fixture
def other(side: Side, visitor: Client, visit: str, alice: Person) -> Side:
    if side.action == "message":
        return Side(home(alice.key), visit, "reply")
    return Side(visitor, visit, "message")


both = pytest.mark.parametrize("side", SIDES, indirect=True)


def written() -> list[tuple[str, str]]:
    return [(line.text, line.phrase) for line in Message.objects.all()]


class Lines(HTMLParser):
    """What stands in the list of lines, element by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        found = re.search(r'<div class="lines".*?</div>', html, re.DOTALL)
        self.feed(found[0] if found else "")

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


# -- each view: works, wrong method, unknown, refused


@both
def test_own_words_reach_the_other_side(side: Side, other: Side) -> None:
    answer = side.write(text="  At the gate\u202e ")
    assert (answer.status_code, answer["Location"]) == (303, side.page)
    assert written() == [("At the gate", "")]
    for reader in (side, other):
        assert "<bdi>At the gate</bdi>" in reader.reads()


@both
def test_a_phrase_goes_by_its_key_and_its_text(side: Side, other: Side) -> None:
    assert side.write(phrase=GREETING[side.action]).status_code == 303
    [(text, phrase)] = written()
    assert phrase == GREETING[side.action] and text
    assert f"<bdi>{text}</bdi>" in other.reads()


@both
def test_looking_writes_nothing(side: Side) -> None:
    side.reads()
    for method in (side.browser.get, side.browser.head, side.browser.put):
        assert method(f"{side.visit}/{side.action}?text=x").status_code == 405
    assert not written()


@both
def test_an_unknown_visit_takes_nothing(side: Side) -> None:
    unknown = f"/s/01ARZ3NDEKTSV4RRFFQ69G5FAV/{side.action}"
    assert side.browser.post(unknown, {"text": "x"}).status_code == 403


@both
def test_a_stranger_and_a_forged_form_write_nothing(side: Side, other: Side) -> None:
    foreign = read(other.browser.get(other.page)).fields["seal"]
    side.reads()
    for seal in ("", "x", foreign):
        assert side.browser.post(f"{side.visit}/{side.action}", {"seal": seal, "text": "x"}).status_code == 403
    assert Client().post(f"{side.visit}/{side.action}", {"text": "x"}).status_code == 403
    assert not written()


@pytest.mark.parametrize("side", SIDES, indirect=True)
def test_nobody_writes_as_the_other_side(side: Side, other: Side) -> None:
    seal = read(side.browser.get(side.page)).fields["seal"]
    assert side.browser.post(f"{side.visit}/{other.action}", {"seal": seal, "text": "x"}).status_code == 403
    assert not written()


@both
def test_a_script_is_answered_at_once(side: Side) -> None:
    seal = read(side.browser.get(side.page)).fields["seal"]
    form = {"seal": seal, "text": "Hello"}
    answer = side.browser.post(f"{side.visit}/{side.action}", form, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'id="write"' in page and "<bdi>Hello</bdi>" in page
    assert read(answer).fields["seal"] != seal and 'value=""' in page


# -- what is refused stays with its writer


@both
def test_too_soon_keeps_the_line_and_says_for_how_long(side: Side) -> None:
    side.write(text="one")
    answer = side.write(text='two <b>"quoted"</b>')
    page = answer.content.decode()
    assert answer.status_code == 429 and 1 <= int(answer["Retry-After"]) <= 10
    assert 'value="two &lt;b&gt;&quot;quoted&quot;&lt;/b&gt;"' in page
    assert "Your line was not sent." in page and re.search(r"You can write again in <time [^>]*>\d+</time> s", page)
    assert written() == [("one", "")]


@both
@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"text": ""}, "Write something first"),
        ({"text": " \u202e\u0000 "}, "Write something first"),
        ({"text": "x" * 201}, "at most 200 characters"),
        ({"phrase": "no_such_phrase"}, "not known here"),
        ({"phrase": "x" * 5000}, "not known here"),
        ({}, "Write something first"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(side: Side, words: dict[str, str], why: str) -> None:
    answer = side.write(**words)
    assert answer.status_code == 400 and why in answer.content.decode()
    assert not written()


@both
def test_after_five_lines_there_is_no_field_any_more(side: Side) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        Session.objects.update(created_at="2026-03-01T11:59:55Z", expires_at="2026-03-01T12:09:00Z")
        for number in range(5):
            assert side.write(text=str(number)).status_code == 303
            clock.shift(10)
        page = side.reads()
        assert "all the lines that one visit holds" in page and 'name="text"' not in page
        seal = read(side.browser.get(side.page)).fields["seal"]
        late = side.browser.post(f"{side.visit}/{side.action}", {"seal": seal, "text": "6"})
    assert late.status_code == 429 and "as much as one visit holds" in late.content.decode()
    assert len(written()) == 5


@both
def test_a_flood_of_posts_is_five_lines(side: Side) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        Session.objects.update(created_at="2026-03-01T11:59:55Z", expires_at="2026-03-01T12:09:00Z")
        seal = read(side.browser.get(side.page)).fields["seal"]
        statuses = []
        for number in range(60):
            answer = side.browser.post(f"{side.visit}/{side.action}", {"seal": seal, "text": str(number)})
            statuses.append(answer.status_code)
            clock.shift(2)
    assert (statuses.count(303), statuses.count(429), len(written())) == (5, 55, 5)


@both
def test_one_form_sent_by_two_taps_is_one_line(side: Side) -> None:
    form = {"seal": read(side.browser.get(side.page)).fields["seal"], "text": "Hello"}
    assert [side.browser.post(f"{side.visit}/{side.action}", form).status_code for _ in range(2)] == [303, 303]
    assert written() == [("Hello", "")]


@both
def test_after_the_end_nothing_is_taken_and_that_is_said(side: Side, visitor: Client) -> None:
    seal = read(side.browser.get(side.page)).fields["seal"]
    tap(visitor, side.visit, "cancel")
    answer = side.browser.post(f"{side.visit}/{side.action}", {"seal": seal, "text": "Hello?"})
    assert answer.status_code == 409 and "over before your line arrived" in answer.content.decode()
    assert 'name="text"' not in side.reads() and not written()


def test_who_lost_the_answer_is_offered_no_field(visit: str, alice: Person, bob: Person) -> None:
    tap(home(alice.key), visit, "answer")
    assert 'name="text"' not in Side(home(bob.key), visit, "reply").reads()


class Unreachable(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")


@both
def test_a_line_that_did_not_get_through_can_be_sent_again_from_the_same_form(side: Side) -> None:
    form = {"seal": read(side.browser.get(side.page)).fields["seal"], "text": "Hello"}
    side.reads()
    with upstream.through(Unreachable()):
        assert side.browser.post(f"{side.visit}/{side.action}", form).status_code == 503
    assert side.browser.post(f"{side.visit}/{side.action}", form).status_code == 303
    assert written() == [("Hello", "")]


# -- what the other side is shown

INERT = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "https://evil.example/pay",
    "javascript:alert(1)",
    "www.evil.example",
    "+49 170 1234567",
    "{{ settings.SECRET_KEY }} {% now 'Y' %}",
    "&lt;b&gt;",
    "👩\u200d👩\u200d👧 🚪🏠",
    "שלום <b>עולם</b>",
    "مرحبا https://evil.example",
    "a" * 200,
    "Z" + "\u0301" * 100,
]


@pytest.mark.parametrize("words", INERT)
@both
def test_words_are_shown_as_words(side: Side, other: Side, words: str) -> None:
    side.write(text=words)
    lines = Lines(other.reads())
    assert lines.tags == ["div", "ol", "li", "span", "bdi"]
    [(kept, _)] = written()
    assert kept in lines.words


def test_each_side_is_told_apart_in_words(visitor: Client, visit: str, alice: Person) -> None:
    caller, callee = Side(visitor, visit, "message"), Side(home(alice.key), visit, "reply")
    caller.write(text="Hello")
    callee.write(text="Yes?")
    assert re.sub(r"\s+", " ", Lines(caller.reads()).words).strip() == "You: Hello Okafor & Lindqvist: Yes?"
    assert re.sub(r"\s+", " ", Lines(callee.reads()).words).strip() == "The visitor: Hello From your home: Yes?"


def test_the_visitor_never_reads_who_of_the_household_wrote(visitor: Client, visit: str, alice: Person) -> None:
    Side(home(alice.key), visit, "reply").write(text="Yes?")
    assert "Alice" not in visitor.get(visit).content.decode()


# -- without JavaScript


@both
def test_a_plain_page_does_not_look_again_while_somebody_types(side: Side) -> None:
    plain = side.page + ("&plain" if "?" in side.page else "?plain")
    looking, typing = side.browser.get(plain), side.browser.get(f"{plain}&write")
    assert "Refresh" in looking and b'name="text"' not in looking.content and b'name="phrase"' in looking.content
    assert "Refresh" not in typing and b'name="text"' in typing.content


@both
def test_a_plain_page_comes_back_plain(side: Side) -> None:
    seal = read(side.browser.get(side.page)).fields["seal"]
    address = f"{side.visit}/{side.action}?plain"
    taken = side.browser.post(address, {"seal": seal, "text": "Hello"})
    assert taken.status_code == 303 and "plain" in taken["Location"]
    refused = side.browser.post(address, {"seal": seal, "text": "Hello?"})
    assert refused.status_code == 429 and "Refresh" not in refused and b'value="Hello?"' in refused.content
    phrase = side.browser.post(address, {"seal": seal, "phrase": GREETING[side.action]})
    assert phrase["Refresh"].partition("url=")[2].startswith(side.visit + "?")
