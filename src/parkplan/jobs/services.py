"""Site a service: fire station, canteen, bus stop, wastewater, on the road network of a layout option."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parkplan._errors import RequestError
from parkplan.data.typologies import load_services
from parkplan.data.workspace import open_workspace
from parkplan.expressions import parse
from parkplan.jobs.compare import option_pieces
from parkplan.jobs.frames import require
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.screen import FLAGGED, judge
from parkplan.jobs.screening_choice import choice_in_force
from parkplan.layout.siting import MODELS, Siting, site_services
from parkplan.metrics.network import Tied, nearest_way_m, tied, way_m
from parkplan.model.screening import ScreeningChoice
from parkplan.model.services import DEMANDS, MOST_SITES, Service, ServiceWish
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.compare.pieces import Pieces
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.layout.siting import Sited

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

MOST_CANDIDATES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """Sites of a service, and what they change.

    Attributes:
        at: the option on whose land and roads they were sought.
        wish: the question, with reach and demand filled in.
        service: the kind of service.
        sited: what the solver proved.
        sites: a row for each site in the columns of `parkplan.model.derived_tables.SERVICE_SITES`.
        coverage: a row for each piece of land in those of ``SERVICE_COVERAGE``.
        candidates: how many parcels could be chosen.
        facilities: how many facilities are there and count.
        road_parts: how many parts of the road network do not reach each other.

    """

    at: Option
    wish: ServiceWish
    service: Service
    sited: Sited
    sites: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame
    candidates: int
    facilities: int
    road_parts: int
    synthetic: bool

    def share(self, *states: str) -> float:
        """Return the share of the demand in some states of coverage; NaN without demand."""
        demand = self.coverage["demand"].to_numpy()
        total = float(demand.sum())
        return float(demand[self.coverage["state"].isin(states).to_numpy()].sum()) / total if total > 0 else math.nan

    @property
    def before(self) -> float:
        """The share of the demand that is served today."""
        return self.share("before")

    @property
    def after(self) -> float:
        """The share of the demand that is served with the sites."""
        return self.share("before", "gained")


def services(
    workspace: str | Path | Workspace, wish: ServiceWish, *, scenario: str = "base", effort: Effort | None = None
) -> Services:
    """Choose parcels for a service, by ways along the roads.

    A way leads from the middle of a parcel straight to the nearest road, along the roads, and straight to the middle of
    the other parcel; within one parcel it is 0. Land that no road leads to is never served, and told apart.

    Args:
        workspace: the workspace or its address.
        wish: which service, by which model.
        scenario: id or name of the layout option; ``base`` is the district as it is.
        effort: who listens and whether to stop; seconds and seed are those of the wish.

    Raises:
        RequestError: the question makes no sense, there are no roads, or no parcel is a candidate.

    """
    ws = open_workspace(workspace) if isinstance(workspace, (str, Path)) else workspace
    service, asked = checked(wish)
    at = option(ws, find_scenario(ws, scenario))
    if not len(at.district.network.lines):
        raise RequestError("services_no_roads")
    pieces = option_pieces(at)
    places = _candidates(ws, at, asked)
    there = _facilities(ws, at, service, pieces) if asked.existing else _none()
    graph, ties = at.district.network, pieces.ties
    way = way_m(graph, ties, Tied(ties.edge[places], ties.along_m[places], ties.off_m[places]))
    way[places, np.arange(len(places))] = 0.0
    question = Siting(way, _demand(pieces, asked), nearest_way_m(graph, ties, there))
    limits = replace(effort or Effort(), seconds=asked.time_limit, seed=asked.seed)
    reach = asked.reach_m or 0.0
    sited = site_services(question, asked.model, limits, count=asked.count, reach_m=reach)  # type: ignore[arg-type]
    coverage, sites = _tables(at, pieces, question.cleaned(), places, sited, reach)
    return Services(
        at, asked, service, sited, sites, coverage, len(places), len(there), graph.components, ws.synthetic
    )  # fmt: skip


def checked(wish: ServiceWish) -> tuple[Service, ServiceWish]:
    """Return the service and the question with what it left open.

    Raises:
        RequestError: the service or model is unknown, or a number makes no sense.

    """
    known = {one.id: one for one in load_services().services}
    if wish.service not in known:
        raise RequestError("services_unknown", service=wish.service, known=", ".join(known))
    if wish.model not in MODELS:
        raise RequestError("services_model", model=wish.model, known=", ".join(MODELS))
    service = known[wish.service]
    reach = service.reach_m if wish.reach_m is None else wish.reach_m
    demand = wish.demand or service.demand
    if demand not in DEMANDS:
        raise RequestError("services_demand", demand=demand, known=", ".join(DEMANDS))
    if not 1 <= wish.count <= MOST_SITES:
        raise RequestError("services_count", count=wish.count, most=MOST_SITES)
    if not (math.isfinite(reach) and reach > 0):
        raise RequestError("services_reach", reach=reach)
    if not (math.isfinite(wish.time_limit) and wish.time_limit > 0):
        raise RequestError("optimise_time", seconds=wish.time_limit)
    return service, replace(wish, reach_m=reach, demand=demand)


def _demand(pieces: Pieces, wish: ServiceWish) -> Numbers:
    """Return what is served of each piece; unknown figures count as none."""
    if wish.demand == "parcels":
        built = pieces.state.of_parcels & ~pieces.of("road", "green")
        return np.asarray(built, dtype=np.float64)
    name = "floor_area_m2" if wish.demand == "floor" else "employees"
    return np.asarray(np.nan_to_num(pieces.kept[name]) + np.nan_to_num(pieces.new[name]))


def _candidates(ws: Workspace, at: Option, wish: ServiceWish) -> Rows:
    """Return the pieces that may be chosen: named, of a condition or flagged; not locked, not drawn."""
    names = at.state.parcel_id.tolist()
    if missing := [name for name in wish.parcels if name not in names]:
        raise RequestError("scenario_parcel_missing", subject=missing[0])
    chosen = np.array([name in wish.parcels for name in names], dtype=bool)
    if wish.where:
        rows = parse(wish.where).select(pd.DataFrame(at.district.parcels))
        chosen |= np.isin(at.state.source_row, np.flatnonzero(rows))
    elif not wish.parcels:
        saved = choice_in_force(ws)
        judged = judge(ws, ScreeningChoice() if saved is None else saved.choice)
        chosen |= np.isin(at.state.source_row, np.flatnonzero(judged.parcels["verdict"].isin(FLAGGED).to_numpy()))
    found = np.flatnonzero(chosen & at.state.of_parcels & ~at.state.locked)
    if not 0 < len(found) <= MOST_CANDIDATES:
        raise RequestError("services_candidates", count=len(found), most=MOST_CANDIDATES)
    return found


def _none() -> Tied:
    return Tied(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


def _facilities(ws: Workspace, at: Option, service: Service, pieces: Pieces) -> Tied:
    """Return the facilities that give the service, and the land of the option that does."""
    points = np.empty((0, 2))
    if service.facilities and any(info.name == "facilities" for info in ws.tables()):
        table = require(ws, "facilities").frame
        shapes = np.array(table.geometry.array, dtype=object)[table["kind"].isin(service.facilities).to_numpy()]
        points = shapely.get_coordinates(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    if service.typology_serves:
        points = np.concatenate([points, pieces.points[at.state.typology == service.typology]])
    return tied(at.district.network, points)


def _tables(
    at: Option, pieces: Pieces, question: Siting, places: Rows, sited: Sited, reach: float
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    chosen = sited.chosen or ()
    after, before = question.ways(chosen), question.existing_m
    demand = question.weight
    state = np.select(
        [demand <= 0, before <= reach, after <= reach, np.isfinite(after)],
        ["no_demand", "before", "gained", "uncovered"], "unreached",
    ).astype(object)  # fmt: skip
    names, crs = at.state.parcel_id, at.district.parcels.crs
    columns: dict[str, Any] = {"parcel_id": names, "state": state, "demand": demand}
    for name, way in (("way_before_m", before), ("way_after_m", after)):
        columns[name] = np.where(np.isfinite(way), way, np.nan)
    coverage = gpd.GeoDataFrame(columns, geometry=at.state.geometry, crs=crs)
    own = question.way_m[:, list(chosen)]
    nearest = np.argmin(own, axis=1) if chosen else np.full(len(demand), -1)
    served = np.isfinite(after) & (own.min(axis=1, initial=np.inf) < before) & (demand > 0)
    rows = []
    for place, candidate in enumerate(chosen):
        mine, piece = served & (nearest == place), int(places[candidate])
        longest = float(after[mine].max()) if mine.any() else math.nan
        gained = float(demand[mine & (state == "gained")].sum())
        rows.append((names[piece], f"{place + 1}", gained, float(demand[mine].sum()), longest, pieces.area_m2[piece]))
    heads = ("parcel_id", "site", "gained", "assigned", "longest_m", "area_m2")
    shapes = at.state.geometry[places[list(chosen)]]
    return coverage, gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(heads)), geometry=list(shapes), crs=crs)
