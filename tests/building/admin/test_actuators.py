"""Openers and lights: each driver brings its own fields, and what is secret is written and never read."""

import pytest
from django.contrib.auth import get_user_model

from visitor_portal.building.drivers import DRIVERS
from visitor_portal.building.drivers.http import Http
from visitor_portal.building.drivers.mqtt import Mqtt
from visitor_portal.building.models import Light, Opener
from visitor_portal.building.models.sealed import unseal

from .forms import errors, read, send, text

URL = "http://192.0.2.7/relay/0?turn=on"
SECRET = "Bearer hunter2-hunter2"


@pytest.fixture(autouse=True)
def drivers(monkeypatch):
    monkeypatch.setitem(DRIVERS, "http", Http())
    monkeypatch.setitem(DRIVERS, "mqtt", Mqtt())


@pytest.fixture
def relay(door) -> Opener:
    """An opener behind a web address, with a secret."""
    relay = Opener(door=door, driver="http", label="relay", position=1)
    relay.keep({"url": URL, "header_name": "Authorization", "header_value": SECRET}, Http.secrets)
    relay.save()
    return relay


def page(thing) -> str:
    return f"/admin/building/{type(thing).__name__.lower()}/{thing.pk}/change/"


# -- on the door's page


def test_the_door_lists_its_openers_in_their_order(desk, door, relay):
    html = desk.get(f"/admin/building/door/{door.id}/change/").content.decode()
    table = html[html.index('id="openers-heading"') : html.index('id="lights-heading"')]
    assert table.index("Simulated") < table.index("relay") < table.index("Web address (HTTP)")
    assert f'<a href="{page(relay)}">Settings</a>' in table


def test_the_door_lists_its_lights(desk, door):
    light = door.lights.get()
    html = desk.get(f"/admin/building/door/{door.id}/change/").content.decode()
    assert f'<a href="{page(light)}">Settings</a>' in html
    assert "Lobby lights" in html


def test_saving_the_door_leaves_them_as_they_are(desk, door, relay):
    before = list(Opener.objects.order_by("id").values())
    assert send(desk, f"/admin/building/door/{door.id}/change/", name_en="Main door").status_code == 302
    assert list(Opener.objects.order_by("id").values()) == before


# -- adding one


def test_door_and_driver_are_chosen_first(desk, door):
    answer = desk.get(f"/admin/building/opener/add/?door={door.id}")
    assert answer.context["form"]["door"].initial == door.id
    assert [label for _, label in answer.context["form"].fields["driver"].choices] == [
        "Simulated",
        "Web address (HTTP)",
        "MQTT broker",
        "Entryfy door",
    ]
    assert Opener.objects.count() == 1


@pytest.mark.parametrize("query", ["door=x&driver=http", "driver=http", "door=DOOR&driver=x", "door=DOOR"])
def test_nothing_can_be_added_without_them(desk, door, query):
    url = f"/admin/building/opener/add/?{query.replace('DOOR', door.id)}"
    assert "Next: its settings" in text(desk.get(url))
    desk.post(url, {"position": "1", "settings-url": URL})
    assert Opener.objects.count() == 1


def test_one_is_added_with_its_drivers_settings(desk, door):
    url = f"/admin/building/opener/add/?door={door.id}&driver=http"
    answer = send(desk, url, position="3", label="relay in the hall", **{"settings-url": URL})
    assert (answer.status_code, answer.url) == (302, f"/admin/building/door/{door.id}/change/")
    made = Opener.objects.get(driver="http")
    assert (made.door, made.position, made.label, made.settings["url"]) == (door, 3, "relay in the hall", URL)


def test_none_is_added_with_settings_that_the_driver_refuses(desk, door):
    url = f"/admin/building/opener/add/?door={door.id}&driver=mqtt"
    answer = send(desk, url, **{"settings-host": "mqtt://broker", "settings-command_topic": "a/#"})
    assert set(errors(answer)) == {"settings-host", "settings-command_topic", "settings-state_topic"}
    assert not Opener.objects.filter(driver="mqtt").exists()


def test_a_light_is_added_the_same_way(desk, door):
    url = f"/admin/building/light/add/?door={door.id}&driver=simulated"
    assert send(desk, url, label_en="Stairs", auto_off_seconds="30").status_code == 302
    made = Light.objects.get(auto_off_seconds=30)
    assert (made.label, made.door, made.driver) == ({"en": "Stairs"}, door, "simulated")


# -- its settings


def test_every_setting_has_a_name_for_people(desk, opener):
    said = text(desk.get(page(opener)))
    assert "Fault:" in said
    assert "Settings-" not in said


def test_the_form_has_the_drivers_own_fields_and_values(desk, relay):
    sent = read(desk, page(relay)).sent
    assert sent["settings-url"] == URL
    assert sent["settings-header_name"] == "Authorization"
    assert {name.removeprefix("settings-") for name in sent if name.startswith("settings-")} >= {"body", "seconds"}


def test_what_was_typed_is_kept(desk, relay):
    answer = send(desk, page(relay), label="relay 2", **{"settings-url": f"{URL}&x=1", "settings-seconds": "5"})
    assert (answer.status_code, answer.url) == (302, f"/admin/building/door/{relay.door_id}/change/")
    relay.refresh_from_db()
    assert (relay.label, relay.settings["url"], relay.settings["seconds"]) == ("relay 2", f"{URL}&x=1", 5.0)


def test_what_the_driver_refuses_is_said_at_its_field(desk, relay):
    answer = send(desk, page(relay), **{"settings-url": "ftp://x", "settings-header_name": "Host"})
    assert errors(answer) == {
        "settings-url": ["A web address starts with http:// or https:// and the name of a device."],
        "settings-header_name": ["This header is written by the portal itself."],
    }
    relay.refresh_from_db()
    assert relay.settings["url"] == URL


def test_what_it_refuses_as_a_whole_is_said_above(desk, relay):
    answer = send(desk, page(relay), **{"settings-answer_member": "ison"})
    assert list(errors(answer)) == ["__all__"]


def test_a_driver_that_is_gone_is_said_so(desk, relay):
    Opener.objects.filter(id=relay.id).update(driver="telex")
    assert desk.get(page(relay)).status_code == 200
    assert errors(send(desk, page(relay))) == {"__all__": ["There is no driver 'telex' any more. Delete this one."]}


# -- its secrets


def test_a_secret_is_never_shown_again(desk, relay):
    answer = desk.get(page(relay))
    assert "hunter2" not in answer.content.decode()
    assert read(desk, page(relay)).secrets == {"settings-header_value": ""}
    assert "Set. Leave empty to keep it." in text(answer)


def test_not_even_when_the_form_is_refused(desk, relay):
    answer = send(desk, page(relay), **{"settings-url": "", "settings-header_value": "new hunter3"})
    assert "hunter" not in answer.content.decode()


def test_an_empty_secret_stays_what_it_was(desk, relay):
    send(desk, page(relay), label="renamed")
    relay.refresh_from_db()
    assert unseal(relay.sealed) == {"header_value": SECRET}
    assert "header_value" not in relay.settings


def test_a_new_secret_takes_its_place_sealed(desk, relay):
    send(desk, page(relay), **{"settings-header_value": "Bearer new"})
    relay.refresh_from_db()
    assert unseal(relay.sealed) == {"header_value": "Bearer new"}
    assert "Bearer" not in f"{relay.sealed} {relay.settings}"


def test_a_secret_is_cleared_by_a_tick(desk, relay):
    send(desk, page(relay), **{"clear-header_value": "on"})
    relay.refresh_from_db()
    assert unseal(relay.sealed) == {}
    answer = desk.get(page(relay))
    assert "Not set." in text(answer)
    assert "clear-header_value" not in answer.content.decode()


def test_a_secret_sealed_with_a_lost_key_is_asked_for_again(desk, relay, settings):
    settings.SECRET_KEY = "another key, as long as it has to be"
    desk.force_login(get_user_model().objects.get())
    assert "can't be read any more" in text(desk.get(page(relay)))
    assert send(desk, page(relay), **{"settings-header_value": "Bearer new"}).status_code == 302
    relay.refresh_from_db()
    assert unseal(relay.sealed) == {"header_value": "Bearer new"}


def test_whoever_may_only_look_sees_no_secret_either(staff, relay):
    answer = staff("view_opener", "view_door").get(page(relay))
    assert answer.status_code == 200
    assert f"url: {URL}" in text(answer)
    assert "hunter2" not in answer.content.decode()


# -- leaving


def test_deleting_one_leads_back_to_its_door(desk, relay):
    answer = desk.post(f"/admin/building/opener/{relay.pk}/delete/", {"post": "yes"})
    assert (answer.status_code, answer.url) == (302, f"/admin/building/door/{relay.door_id}/change/")
    assert not Opener.objects.filter(id=relay.pk).exists()


def test_the_index_does_not_list_them(desk, relay):
    assert "Openers" not in text(desk.get("/admin/"))
