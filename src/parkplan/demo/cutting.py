"""Bulk cutting of polygons: every polygon of a generation is cut at once, by a straight or gently curved line.

Both sides of a cut come from the same two segments, so they carry the same coordinates along it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

ARC_POINTS: Final = 9
BULK_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Box:
    """Extent of polygons along their own axis: angle, centre, half length along the axis and half width across it."""

    angle: Floats
    centre: Floats
    half_u: Floats
    half_v: Floats

    def rows(self, rows: Integers) -> Box:
        """The extents of some of the polygons."""
        return Box(self.angle[rows], self.centre[rows], self.half_u[rows], self.half_v[rows])


def dominant_angle(polygons: Shapes) -> Floats:
    """Direction of the edges of each polygon, weighted by length, in radians modulo a right angle.

    Edges vote with ``length * exp(4 i direction)``, so parallel and perpendicular edges agree.
    """
    rings = shapely.get_exterior_ring(polygons)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    step = (xy[1:] - xy[:-1]) @ np.array([1.0, 1.0j])
    inside = ring[1:] == ring[:-1]
    length = np.abs(step)
    vote = np.divide(step**4, length**3, out=np.zeros_like(step), where=(length > 0) & inside)
    total = np.bincount(ring[1:], vote.real, len(polygons)) + 1j * np.bincount(ring[1:], vote.imag, len(polygons))
    return np.angle(total) / 4.0


def oriented_box(polygons: Shapes, angle: Floats | None = None) -> Box:
    """Extent of each polygon in the frame turned by ``angle`` (its dominant direction by default)."""
    turn = dominant_angle(polygons) if angle is None else angle
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons), return_index=True)
    u, v = turned(xy, -turn[ring]).T
    starts = np.searchsorted(ring, np.arange(len(polygons)))
    u0, u1 = np.minimum.reduceat(u, starts), np.maximum.reduceat(u, starts)
    v0, v1 = np.minimum.reduceat(v, starts), np.maximum.reduceat(v, starts)
    centre = turned(np.column_stack([(u0 + u1) / 2, (v0 + v1) / 2]), turn)
    return Box(turn, centre, (u1 - u0) / 2, (v1 - v0) / 2)


def turned(xy: Floats, angle: Floats) -> Floats:
    """Points turned about the origin, each by its own angle."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([xy[..., 0] * cos - xy[..., 1] * sin, xy[..., 0] * sin + xy[..., 1] * cos], axis=-1)


def cut(polygons: Shapes, through: Floats, direction: Floats, reach: Floats, bulge: Floats | None = None) -> Cut:
    """Cut each polygon along a line through a point.

    ``reach`` is half the length over which the line may bend (metres) and ``bulge`` its largest offset there.
    """
    stations = np.array([-1.0, 1.0]) if bulge is None else np.linspace(-1.0, 1.0, ARC_POINTS)
    along = np.concatenate([[-4.0], stations, [4.0]]) * reach[:, None]
    across = np.zeros_like(along)
    if bulge is not None:
        across[:, 1:-1] = bulge[:, None] * (1.0 - stations**2) ** 2
    far = reach[:, None] * np.array([4.0, -4.0])
    aside = np.broadcast_to(reach[:, None] * 9.0, far.shape)
    ring = np.stack([np.hstack([along, far]), np.hstack([across, aside])], axis=-1)
    ring = turned(ring, direction[:, None]) + through[:, None, :]
    halves = shapely.polygons(ring)
    lines = shapely.linestrings(ring[:, : along.shape[1]])
    return Cut(
        bulk(shapely.intersection, polygons, halves),
        bulk(shapely.difference, polygons, halves),
        bulk(shapely.intersection, lines, polygons),
    )


@dataclass(frozen=True, slots=True)
class Cut:
    """Two sides of cut polygons and the lines between them; a side may have several parts or none."""

    left: Shapes
    right: Shapes
    lines: Shapes


def halved(polygons: Shapes, through: Floats, direction: Floats) -> tuple[Shapes, Shapes, Flags]:
    """Cut polygons without holes along straight lines, with arithmetic alone.

    Only a line that crosses the outline exactly twice gives two pieces; the third result says where it did, and
    elsewhere both pieces are None.
    """
    if not len(polygons):
        return polygons, polygons, np.zeros(0, dtype=bool)
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons), return_index=True)
    normal = np.column_stack([-np.sin(direction), np.cos(direction)])
    side = ((xy - through[ring]) * normal[ring]).sum(axis=1)
    side = np.where(side == 0.0, 1e-9, side)
    same = ring[1:] == ring[:-1]
    crosses = np.append(same & ((side[1:] > 0) != (side[:-1] > 0)), False)
    good = np.bincount(ring[crosses], minlength=len(polygons)) == 2
    vertex = np.append(same, False) & good[ring]
    crosses &= good[ring]
    at = np.flatnonzero(crosses)
    share = (side[at] / (side[at] - side[at + 1]))[:, None]
    events = np.repeat(xy, 2, axis=0)
    events[2 * at + 1] = xy[at] + (xy[at + 1] - xy[at]) * share
    owner = np.repeat(ring, 2)
    crossing, corner = np.zeros(len(events), dtype=bool), np.zeros(len(events), dtype=bool)
    crossing[1::2], corner[::2] = crosses, vertex
    left_side = np.repeat(side > 0, 2)
    number = np.cumsum(good) - 1
    found = []
    for wanted in (left_side, ~left_side):
        take = crossing | (corner & wanted)
        pieces = np.full(len(polygons), None, dtype=object)
        if take.any():
            pieces[good] = shapely.polygons(shapely.linearrings(events[take], indices=number[owner[take]]))
        found.append(pieces)
    return found[0], found[1], good


def parts(shapes: Shapes, kind: int = 3) -> tuple[Shapes, Integers]:
    """Single parts of one geometry type (3 polygon, 1 line) and the row that each came from."""
    found, row = shapely.get_parts(shapes, return_index=True)
    keep = (shapely.get_type_id(found) == kind) & ~shapely.is_empty(found)
    return found[keep], row[keep]


def bulk(function: Callable[..., Any], *arrays: Shapes, **options: float | str) -> Shapes:
    """Apply a function of shapely row by row, in several threads where there are many rows; the order is kept."""
    rows = len(arrays[0])
    if rows < 2 * BULK_ROWS:
        return np.asarray(function(*arrays, **options), dtype=object)
    starts = range(0, rows, BULK_ROWS)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        done = pool.map(lambda at: function(*(a[at : at + BULK_ROWS] for a in arrays), **options), starts)
        return np.concatenate(list(done))


def rounded(polygons: Shapes, decimals: int = 3) -> Shapes:
    """Polygons with coordinates rounded to millimetres by default; the few that this would break are re-noded."""
    found = shapely.transform(polygons, lambda xy: np.round(xy, decimals))
    broken = ~shapely.is_valid(found)
    found[broken] = shapely.set_precision(polygons[broken], 10.0**-decimals)
    return np.asarray(found)


def merged_by(shapes: Shapes, group: Integers, groups: int) -> Shapes:
    """Union of the shapes of each group; an empty collection where a group has none."""
    order = np.argsort(group, kind="stable")
    found = np.full(groups, shapely.GeometryCollection(), dtype=object)
    if len(order):
        present = np.unique(group)
        collected = shapely.geometrycollections(shapes[order], indices=np.searchsorted(present, group[order]))
        found[present] = bulk(shapely.union_all, collected[:, None], axis=1)
    return found


def nearest(points: Floats, among: Floats, count: int) -> tuple[Floats, Integers]:
    """Distances to the nearest places and their rows, nearest first, as arrays (points, count)."""
    distance, row = cKDTree(among).query(points, k=list(range(1, count + 1)))
    return np.asarray(distance, dtype=np.float64), np.asarray(row, dtype=np.int64)


def smooth(points: Floats, step_m: float) -> Floats:
    """A Catmull-Rom curve through the points, sampled about every ``step_m`` metres."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(2, int(np.hypot(*(p2 - p1)[:2]) / step_m))
        t = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
        pieces.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.vstack([*pieces, points[-1:]])
