"""A manager at the desk, in a real browser and under the real rules of what a page may load."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .browser import Phone, soon
from .conftest import Phones
from .site import Site

pytestmark = pytest.mark.browser
SCREEN = {"viewport": {"width": 1280, "height": 900}, "is_mobile": False, "has_touch": False}


@pytest.fixture
def desk(site: Site, phones: Phones) -> Phone:
    """A screen on which the manager has logged in."""
    desk = phones(**SCREEN)
    desk.page.goto(site.links["admin"]["url"])
    desk.page.get_by_label("Username").fill(site.links["admin"]["username"])
    desk.page.get_by_label("Password").fill(site.links["admin"]["password"])
    desk.page.get_by_role("button", name="Log in").click()
    expect(desk.page.get_by_role("link", name="Doors", exact=True).first).to_be_visible()
    return desk


def go(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def test_a_lock_is_tried_and_the_contact_heard(desk: Phone, site: Site):
    go(desk.page, "Doors", "Lobby")
    press(desk.page, "Test-fire")
    expect(desk.page.get_by_text("Lobby: Open it now?")).to_be_visible()
    assert site.pulses == 0
    press(desk.page, "Test-fire")
    expect(desk.page.get_by_text("the lock says that it opened")).to_be_visible()
    assert soon(desk.page, lambda: ("seen_open", "") in site.attempts)
    go(desk.page, "Look again")
    expect(desk.page.get_by_text("The contact saw the door open.")).to_be_visible()
    asked = [row for row in site.attempts if not row[0].startswith("seen_")]  # a door of before may still fall shut
    assert asked == [("requested", ""), ("sent", ""), ("confirmed", "")]
    assert site.pulses == 1


def test_a_name_is_given_in_another_language(desk: Phone, site: Site):
    go(desk.page, "Doors", "Garage gate")
    desk.page.get_by_text("Other languages").first.click()
    desk.page.get_by_label("Deutsch").first.fill("Garagentor")
    press(desk.page, "Save and continue editing")
    expect(desk.page.get_by_label("Deutsch").first).to_have_value("Garagentor")


def test_a_resident_is_found_while_one_types(desk: Phone, site: Site):
    go(desk.page, "Entries", "Parcel room")
    press(desk.page, "Add another Resident")
    desk.page.locator("#memberships-0 .select2-selection").click()
    desk.page.locator(".select2-search__field").fill("jonas")
    desk.page.get_by_role("option", name="Jonas Weber").click()
    expect(desk.page.locator("#memberships-0 .select2-selection")).to_contain_text("Jonas Weber")


def test_a_link_is_handed_over_once(desk: Phone, site: Site, phones: Phones):
    go(desk.page, "Residents", "Add resident")
    desk.page.get_by_label("Name").fill("Carol")
    desk.page.get_by_role("button", name="Save", exact=True).click()
    link = desk.page.get_by_label("Link to hand over").input_value()
    code = desk.page.get_by_alt_text("The link as a QR code")
    assert code.evaluate("(image) => image.naturalWidth") > 0
    phone = phones()
    phone.page.goto(link)
    expect(phone.page.get_by_role("heading", level=1)).to_have_text("Carol")


def test_a_sticker_is_shown_and_rotated(desk: Phone, site: Site):
    go(desk.page, "Portals", "Garage gate")
    code = desk.page.get_by_alt_text("The QR code of Garage gate")
    assert soon(desk.page, lambda: code.evaluate("(image) => image.naturalWidth") > 0)
    old = desk.page.url
    press(desk.page, "Rotate")
    press(desk.page, "Rotate")
    expect(desk.page.get_by_text("Here is the new sticker.")).to_be_visible()
    assert desk.page.url != old


def test_the_directory_goes_out_and_comes_back(desk: Phone, site: Site, tmp_path: Path):
    go(desk.page, "Entries")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="Export as CSV").click()
    file = tmp_path / "directory.csv"
    download.value.save_as(file)
    file.write_text(file.read_text("utf-8-sig").replace("Parcel room", "Parcels"), "utf-8")
    desk.page.get_by_role("link", name="Import a CSV file").click()
    desk.page.get_by_label("CSV file").set_input_files(file)
    press(desk.page, "Show what it would change")
    expect(desk.page.get_by_text("0 new, 1 changed, 25 as they are.")).to_be_visible()
    press(desk.page, "Import it")
    expect(desk.page.get_by_text("Imported: 0 new, 1 changed, 25 as they were.")).to_be_visible()
