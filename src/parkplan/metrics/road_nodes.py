"""Road lines split where they meet, level by level, with their ends as numbered nodes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Shapes = npt.NDArray[Any]

GRID_M: Final = 0.01
"""Coordinates are rounded to this; ends that then coincide are one node."""


@dataclass(frozen=True, slots=True, eq=False)
class Noded:
    """Pieces of line with the node at either end, and the position of the line that each lies on."""

    lines: Shapes
    source: Rows
    tail: Rows
    head: Rows
    nodes: Numbers


def noded(lines: Shapes, level: Numbers | None = None) -> Noded:
    """Split lines where they meet on one level, and across levels where one ends on another.

    Where lines of one level coincide, the first is kept as the source.
    """
    rows = np.flatnonzero(~(shapely.is_missing(lines) | shapely.is_empty(lines)))
    parts, owner = shapely.get_parts(lines[rows], return_index=True)
    source = rows[owner].astype(np.int64)
    high = np.zeros(len(parts)) if level is None else np.nan_to_num(np.asarray(level, dtype=np.float64))[source]
    pieces: list[Shapes] = []
    origin: list[Rows] = []
    for one in np.unique(high):
        here = np.flatnonzero(high == one)
        found, of = _split(parts[here])
        pieces.append(found)
        origin.append(source[here][of])
    if not pieces:
        nothing = np.empty(0, dtype=np.int64)
        return Noded(np.empty(0, dtype=object), nothing, nothing, nothing, np.empty((0, 2)))
    split, whose = np.concatenate(pieces), np.concatenate(origin)
    if len(pieces) > 1:
        split, whose = _cut_at_ends(split, whose)
    return numbered(split, whose)


def numbered(pieces: Shapes, source: Rows) -> Noded:
    """Return pieces that meet at their ends alone, with these ends as numbered nodes."""
    both = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    grid, number = np.unique(_on_grid(both), axis=0, return_inverse=True)
    tail, head = number.reshape(2, -1)
    return Noded(
        pieces, source, tail.astype(np.int64), head.astype(np.int64), np.asarray(grid * GRID_M, dtype=np.float64)
    )


def _split(lines: Shapes) -> tuple[Shapes, Rows]:
    """Return lines split at all their meetings, and the position of the line that each piece lies on."""
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
    pieces = pieces[shapely.length(pieces) > 0]
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, near = shapely.STRtree(lines).query_nearest(middle, all_matches=True)
    order = np.lexsort((near, piece))
    first = np.unique(piece[order], return_index=True)[1]
    return pieces, near[order][first].astype(np.int64)


def _on_grid(points: Shapes) -> Rows:
    return np.asarray(np.round(shapely.get_coordinates(points) / GRID_M), dtype=np.int64)


def _cut_at_ends(pieces: Shapes, source: Rows) -> tuple[Shapes, Rows]:
    """Cut pieces where an end of another lies on them: a bridge that comes down on a street in its middle."""
    ends = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    ends = shapely.points(np.unique(_on_grid(ends), axis=0) * GRID_M)
    which, piece = shapely.STRtree(pieces).query(ends, predicate="dwithin", distance=GRID_M)
    along = shapely.line_locate_point(pieces[piece], ends[which])
    inner = (along > GRID_M) & (along < shapely.length(pieces[piece]) - GRID_M)
    found: list[shapely.LineString] = []
    of: list[int] = []
    for row in np.unique(piece[inner]).tolist():
        chosen = inner & (piece == row)
        found += _pieces(pieces[row], along[chosen], ends[which[chosen]])
        of += [source[row]] * (len(found) - len(of))
    whole = np.setdiff1d(np.arange(len(pieces)), piece[inner])
    cut = np.array(found, dtype=object)
    return np.concatenate([pieces[whole], cut]), np.concatenate([source[whole], np.array(of, dtype=np.int64)])


def _pieces(line: shapely.LineString, along: Numbers, points: Shapes) -> list[shapely.LineString]:
    """Return the parts of a line between points on it, which they get as their ends."""
    xy = shapely.get_coordinates(line)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    order = np.argsort(along, kind="stable")
    cuts = [(0.0, xy[0]), *zip(along[order], shapely.get_coordinates(points)[order], strict=True), (at[-1], xy[-1])]
    found = []
    for (begin, first), (end, last) in pairwise(cuts):
        between = xy[(at > begin + GRID_M / 2) & (at < end - GRID_M / 2)]
        found.append(shapely.LineString(np.vstack([first, between, last])))
    return found
