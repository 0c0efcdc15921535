"""The offline pack: one zip with all wheels, from which the app installs without any index."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from tooling.environment import pip, python
from tooling.ground import ROOT, TaskError, run, say, this_platform, unreachable

PLATFORMS = {
    "windows": ["win_amd64"],
    "linux": [*(f"manylinux_2_{n}_x86_64" for n in (28, 27, 24, 17, 12, 5)), "manylinux2014_x86_64"],
    "macos": ["macosx_14_0_arm64"],
}


def fill_pack(folder: Path, system: str, version: str) -> None:
    """Put wheels for a system and a Python version, this file and the papers into a folder."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    say("生成本程序的安装包", "building our own wheel")
    if run(python(), "-m", "pip", "wheel", "--no-deps", "-w", wheels, ROOT, quiet=True):
        raise TaskError(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
    own = next(wheels.glob("parkplan-*.whl")).name.split("-")[1]
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip() for line in lines if "==" in line]
    (folder / "requirements.txt").write_text("\n".join([*pins, f"parkplan=={own}", ""]), encoding="utf-8")
    say(f"下载 {len(pins)} 个软件包", f"downloading {len(pins)} packages")
    target = [part for tag in PLATFORMS[system] for part in ("--platform", tag)] if system != this_platform() else []
    options = ["--no-deps", "--only-binary=:all:", "--retries", "2", "--python-version", version, *target]
    if pip("download", *options, "--dest", wheels, *pins):
        raise TaskError(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
    shutil.copytree(ROOT / "tooling", folder / "tooling", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tasks.py", "README.md", "README.zh.md", "CHANGELOG.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    made_for = {"system": system, "python": version}
    (folder / "pack.json").write_text(json.dumps(made_for), encoding="utf-8")


def make_pack(system: str, version: str) -> Path:
    """Make the zip for a system and a Python version; return its place."""
    folder = ROOT / "build/pack" / f"parkplan-{system}-python{version}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    fill_pack(folder, system, version)
    place = ROOT / "dist" / f"{folder.name}.zip"
    place.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            kind = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
            archive.write(path, path.relative_to(folder.parent), kind)
    return place
