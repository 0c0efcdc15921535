"""The ground of the demo district: outline, river, waterway, canals and main roads, on a canvas of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo import skeleton
from parkplan.demo.cutting import parts, smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.cutting import Floats, Shapes
    from parkplan.demo.skeleton import Line

MIDDLE_KM: Final = (6.7, 6.6)
MARGIN_M: Final = 250.0
MOUTH_M: Final = 12.0
GRID_M: Final = 0.01
"""Grid on which lines are noded (metres)."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where the drawing lands: its scale (1 is the district of about 1,000 industrial parcels) and its seed."""

    scale: float
    seed: int
    dense: bool = False
    """Neighbourhoods on a lattice instead of the drawn ones, for canvases far larger than the drawing."""

    def stream(self, subject: int) -> np.random.Generator:
        """The random numbers of one subject, independent of what other subjects use."""
        return np.random.default_rng([self.seed, subject])

    def place(self, points: Sequence[Sequence[float]] | Floats) -> Floats:
        """Points of the drawing (kilometres) on the ground (metres)."""
        km = np.asarray(points, dtype=float)[:, :2]
        middle = np.array(skeleton.ORIGIN_M) + 1000.0 * np.array(MIDDLE_KM)
        placed = middle + (km - np.array(MIDDLE_KM)) * 1000.0 * self.scale
        return np.asarray(placed)

    @property
    def rank(self) -> int:
        """How many ranks of drawn lines fit on the canvas."""
        return 4 if self.scale >= 0.9 else 3 if self.scale >= 0.65 else 2 if self.scale >= 0.45 else 1


@dataclass(frozen=True, slots=True)
class Terrain:
    """Outline and land of the district (polygons), its water bodies, and the drawn lines clipped to the outline."""

    canvas: Canvas
    outline: BaseGeometry
    land: BaseGeometry
    river: BaseGeometry
    waterway: BaseGeometry
    canals: tuple[BaseGeometry, ...]
    canal_widths_m: tuple[float, ...]
    expressway: BaseGeometry
    arterials: tuple[BaseGeometry, ...]

    @property
    def open_water(self) -> BaseGeometry:
        """River, waterway and canals as one area."""
        banks = [shapely.buffer(line, width / 2) for line, width in zip(self.canals, self.canal_widths_m, strict=True)]
        return shapely.union_all([self.river, self.waterway, *banks])


def wobble(length: Floats, amplitude_m: float, wavelengths_m: Sequence[float], rng: np.random.Generator) -> Floats:
    """A smooth random offset along a line: a sum of waves, longer ones higher."""
    weights = np.array(wavelengths_m) / max(wavelengths_m)
    phases = rng.uniform(0, 2 * np.pi, len(wavelengths_m))
    waves = [w * np.sin(2 * np.pi * length / lam + p) for w, lam, p in zip(weights, wavelengths_m, phases, strict=True)]
    return np.asarray(amplitude_m * np.sum(waves, axis=0) / weights.sum())


def along(points: Floats) -> tuple[Floats, Floats]:
    """Distance from the start and unit normal at each point of a polyline."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    tangent = np.gradient(points, axis=0)
    tangent /= np.hypot(*tangent.T)[:, None]
    return length, np.column_stack([-tangent[:, 1], tangent[:, 0]])


def meander(points: Floats, amplitude_m: float, wavelengths_m: Sequence[float], rng: np.random.Generator) -> Floats:
    """The polyline moved sideways by a smooth random offset, its ends kept."""
    length, normal = along(points)
    fade = np.minimum(1.0, np.minimum(length, length[-1] - length) / max(wavelengths_m))
    return np.asarray(points + normal * (wobble(length, amplitude_m, wavelengths_m, rng) * fade)[:, None])


def ribbon(axis: Floats, widths_m: Floats, rng: np.random.Generator) -> BaseGeometry:
    """A water body along an axis whose width varies; both banks are uneven."""
    length, normal = along(axis)
    waves = (2100.0, 940.0)
    uneven = widths_m.mean() * 0.06
    left = axis + normal * (widths_m / 2 + wobble(length, uneven, waves, rng))[:, None]
    right = axis - normal * (widths_m / 2 + wobble(length, uneven, waves, rng))[:, None]
    return shapely.make_valid(shapely.Polygon(np.vstack([left, right[::-1]])))


def make_terrain(canvas: Canvas) -> Terrain:
    """Draw the ground on a canvas."""
    rng = canvas.stream(1)
    river_axis, river = _water_body(canvas, skeleton.RIVER, skeleton.RIVER_WIDTH_M, rng)
    waterway_axis, waterway = _water_body(canvas, skeleton.WATERWAY, skeleton.WATERWAY_WIDTH_M, rng)
    outline = _outline(canvas, river_axis, waterway_axis, rng)
    rivers = shapely.union(river, waterway)
    land = shapely.difference(outline, rivers)
    land = max(shapely.get_parts(land), key=shapely.area)
    kept = [line for line in skeleton.CANALS if line.rank <= canvas.rank]
    canals = _confluent([_drawn(canvas, line, 55.0, (1300.0, 520.0, 210.0), rng) for line in kept], rivers, 500.0)
    roads = [line for line in skeleton.ARTERIALS if line.rank <= canvas.rank]
    arterials = [_drawn(canvas, line, 22.0, (2600.0, 1100.0), rng) for line in roads]
    expressway = _drawn(canvas, skeleton.EXPRESSWAY, 15.0, (4000.0,), rng)
    return Terrain(
        canvas,
        outline,
        land,
        shapely.difference(river, _island(canvas, rng)),
        waterway,
        tuple(shapely.intersection(canal, outline) for canal in canals),
        tuple(line.width_m * min(1.0, 0.6 + 0.4 * canvas.scale) for line in kept),
        shapely.intersection(expressway, outline),
        tuple(shapely.intersection(road, outline) for road in arterials),
    )


def _water_body(
    canvas: Canvas, axis_km: Sequence[Sequence[float]], widths_m: Sequence[float], rng: np.random.Generator
) -> tuple[Floats, BaseGeometry]:
    drawn = smooth(np.column_stack([canvas.place(axis_km), np.array(widths_m)]), 60.0)
    axis = meander(drawn[:, :2], 45.0, (3100.0, 1500.0), rng)
    return axis, ribbon(axis, drawn[:, 2] * np.clip(canvas.scale, 0.42, 2.5), rng)


def _island(canvas: Canvas, rng: np.random.Generator) -> BaseGeometry:
    """A long bank of sand in the river."""
    axis = smooth(canvas.place(skeleton.ISLAND), 40.0)
    half = np.sin(np.linspace(0, np.pi, len(axis))) ** 0.7 * 105.0 * min(1.0, canvas.scale) + 1.0
    return ribbon(axis, 2 * half, rng)


def _outline(canvas: Canvas, river: Floats, waterway: Floats, rng: np.random.Generator) -> BaseGeometry:
    edges = []
    for points_km in (skeleton.NORTH_EDGE, skeleton.SOUTH_EDGE):
        points = canvas.place(points_km)
        reach = 900.0 * max(1.0, canvas.scale)
        ends = [points[0] - _unit(points[1] - points[0]) * reach, points[-1] + _unit(points[-1] - points[-2]) * reach]
        edges.append(meander(smooth(np.vstack([ends[0], points, ends[1]]), 40.0), 60.0, (1700.0, 640.0, 260.0), rng))
    lines = shapely.linestrings
    noded = shapely.union_all([lines(river), lines(waterway), *(lines(edge) for edge in edges)], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    return max(faces, key=shapely.area)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.hypot(*vector))


def _drawn(
    canvas: Canvas, line: Line, amplitude_m: float, wavelengths_m: Sequence[float], rng: np.random.Generator
) -> BaseGeometry:
    points = smooth(canvas.place(line.points), 45.0)
    return shapely.simplify(shapely.LineString(meander(points, amplitude_m, wavelengths_m, rng)), 0.6)


def _confluent(canals: list[BaseGeometry], water: BaseGeometry, reach_m: float) -> list[BaseGeometry]:
    """Canals whose ends run into a river or an earlier canal within reach."""
    found: list[BaseGeometry] = []
    deep = shapely.buffer(water, -MOUTH_M)
    for canal in canals:
        earlier = shapely.union_all([deep, *found])
        xy = shapely.get_coordinates(canal)
        links = shapely.shortest_line(shapely.points(xy[[0, -1]]), earlier)
        ends = [shapely.get_coordinates(link)[1:] if 0.0 < link.length < reach_m else xy[:0] for link in links]
        found.append(shapely.LineString(np.vstack([ends[0], xy, ends[1]])))
    return found


def superblocks(terrain: Terrain) -> Shapes:
    """Faces of land between drawn roads, canals and banks."""
    lines = [terrain.expressway, *terrain.arterials, *terrain.canals, shapely.boundary(terrain.land)]
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.covers(shapely.buffer(terrain.land, 1.0), faces)
    return np.asarray(faces[inside])


def water_polygons(terrain: Terrain) -> tuple[Shapes, list[str]]:
    """River, waterway and canals as polygons that do not overlap, and the kind of each.

    River and waterway go on a little beyond the outline, as on any map.
    """
    x0, y0, x1, y1 = shapely.bounds(terrain.outline)
    sheet = shapely.box(x0 - MARGIN_M, y0 - MARGIN_M, x1 + 9 * MARGIN_M, y1 + MARGIN_M)
    shapes: list[BaseGeometry] = [shapely.intersection(terrain.river, sheet)]
    shapes.append(shapely.intersection(shapely.difference(terrain.waterway, terrain.river), sheet))
    kinds = ["river", "river"]
    taken = shapely.union_all(shapes)
    for line, width in zip(terrain.canals, terrain.canal_widths_m, strict=True):
        bed = shapely.difference(shapely.buffer(line, width / 2, cap_style="flat", join_style="round"), taken)
        taken = shapely.union(taken, bed)
        shapes.append(bed)
        kinds.append("canal")
    found, row = parts(np.array(shapes, dtype=object))
    keep = shapely.area(found) > 400.0
    return found[keep], [kinds[i] for i in row[keep]]
