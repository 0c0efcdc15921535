"""Every sentence exists in both languages, takes the same values, is used, and every used one exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import yaml

import parkplan._errors
from parkplan.i18n import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src/parkplan"
ERRORS = {name for name, value in vars(parkplan._errors).items() if isinstance(value, type)}


@cache
def entries() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((SOURCE / "messages").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        found |= {f"{path.stem}.{name}": entry for name, entry in content.items()}
    return found


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_no_key_is_written_twice() -> None:
    for path in (SOURCE / "messages").glob("*.yaml"):
        keys = re.findall(r"^(\w+):", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert sorted(keys) == sorted(set(keys)), path.name


def test_both_languages_say_it_with_the_same_values() -> None:
    for key, entry in entries().items():
        assert set(entry) == set(LANGUAGES), key
        assert all(isinstance(text, str) and text.strip() for text in entry.values()), key
        assert placeholders(entry["zh"]) == placeholders(entry["en"]), key
        assert all(name.isidentifier() for name in placeholders(entry["zh"])), key


def test_english_sentences_are_english() -> None:
    # names of Chinese documents and units may stand inside quotation marks or brackets
    for key, entry in entries().items():
        bare = re.sub(r"[“《（(\"'].*?[”》）)\"']", "", entry["en"])
        assert not re.search(r"[\u3400-\u9fff]", bare), key


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Each call that names a message by a constant: place, key, call."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0].value
            if isinstance(first, str) and (name == "message" or name in ERRORS):
                key = first if name == "message" else f"errors.{first}"
                yield f"{path.relative_to(SOURCE).as_posix()}:{node.lineno}", key, node


def test_every_message_that_is_used_exists() -> None:
    missing = [f"{where}: {key}" for where, key, _ in calls() if key not in entries()]
    assert not missing, "\n".join(missing)


def test_calls_give_the_values_that_the_sentence_needs() -> None:
    faults = []
    for where, key, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        if key in entries() and None not in given and not placeholders(entries()[key]["zh"]) <= given:
            faults.append(f"{where}: {key} needs {placeholders(entries()[key]['zh'])}, gets {given}")
    assert not faults, "\n".join(faults)


def words_and_patterns() -> tuple[set[str], list[re.Pattern[str]]]:
    """All string constants of the source, and its f-strings as patterns with at least four fixed characters."""
    words: set[str] = set()
    patterns: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            if isinstance(node, ast.JoinedStr):
                fixed = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if len("".join(str(part).split(".")[-1] for part in fixed if part)) > 3:
                    patterns.add("".join(re.escape(str(part)) if part else r"\w+" for part in fixed))
    for path in SOURCE.glob("render/web/*.*js"):
        words.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    return words, [re.compile(pattern) for pattern in patterns]


def test_every_message_is_used() -> None:
    words, patterns = words_and_patterns()
    unused = []
    for key in entries():
        name = key.split(".", 1)[1]
        if not ({key, name} & words or any(pattern.fullmatch(text) for pattern in patterns for text in (key, name))):
            unused.append(key)
    assert not unused, "\n".join(unused)
