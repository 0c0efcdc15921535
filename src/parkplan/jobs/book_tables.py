"""Frames of results as tables of a workbook: headings with units, units of display, codes in words, live formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import parkplan
from parkplan.i18n import current_language, message
from parkplan.model.document import Column, Document, Paragraph, Table
from parkplan.render.document import document_bytes
from parkplan.units import UNITS, day, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from parkplan.i18n import Language, Text
    from parkplan.model.columns import Column as DataColumn
    from parkplan.model.document import Block, Written

BOOK = ".xlsx"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a frame in a workbook.

    Attributes:
        name: of the column; formulas call it so.
        title: its heading, without the unit.
        unit: a key of `parkplan.units.UNITS` in which a number that is kept in SI is shown; as it is without one.
        summed: whether a last row has its sum.
        formula: how a workbook works it out, see `parkplan.model.document.Column`.
        write: makes of a value what stands in the cell.

    """

    name: str
    title: str
    unit: str = ""
    summed: bool = False
    formula: str = ""
    write: Callable[[Any], Written] | None = None

    @property
    def heading(self) -> str:
        """The title with the unit."""
        symbol = UNITS[self.unit].symbol.to() if self.unit else ""
        return with_unit(self.title, symbol)

    def cell(self, value: object) -> Written:
        """Return what stands in a cell; what is unknown is None.

        >>> Field("area_m2", "Area", "hectare").cell(25_000.0)
        2.5
        """
        if is_unknown(value):
            return None
        plain = value.item() if hasattr(value, "item") else value
        if self.write is not None:
            return self.write(plain)
        if isinstance(plain, bool):
            return message("report.yes" if plain else "report.no")
        if isinstance(plain, int | float):
            return plain / UNITS[self.unit].si_per_unit if self.unit and UNITS[self.unit].si_per_unit != 1 else plain
        return str(plain)


def with_unit(title: str, symbol: str) -> str:
    """Return a heading with its unit in brackets, as the language writes them."""
    if not symbol:
        return title
    return f"{title} ({symbol})" if current_language() == "en" else f"{title}（{symbol}）"


def field_of(column: DataColumn, *, summed: bool = False, formula: str = "") -> Field:
    """Return a canonical column as a field: its title, the unit that it is shown in, its codes in words."""
    codes = column.codes
    write = None if codes is None else (lambda code: _in_words(codes, code))
    unit = column.shown_in or column.unit or ""
    return Field(column.name, column.title.to(), unit, summed, formula, write)


def _in_words(codes: Mapping[str, Text], code: object) -> str:
    return codes[str(code)].to() if str(code) in codes else str(code)


def frame_table(
    frame: pd.DataFrame, fields: Sequence[Field], *, title: str, name: str = "", caption: str = ""
) -> Table:
    """Return the columns of a frame that are asked for as a table; a column that the frame lacks is left out."""
    there = [field for field in fields if field.name in frame.columns]
    columns = tuple(
        Column(
            field.heading, "right" if _is_numeric(frame[field.name], field) else "left", summed=field.summed,
            key=field.name, formula=field.formula,
        )
        for field in there
    )  # fmt: skip
    cells = zip(*(map(field.cell, frame[field.name]) for field in there), strict=True)
    return Table(columns, tuple(cells), caption, title=title, name=name, total=message("report.total"))


def _is_numeric(values: pd.Series[Any], field: Field) -> bool:
    return field.write is None and values.dtype.kind in "iuf"


@dataclass(frozen=True, slots=True)
class Register:
    """A workbook of tables: its title, what a reader must know, and what stands on its sheets."""

    title: str
    notes: tuple[str, ...]
    blocks: tuple[Block, ...]
    synthetic: bool
    on: date

    def document(self, chosen: Language) -> Document:
        """Return the workbook as a document in the current language, which says where data are made up."""
        warning = [Paragraph(message("report.synthetic"), "warning")] if self.synthetic else []
        notes = [Paragraph(note, "note") for note in self.notes]
        foot = message("report.foot", title=self.title, day=day(self.on), version=parkplan.__version__)
        said = f"{message('report.synthetic')} {foot}" if self.synthetic else foot
        subtitle = message("report.subtitle", day=day(self.on))
        return Document(self.title, subtitle, said, chosen, (*warning, *notes, *self.blocks), self.synthetic)

    def content(self) -> bytes:
        """Return the bytes of the workbook in the current language."""
        return document_bytes(self.document(current_language()), BOOK)
