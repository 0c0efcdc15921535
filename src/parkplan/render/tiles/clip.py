"""Clipping to the buffered tile, for many rings or lines at once.

Rings are cut by one side of the rectangle after the other (Sutherland and Hodgman, 1974): areas are exact, and where a
concave ring falls into pieces, these stay joined along the side, outside the visible tile. Lines are cut segment by
segment (Liang and Barsky, 1984) and joined again where they were not cut.
"""

from __future__ import annotations

import numpy as np

from parkplan.render.tiles.grid import Flags, Floats, Integers


def clip_rings(xy: Floats, counts: Integers, low: float, high: float) -> tuple[Floats, Integers]:
    """Cut rings by the square ``low .. high`` in x and y; return vertices and counts, zero for a ring that is outside.

    >>> clip_rings(np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 1.0], [0.0, 1.0]]), np.array([4]), 0.0, 2.0)[0].tolist()
    [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]
    """
    for axis, sign, limit in ((0, 1.0, low), (0, -1.0, -high), (1, 1.0, low), (1, -1.0, -high)):
        inside_by = sign * xy[:, axis] - limit
        if (inside_by < 0).any():
            xy, counts = _cut_rings(xy, counts, inside_by)
            xy[:, axis] = np.clip(xy[:, axis], low if sign > 0 else None, high if sign < 0 else None)
    return xy, counts


def _cut_rings(xy: Floats, counts: Integers, inside_by: Floats) -> tuple[Floats, Integers]:
    """Keep what lies on the positive side; ``inside_by`` is the signed distance of each vertex."""
    ends = np.cumsum(counts)
    following = np.arange(1, len(xy) + 1)
    full = counts > 0
    following[ends[full] - 1] = (ends - counts)[full]
    inside = inside_by >= 0
    crossing = inside != inside[following]
    emitted = inside.astype(np.int64) + crossing
    at = np.cumsum(emitted) - emitted
    out = np.empty((int(emitted.sum()), 2))
    out[at[inside]] = xy[inside]
    start, end = np.flatnonzero(crossing), following[crossing]
    share = inside_by[start] / (inside_by[start] - inside_by[end])
    out[at[crossing] + inside[crossing]] = xy[start] + share[:, None] * (xy[end] - xy[start])
    totals = np.concatenate([[0], np.cumsum(emitted)])
    return out, totals[ends] - totals[ends - counts]


def clip_lines(xy: Floats, counts: Integers, low: float, high: float) -> tuple[Floats, Integers, Integers]:
    """Cut lines by the square ``low .. high``; return vertices, counts of the pieces, and the line of each piece.

    >>> pieces, counts, line = clip_lines(np.array([[-1.0, 1.0], [3.0, 1.0]]), np.array([2]), 0.0, 2.0)
    >>> pieces.tolist(), counts.tolist(), line.tolist()
    ([[0.0, 1.0], [2.0, 1.0]], [2], [0])
    """
    line = np.repeat(np.arange(len(counts)), counts)
    segment = np.flatnonzero(line[1:] == line[:-1])
    start, step = xy[segment], xy[segment + 1] - xy[segment]
    enters, leaves = _inside_share(start, step, low, high)
    kept = enters <= leaves
    segment, start, step, enters, leaves = segment[kept], start[kept], step[kept], enters[kept], leaves[kept]
    joined: Flags = np.zeros(len(segment), bool)
    joined[1:] = (segment[1:] == segment[:-1] + 1) & (leaves[:-1] == 1) & (enters[1:] == 0)
    joined[1:] &= line[segment[1:]] == line[segment[:-1]]
    # a piece is: the first point of its first segment, then the last point of every segment
    size = np.where(joined, 1, 2)
    last = np.cumsum(size) - 1
    out = np.empty((int(size.sum()), 2))
    out[last] = start + leaves[:, None] * step
    out[last[~joined] - 1] = (start + enters[:, None] * step)[~joined]
    opens = np.flatnonzero(~joined)
    pieces = np.add.reduceat(size, opens) if len(opens) else np.zeros(0, np.int64)
    return np.clip(out, low, high), pieces, line[segment[opens]]


def _inside_share(start: Floats, step: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """Shares of each segment at which it enters and leaves the square; enters > leaves when it misses."""
    with np.errstate(divide="ignore", invalid="ignore"):
        to_low, to_high = (low - start) / step, (high - start) / step
    resting = step == 0
    beside = resting & ((start < low) | (start > high))
    first = np.where(resting, np.where(beside, np.inf, -np.inf), np.minimum(to_low, to_high))
    second = np.where(resting, np.where(beside, -np.inf, np.inf), np.maximum(to_low, to_high))
    return np.maximum(first.max(axis=1), 0.0), np.minimum(second.min(axis=1), 1.0)
