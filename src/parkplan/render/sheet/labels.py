"""Names on the map: each is placed where it meets neither another name nor a numbered sign, or left out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.patheffects import Stroke
from shapely.affinity import rotate

from parkplan.render.sheet.lettering import MM_PER_POINT, printable, width_mm, write
from parkplan.render.sheet.shapes import MOST_GLYPHS, POINTS_PER_PX, rows_inside
from parkplan.units import is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from parkplan.render.sheet.request import SheetLayer

PRINT_IS_FINER: Final = 1.0
"""Paper resolves twice what a screen does: names and layers appear one zoom earlier."""
MOST_LABELS: Final = 4_000
STRAIGHT: Final = 0.985
RUN: Final = 3.0
"""A line is named where it is this many times as long as its name: short lanes would drown the map."""
APART_MM: Final = 3.0
CLEARANCE: Final = 1.15


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name at one of the places where it may stand, in map units."""

    text: str
    x: float
    y: float
    rotation: float
    size: float
    bold: bool
    colour: str

    def outline(self, units_per_mm: float) -> shapely.Polygon:
        """Return the rectangle that the name covers."""
        half_width = width_mm(self.text, self.size, bold=self.bold) / 2 + (APART_MM if self.rotation else 0.5)
        half_height = self.size * MM_PER_POINT * CLEARANCE / 2
        box = shapely.box(
            self.x - half_width * units_per_mm,
            self.y - half_height * units_per_mm,
            self.x + half_width * units_per_mm,
            self.y + half_height * units_per_mm,
        )
        return rotate(box, self.rotation, origin=(self.x, self.y)) if self.rotation else box


def draw_labels(axes: Axes, layers: tuple[SheetLayer, ...], units_per_mm: float, k: float, zoom: float) -> None:
    """Draw the names of all layers; larger ones first, then those of upper layers."""
    frame = shapely.box(*_corners(axes))
    taken = list(_signs(axes, layers, units_per_mm, k))
    drawn = [layer for layer in layers if _has_labels(layer, zoom)]
    for layer in sorted(drawn, key=lambda layer: -layer.spec.label.size_px if layer.spec.label else 0):
        for _, places in groupby(_candidates(layer, frame, units_per_mm, k), key=lambda candidate: candidate.text):
            for candidate in places:
                outline = candidate.outline(units_per_mm)
                if frame.contains(outline) and not bool(shapely.intersects(taken, outline).any()):
                    taken.append(outline)
                    _write_with_halo(axes, candidate, k)
                    break


def _has_labels(layer: SheetLayer, zoom: float) -> bool:
    label = layer.spec.label
    return label is not None and layer.names is not None and label.min_zoom <= zoom + PRINT_IS_FINER


def _corners(axes: Axes) -> tuple[float, float, float, float]:
    (x_min, x_max), (y_min, y_max) = axes.get_xlim(), axes.get_ylim()
    return x_min, y_min, x_max, y_max


def _signs(axes: Axes, layers: tuple[SheetLayer, ...], units_per_mm: float, k: float) -> Iterator[shapely.Polygon]:
    """Return the discs of points where they are few: names must not cover them."""
    for layer in layers:
        inside = layer.geometry[rows_inside(layer, axes.get_xlim(), axes.get_ylim())]
        if len(inside) <= MOST_GLYPHS and bool((shapely.get_dimensions(inside) == 0).all()):
            radius = layer.spec.symbol.radius_px * POINTS_PER_PX * k * MM_PER_POINT * units_per_mm
            yield from shapely.buffer(shapely.centroid(inside), radius)


def _candidates(layer: SheetLayer, frame: shapely.Polygon, units_per_mm: float, k: float) -> Iterator[Candidate]:
    label, names = layer.spec.label, layer.names
    if label is None or names is None:
        return
    x_min, y_min, x_max, y_max = frame.bounds
    inside = np.flatnonzero(rows_inside(layer, (x_min, x_max), (y_min, y_max)))[:MOST_LABELS]
    size = label.size_px * POINTS_PER_PX * k
    texts = [printable(str(names[row])) if not is_unknown(names[row]) else "" for row in inside]
    order = sorted((text, row) for text, row in zip(texts, inside, strict=True) if text)
    for text, rows in groupby(order, key=lambda pair: pair[0]):
        shapes = layer.geometry[[row for _, row in rows]]
        for x, y, rotation in _places(shapes, frame, _Extent.of(layer, text, units_per_mm, k)):
            yield Candidate(text, x, y, rotation, size, label.bold, label.colour)


@dataclass(frozen=True, slots=True)
class _Extent:
    """How large a name and the sign of its point are, in map units."""

    length: float
    height: float
    radius: float
    inside: bool

    @classmethod
    def of(cls, layer: SheetLayer, text: str, units_per_mm: float, k: float) -> _Extent:
        label = layer.spec.label
        if label is None:
            return cls(0.0, 0.0, 0.0, inside=False)
        size = label.size_px * POINTS_PER_PX * k
        return cls(
            width_mm(text, size, bold=label.bold) * units_per_mm,
            size * MM_PER_POINT * units_per_mm,
            (layer.spec.symbol.radius_px * POINTS_PER_PX * k * MM_PER_POINT + 0.7) * units_per_mm,
            inside=label.inside,
        )


def _places(shapes: np.ndarray, frame: shapely.Polygon, extent: _Extent) -> Iterator[tuple[float, float, float]]:
    dimension = int(shapely.get_dimensions(shapes).max(initial=-1))
    visible = shapely.intersection(shapely.make_valid(shapes) if dimension == 2 else shapes, frame)
    if dimension == 1:
        yield from _along(visible, extent.length)
    elif dimension == 2:
        yield from _inside(visible, extent)
    else:
        yield from _beside(visible, extent)


def _beside(points: np.ndarray, extent: _Extent) -> Iterator[tuple[float, float, float]]:
    """Return places right and left of points, above and below them."""
    across, up = extent.radius + extent.length / 2, extent.radius + extent.height * 0.6
    for point in points[~shapely.is_empty(points)]:
        for x, y in ((across, 0.0), (-across, 0.0), (0.0, up), (0.0, -up)):
            yield point.x + x, point.y + y, 0.0


def _along(lines: np.ndarray, length: float) -> Iterator[tuple[float, float, float]]:
    """Return places along the longest straight stretches of lines, with the direction of the text."""
    merged = shapely.line_merge(shapely.union_all(lines))
    parts = sorted(shapely.get_parts(merged), key=lambda part: -part.length)
    for part in parts[:6]:
        if part.geom_type != "LineString" or part.length < RUN * length:
            continue
        for share in (0.5, 0.35, 0.65, 0.2, 0.8):
            middle = part.length * share
            start, end = part.interpolate(middle - length / 2), part.interpolate(middle + length / 2)
            if start.distance(end) < STRAIGHT * length:
                continue
            angle = math.degrees(math.atan2(end.y - start.y, end.x - start.x))
            yield (start.x + end.x) / 2, (start.y + end.y) / 2, (angle + 90) % 180 - 90


def _inside(polygons: np.ndarray, extent: _Extent) -> Iterator[tuple[float, float, float]]:
    """Return the middle of the largest part, then the middles of its widest stretches from side to side."""
    parts = [part for part in shapely.get_parts(polygons) if part.geom_type == "Polygon" and not part.is_empty]
    if not parts:
        return
    largest = max(parts, key=lambda part: part.area)
    x_min, y_min, x_max, y_max = largest.bounds
    if extent.inside and x_max - x_min < extent.length:
        return
    middle = largest.centroid
    if not extent.inside and largest.contains(middle):
        yield middle.x, middle.y, 0.0
    for share in (0.5, 0.4, 0.6, 0.7, 0.3, 0.85, 0.15):
        y = y_min + share * (y_max - y_min)
        across = largest.intersection(shapely.LineString([(x_min, y), (x_max, y)]))
        widest = max(shapely.get_parts(across), key=lambda part: part.length, default=None)
        if widest is not None and (widest.length >= extent.length or not extent.inside):
            yield widest.centroid.x, y, 0.0


def _write_with_halo(axes: Axes, candidate: Candidate, k: float) -> None:
    for halo in (True, False):
        text = write(
            axes,
            candidate.x,
            candidate.y,
            candidate.text,
            candidate.size,
            bold=candidate.bold,
            colour=candidate.colour,
            ha="center",
            va="center",
            rotation=candidate.rotation,
            zorder=900.0 if halo else 901.0,
        )
        text.set_clip_on(True)
        if halo:
            text.set_path_effects([Stroke(linewidth=2.0 * k, foreground="#ffffff", alpha=0.85)])
