"""What strangers may read of an entry, and what those at home read."""

from typing import Any

import pytest

from tests.building.api.conftest import Api
from tests.conftest import Person, person
from visitor_portal.building.models import Building, Entry, Portal

from .conftest import Visit

REAL = {"en": "Okafor & Lindqvist", "ar": "أوكافور"}
ALIAS = {"en": "The Gardener", "ar": "البستاني"}


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def home(building: Building, entry: Entry) -> Entry:
    """An entry with a name and an alias; its resident is called otherwise."""
    entry.name, entry.alias = REAL, ALIAS
    entry.save()
    person(building, "Alice", at=entry)
    return entry


def shy(entry: Entry, privacy: str, **fields: Any) -> Entry:
    Entry.objects.filter(id=entry.id).update(privacy=privacy, **fields)
    entry.refresh_from_db()
    return entry


def targets(api: Api, portal: Portal, search: str = "") -> list[dict]:
    found: list[dict] = api.ok("get_portal_targets", portal.public_id, query=f"?q={search}")["targets"]
    return found


# -- what strangers read


@pytest.mark.parametrize(
    ("privacy", "fields", "shown"),
    [
        ("name", {}, REAL),
        ("alias", {}, ALIAS),
        ("alias", {"alias": {}}, {"en": "12"}),
        ("alias", {"alias": {}, "unit": ""}, {"en": "1"}),
        ("number", {}, {"en": "12"}),
        ("number", {"unit": ""}, {"en": "1"}),
    ],
)
def test_the_directory_shows_the_public_name(api, portal, home, privacy, fields, shown):
    shy(home, privacy, **fields)
    (target,) = targets(api, portal)
    assert (target["display_name"], target["effective_display_name"]) == (shown, shown["en"])


@pytest.mark.parametrize("privacy", ["alias", "number", "hidden"])
def test_a_name_that_is_not_public_is_in_no_answer_to_strangers(api, portal, home, privacy):
    shy(home, privacy)
    body = {"target_entity_id": home.id, "mode": "video"}
    answers = [
        api.ok("get_portal", portal.public_id),
        api.ok("get_portal_targets", portal.public_id),
        api.ok("get_portal_targets", portal.public_id, query="?q=gardener"),
        api.ok("start_portal_session", portal.public_id, body=body),
    ]
    answers.append(api.ok("get_session", answers[-1]["session_id"], token=answers[-1]["caller_token"]))
    for name in REAL.values():
        assert name not in repr(answers)


# -- what is hidden until it is searched


def test_a_hidden_entry_is_not_listed(api, portal, home):
    shy(home, "hidden")
    said = api.ok("get_portal_targets", portal.public_id)
    assert (said["status"], said["targets"], said["has_hidden"]) == ("ready", [], True)


def test_nothing_is_said_of_hidden_entries_where_there_are_none(api, portal, home):
    assert "has_hidden" not in api.ok("get_portal_targets", portal.public_id)


@pytest.mark.parametrize(
    "search",
    [
        "okafor",
        "OKAFOR",
        "Lindqvist",
        "lindqvist okafor",
        "Okafor, Lindqvist!",
        "ókáför",
        "  okafor  ",
        "أوكافور",
        "ｏｋａｆｏｒ",  # noqa: RUF001 full width, as some keyboards write
    ],
)
def test_whoever_writes_a_whole_word_of_the_name_finds_it(api, portal, home, search):
    shy(home, "hidden")
    assert [target["target_id"] for target in targets(api, portal, search)] == [home.id]


@pytest.mark.parametrize(
    "search",
    ["", " ", "o", "ok", "oka", "okafo", "okafors", "afor", "lind", "qvist", "&", "_", "%", "*", ".*", "alice", "12"],
)
def test_less_than_a_word_finds_nothing(api, portal, home, search):
    shy(home, "hidden")
    assert targets(api, portal, search) == []


@pytest.mark.parametrize("search", ["okafor weber", "okafor x", "gardener", "البستاني"])
def test_words_that_are_not_its_name_find_nothing(api, portal, home, search):
    shy(home, "hidden")
    assert targets(api, portal, search) == []


def test_a_short_word_alone_finds_nothing_and_beside_a_longer_one_it_may_stand(api, portal, home):
    shy(home, "hidden", name={"en": "Jo van den Berg"})
    assert [len(targets(api, portal, search)) for search in ("jo", "jo van", "van", "berg jo")] == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("name", "search"),
    [("Müller", "muller"), ("Muller", "müller"), ("Groß", "gross"), ("İpek", "ipek"), ("Иван Петров", "ПЕТРОВ")],
)
def test_accents_and_case_do_not_count(api, portal, home, name, search):
    shy(home, "hidden", name={"en": name})
    assert len(targets(api, portal, search)) == 1


@pytest.mark.parametrize("name", ["王伟", "Li Wu", "गीता"])
def test_a_hidden_name_can_be_found_in_any_script(api, portal, home, name):
    shy(home, "hidden", name={"en": name})
    assert len(targets(api, portal, name)) == 1


def test_a_search_hides_nobody_who_is_listed(api, portal, home, building):
    Entry.objects.create(building=building, name={"en": "Weber"}, floor="2", floor_number=2)
    shy(home, "hidden")
    assert [t["effective_display_name"] for t in targets(api, portal, "okafor")] == ["Okafor & Lindqvist", "Weber"]
    assert [t["effective_display_name"] for t in targets(api, portal, "nobody")] == ["Weber"]


def test_a_search_finds_nobody_of_another_building(api, portal, home):
    elsewhere = Building.objects.create(name={"en": "Elsewhere"})
    Entry.objects.create(building=elsewhere, name={"en": "Hidden"}, privacy="hidden", floor="1")
    said = api.ok("get_portal_targets", portal.public_id, query="?q=hidden")
    assert [target["target_id"] for target in said["targets"]] == [home.id]
    assert "has_hidden" not in said


# -- a visit


@pytest.mark.parametrize(
    ("privacy", "to_the_caller"),
    [("name", REAL), ("alias", ALIAS), ("number", {"en": "12"}), ("hidden", {"en": "12"})],
)
def test_the_caller_reads_the_public_name_and_the_callee_the_real_one(
    api, portal, home, building, privacy, to_the_caller
):
    bob: Person = person(building, "Bob", at=home)
    visit = Visit(portal, shy(home, privacy))
    answers = [api.ok("get_session", visit.id, token=token) for token in (visit.caller, visit.token(bob))]
    assert [answer["call_target_display_name"] for answer in answers] == [to_the_caller, REAL]
    (ringing,) = api.ok("get_resident", token=bob.key)["visits"]
    assert ringing["target_name"] == REAL
