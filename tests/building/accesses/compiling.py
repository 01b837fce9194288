"""Stubs made by the compiler, in a folder that goes away."""

import subprocess
import sys
from pathlib import Path

PROTOS = Path(__file__).parent / "protos"


def compiled(name: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--python_out={folder}"]
    subprocess.run([*command, f"--grpc_python_out={folder}", f"{PROTOS}/{name}"], check=True)
    return folder
