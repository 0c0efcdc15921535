"""How likely a rule truly holds, given that its measured values have errors.

A measured value X stands for X* = X exp(e), e normal with s² = ln(1 + cv²), so that cv is its coefficient of variation.
Then P(X* < limit) = Phi((ln limit - ln X) / s). Values and limits of zero or less have no relative error and count as
they stand, as do conditions without a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.screening.rules import ConditionOutcome, RuleOutcome

    Numbers = npt.NDArray[np.float64]

Band = Literal["sure", "borderline", "surely_not"]
SURE: Final = 0.9


def chance_below(value: Numbers, limit: Numbers, cv: float) -> Numbers:
    """Return the chance that the true value lies below the limit, NaN where either is unknown.

    >>> chance_below(np.array([0.8, 1.0]), np.array([1.0, 1.0]), 0.1).round(3).tolist()
    [0.987, 0.5]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.log1p(cv**2))
        relative = ndtr((np.log(limit) - np.log(value)) / spread)
    plain = np.where(np.isnan(value) | np.isnan(limit), np.nan, np.less(value, limit))
    return np.asarray(np.where((value > 0) & (limit > 0) & (cv > 0), relative, plain))


def condition_chance(outcome: ConditionOutcome, cv: float) -> Numbers:
    """Return the chance that a condition truly holds, NaN where it is unknown."""
    stands = np.where(outcome.truth.unknown, np.nan, outcome.truth.true.astype(np.float64))
    op = outcome.condition.op
    if outcome.value is None or outcome.limit is None or op in {None, "==", "!="} or cv <= 0:
        return stands
    errs = (outcome.value > 0) & (outcome.limit > 0)
    below = chance_below(outcome.value, outcome.limit, cv)
    return np.asarray(np.where(errs, below if op in {"<", "<="} else 1.0 - below, stands))


def rule_chance(outcome: RuleOutcome, cv: float) -> Numbers:
    """Return the chance that a rule truly holds, its conditions with independent errors; NaN where it is unknown.

    A rule whose answer does not depend on what is unknown has the least chance that it can have: that with the unknown
    conditions taken not to hold.
    """
    chances = np.array([condition_chance(item, cv) for item in outcome.conditions])
    require = outcome.rule.require
    least = len(chances) if require == "all" else 1 if require == "any" else int(require)
    held = at_least(np.nan_to_num(chances), least)
    known = ~np.isnan(chances).any(axis=0)
    inside = np.where(known | outcome.truth.true, held, np.where(outcome.truth.false, 0.0, np.nan))
    return np.asarray(np.where(outcome.applies.false, 0.0, np.where(outcome.applies.unknown, np.nan, inside)))


def at_least(chances: Numbers, least: int) -> Numbers:
    """Return the chance that at least so many of k independent events happen (Poisson binomial, by convolution).

    >>> at_least(np.array([[0.5], [0.5], [1.0]]), 2).tolist()
    [0.75]
    """
    events, rows = chances.shape
    exactly = np.zeros((events + 1, rows))
    exactly[0] = 1.0
    for chance in chances:
        exactly[1:] = exactly[1:] * (1.0 - chance) + exactly[:-1] * chance
        exactly[0] *= 1.0 - chance
    return np.asarray(exactly[least:].sum(axis=0))


def flagged_chance(outcomes: Sequence[RuleOutcome], rows: int, cv: float) -> Numbers:
    """Return for each parcel the greatest chance among the rules that flag land; NaN where all of them are unknown.

    It is the least that the chance of being flagged by any of them can be, however their errors hang together.
    """
    flagging = [rule_chance(item, cv) for item in outcomes if item.rule.flag in {"idle", "low_efficiency"}]
    return np.asarray(np.fmax.reduce(flagging)) if flagging else np.full(rows, np.nan)


def band_of(chance: float) -> Band:
    """Return the band of a chance: sure from 0.9 on, surely not up to 0.1, else borderline.

    >>> [band_of(each) for each in (0.95, 0.5, 0.1)]
    ['sure', 'borderline', 'surely_not']
    """
    if chance >= SURE:
        return "sure"
    return "surely_not" if chance <= 1.0 - SURE + 1e-12 else "borderline"
