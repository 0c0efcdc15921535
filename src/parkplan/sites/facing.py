"""How far the boundaries of polygons lie opposite each other: the measure behind "these parcels adjoin".

A stretch of boundary faces another polygon where the foot of its perpendicular falls on an edge of that polygon, the
two edges are within 45 degrees of parallel, and they are no farther apart than a gap. Polygons that meet at a corner
face each other over no length. Everything is closed form on arrays of edges, so that no buffer is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

TOUCHING_M: Final = 0.05
"""Edges this near to each other are one shared edge: the accuracy of a boundary survey is 5 cm."""
LEAST_COSINE: Final = 0.7071
CHUNK: Final = 1_000_000
"""Pairs of edges measured at a time; bounds the memory at some 300 MB."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The boundary edges of n polygons, those of polygon i in ``start[i]:start[i + 1]``."""

    x: Numbers
    y: Numbers
    dx: Numbers
    dy: Numbers
    start: Positions

    @classmethod
    def of(cls, shapes: Shapes) -> Edges:
        """Take all rings apart; edges of no length are left out."""
        parts, whole = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        owner = whole[part]
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        inside = np.flatnonzero(ring[:-1] == ring[1:]) if len(ring) else np.empty(0, dtype=np.int64)
        step = xy[inside + 1] - xy[inside]
        real = (step != 0).any(axis=1)
        inside, step = inside[real], step[real]
        counts = np.bincount(owner[ring[inside]], minlength=len(shapes))
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(xy[inside, 0], xy[inside, 1], step[:, 0], step[:, 1], start)


@dataclass(frozen=True, slots=True)
class Facing:
    """For each pair of polygons: metres that face each other, metres that touch, and where they are nearest opposite.

    ``link`` (pairs, 4) is the straight connection x0, y0, x1, y1 in the middle of the longest opposite stretch.
    """

    facing_m: Numbers
    shared_m: Numbers
    link: Numbers


def facing(shapes: Shapes, left: Positions, right: Positions, gap_m: float) -> Facing:
    """Measure pairs of polygons (positions in ``left`` and ``right``).

    The length is the smaller of the two ways of looking, so that it does not depend on the order.

    >>> pair = np.array([shapely.box(0, 0, 10, 10), shapely.box(15, 2, 25, 30)])
    >>> found = facing(pair, np.array([0]), np.array([1]), 6.0)
    >>> found.facing_m.tolist(), found.shared_m.tolist(), found.link.tolist()
    ([8.0], [0.0], [[10.0, 6.0, 15.0, 6.0]])
    """
    reach = max(gap_m, TOUCHING_M)
    bounds = shapely.bounds(shapes)
    edges = Edges.of(shapes)
    there = _measured(edges, bounds, (left, right), reach)
    back = _measured(edges, bounds, (right, left), reach)
    return Facing(np.minimum(there.facing_m, back.facing_m), np.minimum(there.shared_m, back.shared_m), there.link)


def _measured(edges: Edges, bounds: Numbers, pairs: tuple[Positions, Positions], reach: float) -> Facing:
    """Measure the edges of the first polygon of each pair against those of the second."""
    own, other = pairs
    first, first_pair = _edges_near(edges, own, bounds[other], reach)
    second, second_pair = _edges_near(edges, other, bounds[own], reach)
    count = len(own)
    begin = np.searchsorted(second_pair, np.arange(count))
    many = np.bincount(second_pair, minlength=count)
    found = Facing(np.zeros(count), np.zeros(count), np.full((count, 4), np.nan))
    longest = np.zeros(count)
    copies = many[first_pair]
    for part in _parts(copies):
        rows = np.repeat(np.arange(part.start, part.stop), copies[part])
        ends = np.cumsum(copies[part])
        within = np.arange(len(rows)) - np.repeat(ends - copies[part], copies[part])
        opposite = second[begin[first_pair[rows]] + within]
        _add(found, longest, edges, (first[rows], opposite, first_pair[rows], rows), reach)
    return found


def _edges_near(edges: Edges, polygons: Positions, boxes: Numbers, reach: float) -> tuple[Positions, Positions]:
    """Return the edges of each polygon that come near its box, and the positions of the pairs that they belong to."""
    counts = edges.start[polygons + 1] - edges.start[polygons]
    pair = np.repeat(np.arange(len(polygons)), counts)
    ends = np.cumsum(counts)
    edge = np.arange(len(pair)) - np.repeat(ends - counts - edges.start[polygons], counts)
    low_x, low_y, high_x, high_y = boxes.T
    x, y, dx, dy = edges.x[edge], edges.y[edge], edges.dx[edge], edges.dy[edge]
    near = (np.maximum(x, x + dx) >= low_x[pair] - reach) & (np.minimum(x, x + dx) <= high_x[pair] + reach)
    near &= (np.maximum(y, y + dy) >= low_y[pair] - reach) & (np.minimum(y, y + dy) <= high_y[pair] + reach)
    return edge[near], pair[near]


def _parts(copies: Positions) -> list[slice]:
    """Cut rows into parts whose copies stay below the chunk; a part holds whole rows."""
    if not len(copies):
        return []
    part = np.cumsum(copies) // CHUNK
    cuts = np.flatnonzero(np.diff(part)) + 1
    return [slice(int(a), int(b)) for a, b in zip([0, *cuts], [*cuts, len(copies)], strict=True)]


def _add(
    found: Facing,
    longest: Numbers,
    edges: Edges,
    rows: tuple[Positions, Positions, Positions, Positions],
    reach: float,
) -> None:
    """Add what pairs of edges contribute to their pairs of polygons."""
    first, second, pair, group = rows
    dx, dy = edges.dx[first], edges.dy[first]
    length = np.hypot(dx, dy)
    ex, ey = edges.dx[second], edges.dy[second]
    other = np.hypot(ex, ey)
    cosine = (dx * ex + dy * ey) / (length * other)
    kept = np.abs(cosine) >= LEAST_COSINE
    first, second, pair, group = first[kept], second[kept], pair[kept], group[kept]
    dx, dy, length = dx[kept] / length[kept], dy[kept] / length[kept], length[kept]
    ex, ey, other, cosine = ex[kept] / other[kept], ey[kept] / other[kept], other[kept], cosine[kept]
    rx, ry = edges.x[first] - edges.x[second], edges.y[first] - edges.y[second]
    along, across = rx * ex + ry * ey, rx * ey - ry * ex
    sine = dx * ey - dy * ex
    foot = _interval(-along / cosine, (other - along) / cosine, length)
    near = _within(across, sine, reach, length)
    begin, end = np.maximum(foot[0], near[0]), np.minimum(foot[1], near[1])
    hit = end > begin
    begin, end, pair, group, first = begin[hit], end[hit], pair[hit], group[hit], first[hit]
    found.facing_m[:] += _covered(begin, end, group, pair, len(longest))
    touching = _within(across, sine, TOUCHING_M, length)
    t0, t1 = np.maximum(foot[0], touching[0])[hit], np.minimum(foot[1], touching[1])[hit]
    touch = t1 > t0
    found.shared_m[:] += _covered(t0[touch], t1[touch], group[touch], pair[touch], len(longest))
    middle = (begin + end) / 2
    x, y = edges.x[first] + middle * dx[hit], edges.y[first] + middle * dy[hit]
    off = across[hit] + middle * sine[hit]
    link = np.column_stack([x, y, x - off * ey[hit], y + off * ex[hit]])
    _keep_longest(found, longest, end - begin, pair, link)


def _interval(one: Numbers, two: Numbers, length: Numbers) -> tuple[Numbers, Numbers]:
    return np.maximum(np.minimum(one, two), 0.0), np.minimum(np.maximum(one, two), length)


def _within(across: Numbers, sine: Numbers, reach: float, length: Numbers) -> tuple[Numbers, Numbers]:
    """Return the stretch of an edge whose distance |across + t sine| from the other edge's line is within reach."""
    level = np.abs(sine) < 1e-12
    slope = np.where(level, 1.0, sine)
    low, high = _interval((-reach - across) / slope, (reach - across) / slope, length)
    near = np.abs(across) <= reach
    return np.where(level, 0.0, low), np.where(level, np.where(near, length, -1.0), high)


def _covered(begin: Numbers, end: Numbers, group: Positions, pair: Positions, pairs: int) -> Numbers:
    """Return per pair the length of the union of stretches, where stretches of one group lie on one edge."""
    if not len(begin):
        return np.zeros(pairs)
    order = np.lexsort((begin, group))
    begin, end, group, pair = begin[order], end[order], group[order], pair[order]
    span = float(end.max()) + 1.0
    shift = (group - group[0]) * span
    reached = np.maximum.accumulate(end + shift) - shift
    before = np.concatenate([[-np.inf], np.where(group[1:] == group[:-1], reached[:-1], -np.inf)])
    fresh = np.maximum(end - np.maximum(begin, before), 0.0)
    return np.bincount(pair, weights=fresh, minlength=pairs).astype(np.float64)


def _keep_longest(found: Facing, longest: Numbers, length: Numbers, pair: Positions, link: Numbers) -> None:
    order = np.lexsort((-length, pair))
    first = order[np.concatenate([[True], pair[order][1:] != pair[order][:-1]])] if len(order) else order
    better = first[length[first] > longest[pair[first]]]
    longest[pair[better]] = length[better]
    found.link[pair[better]] = link[better]
