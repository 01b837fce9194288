import pickle

import pytest

from visitor_portal.public_access.wire import Localized

NAME = Localized({"en": "Lobby", "he": "לובי", "pt-BR": "Entrada", "zh_cn": "大堂"})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("he", "לובי"),
        ("HE", "לובי"),
        ("he-IL", "לובי"),
        ("he_IL", "לובי"),
        ("pt-br", "Entrada"),
        ("pt_BR", "Entrada"),
        ("pt-PT", "Entrada"),
        ("zh-cn", "大堂"),
        ("zh", "大堂"),
        ("zh-hans", "大堂"),
        ("iw", "לובי"),
        ("fr", "Lobby"),
        ("", "Lobby"),
    ],
)
def test_text_in_the_nearest_language(language, text):
    assert NAME.text(language) == text


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "大堂"), ("zh-hant", "大廳"), ("zh-sg", "大廳")])
def test_a_script_is_the_country_that_writes_it(language, text):
    assert Localized({"en": "Lobby", "zh_tw": "大廳", "zh_cn": "大堂"}).text(language) == text


def test_without_english_the_first_text_is_taken():
    assert Localized({"de": "Halle", "fr": "Hall"}).text("he") == "Halle"


def test_a_kind_of_english_is_english():
    assert Localized({"de": "Halle", "en-GB": "Hall"}).text("he") == "Hall"


def test_nothing_has_an_empty_text():
    assert Localized({}).text("en") == ""


@pytest.mark.parametrize("data", ["Lobby", {"en": "Lobby"}, {"value": {"en": "Lobby"}}, {"value": "Lobby"}])
def test_every_shape_of_the_wire_is_read(data):
    assert Localized.from_json(data) == Localized("Lobby")


@pytest.mark.parametrize("data", [None, "", {}, [], 7, True, {"value": {}}, {"en": 7}, {"en": ""}, {"value": None}])
def test_what_holds_no_text_is_none(data):
    assert Localized.from_json(data) is None


def test_it_survives_a_cache_and_can_be_a_key():
    assert pickle.loads(pickle.dumps(NAME)) == NAME
    assert {NAME: 1}[NAME] == 1
