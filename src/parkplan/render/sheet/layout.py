"""Where things stand on a page, and at which scale the map is drawn. Lengths in millimetres of paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyproj import Geod, Transformer

from parkplan._errors import RequestError

if TYPE_CHECKING:
    from pyproj import CRS

    from parkplan.render.sheet.request import Bounds, SheetRequest

ROUND: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
SMALLEST_SCALE: Final = 100.0
INCH_MM: Final = 25.4
SCREEN_DPI: Final = 96.0
EQUATOR_M_PER_PX: Final = 156_543.033_928
"""Metres in one pixel of a web map at zoom 0 on the equator: 2 pi 6378137 / 256."""
_GEOD: Final = Geod(ellps="GRS80")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, measured from the lower left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Page:
    """The rooms of a page; ``k`` scales lettering and lines, 1 on A3."""

    k: float
    width: float
    height: float
    header: Box
    frame: Box
    legend: Box
    instruments: Box
    footer: Box


def page_of(request: SheetRequest) -> Page:
    """Lay out a page: the panel stands right of the map on landscape paper, below it on upright paper."""
    width, height = request.page_mm
    k = 1.0 if request.paper == "A3" else 0.78
    margin, header, footer, ticks, gap = 11 * k, 19 * k, 7 * k, 5 * k, 5 * k
    inner = width - 2 * margin
    top = height - margin - header
    bottom = margin + footer
    head = Box(margin, top, inner, header)
    foot = Box(margin, margin - 2 * k, inner, footer)
    if request.landscape:
        side = 70 * k
        low = bottom + ticks
        frame = Box(margin + ticks, low, inner - side - gap - ticks, top - 3 * k - low)
        panel = Box(frame.right + gap, low, side, frame.height)
        instruments = Box(panel.x, panel.y, side, 30 * k)
        legend = Box(panel.x, instruments.top + 2 * k, side, panel.height - instruments.height - 2 * k)
    else:
        panel = Box(margin, bottom + 1 * k, inner, 74 * k)
        low = panel.top + gap + ticks
        frame = Box(margin + ticks, low, inner - ticks, top - 3 * k - low)
        instruments = Box(panel.right - 66 * k, panel.y, 66 * k, panel.height)
        legend = Box(panel.x, panel.y, inner - instruments.width - gap, panel.height)
    return Page(k, width, height, head, frame, legend, instruments, foot)


@dataclass(frozen=True, slots=True)
class MapView:
    """The part of the world in the frame: its bounds, the scale 1:n, and how long a unit of the CRS is.

    ``metres_per_unit`` is measured along the ellipsoid in the middle of the frame, so that the scale holds for feet
    and for Web Mercator as well; ``north_degrees`` is the direction of true north, counter-clockwise from up.
    """

    bounds: Bounds
    denominator: float
    metres_per_unit: float
    north_degrees: float
    latitude: float

    @property
    def zoom(self) -> float:
        """Zoom of a web map on which things are as large as on paper."""
        metres_per_px = self.denominator * INCH_MM / 1000 / SCREEN_DPI
        return math.log2(EQUATOR_M_PER_PX * math.cos(math.radians(self.latitude)) / metres_per_px)


def view_of(bounds: Bounds, crs: CRS, frame: Box) -> MapView:
    """Return the view at the largest round scale at which the bounds fit the frame.

    Raises:
        RequestError: the CRS is geographic, or the bounds are empty or lie outside the CRS.

    """
    if crs.is_geographic or not all(map(math.isfinite, bounds)) or bounds[0] > bounds[2] or bounds[1] > bounds[3]:
        raise RequestError("sheet_view")
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    metres, north, latitude = _measured(x, y, crs)
    width_m, height_m = (bounds[2] - bounds[0]) * metres, (bounds[3] - bounds[1]) * metres
    needed = max(width_m / frame.width, height_m / frame.height) * 1000
    denominator = round_up(max(needed, SMALLEST_SCALE))
    half_width = frame.width * denominator / 2000 / metres
    half_height = frame.height * denominator / 2000 / metres
    shown = (x - half_width, y - half_height, x + half_width, y + half_height)
    return MapView(shown, denominator, metres, north, latitude)


def round_up(value: float) -> float:
    """Return the next round number.

    >>> round_up(17_300), round_up(25_000), round_up(81_000)
    (20000.0, 25000.0, 100000.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in ROUND if step * power >= value * (1 - 1e-9)), 10 * power)


def round_down(value: float, steps: tuple[float, ...] = (1.0, 2.0, 5.0)) -> float:
    """Return the largest step times a power of ten that is not above a value.

    >>> round_down(1_800), round_down(5_000), round_down(468, (1, 2, 3, 4, 5, 8))
    (1000.0, 5000.0, 400.0)
    """
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(step * power for step in steps if step * power <= value * (1 + 1e-9))


def _measured(x: float, y: float, crs: CRS) -> tuple[float, float, float]:
    """Return metres in a unit of the CRS, the direction of true north and the latitude at a point."""
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise RequestError("sheet_view")
    step = 100.0
    lon_east, lat_east = to_degrees.transform(x + step, y)
    _, _, metres = _GEOD.inv(lon, lat, lon_east, lat_east)
    x_north, y_north = to_degrees.transform(lon, min(lat + 0.001, 90.0), direction="INVERSE")
    return metres / step, math.degrees(math.atan2(x - x_north, y_north - y)), lat
