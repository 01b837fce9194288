"""Calls that reach the other side through a real coturn alone."""

from collections.abc import Iterator

import pytest

from tests.turning import Coturn

from .browser import Phone, soon
from .conftest import Phones, Sites
from .lines import are_connected, begin, ready, said, way
from .site import Site

pytestmark = pytest.mark.browser
HOME = "Chidi Okafor"

# A network in which open ways lead nowhere: neither side's candidates reach the other.
NOWHERE = """(() => {
  const Line = window.RTCPeerConnection;
  window.policies = [];
  window.RTCPeerConnection = class extends Line {
    constructor(config, ...rest) {
      super(config, ...rest);
      if (config?.iceTransportPolicy) policies.push(config.iceTransportPolicy);
      this.isOpen = config?.iceTransportPolicy !== "relay";
      if (this.isOpen) Object.defineProperty(this, "onicecandidate", { set() {} });
    }
    addIceCandidate(...given) { return this.isOpen ? Promise.resolve() : super.addIceCandidate(...given); }
  };
})();"""


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    server = Coturn(tmp_path_factory.mktemp("coturn"), "between us and coturn")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def relaying(sites: Sites, coturn: Coturn) -> Site:
    return sites(**coturn.server, RELAY_ONLY="True")


@pytest.fixture(scope="module")
def open_site(sites: Sites, coturn: Coturn) -> Site:
    return sites(**coturn.server)


@pytest.mark.parametrize("mode", ["voice", "video"])
def test_a_relay_alone_carries_sound_and_picture_both_ways(relaying: Site, phones: Phones, mode: str):
    relaying.start_over()
    visitor, resident = ready(phones()), ready(phones())
    begin(visitor, resident, relaying, relaying.home(HOME), mode)
    assert are_connected(visitor, resident)
    for phone in (visitor, resident):
        assert soon(phone.page, phone.hears)
        assert mode == "voice" or soon(phone.page, phone.sees)
        assert way(phone) == ["relay", "relay"]


def test_each_side_has_credentials_of_its_own(relaying: Site, coturn: Coturn, phones: Phones):
    relaying.start_over()
    visitor, resident = ready(phones()), ready(phones())
    begin(visitor, resident, relaying, relaying.home(HOME))
    names = {name_of(phone) for phone in (visitor, resident)}
    assert len(names) == 2
    assert are_connected(visitor, resident)
    log = coturn.log.read_text()
    assert all(f"username=<{name}>" in log for name in names)


def name_of(phone: Phone) -> str:
    return str(phone.page.evaluate("JSON.parse(stage.dataset.ice).at(-1).username"))


def test_where_open_ways_are_there_the_relay_is_not_used(open_site: Site, phones: Phones):
    open_site.start_over()
    visitor, resident = ready(phones()), ready(phones())
    begin(visitor, resident, open_site, open_site.home(HOME))
    assert are_connected(visitor, resident)
    assert "relay" not in way(visitor) + way(resident)


def test_after_six_seconds_without_a_connection_the_relay_is_tried(open_site: Site, phones: Phones):
    open_site.start_over()
    visitor, resident = ready(phones()), ready(phones())
    visitor.context.add_init_script(NOWHERE)
    begin(visitor, resident, open_site, open_site.home(HOME))
    assert not are_connected(visitor, seconds=4)
    assert are_connected(visitor, resident, seconds=6)
    assert visitor.page.evaluate("policies") == ["all", "relay"]
    assert way(visitor)[0] == "relay"
    assert soon(visitor.page, visitor.hears) and soon(resident.page, resident.hears)
    assert "failed" not in said(visitor) + said(resident)
