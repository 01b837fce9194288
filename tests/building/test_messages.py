"""Writing within a visit: a few plain words each way."""

from datetime import timedelta

import pytest

from visitor_portal import events
from visitor_portal.building import sessions
from visitor_portal.building.messages import write
from visitor_portal.building.models import Message, Session
from visitor_portal.building.refusals import Refusal
from visitor_portal.lines import plain

from .conftest import WAYS, Visit, bring
from .listening import heard, listening
from .threads import together

SECOND = timedelta(seconds=1)


@pytest.fixture
def ringing(portal, entry, alice, bob) -> Visit:
    return Visit(portal, entry, mode="message")


def lines() -> list[str]:
    return [line.text or line.phrase for line in Message.objects.all()]


@pytest.mark.parametrize("who", ["caller", "alice"])
def test_a_line_of_either_side_is_kept_and_told(ringing, alice, now, who):
    (channel,) = listening(events.session_group(ringing.id)).values()
    line = write(ringing.seat(alice if who == "alice" else None), text="At the gate", now=now)
    kept = Message.objects.get()
    assert (kept.id, kept.text, kept.phrase, kept.at) == (line.id, "At the gate", "", now)
    assert (kept.sender, kept.resident) == (("callee", alice.resident) if who == "alice" else ("caller", None))
    assert (heard(channel), ringing.now_is().version) == ([{"type": "session.changed"}], 2)


def test_a_phrase_is_kept_by_its_name(ringing, alice, now):
    write(ringing.seat(alice), phrase="coming", now=now)
    assert (Message.objects.get().phrase, Message.objects.get().text) == ("coming", "")


def test_lines_come_in_the_order_in_which_they_were_written(ringing, alice, now):
    for second, who in ((0, None), (3, alice), (10, None), (13, alice)):
        write(ringing.seat(who), text=f"{second}", now=now + second * SECOND)
    assert lines() == ["0", "3", "10", "13"]


# -- how much


@pytest.mark.parametrize(("length", "is_kept"), [(1, True), (200, True), (201, False), (60_000, False)])
@pytest.mark.parametrize("letter", ["a", "é", "🏠"])
def test_a_line_has_at_most_two_hundred_characters(ringing, now, letter, length, is_kept):
    try:
        write(ringing.seat(), text=letter * length, now=now)
    except Refusal as refusal:
        assert refusal.code == "invalid_request"
    assert lines() == ([letter * length] if is_kept else [])


def test_what_is_stripped_does_not_count(ringing, now):
    write(ringing.seat(), text="  " + "\u202e" * 500 + "a" * 200 + " ", now=now)
    assert lines() == ["a" * 200]


@pytest.mark.parametrize(("after", "waits"), [(0, 10), (1, 9), (9, 1), (9.5, 1), (10, None), (11, None)])
def test_ten_seconds_lie_between_two_lines_of_one_side(ringing, now, after, waits):
    write(ringing.seat(), text="first", now=now)
    try:
        write(ringing.seat(), text="second", now=now + after * SECOND)
    except Refusal as refusal:
        assert (refusal.status, refusal.code, refusal.retry_after) == (429, "too_many_tries", waits)
        assert lines() == ["first"]
    else:
        assert waits is None and lines() == ["first", "second"]


@pytest.mark.parametrize("who", ["caller", "alice"])
def test_one_side_writes_five_lines_in_a_visit(ringing, alice, now, who):
    for minute in range(7):
        seat = ringing.seat(alice if who == "alice" else None)
        try:
            write(seat, text=f"{minute}", now=now + minute * timedelta(minutes=1))
        except Refusal as refusal:
            assert (refusal.code, refusal.retry_after) == ("too_many_tries", None)
    assert lines() == ["0", "1", "2", "3", "4"]


def test_the_other_side_has_lines_of_its_own(ringing, alice, now):
    for minute in range(5):
        write(ringing.seat(), text="?", now=now + minute * timedelta(minutes=1))
    write(ringing.seat(alice), text="!", now=now + timedelta(minutes=4))
    assert len(lines()) == 6


def test_a_household_is_one_side(ringing, alice, bob, now):
    for minute in range(8):
        try:
            write(ringing.seat((alice, bob)[minute % 2]), text="!", now=now + minute * timedelta(minutes=1))
        except Refusal as refusal:
            assert refusal.code == "too_many_tries"
    assert len(lines()) == 5


@pytest.mark.usefixtures("file_database")
def test_of_twenty_lines_at_once_one_is_kept(ringing, now):
    results = together(*[lambda: write(ringing.seat(), text="quick", now=now)] * 20)
    refused = [result.code for result in results if isinstance(result, Refusal)]
    assert (refused, lines()) == (["too_many_tries"] * 19, ["quick"])


# -- what is left of a text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  Hello\t\r\n there  ", "Hello there"),
        ("a\u0000b\u0007c\u001b[31md\u007fe\u0085f", "abc[31mdef"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("\u2066left\u2067right\u2068first\u2069\u200e\u200f\u061c", "leftrightfirst"),
        ("zero\u200bwidth\ufeff\u00ad\u2060", "zerowidth"),
        ("one\u2028two\u2029three", "onetwothree"),
        ("\ue000private\U000e0041tag\ufffe", "privatetag"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧 ❤️", "👩\u200d👩\u200d👧 ❤️"),
        ("<b>https://evil.example</b>", "<b>https://evil.example</b>"),  # shown as text, nothing more
        ("שלום", "שלום"),
    ],
)
def test_nothing_hides_in_a_line_or_turns_it_around(text, left):
    assert plain(text) == left == plain(left)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "\u202e\u2066",
        "\u0000",
        "\u200d\u200c",
    ],
)
def test_a_line_in_which_nothing_can_be_read_is_refused(ringing, now, text):
    with pytest.raises(Refusal, match="invalid_request"):
        write(ringing.seat(), text=text, phrase=text, now=now)
    assert not lines()


def test_a_phrase_has_a_short_name(ringing, alice, now):
    write(ringing.seat(alice), phrase="x" * 40, now=now)
    with pytest.raises(Refusal, match="invalid_request"):
        write(ringing.seat(alice), phrase="x" * 41, now=now + 10 * SECOND)


# -- when


@pytest.mark.parametrize("way", WAYS)
def test_writing_ends_with_the_visit(portal, entry, alice, bob, now, way):
    visit = bring(Visit(portal, entry), way, alice, bob)
    state = visit.now_is().state_at(now)
    for who in (None, alice):
        try:
            write(visit.seat(who), text="Hello?", now=now)
        except Refusal as refusal:
            assert (refusal.code, refusal.extra) == ("session_over", {"state": state})
    assert len(lines()) == (2 if state in Session.LIVE else 0)


def test_a_refused_line_changes_nothing(ringing, now):
    sessions.cancel(ringing.seat(), now=now)
    before = ringing.now_is().version
    with pytest.raises(Refusal):
        write(ringing.seat(), text="Hello?", now=now)
    assert ringing.now_is().version == before


def test_a_line_answers_nothing(ringing, alice, now):
    write(ringing.seat(alice), text="One moment", now=now)
    assert (ringing.now_is().state, ringing.now_is().answered_by) == ("pending", None)


def test_lines_go_with_their_visit(ringing, now):
    write(ringing.seat(), text="At the gate", now=now)
    ringing.now_is().delete()
    assert not Message.objects.exists()
