"""Workbooks: one sheet per table, text as text, a frozen heading with units, and a sheet that explains the columns."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

import xlsxwriter

from parkplan._errors import RequestError
from parkplan.data.export import losses
from parkplan.data.export.cells import plain_value
from parkplan.data.export.losses import EXACT_INTEGER, FIRST_SHEET_DAY
from parkplan.data.export.part import unit_symbol
from parkplan.i18n import current_language, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from parkplan.data.export.losses import Loss
    from parkplan.data.export.part import Part

MOST_ROWS: Final = 1_048_575
LONGEST_TEXT: Final = 32_767
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(parts: Sequence[Part], path: Path) -> None:
    """Write the attributes of tables, without geometry.

    Raises:
        RequestError: a table has more rows, or a text more characters, than a workbook can hold.
    """
    for part in parts:
        if len(part.frame) > MOST_ROWS:
            raise RequestError("output_rows", table=part.name, rows=len(part.frame), most=MOST_ROWS)
    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    try:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
        formats = {
            "head": head,
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "text": book.add_format({"num_format": "@"}),
        }
        used: set[str] = set()
        for part in parts:
            _write_rows(book.add_worksheet(_sheet_name(part, used)), part, formats)
        _write_columns(book.add_worksheet(_free_name(message("export.columns_sheet"), used)), parts, head)
    finally:
        book.close()


def xlsx_losses(part: Part) -> Iterator[Loss]:
    """Tell what a workbook does not keep of a table."""
    if not part.placeless:
        yield losses.loss(part.name, "geometry_dropped")
    yield from losses.counted(part, "empty_text", losses.empty_texts)
    yield from losses.counted(part, "moments_as_text", losses.moments)
    yield from losses.counted(part, "early_days_as_text", losses.early_days)
    yield from losses.counted(part, "integers_as_text", lambda values: losses.wide_integers(values, EXACT_INTEGER))
    yield from losses.counted(part, "numbers_rounded", lambda values: losses.rounded_numbers(values, "{:.16G}".format))


def _sheet_name(part: Part, used: set[str]) -> str:
    return _free_name(re.sub(r"[\[\]:*?/\\\x00-\x1f']", "_", part.title())[:28] or "_", used)


def _free_name(wanted: str, used: set[str]) -> str:
    name, number = wanted, 1
    while name.lower() in used:
        number += 1
        name = f"{wanted[:28]}_{number}"
    used.add(name.lower())
    return name


def _write_rows(sheet: Worksheet, part: Part, formats: dict[str, Format]) -> None:
    names = part.attributes
    chosen = current_language()
    sheet.freeze_panes(1, 1)
    for index, name in enumerate(names):
        heading = part.heading(name, chosen)
        sheet.set_column(index, index, min(max(10, 2 * len(heading)), 32))
        sheet.write_string(0, index, heading, formats["head"])
    columns = [part.frame[name] for name in names]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for index, value in enumerate(values):
            _write_cell(sheet, row, index, plain_value(value), formats)
    if names:
        sheet.autofilter(0, 0, len(part.frame), len(names) - 1)


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, formats: dict[str, Format]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) <= EXACT_INTEGER):
        sheet.write_number(row, column, value)
    elif type(value) is dt.date and value >= FIRST_SHEET_DAY:
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), formats["day"])
    else:
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
        if len(text) > LONGEST_TEXT:
            raise RequestError("output_text", row=row, column=column + 1, most=LONGEST_TEXT)
        sheet.write_string(row, column, text, formats["text"])


def _write_columns(sheet: Worksheet, parts: Sequence[Part], head: Format) -> None:
    heads = ("columns_table", "columns_name", "columns_title", "columns_unit", "columns_codes")
    for index, key in enumerate(heads):
        sheet.write_string(0, index, message(f"export.{key}"), head)
        sheet.set_column(index, index, 24 if index < 4 else 80)
    sheet.freeze_panes(1, 0)
    lines: list[tuple[str, ...]] = []
    for part in parts:
        for name in part.attributes:
            column = part.column(name)
            codes = {} if column is None or column.codes is None else column.codes
            listed = "; ".join(f"{code} = {title}" for code, title in codes.items())
            title, unit = ("", "") if column is None else (str(column.title), str(unit_symbol(column)))
            lines.append((part.title(), name, title, unit, listed))
    lines.extend((part.title(), sentence) for part in parts for sentence in part.origin.sentences())
    for row, line in enumerate(lines, start=1):
        for index, text in enumerate(line):
            sheet.write_string(row, index, text[:LONGEST_TEXT])
