"""What is no schedule is refused with a sentence, and never guessed at."""

import pytest

from visitor_portal.building.schedule import Schedule, ScheduleError, check

from .calendars import WORK, days, event, refusal, repeated, utc


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("open sesame", "This line is not iCalendar: 'open sesame'."),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "The text holds no event (VEVENT)."),
        (WORK + "BEGIN:VEVENT\n", "The text ends inside a 'VEVENT'."),
        (WORK + "END:VEVENT\n", "'VEVENT' ends where it did not begin."),
        (WORK.replace("VEVENT", "VTODO"), "A schedule is made of events (VEVENT); 'VTODO' has no place there."),
        (event("BEGIN:VALARM"), "A schedule is made of events (VEVENT); 'VALARM' has no place there."),
        (WORK + "RRULE:FREQ=DAILY", "The text has a line 'RRULE', which no schedule can follow."),
        ("METHOD:CANCEL\n" + WORK, "The text is cancelled; take it out."),
        ("CALSCALE:CHINESE\n" + WORK, "The text has a line 'CALSCALE', which no schedule can follow."),
        (event("DTEND:20260312T080000"), "Event 1 has no start (DTSTART)."),
        (WORK + event("DTSTART:20260312T080000"), "Event 2 (DTSTART 20260312T080000) has no end."),
        ("x" * 65537, "The text is longer than 65536 characters."),
        (event("DTSTART;VALUE=DATE:20260101") * 501, "The text holds more than 500 events."),
        (repeated("FREQ=DAILY") * 28, "The events may take place more than 10000 times a year."),
        ("END:\n" + WORK, "'' ends where it did not begin."),
    ],
)
def test_refuses_a_text_with_a_sentence(text, sentence):
    assert refusal(text) == sentence


@pytest.mark.parametrize("rule", ["DAILY", "WEEKLY;COUNT=2000", "YEARLY;BYMONTH=12;BYMONTHDAY=24,25,26"])
def test_takes_as_many_events_as_a_building_may_have(rule):
    check(repeated(f"FREQ={rule}") * (500 if rule.startswith("YEARLY") else 26))


NOON = "20260101T120000"
START, END = "DTSTART:20260101T080000", "DTEND:20260101T170000"
TWO_KINDS = "starts and ends in two kinds of time (a day, a local time, a time in a zone)."


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["DTEND:20260101T080000"], "does not end after its start."),
        (["DURATION:-PT1H"], "does not end after its start."),
        (["DURATION:P366DT1S"], "is longer than 366 days."),
        (["DURATION:soon"], "says DURATION 'soon', which is none."),
        ([END, "DURATION:PT1H"], "has both DTEND and DURATION."),
        ([END, END], "says DTEND twice."),
        (["DTEND:20260101T170000Z"], TWO_KINDS),
        (["DTEND:20260102"], TWO_KINDS),
        (["DTEND:20260230T170000"], "says DTEND '20260230T170000', which is neither a day nor a time."),
        (["DTEND;VALUE=DATE:20260101T170000"], "says DTEND 20260101T170000, but its VALUE says otherwise."),
        (["DTEND;TZDI=UTC:20260101T170000"], "says DTEND with 'TZDI', which no schedule can follow."),
        (["DTEND;TZID=Mars:20260101T170000"], "says DTEND in a zone that is not known: 'Mars'."),
        (["DTEND;TZID=UTC:20260101T170000Z"], "says DTEND 20260101T170000Z with a zone, which it must not have."),
        ([END, "EXDATE:"], "says EXDATE '', which is neither a day nor a time."),
        ([END, "RDATE:20260105"], "says RDATE 20260105, which is of another kind than its DTSTART."),
        ([END, "RDATE:19691231T080000"], "says RDATE 19691231T080000, which is before 1970 or after 2999."),
        ([END, "STATUS:CANCELLED"], "is cancelled; take it out."),
        ([END, "RECURRENCE-ID:20260101T080000"], "has a line 'RECURRENCE-ID', which no schedule can follow."),
        ([END, "EXDAT:20260101T080000"], "has a line 'EXDAT', which no schedule can follow."),
        ([END, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "says RRULE twice."),
        ([END, "RRULE:BYDAY=MO"], "has a rule without FREQ."),
        ([END, "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260103"], "has a rule with both COUNT and UNTIL."),
        ([END, "RRULE:FREQ=WEEKLY;BYMONTHDAY=1"], "has a rule that is WEEKLY and has BYMONTHDAY."),
        ([END, "RRULE:FREQ=WEEKLY;BYDAY=1MO"], "has a rule that is WEEKLY and numbers its BYDAY."),
        ([END, "RRULE:FREQ=DAILY;BYSETPOS=1"], "has a rule of BYSETPOS alone."),
        ([END, "RRULE:FREQ=MONTHLY;BYDAY=MO,1TU"], "has a rule that numbers some of its BYDAY and not the others."),
        ([END, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "has a rule that never takes place."),
        ([END, "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"], "has a rule that never takes place."),
    ],
)
def test_refuses_an_event_with_a_sentence(lines, why):
    assert refusal(event(START, *lines)) == f"Event 1 (DTSTART 20260101T080000) {why}"


@pytest.mark.parametrize(
    "part",
    [
        *("FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY", "FREQ=", "INTERVAL=0", "INTERVAL=1,2", "COUNT=0"),
        *("COUNT=10001", "COUNT=\u0661", "UNTIL=SOON", "BYHOUR=8", "BYMINUTE=0", "BYSECOND=0", "BYYEARDAY=1"),
        *("BYWEEKNO=1", "BYEASTER=0", "RSCALE=GREGORIAN", "SKIP=OMIT", "X-SUN=1", "BYDAY", "BYDAY=", "BYDAY=0MO"),
        *(
            "BYDAY=54MO",
            "BYDAY=XX",
            "BYDAY=MO,,TU",
            "BYMONTH=13",
            "BYMONTHDAY=32",
            "BYMONTHDAY=0",
            "BYSETPOS=367",
            "WKST=8",
        ),
    ],
)
def test_refuses_what_it_cannot_follow_in_a_rule(part):
    rule = part if part.startswith("FREQ") else f"FREQ=MONTHLY;{part}"
    assert refusal(repeated(rule)).endswith(f"has a rule that cannot be followed at {part!r}.")
    assert refusal(repeated("FREQ=DAILY;FREQ=DAILY")).endswith("has a rule that cannot be followed at 'FREQ=DAILY'.")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["DTSTART;VALUE=DATE:20260101", "DURATION:PT36H"], "starts with a day but does not last whole days."),
        (["DTSTART:20260101", f"EXDATE:{NOON}"], f"says EXDATE {NOON}, which is of another kind than its DTSTART."),
        (["DTSTART:19691231"], "says DTSTART 19691231, which is before 1970 or after 2999."),
        (["DTSTART;TZID=Europe/Berlin:20260101"], "says DTSTART 20260101 with a zone, which it must not have."),
    ],
)
def test_refuses_whole_days_with_a_sentence(lines, why):
    assert refusal(event(*lines)).endswith(f") {why}")


def test_a_building_in_an_unknown_zone_is_refused():
    with pytest.raises(ScheduleError, match=r"^There is no time zone called 'Mars/Olympus'\.$"):
        Schedule(WORK, "", "Mars/Olympus").holds(utc("2026-01-01"))


def test_remarks_folded_lines_and_time_zone_definitions_are_no_obstacle():
    zone = "BEGIN:VTIMEZONE\nTZID:Mars\nBEGIN:STANDARD\nDTSTART:16010101T030000\nEND:STANDARD\nEND:VTIMEZONE\n"
    remarks = "SUMMARY;LANGUAGE=en:Cleaning\\, weekly", "X-AXIS:1", "DTSTAMP:20260101T000000Z"
    folded = repeated("FREQ=DAILY;COUNT=2", *remarks).replace("COUNT", "CO\n UNT").replace("DTSTART", "dtstart")
    assert days(f"BEGIN:VCALENDAR\nPRODID:-//x//\n{zone}{folded}END:VCALENDAR\n") == ["01-01", "01-02"]
