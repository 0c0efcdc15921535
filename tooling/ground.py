"""Lines of progress, programs, hashes of inputs: what every task stands on."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class TaskError(Exception):
    """What stopped a task, as one sentence in both languages."""


def say(chinese: str, english: str) -> None:
    """Print one line of progress."""
    print(f"· {chinese} / {english}", flush=True)


def run(*command: object, quiet: bool = False, **variables: str) -> int:
    """Run a program in the checkout and return its exit code; a quiet one is shown only when it fails."""
    environment = {**os.environ, "PYTHONUTF8": "1", **variables}
    arguments = [str(part) for part in command]
    if not quiet:
        return subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-15:]), file=sys.stderr)
    return done.returncode


def digest(*parts: object) -> str:
    """Hash of texts and of the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) and part.is_file() else str(part).encode()
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def unreachable(chinese: str, english: str, variable: str) -> str:
    """Say that an index did not give what was asked for, and the ways out."""
    return (
        f"无法从 {chinese} 取得所需内容；请检查网络，或用 {variable} 指向内网镜像，"
        "或在能联网的电脑上运行 python3 tasks.py pack 制作离线包"
        f" / {english} did not give what is needed; check the network, name a mirror in {variable},"
        " or make an offline pack elsewhere with python3 tasks.py pack"
    )


def this_platform() -> str:
    """Return the name of the running system as packs are named."""
    return {"Windows": "windows", "Darwin": "macos"}.get(platform.system(), "linux")
