"""A heat map: how many firms there are per square kilometre around each place, by a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS_PER_BANDWIDTH: Final = 4
SIDE_MOST: Final = 400
"""Cells from side to side; a wider district gets wider cells."""
REACH: Final = 4.0
"""The kernel ends at so many bandwidths."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Firms per square kilometre in the cells of a square grid.

    ``density`` has a row for each step to the north and a column for each step to the east from ``west`` and ``south``.
    Its sum times the area of a cell is the number of firms.
    """

    west: float
    south: float
    cell_m: float
    density: NDArray[np.float64]

    def cells(self, least: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return the shapes and densities of the cells with at least so many firms per square kilometre."""
        row, column = np.nonzero(self.density >= least)
        west, south = self.west + column * self.cell_m, self.south + row * self.cell_m
        shapes = shapely.box(west, south, west + self.cell_m, south + self.cell_m)
        return np.asarray(shapes), self.density[row, column]


def heat(xy: NDArray[np.float64], *, bandwidth_m: float) -> Heat:
    """Spread each firm over its surroundings (Gaussian kernel of one bandwidth, Silverman 1986).

    Firms are counted in cells a quarter of the bandwidth wide, and the counts are smoothed. The grid is that of the
    CRS, so that the same place lies in the same cell in every run. Nothing is cut off at the edge of the district.

    Args:
        xy: n positions in metres.
        bandwidth_m: standard deviation of the kernel.

    >>> found = heat(np.array([[0.0, 0.0], [5000.0, 0.0]]), bandwidth_m=400.0)
    >>> float(round(found.density.sum() * found.cell_m**2 / 1e6, 6))
    2.0

    """
    margin = (REACH + 1) * bandwidth_m
    low, high = xy.min(axis=0) - margin, xy.max(axis=0) + margin
    cell = max(bandwidth_m / CELLS_PER_BANDWIDTH, float((high - low).max()) / SIDE_MOST)
    first = np.floor(low / cell).astype(np.int64)
    columns, rows = np.ceil(high / cell).astype(np.int64) - first
    column, row = (np.floor(xy / cell).astype(np.int64) - first).T
    counts = np.bincount(row * columns + column, minlength=int(rows * columns)).reshape(rows, columns)
    smooth = ndimage.gaussian_filter(counts.astype(np.float64), bandwidth_m / cell, mode="constant", truncate=REACH)
    return Heat(float(first[0] * cell), float(first[1] * cell), cell, smooth / (cell**2 / 1e6))
