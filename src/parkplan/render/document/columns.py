"""How wide the columns of a table are, so that no word of it is broken where that can be helped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from parkplan.render.document.faces import BOLD, registered

if TYPE_CHECKING:
    from collections.abc import Sequence

PADDING_MM: Final = 4.2
"""What a cell keeps free of text, left and right together; Word keeps 1.9 mm on each side."""
SMALLEST_PT: Final = 5.5
STEP_PT: Final = 0.5
LONGEST: Final = 0.3
"""A word that asks for more than this share of the table is broken: a column of one long code does not take all."""
_UNBROKEN: Final = re.compile(r"\d{4}\u5e74\d{1,2}\u6708\d{1,2}\u65e5|[^\s\u2e80-\u9fff\uff00-\uffef]+")
"""What stays on one line: a Chinese date, and what has no space in it; other Chinese breaks between any two signs."""


def fitted(
    rows: Sequence[Sequence[str]], shares: Sequence[float], width_mm: float, size_pt: float, *, slack: float = 1.0
) -> tuple[list[float], float]:
    """Return the widths of the columns in millimetres, and the size of the letters in points.

    Columns get their shares of the width; one whose longest word needs more takes it from those with room to spare.
    Where all words together are too wide, the letters get smaller, down to :data:`SMALLEST_PT`; then words break.
    ``slack`` says how many times as wide as ours the letters of the reader may be.

    >>> widths, size = fitted([["Unemployment", "a"]], [1.0, 9.0], 100.0, 8.0)
    >>> widths[0] > 10.0, round(sum(widths), 6), size
    (True, 100.0, 8.0)
    """
    needs = [_needed(column, slack * size_pt, width_mm) for column in zip(*rows, strict=True)]
    if sum(needs) > width_mm:
        if size_pt - STEP_PT >= SMALLEST_PT:
            return fitted(rows, shares, width_mm, size_pt - STEP_PT, slack=slack)
        return [width_mm * need / sum(needs) for need in needs], size_pt
    return _shared(needs, shares, width_mm), size_pt


def _needed(texts: Sequence[str], size_pt: float, width_mm: float) -> float:
    """The width of the longest word of a column, set in bold, with the padding of its cell."""
    registered()
    words = {word for text in texts for word in _UNBROKEN.findall(text)}
    longest = max((stringWidth(word, BOLD, size_pt) / mm for word in words), default=0.0)
    return min(longest, LONGEST * width_mm) + PADDING_MM


def _shared(needs: Sequence[float], shares: Sequence[float], width_mm: float) -> list[float]:
    """Widths by share, none below its need: columns whose share is too small get their need, the others the rest."""
    narrow: set[int] = set()
    while True:
        left_mm = width_mm - sum(needs[place] for place in narrow)
        whole = sum(share for place, share in enumerate(shares) if place not in narrow)
        widths = [needs[place] if place in narrow else left_mm * share / whole for place, share in enumerate(shares)]
        short = {place for place, width in enumerate(widths) if place not in narrow and width < needs[place]}
        if not short:
            return widths
        narrow |= short
