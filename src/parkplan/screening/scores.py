"""Scores of flagged parcels: shortfall from the limits (need), what could be gained (potential), how easily.

The weights are the planner's; every score is an interval where values are unknown, and says how much of it is known.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.screening.stability import rank_stability, weight_draws
from parkplan.screening.topsis import topsis

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.model.screening import Ranking
    from parkplan.screening.measurement import MeasuredErrors
    from parkplan.screening.rules import ConditionOutcome, RuleOutcome

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


def criteria_errors(outcomes: Sequence[RuleOutcome], rows: int, errors: MeasuredErrors) -> Numbers:
    """Return the standard deviation of need, potential and feasibility of each parcel (n, 3), from its figures.

    To first order, and for need with figures that several rules share counted once; NaN where a criterion is unknown.
    """
    kept = np.column_stack(
        [
            _need_error(outcomes, rows, errors),
            errors.deviation("under_built_ratio"),
            errors.deviation("constraint_share"),
        ]
    )
    return np.asarray(np.minimum(kept, 1.0))


def _need_error(outcomes: Sequence[RuleOutcome], rows: int, errors: MeasuredErrors) -> Numbers:
    known = np.zeros(rows)
    moved: defaultdict[str, Numbers] = defaultdict(lambda: np.zeros(rows))
    for outcome in outcomes:
        if outcome.rule.flag not in {"idle", "low_efficiency"}:
            continue
        weight = np.where(outcome.applies.false, 0.0, outcome.rule.weight)
        known += weight * ~outcome.truth.unknown
        weight = np.where(outcome.truth.true, weight, 0.0)
        gaps = _gaps(outcome)
        nearest = np.nanargmin(np.where(np.isnan(gaps), np.inf, gaps), axis=0) if len(gaps) else np.zeros(rows)
        limited = [item for item in outcome.conditions if item.value is not None and item.limit is not None]
        for place, item in enumerate(limited):
            chosen = (nearest == place) & ~np.isnan(gaps[place])
            for name, slope in errors.slopes(item.condition.expression).items():
                moved[name] += np.where(chosen, weight * _relative(item, slope), 0.0)
    total = np.sqrt(np.sum([np.nan_to_num(each) ** 2 for each in moved.values()], axis=0)) if moved else np.zeros(rows)
    return np.asarray(np.divide(total, known, out=np.full(rows, np.nan), where=known > 0))


def _relative(item: ConditionOutcome, slope: Numbers) -> Numbers:
    """Return a move of the value as one of the gap |limit - value| / |limit|."""
    value, limit = np.asarray(item.value), np.asarray(item.limit)
    moved = np.sign(value - limit) * slope
    return np.asarray(np.divide(moved, np.abs(limit), out=np.zeros(len(value)), where=limit != 0))


def _shortfall(outcome: RuleOutcome, rows: int) -> Numbers:
    gaps = _gaps(outcome)
    if not len(gaps):
        return np.ones(rows)
    return np.asarray(np.nan_to_num(np.fmin.reduce(gaps), nan=1.0))


def _gaps(outcome: RuleOutcome) -> Numbers:
    """Return |limit - value| / |limit|, at most 1, of every condition with a limit; NaN where it does not hold."""
    gaps = []
    for condition in outcome.conditions:
        if condition.value is None or condition.limit is None:
            continue
        scale = np.where(condition.limit == 0, np.nan, np.abs(condition.limit))
        gap = np.clip(np.abs(condition.limit - condition.value) / scale, 0.0, 1.0)
        gaps.append(np.where(condition.truth.true, gap, np.nan))
    return np.array(gaps)


def potential(parcels: pd.DataFrame) -> Numbers:
    """Return the share of the permitted floor area that is not built, 0 to 1 (``under_built_ratio``)."""
    return np.asarray(np.clip(parcels["under_built_ratio"].to_numpy(dtype=np.float64, na_value=np.nan), 0.0, 1.0))


def feasibility(parcels: pd.DataFrame) -> Numbers:
    """Return the share of the parcel that no constraint line touches, 0 to 1 (``constraint_share``)."""
    return np.asarray(1.0 - np.clip(parcels["constraint_share"].to_numpy(dtype=np.float64, na_value=np.nan), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Criteria:
    """What parcels are ranked by.

    ``values``: need, potential and feasibility (n, 3), 0 to 1, NaN is unknown. ``known``: share of the rules' weight
    that is known (n). ``errors``: standard deviation of each value (n, 3); None is no error.
    """

    values: Numbers
    known: Numbers
    errors: Numbers | None = None


def ranks(
    criteria: Criteria,
    chosen: npt.NDArray[np.bool_],
    ranking: Ranking,
    weights: Sequence[float] | None = None,
    order: npt.NDArray[np.intp] | None = None,
) -> pd.DataFrame:
    """Rank the chosen parcels by weighted criteria, with the stability of each rank.

    Args:
        criteria: the values, how much of them is known, and their errors.
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
    values, given = criteria.values[rows], np.asarray(ranking.weights if weights is None else weights, dtype=np.float64)
    shares = given / given.sum()
    unknown = np.isnan(values)
    scores = {name: 100 * np.where(unknown, filled, values) @ shares for name, filled in _FILLS.items()}
    known = shares[0] * criteria.known[rows] + (~unknown[:, 1:]) @ shares[1:]
    found = pd.DataFrame(scores | {"closeness": _closeness(values, shares, ranking), "reliability": known}, index=rows)
    found["rank"] = found["score"].round(9).rank(ascending=False, method="min").astype("Int64")
    if len(rows):
        rng = np.random.default_rng(ranking.seed)
        sample = weight_draws(shares, ranking.draws, certainty=ranking.certainty, rng=rng)
        error = None if criteria.errors is None else criteria.errors[rows]
        stable = rank_stability(values, sample, error=error, seed=ranking.seed)
        found["rank_low"], found["rank_high"] = stable.rank_low.astype(int), stable.rank_high.astype(int)
        found["p_top10"] = stable.p_top
    names = [*_FILLS, "closeness", "reliability", "rank", "rank_low", "rank_high", "p_top10"]
    whole = found.reindex(columns=names).reindex(range(len(criteria.values)))
    return whole.astype({"rank": "Int64", "rank_low": "Int64", "rank_high": "Int64"})


def _closeness(values: Numbers, weights: Numbers, ranking: Ranking) -> Numbers:
    found = np.full(len(values), np.nan)
    complete = np.isfinite(values).all(axis=1)
    if complete.any():
        benefit = (True,) * values.shape[1]
        found[complete] = topsis(values[complete], weights, benefit, normalisation=ranking.normalisation)
    return found


_FILLS: Final = {"score": 0.5, "score_low": 0.0, "score_high": 1.0}
