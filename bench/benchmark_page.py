"""The page of benchmarks in the docs, on which each script keeps a section of its own."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"


def put(section: str, *, before: str = "") -> None:
    """Put a section in its place: its first and last line are the marks between which the one before it stands.

    A new section goes before a mark that is named, else to the end of the page.
    """
    section = section.strip()
    start, *_, end = section.splitlines()
    text = PAGE.read_text(encoding="utf-8")
    head, found, rest = text.partition(start)
    if found:
        _, _, tail = rest.partition(end)
    elif before:
        head, _, tail = text.partition(before)
        tail = before + tail
    else:
        tail = ""
    PAGE.write_text(f"{head.rstrip()}\n\n{section}\n\n{tail.strip()}".rstrip() + "\n", encoding="utf-8")
