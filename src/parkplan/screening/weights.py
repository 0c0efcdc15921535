"""Weights of criteria: by pairwise judgement (AHP), by dispersion (entropy) and by contrast and conflict (CRITIC).

Weights from data measure dispersion, not importance: they are shown beside the planner's own weights, never instead of
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

RANDOM_INDEX: Final[dict[int, float]] = {
    3: 0.5245,
    4: 0.8815,
    5: 1.1086,
    6: 1.2479,
    7: 1.3417,
    8: 1.4056,
    9: 1.4499,
    10: 1.4854,
    11: 1.5141,
    12: 1.5365,
    13: 1.5551,
    14: 1.5713,
    15: 1.5838,
}
"""Mean consistency index of random matrices by size (Alonso and Lamata 2006)."""


ACCEPTED_RATIO: Final[dict[int, float]] = {3: 0.05, 4: 0.08} | {size: 0.10 for size in range(5, 16)}
"""The consistency ratio up to which judgements are usually accepted, by the number of criteria (Saaty 1980)."""


@dataclass(frozen=True, slots=True)
class PairwiseWeights:
    """Weights from pairwise judgements, and how consistent these are.

    ``consistency_ratio`` below 0.10 is usually accepted (0.08 for four criteria, 0.05 for three); it is None for two
    criteria, which are always consistent. ``worst`` is the triple (i, j, k) whose judgements contradict most:
    a_ij * a_jk is farthest from a_ik.
    """

    weights: tuple[float, ...]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    worst: tuple[int, int, int] | None


def ahp(judgements: Sequence[Sequence[float]]) -> PairwiseWeights:
    """Weights from a reciprocal matrix of pairwise judgements (Saaty 1977): its principal eigenvector, sum 1.

    CI = (lambda_max - n) / (n - 1); CR = CI / RI with the random index of Alonso and Lamata (2006).

    >>> ahp([[1, 3], [1 / 3, 1]]).weights
    (0.75, 0.25)

    Raises:
        ValueError: the matrix is not square, positive and reciprocal, or has fewer than 2 or more than 15 criteria.

    """
    matrix = np.asarray(judgements, dtype=np.float64)
    size = len(matrix)
    if matrix.shape != (size, size) or not 2 <= size <= max(RANDOM_INDEX):
        raise ValueError("pairwise judgements need a square matrix of 2 to 15 criteria")
    if (matrix <= 0).any() or not np.allclose(matrix * matrix.T, 1.0):
        raise ValueError("pairwise judgements must be positive and reciprocal")
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    lambda_max = float(values[first].real)
    index = (lambda_max - size) / (size - 1)
    ratio = index / RANDOM_INDEX[size] if size > 2 else None
    weights = tuple(float(round(weight, 15)) for weight in vector / vector.sum())
    return PairwiseWeights(weights, lambda_max, index, ratio, _worst_triple(matrix))


def _worst_triple(matrix: Numbers) -> tuple[int, int, int] | None:
    def contradiction(triple: tuple[int, int, int]) -> float:
        i, j, k = triple
        return abs(float(np.log(matrix[i, j] * matrix[j, k] / matrix[i, k])))

    triples = list(combinations(range(len(matrix)), 3))
    worst = max(triples, key=contradiction, default=None)
    return worst if worst is not None and contradiction(worst) > 1e-9 else None


def group_judgements(matrices: Sequence[Sequence[Sequence[float]]]) -> list[list[float]]:
    """Judgements of a group: the geometric mean of each entry, still reciprocal (Aczel and Saaty 1983)."""
    stacked = np.asarray(matrices, dtype=np.float64)
    return [[float(value) for value in row] for row in np.exp(np.log(stacked).mean(axis=0))]


def entropy_weights(table: Numbers) -> Numbers:
    """Weights by dispersion (Shannon entropy): w_j = (1 - E_j) / sum(1 - E), E_j = -sum p_ij ln p_ij / ln m.

    Args:
        table: m alternatives by k criteria, none negative; 0 ln 0 counts as 0, a constant column gets no weight.

    Raises:
        ValueError: a value is negative or unknown, or there are fewer than two alternatives.

    """
    _check_complete(table)
    if (table < 0).any():
        raise ValueError("entropy weights need values of zero or more")
    share = table / table.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(share > 0, share * np.log(share), 0.0)
    spread = 1.0 + terms.sum(axis=0) / np.log(len(table))
    spread = np.where(np.ptp(table, axis=0) == 0, 0.0, spread)
    return np.asarray(spread / spread.sum())


def critic_weights(table: Numbers, benefit: Sequence[bool]) -> Numbers:
    """Weights by contrast and conflict (Diakoulaki et al. 1995): C_j = s_j * sum_k (1 - r_jk), sum 1.

    s_j is the sample standard deviation of the criterion scaled to 0..1 in the direction of benefit, r_jk its
    correlation with another. A constant column gets no weight.

    Raises:
        ValueError: a value is unknown, or there are fewer than two alternatives.

    """
    _check_complete(table)
    span = np.ptp(table, axis=0)
    scaled = np.divide(table - table.min(axis=0), span, out=np.zeros_like(table), where=span > 0)
    scaled = np.where(np.asarray(benefit), scaled, 1.0 - scaled)
    varied = span > 0
    deviation = scaled.std(axis=0, ddof=1)
    contrast = np.zeros(table.shape[1])
    correlation = np.atleast_2d(np.corrcoef(scaled[:, varied], rowvar=False))
    contrast[varied] = deviation[varied] * (1.0 - correlation).sum(axis=0)
    total = contrast.sum()
    return contrast / total if total > 0 else np.where(varied, 1.0 / max(int(varied.sum()), 1), 0.0)


def _check_complete(table: Numbers) -> None:
    if len(table) < 2 or not np.isfinite(table).all():
        raise ValueError("weights from data need two alternatives or more and no unknown value")
