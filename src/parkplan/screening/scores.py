"""Scores of flagged parcels: shortfall from the limits (need), what could be gained (potential), how easily.

The weights are the planner's; every score is an interval where values are unknown, and says how much of it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.screening.stability import rank_stability, weight_draws
from parkplan.screening.topsis import topsis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.model.screening import Ranking
    from parkplan.screening.rules import RuleOutcome

    Numbers = npt.NDArray[np.float64]

CRITERIA: Final = ("need", "potential", "feasibility")


def need(outcomes: Sequence[RuleOutcome], rows: int) -> tuple[Numbers, Numbers]:
    """Return for each parcel its shortfall from the limits, 0 to 1, and the share of the rules' weight that is known.

    A rule that holds counts |limit - value| / |limit| (at most 1) of its condition nearest to the limit, or 1 where
    its conditions have no number; one that does not hold or apply counts 0; an unknown one is left out of the mean and
    of the known share. The shortfall is unknown where no rule is known.
    """
    weight, known, total = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for outcome in outcomes:
        if outcome.rule.flag not in {"idle", "low_efficiency"}:
            continue
        here = np.where(outcome.applies.false, 0.0, outcome.rule.weight)
        certain = ~outcome.truth.unknown
        weight += here
        known += here * certain
        total += here * np.where(outcome.truth.true, _shortfall(outcome, rows), 0.0)
    score = np.divide(total, known, out=np.full(rows, np.nan), where=known > 0)
    return score, np.divide(known, weight, out=np.full(rows, np.nan), where=weight > 0)


def _shortfall(outcome: RuleOutcome, rows: int) -> Numbers:
    gaps = []
    for condition in outcome.conditions:
        if condition.value is None or condition.limit is None:
            continue
        scale = np.where(condition.limit == 0, np.nan, np.abs(condition.limit))
        gap = np.clip(np.abs(condition.limit - condition.value) / scale, 0.0, 1.0)
        gaps.append(np.where(condition.truth.true, gap, np.nan))
    if not gaps:
        return np.ones(rows)
    return np.asarray(np.nan_to_num(np.fmin.reduce(gaps), nan=1.0))


def potential(parcels: pd.DataFrame) -> Numbers:
    """Return the share of the permitted floor area that is not built, 0 to 1 (``under_built_ratio``)."""
    return np.asarray(np.clip(parcels["under_built_ratio"].to_numpy(dtype=np.float64, na_value=np.nan), 0.0, 1.0))


def feasibility(parcels: pd.DataFrame) -> Numbers:
    """Return the share of the parcel that no constraint line touches, 0 to 1 (``constraint_share``)."""
    return np.asarray(1.0 - np.clip(parcels["constraint_share"].to_numpy(dtype=np.float64, na_value=np.nan), 0.0, 1.0))


def ranks(
    criteria: Numbers,
    reliability: Numbers,
    chosen: npt.NDArray[np.bool_],
    ranking: Ranking,
    weights: Sequence[float] | None = None,
    order: npt.NDArray[np.intp] | None = None,
) -> pd.DataFrame:
    """Rank the chosen parcels by weighted criteria, with the stability of each rank.

    Args:
        criteria: need, potential and feasibility (n, 3), 0 to 1, NaN is unknown.
        reliability: share of the rules' weight that is known (n).
        chosen: which parcels are ranked.
        ranking: the Monte Carlo settings and the normalisation of the closeness to the ideal.
        weights: of the criteria; those of ``ranking`` without them.
        order: the rows in an order of their own (by number), so that draws do not depend on the order of the table.

    Returns:
        A frame of n rows: ``score`` 0 to 100 with unknown criteria at 1/2, ``score_low`` and ``score_high`` with them
        at 0 and 1, ``closeness`` (TOPSIS, 0 to 1, where all criteria are known), ``reliability`` (share of the weight
        that is known), ``rank`` (1 is first; ties share the better rank), ``rank_low`` and ``rank_high`` (5 % and 95 %
        quantiles), ``p_top10``. Missing where not chosen.

    """
    rows = np.flatnonzero(chosen) if order is None else order[chosen[order]]
    values, given = criteria[rows], np.asarray(ranking.weights if weights is None else weights, dtype=np.float64)
    shares = given / given.sum()
    unknown = np.isnan(values)
    scores = {name: 100 * np.where(unknown, filled, values) @ shares for name, filled in _FILLS.items()}
    known = shares[0] * reliability[rows] + (~unknown[:, 1:]) @ shares[1:]
    found = pd.DataFrame(scores | {"closeness": _closeness(values, shares, ranking), "reliability": known}, index=rows)
    found["rank"] = found["score"].round(9).rank(ascending=False, method="min").astype("Int64")
    if len(rows):
        rng = np.random.default_rng(ranking.seed)
        sample = weight_draws(shares, ranking.draws, certainty=ranking.certainty, rng=rng)
        stable = rank_stability(values, sample, error=ranking.error * np.nan_to_num(values), seed=ranking.seed)
        found["rank_low"], found["rank_high"] = stable.rank_low.astype(int), stable.rank_high.astype(int)
        found["p_top10"] = stable.p_top
    names = [*_FILLS, "closeness", "reliability", "rank", "rank_low", "rank_high", "p_top10"]
    whole = found.reindex(columns=names).reindex(range(len(criteria)))
    return whole.astype({"rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})


def _closeness(values: Numbers, weights: Numbers, ranking: Ranking) -> Numbers:
    found = np.full(len(values), np.nan)
    complete = np.isfinite(values).all(axis=1)
    if complete.any():
        benefit = (True,) * values.shape[1]
        found[complete] = topsis(values[complete], weights, benefit, normalisation=ranking.normalisation)
    return found


_FILLS: Final = {"score": 0.5, "score_low": 0.0, "score_high": 1.0}
