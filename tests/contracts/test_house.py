"""The rules of the house: which way imports point, sizes, one place for texts, nothing from outside."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/parkplan"
PYTHON_FILES = sorted(SOURCE.rglob("*.py"))
CHINESE = re.compile(r"[\u3400-\u9fff]")
TEXT_ENDINGS = {".py", ".js", ".mjs", ".css", ".yaml", ".toml", ".md", ".json", ".txt", ".html"}

LONGEST_FILE, LONGEST_PAGE, LONGEST_BODY = 400, 80, 40


def tracked() -> list[Path]:
    """Files of the project: those that git knows, or in an unpacked archive all that are not made."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 1)}"


# Tools


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "ruff", "check", "--output-format", "concise", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command as run; run()"],
    ],
    ids=["ruff check", "ruff format", "mypy", "import contracts"],
)
def test_tools_have_no_findings(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


# Sizes


def functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Each function with the lines of its body, docstring aside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield node, (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_size_guide() -> None:
    offenders: list[str] = []
    for path in [*PYTHON_FILES, *(ROOT / "tooling").glob("*.py"), ROOT / "tasks.py", *SOURCE.glob("render/web/*.*js")]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        limit = LONGEST_PAGE if "views" in path.parts else LONGEST_FILE
        if lines > limit:
            offenders.append(f"{path.relative_to(ROOT).as_posix()}: {lines} lines, guide {limit}")
        if path.suffix == ".py":
            offenders += [
                f"{place(path, node)}: {node.name} has a body of {length} lines, guide {LONGEST_BODY}"
                for node, length in functions(tree_of(path))
                if length > LONGEST_BODY
            ]
    assert not offenders, "\n".join(offenders)


def test_no_file_without_a_subject() -> None:
    assert not [path for path in tracked() if re.fullmatch(r".*(utils?|helpers?|misc|common)\.(py|js)", path.name)]


# Where texts live


def is_chinese(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and bool(CHINESE.search(str(node.value)))


def is_plain(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not is_chinese(node)


def shown_constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """String constants that are neither docstrings nor titles given in both languages."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        if isinstance(node, ast.Call):
            passed.update(id(first) for first, second in pairwise(node.args) if is_chinese(first) and is_plain(second))
        if isinstance(node, ast.Dict):
            keys = [getattr(key, "value", None) for key in node.keys]
            passed.update(id(value) for key, value in zip(keys, node.values, strict=True) if key == "zh")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node


# data, not sentences of the product: code lists, made-up names, column names of source files, a character set
DATA_IN_CHINESE = (
    "model/",
    "demo/",
    "data/intake/",
    "data/crs_doctor/",
    "data/export/survey.py",  # words of a format
    "units.py",
    "render/fonts.py",
    "metrics/firm_matching.py",
)
COLUMN_NAMES = {"名称"}


def test_chinese_sentences_stand_in_the_messages() -> None:
    offenders = []
    for path in PYTHON_FILES:
        if not path.relative_to(SOURCE).as_posix().startswith(DATA_IN_CHINESE):
            found = [node for node in shown_constants(tree_of(path)) if is_chinese(node)]
            offenders += [f"{place(path, node)}: {node.value!r}" for node in found if node.value not in COLUMN_NAMES]
    for path in SOURCE.glob("render/web/*.*js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if CHINESE.search(code):
            offenders.append(path.relative_to(ROOT).as_posix())
    assert not offenders, "\n".join(offenders)


WIDGETS = re.compile(
    r"title|(sub)?header|write|markdown|caption|text|info|warning|error|success|toast|metric|.*button|checkbox|toggle"
    r"|radio|selectbox|multiselect|.*_input|slider|select_slider|expander|popover|file_uploader|segmented_control|pills"
)


def test_widgets_take_their_texts_from_the_messages() -> None:
    offenders = []
    for path in (SOURCE / "ui").rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "logger":
                continue
            first = node.args[0]
            if not (WIDGETS.fullmatch(node.func.attr) and isinstance(first, ast.Constant)):
                continue
            if isinstance(first.value, str) and re.search(r"[^\W\d_]{2}", first.value) and first.value[0] != ":":
                offenders.append(f"{place(path, node)}: {first.value!r}")
    assert not offenders, "\n".join(offenders)


# Nothing from outside


# this test, the lock file, and the table of folium's addresses with what is served in their place
MAY_NAME_ADDRESSES = {Path(__file__), ROOT / "package-lock.json", SOURCE / "render/map/assets.py"}


def test_no_machine_path_and_no_address_of_a_content_network() -> None:
    faults = {
        "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w"),
        "a content network": re.compile(r"(?:jsdelivr\.net|unpkg\.com|cdnjs\.|bootstrapcdn|googleapis\.com|gstatic)"),
    }
    offenders = [
        f"{path.relative_to(ROOT).as_posix()}: {what} ({found.group()})"
        for path in tracked()
        if path.suffix in TEXT_ENDINGS and path not in MAY_NAME_ADDRESSES
        for what, pattern in faults.items()
        if (found := pattern.search(path.read_text(encoding="utf-8")))
    ]
    assert not offenders, "\n".join(offenders)


def test_nothing_made_is_committed() -> None:
    made = [path for path in tracked() if {"node_modules", "assets", "dist", ".venv"} & set(path.parent.parts)]
    fonts = [path for path in tracked() if path.suffix in {".ttf", ".otf", ".woff2"}]
    assert made == []
    assert fonts == []


def test_licence_and_papers_are_there() -> None:
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "ARCHITECTURE.md"):
        assert (ROOT / name).is_file(), name


def test_ci_calls_the_documented_command_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        'exec python3 "$(dirname "$0")/../tasks.py" test'
    ]


# Examples in docstrings


def modules() -> list[str]:
    """Modules that can be imported without starting something."""
    found = []
    for path in PYTHON_FILES:
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        if "views" not in parts and parts[-1] not in {"__main__", "main"}:
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
