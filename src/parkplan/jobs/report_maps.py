"""Maps of a report: the layers of a view as shapes for a screen, and a parcel or site with what lies around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from parkplan.i18n import current_language, message
from parkplan.jobs.sheet import SheetOptions, SheetView, sheet_request
from parkplan.model.document import Outline, Picture, Screen, Sketch, SketchLayer
from parkplan.render.sheet import map_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import numpy.typing as npt

    from parkplan.data.workspace import Workspace
    from parkplan.model.document import Ring
    from parkplan.render.sheet import SheetLayer, SheetRequest

    Shapes = npt.NDArray[np.object_]
    Bounds = tuple[float, float, float, float]

PIXELS: Final = 3000.0
"""Points closer than this part of the width of a map are one."""
PIXEL_MM: Final = 25.4 / 96
MARGIN: Final = 0.6
LEAST_WINDOW_M: Final = 150.0
DISC: Final = np.column_stack([np.cos(np.linspace(0, 2 * np.pi, 9)), np.sin(np.linspace(0, 2 * np.pi, 9))])


@dataclass(frozen=True, slots=True)
class Pen:
    """How shapes are drawn: fill and line in colours, None for without, and the width of the line."""

    fill: str | None
    stroke: str | None = None
    width_mm: float = 0.0


AROUND: Final = {
    "parcels": Pen("#eef1f3", "#b9c3ca", 0.15),
    "water": Pen("#cfe3f0"),
    "buildings": Pen("#d5d0c8"),
    "roads": Pen(None, "#9aa5ad", 0.5),
}
"""How the tables around a parcel are drawn, from below to above."""
SUBJECT: Final = Pen("#f3b6a5", "#b3261e", 0.6)


def district_map(ws: Workspace, layers: Sequence[str], title: str, on: date) -> Screen:
    """Return the map of a district: a picture for paper, the same layers as shapes for a screen."""
    language = current_language()
    view = SheetView(tuple(layers))
    options = SheetOptions(title=title, format="png", paper="A4", on=on, dots_per_inch=150)
    request = sheet_request(ws, view, options, language)
    paper = Picture(map_sheet(request), description=title)
    return Screen(_sketch(request), paper)


def _sketch(request: SheetRequest) -> Sketch:
    west, south, east, north = request.bounds
    width, height = east - west, north - south
    layers = tuple(_layer(layer, request.bounds) for layer in reversed(request.layers))
    return Sketch(width, height, layers, message("report.map_hint"), width_mm=170.0)


def _layer(layer: SheetLayer, bounds: Bounds) -> SketchLayer:
    """Return a layer of a view with one outline for each class."""
    symbol, outlines = layer.spec.symbol, []
    for entry in layer.classified.classes:
        rows = layer.classified.codes == entry.index
        if not rows.any():
            continue
        shapes = _in_window(layer.geometry[rows], bounds)
        width_mm = (entry.width_px or symbol.stroke_width_px) * PIXEL_MM
        for fill, stroke, rings in _drawn(shapes, bounds, symbol.radius_px * PIXEL_MM / 170.0):
            filled = entry.colour if fill and symbol.fill else None
            line = (symbol.stroke or entry.colour) if fill else entry.colour
            outlines.append(Outline(rings, filled, line if stroke else None, width_mm))
    legend = tuple((entry.title, entry.colour) for entry in layer.classified.present)
    return SketchLayer(layer.spec.title.to(), tuple(outlines), legend, layer.alpha)


def _in_window(shapes: Shapes, bounds: Bounds) -> Shapes:
    """Return the shapes that meet a window, cut to it, without points that nobody can tell apart."""
    known = shapes[~shapely.is_missing(shapes)]
    met = known[shapely.intersects(known, shapely.box(*bounds))]
    cut: Shapes = shapely.clip_by_rect(met, *bounds)
    simple: Shapes = shapely.simplify(cut, (bounds[2] - bounds[0]) / PIXELS)
    return np.asarray(simple[~shapely.is_empty(simple)], dtype=object)


def _drawn(shapes: Shapes, bounds: Bounds, disc: float) -> Iterator[tuple[bool, bool, tuple[Ring, ...]]]:
    """Return the rings of areas, of lines and of points as discs, each with whether it is filled and stroked."""
    corner, width = np.array(bounds[:2]), bounds[2] - bounds[0]
    parts = shapely.get_parts(shapely.get_parts(shapes))
    kinds = shapely.get_dimensions(parts)
    if (kinds == 2).any():
        yield True, True, tuple(shapely.get_coordinates(ring) - corner for ring in shapely.get_rings(parts[kinds == 2]))
    if (kinds == 1).any():
        yield False, True, tuple(shapely.get_coordinates(line) - corner for line in parts[kinds == 1])
    if (kinds == 0).any():
        places = shapely.get_coordinates(parts[kinds == 0]) - corner
        yield True, True, tuple(place + DISC * disc * width for place in places)


class Around:
    """Draws a parcel or site with what lies around it; the tables are read and indexed once."""

    def __init__(self, ws: Workspace) -> None:
        there = {info.name for info in ws.tables()}
        names = [name for name in AROUND if name in there]
        frames = {name: ws.read(name, []) for name in names}
        self._to = None
        if ws.crs.is_geographic and frames:
            self._to = next(iter(frames.values())).estimate_utm_crs()
        self._crs = ws.crs
        self._shapes = {name: self._metric(frame.geometry) for name, frame in frames.items()}
        self._trees = {name: shapely.STRtree(shapes) for name, shapes in self._shapes.items()}

    def _metric(self, shapes: gpd.GeoSeries) -> Shapes:
        return np.asarray(shapes if self._to is None else shapes.to_crs(self._to), dtype=object)

    def sketch(self, shape: shapely.Geometry, caption: str, width_mm: float = 64.0) -> Sketch:
        """Return a shape, in the CRS of the workspace, in a square window around it."""
        (subject,) = self._metric(gpd.GeoSeries([shape], crs=self._crs))
        west, south, east, north = subject.bounds
        half = max((1 + MARGIN) * max(east - west, north - south), LEAST_WINDOW_M) / 2
        x, y = (west + east) / 2, (south + north) / 2
        bounds = (x - half, y - half, x + half, y + half)
        layers = [SketchLayer(name, self._outlines(name, bounds)) for name in self._shapes]
        layers.append(SketchLayer("subject", _outline(np.array([subject], dtype=object), bounds, SUBJECT)))
        return Sketch(2 * half, 2 * half, tuple(layers), caption, width_mm)

    def _outlines(self, name: str, bounds: Bounds) -> tuple[Outline, ...]:
        rows = np.sort(self._trees[name].query(shapely.box(*bounds)))
        return _outline(self._shapes[name][rows], bounds, AROUND[name])


def _outline(shapes: Shapes, bounds: Bounds, pen: Pen) -> tuple[Outline, ...]:
    drawn = _drawn(_in_window(shapes, bounds), bounds, 0.004)
    return tuple(Outline(rings, pen.fill if filled else None, pen.stroke, pen.width_mm) for filled, _, rings in drawn)
