"""Who is better: dominance, rank under uncertain weights, who wins under which weights, regret over cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.compare.catalogue import MEASURES
from parkplan.screening.stability import overtaking_weight, rank_stability, weight_draws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from parkplan.model.options import OptionAssumptions, OptionMeasures
    from parkplan.model.typologies import ReuseAssumptions
    from parkplan.screening.stability import Stability

    Numbers = npt.NDArray[np.float64]

CRITERIA: Final[Mapping[str, float]] = {
    "tax_yuan": 0.2,
    "jobs": 0.15,
    "cost_yuan": 0.25,
    "emissions_kgco2": 0.15,
    "conflicts": 0.1,
    "blocks_100": 0.15,
}
"""The criteria that decide, with weights to begin with; beyond six nearly every option is best at something."""
DRAWS: Final = 4000
CERTAINTY: Final = 20.0
TIE: Final = (0.4, 0.6)
"""A chance of being better within these is a tie."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """m options by k criteria.

    ``utility`` (m, k): 0 for the worst of the options, 1 for the best, 1/2 where all are alike, NaN where unknown.
    ``score``: the weighted sum with unknowns at 1/2. ``better`` (m, m): the chance that one option ranks before
    another when weights vary around those given. ``dominated_by``: for each option those that are at least as good in
    every criterion and better in one. ``turning``: for each criterion the weight at which the second overtakes the
    first, others in proportion; None where no weight does.
    """

    criteria: tuple[str, ...]
    weights: Numbers
    utility: Numbers
    score: Numbers
    around: Stability
    any_weights: Stability
    better: Numbers
    dominated_by: tuple[tuple[int, ...], ...]
    turning: Mapping[str, float | None]

    @property
    def order(self) -> list[int]:
        """The options from the best to the worst score."""
        return [int(place) for place in np.argsort(-self.score, kind="stable")]

    @property
    def tie(self) -> bool:
        """Whether the first two cannot be told apart."""
        if len(self.score) < 2:
            return False
        first, second = self.order[:2]
        return bool(TIE[0] <= self.better[first, second] <= TIE[1])


def rank_options(
    options: Sequence[OptionMeasures], weights: Mapping[str, float] = CRITERIA, *, seed: int = 0
) -> Ranked:
    """Rank options by criteria that have a direction."""
    names = tuple(name for name, weight in weights.items() if weight > 0)
    given = np.array([weights[name] for name in names], dtype=np.float64)
    shares = given / given.sum()
    values = np.array([[one.values[name] for name in names] for one in options], dtype=np.float64)
    utility = utilities(values, names)
    filled = np.where(np.isnan(utility), 0.5, utility)
    score = filled @ shares
    rng = np.random.default_rng(seed)
    near = weight_draws(shares, DRAWS, certainty=CERTAINTY, rng=rng)
    free = weight_draws(shares, DRAWS, certainty=0.0, rng=rng)
    drawn = near @ filled.T
    better = (drawn[:, :, None] > drawn[:, None, :]).mean(axis=0) + 0.5 * (drawn[:, :, None] == drawn[:, None, :]).mean(
        axis=0
    )
    first, *others = np.argsort(-score, kind="stable").tolist()
    return Ranked(
        criteria=names,
        weights=shares,
        utility=utility,
        score=score,
        around=rank_stability(utility, near, top=1, seed=seed),
        any_weights=rank_stability(utility, free, top=1, seed=seed),
        better=better,
        dominated_by=dominance(utility),
        turning={
            name: overtaking_weight(utility, shares, place, first, others[0]) if others else None
            for place, name in enumerate(names)
        },
    )


def utilities(values: Numbers, names: Sequence[str]) -> Numbers:
    """Return how good each value is among the options: 0 the worst, 1 the best, 1/2 where all are alike.

    >>> utilities(np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 5.0]]), ("jobs", "cost_yuan")).tolist()
    [[0.0, 0.5], [1.0, 0.5], [0.5, 0.5]]
    """
    signs = np.array([-1.0 if MEASURES[name].direction == "less" else 1.0 for name in names])
    signed = values * signs
    known = np.isfinite(signed)
    low = np.min(np.where(known, signed, np.inf), axis=0)
    spread = np.max(np.where(known, signed, -np.inf), axis=0) - low
    wide = spread > 1e-12 * np.maximum(np.abs(low), 1.0)
    found = np.divide(signed - low, spread, out=np.full_like(signed, 0.5), where=wide & known)
    return np.where(known, found, np.nan)


def dominance(utility: Numbers) -> tuple[tuple[int, ...], ...]:
    """Return for each row those that are nowhere less and somewhere more; an unknown value compares with nothing."""
    least = (utility[None, :, :] >= utility[:, None, :]).all(axis=2)
    more = (utility[None, :, :] > utility[:, None, :]).any(axis=2)
    by = np.asarray(least & more)
    return tuple(tuple(int(other) for other in np.flatnonzero(by[place])) for place in range(len(utility)))


@dataclass(frozen=True, slots=True)
class Regret:
    """m options in c cases (price, demand): the net value in yuan, and what is missed against the best option."""

    cases: tuple[tuple[str, str], ...]
    value_yuan: Numbers
    regret_yuan: Numbers

    @property
    def worst(self) -> Numbers:
        """The largest regret of each option over all cases."""
        return np.asarray(self.regret_yuan.max(axis=1))

    @property
    def choice(self) -> int:
        """The option whose largest regret is least."""
        return int(np.argmin(self.worst))


def regrets(
    options: Sequence[OptionMeasures], base: OptionMeasures, reuse: ReuseAssumptions, assumed: OptionAssumptions
) -> Regret:
    """Return values and regrets over all cases of price and demand.

    The value of an option is the present value of the tax that it adds, times the price factor and the share of its
    new floor that finds users (demand by new floor, at most 1), less its cost times the cost factor.
    """
    years, rate = reuse.horizon_years.value, reuse.discount_rate.value
    annuity = years if rate == 0 else (1 - (1 + rate) ** -years) / rate
    added = np.array([one.values["tax_yuan"] - base.values["tax_yuan"] for one in options])
    cost = np.array([one.values["cost_yuan"] for one in options])
    floor = np.array(
        [
            max(0.0, one.values["floor_area_m2"] - base.values["floor_area_m2"] + one.values["demolition_m2"])
            for one in options
        ]
    )
    cases, columns = [], []
    for price in assumed.prices:
        for demand in assumed.demands:
            let = np.divide(demand.floor_m2, floor, out=np.ones_like(floor), where=floor > 0).clip(max=1.0)
            earned = np.where(added > 0, added * let, added)
            columns.append(earned * price.yield_factor * annuity - cost * price.cost_factor)
            cases.append((price.id, demand.id))
    value = np.array(columns, dtype=np.float64).T
    return Regret(tuple(cases), value, value.max(axis=0) - value)
