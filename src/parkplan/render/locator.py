"""Small maps without tiles or text: shapes marked over the outline of what is known, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

_PADDING: Final = 0.08
_LEAST_DEGREES: Final = 1e-4
_LEAST_PX: Final = 10.0
_GRID_LINES: Final = 5
_GROUND: Final = "#f7f9fa"
_GRID: Final = "#e3e8ec"
_LAND: Final = ("#d3dbe2", "#9fadb9")
_PARCELS: Final = ("#bccad6", "#8fa1b0")
_MARK: Final = ("#e8590c", "#b23c00")


@dataclass(frozen=True, slots=True)
class _View:
    """Degrees to pixels: an equirectangular picture, true to scale in its middle."""

    west: float
    north: float
    x_scale: float
    y_scale: float
    width: int
    height: int

    def pixels(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = np.column_stack(
            [(xy[:, 0] - self.west) * self.x_scale, (self.north - xy[:, 1]) * self.y_scale]
        )
        return moved


def locator(land: Shapes, parcels: Shapes, marked: Shapes, *, width: int = 300, height: int = 220) -> str:
    """Return a picture with north up: land and parcels in grey, what is marked in orange.

    Args:
        land: outline of the district in degrees.
        parcels: further shapes of the district in degrees.
        marked: shapes in degrees; what would be smaller than a few pixels gets a ring around it.
        width: of the picture in pixels.
        height: of the picture in pixels.

    >>> picture = locator(np.array([]), np.array([]), np.array([shapely.box(113, 22, 113.1, 22.1)]))
    >>> picture.startswith("<svg"), picture.count("<path")
    (True, 2)
    """
    view = _view([land, parcels, marked], width, height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="{_GROUND}"/>',
        _path(_grid(view), "none", _GRID, 1.0),
        _drawn(land, view, _LAND, 1.0),
        _drawn(parcels, view, _PARCELS, 0.4),
        _drawn(marked, view, _MARK, 1.0, opacity=0.55),
        _ring(marked, view),
        "</svg>",
    ]
    return "".join(parts)


def _extent(shapes: Shapes) -> NDArray[np.float64] | None:
    bounds = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)]) if len(bounds) else None


def _view(groups: list[Shapes], width: int, height: int) -> _View:
    known = [extent for shapes in groups if (extent := _extent(shapes)) is not None]
    whole = np.array(known) if known else np.array([[73.0, 18.0, 135.0, 53.5]])
    west, south = whole[:, :2].min(axis=0)
    east, north = whole[:, 2:].max(axis=0)
    shrink = max(np.cos(np.radians(min(abs((south + north) / 2), 85.0))), 0.05)
    across = max((east - west) * shrink, _LEAST_DEGREES) * (1 + 2 * _PADDING)
    up = max(north - south, _LEAST_DEGREES) * (1 + 2 * _PADDING)
    scale = min(width / across, height / up)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    x_scale = scale * shrink
    return _View(middle_x - width / 2 / x_scale, middle_y + height / 2 / scale, x_scale, scale, width, height)


def _grid(view: _View) -> str:
    """Lines of a round number of degrees."""
    span = view.width / view.x_scale
    step = 10 ** np.floor(np.log10(span / _GRID_LINES))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= _GRID_LINES)
    lines = []
    for number in range(int(np.ceil(view.west / step)), int((view.west + span) // step) + 1):
        lines.append(f"M{(number * step - view.west) * view.x_scale:.1f} 0V{view.height}")
    south = view.north - view.height / view.y_scale
    for number in range(int(np.ceil(south / step)), int(view.north // step) + 1):
        lines.append(f"M0 {(view.north - number * step) * view.y_scale:.1f}H{view.width}")
    return "".join(lines)


def _path(data: str, fill: str, stroke: str, width: float, opacity: float = 1.0) -> str:
    return (
        f'<path d="{data}" fill="{fill}" fill-opacity="{opacity}" fill-rule="evenodd" stroke="{stroke}" '
        f'stroke-width="{width}" stroke-linejoin="round"/>'
        if data
        else ""
    )


def _drawn(shapes: Shapes, view: _View, colours: tuple[str, str], width: float, opacity: float = 1.0) -> str:
    if not len(shapes):
        return ""
    there = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    placed = shapely.simplify(shapely.transform(there, view.pixels), 0.3, preserve_topology=False)
    flat = shapely.get_parts(placed)
    kinds = shapely.get_dimensions(flat)
    rings = shapely.get_rings(flat[kinds == 2])
    areas = "".join(_line(ring) for ring in rings)
    lines = "".join(_line(line, close=False) for line in flat[kinds == 1])
    points = "".join(f"M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0" for x, y in _coordinates(flat[kinds == 0]))
    return _path(areas + points, colours[0], colours[1], width, opacity) + _path(lines, "none", colours[1], 1.4)


def _coordinates(points: Shapes) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(points))


def _line(line: shapely.Geometry, *, close: bool = True) -> str:
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(line))
    return f"M{steps}{'Z' if close else ''}" if steps else ""


def _ring(shapes: Shapes, view: _View) -> str:
    """Draw a ring around marks that are too small to be seen."""
    extent = _extent(shapes)
    if extent is None:
        return ""
    corners = view.pixels(extent.reshape(2, 2))
    if np.ptp(corners, axis=0).max() >= _LEAST_PX:
        return ""
    x, y = corners.mean(axis=0)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="{_MARK[1]}" stroke-width="2.2"/>'
