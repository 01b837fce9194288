"""`manage.py invite`: everything that an invite can say, on one line; the link is printed once."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from PIL import Image

from tests.building.inviting import Phone, everything
from visitor_portal.building import invites, pins
from visitor_portal.building.models import Access, Building, Door, Invite, WifiNetwork

WEEKLY = "BEGIN:VEVENT\nDTSTART:20260504T180000\nDTEND:20260504T200000\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n"
SOON = f"{timezone.now() + timedelta(days=2):%Y-%m-%d}"


@pytest.fixture(autouse=True)
def quick(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PUBLIC_BASE_URL = "http://testserver"


@pytest.fixture
def garage(door) -> Door:
    garage = Door.objects.create(building=door.building, name={"en": "Garage", "de": "Tiefgarage"})
    return garage


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("invite", *arguments, stdout=out)
    return out.getvalue()


def issued(*arguments: str) -> tuple[dict[str, Any], Invite]:
    said: dict[str, Any] = json.loads(run("--door", "Lobby", *arguments, "--json"))
    return said, Invite.objects.select_related("access").get(id=said["id"])


def wrong(*arguments: str) -> str:
    before = everything()
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert everything() == before
    return str(error.value)


# -- issuing


def test_the_link_is_printed_once_and_works(door):
    said, invite = issued("--name", "Dinner", "--to", SOON)
    assert (said["name"], said["state"], said["doors"], said["sent"]) == ("Dinner", "active", ["Lobby"], None)
    token = said["url"].removeprefix("http://testserver/invite/")
    assert Phone().ok("get_invite", token)["state"] == "active"
    assert token not in str(everything())
    assert (invite.access.kind, invite.access.name) == ("temporary", "Invite: Dinner")


def test_people_read_the_link_too(door):
    said = run("--door", "Lobby")
    assert "http://testserver/invite/invite_" in said and "This link is shown once" in said
    assert Access.objects.get().kind == "permanent"


def test_doors_are_in_order_by_name_in_any_language_or_by_id(door, garage):
    said = json.loads(run("--door", "Tiefgarage", "--door", door.id, "--by", "REMOTE", "--by", "SCAN", "--json"))
    assert said["doors"] == ["Garage", "Lobby"]
    invite = Invite.objects.get()
    assert [grant.in_auth_types for grant in invites.grants(invite)] == [["REMOTE", "SCAN"]] * 2


def test_times_are_the_buildings(door):
    Building.objects.update(time_zone="Asia/Kolkata")
    _, invite = issued("--from", "2026-05-08 18:00", "--to", "2026-05-08T23:00+02:00")
    assert invite.access.valid_from == datetime(2026, 5, 8, 12, 30, tzinfo=UTC)
    assert invite.access.valid_to == datetime(2026, 5, 8, 21, 0, tzinfo=UTC)


def test_several_windows(door):
    _, invite = issued(
        "--window", "2026-05-08 18:00/2026-05-08 23:00", "--window", "2026-05-10 10:00/2026-05-10 12:00"
    )
    assert invite.access.valid_from == datetime(2026, 5, 8, 18, tzinfo=UTC)
    assert invite.access.valid_to == datetime(2026, 5, 10, 12, tzinfo=UTC)
    assert invite.access.schedule.count("BEGIN:VEVENT") == 2


def test_one_window_needs_no_schedule(door):
    _, invite = issued("--window", "2026-05-08 18:00/2026-05-08 23:00")
    assert (invite.access.schedule, invite.access.valid_to) == ("", datetime(2026, 5, 8, 23, tzinfo=UTC))


@pytest.mark.parametrize("as_file", [True, False])
def test_a_schedule_from_a_file_or_as_text(door, tmp_path: Path, as_file):
    (tmp_path / "weekly.ics").write_text(WEEKLY)
    _, invite = issued("--schedule", str(tmp_path / "weekly.ics") if as_file else WEEKLY, "--to", SOON)
    assert invite.access.schedule == WEEKLY


def test_everything_else_that_it_can_say(door, alice, tmp_path: Path):
    WifiNetwork.objects.create(building=door.building, ssid="Guests")
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "photo.png")
    arguments = [
        "--host",
        "Alice",
        "--contact-name",
        "Noor",
        "--contact-phone",
        "+351 912 345 678",
        "--locale",
        "pt-br",
    ]
    arguments += ["--pin", "246813", "--max-uses", "5", "--max-devices", "2", "--curfew-exempt", "--wifi", "Guests"]
    arguments += ["--message", "en=Welcome!", "--message", "pt-BR=Bem-vindo!", "--photo", str(tmp_path / "photo.png")]
    _, invite = issued(*arguments, "--location", "en=The pier")
    assert (invite.host, invite.contact_name, invite.contact_phone) == (alice.resident, "Noor", "+351912345678")
    assert (invite.locale, invite.max_uses, invite.max_devices, invite.curfew_exempt) == ("pt-br", 5, 2, True)
    assert invite.message == {"en": "Welcome!", "pt-br": "Bem-vindo!"}
    assert (invite.location_mode, invite.event_address) == ("explicit", {"en": "The pier"})
    assert [network.ssid for network in invite.wifi_networks.all()] == ["Guests"]
    assert bytes(invite.photo or b"").startswith(b"\xff\xd8\xff")
    assert pins.check(invite, None, "246813", now=timezone.now()) == ""


def test_a_code_by_mail_for_the_named_contact(door):
    _, invite = issued("--otp-email", "noor@example.org")
    assert (invite.audience, invite.contact_email) == ("listed_contacts", "noor@example.org")


def test_a_code_by_sms_where_a_gateway_is_named(door, settings):
    assert "SMS_BACKEND names no gateway" in wrong("--door", "Lobby", "--otp-phone", "+351 912 345 678")
    settings.SMS_BACKEND = "tests.building.test_sms.Telegraph"
    _, invite = issued("--otp-phone", "+351 912 345 678")
    assert (invite.audience, invite.require_verified_phone) == ("listed_contacts", True)


@pytest.mark.parametrize("mode", ["inherit", "none"])
def test_where_it_is(door, mode):
    assert issued("--location", mode)[1].location_mode == mode


def test_it_is_sent(door):
    said, _ = issued("--contact-email", "noor@example.org", "--send")
    assert said["sent"] is True and said["url"] in str(mail.outbox[0].body)


def test_what_could_not_be_sent_is_said_and_the_link_is_there_all_the_same(door, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    said = run("--door", "Lobby", "--contact-email", "noor@example.org", "--send")
    assert "It could not be sent by e-mail." in said and "/invite/invite_" in said


# -- what is wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "door: Name the doors that it opens"),
        ("--door Attic", "There is none called 'Attic'. Known are: Lobby."),
        ("--door Lobby --door Lobby", "A door is named twice."),
        ("--door Lobby --to tomorrow", "'tomorrow' is no time. Write it as 2026-05-08 18:00."),
        ("--door Lobby --from 2026-05-08 --to 2026-05-07", "valid to: It must end after it begins."),
        ("--door Lobby --window 2026-05-08", "'2026-05-08' is no window."),
        ("--door Lobby --window 2026-05-08/2026-05-07", "ends before it begins"),
        ("--door Lobby --window 2026-05-08/2026-05-09 --to 2027-01-01", "leave begin, end and schedule out"),
        ("--door Lobby --schedule nowhere.ics", "neither iCalendar text nor a file"),
        ("--door Lobby --schedule BEGIN:VEVENT", "schedule:"),
        ("--door Lobby --pin 1234", "needs a limit of phones"),
        ("--door Lobby --contact-phone 912345678", "Write it with its country"),
        ("--door Lobby --contact-email nobody", "contact email: Enter a valid email address."),
        ("--door Lobby --message Hello", "Write it with its language, as en=…, not 'Hello'."),
        ("--door Lobby --host Zed", "There is none called 'Zed'."),
        ("--door Lobby --wifi Zed", "There is none called 'Zed'."),
        ("--door Lobby --photo /nowhere.png", "'/nowhere.png' can't be read."),
        ("--door Lobby --photo README.md", "This is no picture that can be read"),
        ("--door Lobby --max-uses -1", "max uses:"),
        ("--door Lobby --send", "There is nobody to --send it to"),
        ("--extend 01JNOTHING --to 2099-01-01", "No invite has the id 01JNOTHING."),
        ("--revoke 01JNOTHING", "No invite has the id 01JNOTHING."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(door, arguments, said):
    assert said in wrong(*arguments.split())


def test_a_name_that_two_share_wants_an_id(door):
    twin = Door.objects.create(building=door.building, name=door.name)
    assert "Several are called 'Lobby'." in wrong("--door", "Lobby")
    run("--door", twin.id)


def test_nothing_of_another_building_goes_into_it(door, alice):
    other = Building.objects.create(name={"en": "Station House"})
    Door.objects.create(building=other, name={"en": "Platform"})
    assert "It belongs to another building." in wrong("--door", "Lobby", "--door", "Platform")
    assert "There is none called 'Alice'" in wrong("--door", "Platform", "--host", "Alice")


# -- changing one


def test_extend(door):
    said, invite = issued("--to", SOON, "--contact-email", "noor@example.org")
    again = json.loads(run("--extend", invite.id, "--to", "2099-01-01", "--send", "--json"))
    assert (again["state"], again["url"], again["sent"]) == ("active", None, True)
    token = said["url"].rpartition("/")[2]
    assert Phone().ok("get_invite", token)["valid_to"].startswith("2099-01-01")
    assert token not in str(mail.outbox[0].body)
    assert wrong("--extend", invite.id) == "Say the new end: --to."
    assert "It must end after it begins" in wrong_end(invite)


def wrong_end(invite: Invite) -> str:
    Access.objects.filter(id=invite.access_id).update(valid_from=timezone.now())
    return wrong("--extend", invite.id, "--to", "2020-01-01")


def test_revoke(door):
    said, invite = issued()
    assert "It opens nothing from here on." in run("--revoke", invite.id)
    assert Phone().ok("get_invite", said["url"].rpartition("/")[2])["state"] == "revoked"


def test_a_new_link_voids_the_one_before(door):
    said, invite = issued("--contact-email", "noor@example.org")
    again = json.loads(run("--new-link", invite.id, "--send", "--json"))
    states = [Phone().ok("get_invite", each["url"].rpartition("/")[2])["state"] for each in (said, again)]
    assert states == ["not_found", "active"]
    assert again["url"] in str(mail.outbox[0].body)
