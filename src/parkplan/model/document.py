"""A document as plain records: what a report says, before it becomes Word, PDF or HTML. No input or output."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Align = Literal["left", "right"]
Tone = Literal["plain", "note", "warning"]
Ring = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a chapter. ``new_page``: it starts a page where there are pages."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a note explains, a warning must not be overlooked."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a title and what is known, in two columns."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading with the unit, its alignment, its share of the width.

    A workbook works the cells of a column with a ``formula`` out itself. In a formula ``{key}`` is the cell of the
    column ``key`` in the same row, ``{key:all}`` all cells of that column, ``{table.2.key}`` the cell of another table
    by its name and row (the first is 0), and ``{table.key:all}`` all cells of its column. ``workbook_only`` columns
    are what a formula needs and paper does not.
    """

    title: str
    align: Align = "left"
    share: float = 1.0
    summed: bool = False
    key: str = ""
    formula: str = ""
    workbook_only: bool = False


@dataclass(frozen=True, slots=True)
class Worked:
    """A cell that a workbook works out itself: the number that it has now, and its formula as in `Column`."""

    value: int | float | None
    formula: str


Written = str | int | float | None
Cell = Written | Worked


def now_in(cell: Cell) -> Written:
    """Return what stands in a cell now.

    >>> now_in(Worked(2.0, "1+1")), now_in("a")
    (2.0, 'a')
    """
    return cell.value if isinstance(cell, Worked) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A number is written with ``decimals``; None is unknown. Columns that are ``summed`` get a last row.

    ``title`` names its sheet in a workbook; ``name`` is how formulas of other tables call it. A ``workbook_only`` table
    is what formulas rest on. A ``dense`` table is set smaller on paper.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    decimals: int = 2
    total: str = ""
    title: str = ""
    name: str = ""
    workbook_only: bool = False
    dense: bool = False

    def on_paper(self) -> Table:
        """Return the table as it is read: no columns that only a workbook needs, and numbers in place of formulas.

        >>> shown = Column("a"), Column("b", workbook_only=True)
        >>> Table(shown, ((Worked(1, "2-1"), 2),)).on_paper().rows
        ((1,),)
        """
        kept = [place for place, column in enumerate(self.columns) if not column.workbook_only]
        columns = tuple(self.columns[place] for place in kept)
        rows = tuple(tuple(now_in(row[place]) for place in kept) for row in self.rows)
        return replace(self, columns=columns, rows=rows)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, value, how the value is written, and its colour."""

    label: str
    value: float
    written: str
    colour: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars from 0."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A shape in metres, east and north of the lower left corner: rings (outer and holes) or lines.

    ``title`` is shown under the pointer where there is one.
    """

    rings: tuple[Ring, ...]
    fill: str | None = None
    stroke: str | None = None
    width_mm: float = 0.2
    title: str = ""


@dataclass(frozen=True, slots=True)
class SketchLayer:
    """Shapes that are shown or hidden together; ``legend`` maps a title to a colour."""

    title: str
    outlines: tuple[Outline, ...]
    legend: tuple[tuple[str, str], ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """A map drawn from shapes, north up, in metres; layers from below to above. ``interactive`` needs a screen."""

    width_m: float
    height_m: float
    layers: tuple[SketchLayer, ...]
    caption: str = ""
    width_mm: float = 60.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PNG, with its width on paper and a description for those who cannot see it."""

    png: bytes
    description: str
    width_mm: float = 170.0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """A block for screens in place of one for paper: an interactive map instead of a picture of it."""

    screen: Sketch
    paper: Picture


@dataclass(frozen=True, slots=True)
class Beside:
    """A sketch with what is known of it next to it."""

    sketch: Sketch
    facts: Facts


Block = Heading | Paragraph | Facts | Table | Bars | Sketch | Picture | Screen | Beside


@dataclass(frozen=True, slots=True)
class Document:
    """A report: title, a line under it, running foot, and its blocks in order. ``language`` is that of the text."""

    title: str
    subtitle: str
    foot: str
    language: Literal["zh", "en"]
    blocks: tuple[Block, ...]
    synthetic: bool

    def on_paper(self) -> Document:
        """Return the document without what only a workbook needs."""
        shown = (one for one in self.blocks if not (isinstance(one, Table) and one.workbook_only))
        return replace(self, blocks=tuple(one.on_paper() if isinstance(one, Table) else one for one in shown))
