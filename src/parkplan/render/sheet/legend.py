"""The legend of a sheet: only what is visible in the frame, in as many columns and as large as the room allows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from parkplan.i18n import message
from parkplan.render.sheet.lettering import MM_PER_POINT, width_mm, wrapped, write
from parkplan.render.sheet.shapes import POINTS_PER_PX, area_style, line_width, rows_inside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from parkplan.i18n import Language
    from parkplan.render.classes import LegendClass
    from parkplan.render.sheet.layout import Box
    from parkplan.render.sheet.request import SheetLayer

HEADING_PT: Final = 9.5
ITEM_PT: Final = 8.5
TITLE_PT: Final = 13.0
SHRINK: Final = (1.2, 1.1, 1.0, 0.92, 0.85, 0.78, 0.7)
LINE: Final = 1.5
SWATCH_MM: Final = 8.0
NARROWEST_MM: Final = 33.0
COLUMN_GAP_MM: Final = 5.0
GROUP_GAP_MM: Final = 2.2
COUNT_COLOUR: Final = "#7b8794"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the legend: a heading (no class), or a class of a layer with its swatch."""

    text: str
    layer: SheetLayer
    entry: LegendClass | None = None
    count: int | None = None
    bold: bool = False
    remark: bool = False

    @property
    def number(self) -> str:
        """What stands at the end of the line: the count of a class, the unit of a heading."""
        if self.remark:
            return ""
        if self.entry is None:
            return self.layer.unit
        return "" if self.count is None else f"{self.count:,} {self.layer.unit if self.bold else ''}".rstrip()


@dataclass(frozen=True, slots=True)
class Row:
    """An item broken into lines for a column of a certain width."""

    item: Item
    lines: tuple[str, ...]
    height: float


def visible_items(layers: tuple[SheetLayer, ...], across: tuple[float, float], up: tuple[float, float]) -> list[Item]:
    """Return the lines of the legend for the part of the layers that lies in a rectangle."""
    items: list[Item] = []
    for layer in layers:
        counted = layer.classified.among(rows_inside(layer, across, up))
        present = counted.present
        title = layer.spec.title.to()
        if len(counted.classes) == 1 and present:
            items.append(Item(title, layer, present[0], present[0].count if layer.unit else None, bold=True))
        elif present:
            items.append(Item(title, layer, bold=True))
            items += [Item(entry.title, layer, entry, entry.count if layer.unit else None) for entry in present]
    return items


def draw_legend(axes: Axes, items: list[Item], box: Box, k: float, language: Language) -> None:
    """Draw the legend into a box of the page."""
    title_height = 9.0 * k
    write(axes, box.x, box.top - title_height / 2, message("sheet.legend", language), TITLE_PT * k, bold=True)
    room = box.height - title_height
    columns, shrink = _flow(items, box.width, room, k, language)
    gap = COLUMN_GAP_MM * k
    width = (box.width - gap * (len(columns) - 1)) / max(len(columns), 1)
    for index, rows in enumerate(columns):
        y = box.top - title_height
        for row in rows:
            _draw_row(axes, row, (box.x + index * (width + gap), y, width), k * shrink)
            y -= row.height


def _flow(items: list[Item], width: float, room: float, k: float, language: Language) -> tuple[list[list[Row]], float]:
    """Return the rows by column at the largest lettering that fits; what fits nowhere is summed up in a last line."""
    most = max(1, int(width / (NARROWEST_MM * k)))
    tried: list[tuple[float, float, list[list[Row]]]] = []
    for shrink, count in product(SHRINK, range(1, most + 1)):
        column_width = (width - COLUMN_GAP_MM * k * (count - 1)) / count
        rows = _rows(items, column_width, k * shrink)
        columns = _columns(rows, room)
        if len(columns) <= count:
            tried.append((shrink - _awkwardness(rows), shrink, [*columns, *([[]] * (count - len(columns)))]))
    if tried:
        _, shrink, columns = max(tried, key=lambda attempt: attempt[0])
        return columns, shrink
    return _summed_up(columns, most, k * shrink, language), shrink


def _awkwardness(rows: list[Row]) -> float:
    """Return how badly the rows read: cut texts are worse than smaller ones, broken ones a little."""
    cut = sum(row.lines[-1].endswith("…") for row in rows)
    broken = sum(len(row.lines) > 1 for row in rows)
    return (1.5 * cut + 0.5 * broken) / max(len(rows), 1)


def _summed_up(columns: list[list[Row]], most: int, k: float, language: Language) -> list[list[Row]]:
    """Keep the columns that fit, and say in the last line how many classes are not shown."""
    kept, dropped = columns[:most], [row for column in columns[most:] for row in column]
    last = kept[-1].pop()
    count = sum(row.item.entry is not None for row in (last, *dropped))
    text = message("sheet.more", language, count=count)
    kept[-1].append(Row(Item(text, last.item.layer, remark=True), (text,), last.height))
    return kept


def _rows(items: list[Item], width: float, k: float) -> list[Row]:
    rows = []
    for item in items:
        size = (HEADING_PT if item.bold else ITEM_PT) * k
        indent = 0.0 if item.entry is None else (SWATCH_MM + 2.0) * k
        number = width_mm(item.number, ITEM_PT * k) + 2 * k if item.number else 0.0
        lines = tuple(wrapped(item.text, size, width - indent - number, bold=item.bold))
        height = size * MM_PER_POINT * (LINE + 1.15 * (len(lines) - 1)) + (GROUP_GAP_MM * k if item.bold else 0.0)
        rows.append(Row(item, lines, height))
    return rows


def _columns(rows: list[Row], room: float) -> list[list[Row]]:
    """Fill columns from top to bottom; a heading never stands alone at the foot of one."""
    columns: list[list[Row]] = [[]]
    left = room
    for index, row in enumerate(rows):
        following = rows[index + 1].height if row.item.entry is None and index + 1 < len(rows) else 0.0
        if row.height + following > left and columns[-1]:
            columns.append([])
            left = room
        columns[-1].append(row)
        left -= row.height
    return columns


def _draw_row(axes: Axes, row: Row, place: tuple[float, float, float], k: float) -> None:
    x, top, width = place
    item = row.item
    size = (HEADING_PT if item.bold else ITEM_PT) * k
    above = GROUP_GAP_MM * k if item.bold else 0.0
    first = top - above - size * MM_PER_POINT * LINE / 2
    left = x
    if item.entry is not None:
        _draw_swatch(axes, item.layer, item.entry, (x, first), k)
        left = x + (SWATCH_MM + 2.0) * k
    for number, line in enumerate(row.lines):
        y = first - number * size * MM_PER_POINT * 1.15
        write(axes, left, y, line, size, bold=item.bold)
    write(axes, x + width, first, item.number, ITEM_PT * k, ha="right", colour=COUNT_COLOUR)


def _draw_swatch(axes: Axes, layer: SheetLayer, entry: LegendClass, place: tuple[float, float], k: float) -> None:
    x, y = place
    symbol, alpha = layer.spec.symbol, layer.alpha
    match _dimension(layer):
        case 2:
            height = 3.4 * k
            corner = (x, y - height / 2)
            axes.add_patch(Rectangle(corner, SWATCH_MM * k, height, zorder=10, **area_style(symbol, entry, alpha, k)))
        case 1:
            width = line_width(symbol, entry, k)
            ends = [x, x + SWATCH_MM * k]
            if symbol.casing:
                edge = width + 2 * 0.6 * POINTS_PER_PX * k
                axes.add_line(Line2D(ends, [y, y], color=symbol.casing, linewidth=edge, zorder=10))
            axes.add_line(Line2D(ends, [y, y], color=to_rgba(entry.colour, alpha), linewidth=width, zorder=11))
        case _:
            _draw_disc(axes, layer, entry, (x + SWATCH_MM * k / 2, y), k)


def _draw_disc(axes: Axes, layer: SheetLayer, entry: LegendClass, place: tuple[float, float], k: float) -> None:
    symbol = layer.spec.symbol
    radius = min(symbol.radius_px, 7.0) * POINTS_PER_PX * MM_PER_POINT * k * 0.9
    edge = to_rgba(symbol.stroke or entry.colour, layer.alpha)
    axes.add_patch(
        Circle(place, radius, facecolor=to_rgba(entry.colour, layer.alpha), edgecolor=edge, linewidth=0.4, zorder=10)
    )
    if entry.glyph:
        size = 2 * radius / MM_PER_POINT * 0.62
        write(axes, *place, entry.glyph, size, ha="center", colour="#ffffff", zorder=11)


def _dimension(layer: SheetLayer) -> int:
    return int(np.max(shapely.get_dimensions(layer.geometry), initial=0))
