"""What makes a picture a map: frame and grid, scale bar, north arrow, header and footer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.transforms import Affine2D

from parkplan.i18n import message
from parkplan.render.sheet.layout import round_down
from parkplan.render.sheet.lettering import INK, MM_PER_POINT, width_mm, wrapped, write
from parkplan.units import day

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pyproj import CRS

    from parkplan.i18n import Language
    from parkplan.render.sheet.layout import Box, MapView, Page
    from parkplan.render.sheet.request import SheetRequest

GREY: Final = "#52606d"
PALE: Final = "#9aa5b1"
WARNING: Final = "#b42318"
TICKS_APART_MM: Final = 60.0
LONGEST_BAR_MM: Final = 50.0
BAR_PARTS: Final[dict[float, int]] = {1: 4, 2: 4, 3: 3, 4: 4, 5: 5, 8: 4}
"""Into how many parts a bar of 1, 2, 3 ... times a power of ten is divided."""


def draw_header(axes: Axes, request: SheetRequest, page: Page) -> None:
    """Draw title and subtitle, and say that the data are made up where they are."""
    k, box = page.k, page.header
    note = 0.0
    if request.synthetic:
        note = _draw_warning(axes, message("sheet.synthetic", request.language), box, k)
    title = wrapped(request.title, 24 * k, box.width - note, bold=True, lines=1)[0]
    write(axes, box.x, box.top - 5.5 * k, title, 24 * k, bold=True)
    subtitle = wrapped(request.subtitle, 11 * k, box.width - note, lines=1)[0] if request.subtitle else ""
    write(axes, box.x, box.top - 14.5 * k, subtitle, 11 * k, colour=GREY)


def _draw_warning(axes: Axes, text: str, box: Box, k: float) -> float:
    size = 11 * k
    width, height = width_mm(text, size, bold=True) + 7 * k, 8 * k
    corner = (box.right - width, box.top - 9.5 * k)
    axes.add_patch(
        Rectangle(corner, width, height, facecolor="#fef3f2", edgecolor=WARNING, linewidth=0.8 * k, zorder=9)
    )
    middle = corner[1] + height / 2
    write(axes, box.right - width / 2, middle, text, size, bold=True, ha="center", colour=WARNING)
    return width + 6 * k


def draw_grid(axes: Axes, view: MapView, page: Page) -> None:
    """Draw the frame, crosses where grid lines meet, and the coordinates of the grid along two sides."""
    k, frame = page.k, page.frame
    x_min, y_min, x_max, y_max = view.bounds
    per_mm = (x_max - x_min) / frame.width
    step = round_down(TICKS_APART_MM * k * per_mm)
    columns = [x for x in _multiples(x_min, x_max, step)]
    rows = [y for y in _multiples(y_min, y_max, step)]
    for value in columns:
        x = frame.x + (value - x_min) / per_mm
        axes.add_line(Line2D([x, x], [frame.y, frame.y - 1.4 * k], color=INK, linewidth=0.6 * k))
        axes.add_line(Line2D([x, x], [frame.top, frame.top + 1.4 * k], color=INK, linewidth=0.6 * k))
        write(axes, x, frame.y - 3.4 * k, coordinate(value), 6.5 * k, ha="center", colour=GREY)
    for value in rows:
        y = frame.y + (value - y_min) / per_mm
        axes.add_line(Line2D([frame.x, frame.x - 1.4 * k], [y, y], color=INK, linewidth=0.6 * k))
        axes.add_line(Line2D([frame.right, frame.right + 1.4 * k], [y, y], color=INK, linewidth=0.6 * k))
        write(axes, frame.x - 3.2 * k, y, coordinate(value), 6.5 * k, ha="center", rotation=90, colour=GREY)
    for x in columns:
        for y in rows:
            _draw_cross(axes, (frame.x + (x - x_min) / per_mm, frame.y + (y - y_min) / per_mm), k)
    outer = Rectangle((frame.x, frame.y), frame.width, frame.height, fill=False, edgecolor=INK, linewidth=1.1 * k)
    axes.add_patch(outer)


def _draw_cross(axes: Axes, place: tuple[float, float], k: float) -> None:
    x, y = place
    for ends in (([x - k, x + k], [y, y]), ([x, x], [y - k, y + k])):
        axes.add_line(Line2D(*ends, color=INK, linewidth=0.4 * k, alpha=0.6, zorder=20, gid="grid"))


def coordinate(value: float) -> str:
    """Write a grid coordinate with its thousands apart.

    >>> coordinate(2_497_500.0)
    '2 497 500'
    """
    return f"{value:,.0f}".replace(",", " ")


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step) + 1)]


def draw_instruments(axes: Axes, request: SheetRequest, view: MapView, page: Page) -> None:
    """Draw north arrow, scale as a ratio and as a bar."""
    k, box = page.k, page.instruments
    draw_north(axes, (box.right - 8 * k, box.y + 17 * k), view.north_degrees, k, request.language)
    ratio = message("sheet.scale", request.language, denominator=coordinate(view.denominator))
    write(axes, box.x, box.y + 13 * k, ratio, 10.5 * k, bold=True)
    draw_scale_bar(axes, (box.x + 2 * k, box.y + 5.5 * k), view.denominator, k, request.language)


def bar_length(denominator: float, longest_mm: float = LONGEST_BAR_MM) -> tuple[float, int]:
    """Return the length of a scale bar in metres, and into how many parts it is divided.

    >>> bar_length(25_000)
    (1000.0, 4)
    """
    metres = round_down(longest_mm / 1000 * denominator, tuple(BAR_PARTS))
    leading = round(metres / 10 ** math.floor(math.log10(metres) + 1e-9))
    return metres, BAR_PARTS[leading]


def draw_scale_bar(axes: Axes, place: tuple[float, float], denominator: float, k: float, language: Language) -> None:
    """Draw a divided bar whose ends are exactly its length apart, in metres or kilometres."""
    x, y = place
    metres, parts = bar_length(denominator, LONGEST_BAR_MM * k)
    part = metres / parts * 1000 / denominator
    for index in range(parts):
        fill = INK if index % 2 == 0 else "#ffffff"
        corner = (x + index * part, y)
        bar = Rectangle(corner, part, 1.6 * k, facecolor=fill, edgecolor=INK, linewidth=0.5 * k, gid="scale_bar")
        axes.add_patch(bar)
    kilometres = metres >= 1000
    unit = message("sheet.kilometres" if kilometres else "sheet.metres", language)
    middle = parts // 2 if parts % 2 == 0 else 0
    for index in sorted({0, middle, parts}):
        value = metres * index / parts / (1000 if kilometres else 1)
        text = f"{value:g} {unit}" if index == parts else f"{value:g}"
        write(axes, x + index * part, y - 2.2 * k, text, 7.5 * k, ha="center")


def draw_north(axes: Axes, place: tuple[float, float], degrees: float, k: float, language: Language) -> None:
    """Draw an arrow to true north, which the grid misses by the convergence of meridians."""
    turn = Affine2D().rotate_deg(degrees).translate(*place) + axes.transData
    tip, foot = 6.5 * k, -5.0 * k
    left = Polygon([(0, tip), (-3.2 * k, foot), (0, foot + 2.2 * k)], closed=True, facecolor=INK, edgecolor=INK)
    right = Polygon([(0, tip), (3.2 * k, foot), (0, foot + 2.2 * k)], closed=True, facecolor="#ffffff", edgecolor=INK)
    for half in (left, right):
        half.set_linewidth(0.7 * k)
        half.set_joinstyle("miter")
        half.set_transform(turn)
        axes.add_patch(half)
    write(axes, place[0], place[1] + tip + 3.0 * k, message("sheet.north", language), 10 * k, bold=True, ha="center")


def draw_footer(axes: Axes, request: SheetRequest, page: Page) -> None:
    """Draw the source, the CRS, who made the sheet, and when; long ones are cut, never laid over each other."""
    k, box = page.k, page.footer
    size = 7.5 * k
    axes.add_line(Line2D([box.x, box.right], [box.top, box.top], color=PALE, linewidth=0.5 * k))
    made = [day(request.date, request.language)]
    if request.author:
        made.insert(0, message("sheet.author", request.language, author=request.author))
    right = wrapped(" | ".join(made), size, box.width * 0.4, lines=1)[0]
    room = box.width - width_mm(right, size) - 6 * k
    known = [message("sheet.crs", request.language, crs=crs_title(request.crs, request.language))]
    if request.source:
        known.append(message("sheet.source", request.language, source=request.source))
    left = wrapped(" | ".join(known), size, room, lines=1)[0]
    y = box.top - size * MM_PER_POINT * 0.95
    write(axes, box.x, y, left, size, colour=GREY)
    write(axes, box.right, y, right, size, ha="right", colour=GREY)


def crs_title(crs: CRS, language: Language) -> str:
    """Return the name of a CRS as planners write it, with its code."""
    name, authority = crs.name, crs.to_authority()
    if language == "zh" and name.startswith("CGCS2000 / 3-degree Gauss-Kruger CM "):
        meridian = name.rsplit(" ", 1)[-1].removesuffix("E")
        name = message("sheet.cgcs2000", language, meridian=meridian)
    return f"{name} ({':'.join(authority)})" if authority else name
