"""A document for print: PDF with the fonts of the product embedded, numbered pages, headings that repeat."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    LongTable,
    PageBreak,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as PdfParagraph

from parkplan.i18n import current_language, message
from parkplan.model.document import Bars, Beside, Facts, Heading, Paragraph, Picture, Screen, Sketch, Table
from parkplan.render.document.cells import clean, written_rows
from parkplan.render.document.columns import fitted
from parkplan.render.document.drawing import BARS_MM, bars_png, sketch_png
from parkplan.render.document.faces import BOLD, REGULAR, registered
from parkplan.render.sheet.lettering import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.model.document import Block, Document

TEXT_MM: Final = 170.0
WIDE: Final = 8
"""Tables of more columns are set smaller."""
INK: Final = HexColor("#1f2933")
ACCENT: Final = HexColor("#124258")
GRID: Final = HexColor("#c9d3da")
HEAD: Final = HexColor("#e8eef4")
NARROW: Final = str.maketrans("“”‘’", "\"\"''")
"""Quotation marks that the font sets as wide as a Chinese character."""
_CHINESE: Final = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
"""Text with these signs is broken between any two of them, other text between words."""
MOST_BESIDE: Final = 1_500
"""Facts of more signs stand below their sketch, for they may need more than a page."""
OPENING_MM: Final = 45.0
"""A table begins with its titles only where this much of the page is left."""
SIDES: Final = ("LEFT", "RIGHT", "TOP", "BOTTOM")
TONES: Final = {"plain": INK, "note": HexColor("#5b6770"), "warning": HexColor("#a12a12")}


def written(document: Document) -> bytes:
    """Return the bytes of a PDF file; the same document gives the same bytes."""
    registered()
    out = io.BytesIO()
    made = BaseDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=clean(document.title),
        author="parkplan",
        subject=clean(document.foot),
        invariant=1,
    )
    frame = Frame(made.leftMargin, made.bottomMargin, made.width, made.height, 0, 0, 0, 0)
    made.addPageTemplates([PageTemplate("page", [frame])])
    story = [
        _text(document.title, 21, bold=True, colour=ACCENT, after=2),
        _text(document.subtitle, 10.5, colour=TONES["note"], after=8),
    ]
    for block in document.blocks:
        story += _flowables(block)
    story = _opened(story)
    foot = printable(document.foot)
    made.build(story, canvasmaker=lambda *given, **named: _Numbered(foot, *given, **named))
    return out.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows the number of its pages when it writes their feet."""

    def __init__(self, foot: str, *given: Any, **named: Any) -> None:  # noqa: ANN401  # what reportlab passes on
        super().__init__(*given, **named)
        self._foot = foot
        self._pages: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(REGULAR, 7.5)
            self.setFillColor(TONES["note"])
            self.drawString(20 * mm, 11 * mm, self._foot[:110])
            self.drawRightString(190 * mm, 11 * mm, message("report.page", number=number, count=len(self._pages)))
            super().showPage()
        super().save()


def _text(
    text: str,
    size: float,
    *,
    bold: bool = False,
    colour: object = INK,
    after: float = 3,
    align: int = 0,
) -> PdfParagraph:
    style = ParagraphStyle(
        "text",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.45,
        textColor=colour,
        spaceAfter=after,
        wordWrap="CJK" if _CHINESE.search(text) else None,
        alignment=align,
    )
    narrow = clean(text) if current_language() == "zh" else clean(text).translate(NARROW)
    lines = (escape(printable(line)) for line in narrow.split("\n"))
    return PdfParagraph("<br/>".join(lines), style)


def _flowables(block: Block) -> list[Flowable]:
    match block:
        case Heading():
            size = {1: 15, 2: 12}.get(block.level, 10.5)
            title = _text(block.text, size, bold=True, colour=ACCENT, after=4)
            title.style.spaceBefore, title.keepWithNext = 6, True
            return [PageBreak(), title] if block.new_page else [title]
        case Paragraph():
            return [_text(block.text, 8.5 if block.tone == "note" else 10, colour=TONES[block.tone])]
        case Facts():
            return _facts(block, TEXT_MM, after=6)
        case Table():
            return _table(block)
        case Bars():
            title = _text(block.title, 10.5, bold=True, colour=ACCENT)
            title.keepWithNext = True
            return [title, *_picture(bars_png(block), BARS_MM, "")]
        case Sketch():
            return _picture(sketch_png(block), block.width_mm, block.caption)
        case Picture() | Screen():
            shown = block.paper if isinstance(block, Screen) else block
            return _picture(shown.png, shown.width_mm, shown.caption)
        case Beside():
            return _beside(block)


def _opened(story: Sequence[Flowable]) -> list[Flowable]:
    """Let a table follow its title and caption at once; where the page is nearly full, all of them begin the next.

    A title that is *kept* with its table takes the whole table along and leaves the rest of the page empty.
    """
    opened: list[Flowable] = []
    titles: list[Flowable] = []
    for flowable in story:
        if getattr(flowable, "keepWithNext", False):
            titles.append(flowable)
            continue
        if titles and isinstance(flowable, LongTable):
            opened.append(CondPageBreak(OPENING_MM * mm))
            for title in titles:
                title.keepWithNext = False
        opened += [*titles, flowable]
        titles = []
    return [*opened, *titles]


def _facts(block: Facts, width_mm: float, after: float = 0) -> list[Flowable]:
    shares = (1.0, 2.0) if width_mm == TEXT_MM else (2.0, 3.0)
    widths_mm, size = fitted(block.pairs, shares, width_mm, 8.5)
    rows = [[_text(name, size, bold=True, after=0), _text(value, size, after=0)] for name, value in block.pairs]
    return _grid(rows, widths_mm, heading=False, after=after)


def _beside(block: Beside) -> list[Flowable]:
    """Put a sketch left of its facts; facts that fill more than a page follow below it."""
    sketch = _picture(sketch_png(block.sketch), block.sketch.width_mm, block.sketch.caption)
    if sum(map(len, (text for pair in block.facts.pairs for text in pair))) > MOST_BESIDE:
        return [*sketch, *_facts(block.facts, TEXT_MM, after=6)]
    left_mm = block.sketch.width_mm + 4
    facts = _facts(block.facts, TEXT_MM - left_mm)
    bare = [("VALIGN", (0, 0), (-1, -1), "TOP"), *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in SIDES)]
    return [LongTable([[sketch, facts]], [left_mm * mm, (TEXT_MM - left_mm) * mm], style=bare, spaceAfter=6)]


def _table(table: Table) -> list[Flowable]:
    caption = [_text(table.caption, 8.5, bold=True, after=2)] if table.caption else []
    for line in caption:
        line.keepWithNext = True
    if not table.rows:
        return [*caption, _text(message("report.no_rows"), 9)]
    sides = [2 if column.align == "right" else 0 for column in table.columns]
    written = [[column.title for column in table.columns], *written_rows(table)]
    size = 6.5 if table.dense or len(table.columns) > WIDE else 8
    widths_mm, size = fitted(written, [column.share for column in table.columns], TEXT_MM, size)
    rows = [
        [_text(text, size, bold=not number, after=0, align=side) for text, side in zip(row, sides, strict=True)]
        for number, row in enumerate(written)
    ]
    return [*caption, *_grid(rows, widths_mm, heading=True, after=8)]


def _grid(rows: list[list[PdfParagraph]], widths_mm: Sequence[float], *, heading: bool, after: float) -> list[Flowable]:
    if not rows:
        return []
    widths = [width * mm for width in widths_mm]
    style: list[Sequence[object]] = [
        ("GRID", (0, 0), (-1, -1), 0.4, GRID),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("BACKGROUND", (0, 0), (-1, 0) if heading else (0, -1), HEAD),
    ]
    return [LongTable(rows, widths, repeatRows=1 if heading else 0, style=style, splitInRow=1, spaceAfter=after)]


def _picture(png: bytes, width_mm: float, caption: str) -> list[Flowable]:
    image = Image(io.BytesIO(png))
    width = min(width_mm, TEXT_MM) * mm
    image.drawWidth, image.drawHeight, image.hAlign = width, width * image.imageHeight / image.imageWidth, "LEFT"
    return [image, _text(caption, 8, colour=TONES["note"])] if caption else [image, Spacer(0, 4)]
