"""What is committed as generated is what the .proto files say, and a client made of other files can read it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.building.accesses.compiling import compiled

UUID = "0b5e7c1e-5f0a-4f0e-9f39-3d3f1b6f8a10"
ROOT = Path(__file__).resolve().parents[3]
ROOM = Path("visitor_portal/building/accesses")


def test_the_stubs_are_fresh(tmp_path):
    source = f"{ROOM}/generated={ROOT / ROOM / 'protos'}"
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", source]
    names = sorted(path.name for path in (ROOT / ROOM / "protos").glob("*.proto"))
    paths = [str(ROOT / ROOM / "protos" / name) for name in names]
    subprocess.run([*command, f"--python_out={tmp_path}", f"--grpc_python_out={tmp_path}", *paths], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / ROOM / "generated").iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / ROOM / "generated").glob("*_pb2*.py")}
    assert made == kept
    assert len(kept) == 2 * len(names) == 8


def test_a_client_of_the_published_numbers_writes_waits_and_reads(line, server, lobby, tmp_path):
    folder = compiled("entryfy.proto", tmp_path)
    token = line.metadata[0][1].removeprefix("Bearer ")
    script = str(Path(__file__).with_name("peer_client.py"))
    command = [sys.executable, script, server, line.slug, token, lobby, UUID]
    done = subprocess.run(command, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    accepted, finished, temporary, ready = 5, 2, 2, 2
    means = [[lobby, "remote"]]
    assert json.loads(done.stdout) == [accepted, finished, UUID, temporary, ready, True, means]
    assert line.get() == []
