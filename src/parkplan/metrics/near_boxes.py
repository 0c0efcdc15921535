"""Which boxes lie near each other: level strips, each swept from west to east, instead of a tree of boxes.

Parcels of a district are of much the same size, so a strip as high as a usual parcel holds them in one row or two. In
a strip sorted by the western sides, those that a box may meet follow it without a gap, so that one search gives how
many they are. A pair counts in the one strip where the later of its two beginnings lies, so that it comes once. Boxes
that would cover many strips, or meet many others, are looked up in a tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]

MOST_SIZES: Final = 16
"""A box so many times as large as the usual one is looked up in a tree."""
LEAST_STRIP_M: Final = 1e-3
PORTION: Final = 4_000_000
"""Pairs looked at in one go."""


def near_boxes(bounds: Numbers, gap_m: float) -> tuple[Positions, Positions]:
    """Return the pairs (i < j) of boxes (n, 4: west, south, east, north) no farther apart than a gap.

    Boxes with a missing number are near nothing.

    >>> west = np.array([0.0, 12.0, 40.0])
    >>> boxes = np.column_stack([west, np.zeros(3), west + 10.0, np.ones(3)])
    >>> [side.tolist() for side in near_boxes(boxes, 5.0)]
    [[0], [1]]
    """
    known = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    if len(known) < 2:
        return known[:0], known[:0]
    boxes = bounds[known]
    reach = boxes + np.array([-gap_m, -gap_m, gap_m, gap_m]) / 2
    size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) + gap_m
    usual = max(float(np.median(size)), LEAST_STRIP_M)
    large = size > MOST_SIZES * usual
    sides = [_of_strips(np.flatnonzero(~large), reach, usual)]
    if large.any():
        sides.append(_of_large(np.flatnonzero(large), reach))
    one, two = (np.concatenate(side) for side in zip(*sides, strict=True))
    apart = np.zeros(len(one))
    for low, high in ((0, 2), (1, 3)):
        begin, end = np.ascontiguousarray(boxes[:, low]), np.ascontiguousarray(boxes[:, high])
        between = np.maximum(begin[one], begin[two]) - np.minimum(end[one], end[two])
        apart += np.maximum(between, 0.0) ** 2
    near = apart <= gap_m**2
    one, two = known[one[near]], known[two[near]]
    return np.minimum(one, two), np.maximum(one, two)


def _of_strips(chosen: Positions, reach: Numbers, height: float) -> tuple[Positions, Positions]:
    """Return the pairs among chosen boxes whose reaches meet."""
    strip, box = _covered(chosen, reach, height)
    west, south, east, north = np.ascontiguousarray(reach[box].T)
    origin = west.min()
    width = east.max() - origin + 1.0
    begin, end = strip * width + (west - origin), strip * width + (east - origin)
    order = np.argsort(begin)
    strip, box, begin, end, south, north = (side[order] for side in (strip, box, begin, end, south, north))
    slack = 4.0 * np.spacing(float(end.max()))
    many = np.searchsorted(begin, end + slack, side="right") - np.arange(1, len(box) + 1)
    first_strip = np.floor(south / height)
    one, two = [chosen[:0]], [chosen[:0]]
    for part in _portions(many):
        here = np.repeat(np.arange(part.start, part.stop), many[part])
        before = np.repeat(np.cumsum(many[part]) - many[part], many[part])
        there = here + 1 + np.arange(len(here)) - before
        meet = np.flatnonzero((south[there] <= north[here]) & (south[here] <= north[there]))
        here, there = here[meet], there[meet]
        once = np.maximum(first_strip[here], first_strip[there]) == strip[here]
        one.append(box[here[once]])
        two.append(box[there[once]])
    return np.concatenate(one), np.concatenate(two)


def _covered(chosen: Positions, reach: Numbers, height: float) -> tuple[Positions, Positions]:
    """Return the strips that chosen boxes cover, and the boxes."""
    low, high = (np.floor(reach[chosen, side] / height).astype(np.int64) for side in (1, 3))
    many = high - low + 1
    box, within = np.repeat(chosen, many), np.arange(int(many.sum()))
    return np.repeat(low - np.cumsum(many) + many, many) + within, box


def _portions(sizes: Positions) -> list[slice]:
    """Cut rows into portions of about so many pairs."""
    cuts = np.flatnonzero(np.diff(np.cumsum(sizes) // PORTION)) + 1
    return [slice(int(a), int(b)) for a, b in zip([0, *cuts], [*cuts, len(sizes)], strict=True)]


def _of_large(large: Positions, reach: Numbers) -> tuple[Positions, Positions]:
    """Return the pairs of which one at least is large."""
    boxes = shapely.box(*reach.T)
    first, second = shapely.STRtree(boxes).query(boxes[large])
    both = np.isin(second, large)
    kept = (large[first] != second) & (~both | (large[first] < second))
    return large[first[kept]], second[kept]
