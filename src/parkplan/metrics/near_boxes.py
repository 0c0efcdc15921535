"""Which boxes lie near each other: a grid of square cells, sorted once, instead of a tree of boxes.

Parcels of a district are of much the same size, so a cell as large as a usual parcel holds a handful of boxes, and all
pairs of a cell are compared at once. A pair counts in the one cell where the later of its two beginnings lies, so that
it comes once. Boxes that would cover many cells are looked up in a tree.
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

MOST_CELLS: Final = 64
"""A box that covers more cells is looked up in a tree."""
LEAST_CELL_M: Final = 1e-3


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
    grid = _Grid.over(boxes, reach, gap_m)
    small = np.flatnonzero(grid.cells() <= MOST_CELLS)
    sides = [grid.pairs(small, reach)]
    if len(small) < len(boxes):
        sides.append(_of_large(np.flatnonzero(grid.cells() > MOST_CELLS), reach))
    one, two = (np.concatenate(side) for side in zip(*sides, strict=True))
    low, high = np.maximum(boxes[one, :2], boxes[two, :2]), np.minimum(boxes[one, 2:], boxes[two, 2:])
    near = (np.maximum(low - high, 0.0) ** 2).sum(axis=1) <= gap_m**2
    return known[one[near]], known[two[near]]


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells that boxes cover: columns ``west`` to ``east`` and rows ``south`` to ``north``, of ``rows`` rows."""

    west: Positions
    south: Positions
    east: Positions
    north: Positions
    rows: int

    @classmethod
    def over(cls, boxes: Numbers, reach: Numbers, gap_m: float) -> _Grid:
        size = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        cell = max(float(np.median(size)) + gap_m, LEAST_CELL_M)
        west, south, east, north = ((reach - np.tile(reach[:, :2].min(axis=0), 2)) / cell).astype(np.int64).T
        return cls(west, south, east, north, int(north.max()) + 1)

    def cells(self) -> Positions:
        """Return how many cells each box covers."""
        found: Positions = (self.east - self.west + 1) * (self.north - self.south + 1)
        return found

    def pairs(self, chosen: Positions, reach: Numbers) -> tuple[Positions, Positions]:
        """Return the pairs (i < j) among chosen boxes whose reaches meet."""
        key, box = self._covered(chosen.astype(np.int32))
        last = np.flatnonzero(np.append(key[1:] != key[:-1], True)) if len(key) else key
        later = np.repeat(last, np.diff(last, prepend=-1)) - np.arange(len(key))
        west, south, east, north = np.ascontiguousarray(reach.T)[:, box]
        one, two, step = [chosen[:0]], [chosen[:0]], 1
        here = np.flatnonzero(later)
        while len(here):
            there = here + step
            meet = (west[there] <= east[here]) & (west[here] <= east[there])
            meet &= (south[there] <= north[here]) & (south[here] <= north[there])
            first, second = box[here[meet]], box[there[meet]]
            column = np.maximum(self.west[first], self.west[second])
            row = np.maximum(self.south[first], self.south[second])
            once = column * self.rows + row == key[here[meet]]
            one.append(first[once])
            two.append(second[once])
            step += 1
            here = here[later[here] >= step]
        return np.concatenate(one).astype(np.int64), np.concatenate(two).astype(np.int64)

    def _covered(self, chosen: npt.NDArray[np.int32]) -> tuple[Positions, npt.NDArray[np.int32]]:
        """Return the cells that chosen boxes cover and the boxes, by cell, in a cell in their order."""
        many = self.cells()[chosen]
        box = np.repeat(chosen, many)
        within = (np.arange(len(box)) - np.repeat(np.cumsum(many) - many, many)).astype(np.int32)
        wide = (self.east - self.west + 1).astype(np.int32)[box]
        up = within // wide
        key = (self.west[box] + (within - up * wide)) * self.rows + self.south[box] + up
        order = np.argsort(key, kind="stable")
        return key[order], box[order]


def _of_large(large: Positions, reach: Numbers) -> tuple[Positions, Positions]:
    """Return the pairs (i < j) of which one at least is large."""
    boxes = shapely.box(*reach.T)
    first, second = shapely.STRtree(boxes).query(boxes[large])
    both = np.isin(second, large)
    kept = (large[first] != second) & (~both | (large[first] < second))
    one, two = large[first[kept]], second[kept]
    return np.minimum(one, two), np.maximum(one, two)
