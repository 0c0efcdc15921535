"""What an audit bundle holds of the land: verdicts, clusters, targets, candidate sites, their programme and plans."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from parkplan._errors import RequestError
from parkplan.data.siteplans import load_modules
from parkplan.data.workspace import open_workspace
from parkplan.jobs.bundle_tables import flat
from parkplan.jobs.cluster_files import cluster_tables
from parkplan.jobs.clusters import clusters
from parkplan.jobs.screening_choice import judged_by
from parkplan.jobs.site_question import SiteChoice
from parkplan.jobs.site_search import funded_now, quick_candidates
from parkplan.jobs.siteplan import siteplan
from parkplan.jobs.siteplan_files import document
from parkplan.jobs.siteplan_files import frame_of as pieces_of
from parkplan.jobs.targets import targets
from parkplan.jobs.verdict_table import screening
from parkplan.model.bundle import PROFILES
from parkplan.model.clusters import ClusterQuestion
from parkplan.model.screening import ScreeningChoice
from parkplan.sites.portfolio import Programme

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyproj import CRS

    from parkplan.jobs.bundle_tables import Tables
    from parkplan.jobs.screen import Screening
    from parkplan.jobs.sites import Candidates
    from parkplan.model.siteplan import SitePlan

    Parameters = Mapping[str, Any]

SITE_CHOICE = TypeAdapter(SiteChoice)
PROGRAMME = TypeAdapter(Programme)


def screen_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return the verdicts, their totals, and each condition of each rule that applies."""
    found = screening(open_workspace(folder), choice_of(folder, parameters))
    totals = pd.DataFrame(
        [{"verdict": each.verdict.value, "parcels": each.parcels, "area_m2": each.area_m2} for each in found.totals]
    )
    return {"totals": totals, "parcels": found.parcels, "rules": _evidence(found)}


def choice_of(folder: Path, parameters: Parameters) -> ScreeningChoice:
    """Return the choice of rules; packs that came as files lie in the bundle."""
    choice = ScreeningChoice.model_validate_json(json.dumps(parameters["choice"]))
    names = tuple(str(folder / name) if name.startswith(f"{PROFILES}/") else name for name in choice.profiles)
    return choice.model_copy(update={"profiles": names})


def _evidence(found: Screening) -> pd.DataFrame:
    """Return a row for each parcel and condition of a rule that applies: its truth, value and limit in SI units."""
    ids, blank = found.parcels["parcel_id"].to_numpy(), np.full(len(found.parcels), np.nan)
    parts = []
    for outcome in found.outcomes:
        rows = np.flatnonzero(~outcome.applies.false)
        for place, item in enumerate(outcome.conditions, start=1):
            holds = np.where(item.truth.unknown, "unknown", np.where(item.truth.true, "true", "false"))
            value, limit = (blank if each is None else each for each in (item.value, item.limit))
            said = {"pack": outcome.pack_id, "rule": outcome.rule.id, "condition": place, "holds": holds[rows]}
            parts.append(pd.DataFrame({"parcel_id": ids[rows], **said, "value": value[rows], "limit": limit[rows]}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["parcel_id"])


def cluster_results(folder: Path, parameters: Parameters) -> Tables:
    """Return all tables of the cluster distribution."""
    with judged_by(choice_of(folder, parameters)):
        return cluster_tables(clusters(folder, question=ClusterQuestion.model_validate(parameters["question"])))


def target_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return where the district stands against the targets of its plans."""
    rows = [
        {"target": state.target.id, "plan": state.plan.id, "aim": state.target.target, "current": state.current}
        for state in targets(open_workspace(folder))
    ]
    return {"states": pd.DataFrame(rows)}


def site_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return the candidate sites, and what is proven of the best one and of the best set."""
    found = _candidates(folder, parameters)
    return {"candidates": found.table, "proof": flat({"best": found.best.proof, "set": found.packing})}


def _candidates(folder: Path, parameters: Parameters) -> Candidates:
    choice = SITE_CHOICE.validate_json(json.dumps(parameters["sites"]))
    return quick_candidates(open_workspace(folder), choice_of(folder, parameters), choice)


def portfolio_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return the programme over the candidate sites, what is proven of it, and what each refusal would cost."""
    programme = PROGRAMME.validate_json(json.dumps(parameters["programme"]))
    found = funded_now(open_workspace(folder), _candidates(folder, parameters), programme)
    return {
        "funded": found.table,
        "proof": flat(found.portfolio.proof),
        "losses": pd.DataFrame(
            [(one.id, one.points, one.share, ",".join(one.sites)) for one in found.losses],
            columns=["owner", "points", "share", "sites"],
        ),
    }


def siteplan_tables(folder: Path, parameters: Parameters) -> Tables:
    """Return the plans of some sites: what came of each search, indicators and certificate, and the pieces.

    Sites without plan say why. Without names, those of the best rank are planned.
    """
    found = _candidates(folder, parameters)
    names = parameters["names"] or [one.id for one in found.sites[: parameters["best"]]]
    searches, plans, pieces = [], [], []
    for name in names:
        search, options, crs = _planned(folder, name, parameters)
        searches.append(flat(search).assign(site_id=name))
        for plan in options:
            plans.append(flat(document(plan)).assign(site_id=name, plan=plan.id))
            pieces.append(_pieces(plan, crs).assign(site_id=name, plan=plan.id))
    blank = pd.DataFrame(columns=["name", "value", "site_id", "plan"])
    return {
        "searches": pd.concat(searches) if searches else blank,
        "plans": pd.concat(plans) if plans else blank,
        "pieces": pd.concat(pieces) if pieces else blank,
    }


def _planned(folder: Path, name: str, parameters: Parameters) -> tuple[dict[str, object], tuple[SitePlan, ...], Any]:
    try:
        made = siteplan(
            folder, site=name, options=parameters["options"], seed=parameters["seed"], profile=parameters["profile"]
        )
    except RequestError as refused:
        return {"refused": refused.sentence()}, (), None
    plans = made.plans
    said = {"options": len(plans.options), "tried": plans.tried, "valid": plans.valid, "broken": dict(plans.broken)}
    return {**said, "collision": list(plans.collision), "area_m2": made.site.area_m2}, plans.options, made.crs


def _pieces(plan: SitePlan, crs: CRS) -> pd.DataFrame:
    """Return the pieces with their bounds in place of their shapes."""
    pieces = pieces_of(plan, load_modules(), crs)
    bounds = pieces.bounds.rename(columns={"minx": "west", "miny": "south", "maxx": "east", "maxy": "north"})
    return pd.DataFrame(pieces.drop(columns="geometry")).join(bounds)
