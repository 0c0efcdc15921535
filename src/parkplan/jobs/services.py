"""Site a service: fire station, canteen, bus stop, wastewater, on the road network of a layout option."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data.typologies import load_services
from parkplan.data.workspace import open_workspace
from parkplan.jobs.compare import option_pieces
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.service_places import candidates, existing_places, no_places
from parkplan.layout.siting import MODELS, Siting, site_services
from parkplan.metrics.network import nearest_way_m, way_m
from parkplan.model.codes import FACILITY_KIND
from parkplan.model.services import DEMANDS, MOST_SITES, Service, ServiceWish
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.compare.pieces import Pieces
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.jobs.service_places import Candidates
    from parkplan.layout.siting import Sited, SitingModel

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]


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
        candidates: how many parcels and places of facilities could be chosen.
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
    """Choose parcels, or places where facilities are, for a service, by ways along the roads.

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
    asked = posed(ws, wish, scenario)
    limits = replace(effort or Effort(), seconds=asked.wish.time_limit, seed=asked.wish.seed)
    sited = site_services(asked.siting, asked.model, limits, count=asked.wish.count, reach_m=asked.reach_m)
    coverage, sites = _tables(asked, sited)
    return Services(
        asked.at, asked.wish, asked.service, sited, sites, coverage, len(asked.places), asked.facilities,
        asked.pieces.streets.graph.components, ws.synthetic,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A question on an option: its pieces of land, what may be chosen (``places``), and the ways from there."""

    at: Option
    wish: ServiceWish
    service: Service
    pieces: Pieces
    places: Candidates
    siting: Siting
    facilities: int

    @property
    def model(self) -> SitingModel:
        """The model of location."""
        return cast("SitingModel", self.wish.model)

    @property
    def reach_m(self) -> float:
        """The way within which the service serves."""
        return self.wish.reach_m or 0.0


def posed(ws: Workspace, wish: ServiceWish, scenario: str = "base") -> Posed:
    """Return a question with its ways, before anything is solved; see `services`.

    Raises:
        RequestError: the question makes no sense, there are no roads, or no parcel is a candidate.

    """
    service, asked = checked(wish)
    at = option(ws, find_scenario(ws, scenario))
    if not at.district.streets:
        raise RequestError("services_no_roads")
    pieces = option_pieces(at)
    places = candidates(ws, at, pieces, asked)
    there = existing_places(ws, at, service, pieces) if asked.existing else no_places()
    graph, ties = pieces.streets.graph, pieces.ties
    way = way_m(graph, ties, places.ties)
    own = np.flatnonzero(places.piece >= 0)
    way[places.piece[own], own] = 0.0
    siting = Siting(way, _demand(pieces, asked), nearest_way_m(graph, ties, there)).cleaned()
    return Posed(at, asked, service, pieces, places, siting, len(there))


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
    for kind in wish.at:
        if kind not in FACILITY_KIND:
            raise RequestError("services_unknown", service=kind, known=", ".join(FACILITY_KIND))
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


def _tables(asked: Posed, sited: Sited) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    at, question, places, reach = asked.at, asked.siting, asked.places, asked.reach_m
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
        mine = served & (nearest == place)
        longest = float(after[mine].max()) if mine.any() else math.nan
        gained = float(demand[mine & (state == "gained")].sum())
        site = (places.names[candidate], f"{place + 1}", gained, float(demand[mine].sum()), longest)
        rows.append((*site, places.area_m2[candidate]))
    heads = ("parcel_id", "site", "gained", "assigned", "longest_m", "area_m2")
    shapes = places.shapes[list(chosen)]
    return coverage, gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(heads)), geometry=list(shapes), crs=crs)
