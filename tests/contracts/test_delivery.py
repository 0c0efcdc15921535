"""What reaches another machine: pinned requirements, the wheel, the web assets, the commands of the README."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import tasks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from parkplan.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "src/parkplan/render/assets"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> dict[str, str]:
    """Exact versions of a file of requirements by name."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-e")):
            requirement = Requirement(line)
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


def declared() -> list[Requirement]:
    return [Requirement(line) for line in PROJECT["dependencies"]]


def optional() -> list[Requirement]:
    return [Requirement(line) for lines in PROJECT["optional-dependencies"].values() for line in lines]


def needed(wanted: list[Requirement]) -> set[str]:
    """Names of all packages that a list of requirements brings here."""
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (requirement.marker and not requirement.marker.evaluate({"extra": ""})) or name in found:
            continue
        found.add(name)
        waiting += [Requirement(line) for line in metadata.distribution(name).requires or []]
    return found


def test_every_declared_package_is_pinned_within_its_range() -> None:
    exact = pins("requirements.txt")
    outside = [str(wanted) for wanted in declared() if exact.get(wanted.name.lower(), "0") not in wanted.specifier]
    assert not outside


def test_the_whole_run_time_set_is_pinned() -> None:
    assert needed(declared()) - set(pins("requirements.txt")) == set()


def imported() -> set[str]:
    """Names of the top-level modules that the source imports."""
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"parkplan", "pydantic_core"}  # one release with pydantic


def test_every_imported_package_is_declared() -> None:
    names = {canonicalize_name(wanted.name) for wanted in [*declared(), *optional()]}
    providers = metadata.packages_distributions()  # an extra that is not installed provides the module of its own name
    missing = [
        name for name in imported() if not names & {canonicalize_name(found) for found in providers.get(name, [name])}
    ]
    assert not missing


def test_nothing_is_pinned_twice() -> None:
    assert set(pins("requirements.txt")) & set(pins("requirements-dev.txt")) == set()


def test_requirements_end_with_the_project_itself() -> None:
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1] == "-e ."


def test_assets_are_those_that_set_up_lists() -> None:
    listed = json.loads((ASSETS / "assets.json").read_text(encoding="utf-8"))["files"]
    missing = [name for name in listed if not (ASSETS / name).is_file()]
    assert not missing
    entries = {path.name.replace(".entry.", ".") for path in (ROOT / "src/parkplan/render/web").glob("*.entry.*")}
    assert entries <= set(listed)


def test_third_party_licences_name_every_bundled_package() -> None:
    text = (ASSETS / "THIRD_PARTY_LICENSES.txt").read_text(encoding="utf-8")
    for name in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]:
        assert name == "esbuild" or f"\n{name} " in f"\n{text}", name
    assert "SIL OPEN FONT LICENSE" in text.upper()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True, timeout=300)
    return zipfile.ZipFile(next(folder.glob("parkplan-*.whl")))


def test_wheel_has_all_that_the_app_reads(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    for path in (ROOT / "layers").rglob("*.yaml"):
        assert f"parkplan/_packaged/layers/{path.relative_to(ROOT / 'layers').as_posix()}" in inside
    assert "parkplan/_packaged/geodata/manifest.yaml" in inside
    for folder in ("messages", "render/assets"):
        for path in (ROOT / "src/parkplan" / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT / "src").as_posix() in inside
    assert "parkplan/py.typed" in inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_wheel_has_no_data_and_no_tests(wheel: zipfile.ZipFile) -> None:
    outside = [name for name in wheel.namelist() if not name.startswith(("parkplan/", "parkplan-"))]
    assert outside == []
    assert not [name for name in wheel.namelist() if re.search(r"\.(parquet|sqlite|gpkg)$|__pycache__", name)]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "CONTRIBUTING.md"])
def test_commands_in_the_papers_exist(name: str) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line.split("#")[0].split() for block in blocks for line in block.splitlines() if line.strip()]
    assert lines
    for words in lines:
        if "tasks.py" in words:
            assert words[words.index("tasks.py") + 1] in tasks.TASKS, words
        if words[:1] == ["parkplan"]:
            assert words[1] in COMMANDS, words


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {}
    for language in ("zh", "en"):
        assert main([command, "--lang", language, "--help"]) == 0
        pages[language], complaints = capsys.readouterr()
        assert complaints == ""
    assert re.search(r"[\u4e00-\u9fff]", pages["zh"])
    assert not re.search(r"[\u4e00-\u9fff]", pages["en"])
    assert "option_" not in pages["zh"] + pages["en"]
