"""Where a table begins: title lines above the heading, headings of two rows, units in a row of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS_LOOKED_AT: Final = 15
_NUMBER: Final = re.compile(r"^[-+]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?%?$|^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_UNIT: Final = re.compile(r"^[(（\[].{1,12}[)）\]]$")
_ENOUGH: Final = 0.6


@dataclass(frozen=True, slots=True)
class Heading:
    """The names of the columns, and how many rows stand before the first row of data."""

    names: tuple[str, ...]
    rows: int
    titles: int


def find_heading(rows: Sequence[Sequence[str]]) -> Heading:
    """Find the heading among the first rows of a table.

    >>> find_heading([["a", "b"], ["1", "2"]])
    Heading(names=('a', 'b'), rows=1, titles=0)
    >>> find_heading([["Survey", "", ""], ["no", "area", ""], ["", "mu", "m2"], ["1", "2", "3"]])
    Heading(names=('no', 'mu', 'm2'), rows=3, titles=1)
    >>> find_heading([["who", "", "", "how", ""], ["no", "name", "plot", "tax", "staff"], ["1", "a", "p", "3", "4"]])
    Heading(names=('no', 'name', 'plot', 'tax', 'staff'), rows=2, titles=0)
    """
    if not rows:
        return Heading((), 0, 0)
    width = max(len(row) for row in rows)
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widest = max(filled)
    usual = [position for position, count in enumerate(filled) if count >= 2 and count >= _ENOUGH * widest]
    start = next((position for position in usual if not _has_numbers(rows[position])), usual[0] if usual else 0)
    if start and _groups(_wide(rows[start - 1], width), _wide(rows[start], width), rows[start + 1 :]):
        above = _wide(rows[start - 1], width)
        return Heading(_joined(above, _wide(rows[start], width)), start + 1, start - 1)
    start = 0 if _one_line_is_enough(filled, start) else start
    first = _wide(rows[start], width)
    second = _wide(rows[start + 1], width) if start + 1 < len(rows) else []
    if second and _second_row(first, second, rows[start + 2 :]):
        return Heading(_joined(first, second), start + 2, start)
    return Heading(tuple(cell.strip() for cell in first), start + 1, start)


def _one_line_is_enough(filled: Sequence[int], start: int) -> bool:
    """Only lines with one cell or none are titles; where others stand above, the first line is the heading."""
    return any(count > 1 for count in filled[:start])


def _groups(first: list[str], second: list[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row groups the columns that the second names: merged cells over a row without numbers."""
    told = [place for place, cell in enumerate(first) if cell.strip()]
    gaps = [place for place in range(told[-1]) if not first[place].strip()] if len(told) > 1 else []
    if not gaps or _has_numbers(first) or any(_NUMBER.match(cell.strip()) for cell in second):
        return False
    named = [place for place, cell in enumerate(second) if cell.strip()]
    return set(told) <= set(named) and any(
        below and all(_NUMBER.match(_wide(row, len(second))[place].strip()) for row in below) for place in named
    )


def _wide(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


def _has_numbers(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return sum(1 for cell in cells if _NUMBER.match(cell)) > 0.3 * len(cells)


def _second_row(first: list[str], second: list[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a second row belongs to the heading: it fills what the first leaves open, and has no numbers."""
    cells = [cell.strip() for cell in second if cell.strip()]
    if not cells or any(_NUMBER.match(cell) for cell in cells):
        return False
    if all(_UNIT.match(cell) for cell in cells):
        return True
    gaps = [place for place, cell in enumerate(first) if not cell.strip()]
    merged = any(second[place].strip() for place in gaps) and any(
        not second[place].strip() for place, cell in enumerate(first) if cell.strip()
    )
    told = [place for place, cell in enumerate(second) if cell.strip()]
    return merged and any(_NUMBER.match(_wide(row, len(first))[place].strip()) for row in below for place in told)


def _joined(first: list[str], second: list[str]) -> tuple[str, ...]:
    """Name each column by its lower heading; by both where the lower one stands under several upper ones."""
    lower = [cell.strip() for cell in second]
    names, above = [], ""
    for upper, under in zip((cell.strip() for cell in first), lower, strict=True):
        above = upper or above
        if not under:
            names.append(upper)
        elif _UNIT.match(under):
            names.append(f"{upper or above}{under}")
        else:
            names.append(under if lower.count(under) == 1 else f"{above}_{under}")
    return tuple(names)
