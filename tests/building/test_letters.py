"""The letter that brings an invite: what it says, in whose language, and the calendar file with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from visitor_portal.building import invites, letters, links
from visitor_portal.building.models import Building, Door, Invite

from .inviting import PIN, Link, invited

NOW = datetime(2026, 5, 5, 10, 0, tzinfo=UTC)
NOOR = "noor@example.org"
WEEKLY = "BEGIN:VEVENT\nDTSTART:20260504T180000\nDTEND:20260504T200000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEND:VEVENT\n"


@pytest.fixture(autouse=True)
def quay(building: Building) -> None:
    building.time_zone = "Europe/Lisbon"
    building.save()


def noors(door: Door, **fields: Any) -> Link:
    said: dict[str, Any] = {
        "name": "Dinner on Friday",
        "contact_name": "Noor",
        "contact_email": NOOR,
        "valid_from": datetime(2026, 5, 8, 17, 0, tzinfo=UTC),
        "valid_to": datetime(2026, 5, 8, 22, 0, tzinfo=UTC),
    }
    return invited(Door.objects.get(id=door.id), **said | fields)


def sent(link: Link, *, change: bool = False) -> Any:
    invite = Invite.objects.select_related("access__building").get(id=link.invite.id)
    went = letters.send_change(invite, now=NOW) if change else letters.send_invite(invite, link.token, now=NOW)
    assert went
    return mail.outbox[-1]


def bodies(letter: Any) -> tuple[str, str]:
    (html, kind) = letter.alternatives[0]
    assert kind == "text/html"
    return str(letter.body), str(html)


def calendar(letter: Any) -> Any:
    (attached,) = letter.attachments
    assert (attached[0], attached[2]) == ("invite.ics", "text/calendar; method=PUBLISH")
    return Calendar.from_ical(attached[1])


def events(letter: Any) -> list[Any]:
    return list(calendar(letter).walk("VEVENT"))


# -- what it says


def test_it_brings_the_link_and_says_when_where_and_which_doors(door, settings):
    settings.PUBLIC_BASE_URL = "https://door.example"
    link = noors(door, message={"en": "Second floor."})
    letter = sent(link)
    assert (letter.to, letter.subject) == ([NOOR], "Your invite to Harbour House")
    for body in bodies(letter):
        for said in ("Hello Noor,", "Dinner on Friday", "Second floor.", "12 Quay Street", "Lobby", "Europe/Lisbon"):
            assert said in body
        assert "May 8, 2026, 6 p.m. – 11 p.m." in body
        assert f"https://door.example/invite/{link.token}" in body
    assert Invite.objects.get().mailed_at == NOW


def test_nothing_in_it_is_taken_for_markup(door):
    text, html = bodies(sent(noors(door, name="<b>Tom & Jerry</b>", message={"en": "<script>x</script>"})))
    assert "<b>Tom & Jerry</b>" in text and "<script>" in text
    assert "&lt;b&gt;Tom &amp; Jerry" in html and "<script>" not in html


def test_no_line_of_a_name_becomes_a_header(door):
    Building.objects.update(name={"en": "Harbour\r\nBcc: eve@example.org"})
    letter = sent(noors(door))
    assert letter.recipients() == [NOOR] and "\n" not in letter.subject
    assert letter.message()["Bcc"] is None


def test_it_says_which_proofs_are_asked_and_never_the_pin(door):
    letter = sent(noors(door, pin=PIN, audience="listed_contacts"))
    for body in bodies(letter):
        assert "It asks for a PIN" in body and "It sends a code to you" in body
        assert PIN not in body
    assert PIN not in letter.attachments[0][1]


def test_it_speaks_the_guests_language(door):
    Building.objects.update(name={"en": "Harbour House", "he": "בית הנמל"})
    _, html = bodies(sent(noors(door, locale="he", message={"he": "שלום", "en": "Hello"})))
    assert '<html lang="he" dir="rtl">' in html and "בית הנמל" in html and "שלום" in html


def test_a_language_that_is_not_spoken_is_english(door):
    assert "Hello Noor," in sent(noors(door, locale="tlh")).body


@pytest.mark.parametrize(("mode", "said"), [("inherit", "12 Quay Street"), ("explicit", "The pier"), ("none", "")])
def test_where_it_is(door, mode, said):
    letter = sent(noors(door, location_mode=mode, event_address={"en": "The pier"}))
    (event,) = events(letter)
    assert event.get("LOCATION", "") == said
    assert ("Where:" in letter.body) is bool(said)


def test_a_recurring_one_names_the_next_times(door):
    link = noors(door, schedule=WEEKLY, valid_from=NOW, valid_to=NOW + timedelta(days=60))
    said = sent(link).body
    assert "May 11, 2026, 6 p.m. – 8 p.m." in said and "… and more" in said
    assert said.count("6 p.m.") == 3


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        (None, None, "at any time"),
        (NOW, None, "from May 5, 2026, 11 a.m. on"),
        (None, NOW, "until May 5, 2026, 11 a.m."),
    ],
)
def test_an_open_end_is_said(door, begin, end, said):
    link = noors(door)
    link.change_access(valid_from=begin, valid_to=end, kind="temporary" if end else "permanent")
    letter = sent(link)
    assert said in letter.body
    assert bool(events(letter)) is bool(end)


def test_without_an_address_nothing_is_sent(door):
    link = noors(door, contact_email="")
    assert not letters.send_invite(link.tap().invite, link.token, now=NOW)
    assert not mail.outbox


def test_when_no_server_takes_it_that_is_said(door, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    link = noors(door)
    assert not letters.send_invite(link.tap().invite, link.token, now=NOW)
    assert Invite.objects.get().mailed_at is None


# -- the calendar file


def test_the_calendar_file_is_the_invite(door, settings):
    settings.PUBLIC_BASE_URL = "https://door.example"
    link = noors(door)
    letter = sent(link)
    (event,) = events(letter)
    assert calendar(letter)["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"]) == (f"{link.invite.id}@door.example", 0)
    assert (event["SUMMARY"], event["LOCATION"]) == ("Dinner on Friday", "12 Quay Street")
    assert event["URL"] == f"https://door.example/invite/{link.token}"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (link.invite.access.valid_from, link.invite.access.valid_to)
    assert event["DTSTART"].params["TZID"] == "Europe/Lisbon"
    assert [zone["TZID"] for zone in calendar(letter).walk("VTIMEZONE")] == ["Europe/Lisbon"]


def test_a_recurring_one_repeats_in_the_calendar_until_the_invite_ends(door):
    link = noors(door, schedule=WEEKLY, valid_from=NOW, valid_to=datetime(2026, 6, 9, 10, 0, tzinfo=UTC))
    (event,) = events(sent(link))
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;UNTIL=20260609T100000Z;BYDAY=MO"
    assert event["DTSTART"].to_ical() == b"20260504T180000" and event["DTSTART"].params["TZID"] == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("FREQ=DAILY;UNTIL=20260510", b"FREQ=DAILY;UNTIL=20260510T225959Z"),
        ("FREQ=DAILY;UNTIL=20260510T120000Z", b"FREQ=DAILY;UNTIL=20260510T120000Z"),
        ("FREQ=DAILY;COUNT=3", b"FREQ=DAILY;COUNT=3"),
    ],
)
def test_the_earlier_end_of_a_rule_stays(door, rule, kept):
    text = f"BEGIN:VEVENT\nDTSTART:20260506T090000\nDURATION:PT1H\nRRULE:{rule}\nEND:VEVENT\n"
    (event,) = events(sent(noors(door, schedule=text, valid_from=NOW, valid_to=NOW + timedelta(days=60))))
    assert event["RRULE"].to_ical() == kept


def test_whole_days_stay_whole_days(door):
    text = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260506\nRRULE:FREQ=DAILY\nEND:VEVENT\n"
    (event,) = events(sent(noors(door, schedule=text, valid_from=NOW, valid_to=NOW + timedelta(days=3))))
    assert event["DTSTART"].to_ical() == b"20260506" and event["RRULE"].to_ical() == b"FREQ=DAILY;UNTIL=20260508"


def test_several_windows_are_several_entries(door):
    one = "BEGIN:VEVENT\nDTSTART:202605{}T180000\nDTEND:202605{}T200000\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{one.format('06', '06')}{one.format('09', '09')}END:VCALENDAR\n"
    found = events(sent(noors(door, schedule=text, valid_from=NOW, valid_to=NOW + timedelta(days=30))))
    assert len({event["UID"] for event in found}) == len(found) == 2


def test_what_an_exception_takes_out_is_not_in_it(door):
    link = noors(door, schedule=WEEKLY, valid_from=NOW, valid_to=NOW + timedelta(days=21))
    link.change_access(exception="BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260511\nEND:VEVENT\n")
    days = [event["DTSTART"].dt.date().isoformat() for event in events(sent(link))]
    assert days == ["2026-05-18", "2026-05-25"]


# -- after an edit


def test_a_change_is_told_without_the_link_and_takes_the_old_entrys_place(door):
    link = noors(door)
    first = events(sent(link))[0]
    invites.extend(link.invite, datetime(2026, 5, 9, 1, 0, tzinfo=UTC), now=NOW)
    letter = sent(link, change=True)
    (event,) = events(letter)
    assert (event["UID"], event["SEQUENCE"]) == (first["UID"], 1)
    assert event["DTEND"].dt == datetime(2026, 5, 9, 1, 0, tzinfo=UTC)
    assert letter.subject == "Your invite to Harbour House has changed"
    for body in bodies(letter):
        assert "The link that you have stays the same" in body
        assert link.token not in body
    assert "URL" not in event


def test_the_same_link_shows_the_new_end(door, time_machine):
    time_machine.move_to(NOW)
    link = noors(door)
    invites.request_renewal(link.invite, "", now=NOW)
    invites.extend(link.invite, NOW + timedelta(days=9), now=NOW)
    invite = links.by_token(link.token)
    assert invite and invite.access.valid_to == NOW + timedelta(days=9)
    assert not invites.has_asked_for_renewal(invite)


def test_an_expired_one_is_brought_back_by_a_later_end(door):
    link = noors(door)
    link.change_access(status="deleted", valid_from=NOW - timedelta(days=9), valid_to=NOW - timedelta(days=1))
    invites.extend(link.invite, NOW + timedelta(days=1), now=NOW)
    assert invites.state_of(links.by_token(link.token), None, NOW) == "active"
