"""How far the boundaries of polygons touch or lie opposite each other: the measure behind "these parcels adjoin".

A stretch of boundary faces another polygon where the foot of its perpendicular falls on an edge of that polygon, the
two edges are within 45 degrees of parallel, and they are no farther apart than a gap. Polygons that meet at a corner
face each other over no length. Everything is closed form on arrays of edges, so that no buffer is made; pairs are
measured in portions that stay in the cache of a processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

TOUCHING_M: Final = 0.05
"""Edges this near to each other are one shared edge: the accuracy of a boundary survey is 5 cm."""
LEAST_COSINE: Final = 0.7071
PORTION: Final = 60_000
"""Edges looked at in one go."""
MOST_MEETINGS: Final = 200_000
"""Pairs of edges compared in one go; bounds the memory where polygons have thousands of corners."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The boundary edges of n polygons, those of polygon i in ``start[i]:start[i + 1]``.

    ``line`` (5, m) is begin x, y, unit direction x, y and length; ``box`` (4, m) the box of an edge, ``bounds`` (n, 4)
    that of a polygon: west, south, east, north.
    """

    line: Numbers
    box: Numbers
    start: Positions
    bounds: Numbers

    @classmethod
    def of(cls, shapes: Shapes) -> Edges:
        """Take all rings apart; edges of no length are left out."""
        known = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
        counts = np.zeros(len(shapes), dtype=np.int64)
        x, y, last = np.empty(0), np.empty(0), np.empty(0, dtype=np.int64)
        if len(known):
            _, xy, offsets = shapely.to_ragged_array(shapes[known], include_z=False)
            x, y = np.ascontiguousarray(xy.T)
            last, whole = offsets[0][1:] - 1, offsets[0]
            for parts in offsets[1:]:
                whole = whole[parts]
            counts[known] = np.diff(whole)
        dx, dy = np.diff(x, append=0.0), np.diff(y, append=0.0)
        length = np.hypot(dx, dy)
        length[last] = 0.0  # from one ring to the next there is no edge
        real = np.flatnonzero(length)
        start = np.searchsorted(real, np.concatenate([[0], np.cumsum(counts)]))
        x, y, dx, dy, length = x[real], y[real], dx[real], dy[real], length[real]
        line = np.stack([x, y, dx / length, dy / length, length])
        box = np.stack([np.minimum(x, x + dx), np.minimum(y, y + dy), np.maximum(x, x + dx), np.maximum(y, y + dy)])
        return cls(line, box, start, shapely.bounds(shapes))


@dataclass(frozen=True, slots=True)
class Facing:
    """For each pair of polygons: metres that face each other, and where they are nearest opposite.

    ``link`` (pairs, 4) is the straight connection x0, y0, x1, y1 in the middle of the longest opposite stretch of the
    first polygon, NaN where there is none.
    """

    facing_m: Numbers
    link: Numbers


def facing(edges: Edges, left: Positions, right: Positions, gap_m: float) -> Facing:
    """Measure pairs of polygons (positions in ``left`` and ``right``) that face each other no farther apart than a gap.

    The length is the smaller of the two ways of looking, so that it does not depend on the order.

    >>> pair = Edges.of(np.array([shapely.box(0, 0, 10, 10), shapely.box(15, 2, 25, 30)]))
    >>> found = facing(pair, np.array([0]), np.array([1]), 6.0)
    >>> found.facing_m.tolist(), found.link.tolist()
    ([8.0], [[10.0, 6.0, 15.0, 6.0]])
    """
    found = Facing(np.zeros(len(left)), np.full((len(left), 4), np.nan))
    for part, met in _meetings(edges, left, right, gap_m):
        there, back = _stretches(met, gap_m), _stretches(met.turned(), gap_m)
        count = part.stop - part.start
        found.facing_m[part] = np.minimum(_covered(met, there, count), _covered(met.turned(), back, count))
        pair, link = _links(met, there)
        found.link[part.start + pair] = link
    return found


def shared_m(edges: Edges, left: Positions, right: Positions) -> Numbers:
    """Return the metres of common edge of pairs of polygons, the smaller of the two ways of looking.

    >>> pair = Edges.of(np.array([shapely.box(0, 0, 10, 10), shapely.box(10.03, 2, 25, 30)]))
    >>> shared_m(pair, np.array([0]), np.array([1])).tolist()
    [8.0]
    """
    found = np.zeros(len(left))
    for part, met in _meetings(edges, left, right, TOUCHING_M):
        back, count = met.turned(), part.stop - part.start
        there, here = (_covered(way, _stretches(way, TOUCHING_M), count) for way in (met, back))
        found[part] = np.minimum(there, here)
    return found


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Pairs of edges whose boxes are near: the pair of polygons (in its portion), the two edges, and their lines."""

    pair: Positions
    first: Positions
    second: Positions
    one: Numbers
    two: Numbers

    def turned(self) -> _Meetings:
        """Return the same seen from the other side."""
        return _Meetings(self.pair, self.second, self.first, self.two, self.one)


def _meetings(edges: Edges, left: Positions, right: Positions, reach: float) -> Iterator[tuple[slice, _Meetings]]:
    """Go through pairs of polygons in portions, and return the edges of each that may lie within reach."""
    many = np.diff(edges.start)
    for part in _portions(many[left] + many[right], PORTION):
        one, two = left[part], right[part]
        first, first_pair = _edges_near(edges, one, edges.bounds[two], reach)
        second, second_pair = _edges_near(edges, two, edges.bounds[one], reach)
        begin = np.searchsorted(second_pair, np.arange(len(one)))
        copies = np.bincount(second_pair, minlength=len(one))[first_pair]
        found = [
            _near_edges(edges, (first, first_pair), (second, begin), some, copies, reach)
            for some in _portions(copies, MOST_MEETINGS)
        ]
        if found:
            yield part, _Meetings(*(np.concatenate(side, axis=-1) for side in zip(*found, strict=True)))


def _portions(sizes: Positions, most: int) -> list[slice]:
    """Cut rows into portions of about so much; a portion holds whole rows."""
    if not len(sizes):
        return []
    cuts = np.flatnonzero(np.diff(np.cumsum(sizes) // most)) + 1
    return [slice(int(a), int(b)) for a, b in zip([0, *cuts], [*cuts, len(sizes)], strict=True)]


def _edges_near(edges: Edges, polygons: Positions, boxes: Numbers, reach: float) -> tuple[Positions, Positions]:
    """Return the edges of each polygon that come near its box, and the positions of the pairs that they belong to."""
    begin = edges.start[polygons]
    counts = edges.start[polygons + 1] - begin
    pair = np.repeat(np.arange(len(polygons)), counts)
    edge = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts - begin, counts)
    for low, high in ((0, 2), (1, 3)):  # what is apart in one direction need not be looked at in the other
        near = edges.box[low][edge] <= (boxes[:, high] + reach)[pair]
        near &= edges.box[high][edge] >= (boxes[:, low] - reach)[pair]
        kept = np.flatnonzero(near)
        edge, pair = edge[kept], pair[kept]
    return edge, pair


def _near_edges(
    edges: Edges,
    own: tuple[Positions, Positions],
    other: tuple[Positions, Positions],
    some: slice,
    copies: Positions,
    reach: float,
) -> tuple[Positions, Positions, Positions, Numbers, Numbers]:
    """Set some edges against all of the other polygon; keep those whose boxes are near and that are nearly parallel."""
    (first, pair), (second, begin) = own, other
    row = np.repeat(np.arange(some.start, some.stop), copies[some])
    ends = np.cumsum(copies[some])
    opposite = begin[pair[row]] + np.arange(len(row)) - np.repeat(ends - copies[some], copies[some])
    one, two = edges.box[:, first], edges.box[:, second]
    for low, high in ((0, 2), (1, 3)):
        near = one[low][row] <= two[high][opposite] + reach
        near &= two[low][opposite] <= one[high][row] + reach
        kept = np.flatnonzero(near)
        row, opposite = row[kept], opposite[kept]
    own_line, other_line = edges.line[:, first[row]], edges.line[:, second[opposite]]
    level = np.flatnonzero(np.abs(own_line[2] * other_line[2] + own_line[3] * other_line[3]) >= LEAST_COSINE)
    row, opposite = row[level], opposite[level]
    return pair[row], first[row], second[opposite], own_line[:, level], other_line[:, level]


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Where edges face others: the meetings, and begin and end along the first edge in metres."""

    meeting: Positions
    begin: Numbers
    end: Numbers


def _stretches(met: _Meetings, reach: float) -> _Stretches:
    """Return the stretch of each first edge whose perpendiculars fall on the second within reach."""
    x, y, dx, dy, length = met.one
    other_x, other_y, ex, ey, other = met.two
    rx, ry = x - other_x, y - other_y
    along, across = rx * ex + ry * ey, rx * ey - ry * ex
    cosine, sine = dx * ex + dy * ey, dx * ey - dy * ex
    foot = _interval(-along / cosine, (other - along) / cosine, length)
    near = _within(across, sine, reach, length)
    begin, end = np.maximum(foot[0], near[0]), np.minimum(foot[1], near[1])
    hit = np.flatnonzero(end > begin)
    return _Stretches(hit, begin[hit], end[hit])


def _interval(one: Numbers, two: Numbers, length: Numbers) -> tuple[Numbers, Numbers]:
    return np.maximum(np.minimum(one, two), 0.0), np.minimum(np.maximum(one, two), length)


def _within(across: Numbers, sine: Numbers, reach: float, length: Numbers) -> tuple[Numbers, Numbers]:
    """Return the stretch of an edge whose distance |across + t sine| from the other edge's line is within reach."""
    level = np.abs(sine) < 1e-12
    slope = np.where(level, 1.0, sine)
    low, high = _interval((-reach - across) / slope, (reach - across) / slope, length)
    near = np.abs(across) <= reach
    return np.where(level, 0.0, low), np.where(level, np.where(near, length, -1.0), high)


def _covered(met: _Meetings, found: _Stretches, pairs: int) -> Numbers:
    """Return per pair of polygons the length of the union of stretches; those on one edge may overlap."""
    if not len(found.begin):
        return np.zeros(pairs)
    pair, edge = met.pair[found.meeting], met.first[found.meeting]
    order = np.lexsort((found.begin, edge, pair))
    begin, end, pair, edge = found.begin[order], found.end[order], pair[order], edge[order]
    same = (edge[1:] == edge[:-1]) & (pair[1:] == pair[:-1])
    group = np.concatenate([[0], np.cumsum(~same)])
    shift = group * (float(end.max()) + 1.0)
    reached = np.maximum.accumulate(end + shift) - shift
    before = np.concatenate([[-np.inf], np.where(same, reached[:-1], -np.inf)])
    fresh = np.maximum(end - np.maximum(begin, before), 0.0)
    return np.bincount(pair, weights=fresh, minlength=pairs).astype(np.float64)


def _links(met: _Meetings, found: _Stretches) -> tuple[Positions, Numbers]:
    """Return the pairs that have a stretch, and the connection in the middle of the longest of each."""
    pair, length = met.pair[found.meeting], found.end - found.begin
    order = np.lexsort((-length, pair))
    chosen = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    x, y, dx, dy, _ = met.one[:, found.meeting[chosen]]
    other_x, other_y, ex, ey, _ = met.two[:, found.meeting[chosen]]
    middle = (found.begin[chosen] + found.end[chosen]) / 2
    x, y = x + middle * dx, y + middle * dy
    off = (x - other_x) * ey - (y - other_y) * ex
    return pair[chosen], np.column_stack([x, y, x - off * ey, y + off * ex])
