"""A document for Word."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from parkplan.i18n import message
from parkplan.model.document import Bars, Facts, Heading, Paragraph, Picture, Screen, Sketch, Table
from parkplan.render.document.cells import clean, written_rows
from parkplan.render.document.drawing import BARS_MM, bars_png, sketch_png

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

    from parkplan.model.document import Block, Document

FONT: Final = "Noto Sans SC"
FAR_EAST: Final = "Microsoft YaHei"
TEXT_MM: Final = 170.0
WIDE: Final = 8
"""Tables of more columns are set smaller."""
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
    foot.add_run(f"{clean(document.foot)}    ")
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
    for name, size in (("Normal", 10), ("Title", 22), ("Subtitle", 11), ("Heading 1", 15), ("Heading 2", 12)):
        style: Any = word.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        properties = style.element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), FAR_EAST)
        if name != "Normal":
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


def _paragraph(word: WordDocument, block: Paragraph) -> None:
    run = word.add_paragraph().add_run(clean(block.text))
    if block.tone in COLOURS:
        run.font.color.rgb = COLOURS[block.tone]
        run.font.size = Pt(9) if block.tone == "note" else None
        run.font.bold = block.tone == "warning"


def _table(word: WordDocument, table: Table) -> None:
    if table.caption:
        word.add_paragraph(clean(table.caption), style="Caption")
    if not table.rows:
        word.add_paragraph(message("report.no_rows"))
        return
    rows = [[clean(column.title) for column in table.columns], *written_rows(table)]
    right = frozenset(place for place, column in enumerate(table.columns) if column.align == "right")
    _grid(word, rows, [column.share for column in table.columns], heading=True, right=right)


def _grid(
    word: WordDocument,
    rows: list[list[str]],
    shares: list[float],
    *,
    heading: bool,
    right: frozenset[int] = frozenset(),
) -> None:
    grid = word.add_table(rows=len(rows), cols=len(shares), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    size = Pt(7) if len(shares) > WIDE else Pt(8.5)
    widths = [Mm(TEXT_MM * share / sum(shares)) for share in shares]
    for number, (line, texts) in enumerate(zip(grid.rows, rows, strict=True)):
        for place, (cell, text) in enumerate(zip(line.cells, texts, strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size, run.font.bold = size, (heading and number == 0) or (not heading and place == 0)
            if place in right and number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if heading:
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    word.add_paragraph().paragraph_format.space_after = Pt(2)


def _picture(word: WordDocument, png: bytes, width_mm: float, description: str, caption: str) -> None:
    shown = word.add_picture(io.BytesIO(png), width=Mm(min(width_mm, TEXT_MM)))
    shown._inline.docPr.set("descr", clean(description))
    if caption:
        word.add_paragraph(clean(caption), style="Caption")
