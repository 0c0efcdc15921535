"""Text on paper: measured before it is drawn, drawn verbatim, never as boxes.

Sizes are in points, lengths in millimetres of paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypedDict, Unpack

from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties

from parkplan.render.fonts import font_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.axes import Axes
    from matplotlib.text import Text

MM_PER_POINT: Final = 25.4 / 72.0
NO_GLYPH: Final = "〓"  # the printers' sign for a missing sort
INK: Final = "#1f2933"


class Place(TypedDict, total=False):
    """How a text stands at its point."""

    bold: bool
    colour: str
    ha: Literal["left", "center", "right"]
    va: Literal["center", "top", "bottom", "baseline"]
    rotation: float
    zorder: float


@dataclass(frozen=True, slots=True)
class Face:
    """A font as a table of widths: the advance of each character in units of the font size."""

    advances: Mapping[int, float]
    properties: FontProperties


@cache
def face(*, bold: bool = False) -> Face:
    """Return the font of the product in one weight."""
    path = font_path(bold=bold)
    with TTFont(path, lazy=True) as font:
        per_em = float(font["head"].unitsPerEm)
        metrics = font["hmtx"].metrics
        advances = {code: metrics[name][0] / per_em for code, name in font.getBestCmap().items()}
    return Face(advances, FontProperties(fname=path))


@lru_cache(maxsize=20_000)
def printable(text: str) -> str:
    """Return a text in one line; characters that the font lacks become the sign for a missing sort.

    >>> printable("$x$ {{7*7}}")
    '$x$ {{7*7}}'
    """
    known = face().advances
    line = " ".join(text.split())
    return "".join(sign if ord(sign) in known else NO_GLYPH for sign in line)


def width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text stands on paper."""
    advances = face(bold=bold).advances
    return sum(advances.get(ord(sign), 1.0) for sign in text) * size * MM_PER_POINT


def wrapped(text: str, size: float, widest_mm: float, *, bold: bool = False, lines: int = 2) -> list[str]:
    """Break a text into lines that fit a width; what does not fit the last line ends in an ellipsis."""
    rest = printable(text)
    found: list[str] = []
    while rest and len(found) < lines - 1 and width_mm(rest, size, bold=bold) > widest_mm:
        end = _fitting(rest, size, widest_mm, bold=bold)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if width_mm(rest, size, bold=bold) > widest_mm:
        room = widest_mm - width_mm("…", size, bold=bold)
        rest = f"{rest[: _fitting(rest, size, room, bold=bold, whole_words=False)].rstrip()}…"
    return [*found, rest]


def write(axes: Axes, x: float, y: float, text: str, size: float, **place: Unpack[Place]) -> Text:
    """Draw a text at a point, exactly as it is written."""
    return axes.text(
        x,
        y,
        printable(text),
        fontsize=size,
        fontproperties=_sized(size, place.get("bold", False)),
        color=place.get("colour", INK),
        ha=place.get("ha", "left"),
        va=place.get("va", "center"),
        rotation=place.get("rotation", 0.0),
        rotation_mode="anchor",
        zorder=place.get("zorder", 10.0),
        parse_math=False,
    )


def _sized(size: float, bold: bool) -> FontProperties:
    properties = face(bold=bold).properties.copy()
    properties.set_size(size)
    return properties


def _fitting(text: str, size: float, widest_mm: float, *, bold: bool, whole_words: bool = True) -> int:
    """Return how many characters fit, at least one; Latin words are not broken where a blank is near."""
    end = sum(1 for width in _running(text, size, bold=bold) if width <= widest_mm)
    end = max(end, 1)
    blank = text.rfind(" ", 0, end + 1)
    inside_word = text[end - 1 : end + 1].isascii() and " " not in text[end - 1 : end + 1]
    return blank if whole_words and inside_word and blank > 0 else end


def _running(text: str, size: float, *, bold: bool) -> Iterator[float]:
    total = 0.0
    for sign in text:
        total += width_mm(sign, size, bold=bold)
        yield total
