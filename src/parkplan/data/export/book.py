"""Workbooks with formulas of our own: cells of data are never formulas, formulas never hold data."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import xlsxwriter

from parkplan._errors import RequestError
from parkplan.data.export.cells import plain_value
from parkplan.data.export.delimited import cell_text
from parkplan.data.files import made_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BOOK_ENDINGS: Final = (".xlsx", ".csv")
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
    sink = io.BytesIO()
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


def write_book(sheets: Sequence[BookSheet], path: Path) -> None:
    """Write a workbook, or the first sheet as CSV, as the ending says.

    Raises:
        RequestError: the ending is another one.
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    ending = path.suffix.lower()
    if ending not in BOOK_ENDINGS:
        raise RequestError("output_ending", path=path, known=" ".join(BOOK_ENDINGS))
    content = book_bytes(sheets) if ending == ".xlsx" else _csv_bytes(sheets[0])
    with made_whole(path) as temporary:
        temporary.write_bytes(content)


def _csv_bytes(sheet: BookSheet) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(sheet.headings)
    writer.writerows([cell_text(cell) for cell in row] for row in sheet.rows)
    return stream.getvalue().encode("utf-8-sig")


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
