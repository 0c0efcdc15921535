"""Which candidate sites are funded in which year, what the programme loses if an owner refuses, and in which order."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from parkplan._errors import RequestError
from parkplan.jobs.screen import DEFAULT_PROFILES
from parkplan.jobs.sites import Candidates, sites
from parkplan.sites.engine import Effort
from parkplan.sites.portfolio import Candidate, Loss, Portfolio, Programme, losses, plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parkplan.jobs.site_question import SiteChoice
    from parkplan.jobs.sites import Site

LONGEST_YEARS = 15
USUAL_BUDGET_YUAN = 1e8
"""A year, where nobody says."""
SOLVE_S = 20.0


@dataclass(frozen=True)
class Funded:
    """A programme over candidate sites.

    ``table`` has a row for each funded site: site_id, year (1 is the first), order of acquisition, cost, geometry.
    ``losses`` the owners whose refusal costs most come first.
    """

    programme: Programme
    candidates: Candidates
    portfolio: Portfolio
    losses: tuple[Loss, ...]
    table: gpd.GeoDataFrame

    @property
    def synthetic(self) -> bool:
        """Whether the parcels are made up."""
        return self.candidates.synthetic


def portfolio(
    workspace: str | Path,
    *,
    budget_yuan: float,
    years: int = 3,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    choice: SiteChoice | None = None,
    programme: Programme | None = None,
) -> Funded:
    """Fund candidate sites within a yearly budget for acquisition and clearing.

    Args:
        workspace: its address.
        budget_yuan: yuan a year; what is left may be spent later.
        years: length of the programme.
        profiles: rule packs of the screening.
        choice: limits of the sites.
        programme: further limits (land quota, capacity, dependencies); its budget and years do not count.

    Raises:
        RequestError: the budget or the years make no sense, or a site is unknown.
        WorkspaceError: the workspace is missing or broken.

    """
    limits = replace(programme or Programme(budget_yuan=budget_yuan), budget_yuan=budget_yuan, years=years)
    check_programme(limits)
    return fund(sites(workspace, profiles=profiles, choice=choice), limits, Effort(seconds=SOLVE_S))


def check_programme(programme: Programme) -> None:
    """Refuse a programme that makes no sense.

    Raises:
        RequestError: the budget or the years make no sense.

    """
    sound = math.isfinite(programme.budget_yuan) and programme.budget_yuan > 0
    if not sound or not 1 <= programme.years <= LONGEST_YEARS:
        raise RequestError("portfolio_budget")


def fund(found: Candidates, programme: Programme, effort: Effort) -> Funded:
    """Solve a programme over candidates that are already there; see `portfolio`."""
    check_programme(programme)
    known = {one.id for one in found.sites}
    for name in (name for pair in programme.after for name in pair):
        if name not in known:
            raise RequestError("no_such_site", site=name, known=", ".join(sorted(known)) or "—")
    offered = [_candidate(found, one) for one in found.sites]
    solved = plan(offered, programme, effort)
    lost = losses(offered, programme, solved, effort)
    return Funded(programme, found, solved, lost, _table(found, solved, lost))


def _candidate(found: Candidates, site: Site) -> Candidate:
    holders = found.screening.parcels["holder"].iloc[list(site.rows)]
    owners = frozenset(str(holder) for holder in holders if not pd.isna(holder))
    worth = float(found.table.loc[found.table["site_id"] == site.id, "score"].iloc[0]) * site.facts.area_m2 / 1e4
    return Candidate(site.id, worth, site.facts.acquisition_yuan, site.facts.area_m2, frozenset(site.rows), owners)


def _table(found: Candidates, solved: Portfolio, lost: Sequence[Loss]) -> gpd.GeoDataFrame:
    """Order: the year first, then what its hardest owner would cost."""
    if not solved.years:
        return gpd.GeoDataFrame({"site_id": [], "year": []}, geometry=[], crs=found.table.crs)
    stake = {site: loss.points for loss in reversed(lost) for site in loss.sites}
    frame = found.table.set_index("site_id")
    order = sorted(solved.years, key=lambda site: (solved.years[site], -stake.get(site, 0.0), site))
    columns = ["score", "rank", "area_m2", "owners", "acquisition_yuan", "tax_uplift_yuan", "parcels", "geometry"]
    chosen = frame.loc[order, columns].reset_index()
    years = [solved.years[site] + 1 for site in order]
    lose = [stake.get(site, 0.0) for site in order]
    return gpd.GeoDataFrame(chosen.assign(year=years, order=range(1, len(order) + 1), points_at_stake=lose))
