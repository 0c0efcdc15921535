"""The question as a mixed-integer program; that the parcels hang together is left to cuts.

Variables: x_i (parcel i is in), y_e (both ends of pair e are in), z_o (owner o is touched).

    max  sum v_i x_i + sum b_e y_e
    s.t. area, parcels, cost within their limits; sum z_o <= owners; x_i <= z_owner(i)
         flagged area >= share x area; one parcel with frontage; y_e <= x_i, y_e <= x_j
         outline P = sum p_i x_i - 2 sum s_e y_e <= every tangent of sqrt(4 pi A / compactness)

y and z may be fractional: they are 0 or 1 by themselves where x is. Compactness asks for P <= sqrt(4 pi A / c), the
area under a concave curve, which its tangents describe as nearly as wanted: some stand in the model, and the one at the
area of a site that breaks the limit is added when such a site comes up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.sites.problem import Assembly, Numbers, Positions

INFINITE: Final = float("inf")
TANGENTS: Final = 8


@dataclass(frozen=True, slots=True)
class Outline:
    """The limit of compactness: area and outline as sums over all variables, and 4 pi over the least compactness."""

    area_m2: Numbers
    outline_m: Numbers
    steepness: float

    def tangent(self, area_m2: float) -> tuple[Numbers, float]:
        """Return weights and right side of the tangent at an area: outline - slope x area <= sqrt(steepness area) / 2.

        In units of 10 m, so that its numbers are near those of the other rows.
        """
        most = np.sqrt(self.steepness * area_m2)
        slope = self.steepness / (2.0 * most)
        return (self.outline_m - slope * self.area_m2) / 10.0, float(most / 2.0 / 10.0)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Maximise ``gain`` x subject to ``low <= matrix x <= high`` and ``lower <= x <= upper``.

    The first ``parcels`` variables are integer. ``rows`` are the parcels that they stand for; ``pairs`` (k, 2) are the
    positions among them of the y variables that follow, ``owners`` those of the z variables after these.
    """

    gain: Numbers
    matrix: csr_array
    low: Numbers
    high: Numbers
    lower: Numbers
    upper: Numbers
    parcels: int
    rows: Positions
    pairs: Positions
    owner_of: Positions
    outline: Outline | None = None

    def start(self, site: tuple[int, ...]) -> Numbers:
        """Return the variables of a site."""
        x = np.isin(self.rows, site).astype(np.float64)
        y = x[self.pairs].all(axis=1).astype(np.float64) if len(self.pairs) else np.empty(0)
        owners = np.zeros(len(self.gain) - self.parcels - len(self.pairs))
        if len(owners):
            np.maximum.at(owners, self.owner_of, x)
        return np.concatenate([x, y, owners])


@dataclass(slots=True)
class _Rows:
    """Rows that are being written."""

    columns: list[Positions]
    values: list[Numbers]
    low: list[float]
    high: list[float]

    def add(self, columns: npt.ArrayLike, values: npt.ArrayLike, low: float, high: float) -> None:
        """Add one row."""
        self.columns.append(np.asarray(columns, dtype=np.int64))
        self.values.append(np.asarray(values, dtype=np.float64))
        self.low.append(low)
        self.high.append(high)

    def matrix(self, width: int) -> csr_array:
        """Return the rows as a sparse matrix."""
        start = np.concatenate([[0], np.cumsum([len(part) for part in self.columns])])
        columns = np.concatenate(self.columns) if self.columns else np.empty(0, dtype=np.int64)
        values = np.concatenate(self.values) if self.values else np.empty(0)
        return csr_array((values, columns, start), shape=(len(self.low), width))


def linear_model(problem: Assembly) -> LinearModel:
    """Write the question as a linear model over its allowed parcels."""
    rows = np.flatnonzero(problem.allowed)
    place = np.full(len(problem), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    pairs = _pairs(problem, place)
    ends = np.column_stack([place[problem.left[pairs]], place[problem.right[pairs]]])
    owned = problem.limits.max_owners is not None
    owner_of = (
        np.unique(problem.owner[rows], return_inverse=True)[1].astype(np.int64) if owned else np.empty(0, np.int64)
    )
    owners = int(owner_of.max()) + 1 if len(owner_of) else 0
    width = len(rows) + len(pairs) + owners
    table = _Rows([], [], [], [])
    _limits(table, problem, rows)
    for index, (one, two) in enumerate(ends.tolist()):
        table.add([len(rows) + index, one], [1.0, -1.0], -INFINITE, 0.0)
        table.add([len(rows) + index, two], [1.0, -1.0], -INFINITE, 0.0)
    if owners:
        first = len(rows) + len(pairs)
        for position, owner in enumerate(owner_of.tolist()):
            table.add([position, first + owner], [1.0, -1.0], -INFINITE, 0.0)
        table.add(np.arange(first, width), np.ones(owners), -INFINITE, float(problem.limits.max_owners or 0))
    gain = np.concatenate([problem.value[rows], problem.bonus[pairs], np.zeros(owners)])
    lower = np.concatenate([problem.locked[rows].astype(np.float64), np.zeros(len(pairs) + owners)])
    outline = _outline(problem, rows, pairs, width)
    if outline is not None:
        _tangents(table, outline, problem)
    matrix, low, high = table.matrix(width), np.asarray(table.low), np.asarray(table.high)
    return LinearModel(gain, matrix, low, high, lower, np.ones(width), len(rows), rows, ends, owner_of, outline)


def _pairs(problem: Assembly, place: Positions) -> Positions:
    wanted = problem.bonus != 0
    if problem.limits.min_compactness is not None:
        wanted = wanted | (problem.shared_m != 0)
    kept = (place[problem.left] >= 0) & (place[problem.right] >= 0) & wanted
    return np.flatnonzero(kept).astype(np.int64)


def _outline(problem: Assembly, rows: Positions, pairs: Positions, width: int) -> Outline | None:
    least = problem.limits.min_compactness
    if least is None:
        return None
    area, outline = np.zeros(width), np.zeros(width)
    area[: len(rows)], outline[: len(rows)] = problem.area_m2[rows], problem.perimeter_m[rows]
    outline[len(rows) : len(rows) + len(pairs)] = -2.0 * problem.shared_m[pairs]
    return Outline(area, outline, 4.0 * np.pi / least)


def _tangents(table: _Rows, outline: Outline, problem: Assembly) -> None:
    """Write the tangents at areas from the least to the largest that a site may have."""
    known = outline.area_m2[outline.area_m2 > 0]
    if not len(known):
        return
    low = problem.limits.min_area_m2 or float(known.min())
    high = max(problem.limits.max_area_m2 or float(known.sum()), low)
    for area in np.geomspace(low, high, TANGENTS):
        weights, most = outline.tangent(float(area))
        columns = np.flatnonzero(weights)
        table.add(columns, weights[columns], -INFINITE, most)


def _limits(table: _Rows, problem: Assembly, rows: Positions) -> None:
    limits, every = problem.limits, np.arange(len(rows))
    area = problem.area_m2[rows] / 10_000.0
    _range(table, every, area, _scaled(limits.min_area_m2, 10_000.0), _scaled(limits.max_area_m2, 10_000.0))
    _range(table, every, np.ones(len(rows)), limits.min_parcels or 1, limits.max_parcels)
    _range(table, every, problem.cost_yuan[rows] / 1e6, None, _scaled(limits.max_cost_yuan, 1e6))
    if limits.min_flagged_share:
        weight = area * (problem.flagged[rows].astype(np.float64) - limits.min_flagged_share)
        table.add(every, weight, 0.0, INFINITE)
    if limits.frontage:
        here = np.flatnonzero(problem.frontage[rows])
        table.add(here, np.ones(len(here)), 1.0, INFINITE)


def _scaled(limit: float | None, scale: float) -> float | None:
    return None if limit is None else limit / scale


def _range(table: _Rows, columns: Positions, values: Numbers, low: float | None, high: float | None) -> None:
    if low is not None or high is not None:
        table.add(columns, values, -INFINITE if low is None else low, INFINITE if high is None else high)
