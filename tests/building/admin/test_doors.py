"""A door at the desk: how it is held, whether it answers, and a try at its lock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.building.conftest import attempts, pulses
from visitor_portal.building import access_log, chores
from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.models import AccessLog, Building, Door, Light, Opener

from .forms import errors, read, send, text


@pytest.fixture
def page(door) -> str:
    return f"/admin/building/door/{door.id}"


def fire(desk, page, **more):
    """Both presses. Gives the page that says what came of it."""
    asked = desk.post(f"{page}/test-fire/")
    key = asked.context["key"]
    answer = desk.post(f"{page}/test-fire/", {"sure": "yes", "key": key, **more})
    assert answer.status_code == 302
    return desk.get(answer.url)


# -- Test-fire


def test_the_first_press_only_asks(desk, page):
    asked = desk.post(f"{page}/test-fire/")
    assert "Open it now?" in text(asked)
    assert 'name="csrfmiddlewaretoken"' in asked.content.decode()
    assert (pulses(), AccessLog.objects.count()) == (0, 0)


def test_the_second_one_opens_and_says_so(desk, page):
    said = text(fire(desk, page))
    assert "ms: the lock says that it opened." in said
    assert "The contact saw the door open." in said
    assert pulses() == 1


def test_it_is_written_down_like_any_other(desk, page, door):
    fire(desk, page)
    (attempt,) = attempts()
    assert [row.state for row in sorted(attempt.rows, key=lambda row: row.step)] == ["requested", "sent", "confirmed"]
    assert (attempt.last.auth_type, attempt.last.guest, attempt.last.door) == ("DESK", "desk:manager", door.id)


def test_the_history_of_the_door_names_who_did_it(desk, page):
    fire(desk, page)
    assert "Test-fire." in text(desk.get(f"{page}/history/"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuse", "Refused, and surely not opened. The lock said no, or nothing could be reached."),
        ("dead", "Refused, and surely not opened. The lock said no, or nothing could be reached."),
        ("silent", "No answer that can be trusted: the door may have opened. Look at it."),
        ("lying", "The contact saw the door stay shut."),
    ],
)
def test_every_other_end_is_said_plainly(desk, page, opener, fault, said):
    Opener.objects.filter(id=opener.id).update(settings={"fault": fault})
    assert said in text(fire(desk, page))


def test_a_door_that_is_held_closed_opens_all_the_same(desk, page, door):
    Door.objects.filter(id=door.id).update(hold="hold_closed")
    assert "the lock says that it opened" in text(fire(desk, page))
    assert pulses() == 1


def test_a_lock_that_holds_it_open_gets_no_pulse(desk, page, door):
    Door.objects.filter(id=door.id).update(hold="hold_open", is_held_open=True)
    assert "The lock holds the door open already, so nothing was sent." in text(fire(desk, page))
    assert pulses() == 0


def test_the_least_interval_is_kept(desk, page):
    fire(desk, page)
    assert "A door was opened a moment ago." in text(fire(desk, page))
    assert pulses() == 1


@pytest.mark.parametrize("without", ["connected", "openers"])
def test_a_door_without_a_lock_is_not_asked(desk, page, door, without):
    if without == "openers":
        door.openers.all().delete()
    else:
        Door.objects.update(connected=False)
    assert "No door is connected." in text(fire(desk, page))
    assert pulses() == 0


def test_two_taps_on_the_button_open_once(desk, page):
    key = desk.post(f"{page}/test-fire/").context["key"]
    first, second = (desk.post(f"{page}/test-fire/", {"sure": "yes", "key": key}) for _ in range(2))
    assert first.url == second.url
    assert (pulses(), len(attempts())) == (1, 1)


def test_what_came_of_it_can_be_looked_at_again_without_opening(desk, page):
    fired = fire(desk, page)
    again = desk.get(fired.request["PATH_INFO"])
    assert text(again) == text(fired)
    assert pulses() == 1


def test_the_contact_may_speak_later(desk, page):
    fired = fire(desk, page)
    attempt = attempts()[0]
    for state in ("seen_open", "seen_shut"):
        access_log.step(attempt, state)
    assert "The contact saw the door open, and shut again." in text(desk.get(fired.request["PATH_INFO"]))


def test_an_attempt_of_another_door_is_not_shown_there(desk, page, building):
    other = Door.objects.create(building=building, name={"en": "Garage"})
    fired = fire(desk, page)
    assert desk.get(f"/admin/building/door/{other.id}/attempt/{attempts()[0].id}/").status_code == 404
    assert desk.get(f"{page}/attempt/nothing/").status_code == 404
    assert fired.status_code == 200


# -- lights, and whether it answers


def test_lights_go_on_after_a_second_press(desk, page):
    assert "Turn its lights on now?" in text(desk.post(f"{page}/lights-on/"))
    assert Light.objects.get().on_until is None
    answer = desk.post(f"{page}/lights-on/", {"sure": "yes"}, follow=True)
    assert "The lights are on (90 s)." in text(answer)
    assert Light.objects.filter(on_until__gt=timezone.now()).exists()


def test_lights_that_do_not_answer_are_said_so(desk, page):
    Light.objects.update(settings={"fault": "dead"})
    assert "The lights did not answer." in text(desk.post(f"{page}/lights-on/", {"sure": "yes"}, follow=True))


def test_a_door_without_lights_has_no_such_button(desk, page):
    Light.objects.all().delete()
    assert "Lights on" not in text(desk.get(f"{page}/change/"))
    assert "there is nothing to do" in text(desk.post(f"{page}/lights-on/", {"sure": "yes"}, follow=True))


@pytest.mark.parametrize(("fault", "said"), [("", "a lock answered in"), ("dead", "An opening would fail now.")])
def test_the_lock_is_asked_only_on_demand(desk, page, opener, monkeypatch, fault, said):
    asked: list[bool] = []

    def reachable(*args, **kwargs) -> bool:
        asked.append(not fault)
        return not fault

    monkeypatch.setattr(type(DRIVERS["simulated"]), "reachable", reachable)
    door_page = desk.get(f"{page}/change/").content.decode()
    assert (f"{page}/reachable/" in door_page, asked) == (True, [])
    assert said in text(desk.get(f"{page}/reachable/"))
    assert len(asked) == 1


# -- holding


def held(desk) -> str:
    """The door's line in the list."""
    listed = desk.get("/admin/building/door/").content.decode()
    return str(listed[listed.index('class="field-held"') :].partition("</td>")[0].partition(">")[2])


def test_a_hold_is_listed_with_its_end_and_reason(desk, page):
    tomorrow = timezone.now() + timedelta(days=1)
    times = {"hold_until_0": f"{tomorrow:%Y-%m-%d}", "hold_until_1": "12:00:00"}
    assert send(desk, f"{page}/change/", hold="hold_closed", hold_reason="Moving day", **times).status_code == 302
    assert held(desk) == f"Held closed, until {tomorrow:%d %b %Y} 12:00: Moving day"


def test_another_word_reaches_the_lock_at_once(desk, page, door):
    """A hold whose answer got lost is not tried again for a while; the manager's next word does not wait for that."""
    Door.objects.filter(id=door.id).update(hold="hold_open", is_held_open=None, hold_tried_at=timezone.now())
    assert send(desk, f"{page}/change/", hold="hold_closed").status_code == 302
    chores.move_holds(timezone.now())
    door.refresh_from_db()
    assert door.is_held_open is False
    assert attempts()[-1].last.auth_type == "RELEASE"


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (False, "Held open, as soon as the lock is told"),
        (True, "Held open"),
        (None, "Held open, but the lock did not answer"),
    ],
)
def test_a_hold_says_what_the_lock_made_of_it(desk, door, lock, said):
    Door.objects.filter(id=door.id).update(hold="hold_open", is_held_open=lock)
    assert held(desk) == said


def test_a_door_held_by_an_access_says_so(desk, door, alice):
    door.accesses.update(lock_unlock_enabled=True)
    assert held(desk) == "Held open, as soon as the lock is told, by an access"


def test_a_door_that_nobody_holds(desk, door):
    assert held(desk) == "Not held"


def test_an_end_that_is_over_is_refused(desk, page):
    answer = send(desk, f"{page}/change/", hold="hold_open", hold_until_0="2020-01-01", hold_until_1="12:00")
    assert errors(answer) == {"hold_until": ["That is over already. Give a time to come, or none."]}


def test_a_hold_that_ended_does_not_stand_in_the_way(desk, page, door):
    Door.objects.filter(id=door.id).update(hold="hold_open", hold_until=timezone.now() - timedelta(days=1))
    assert send(desk, f"{page}/change/", name_en="Main door").status_code == 302


def test_what_the_lock_says_meanwhile_is_not_overwritten(desk, page, door):
    sent = read(desk, f"{page}/change/").sent
    Door.objects.filter(id=door.id).update(is_held_open=True, is_seen_open=True)
    assert desk.post(f"{page}/change/", sent).status_code == 302
    door.refresh_from_db()
    assert (door.is_held_open, door.is_seen_open) == (True, True)


# -- several buildings


def test_the_building_is_named_where_there_are_several(desk, door):
    assert "column-building" not in desk.get("/admin/building/door/").content.decode()
    Building.objects.create(name={"en": "Station House"})
    assert "column-building" in desk.get("/admin/building/door/").content.decode()
