"""The access log, visits and counts: for reading only, with names in place of ids."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.building.conftest import attempts
from visitor_portal.building import chain, doors, invites, sessions
from visitor_portal.building import desk as desk_room
from visitor_portal.building.models import Access, AccessLog, Building, Door, OpeningCount, Session
from visitor_portal.building.refusals import Refusal

from .forms import text

LOG = "/admin/building/accesslog/"


@pytest.fixture
def opened(door, portal, alice, now) -> str:
    """Alice opened the door. Gives the attempt's id."""
    return doors.open_door(door, doors.Terms(portal, resident=alice.resident), now=now).id


def rows(desk, query: str = "") -> list[AccessLog]:
    return list(desk.get(f"{LOG}{query}").context["cl"].result_list)


def line(desk, query: str = "?state=ends") -> str:
    """The newest line, as the list shows it."""
    said = text(desk.get(f"{LOG}{query}"))
    return said[said.index("Milliseconds") :]


# -- the list


def test_an_opening_is_told_by_names_and_in_words(desk, opened):
    said = line(desk)
    assert all(word in said for word in ("Lobby", "Alice", "in", "opened"))
    assert "confirmed" not in said


def test_a_refusal_says_why_in_a_sentence(desk, door, portal, mallory, now):
    with pytest.raises(Refusal):
        doors.open_door(door, doors.Terms(portal, resident=mallory.resident), now=now)
    said = line(desk)
    assert "Mallory" in said
    assert "not opened Not for this role." in said


def test_an_opening_from_the_desk_names_the_manager(desk, door, now):
    desk_room.test_fire(door, user="manager", now=now)
    assert "desk: manager" in line(desk)


def test_an_opening_by_an_invite_names_it(desk, door, portal, now):
    invite, _ = invites.issue(Access.objects.create(building=door.building, name="x"), name="Dinner")
    with pytest.raises(Refusal):
        doors.open_door(door, doors.Terms(portal, invite=invite), now=now)
    assert "invite: Dinner" in line(desk)


def test_a_lock_that_was_told_to_hold_is_said_so(desk, door, now):
    doors.hold_door(door, True, now=now)
    assert "held open" in line(desk)


def test_what_is_gone_is_named_by_its_id(desk, opened, door, alice):
    ids = door.id, alice.resident.id
    Door.objects.all().delete()
    alice.resident.delete()
    said = line(desk)
    assert all(name in said for name in ids)


def test_it_says_how_to_prove_it(desk):
    assert "“manage.py verify_log” proves it" in text(desk.get(LOG))


def test_the_number_of_questions_does_not_grow_with_the_rows(desk, door, opened):
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get(LOG)
        return len(asked)

    before = questions()
    Building.objects.update(next_open_at=None)
    desk_room.test_fire(door, user="manager", now=timezone.now())
    assert questions() == before


# -- looking for something


def test_an_attempt_is_found_with_all_its_steps(desk, opened, door, now):
    desk_room.test_fire(door, user="manager", now=now)
    assert {row.attempt for row in rows(desk, f"?q={opened}")} == {opened}
    assert {row.state for row in rows(desk, f"?q={opened}")} == {"requested", "sent", "confirmed"}


def test_it_is_filtered_by_state(desk, opened):
    assert [row.state for row in rows(desk, "?state=ends")] == ["confirmed"]
    assert [row.state for row in rows(desk, "?state=sent")] == ["sent"]


def test_it_is_filtered_by_door(desk, opened, door):
    garage = Door.objects.create(building=door.building, name={"en": "Garage"})
    assert rows(desk, f"?door={garage.id}") == []
    assert len(rows(desk, f"?door={door.id}")) == 3


# -- for reading only


@pytest.mark.parametrize("noun", ["accesslog", "session", "openingcount"])
def test_nothing_can_be_added_changed_or_deleted(desk, door, portal, entry, alice, now, noun):
    sessions.ring(portal, entry, "video", now=now)
    desk_room.test_fire(door, user="manager", now=now)
    OpeningCount.objects.create(door=door.id, month=date(2026, 1, 1), state="confirmed", count=3)
    model = {"accesslog": AccessLog, "session": Session, "openingcount": OpeningCount}[noun]
    before, thing = list(model._default_manager.order_by("pk").values()), model._default_manager.all()[0]
    here = f"/admin/building/{noun}/"
    shown = desk.get(f"{here}{thing.pk}/change/")
    assert (shown.status_code, 'name="_save"' in shown.content.decode()) == (200, False)
    tries = {f"{here}add/": {}, f"{here}{thing.pk}/change/": {}, f"{here}{thing.pk}/delete/": {"post": "yes"}}
    assert [desk.post(url, sent).status_code for url, sent in tries.items()] == [403, 403, 403]
    desk.post(here, {"action": "delete_selected", "_selected_action": [thing.pk], "post": "yes"})
    assert list(model._default_manager.order_by("pk").values()) == before


def test_looking_leaves_the_chain_whole(desk, opened, building):
    for url in (LOG, f"{LOG}{AccessLog.objects.all()[0].pk}/change/", f"{LOG}export/"):
        assert desk.get(url).status_code == 200
    assert chain.verify(building.id).fault == ""


# -- as a file


def exported(desk, query: str = "") -> list[dict[str, str]]:
    answer = desk.get(f"{LOG}export/{query}")
    assert answer["Content-Disposition"] == 'attachment; filename="access-log.csv"'
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_the_file_has_every_row_with_names_and_hashes(desk, opened):
    found = exported(desk)
    assert [row["state"] for row in found] == ["confirmed", "sent", "requested"]
    assert {(row["door"], row["who"], row["attempt"]) for row in found} == {("Lobby", "Alice", opened)}
    assert [row["hash"] for row in found] == list(AccessLog.objects.values_list("hash", flat=True))


def test_the_file_keeps_to_the_filters(desk, opened):
    assert [row["state"] for row in exported(desk, "?state=ends")] == ["confirmed"]
    assert desk.get(f"{LOG}export/?nonsense=1").status_code == 404


def test_no_name_in_the_file_is_a_formula(desk, door, now):
    Door.objects.update(name={"en": "=cmd()"})
    desk_room.test_fire(door, user="+1", now=now)
    assert {row["door"] for row in exported(desk)} == {"'=cmd()"}
    assert len(attempts()) == 1


# -- visits and counts


def test_a_visit_shows_nothing_that_proves_anything(desk, portal, entry, alice, now):
    session, secret = sessions.ring(portal, entry, "video", now=now)
    html = desk.get(f"/admin/building/session/{session.id}/change/").content.decode()
    hidden = (secret, session.caller_token_hash, session.caller_peer_id, session.callee_peer_id)
    assert [word for word in hidden if word in html] == []


def test_a_visit_past_its_time_is_listed_as_expired(desk, portal, entry, alice, now):
    session, _ = sessions.ring(portal, entry, "video", now=now)
    Session.objects.update(expires_at=session.created_at)
    assert "expired" in text(desk.get("/admin/building/session/"))


def test_counts_name_the_door_and_how_it_ended(desk, door):
    OpeningCount.objects.create(door=door.id, month=date(2026, 1, 1), state="unknown", count=3)
    assert "Lobby no answer: it may have opened 3" in text(desk.get("/admin/building/openingcount/"))
