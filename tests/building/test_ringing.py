"""A call starts: whom it rings, and what is kept of it."""

from datetime import timedelta

import pytest

from tests.conftest import person
from visitor_portal import events
from visitor_portal.building import sessions
from visitor_portal.building.models import Membership, Resident, Ring, Session
from visitor_portal.building.models.ids import hashed
from visitor_portal.building.refusals import Refusal

from .conftest import Visit
from .listening import heard, listening


def rung(visit: Visit) -> set[str]:
    return {ring.resident.name for ring in visit.session.rings.select_related("resident")}


def test_rings_the_whole_household_and_nobody_else(visit, building, door):
    person(building, "Neighbour", doors=(door,))
    assert rung(visit) == {"Alice", "Bob"}
    assert visit.now_is().state == "pending"


def test_does_not_ring_who_wants_quiet_or_takes_no_calls(portal, entry, alice, bob, building):
    person(building, "Carol", at=entry)
    Resident.objects.filter(name="Alice").update(do_not_disturb=True)
    Membership.objects.filter(resident=bob.resident).update(receives_calls=False)
    assert rung(Visit(portal, entry)) == {"Carol"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda entry: Resident.objects.update(do_not_disturb=True), "dnd"),
        (lambda entry: Membership.objects.update(receives_calls=False), "no_callees"),
        (lambda entry: Membership.objects.all().delete(), "no_callees"),
        (lambda entry: type(entry).objects.update(visitors_allowed=False), "guest_disabled"),
    ],
)
def test_rings_nobody_at_an_entry_that_takes_no_call(portal, entry, alice, bob, change, reason):
    change(entry)
    entry.refresh_from_db()
    with pytest.raises(Refusal, match=reason) as refused:
        Visit(portal, entry)
    assert refused.value.status == 403
    assert not Session.objects.exists() and not Ring.objects.exists()


def test_video_only_means_video_only(portal, entry, alice):
    entry.require_video = True
    with pytest.raises(Refusal, match="invalid_request"):
        Visit(portal, entry, mode="voice")
    assert Visit(portal, entry, mode="video").now_is().mode == "video"


def test_the_secret_of_the_caller_is_kept_nowhere(visit):
    row = Session.objects.values().get()
    assert visit.caller not in repr(row)
    assert row["caller_token_hash"] == hashed(visit.caller)


def test_every_call_has_ids_and_secrets_of_its_own(portal, entry, alice):
    visits = [Visit(portal, entry) for _ in range(5)]
    sessions_ = [visit.now_is() for visit in visits]
    peers = [peer for s in sessions_ for peer in (s.caller_peer_id, s.callee_peer_id)]
    assert len(set(peers)) == 10
    assert len({visit.caller for visit in visits} | {visit.token(alice) for visit in visits}) == 10


def test_a_token_of_one_visit_opens_no_other(portal, entry, alice):
    one, other = Visit(portal, entry), Visit(portal, entry)
    for token in (other.caller, other.token(alice)):
        with pytest.raises(Refusal, match="wrong_role"):
            sessions.seat(one.id, token)


def test_a_callee_token_falls_with_the_key_of_the_installation(visit, alice, settings):
    token = visit.token(alice)
    settings.SECRET_KEY = "another key of this installation, long enough"
    with pytest.raises(Refusal, match="wrong_role"):
        sessions.seat(visit.id, token)


def test_tells_the_residents_and_says_no_more_than_that(portal, entry, alice, bob):
    channels = listening(*(events.resident_group(who.resident.id) for who in (alice, bob)))
    visit = Visit(portal, entry)
    assert visit.now_is().callees_notified
    assert [heard(channel) for channel in channels.values()] == [[{"type": "resident.changed"}]] * 2


def test_an_answer_is_told_to_both_sides_and_to_the_flatmate(visit, alice, bob, now):
    channels = listening(
        events.session_group(visit.id), *(events.resident_group(who.resident.id) for who in (alice, bob))
    )
    sessions.answer(visit.seat(alice), now=now)
    assert [heard(channel) for channel in channels.values()] == [
        [{"type": "session.changed"}],
        [{"type": "resident.changed"}],
        [{"type": "resident.changed"}],
    ]


@pytest.mark.parametrize("stage", ["shown", "opened"])
def test_the_first_receipt_makes_it_ring(visit, alice, now, stage):
    sessions.receipt(visit.seat(alice), stage, now=now)
    assert (visit.now_is().state, visit.now_is().version) == ("ringing", 2)


def test_each_new_receipt_raises_the_version_once(visit, alice, bob, now):
    versions = [visit.now_is().version]
    for who, stage in [(alice, "shown"), (alice, "shown"), (alice, "opened"), (bob, "shown"), (bob, "shown")]:
        sessions.receipt(visit.seat(who), stage, now=now)
        versions.append(visit.now_is().version)
    assert versions == [1, 2, 2, 3, 4, 4]


def test_a_receipt_keeps_its_first_moment(visit, alice, now):
    for later in (0, 5):
        sessions.receipt(visit.seat(alice), "shown", now=now + timedelta(seconds=later))
    assert Ring.objects.get(resident=alice.resident).shown_at == now


def test_a_caller_sends_no_receipt(visit, now):
    with pytest.raises(Refusal, match="wrong_role"):
        sessions.receipt(visit.seat(), "shown", now=now)
    assert visit.now_is().state == "pending"
