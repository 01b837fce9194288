"""What a manager may fill in for a device with a web address."""

import json

import pytest

from visitor_portal.building.drivers.http import Http

URL = "http://192.168.1.20/relay/0?turn=on&timer=5"


def errors(**settings: str) -> set[str]:
    """The fields that are wrong; __all__ when it is the whole."""
    return set(Http.Settings({"url": URL} | settings).errors)


def test_an_address_is_enough():
    form = Http.Settings({"url": URL})
    assert form.is_valid()
    filled = {name: value for name, value in form.cleaned_data.items() if value != ""}
    assert filled == {
        "method": "POST",
        "url": URL,
        "content_type": "application/json",
        "expected_status": "200",
        "contact_member": "state",
        "contact_open": "on",
        "seconds": 3,
    }


def test_what_it_cleaned_can_be_stored_and_cleaned_again():
    form = Http.Settings({"url": URL, "expected_status": "200 ,204", "seconds": "2.5", "body": ' {"id":0} '})
    assert form.is_valid()
    again = Http.Settings(json.loads(json.dumps(form.cleaned_data)))
    assert again.is_valid()
    assert again.cleaned_data == form.cleaned_data
    assert (form.cleaned_data["expected_status"], form.cleaned_data["seconds"]) == ("200, 204", 2.5)


def test_each_field_says_in_one_line_what_it_is():
    for name, field in Http.Settings().fields.items():
        assert field.label, name
        assert field.help_text, name
        assert "\n" not in str(field.help_text)
    assert Http.secrets == {"header_value"}
    assert 's3cret"' not in Http.Settings({"url": URL, "header_value": 's3cret"'}).as_p()


ADDRESSES = (
    "relay",
    "//relay/",
    "ftp://relay/",
    "http://",
    "https:///on",
    "http://user@relay/",
    "http://user:password@relay/",
    "http://relay/#on",
    "http://relay/#",
    "http://re lay/",
    "http://relay/o n",
    "http://good\\@evil/",
    "http://relay:0/",
    "http://relay:99999/",
    "http://relay:x/",
    "http://[::1/",
    "http://%41/",
    "http://réseau/",
    "http://relay/\r\nX: y",
    "http://relay/\0",
    "http://relay/" + "x" * 2000,
)


@pytest.mark.parametrize("field", ["url", "hold_url", "off_url", "contact_url"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_refuses_what_is_no_plain_web_address(field, address):
    assert errors(**{field: address}) == {field}


@pytest.mark.parametrize(
    "address",
    [
        "http://relay",
        "https://hub.local:8123/api",
        "HTTP://10.0.0.2:80/?a=b&c=%20",
        "http://[fe80::1]/",
        "http://a_b/",
    ],
)
def test_takes_the_addresses_that_devices_have(address):
    assert errors(url=address, hold_url=address, off_url=address, contact_url=address) == set()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", ""),
        ("method", "DELETE"),
        ("header_name", "X Key"),
        ("header_name", "X:"),
        ("header_name", "Host"),
        ("header_name", "content-length"),
        ("header_name", "Transfer-Encoding"),
        ("header_value", "a\r\nHost: evil"),
        ("header_value", "a\nb"),
        ("header_value", "é"),
        ("content_type", "json"),
        ("content_type", "text/plain\r\nX: y"),
        ("body", "é" * 2049),
        ("expected_status", "302"),
        ("expected_status", "404"),
        ("expected_status", "2000"),
        ("expected_status", "ok"),
        ("seconds", "0.5"),
        ("seconds", "7.1"),
        ("seconds", "nan"),
    ],
)
def test_refuses_what_cannot_be(field, value):
    assert errors(**{field: value}) == {field}


@pytest.mark.parametrize(("member", "value"), [("ison", ""), ("", "true")])
def test_a_part_of_the_answer_goes_with_its_word(member, value):
    assert errors(answer_member=member, answer_value=value) == {"__all__"}
