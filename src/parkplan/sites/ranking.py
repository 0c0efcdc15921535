"""Sites in order: need, potential, feasibility and benefit, weighted, with the stability of each rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.i18n import Text
from parkplan.screening.stability import rank_stability, weight_draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.sites.facts import SiteFacts

    Numbers = npt.NDArray[np.float64]

CRITERIA: Final[dict[str, Text]] = {
    "need": Text("紧迫性", "Need"),
    "potential": Text("潜力", "Potential"),
    "feasibility": Text("可行性", "Feasibility"),
    "benefit": Text("效益费用", "Benefit for cost"),
}
WEIGHTS: Final = (0.25, 0.3, 0.25, 0.2)
ERROR: Final = 0.1
OWNERS_HALF: Final = 4.0
"""This many owners beyond the first halve the ease of acquisition."""
FLOOR_HALF: Final = 1.0
"""Floor to clear as a share of the site that halves the ease of clearing."""


def criteria(sites: Sequence[SiteFacts]) -> Numbers:
    """Return the four criteria of sites, each from 0 to 1, NaN where unknown (n, 4).

    Scales are fixed, so that a site's figures do not move when another site changes. Need: mean shortfall of its
    parcels. Potential: mean of unused floor (share of the permitted), and of tax, output and jobs uplift against their
    highest conceivable rate, u / (u + 100 万元, 3,000 万元, 100 jobs for each hectare). Feasibility: mean of ease of
    owners 1 / (1 + (owners - 1) / 4), clearing 1 / (1 + floor / site), freedom from constraints, keeping with the plan,
    road access. Benefit: b / (1 + b) of the benefit-cost ratio b.
    """
    return np.array([[_need(one), _potential(one), _feasibility(one), _benefit(one)] for one in sites]).reshape(-1, 4)


def ranked(
    sites: Sequence[SiteFacts],
    *,
    weights: tuple[float, float, float, float] = WEIGHTS,
    certainty: float = 30.0,
    draws: int = 1000,
    seed: int = 7,
) -> pd.DataFrame:
    """Rank sites: the four criteria, ``score`` 0 to 100, ``rank``, ``rank_low``, ``rank_high``, ``p_first``.

    Unknown criteria count one half in the score and anything from 0 to 1 in the draws; see
    `parkplan.screening.stability.rank_stability`.
    """
    values = criteria(sites)
    weight = np.asarray(weights, dtype=np.float64) / sum(weights)
    found = pd.DataFrame(values, columns=list(CRITERIA))
    found["score"] = 100.0 * np.where(np.isnan(values), 0.5, values) @ weight
    found["rank"] = found["score"].round(9).rank(ascending=False, method="min").astype(int)
    if len(sites):
        sample = weight_draws(weight, draws, certainty=certainty, rng=np.random.default_rng(seed))
        stable = rank_stability(values, sample, error=ERROR * np.nan_to_num(values), seed=seed)
        found["rank_low"], found["rank_high"] = stable.rank_low.astype(int), stable.rank_high.astype(int)
        found["p_first"] = stable.p_first
    return found.reindex(columns=[*CRITERIA, "score", "rank", "rank_low", "rank_high", "p_first"])


def _need(site: SiteFacts) -> float:
    return float(np.clip(site.need, 0, 1)) * float(np.clip(site.flagged_share, 0, 1))


def _potential(site: SiteFacts) -> float:
    hectares = site.area_m2 / 10_000.0
    permitted = site.far_permitted * site.area_m2
    rates = (
        site.floor_uplift_m2 / permitted if permitted > 0 else np.nan,
        _half_at(site.tax_uplift_yuan / hectares, 1e6) if hectares else np.nan,
        _half_at(site.output_uplift_yuan / hectares, 3e7) if hectares else np.nan,
        _half_at(site.jobs_uplift / hectares, 100.0) if hectares else np.nan,
    )
    return _known_mean(rates)


def _feasibility(site: SiteFacts) -> float:
    cleared = site.floor_area_m2 / site.area_m2 if site.area_m2 else np.nan
    parts = (
        1.0 / (1.0 + max(site.owners - 1, 0) / OWNERS_HALF),
        1.0 / (1.0 + cleared / FLOOR_HALF),
        1.0 - site.constraint_share,
        float(np.clip(site.plan_industrial, 0, 1)) if not np.isnan(site.plan_industrial) else np.nan,
        1.0 if site.frontage else 0.3,
    )
    return _known_mean(parts)


def _benefit(site: SiteFacts) -> float:
    ratio = site.benefit_cost
    return ratio / (1.0 + ratio) if np.isfinite(ratio) and ratio >= 0 else float("nan")


def _half_at(value: float, half: float) -> float:
    return value / (value + half) if np.isfinite(value) and value >= 0 else float("nan")


def _known_mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
