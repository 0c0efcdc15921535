"""Which polygons of one layer overlap, each pair asked once and by the cheapest question."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.quality.apart import proven_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]
    Shapes = NDArray[np.object_]

MOST_THREADS: Final = 8
PAIRS_PER_THREAD: Final = 10_000
PAIRS_ASKED_AT_ONCE: Final = 2_000


def box_pairs(shapes: Shapes, gap_m: float = 0.0) -> tuple[Positions, Positions]:
    """Return the pairs (i < j) of positions whose boxes lie no farther apart than a gap; each pair once."""
    boxes = shapely.bounds(shapes)
    known = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    asked = shapes[known] if gap_m == 0.0 else shapely.box(*(boxes[known] + np.array([-gap_m, -gap_m, gap_m, gap_m])).T)
    first, second = shapely.STRtree(shapes[known]).query(asked)
    once = first < second
    return known[first[once]], known[second[once]]


def overlapping_pairs(shapes: Shapes) -> tuple[Positions, Positions]:
    """Return the pairs (i < j) of positions whose interiors meet.

    Boxes are matched first, each pair once. Of many pairs those go that are proven to lie apart by the corners that
    they share. Each of the others is asked whether the shapes overlap and, only where one box covers the other,
    whether one shape lies in the other. Polygons must be valid.

    >>> row = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(3, 0, 5, 2)])
    >>> [pair.tolist() for pair in overlapping_pairs(row)]
    [[1], [2]]
    """
    left, right = box_pairs(shapes)
    if len(left) > PAIRS_ASKED_AT_ONCE:
        doubtful = ~proven_apart(shapes, left, right)
        left, right = left[doubtful], right[doubtful]
    meet = _overlap(shapes, left, right)
    nested = np.flatnonzero(~meet & _one_box_in_the_other(shapes, left, right))
    meet[nested] = shapely.relate_pattern(shapes[left[nested]], shapes[right[nested]], "T********")
    order = np.lexsort((right[meet], left[meet]))
    return left[meet][order], right[meet][order]


def _overlap(shapes: Shapes, left: Positions, right: Positions) -> NDArray[np.bool_]:
    """Ask pairs sorted by their left shape, on all processors; a prepared shape belongs to one thread alone."""
    shapely.prepare(shapes[np.unique(left)])
    threads = min(os.cpu_count() or 1, MOST_THREADS) if len(left) > PAIRS_PER_THREAD else 1
    even = np.linspace(0, len(left), threads + 1).astype(int)[1:-1]
    bounds = [0, *(int(cut) for cut in np.searchsorted(left, left[even])), len(left)]

    def ask(part: slice) -> NDArray[np.bool_]:
        return np.asarray(shapely.overlaps(shapes[left[part]], shapes[right[part]]))

    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(ask, (slice(*pair) for pair in pairwise(bounds)))))


def _one_box_in_the_other(shapes: Shapes, left: Positions, right: Positions) -> NDArray[np.bool_]:
    boxes = shapely.bounds(shapes) * np.array([1.0, 1.0, -1.0, -1.0])
    first, second = boxes[left], boxes[right]
    return np.asarray((first <= second).all(axis=1) | (first >= second).all(axis=1))
