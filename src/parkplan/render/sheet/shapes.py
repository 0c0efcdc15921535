"""Geometry on paper: thousands of features of one class become a few compound paths.

A path for each feature makes a vector file large and slow; a single path for all of them overflows the rasteriser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from parkplan.render.sheet.lettering import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from parkplan.model.layers import Symbol
    from parkplan.render.classes import LegendClass
    from parkplan.render.sheet.request import SheetLayer

    Geometries = npt.NDArray[np.object_]

POINTS_PER_PX: Final = 0.75
VERTICES_PER_PATH: Final = 8_000
HATCH: Final = "////"
MOST_GLYPHS: Final = 400
MOST_VECTORS: Final = 60_000
"""More rows of one class are painted without outlines, which would cover them and make a file that no reader opens."""


def draw_layer(axes: Axes, layer: SheetLayer, k: float, zorder: float) -> None:
    """Draw the rows of a layer that lie in the frame of the axes."""
    inside = rows_inside(layer, axes.get_xlim(), axes.get_ylim())
    codes = layer.classified.codes[inside]
    geometry = layer.geometry[inside]
    present = [entry for entry in reversed(layer.classified.classes) if bool((codes == entry.index).any())]
    if layer.spec.symbol.casing is not None:
        for entry in present:
            _draw_casing(axes, geometry[codes == entry.index], layer, entry, (k, zorder))
    for entry in present:
        _draw_class(axes, geometry[codes == entry.index], layer, entry, (k, zorder + 0.5))


def rows_inside(layer: SheetLayer, across: tuple[float, float], up: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Rows of the layer that meet a rectangle."""
    (x_min, x_max), (y_min, y_max) = across, up
    west, south, east, north = shapely.bounds(layer.geometry).T
    with np.errstate(invalid="ignore"):
        touching = (west <= x_max) & (east >= x_min) & (south <= y_max) & (north >= y_min)
        within = (west >= x_min) & (east <= x_max) & (south >= y_min) & (north <= y_max)
    inside = np.asarray(touching & layer.classified.drawn)
    doubtful = np.flatnonzero(inside & ~within)
    inside[doubtful] = shapely.intersects(layer.geometry[doubtful], shapely.box(x_min, y_min, x_max, y_max))
    return inside


def line_width(symbol: Symbol, entry: LegendClass, k: float) -> float:
    """Return the width of lines of a class in points."""
    return (entry.width_px or symbol.stroke_width_px) * POINTS_PER_PX * k


def area_style(symbol: Symbol, entry: LegendClass, alpha: float, k: float) -> dict[str, Any]:
    """Return how polygons of a class are filled and outlined, for the map and its legend alike."""
    edge = symbol.stroke or entry.colour
    style: dict[str, Any] = {
        "facecolor": to_rgba(entry.colour, alpha * symbol.fill_opacity) if symbol.fill else "none",
        "edgecolor": to_rgba(edge, alpha) if symbol.stroke_width_px else "none",
        "linewidth": symbol.stroke_width_px * POINTS_PER_PX * k,
        "linestyle": _dashes(symbol, k),
        "joinstyle": "round",
    }
    if symbol.hatch:
        style |= {"hatch": HATCH, "hatchcolor": to_rgba(entry.colour, alpha), "hatch_linewidth": 0.5 * k}
    return style


def _dashes(symbol: Symbol, k: float) -> str | tuple[float, tuple[float, ...]]:
    width = symbol.stroke_width_px
    if not symbol.dash_px or not width:
        return "solid"
    return (0.0, tuple(dash / width for dash in symbol.dash_px))


def _draw_class(
    axes: Axes, geometry: Geometries, layer: SheetLayer, entry: LegendClass, place: tuple[float, float]
) -> None:
    k, zorder = place
    parts = shapely.get_parts(geometry)
    kinds = shapely.get_dimensions(parts)
    crowded = len(geometry) > MOST_VECTORS
    for path in polygon_paths(parts[kinds == 2]):
        style = area_style(layer.spec.symbol, entry, layer.alpha, k) | ({"edgecolor": "none"} if crowded else {})
        axes.add_artist(PathPatch(path, zorder=zorder, rasterized=crowded, **style))
    for path in line_paths(parts[kinds == 1]):
        _line(axes, path, to_rgba(entry.colour, layer.alpha), line_width(layer.spec.symbol, entry, k), zorder)
    if bool((kinds == 0).any()):
        _draw_points(axes, parts[kinds == 0], layer, entry, place)


def _draw_casing(
    axes: Axes, geometry: Geometries, layer: SheetLayer, entry: LegendClass, place: tuple[float, float]
) -> None:
    k, zorder = place
    parts = shapely.get_parts(geometry)
    width = line_width(layer.spec.symbol, entry, k) + 2 * 0.6 * POINTS_PER_PX * k
    for path in line_paths(parts[shapely.get_dimensions(parts) == 1]):
        _line(axes, path, to_rgba(layer.spec.symbol.casing or entry.colour, layer.alpha), width, zorder)


def _line(axes: Axes, path: Path, colour: tuple[float, float, float, float], width: float, zorder: float) -> None:
    style = {"capstyle": "round", "joinstyle": "round", "zorder": zorder}
    axes.add_artist(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, **style))


def _draw_points(
    axes: Axes, points: Geometries, layer: SheetLayer, entry: LegendClass, place: tuple[float, float]
) -> None:
    k, zorder = place
    symbol = layer.spec.symbol
    x, y = shapely.get_x(points), shapely.get_y(points)
    across = 2 * symbol.radius_px * POINTS_PER_PX * k
    axes.scatter(
        x,
        y,
        s=across**2,
        color=to_rgba(entry.colour, layer.alpha),
        edgecolors=to_rgba(symbol.stroke or entry.colour, layer.alpha),
        linewidths=symbol.stroke_width_px * POINTS_PER_PX * k,
        zorder=zorder,
    )
    if entry.glyph and len(points) <= MOST_GLYPHS:
        for east, north in zip(x, y, strict=True):
            write(axes, east, north, entry.glyph, across * 0.62, ha="center", colour="#ffffff", zorder=zorder + 0.1)


def polygon_paths(polygons: Geometries) -> Iterator[Path]:
    """Return compound paths of polygons; outer rings run one way and holes the other, so that holes stay open."""
    if not len(polygons):
        return
    _, coordinates, (rings, offsets) = shapely.to_ragged_array(shapely.orient_polygons(polygons), include_z=False)
    codes = np.full(len(coordinates), Path.LINETO, dtype=Path.code_type)
    codes[rings[:-1]] = Path.MOVETO
    codes[rings[1:] - 1] = Path.CLOSEPOLY
    yield from _cut(coordinates, codes, rings[offsets])


def line_paths(lines: Geometries) -> Iterator[Path]:
    """Return compound paths of lines."""
    if not len(lines):
        return
    _, coordinates, (offsets,) = shapely.to_ragged_array(lines, include_z=False)
    codes = np.full(len(coordinates), Path.LINETO, dtype=Path.code_type)
    codes[offsets[:-1]] = Path.MOVETO
    yield from _cut(coordinates, codes, offsets)


def _cut(
    coordinates: npt.NDArray[np.float64], codes: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]
) -> Iterator[Path]:
    start = 0
    while start < len(offsets) - 1:
        end = int(np.searchsorted(offsets, offsets[start] + VERTICES_PER_PATH, side="right")) - 1
        end = max(end, start + 1)
        part = slice(offsets[start], offsets[end])
        yield Path(coordinates[part], codes[part])
        start = end
