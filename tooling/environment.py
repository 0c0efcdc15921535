"""The virtual environment and the pinned packages in it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

from tooling.ground import ROOT, TaskError, digest, run, say, this_platform, unreachable

VENV = ROOT / ".venv"
WHEELS = ROOT / "wheels"  # only in an unpacked pack
OLDEST_PYTHON = (3, 11)


def python() -> Path:
    """Return the interpreter of the virtual environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def program(name: str) -> Path:
    """Return a program of the virtual environment."""
    return python().with_name(f"{name}.exe" if os.name == "nt" else name)


def make_environment() -> None:
    """Make the virtual environment if it is not there or was made by an interpreter that is gone."""
    if python().exists() and run(python(), "-c", "", quiet=True) == 0:
        return
    say("新建虚拟环境 .venv", "making the virtual environment .venv")
    try:
        venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=os.name != "nt").create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        raise TaskError(
            "无法新建虚拟环境；Debian、Ubuntu 请先安装 python3-venv"
            f" / the virtual environment could not be made; on Debian and Ubuntu install python3-venv first ({error})"
        ) from error


def requirements(*, development: bool) -> list[Path]:
    """List the files of pinned requirements."""
    names = ["requirements.txt", *(["requirements-dev.txt"] if development else [])]
    return [ROOT / name for name in names]


def check_python() -> None:
    """Stop where Python is too old, or a pack was made for another system or Python than this."""
    if sys.version_info < OLDEST_PYTHON:
        raise TaskError(
            f"需要 Python 3.11 或更新版本，当前为 {platform.python_version()}"
            f" / Python 3.11 or newer is needed, this is {platform.python_version()}"
        )
    description = ROOT / "pack.json"
    if not description.exists():
        return
    made_for = json.loads(description.read_text(encoding="utf-8"))
    here = {"system": this_platform(), "python": ".".join(platform.python_version_tuple()[:2])}
    if made_for != here:
        raise TaskError(
            f"离线包适用于 {made_for['system']} 与 Python {made_for['python']}，"
            f"本机为 {here['system']} 与 Python {here['python']}；请安装该版本 Python 或另制离线包"
            f" / this pack is for {made_for['system']} with Python {made_for['python']}, here is {here['system']}"
            f" with Python {here['python']}; install that Python or make another pack"
        )


def install(*, development: bool = False) -> None:
    """Install the pinned packages, unless exactly these are installed."""
    check_python()
    make_environment()
    files = requirements(development=development)
    wanted = digest(
        *files,
        ROOT / "pyproject.toml",
        ROOT,
        platform.python_version(),
        *sorted(path.name for path in WHEELS.glob("*.whl")),
    )
    stamp = VENV / ("development.stamp" if development else "run.stamp")
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("安装 Python 软件包，首次约需几分钟", "installing Python packages, a few minutes the first time")
    source = ["--no-index", "--find-links", WHEELS] if WHEELS.is_dir() else ["--retries", "2"]
    chosen = [part for path in files for part in ("-r", path)]
    if pip("install", *source, *chosen):
        raise TaskError(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
    stamp.write_text(wanted, encoding="ascii")


def pip(*arguments: object) -> int:
    """Run pip, and show one short line for each package that it gets."""
    command = [python(), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1", "PIP_PROGRESS_BAR": "off"}
    lines: list[str] = []
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if line.startswith("Collecting ") and sys.stdout.isatty():
                print(f"\r  {line.split()[1]:60.60}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r" + " " * 62 + "\r", end="", flush=True)
    if process.returncode:
        print("\n".join(lines[-15:]), file=sys.stderr)
    return process.returncode
