"""Mu-benefit evaluation: score = sum of weight times value over base, capped, and classes by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan.expressions import parse
from parkplan.units import UNITS

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.model.evaluation import Evaluation, Indicator

    Numbers = npt.NDArray[np.float64]


def evaluate(evaluation: Evaluation, parcels: pd.DataFrame) -> pd.DataFrame:
    """Score and class every parcel that the evaluation applies to.

    The score is 100 where every value equals its base and the weights sum to 100. Classes follow the rank of the score
    among those that have one: with m of them, the parcel of rank r belongs to the first class whose share
    reaches r / m.

    Args:
        evaluation: the scheme.
        parcels: n rows with the columns that its formulas name.

    Returns:
        A frame of n rows: ``score_<indicator>`` for each indicator, ``mu_benefit_score`` and ``mu_benefit_class``;
        missing where the evaluation does not apply or a value is unknown.

    """
    everywhere = np.ones(len(parcels), dtype=bool)
    applies = parse(evaluation.applies_to).select(parcels) if evaluation.applies_to else everywhere
    parts = {f"score_{item.id}": _points(item, parcels, applies) for item in evaluation.indicators}
    score = np.sum(list(parts.values()), axis=0)
    found = pd.DataFrame(parts | {"mu_benefit_score": score}, index=parcels.index)
    rank = found["mu_benefit_score"].rank(ascending=False, method="min")
    share = (rank / rank.notna().sum()).to_numpy()
    bounds = [item.down_to for item in evaluation.classes]
    names = np.array([item.name for item in evaluation.classes], dtype=object)
    place = np.searchsorted(np.array(bounds) + 1e-12, np.nan_to_num(share))
    classes = pd.Series(names[np.minimum(place, len(names) - 1)], index=parcels.index, dtype="str")
    return found.assign(mu_benefit_class=classes.mask(np.isnan(share)))


def _points(item: Indicator, parcels: pd.DataFrame, applies: npt.NDArray[np.bool_]) -> Numbers:
    value = np.where(applies, parse(item.expression).numbers(parcels), np.nan) / UNITS[item.unit].si_per_unit
    known = value[~np.isnan(value)]
    base = (known.mean() if len(known) else np.nan) if item.base == "mean" else item.base
    ratio = value / base if base > 0 else np.full(len(value), np.nan)
    points = item.weight * (ratio if item.cap is None else np.minimum(ratio, item.cap))
    if item.missing == "mean":
        mean = np.nanmean(points) if not np.isnan(points).all() else item.weight
        points = np.where(applies & np.isnan(points), mean, points)
    return np.asarray(points)
