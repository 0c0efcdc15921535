"""The frame of a site: origin at the main gate, x along the boundary there.

So position and direction in the world have no influence on a plan.
Coordinates in the frame are rounded to the millimetre: what a translation or rotation leaves of floating-point noise
is gone before the first decision.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

if TYPE_CHECKING:
    from parkplan.model.siteplan import Site

APART_DEG: Final = 7.0
SIMPLIFY_M: Final = 8.0
DIRECTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """A rigid motion: ``x, y`` is the origin in the world, ``angle_deg`` the direction of the x axis there."""

    x: float
    y: float
    angle_deg: float

    def inward(self, geometry: Any) -> Any:  # noqa: ANN401  # any shapely geometry, given back as the same kind
        """Bring a geometry of the world into the frame, rounded to the millimetre."""
        return shapely.transform(
            geometry, lambda points: np.round(self._turned(points - np.array([self.x, self.y]), -1), 3)
        )

    def outward(self, geometry: Any) -> Any:  # noqa: ANN401
        """Bring a geometry of the frame into the world."""
        return shapely.transform(geometry, lambda points: self._turned(points, 1) + np.array([self.x, self.y]))

    def turned(self, angle_deg: float) -> Frame:
        """Return the frame with its x axis turned further about the same origin."""
        return Frame(self.x, self.y, self.angle_deg + angle_deg)

    def _turned(self, points: np.ndarray, sign: int) -> np.ndarray:
        angle = math.radians(self.angle_deg) * sign
        cos, sin = math.cos(angle), math.sin(angle)
        return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


@dataclass(frozen=True, slots=True)
class Ground:
    """The site inside a frame: boundary, gates and access, in metres."""

    frame: Frame
    boundary: Polygon
    gates: tuple[Point, ...]
    access: tuple[LineString, ...]

    @property
    def area_m2(self) -> float:
        """Area without the holes."""
        return float(self.boundary.area)


def base_frame(site: Site) -> Frame:
    """Return the frame of a site: origin at its first gate, x along the edge on which that gate lies."""
    gate = site.gates[0]
    first, second = nearest_edge(site.boundary, gate)
    angle = math.degrees(math.atan2(second[1] - first[1], second[0] - first[0]))
    return Frame(gate.x, gate.y, angle)


def ground(site: Site, frame: Frame) -> Ground:
    """Return a site inside a frame."""
    boundary = shapely.make_valid(frame.inward(site.boundary))
    if boundary.geom_type != "Polygon":
        boundary = max(shapely.get_parts(boundary), key=lambda part: part.area)
    gates = tuple(frame.inward(gate) for gate in site.gates)
    return Ground(frame, boundary, gates, tuple(frame.inward(line) for line in site.access))


def nearest_edge(boundary: Polygon, gate: Point) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the edge of the outer boundary nearest to a gate, the interior to its left."""
    ring = shapely.get_coordinates(shapely.orient_polygons(boundary).exterior)
    edges = shapely.linestrings(np.stack([ring[:-1], ring[1:]], axis=1))
    distances = np.round(shapely.distance(edges, gate), 3)
    lengths = np.round(shapely.length(edges), 3)
    best = int(np.lexsort((-lengths, distances))[0])
    return ring[best], ring[best + 1]


def directions(place: Ground) -> tuple[float, ...]:
    """Return the directions, in degrees against the frame, along which rows are worth trying.

    They are those of the gate's edge, of the longest edges of the simplified boundary and of the smallest rectangle
    around it, at least 7 degrees apart modulo 90 degrees.
    """
    simple = shapely.get_coordinates(place.boundary.simplify(SIMPLIFY_M).exterior)
    edges = np.diff(simple, axis=0)
    lengths = np.round(np.hypot(edges[:, 0], edges[:, 1]), 2)
    longest = np.argsort(-lengths, kind="stable")[:DIRECTIONS]
    box = np.diff(shapely.get_coordinates(place.boundary.minimum_rotated_rectangle)[:2], axis=0)[0]
    wanted = [0.0, *(_bearing(edges[index]) for index in longest if lengths[index] > 20), _bearing(box)]
    kept: list[float] = []
    for angle in wanted:
        if all(min(abs(angle - other), 90 - abs(angle - other)) > APART_DEG for other in kept):
            kept.append(angle)
    return tuple(kept)


def _bearing(edge: np.ndarray) -> float:
    return round(math.degrees(math.atan2(edge[1], edge[0])) % 90, 3) % 90
