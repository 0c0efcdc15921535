"""Workbooks with formulas of our own: cells of data are never formulas, formulas never hold data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

import xlsxwriter

from parkplan.data.export.cells import plain_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and the value that it has now, for readers that do not compute."""

    text: str
    value: float


@dataclass(frozen=True, slots=True)
class BookSheet:
    """One sheet: title, headings, rows of cells, widths in characters; ``input_columns`` are tinted, to be edited."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    widths: tuple[int, ...] = ()
    input_columns: tuple[int, ...] = ()


def book_bytes(sheets: Sequence[BookSheet]) -> bytes:
    """Return a workbook."""
    sink = BytesIO()
    book = xlsxwriter.Workbook(sink, _OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"num_format": "@"}),
        "input": book.add_format({"bg_color": "#FFF6DD", "num_format": "0.000"}),
        "number": book.add_format({"num_format": "0.00##"}),
    }
    for sheet in sheets:
        _write(book.add_worksheet(sheet.title[:31]), sheet, formats)
    book.close()
    return sink.getvalue()


def _write(target: Worksheet, sheet: BookSheet, formats: dict[str, Format]) -> None:
    target.freeze_panes(1, 1)
    for place, heading in enumerate(sheet.headings):
        width = sheet.widths[place] if place < len(sheet.widths) else 14
        target.set_column(place, place, width)
        target.write_string(0, place, heading, formats["head"])
    for row, cells in enumerate(sheet.rows, start=1):
        for place, cell in enumerate(cells):
            _cell(target, (row, place), cell, formats, tinted=place in sheet.input_columns)


def _cell(target: Worksheet, at: tuple[int, int], cell: object, formats: dict[str, Format], *, tinted: bool) -> None:
    row, place = at
    if isinstance(cell, Formula):
        target.write_formula(row, place, cell.text, formats["number"], cell.value)
        return
    value = plain_value(cell)
    if value is None:
        return
    if isinstance(value, bool):
        target.write_boolean(row, place, value)
    elif isinstance(value, int | float):
        target.write_number(row, place, value, formats["input" if tinted else "number"])
    elif type(value) is dt.date:
        target.write_datetime(row, place, dt.datetime(value.year, value.month, value.day), formats["day"])
    else:
        target.write_string(row, place, str(value)[:32_767], formats["text"])
