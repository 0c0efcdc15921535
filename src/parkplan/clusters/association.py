"""Where high values lie beside high ones: Moran's I, local Moran and Getis-Ord, with false discoveries controlled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.clusters.concentration import two_sided

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

PERMUTATIONS: Final = 9_999
CLASSES: Final = ("high_high", "low_high", "low_low", "high_low")
"""A cell and its surroundings, each against the mean."""


@dataclass(frozen=True, slots=True)
class GlobalMoran:
    """Moran's I of n cells, its value expected without any pattern, and a two-sided p by permutation."""

    i: float
    expected: float
    p: float
    n: int
    permutations: int


@dataclass(frozen=True, slots=True)
class LocalAssociation:
    """Local statistics of n cells.

    ``moran`` is Anselin's local I, ``g_star`` the z score of Getis and Ord's Gi*, ``kind`` one of `CLASSES`. ``p`` is
    two-sided by conditional permutation: the cell keeps its value, its neighbours are drawn from all others. For even
    weights local I and Gi* order these draws alike, so that one p serves both. ``significant`` holds where p is within
    ``threshold``, the limit at which the share of false discoveries is at most alpha (Benjamini and Hochberg 1995).
    A cell without neighbours has no statistics.
    """

    moran: NDArray[np.float64]
    g_star: NDArray[np.float64]
    kind: NDArray[np.str_]
    p: NDArray[np.float64]
    significant: NDArray[np.bool_]
    threshold: float
    permutations: int

    @property
    def hot(self) -> NDArray[np.bool_]:
        """Cells whose surroundings, themselves among them, are significantly high."""
        return self.significant & (self.g_star > 0)

    @property
    def cold(self) -> NDArray[np.bool_]:
        """Cells whose surroundings, themselves among them, are significantly low."""
        return self.significant & (self.g_star < 0)


def benjamini_hochberg(p: NDArray[np.float64], alpha: float) -> float:
    """Return the largest p that may be called significant at a false-discovery rate alpha; 0 where none may.

    >>> benjamini_hochberg(np.array([0.01, 0.02, 0.03, 0.9]), 0.05)
    0.03
    """
    known = np.sort(p[~np.isnan(p)])
    passed = np.flatnonzero(known <= alpha * np.arange(1, len(known) + 1) / max(len(known), 1))
    return float(known[passed[-1]]) if len(passed) else 0.0


def global_moran(
    values: NDArray[np.float64], weights: sparse.csr_array[Any], *, seed: int, permutations: int = 999
) -> GlobalMoran:
    """Moran's I with row-standardised weights, over the cells that have neighbours.

    ``I = (n / S0) sum_ij w_ij z_i z_j / sum_i z_i^2`` with ``z = x - mean`` (Moran 1950). All values alike: NaN.
    """
    linked = np.flatnonzero(np.diff(weights.indptr) > 0)
    inner = _standardised(weights[linked][:, linked].tocsr())
    z = values[linked] - values[linked].mean()
    square = float(z @ z)
    if square <= 0:
        return GlobalMoran(np.nan, np.nan, np.nan, len(z), permutations)
    observed = float(z @ (inner @ z)) / square
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(z, (permutations, 1)), axis=1).T
    chance = np.einsum("ij,ij->j", drawn, inner @ drawn) / square
    return GlobalMoran(observed, -1.0 / (len(z) - 1), two_sided(observed, chance), len(z), permutations)


def local_association(
    values: NDArray[np.float64],
    weights: sparse.csr_array[Any],
    *,
    seed: int,
    alpha: float = 0.05,
    permutations: int = PERMUTATIONS,
) -> LocalAssociation:
    """Local Moran and Getis-Ord Gi* of every cell (Anselin 1995; Ord and Getis 1995).

    ``I_i = (z_i / m2) mean of z over the neighbours``, ``m2 = sum z^2 / n``; Gi* is the sum over the cell and its
    neighbours less its expectation, over its standard deviation.

    Args:
        values: n numbers, none missing.
        weights: n by n, 1 where two cells are neighbours.
        seed: of the permutations.
        alpha: rate of false discoveries.
        permutations: draws for each cell; the smallest p is ``2 / (permutations + 1)``.

    """
    n, z = len(values), values - values.mean()
    m2 = float(z @ z) / n
    count = np.diff(weights.indptr)
    if m2 <= 0:
        unknown = np.full(n, np.nan)
        kinds = np.full(n, "", dtype="<U9")
        return LocalAssociation(unknown, unknown, kinds, unknown, np.zeros(n, bool), 0.0, permutations)
    linked = count > 0
    total = weights @ z
    lag = np.divide(total, count, out=np.full(n, np.nan), where=linked)
    with_self = count + 1.0
    spread = np.sqrt(m2 * np.maximum(n * with_self - with_self**2, 0.0) / (n - 1))
    g_star = np.divide(total + z, spread, out=np.full(n, np.nan), where=linked & (spread > 0))
    p = _conditional_p(z, weights, total, seed, permutations)
    threshold = benjamini_hochberg(p, alpha)
    quarter = np.where(z > 0, np.where(lag > 0, 0, 3), np.where(lag > 0, 1, 2))
    kind = np.where(linked, np.array(CLASSES)[quarter], "")
    return LocalAssociation(z * lag / m2, g_star, kind, p, p <= threshold, threshold, permutations)


def _conditional_p(
    z: NDArray[np.float64], weights: sparse.csr_array[Any], total: NDArray[np.float64], seed: int, permutations: int
) -> NDArray[np.float64]:
    count = np.diff(weights.indptr)
    drawn = _distinct(np.random.default_rng(seed), len(z) - 1, int(count.max(initial=0)), permutations)
    p = np.full(len(z), np.nan)
    others = z[1:].copy()  # all but the first; each step puts back one value and takes out the next
    for cell in range(len(z)):
        if count[cell]:
            p[cell] = two_sided(float(total[cell]), others[drawn[:, : count[cell]]].sum(1))
        if cell < len(z) - 1:
            others[cell] = z[cell]
    return p


def _distinct(rng: np.random.Generator, most: int, width: int, rows: int) -> NDArray[np.int64]:
    """Return rows of distinct whole numbers below a limit."""
    if width > most / 2:
        return rng.permuted(np.tile(np.arange(most), (rows, 1)), axis=1)[:, :width]
    drawn = rng.integers(most, size=(rows, width))
    while True:
        ordered = np.sort(drawn, axis=1)
        twice = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
        if not len(twice):
            return drawn
        drawn[twice] = rng.integers(most, size=(len(twice), width))


def _standardised(weights: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    found = weights.copy()
    count = np.diff(found.indptr)
    found.data = found.data / np.repeat(count, count)
    return found
