"""A document for Word."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from parkplan.i18n import message
from parkplan.model.document import Bars, Beside, Facts, Heading, Paragraph, Picture, Screen, Sketch, Table
from parkplan.render.document.cells import clean, written_rows
from parkplan.render.document.columns import fitted
from parkplan.render.document.drawing import BARS_MM, bars_png, sketch_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell as WordCell
    from docx.text.paragraph import Paragraph as WordParagraph

    from parkplan.model.document import Block, Document

FONT: Final = "Microsoft YaHei"
HEAD: Final = "E8EEF4"
GRID: Final = "C9D3DA"
SIZES: Final = {
    "Normal": 10, "Title": 22, "Subtitle": 11, "Heading 1": 15, "Heading 2": 12, "Heading 3": 10.5, "Caption": 8.5,
}  # fmt: skip
TEXT_MM: Final = 170.0
WIDE: Final = 8
"""Tables of more columns are set smaller."""
SLACK: Final = 1.25
"""A reader without the font named here sees another one, and some are wider."""
COLOURS: Final = {"note": RGBColor(0x5B, 0x67, 0x70), "warning": RGBColor(0xA1, 0x2A, 0x12)}


def written(document: Document) -> bytes:
    """Return the bytes of a .docx file."""
    word = docx.Document()
    _page(word, document)
    _styles(word)
    word.add_paragraph(clean(document.title), style="Title")
    word.add_paragraph(clean(document.subtitle), style="Subtitle")
    for block in document.blocks:
        _add(word, block)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = clean(document.title), "parkplan", clean(document.foot)
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _page(word: WordDocument, document: Document) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(18), Mm(18)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{clean(document.foot)}\t").font.size = Pt(7.5)
    _page_number(foot)


def _page_number(paragraph: WordParagraph) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _styles(word: WordDocument) -> None:
    for name, size in SIZES.items():
        style: Any = word.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:eastAsia"), FONT)
        if name == "Caption":
            style.font.color.rgb, style.font.bold = COLOURS["note"], True
        elif name != "Normal":
            style.font.color.rgb = RGBColor(0x12, 0x42, 0x58)


def _add(word: WordDocument, block: Block) -> None:
    match block:
        case Heading():
            word.add_heading(
                clean(block.text), level=min(block.level, 2)
            ).paragraph_format.page_break_before = block.new_page
        case Paragraph():
            _paragraph(word, block)
        case Facts():
            _grid(word, [[clean(text) for text in pair] for pair in block.pairs], [1.0, 2.0], heading=False)
        case Table():
            _table(word, block)
        case Bars():
            word.add_paragraph(clean(block.title), style="Heading 3")
            _picture(word, bars_png(block), BARS_MM, block.title, "")
        case Sketch():
            _picture(word, sketch_png(block), block.width_mm, block.caption, block.caption)
        case Picture():
            _picture(word, block.png, block.width_mm, block.description, block.caption)
        case Screen():
            _add(word, block.paper)
        case Beside():
            _beside(word, block)


def _paragraph(word: WordDocument, block: Paragraph) -> None:
    run = word.add_paragraph().add_run(clean(block.text))
    if block.tone in COLOURS:
        run.font.color.rgb = COLOURS[block.tone]
        run.font.size = Pt(9) if block.tone == "note" else None
        run.font.bold = block.tone == "warning"


def _table(word: WordDocument, table: Table) -> None:
    if table.caption:
        word.add_paragraph(clean(table.caption), style="Caption").paragraph_format.keep_with_next = True
    if not table.rows:
        word.add_paragraph(message("report.no_rows"))
        return
    rows = [[clean(column.title) for column in table.columns], *written_rows(table)]
    right = frozenset(place for place, column in enumerate(table.columns) if column.align == "right")
    _grid(word, rows, [column.share for column in table.columns], heading=True, right=right, dense=table.dense)


def _grid(
    word: WordDocument,
    rows: list[list[str]],
    shares: list[float],
    *,
    heading: bool,
    right: frozenset[int] = frozenset(),
    dense: bool = False,
) -> None:
    grid = word.add_table(rows=len(rows), cols=len(shares), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths_mm, size = fitted(rows, shares, TEXT_MM, 7 if dense or len(shares) > WIDE else 8.5, slack=SLACK)
    _fill(grid, rows, widths_mm, size, heading=heading, right=right)
    if heading:
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    word.add_paragraph().paragraph_format.space_after = Pt(2)


def _fill(
    grid: WordTable,
    rows: list[list[str]],
    widths_mm: Sequence[float],
    size: float,
    *,
    heading: bool,
    right: frozenset[int] = frozenset(),
) -> None:
    """Write texts into the cells of a table; the heading, or else the first column, is bold."""
    grid.autofit, grid.style = False, "Table Grid"
    _lined(grid)
    widths = [Mm(width) for width in widths_mm]
    for place, width in enumerate(widths):
        grid.columns[place].width = width
    for number, (line, texts) in enumerate(zip(grid.rows, rows, strict=True)):
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for place, (cell, text) in enumerate(zip(line.cells, texts, strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run, strong = paragraph.add_run(text), number == 0 if heading else place == 0
            run.font.size, run.font.bold = Pt(size), strong
            if strong:
                _shaded(cell)
            if place in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _lined(grid: WordTable) -> None:
    """Give a table thin light lines."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", GRID)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    grid._tbl.tblPr.append(borders)


def _shaded(cell: WordCell) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", HEAD)):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _beside(word: WordDocument, block: Beside) -> None:
    """Put a sketch left of its facts: a table of two cells without lines, the right one with a table of its own."""
    frame = word.add_table(rows=1, cols=2)
    frame.autofit = False
    right_mm = TEXT_MM - block.sketch.width_mm - 4
    widths = Mm(TEXT_MM - right_mm), Mm(right_mm)
    for column, width in zip(frame.columns, widths, strict=True):
        column.width = width
    left, right = frame.rows[0].cells
    left.width, right.width = widths
    shown = left.paragraphs[0].add_run().add_picture(io.BytesIO(sketch_png(block.sketch)), Mm(block.sketch.width_mm))
    shown._inline.docPr.set("descr", clean(block.sketch.caption))
    left.add_paragraph(clean(block.sketch.caption), style="Caption")
    pairs = [[clean(text) for text in pair] for pair in block.facts.pairs]
    _fill(
        right.add_table(len(pairs), 2),
        pairs,
        *fitted(pairs, (2.0, 3.0), 0.95 * right_mm, 8.5, slack=SLACK),
        heading=False,
    )
    right.paragraphs[0].paragraph_format.space_after = Pt(0)
    word.add_paragraph().paragraph_format.space_after = Pt(2)


def _picture(word: WordDocument, png: bytes, width_mm: float, description: str, caption: str) -> None:
    shown = word.add_picture(io.BytesIO(png), width=Mm(min(width_mm, TEXT_MM)))
    shown._inline.docPr.set("descr", clean(description))
    if caption:
        word.add_paragraph(clean(caption), style="Caption")
