"""A Redis of the tests' own, on a socket in a folder: it can be killed, be made to hang, and start again, empty."""

import signal
import subprocess
from pathlib import Path

from tests.serving import wait_for

from .programs import found


class OwnRedis:
    def __init__(self, folder: Path, name: str = "redis") -> None:
        self.path = folder / f"{name}.sock"
        self.command = [found("redis-server"), "--port", "0", "--unixsocket", str(self.path), "--save", ""]
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def start(self) -> None:
        self.path.unlink(missing_ok=True)
        self.process = subprocess.Popen([*self.command, "--dir", str(self.path.parent)], stdout=subprocess.DEVNULL)
        assert wait_for(self.path.exists, 30)

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
