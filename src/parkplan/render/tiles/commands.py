"""Geometry commands of a vector tile (Vector Tile Specification 2.1, section 4.3) for many features at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from parkplan.render.tiles.grid import EXTENT, UNITS_PER_PX, Flags, Floats, Integers, Tokens
from parkplan.render.tiles.shapes import Kind, reversal, ring_areas
from parkplan.render.tiles.wire import zigzag

MOVE_TO: Final = 1
LINE_TO: Final = 2
CLOSE_PATH: Final = 7 | 1 << 3
_FILLED: Final = (4 * UNITS_PER_PX) ** 2
"""Area up to which a polygon is drawn without the holes that would eat it up, in square units."""
_LEAST: Final[dict[Kind, int]] = {"point": 1, "line": 2, "polygon": 3}


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths on the integer grid of a tile; ``part`` is ascending, and the first path of a polygon is its exterior."""

    xy: Integers
    counts: Integers
    part: Integers

    @classmethod
    def rounded(cls, units: Floats, counts: Integers, part: Integers) -> Paths:
        """Round vertices in tile units to the grid; half a unit at most is lost."""
        return cls(np.rint(units).astype(np.int64), counts, part)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Commands of features: the row of each, how many numbers it has, and all numbers one after the other."""

    rows: Integers
    counts: Integers
    tokens: Tokens


NOTHING: Final = Drawn(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32))


def both(first: Drawn, second: Drawn) -> Drawn:
    """Put the features of two sets into one."""
    return Drawn(
        np.concatenate([first.rows, second.rows]),
        np.concatenate([first.counts, second.counts]),
        np.concatenate([first.tokens, second.tokens]),
    )


def draw(kind: Kind, paths: Paths, part_row: Integers) -> Drawn:
    """Return the commands; parts of the same row become one feature, degenerate paths are left out."""
    if kind == "polygon":
        paths = _settled(_chosen(paths, paths.counts >= _LEAST[kind]))
    paths = _distinct(paths, closed=kind == "polygon")
    least = paths.counts >= _LEAST[kind]
    if kind == "polygon":
        least &= _alive(paths.part, _exterior(paths.part) & least)
    paths = _chosen(paths, least)
    if not len(paths.counts):
        return NOTHING
    row = part_row[paths.part]
    opens = np.r_[True, row[1:] != row[:-1]]
    return _point_tokens(paths, row, opens) if kind == "point" else _path_tokens(kind, paths, row, opens)


def squares(kind: Kind, cells: Integers, rows: Integers) -> Drawn:
    """Draw one pixel for each cell (n, 2): a square, a dash or a point, for what is too small to have a shape."""
    corner = cells * UNITS_PER_PX
    side = UNITS_PER_PX
    offsets = {
        "polygon": np.array([[0, 0], [side, 0], [side, side], [0, side]]),
        "line": np.array([[0, side // 2], [side, side // 2]]),
        "point": np.array([[side // 2, side // 2]]),
    }[kind]
    xy = (corner[:, None, :] + offsets[None, :, :]).reshape(-1, 2)
    return draw(kind, Paths(xy, np.full(len(rows), len(offsets)), np.arange(len(rows))), rows)


def _exterior(part: Integers) -> Flags:
    return np.r_[True, part[1:] != part[:-1]] if len(part) else np.zeros(0, bool)


def _alive(part: Integers, good_exterior: Flags) -> Flags:
    """Paths whose part has a good exterior; a hole without its exterior must go."""
    return np.isin(part, part[good_exterior])


def _chosen(paths: Paths, keep: Flags) -> Paths:
    if keep.all():
        return paths
    return Paths(paths.xy[np.repeat(keep, paths.counts)], paths.counts[keep], paths.part[keep])


def _settled(paths: Paths) -> Paths:
    """Give each ring the sign it must have after rounding, and a sliver to exteriors that rounding made flat.

    A small polygon that its holes would eat up after rounding loses its holes; one whose hole covers the tile goes.
    """
    if not len(paths.counts):
        return paths
    exterior = _exterior(paths.part)
    area = ring_areas(paths.xy[:, 0], paths.xy[:, 1], paths.counts)
    flat = exterior & (area == 0)
    if flat.any():
        paths = Paths(_slivers(paths, flat), paths.counts, paths.part)
        area = ring_areas(paths.xy[:, 0], paths.xy[:, 1], paths.counts)
    turned = np.where(exterior, area < 0, area > 0)
    if turned.any():
        paths = Paths(paths.xy[reversal(paths.counts, turned)], paths.counts, paths.part)
    size = np.abs(area)
    numbers = np.cumsum(exterior) - 1
    net = np.bincount(numbers, weights=np.where(exterior, size, -size))
    void = net[numbers] <= 0
    solid = exterior & (size > 0) & (flat | ~void | (size < EXTENT * EXTENT))
    filled = exterior & (flat | (void & (size <= _FILLED)))
    hollow = ~exterior & (size > 0) & _alive(paths.part, solid & ~filled)
    return _chosen(paths, solid | hollow)


def _slivers(paths: Paths, flat: Flags) -> Integers:
    """Replace flat rings by a triangle one unit wide between their extreme vertices."""
    xy = paths.xy.copy()
    ends = np.cumsum(paths.counts)
    first = (ends - paths.counts)[flat]
    key = (xy[:, 0] + (1 << 20)) * (1 << 22) + xy[:, 1] + (1 << 20)
    low = np.minimum.reduceat(key, ends - paths.counts)[flat]
    high = np.maximum.reduceat(key, ends - paths.counts)[flat]
    from_ = np.column_stack([(low >> 22) - (1 << 20), (low & ((1 << 22) - 1)) - (1 << 20)])
    to = np.column_stack([(high >> 22) - (1 << 20), (high & ((1 << 22) - 1)) - (1 << 20)])
    flatter = np.abs(to[:, 0] - from_[:, 0]) >= np.abs(to[:, 1] - from_[:, 1])
    tip = to + np.column_stack([~flatter, flatter])
    tip[(to == from_).all(axis=1)] = to[(to == from_).all(axis=1)]
    inside = np.repeat(flat, paths.counts)
    xy[inside] = np.repeat(tip, paths.counts[flat], axis=0)
    xy[first], xy[first + 1] = from_, to
    return xy


def _distinct(paths: Paths, *, closed: bool) -> Paths:
    """Drop each vertex that repeats the one before it; in a ring, the last if it repeats the first."""
    xy, ends = paths.xy, np.cumsum(paths.counts)
    if not len(xy):
        return paths
    first = np.zeros(len(xy), bool)
    first[(ends - paths.counts)[paths.counts > 0]] = True
    keep = np.ones(len(xy), bool)
    keep[1:] = (xy[1:] != xy[:-1]).any(axis=1) | first[1:]
    if closed:
        some = paths.counts > 1
        last = ends[some] - 1
        start = (ends - paths.counts)[some]
        last = _last_kept(keep, last)
        again = (xy[last] == xy[start]).all(axis=1) & (last != start)
        keep[last[again]] = False
    totals = np.concatenate([[0], np.cumsum(keep)])
    return Paths(xy[keep], totals[ends] - totals[ends - paths.counts], paths.part)


def _last_kept(keep: Flags, last: Integers) -> Integers:
    """The nearest kept vertex at or before each given one."""
    found: Integers = np.maximum.accumulate(np.where(keep, np.arange(len(keep)), 0))[last]
    return found


def _steps(paths: Paths, opens: Flags) -> Tokens:
    """Zigzag steps from vertex to vertex; the cursor starts at the origin in each feature."""
    start = (np.cumsum(paths.counts) - paths.counts)[opens]
    steps = np.empty_like(paths.xy)
    steps[1:] = paths.xy[1:] - paths.xy[:-1]
    steps[start] = paths.xy[start]
    return zigzag(steps)


def _per_feature(values: Integers, opens: Flags) -> Integers:
    total: Integers = np.add.reduceat(values, np.flatnonzero(opens))
    return total


def _point_tokens(paths: Paths, row: Integers, opens: Flags) -> Drawn:
    """One MoveTo with all points of the feature."""
    points = _per_feature(paths.counts, opens)
    counts = 1 + 2 * points
    at = np.cumsum(counts) - counts
    tokens = np.empty(int(counts.sum()), np.uint32)
    is_step = np.ones(len(tokens), bool)
    is_step[at] = False
    tokens[at] = points << 3 | MOVE_TO
    tokens[is_step] = _steps(paths, opens).ravel()
    return Drawn(row[opens], counts, tokens)


def _path_tokens(kind: Kind, paths: Paths, row: Integers, opens: Flags) -> Drawn:
    """MoveTo, the first vertex, LineTo with the others, and ClosePath for a ring."""
    closing = 1 if kind == "polygon" else 0
    counts = 2 * paths.counts + 2 + closing
    at = np.cumsum(counts) - counts
    tokens = np.empty(int(counts.sum()), np.uint32)
    is_step = np.ones(len(tokens), bool)
    is_step[at] = False
    is_step[at + 3] = False
    tokens[at] = 1 << 3 | MOVE_TO
    tokens[at + 3] = (paths.counts - 1) << 3 | LINE_TO
    if closing:
        is_step[at + counts - 1] = False
        tokens[at + counts - 1] = CLOSE_PATH
    tokens[is_step] = _steps(paths, opens).ravel()
    return Drawn(row[opens], _per_feature(counts, opens), tokens)
