"""Tables on a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def width(text: str) -> int:
    """Return how many columns a text takes.

    >>> width("地块 a")
    6
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def visible(text: str) -> str:
    r"""Return a text from a file with its control characters shown, so that it cannot steer the terminal.

    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def grid(rows: Sequence[Sequence[object]], right: frozenset[int] = frozenset()) -> list[str]:
    """Return rows as aligned lines; the columns in ``right`` are aligned to the right.

    >>> grid([("表", "行数"), ("parcels", 12)], frozenset({1}))
    ['表       行数', 'parcels    12']
    """
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    widths = [max(width(row[index]) for row in cells) for index in range(len(cells[0]))]
    lines = []
    for row in cells:
        padded = [
            " " * (widths[index] - width(cell)) + cell if index in right else cell + " " * (widths[index] - width(cell))
            for index, cell in enumerate(row)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines
