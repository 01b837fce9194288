"""The keys of a call on the smallest phone that anybody still carries: in one row, and none on the door's button."""

import pytest

from .conftest import Phones
from .edges import TWO_LENSES
from .site import Site
from .steps import call, go_to_door

pytestmark = pytest.mark.browser
HOME = "Alexandre de La Rochefoucauld-Montmorency"  # the longest name there is
STANDS = """() => {
  const box = (id) => document.getElementById(id).getBoundingClientRect();
  const keys = [...document.querySelectorAll(".key")].map((key) => key.getBoundingClientRect());
  const shown = keys.filter((key) => key.width);
  return {
    scrolled: window.scrollY,
    keys: shown.length,
    rows: new Set(shown.map((key) => key.top)).size,
    narrow: shown.filter((key) => key.width < 44).length,
    isDoorBare: box("tap-open").bottom <= box("keys").top,
  };
}"""


@pytest.mark.parametrize("height", [568, 640])
@pytest.mark.parametrize("locale", ["en-GB", "de", "ar"])
@pytest.mark.parametrize(("mode", "keys"), [("voice", 4), ("video", 5)])
def test_the_door_stays_bare(site: Site, phones: Phones, mode: str, keys: int, locale: str, height: int):
    visitor = phones()
    resident = phones(viewport={"width": 320, "height": height}, locale=locale)
    resident.context.add_init_script(TWO_LENSES)
    resident.page.goto(site.home(HOME).url)
    call(visitor.page, site, site.home(HOME), mode)
    go_to_door(resident.page)
    resident.page.locator("#tap-answer").click()
    resident.page.locator(".stage.has-picture" if mode == "video" else ".camera.is-live").wait_for()
    resident.page.locator("#flip" if mode == "video" else "#volume").wait_for()
    resident.page.evaluate("() => window.scrollTo(0, 0)")
    expected = {"scrolled": 0, "keys": keys, "rows": 1, "narrow": 0, "isDoorBare": True}
    assert resident.page.evaluate(STANDS) == expected
