"""Candidate sites of a district: assembled, ranked, advised on, with what is proven of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from parkplan.data.workspace import open_workspace
from parkplan.jobs.assumptions import Assumptions, assumptions
from parkplan.jobs.pipeline import site_id
from parkplan.jobs.screen import DEFAULT_PROFILES, Screening, screen
from parkplan.jobs.site_layer import parcels_version
from parkplan.jobs.site_question import Question, SiteChoice, question, surroundings
from parkplan.jobs.site_register import SEPARATOR, keep_sites
from parkplan.jobs.solving import proven_apart
from parkplan.sites.advice import Advice, advise
from parkplan.sites.assembly import MOST_SITES, Answer, at_once, improved, varied
from parkplan.sites.best_set import best_set
from parkplan.sites.engine import Effort
from parkplan.sites.facts import SiteFacts, Surveyor
from parkplan.sites.ranking import WEIGHTS, ranked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from parkplan.data.workspace import Workspace
    from parkplan.sites.greedy import Found
    from parkplan.sites.packing import Packing

PACK_S: Final = 20.0


@dataclass(frozen=True)
class Site:
    """One candidate: its id, the parcels (row positions), the roads that it crosses, its facts and advice."""

    id: str
    rows: tuple[int, ...]
    parcel_ids: tuple[str, ...]
    value: float
    crossed: tuple[str, ...]
    facts: SiteFacts
    advice: Advice


@dataclass(frozen=True)
class Candidates:
    """The candidate sites of a district, the best rank first.

    ``table`` has a row for each site: site_id, score, rank, criteria, figures, geometry. ``best`` is the answer for the
    single best site, ``packing`` for the best set; ``question`` holds the candidates, ``assumed`` the
    figures that costs and benefits rest on; ``version`` names the table.
    """

    choice: SiteChoice
    sites: tuple[Site, ...]
    table: gpd.GeoDataFrame
    best: Answer
    packing: Packing
    question: Question
    screening: Screening
    assumed: Assumptions
    version: str

    @property
    def synthetic(self) -> bool:
        """Whether the parcels are made up."""
        return self.screening.synthetic

    def site(self, name: str) -> Site | None:
        """Return a site by its id."""
        return next((one for one in self.sites if one.id == name), None)


def sites(
    workspace: str | Path,
    *,
    profiles: Sequence[str] = DEFAULT_PROFILES,
    as_of: date | None = None,
    choice: SiteChoice | None = None,
    exact: bool = False,
    effort: Effort | None = None,
) -> Candidates:
    """Assemble flagged parcels into candidate sites and rank them.

    Args:
        workspace: its address.
        profiles: rule packs of the screening.
        as_of: the day of judgement, today without one.
        choice: limits, gap, fill-in, locked and forbidden parcels.
        exact: search for the single best site with proof, in a process of its own.
        effort: time limit (CPU seconds) and seed of the search.

    Raises:
        WorkspaceError: the workspace is missing or broken, or has no parcels.
        RequestError: a limit makes no sense, or a parcel is unknown.
        DefinitionError: a rule or an assumption is faulty.

    """
    found = screen(workspace, profiles=profiles, as_of=as_of)
    return candidates(workspace, found, choice or SiteChoice(), exact=exact, effort=effort or Effort())


def candidates(
    workspace: str | Path, found: Screening, choice: SiteChoice, *, exact: bool = False, effort: Effort | None = None
) -> Candidates:
    """Assemble and rank the sites of a district that is already screened; see `sites`."""
    ws = open_workspace(workspace)
    assumed = assumptions(ws)
    asked = question(ws, found, choice, assumed.reuse)
    worked = effort or Effort()
    if exact:
        best = proven_apart(asked.problem, worked)
    else:
        best = improved(asked.problem, replace(worked, seconds=min(worked.seconds, 15.0)), at_once(asked.problem).pool)
    packing = best.together
    if packing is None:
        quick = replace(worked, seconds=min(worked.seconds, PACK_S))
        packing = best_set(asked.problem, varied(best.pool), quick, None, most_sites=MOST_SITES)
    return _described(ws, found, choice, asked, (best, packing, assumed))


def _described(
    ws: Workspace,
    found: Screening,
    choice: SiteChoice,
    asked: Question,
    answer: tuple[Answer, Packing, Assumptions],
) -> Candidates:
    best, packing, assumed = answer
    chosen = packing.chosen
    around = surroundings(ws, found.parcels)
    surveyor = Surveyor(found.parcels, asked.flagged, around, assumed.reuse, assumed.typology)
    facts = [surveyor.facts(_rows(asked, one), bool(asked.problem.frontage[list(one.site)].any())) for one in chosen]
    order = ranked(facts, weights=WEIGHTS)
    listed = order.sort_values(["rank", "score"], kind="stable").index.tolist() if len(order) else []
    made = [_site(found, asked, chosen[place], facts[place]) for place in listed]
    sites = tuple(replace(one, advice=advise(one.facts, assumed.reuse.clusters)) for one in made)
    table = _table(found, sites, order.loc[listed])
    if len(table):
        table = table.assign(
            rank_label=table["rank"].astype(str), assumptions=assumed.written(), parcels_version=parcels_version(ws)
        )
    return Candidates(choice, sites, table, best, packing, asked, found, assumed, keep_sites(ws, table))


def _rows(asked: Question, one: Found) -> list[int]:
    return [int(row) for row in asked.rows[list(one.site)]]


def _site(found: Screening, asked: Question, one: Found, facts: SiteFacts) -> Site:
    rows, inside = _rows(asked, one), set(one.site)
    graph = asked.graph
    pairs = [index for index in range(len(graph.left)) if graph.left[index] in inside and graph.right[index] in inside]
    roads = {int(graph.road[index]) for index in pairs if graph.road[index] >= 0}
    names = sorted({asked.roads[road] for road in roads} - {""})
    ids = tuple(str(name) for name in found.parcels["parcel_id"].iloc[rows])
    return Site(site_id(ids), tuple(rows), ids, one.value, tuple(names), facts, Advice((), ()))


def _table(found: Screening, sites: Sequence[Site], order: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = np.asarray(found.parcels.geometry.array, dtype=object)
    rows = [_row(one) | dict(order.iloc[place]) for place, one in enumerate(sites)]
    if not rows:
        return gpd.GeoDataFrame({"site_id": [], "parcels": []}, geometry=[], crs=found.parcels.crs)
    merged = [shapely.union_all(shapes[list(one.rows)]) for one in sites]
    frame = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(merged, crs=found.parcels.crs), crs=found.parcels.crs)
    return frame.astype({name: int for name in ("rank", "rank_low", "rank_high") if name in frame})


def _best_park(one: Site) -> str:
    names = {park.id: park.name for park in one.facts.parks}
    return names[one.advice.parks[0].id] if one.advice.parks else ""


def _row(one: Site) -> dict[str, object]:
    facts = one.facts
    return {
        "site_id": one.id,
        "parcels": SEPARATOR.join(one.parcel_ids),
        "points": one.value,
        "parcel_count": facts.parcels,
        "area_m2": facts.area_m2,
        "owners": facts.owners,
        "unknown_owners": facts.unknown_owners,
        "flagged_share": facts.flagged_share,
        "floor_area_m2": facts.floor_area_m2,
        "floor_uplift_m2": facts.floor_uplift_m2,
        "tax_uplift_yuan": facts.tax_uplift_yuan,
        "output_uplift_yuan": facts.output_uplift_yuan,
        "jobs_uplift": facts.jobs_uplift,
        "constraint_share": facts.constraint_share,
        "plan_industrial": facts.plan_industrial,
        "frontage": facts.frontage,
        "compactness": facts.compactness,
        "acquisition_yuan": facts.acquisition_yuan,
        "building_yuan": facts.building_yuan,
        "benefit_yuan": facts.benefit_yuan,
        "benefit_cost": facts.benefit_cost,
        "roads_crossed": ",".join(one.crossed),
        "best_reuse": one.advice.reuses[0].id if one.advice.reuses else "",
        "best_cluster": one.advice.clusters[0].id if one.advice.clusters else "",
        "best_park": _best_park(one),
    }
