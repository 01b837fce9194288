"""What the visit's page loads of scripts, as it is served."""

import pytest

from .browser import Phone
from .conftest import Phones
from .site import Site
from .steps import answered_call

pytestmark = pytest.mark.browser
MOST = 45 * 1024  # bytes, compressed; 37,013 of them are htmx and PeerJS


def weight(phone: Phone) -> int:
    """Bytes of the scripts that the page shown asked for."""
    shown = phone.page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    answers = {answer.url: answer for answer in phone.answers if answer.url in shown and answer.url.endswith(".js")}
    assert {answer.headers["content-encoding"] for answer in answers.values()} == {"br"}
    return sum(int(answer.headers["content-length"]) for answer in answers.values())


def test_scripts_of_a_call_are_light(site: Site, phones: Phones):
    visitor, resident = phones(), phones()
    answered_call(visitor, resident, site, site.home("Chidi Okafor"), "video")
    assert max(weight(visitor), weight(resident)) <= MOST
