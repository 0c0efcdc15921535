"""A document as one HTML file: no server, no other file, nothing from the network; every text is text."""

from __future__ import annotations

import base64
import hashlib
import math
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.i18n import message
from parkplan.model.document import Bars, Beside, Facts, Heading, Paragraph, Picture, Screen, Sketch, Table
from parkplan.render.document.cells import clean, total_row, written_rows
from parkplan.render.document.drawing import scale_bar_m

if TYPE_CHECKING:
    from parkplan.model.document import Block, Column, Document, Outline, SketchLayer

FILTERED_FROM: Final = 12
"""Tables of fewer rows need no filter."""


def written(document: Document) -> bytes:
    """Return the bytes of an HTML file that opens anywhere, with all scripts and styles inside."""
    numbers = _Numbers()
    body = "".join(_block(block, numbers) for block in document.blocks)
    said = f"""<!doctype html>
<html lang="{"zh-CN" if document.language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(document.title)}</title>
<style>{_file("report.css")}</style>
</head>
<body><main>
<h1>{_text(document.title)}</h1>
<p class="subtitle">{_text(document.subtitle)}</p>
{_contents(document)}
{body}
<footer>{_text(document.foot)}</footer>
</main>
<script>{_file("report.js")}</script>
</body></html>
"""
    return said.encode()


@cache
def _file(name: str) -> str:
    return files("parkplan.render.document").joinpath(name).read_text(encoding="utf-8")


def _policy() -> str:
    """Return what the page may do: run its one script, show pictures that it holds, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_file("report.js").encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _text(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>")


def _contents(document: Document) -> str:
    chapters = [block.text for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    items = "".join(f'<li><a href="#chapter-{place}">{_text(text)}</a></li>' for place, text in enumerate(chapters, 1))
    return f'<ol class="contents">{items}</ol>' if len(chapters) > 1 else ""


@dataclass(slots=True)
class _Numbers:
    """How many chapters and tables there are so far."""

    chapters: int = 0
    tables: int = 0


def _block(block: Block, numbers: _Numbers) -> str:
    match block:
        case Heading():
            return _heading(block, numbers)
        case Paragraph():
            return f'<p class="{block.tone}">{_text(block.text)}</p>'
        case Table():
            return _table(block, numbers)
        case Bars():
            return _bars(block)
        case Sketch() | Facts() | Beside():
            return _place(block)
        case Picture():
            source = base64.b64encode(block.png).decode()
            alt = escape(clean(block.description), quote=True)
            return f'<figure><img alt="{alt}" src="data:image/png;base64,{source}">{_caption(block.caption)}</figure>'
        case Screen():
            return f'<div class="map">{_svg(block.screen)}{_layers(block.screen)}</div>{_caption(block.screen.caption)}'


def _place(block: Sketch | Facts | Beside) -> str:
    """Return a sketch, what is known of a place, or both side by side."""
    match block:
        case Sketch():
            return _sketch(block)
        case Facts():
            return _facts(block)
        case Beside():
            return f'<div class="beside">{_sketch(block.sketch)}{_facts(block.facts)}</div>'


def _facts(block: Facts) -> str:
    rows = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in block.pairs)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def _sketch(block: Sketch) -> str:
    return f'<figure class="sketch">{_svg(block)}{_caption(block.caption)}</figure>'


def _heading(block: Heading, numbers: _Numbers) -> str:
    page = ' class="new-page"' if block.new_page else ""
    if block.level > 1:
        return f"<h3{page}>{_text(block.text)}</h3>"
    numbers.chapters += 1
    return f'<h2 id="chapter-{numbers.chapters}"{page}>{_text(block.text)}</h2>'


def _caption(text: str) -> str:
    return f"<figcaption>{_text(text)}</figcaption>" if text else ""


def _table(table: Table, numbers: _Numbers) -> str:
    numbers.tables += 1
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    if not table.rows:
        return f"{caption and f'<p>{_text(table.caption)}</p>'}<p>{_text(message('report.no_rows'))}</p>"
    rows = [_row(table, texts) for texts in written_rows(table)]
    foot = f"<tfoot>{rows.pop()}</tfoot>" if total_row(table) else ""
    heads = "".join(_head(column) for column in table.columns)
    head = f"<thead><tr>{heads}</tr></thead>"
    body = f"{caption}{head}<tbody>{''.join(rows)}</tbody>{foot}"
    whole = f'<div class="wide"><table class="sortable" id="table-{numbers.tables}">{body}</table></div>'
    return _filter(table, numbers.tables) + whole


def _head(column: Column) -> str:
    number = ' class="number"' if column.align == "right" else ""
    return f"<th{number}>{_text(column.title)}</th>"


def _row(table: Table, texts: list[str]) -> str:
    cells = (
        f'<td class="number">{_text(text)}</td>' if column.align == "right" else f"<td>{_text(text)}</td>"
        for column, text in zip(table.columns, texts, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _filter(table: Table, number: int) -> str:
    """Return a search field, and a slider over the last column of numbers, for tables that are long."""
    if len(table.rows) < FILTERED_FROM:
        return ""
    slider = ""
    columns = [place for place, column in enumerate(table.columns) if column.align == "right"]
    values = [row[columns[-1]] for row in table.rows] if columns else []
    known = [float(value) for value in values if isinstance(value, int | float)]
    if known and min(known) < max(known):
        low, high = math.floor(min(known)), math.ceil(max(known))
        title = _text(message("report.at_least", column=table.columns[columns[-1]].title))
        span = f'min="{low}" max="{high}" step="{max((high - low) / 100, 0.01):.2f}" value="{low}"'
        slider = f'<label>{title} <input type="range" data-column="{columns[-1]}" {span}> <output></output></label>'
    search = f'<label>{_text(message("report.search"))} <input type="search"></label>'
    return f'<div class="filter" id="filter-table-{number}">{search}{slider}<span class="count"></span></div>'


def _bars(bars: Bars) -> str:
    most = max((bar.value for bar in bars.bars), default=0.0) or 1.0
    rows = "".join(
        f'<dt>{_text(bar.label)}</dt><dd><i style="width:{70 * max(bar.value, 0.0) / most:.2f}%;'
        f'background:{escape(bar.colour, quote=True)}"></i>{_text(bar.written)}</dd>'
        for bar in bars.bars
    )
    return f'<h3>{_text(bars.title)}</h3><dl class="bars">{rows}</dl>'


def _svg(sketch: Sketch) -> str:
    """Return a sketch in metres, y down, with a scale bar; layers are groups that a script can hide."""
    groups = "".join(_group(layer, place, sketch) for place, layer in enumerate(sketch.layers))
    length, unit = scale_bar_m(sketch.width_m), sketch.width_m / 100
    bar = (
        f'<g><path d="M{2 * unit:.1f} {sketch.height_m - 2 * unit:.1f}h{length:.1f}" stroke="#1f2933"'
        f' stroke-width="{0.4 * unit:.2f}"/><text x="{2 * unit:.1f}" y="{sketch.height_m - 3 * unit:.1f}"'
        f' font-size="{2.4 * unit:.1f}">{length:,.0f} m</text></g>'
    )
    box = f"0 0 {sketch.width_m:.1f} {sketch.height_m:.1f}"
    return (
        f'<svg viewBox="{box}" role="img" aria-label="{escape(clean(sketch.caption), quote=True)}">{groups}{bar}</svg>'
    )


def _group(layer: SketchLayer, place: int, sketch: Sketch) -> str:
    unit = sketch.width_m / sketch.width_mm
    shapes = "".join(_shape(outline, sketch.height_m, unit) for outline in layer.outlines)
    return f'<g data-layer="{place}" style="opacity:{layer.opacity:g}">{shapes}</g>'


def _shape(outline: Outline, height_m: float, unit: float) -> str:
    close = "Z" if outline.fill else ""
    path = "".join(f"{_points(np.column_stack([ring[:, 0], height_m - ring[:, 1]]))}{close}" for ring in outline.rings)
    title = f"<title>{_text(outline.title)}</title>" if outline.title else ""
    fill, stroke = (escape(colour or "none", quote=True) for colour in (outline.fill, outline.stroke))
    line = f' stroke="{stroke}" stroke-width="{outline.width_mm * unit:.2f}"' if outline.stroke else ""
    return f'<path fill="{fill}" fill-rule="evenodd"{line} d="{path}">{title}</path>'


def _points(xy: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy.tolist())


def _layers(sketch: Sketch) -> str:
    """Return the switches of the layers, the topmost first, with their opacity and legend."""
    parts = []
    for place in reversed(range(len(sketch.layers))):
        layer = sketch.layers[place]
        legend = "".join(
            f'<li><b style="background:{escape(colour, quote=True)}"></b>{_text(title)}</li>'
            for title, colour in layer.legend
        )
        opacity = _text(message("report.opacity", layer=layer.title))
        parts.append(
            f'<label><input type="checkbox" checked data-of="{place}"> {_text(layer.title)}</label>'
            f'<input type="range" min="0" max="1" step="0.05" value="{layer.opacity:g}" data-of="{place}"'
            f' aria-label="{opacity}"><ul>{legend}</ul>'
        )
    return f'<div class="layers">{"".join(parts)}</div>'
