"""What a manager may fill in for a device behind a broker."""

import json

import pytest

from visitor_portal.building.drivers.mqtt import Mqtt

LEAST = {"host": "broker.local", "command_topic": "cmnd/door/POWER", "state_topic": "stat/door/POWER"}
TOPICS = ["command_topic", "state_topic", "availability_topic", "contact_topic"]


def errors(**settings: object) -> set[str]:
    """The fields that are wrong; __all__ when it is the whole."""
    return set(Mqtt.Settings(LEAST | settings).errors)


def test_a_broker_and_two_topics_are_enough():
    form = Mqtt.Settings(LEAST)
    assert form.is_valid()
    filled = {name: value for name, value in form.cleaned_data.items() if value not in ("", False)}
    words = {"payload_on": "ON", "state_on": "ON", "state_off": "OFF", "payload_offline": "offline"}
    assert filled == LEAST | words | {"port": 1883, "contact_open": "ON", "contact_closed": "OFF", "seconds": 3}


def test_what_it_cleaned_can_be_stored_and_cleaned_again():
    form = Mqtt.Settings(
        LEAST | {"tls": "on", "port": "8883", "password": " s3cret ", "payload_on": '{"state":"ON"}'}
    )
    assert form.is_valid()
    again = Mqtt.Settings(json.loads(json.dumps(form.cleaned_data)))
    assert again.is_valid()
    assert again.cleaned_data == form.cleaned_data
    assert (form.cleaned_data["tls"], form.cleaned_data["password"]) == (True, " s3cret ")


def test_each_field_says_in_one_line_what_it_is():
    for name, field in Mqtt.Settings().fields.items():
        assert field.label, name
        assert field.help_text, name
        assert "\n" not in str(field.help_text)
    assert Mqtt.secrets == {"password"}
    assert "s3cret" not in Mqtt.Settings(LEAST | {"password": "s3cret"}).as_p()


@pytest.mark.parametrize("name", ["host", "command_topic", "state_topic"])
def test_cannot_do_without(name):
    assert errors(**{name: ""}) == {name}


@pytest.mark.parametrize("field", TOPICS)
@pytest.mark.parametrize("topic", ["#", "doors/#", "doors/+/state", "a+", "a\0b", "x" * 257])
def test_a_topic_is_one_topic(field, topic):
    assert errors(**{field: topic}) == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "mqtt://broker"),
        ("host", "user@broker"),
        ("host", "broker/x"),
        ("host", "bro ker"),
        ("host", "x" * 254),
        ("port", "0"),
        ("port", "65536"),
        ("port", "x"),
        ("username", "a\0b"),
        ("payload_on", "x" * 1001),
        ("seconds", "0.9"),
        ("seconds", "8"),
        ("seconds", "inf"),
    ],
)
def test_refuses_what_cannot_be(field, value):
    assert errors(**{field: value}) == {field}


@pytest.mark.parametrize("field", TOPICS[1:])
def test_a_command_is_no_answer_to_itself(field):
    assert errors(**{field: LEAST["command_topic"]}) == {"__all__"}


@pytest.mark.parametrize(
    "words",
    [
        {"state_on": "yes", "state_off": "YES "},
        {"state_off": "on"},
        {"contact_open": "1", "contact_closed": "1"},
        {"contact_open": "off"},
    ],
)
def test_two_states_have_two_words(words):
    assert errors(**words) == {"__all__"}
