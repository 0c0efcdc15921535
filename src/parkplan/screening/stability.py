"""How firm a ranking is: Monte Carlo over weights, errors and unknown values (SMAA-2, Lahdelma and Salminen 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Ranks = npt.NDArray[np.int32]

BLOCK: Final = 4_000_000
"""Scores drawn at a time: bounds the memory at some 100 MB."""
BLOCK_RANKS: Final = 64_000_000
"""Ranks held at a time, 256 MB."""
UNKNOWN_VALUE: Final = 0.5
UNKNOWN_VARIANCE: Final = 1.0 / 12.0
"""Mean and variance of a value that may lie anywhere between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Stability:
    """For n alternatives, over all draws.

    ``mean_rank``: 1 is best. ``rank_low`` and ``rank_high``: the 5 % and 95 % quantiles of the rank. ``p_top``: share
    of draws in which the alternative is among the first ``top``. ``p_first``: share in which it is the first.
    ``central_weights`` (n, k): the mean weights under which it is first, NaN where it never is.
    """

    draws: int
    top: int
    mean_rank: Numbers
    rank_low: Numbers
    rank_high: Numbers
    p_top: Numbers
    p_first: Numbers
    central_weights: Numbers


def weight_draws(weights: Numbers, draws: int, *, certainty: float, rng: np.random.Generator) -> Numbers:
    """Draw weights around the planner's own: a Dirichlet distribution with their mean (draws, k).

    ``certainty`` is its concentration: 0 ignores the planner's weights and draws all weights alike; at 100 a weight of
    0.25 varies by 0.043 (standard deviation sqrt(w (1 - w) / (certainty + 1))).
    """
    if certainty <= 0:
        return rng.dirichlet(np.ones(len(weights)), draws)
    alpha = np.maximum(weights / weights.sum() * certainty, 1e-6)
    return rng.dirichlet(alpha, draws)


def rank_stability(
    values: Numbers, weight_sample: Numbers, *, error: Numbers | None = None, top: int = 10, seed: int = 0
) -> Stability:
    """Rank alternatives by the weighted sum of their values, once for each draw of the weights.

    A score is s = sum_j w_j u_j. The errors of the values are independent, so that their sum has the variance
    sum_j w_j² e_j²; one normal number for each score stands for all of them (exact for normal errors). An unknown value
    may lie anywhere from 0 to 1: it counts with mean 1/2 and variance 1/12.

    Args:
        values: n alternatives by k criteria on a scale of 0 to 1, more is better, NaN is unknown.
        weight_sample: draws by k, from `weight_draws`.
        error: standard deviation of each value, n by k; None is no error.
        top: the size of the short list whose membership is counted.
        seed: of the random numbers.

    """
    rng = np.random.default_rng(seed)
    unknown = np.isnan(values)
    filled = np.where(unknown, UNKNOWN_VALUE, values)
    variance = np.where(unknown, UNKNOWN_VARIANCE, 0.0 if error is None else np.nan_to_num(error) ** 2)
    alternatives, draws = len(values), len(weight_sample)
    tally = _Tally(alternatives, draws, min(top, alternatives))
    step = max(1, BLOCK // max(alternatives, 1))
    for start in range(0, draws, step):
        weights = weight_sample[start : start + step]
        scores = weights @ filled.T
        if variance.any():
            scores += np.sqrt((weights**2) @ variance.T) * rng.standard_normal(scores.shape)
        tally.add(scores, weights)
    return tally.result(top)


class _Tally:
    """Counts ranks block by block.

    Quantiles need the least and the greatest ranks of each alternative alone: of the other draws no more are held than
    `BLOCK_RANKS` at a time, or one draw.
    """

    def __init__(self, alternatives: int, draws: int, top: int) -> None:
        self._draws = draws
        self._top = top
        self._least, self._most = _nth(0.05, draws) + 1, draws - _nth(0.95, draws)
        self._held = np.empty((min(draws, max(BLOCK_RANKS // max(alternatives, 1), 1)), alternatives), dtype=np.int32)
        self._count = 0
        self._low = self._high = np.empty((0, alternatives), dtype=np.int32)
        self._sums, self._tops, self._firsts = (np.zeros(alternatives) for _ in range(3))
        self._first_weights: Numbers | None = None

    def add(self, scores: Numbers, weights: Numbers) -> None:
        """Count one block of draws."""
        order = np.argsort(-scores, axis=1)
        places = np.arange(1, scores.shape[1] + 1, dtype=np.int32)
        ranks = np.empty(scores.shape, dtype=np.int32)
        np.put_along_axis(ranks, order, places[None, :], axis=1)
        self._sums += ranks.sum(axis=0)
        self._tops += (ranks <= self._top).sum(axis=0)
        self._hold(ranks)
        first = order[:, 0]
        np.add.at(self._firsts, first, 1.0)
        if self._first_weights is None:
            self._first_weights = np.zeros((scores.shape[1], weights.shape[1]))
        np.add.at(self._first_weights, first, weights)

    def _hold(self, ranks: Ranks) -> None:
        while len(ranks):
            if self._count == len(self._held):
                self._fold()
            taken = ranks[: len(self._held) - self._count]
            self._held[self._count : self._count + len(taken)] = taken
            self._count += len(taken)
            ranks = ranks[len(taken) :]

    def _fold(self) -> None:
        """Let go of the ranks that can be neither quantile any more."""
        held = self._held[: self._count]
        self._low = _least(np.concatenate([self._low, held]), self._least)
        self._high = -_least(-np.concatenate([self._high, held]), self._most)
        self._count = 0

    def result(self, top: int) -> Stability:
        """Return the shares over all draws."""
        self._fold()
        weights = self._first_weights if self._first_weights is not None else np.empty((0, 0))
        firsts = self._firsts[:, None]
        return Stability(
            draws=self._draws,
            top=top,
            mean_rank=self._sums / self._draws,
            rank_low=self._low.max(axis=0).astype(np.float64),
            rank_high=self._high.min(axis=0).astype(np.float64),
            p_top=self._tops / self._draws,
            p_first=self._firsts / self._draws,
            central_weights=np.divide(weights, firsts, out=np.full_like(weights, np.nan), where=firsts > 0),
        )


def _least(ranks: Ranks, count: int) -> Ranks:
    """Return the least ranks of each alternative (column), so many of them; the order of rows is lost."""
    if len(ranks) <= count:
        return ranks
    found = np.empty((count, ranks.shape[1]), dtype=ranks.dtype)
    step = max(1, BLOCK // len(ranks))
    for start in range(0, ranks.shape[1], step):
        part = np.ascontiguousarray(ranks[:, start : start + step].T)
        found[:, start : start + step] = np.partition(part, count - 1, axis=1)[:, :count].T
    return found


def _nth(share: float, draws: int) -> int:
    """Return the position of a quantile among sorted draws: the least that at least this share does not exceed."""
    return max(int(np.ceil(share * draws - 1e-9)) - 1, 0)


def overtaking_weight(values: Numbers, weights: Numbers, criterion: int, leader: int, follower: int) -> float | None:
    """The weight of a criterion at which the follower draws level with the leader, the others scaled in proportion.

    With d = u_follower - u_leader, the others' mean difference r = sum_{j != c} w_j d_j / sum_{j != c} w_j, both are
    level at w = -r / (d_c - r). None where no weight between 0 and 1 makes them level.

    >>> overtaking_weight(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.7, 0.3]), 1, leader=0, follower=1)
    0.5
    """
    difference = values[follower] - values[leader]
    others = np.arange(len(weights)) != criterion
    rest = weights[others].sum()
    if rest <= 0 or not np.isfinite(difference).all():
        return None
    mean_rest = float((weights[others] * difference[others]).sum() / rest)
    slope = float(difference[criterion]) - mean_rest
    if slope == 0:
        return None
    level = -mean_rest / slope
    return level if 0.0 <= level <= 1.0 else None
