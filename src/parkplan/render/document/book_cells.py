"""Tables as cells of a workbook: numbers with their format, formulas that point at other cells, sums below."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from parkplan.i18n import message
from parkplan.model.document import Worked, now_in
from parkplan.render.document.cells import cell_text, clean, total_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from parkplan.model.document import Cell, Column, Table

NAME_LENGTH: Final = 31
CELL_LENGTH: Final = 32_767
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_REFERENCE: Final = re.compile(r"\{([^{}]+)\}")


def sheet_name(wanted: str, used: set[str]) -> str:
    """Return a free name for a sheet, without the signs that none may have.

    >>> taken = set()
    >>> sheet_name("a/b", taken), sheet_name("A_B", taken)
    ('a_b', 'A_B 2')
    """
    plain = _NO_NAME.sub("_", clean(wanted)).strip() or "_"
    name, number = plain[:NAME_LENGTH], 1
    while name.lower() in used:
        number += 1
        end = f" {number}"
        name = plain[: NAME_LENGTH - len(end)] + end
    used.add(name.lower())
    return name


def fitted(table: Table) -> list[float]:
    """Return the width of each column in characters: all of its numbers, and its title and most of its texts."""
    found = []
    for place, column in enumerate(table.columns):
        cells = [now_in(row[place]) for row in table.rows]
        sums = total_row(table)
        numbers = [cell_text(cell, table.decimals) for cell in (*cells, *sums[place : place + 1]) if _is_number(cell)]
        texts = [cell for cell in cells if isinstance(cell, str)]
        text = max(map(_wide, texts), default=8) + 2
        number = max(map(_wide, numbers), default=8) + 2
        found.append(float(max(10, number, min(max(min(_wide(column.title), 24) + 3, text), 48))))
    return found


def lines_of(table: Table, widths: Sequence[float]) -> Iterator[int]:
    """Return how many lines the texts of each row take in columns of these widths."""
    for row in table.rows:
        texts = ((str(now_in(cell)), width) for cell, width in zip(row, widths, strict=True) if isinstance(cell, str))
        yield max((sum(_broken(line, width) for line in text.split("\n")) for text, width in texts), default=1)


def _broken(line: str, width: float) -> int:
    return max(math.ceil(_wide(line) / max(width - 2, 1)), 1)


def _wide(text: str) -> int:
    return max((sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in text.split("\n")), default=0)


class Formats:
    """How cells look."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        def made(**said: Any) -> Format:  # noqa: ANN401  # names and values of xlsxwriter
            return book.add_format({"valign": "top", **said})

        self.title = made(bold=True, font_size=16, font_color="#124258")
        self.heading = made(bold=True, font_size=12, font_color="#124258")
        self.head, self.number_head = (
            made(bold=True, text_wrap=True, **align, bg_color="#E8EEF4", border=1, border_color="#C9D3DA")
            for align in ({"align": "left", "indent": 1}, {"align": "right"})
        )
        self.plain = made(text_wrap=True, num_format="@", align="left", indent=1)
        self.note = made(text_wrap=True, num_format="@", font_color="#5B6770", italic=True)
        self.remark = made(num_format="@", font_color="#5B6770", italic=True)
        self.warning = made(text_wrap=True, num_format="@", font_color="#A12A12", bold=True)
        self.unknown = {
            align: made(font_color="#5B6770", italic=True, align=align, num_format="@") for align in ("left", "right")
        }
        self.total = made(bold=True, top=1, num_format="@")
        self._made, self._numbers = made, dict[tuple[int, bool], Any]()

    def number(self, decimals: int, *, total: bool = False) -> Format:
        """Return the format of a number with thousands separators."""
        if (decimals, total) not in self._numbers:
            form = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._numbers[decimals, total] = self._made(num_format=form, **({"bold": True, "top": 1} if total else {}))
        return self._numbers[decimals, total]


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """Where a table stands: its sheet, the row of its heading, its columns by key, and its number of rows."""

    sheet: str
    head: int
    columns: dict[str, int]
    rows: int

    def cell(self, row: int, key: str) -> str:
        """Return a cell of the table as any sheet calls it."""
        return f"'{self.sheet}'!{xl_rowcol_to_cell(self.head + 1 + row, self.columns[key], True, True)}"

    def column(self, key: str, *, own: bool = True) -> str:
        """Return all cells of a column, as its own sheet calls them, or as any other does."""
        letter, first = xl_col_to_name(self.columns[key], True), self.head + 2
        cells = f"{letter}${first}:{letter}${first + max(self.rows, 1) - 1}"
        return cells if own else f"'{self.sheet}'!{cells}"


class TableWriter:
    """Writes tables, and knows where those with a name stand."""

    def __init__(self, formats: Formats, placed: dict[str, PlacedTable]) -> None:
        self.formats, self._placed = formats, placed

    def place(self, table: Table, sheet: str, head: int) -> PlacedTable:
        """Say where a table stands."""
        keys = {column.key or str(place): place for place, column in enumerate(table.columns)}
        found = PlacedTable(sheet, head, keys, len(table.rows))
        if table.name:
            self._placed[table.name] = found
        return found

    def write(self, page: Worksheet, table: Table, sheet: str, head: int) -> int:
        """Write a table with its heading in a row, and return the first free row."""
        here = self.place(table, sheet, head)
        for place, column in enumerate(table.columns):
            form = self.formats.number_head if column.align == "right" else self.formats.head
            page.write_string(head, place, clean(column.title), form)
        if not table.rows:
            page.write_string(head + 1, 0, message("report.no_rows"), self.formats.note)
            return head + 2
        for number, row in enumerate(table.rows, start=head + 1):
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                form = self.formats.number(0 if isinstance(now_in(cell), int) else table.decimals)
                self._cell(page, (number, place), cell, column, (here, form))
        end = head + 1 + len(table.rows)
        return self._sums(page, table, here) if total_row(table) else end

    def _cell(
        self, page: Worksheet, at: tuple[int, int], cell: Cell, column: Column, of: tuple[PlacedTable, Format]
    ) -> None:
        (here, form), now = of, now_in(cell)
        formula = cell.formula if isinstance(cell, Worked) else column.formula
        if formula and _is_number(now):
            page.write_formula(*at, self._formula(formula, at[0], here), form, now)
        elif _is_number(now):
            page.write_number(*at, now, form)
        elif isinstance(now, str):
            page.write_string(*at, clean(now)[:CELL_LENGTH], self.formats.plain)
        else:
            page.write_string(*at, message("report.unknown"), self.formats.unknown[column.align])

    def _formula(self, template: str, row: int, here: PlacedTable) -> str:
        def told(reference: str) -> str:
            *where, key = reference.removesuffix(":all").split(".")
            table = self._placed[where[0]] if where else here
            if reference.endswith(":all"):
                return table.column(key, own=table is here)
            return table.cell(int(where[1]), key) if where else xl_rowcol_to_cell(row, here.columns[key])

        return "=" + _REFERENCE.sub(lambda found: told(found[1]), template)

    def _sums(self, page: Worksheet, table: Table, here: PlacedTable) -> int:
        """Write the row of sums as formulas; what is unknown is text and does not count."""
        row = here.head + 1 + len(table.rows)
        for place, cell in enumerate(total_row(table)):
            if isinstance(cell, str):
                page.write_string(row, place, clean(cell), self.formats.total)
            elif cell is not None:
                key = table.columns[place].key or str(place)
                # SUBTOTAL follows the filter: what a reader picks out is what is summed
                form = self.formats.number(0 if isinstance(cell, int) else table.decimals, total=True)
                page.write_formula(row, place, f"=SUBTOTAL(109,{here.column(key)})", form, cell)
            else:
                page.write_blank(row, place, None, self.formats.total)
        return row + 1


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)
