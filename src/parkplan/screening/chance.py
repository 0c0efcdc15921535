"""How likely a rule truly holds, given that its measured values have errors.

A measured value X stands for X* = X exp(e), e normal with s² = ln(1 + cv²), so that cv is its coefficient of variation.
Then P(X* < limit) = Phi((ln limit - ln X) / s); where the value is a formula, s follows from its figures (see
`parkplan.screening.measurement`). Values and limits of zero or less have no relative error and count as they stand, as
do conditions without a limit. Conditions that share a figure are drawn together, the others are independent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from parkplan.screening.measurement import MeasuredErrors
    from parkplan.screening.rules import ConditionOutcome, RuleOutcome

    Numbers = npt.NDArray[np.float64]

Band = Literal["sure", "borderline", "surely_not"]
SURE: Final = 0.9
DRAWS: Final = 2048
"""Quasi-random draws of figures that several conditions share (Sobol points, always the same)."""
BLOCK: Final = 2_000
"""Parcels drawn at a time."""
OPEN: Final = 1e-6
"""Conditions surer than this need no draws."""


def chance_below(value: Numbers, limit: Numbers, cv: Numbers | float) -> Numbers:
    """Return the chance that the true value lies below the limit, NaN where either is unknown.

    >>> chance_below(np.array([0.8, 1.0]), np.array([1.0, 1.0]), 0.1).round(3).tolist()
    [0.987, 0.5]
    """
    return _below(value, limit, np.sqrt(np.log1p(np.asarray(cv, dtype=np.float64) ** 2)))


def _below(value: Numbers, limit: Numbers, spread: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = ndtr((np.log(limit) - np.log(value)) / spread)
    plain = np.where(np.isnan(value) | np.isnan(limit), np.nan, np.less(value, limit))
    return np.asarray(np.where((value > 0) & (limit > 0) & (spread > 0), relative, plain))


def condition_chance(outcome: ConditionOutcome, errors: MeasuredErrors) -> Numbers:
    """Return the chance that a condition truly holds, NaN where it is unknown."""
    stands = np.where(outcome.truth.unknown, np.nan, outcome.truth.true.astype(np.float64))
    if outcome.value is None or outcome.limit is None or not errs(outcome):
        return stands
    spread = spread_of(outcome, errors)
    below = _below(outcome.value, outcome.limit, spread)
    free = (outcome.value > 0) & (outcome.limit > 0) & (spread > 0)
    return np.asarray(np.where(free, below if outcome.condition.op in {"<", "<="} else 1.0 - below, stands))


def errs(outcome: ConditionOutcome) -> bool:
    """Say whether a condition holds a value against a limit that an error may carry it across."""
    return outcome.value is not None and outcome.condition.op not in {None, "==", "!="}


def spread_of(outcome: ConditionOutcome, errors: MeasuredErrors) -> Numbers:
    """Return s of the value of a condition: the standard deviation of its logarithm."""
    value = np.asarray(outcome.value)
    deviation = errors.deviation(outcome.condition.expression)
    return np.asarray(np.divide(deviation, np.abs(value), out=np.zeros(len(value)), where=value != 0))


def rule_chance(outcome: RuleOutcome, errors: MeasuredErrors) -> Numbers:
    """Return the chance that a rule truly holds; NaN where it is unknown.

    A rule whose answer does not depend on what is unknown has the least chance that it can have: that with the unknown
    conditions taken not to hold.
    """
    chances = np.array([condition_chance(item, errors) for item in outcome.conditions])
    require = outcome.rule.require
    least = len(chances) if require == "all" else 1 if require == "any" else int(require)
    held = at_least(np.nan_to_num(chances), least)
    _draw_together(outcome, errors, chances, (least, held))
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


def _draw_together(outcome: RuleOutcome, errors: MeasuredErrors, chances: Numbers, wanted: tuple[int, Numbers]) -> None:
    """Put the chance by draws where two conditions or more are open and share a figure."""
    slopes = [errors.slopes(item.condition.expression) if errs(item) else {} for item in outcome.conditions]
    names = sorted({name for each in slopes for name in each})
    if len(names) == sum(len(each) for each in slopes):
        return
    least, held = wanted
    rows = np.flatnonzero(((chances > OPEN) & (chances < 1.0 - OPEN)).sum(axis=0) >= 2)
    points = ndtri(qmc.Sobol(len(names), rng=np.random.default_rng(7)).random(DRAWS))
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        count = np.zeros((DRAWS, len(part)), dtype=np.int16)
        for item, own, chance in zip(outcome.conditions, slopes, chances[:, part], strict=True):
            fixed = ~((chance > OPEN) & (chance < 1.0 - OPEN))
            count += np.where(fixed, np.nan_to_num(chance) > 0.5, _holds(item, (own, names), part, points))
        held[part] = (count >= least).mean(axis=0)


def _holds(
    item: ConditionOutcome, slopes: tuple[Mapping[str, Numbers], Sequence[str]], rows: npt.NDArray[np.intp],
    points: Numbers,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Say for each draw and parcel whether a condition holds there."""
    own, names = slopes
    if item.value is None or item.limit is None or not own:
        return np.zeros((len(points), len(rows)), dtype=bool)
    value, limit = item.value[rows], item.limit[rows]
    moves = np.array([own[name][rows] if name in own else np.zeros(len(rows)) for name in names])
    with np.errstate(divide="ignore", invalid="ignore"):
        error, room = points @ (moves / value), np.log(limit) - np.log(value)
        below = error < room
    return np.asarray(below if item.condition.op in {"<", "<="} else ~below)


def flagged_chance(outcomes: Sequence[RuleOutcome], rows: int, errors: MeasuredErrors) -> Numbers:
    """Return for each parcel the greatest chance among the rules that flag land; NaN where all of them are unknown.

    It is the least that the chance of being flagged by any of them can be, however their errors hang together.
    """
    flagging = [rule_chance(item, errors) for item in outcomes if item.rule.flag in {"idle", "low_efficiency"}]
    return np.asarray(np.fmax.reduce(flagging)) if flagging else np.full(rows, np.nan)


def band_of(chance: float) -> Band:
    """Return the band of a chance: sure from 0.9 on, surely not up to 0.1, else borderline.

    >>> [band_of(each) for each in (0.95, 0.5, 0.1)]
    ['sure', 'borderline', 'surely_not']
    """
    if chance >= SURE:
        return "sure"
    return "surely_not" if chance <= 1.0 - SURE + 1e-12 else "borderline"
