"""Bulk cutting of polygons: every polygon of a generation is cut at once, by a straight or gently curved line.

Both sides of a cut come from the same two segments, so they carry the same coordinates along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

ARC_POINTS: Final = 9


@dataclass(frozen=True, slots=True)
class Box:
    """Extent of polygons along their own axis: angle, centre, half length along the axis and half width across it."""

    angle: Floats
    centre: Floats
    half_u: Floats
    half_v: Floats


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
        shapely.intersection(polygons, halves),
        shapely.difference(polygons, halves),
        shapely.intersection(lines, polygons),
    )


@dataclass(frozen=True, slots=True)
class Cut:
    """Two sides of cut polygons and the lines between them; a side may have several parts or none."""

    left: Shapes
    right: Shapes
    lines: Shapes


def parts(shapes: Shapes, kind: int = 3) -> tuple[Shapes, Integers]:
    """Single parts of one geometry type (3 polygon, 1 line) and the row that each came from."""
    found, row = shapely.get_parts(shapes, return_index=True)
    keep = (shapely.get_type_id(found) == kind) & ~shapely.is_empty(found)
    return found[keep], row[keep]


def merged_by(shapes: Shapes, group: Integers, groups: int) -> Shapes:
    """Union of the shapes of each group; an empty collection where a group has none."""
    order = np.argsort(group, kind="stable")
    found = np.full(groups, shapely.GeometryCollection(), dtype=object)
    if len(order):
        present = np.unique(group)
        collected = shapely.geometrycollections(shapes[order], indices=np.searchsorted(present, group[order]))
        found[present] = shapely.union_all(collected[:, None], axis=1)
    return found


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
