"""Phones in networks of their own: a namespace each, cabled to one switch, where a cable can be pulled."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVER = "10.99.77.1"


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=10)


class Switch:
    """The server's own address is on it. Whatever was plugged in is taken away at the end."""

    def __init__(self) -> None:
        """Named after this process, so that two runs on one machine do not meet."""
        self.name = f"vp{os.getpid() % 100_000}"
        self.cables: list[Cable] = []
        run("ip", "link", "add", self.name, "type", "bridge")
        run("ip", "address", "add", f"{SERVER}/24", "dev", self.name)
        run("ip", "link", "set", self.name, "up")

    def plug(self, folder: Path) -> "Cable":
        self.cables.append(Cable(self, len(self.cables) + 2, folder))
        return self.cables[-1]

    def remove(self) -> None:
        for cable in self.cables:
            run("ip", "netns", "delete", cable.name)
        run("ip", "link", "delete", self.name)


class Cable:
    """From the switch into a namespace."""

    def __init__(self, switch: Switch, number: int, folder: Path) -> None:
        self.switch, self.number, self.name = switch, number, f"{switch.name}-{number}"
        self.address = SERVER.removesuffix("1") + str(number)
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        self.join()
        run("ip", "link", "set", self.name, "up")
        self.inside("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.chromium = self._wrapped(folder)

    def inside(self, *command: str) -> None:
        run("ip", "netns", "exec", self.name, *command)

    def _wrapped(self, folder: Path) -> Path:
        """A Chromium whose network this is."""
        script = folder / self.name
        chromium = shutil.which("chromium") or "chromium"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {chromium} "$@"\n')
        script.chmod(0o755)
        return script

    def cut(self) -> None:
        """Nothing passes, and neither end is told: as in a lift."""
        run("ip", "link", "set", self.name, "nomaster")

    def join(self) -> None:
        run("ip", "link", "set", self.name, "master", self.switch.name)

    def move(self, number: int) -> None:
        """As from the one network to another: this address is gone, and there is a new one."""
        self.inside("ip", "address", "flush", "dev", "eth0")
        self.address = SERVER.removesuffix("1") + str(number)
        self.inside("ip", "address", "add", f"{self.address}/24", "dev", "eth0")


@contextmanager
def switch() -> Iterator[Switch]:
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("networks of their own need root and iproute2")
    try:
        made = Switch()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network may be made here: {error.stderr.strip()}")
    try:
        yield made
    finally:
        made.remove()
