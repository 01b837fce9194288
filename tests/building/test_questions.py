"""What a tap asks: the SQL is made once, and says what the queryset says."""

import importlib
import pkgutil

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from visitor_portal import building
from visitor_portal.building.models import Door, LogHead, Opener
from visitor_portal.building.questions import Question

NAMES = [name for _, name, _ in pkgutil.walk_packages(building.__path__, building.__name__ + ".")]
KEPT = {
    f"{name}.{member}": question
    for name in NAMES
    if ".migrations." not in name
    for member, question in vars(importlib.import_module(name)).items()
    if isinstance(question, Question)
}


def test_there_are_some():
    assert len(KEPT) > 10


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.django_db(transaction=True)
def test_says_what_its_queryset_says(name):
    """Word for word, values included: also one that looks like SQL, or like another blank."""
    question = KEPT[name]
    values = [f"'%s blank {number}" for number in range(question.make.__code__.co_argcount)]
    with CaptureQueriesContext(connection) as asked:
        _in_a_transaction(lambda: list(question.make(*values)))
        _in_a_transaction(lambda: question.all(*values))
    said = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert len(said) == 2 and said[0] == said[1]


def _in_a_transaction(ask):
    with transaction.atomic():  # one of them locks its row
        ask()


def test_gives_whole_rows_with_their_types(door):
    question = Question(lambda id_: Door.objects.filter(id=id_))
    assert vars(question.all(door.id)[0]).keys() >= {"name", "hold_until"}
    (found,) = question.all(door.id)
    assert (found.name, found.connected, found.hold_until) == (door.name, door.connected, door.hold_until)


def test_gives_what_the_queryset_adds_to_its_rows(door):
    openers = Opener.objects.filter(door=OuterRef("id"))
    question = Question(lambda id_: Door.objects.filter(id=id_).annotate(has_opener=Exists(openers)))
    [found] = question.all(door.id)
    assert (found.id, vars(found)["has_opener"]) == (door.id, True)


def test_nothing_is_nothing(db):
    question = Question(lambda id_: Door.objects.filter(id=id_))
    assert question.all("nobody") == [] and question.first("nobody") is None


def test_each_value_goes_to_its_own_place(door):
    question = Question(lambda driver, of: Opener.objects.filter(door=of, driver=driver))
    assert question.all("simulated", door.id) == list(door.openers.all())
    assert question.all(door.id, "simulated") == []


def test_what_changed_is_seen(db):
    question = Question(lambda building: LogHead.objects.filter(building=building))
    assert question.first("b") is None
    LogHead.objects.create(building="b", sequence=7)
    assert question.all("b")[0].sequence == 7
