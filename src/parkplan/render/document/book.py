"""A document as a workbook: a cover, a sheet for each table and each page; sums, shares and scores are live formulas.

Text is only ever text: no cell of data becomes a formula, and formulas are ours alone.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import xlsxwriter

from parkplan.i18n import message
from parkplan.model.document import Bars, Beside, Facts, Heading, Paragraph, Picture, Screen, Sketch, Table
from parkplan.render.document.book_cells import Formats, PlacedTable, TableWriter, fitted, lines_of, sheet_name
from parkplan.render.document.cells import clean
from parkplan.render.document.drawing import sketch_png

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from parkplan.model.document import Block, Document

MADE: Final = datetime(2000, 1, 1)  # the same for every file, so that equal contents are equal bytes
PIXEL_MM: Final = 25.4 / 96
ROW_MM: Final = 20 * PIXEL_MM
MOST_ACROSS: Final = 190.0
"""Characters of a register that are legible on the width of a printed page."""
LINE_POINTS: Final = 15
COVER_WIDTHS: Final = (34, 60, 20)
PAGE_WIDTHS: Final = (44, 26, 26, 14, 14)


@dataclass(slots=True)
class _Sheet:
    """A sheet in the making: its name, its blocks, and whether it is one table from the first row on."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    register: bool = False


def written(document: Document) -> bytes:
    """Return the bytes of an .xlsx file; the same document gives the same bytes."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(
        sink,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": clean(document.title), "comments": clean(document.foot), "created": MADE})
    formats, placed = Formats(book), dict[str, PlacedTable]()
    sheets = _sheets(document)
    pages = [(sheet, book.add_worksheet(sheet.name)) for sheet in sheets]
    tables = TableWriter(formats, placed)
    for sheet, page in pages:
        _note(sheet, tables)
        page.set_footer(f"&L{_plain(document.foot)[:200]}&R&P / &N")
        page.set_paper(9)
        page.fit_to_pages(1, 0)
    for sheet, page in pages:
        if sheet.register:
            _register(sheet, page, tables)
        else:
            _Page(book, page, formats, tables).write(sheet, COVER_WIDTHS if sheet is sheets[0] else PAGE_WIDTHS)
    book.close()
    return sink.getvalue()


def _plain(text: str) -> str:
    """Return a text for the foot of a page, where ``&`` is a command."""
    return clean(text).replace("&", "&&")


def _sheets(document: Document) -> list[_Sheet]:
    """Deal the blocks out: tables and pages get sheets, all else stands on the cover, which lists them."""
    used: set[str] = set()
    cover = _Sheet(sheet_name(message("report.cover"), used))
    cover.blocks += [Heading(document.title), Paragraph(document.subtitle, "note")]
    sheets, here, paged, title = [cover], cover, False, document.title
    for block in document.blocks:
        if isinstance(block, Heading):
            title = block.text
            paged = block.new_page if block.level == 1 else paged
            here = cover
            if paged and block.level > 1:
                here = _Sheet(sheet_name(block.text, used))
                sheets.append(here)
            here.blocks.append(block)
        elif isinstance(block, Table) and here is cover:
            register = _Sheet(sheet_name(block.title or title, used), [block], register=True)
            sheets.append(register)
            cover.blocks.append(Facts(((message("report.sheet"), register.name),)))
        else:
            here.blocks.append(block)
    return sheets


def _note(sheet: _Sheet, tables: TableWriter) -> None:
    """Say where a register stands before any formula that names it is written."""
    for block in sheet.blocks if sheet.register else ():
        if isinstance(block, Table) and block.name:
            tables.place(block, sheet.name, 0)


def _register(sheet: _Sheet, page: Worksheet, tables: TableWriter) -> None:
    """Write a sheet that is one table: its heading stays in sight, each column has a filter."""
    (table,) = (block for block in sheet.blocks if isinstance(block, Table))
    end = tables.write(page, table, sheet.name, 0)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    widths = fitted(table)
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    page.fit_to_pages(math.ceil(sum(widths) / MOST_ACROSS), 0)
    page.repeat_columns(0)
    for number, lines in enumerate(lines_of(table, widths), start=1):
        if lines > 1:
            page.set_row(number, min(LINE_POINTS * lines + 3, 400))
    if table.caption:
        page.write_string(end + 1, 0, clean(table.caption), tables.formats.remark)


def _parts(block: Screen | Beside) -> tuple[Block, ...]:
    """Return what a block of several parts consists of on a sheet."""
    return (block.paper,) if isinstance(block, Screen) else (block.sketch, block.facts)


class _Page:
    """A sheet of blocks, one under the other."""

    def __init__(self, book: xlsxwriter.Workbook, page: Worksheet, formats: Formats, tables: TableWriter) -> None:
        self._book, self._page, self._formats, self._tables = book, page, formats, tables
        self._row = 0

    def write(self, sheet: _Sheet, widths: tuple[int, ...]) -> None:
        """Write the blocks; the first row, the title, stays in sight."""
        for place, width in enumerate(widths):
            self._page.set_column(place, place, width)
        self._width = len(widths)
        self._page.freeze_panes(1, 0)
        for block in sheet.blocks:
            self._block(block, sheet.name)

    def _block(self, block: Block, name: str) -> None:
        match block:
            case Heading():
                self._page.set_row(self._row, 24 if block.level == 1 else 18)
                self._line(block.text, self._formats.title if block.level == 1 else self._formats.heading)
            case Paragraph():
                self._text(block.text, getattr(self._formats, block.tone))
            case Facts():
                self._facts(block)
            case Table():
                self._row = self._tables.write(self._page, block, name, self._row) + 1
            case Bars():
                self._bars(block)
            case Sketch():
                self._picture(sketch_png(block), block.width_mm, block.caption)
            case Picture():
                self._picture(block.png, block.width_mm, block.description)
            case Screen() | Beside():
                for part in _parts(block):
                    self._block(part, name)

    def _facts(self, facts: Facts) -> None:
        for title, value in facts.pairs:
            self._page.write_string(self._row, 0, clean(title), self._formats.head)
            self._page.write_string(self._row, 1, clean(value)[:32_767], self._formats.plain)
            self._row += 1

    def _line(self, text: str, form: object) -> None:
        self._page.write_string(self._row, 0, clean(text)[:32_767], form)
        self._row += 1

    def _text(self, text: str, form: object) -> None:
        """Write a paragraph over the width of the page, as high as it needs."""
        said = clean(text)[:32_767]
        self._page.merge_range(self._row, 0, self._row, self._width - 1, "", form)
        self._page.write_string(self._row, 0, said, form)
        lines = sum(1 + sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) // 105 for line in said.split("\n"))
        self._page.set_row(self._row, min(15 * lines + 3, 400))
        self._row += 1

    def _picture(self, png: bytes, width_mm: float, description: str) -> None:
        height = int.from_bytes(png[20:24], "big") / int.from_bytes(png[16:20], "big") * width_mm
        scale = width_mm / PIXEL_MM / int.from_bytes(png[16:20], "big")
        options = {"image_data": io.BytesIO(png), "x_scale": scale, "y_scale": scale, "description": clean(description)}
        dots = self._dots(png)
        options |= {"x_scale": scale * dots / 96, "y_scale": scale * dots / 96}
        self._page.insert_image(self._row, 0, "picture.png", options)
        self._row += int(height / ROW_MM) + 2

    @staticmethod
    def _dots(png: bytes) -> float:
        """Return the dots per inch that a PNG claims, by which a spreadsheet scales it; 96 where it claims none."""
        place = png.find(b"pHYs")
        if place < 0:
            return 96.0
        return int.from_bytes(png[place + 4 : place + 8], "big") * 0.0254

    def _bars(self, bars: Bars) -> None:
        """Write the bars as cells and draw them as a chart of these cells."""
        self._line(bars.title, self._formats.heading)
        first = self._row
        for bar in bars.bars:
            self._page.write_string(self._row, 0, clean(bar.label), self._formats.plain)
            self._page.write_string(self._row, 1, clean(bar.written), self._formats.plain)
            self._page.write_number(self._row, 2, bar.value, self._formats.number(0))
            self._row += 1
        if not bars.bars:
            return
        chart = self._book.add_chart({"type": "bar"})
        name, last = self._page.get_name(), self._row - 1
        points = [{"fill": {"color": bar.colour}} for bar in bars.bars]
        chart.add_series(
            {"categories": [name, first, 0, last, 0], "values": [name, first, 2, last, 2], "points": points, "gap": 40}
        )
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        height = 60 + 24 * len(bars.bars)
        chart.set_size({"width": 640, "height": height})
        self._page.insert_chart(self._row, 0, chart)
        self._row += height // 20 + 2
