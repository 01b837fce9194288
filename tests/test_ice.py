"""What one side of a call is told of STUN and TURN, and what a real coturn says to it."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests.turning import Caller, Coturn, of
from visitor_portal import ice

DOCS = Path(__file__).parent.parent / "docs" / "calls.md"
SESSION = "01JABCDEFGHJKMNPQRSTVWXYZ0"
SECRET = "what coturn and the portal know"


@pytest.fixture(autouse=True)
def turn(settings: Any) -> Any:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.com:3478"], SECRET
    return settings


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    server = Coturn(tmp_path_factory.mktemp("coturn"), SECRET, "--stale-nonce=2")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    """With the peers denied that docs/calls.md denies."""
    denied = re.findall(r"^(denied-peer-ip=.*)$", DOCS.read_text(), re.MULTILINE)
    server = Coturn(tmp_path_factory.mktemp("documented"), SECRET, *(f"--{option}" for option in denied))
    yield server
    server.stop()


def caller(coturn: Coturn, *, ago: int = 0) -> Caller:
    """Somebody with the credentials that were made so many seconds ago."""
    with time_machine.travel(timezone.now() - timedelta(seconds=ago), tick=True):
        return Caller(coturn, *of(ice.servers(SESSION, "caller")))


def test_fixed_servers_come_first_and_as_they_are(turn: Any):
    turn.ICE_SERVERS, turn.STUN_SERVERS = [{"urls": "stun:one.example.com"}], ["stun:two.example.com"]
    told = ice.servers(SESSION, "caller")
    assert told[:2] == ({"urls": "stun:one.example.com"}, {"urls": ["stun:two.example.com"]})
    assert told[2].keys() == {"urls", "username", "credential"}


def test_without_settings_there_is_nothing(turn: Any):
    turn.TURN_URLS = []
    assert ice.servers(SESSION, "caller") == ()


def test_the_credential_is_the_one_that_the_turn_rest_api_prescribes():
    """Against openssl's HMAC, so that two of our own mistakes can't agree."""
    username, credential = of(ice.servers(SESSION, "caller"))
    openssl = shutil.which("openssl")
    assert openssl
    made = subprocess.run(
        f"{openssl} dgst -sha1 -hmac '{SECRET}' -binary | {openssl} base64",
        input=username, shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert credential == made.stdout.strip()


def test_it_ends_after_ten_minutes_and_names_neither_person_nor_session():
    until, _, whose = of(ice.servers(SESSION, "caller"))[0].partition(":")
    assert 598 <= int(until) - time.time() <= 600
    assert len(whose) == 24 and SESSION.lower() not in whose and "caller" not in whose


def test_each_session_and_role_is_somebody_else_and_stays_so():
    def whose(session_id: str, role: str) -> str:
        return of(ice.servers(session_id, role))[0].partition(":")[2]

    names = [whose(session_id, role) for session_id in (SESSION, SESSION[::-1]) for role in ("caller", "callee")]
    assert len(set(names)) == 4
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert whose(SESSION, "caller") == names[0]


def test_coturn_takes_it(coturn: Coturn):
    with caller(coturn) as asked:
        assert asked.allocate() == 0
        assert asked.permit("127.0.0.1") == 0


def test_coturns_own_client_takes_it_and_its_packets_come_back(coturn: Coturn):
    client = shutil.which("turnutils_uclient")
    assert client
    username, credential = of(ice.servers(SESSION, "callee"))
    command = [client, "-y", "-u", username, "-w", credential, "-p", str(coturn.port), "-n", "10", coturn.ip]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "Total lost packets 0 " in ran.stdout


def test_a_name_with_a_later_moment_is_refused(coturn: Coturn):
    name, credential = of(ice.servers(SESSION, "caller"))
    longer = f"{int(time.time()) + 90_000}:{name.partition(':')[2]}"
    with Caller(coturn, longer, credential) as asked:
        assert asked.allocate() == 401


def test_another_secret_is_refused(coturn: Coturn, turn: Any):
    turn.TURN_SECRET = "something else"
    with caller(coturn) as asked:
        assert asked.allocate() == 401


def test_an_old_one_begins_nothing(coturn: Coturn):
    with caller(coturn, ago=601) as asked:
        assert asked.allocate() == 401


def test_what_has_begun_goes_on_when_the_credential_is_old(coturn: Coturn):
    with caller(coturn, ago=598) as begun, caller(coturn, ago=598) as late:
        assert begun.allocate() == 0
        time.sleep(3.2)
        assert late.allocate() == 401
        assert begun.refresh() == 438  # its nonce is old as well: told another one
        assert begun.refresh() == 0
        assert begun.permit("127.0.0.1") == 0


@pytest.mark.parametrize(
    ("ip", "answer"),
    [("127.0.0.1", 403), ("10.1.2.3", 403), ("192.168.1.1", 403), ("169.254.169.254", 403), ("198.51.100.7", 0)],
)
def test_the_documented_coturn_relays_into_no_inner_network(documented: Coturn, ip: str, answer: int):
    with caller(documented) as asked:
        assert asked.allocate() == 0
        assert asked.permit(ip) == answer
