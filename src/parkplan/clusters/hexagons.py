"""A grid of hexagons of one width over projected coordinates; the same place is in the same cell in every run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

AROUND: Final = np.array([(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)])
"""Steps from a cell to the six beside it, in axial coordinates."""


@dataclass(frozen=True)
class Hexagons:
    """Cells with a corner at the top, in the order of their axial coordinates.

    ``width_m`` is the distance between two parallel sides; ``q`` counts cells to the east along a row, ``r`` rows to
    the north. The centre of cell (0, 0) is the origin of the CRS.
    """

    width_m: float
    q: NDArray[np.int64]
    r: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.q)

    @property
    def area_m2(self) -> float:
        """Plane area of one cell."""
        return float(self.width_m**2 * np.sqrt(3) / 2)

    @cached_property
    def _place(self) -> dict[tuple[int, int], int]:
        return {pair: row for row, pair in enumerate(zip(self.q.tolist(), self.r.tolist(), strict=True))}

    def cell_of(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the position of the cell of each point, -1 where the grid has none."""
        q, r = axial(xy, self.width_m)
        found = (self._place.get(pair, -1) for pair in zip(q.tolist(), r.tolist(), strict=True))
        return np.fromiter(found, np.int64, len(q))

    def neighbours(self) -> sparse.csr_array[Any]:
        """Return which cells touch: a symmetric matrix of ones; cells that the grid lacks are nobody's neighbours."""
        rows, columns = [], []
        for row, (q, r) in enumerate(zip(self.q.tolist(), self.r.tolist(), strict=True)):
            beside = [self._place.get((q + east, r + north)) for east, north in AROUND.tolist()]
            columns += [cell for cell in beside if cell is not None]
            rows += [row] * sum(cell is not None for cell in beside)
        return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(self), len(self)))

    def polygons(self) -> NDArray[Any]:
        """Return the shapes of the cells."""
        side = self.width_m / np.sqrt(3)
        angle = np.deg2rad(np.arange(30, 390, 60))
        ring = side * np.column_stack([np.cos(angle), np.sin(angle)])
        centres = np.column_stack([self.width_m * (self.q + self.r / 2), 1.5 * side * self.r])
        return np.asarray(shapely.polygons(centres[:, None, :] + ring[None, :, :]))


def axial(xy: NDArray[np.float64], width_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the axial coordinates of the hexagon that holds each point.

    >>> [part.tolist() for part in axial(np.array([[0.0, 0.0], [100.0, 0.0], [50.0, 86.6]]), 100.0)]
    [[0, 1, 0], [0, 0, 1]]
    """
    r = xy[:, 1] * 2 / (np.sqrt(3) * width_m)
    cube = np.column_stack([xy[:, 0] / width_m - r / 2, r, -xy[:, 0] / width_m - r / 2])
    near = np.rint(cube)
    worst = np.abs(near - cube).argmax(1)
    rows = np.arange(len(near))
    near[rows, worst] -= near.sum(1)
    return near[:, 0].astype(np.int64), near[:, 1].astype(np.int64)


def hexagons(xy: NDArray[np.float64], width_m: float) -> Hexagons:
    """Return the cells that hold at least one of the points."""
    pairs = np.unique(np.column_stack(axial(xy, width_m)), axis=0)
    return Hexagons(float(width_m), pairs[:, 0], pairs[:, 1])
