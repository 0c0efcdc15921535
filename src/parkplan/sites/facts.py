"""What is known of a site: sums and shares over its parcels, and what lies around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from parkplan.model.typologies import ReuseAssumptions, Typology

    Numbers = npt.NDArray[np.float64]

NEAR_M: Final = 1000.0
"""Firms within this distance are neighbours."""
LEAST_FIRMS: Final = 3
PARKS_WITHIN_M: Final = 10_000.0
"""Special parks farther away are not weighed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around sites, in the CRS of the parcels.

    ``firms`` with ``cluster``; ``parks`` with ``park_id``, ``name``, ``kind`` and ``lead_cluster``; ``plan`` with
    ``land_use``, ``far_max`` and ``height_max_m``; ``housing`` and ``stations`` are geometries. Any of them
    may be empty.
    """

    firms: gpd.GeoDataFrame
    parks: gpd.GeoDataFrame
    plan: gpd.GeoDataFrame
    housing: npt.NDArray[np.object_]
    stations: npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class NearPark:
    """A special park: its id, name and leading cluster, how far it is, and the share of the site that lies in it."""

    id: str
    name: str
    lead: str | None
    distance_m: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """Figures of one site in SI units; NaN is unknown.

    ``far_permitted`` is the area-weighted upper limit of the plan; ``floor_uplift_m2`` what could still be built;
    ``tax_uplift_yuan`` and ``output_uplift_yuan`` a year what peers on the same area give beyond today; ``jobs_uplift``
    likewise. ``compactness`` is 4 pi A / P² (Polsby and Popper). ``parks`` are the special parks within 10 km, the
    nearest first.
    """

    area_m2: float
    parcels: int
    owners: int
    unknown_owners: int
    flagged_share: float
    need: float
    floor_area_m2: float
    far_permitted: float
    floor_uplift_m2: float
    tax_uplift_yuan: float
    output_uplift_yuan: float
    jobs_uplift: float
    employees: float
    constraint_share: float
    plan_industrial: float
    plan_open: float
    height_m: float
    frontage: bool
    compactness: float
    acquisition_yuan: float
    building_yuan: float
    benefit_yuan: float
    housing_distance_m: float
    station_distance_m: float
    park_lead: str | None
    cluster_quotient: Mapping[str, float] = field(default_factory=dict)
    parks: tuple[NearPark, ...] = ()

    @property
    def cost_yuan(self) -> float:
        """What it costs to acquire, clear and build."""
        return self.acquisition_yuan + self.building_yuan

    @property
    def benefit_cost(self) -> float:
        """Present value of the additional tax for each yuan of cost."""
        return self.benefit_yuan / self.cost_yuan if self.cost_yuan > 0 else float("nan")


def acquisition_cost_yuan(parcels: pd.DataFrame, assumed: ReuseAssumptions) -> Numbers:
    """Return for each parcel what land, buildings, clearing and moving jobs cost; unknown floor and jobs count as none.

    >>> from parkplan.data.typologies import load_assumptions
    >>> one = pd.DataFrame({"site_area_m2": [1000.0], "floor_area_m2": [500.0], "employees": [10.0]})
    >>> acquisition_cost_yuan(one, load_assumptions()).tolist()
    [1390000.0]
    """
    floor, jobs = _numbers(parcels, "floor_area_m2"), _numbers(parcels, "employees")
    for_floor = assumed.buildings_yuan_per_floor_m2.value + assumed.clearing_yuan_per_floor_m2.value
    cost = _numbers(parcels, "site_area_m2") * assumed.land_yuan_per_m2.value
    cost = cost + np.nan_to_num(floor) * for_floor + np.nan_to_num(jobs) * assumed.relocation_yuan_per_job.value
    return np.asarray(np.nan_to_num(cost))


def peers(parcels: pd.DataFrame, flagged: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return for each cluster the medians of tax, output (yuan a year) and jobs for each m², over unflagged parcels.

    The row named "" holds the medians over all clusters.
    """
    rows = parcels[~flagged]
    rates = pd.DataFrame(
        {name: _numbers(rows, name) / _numbers(rows, "site_area_m2") for name in _YIELDS}, index=rows.index
    )
    by_cluster = rates.groupby(rows["cluster"].astype(object).fillna("")).median() if len(rows) else rates
    by_cluster.loc[""] = rates.median()
    return by_cluster


_YIELDS: Final = ("tax_yuan", "output_yuan", "employees")


class Surveyor:
    """Works out the facts of sites over one set of parcels."""

    def __init__(
        self,
        parcels: gpd.GeoDataFrame,
        flagged: npt.NDArray[np.bool_],
        around: Surroundings,
        assumed: ReuseAssumptions,
        typology: Typology,
    ) -> None:
        self._parcels = parcels
        self._flagged = flagged
        self._around = around
        self._assumed = assumed
        self._typology = typology
        self._peers = peers(parcels, flagged)
        self._plan = shapely.STRtree(np.asarray(around.plan.geometry.array, dtype=object))
        self._housing, self._stations = shapely.STRtree(around.housing), shapely.STRtree(around.stations)
        self._firms = shapely.STRtree(np.asarray(around.firms.geometry.array, dtype=object))
        self._cluster = around.firms["cluster"].astype(object).to_numpy() if len(around.firms) else np.empty(0, object)
        self._acquisition = acquisition_cost_yuan(parcels, assumed)

    def facts(self, rows: Sequence[int], frontage: bool) -> SiteFacts:
        """Return the facts of the parcels at row positions."""
        place = list(rows)
        part = self._parcels.iloc[place]
        shape = shapely.union_all(np.asarray(part.geometry.array, dtype=object))
        area = _numbers(part, "site_area_m2")
        total = float(np.nansum(area))
        floor = float(np.nansum(_numbers(part, "floor_area_m2")))
        far, industrial, open_land, height = self._planned(shape, part, area)
        uplift = max(0.0, far * total - floor)
        tax, output, jobs = (self._uplift(part, area, name) for name in _YIELDS)
        holders = part["holder"].astype(object)
        known = holders.notna()
        return SiteFacts(
            area_m2=total,
            parcels=len(place),
            owners=int(holders[known].nunique()) + int((~known).sum()),
            unknown_owners=int((~known).sum()),
            flagged_share=float(np.nansum(area[self._flagged[place]]) / total) if total else float("nan"),
            need=_mean(_numbers(part, "need"), area),
            floor_area_m2=floor,
            far_permitted=far,
            floor_uplift_m2=uplift,
            tax_uplift_yuan=tax,
            output_uplift_yuan=output,
            jobs_uplift=jobs,
            employees=float(np.nansum(_numbers(part, "employees"))),
            constraint_share=_mean(np.clip(_numbers(part, "constraint_share"), 0, 1), area),
            plan_industrial=industrial,
            plan_open=open_land,
            height_m=height,
            frontage=frontage,
            compactness=float(4 * np.pi * shape.area / shape.length**2) if shape.length else float("nan"),
            acquisition_yuan=float(self._acquisition[place].sum()),
            building_yuan=uplift * self._typology.cost_yuan_per_floor_m2.value,
            benefit_yuan=tax * self._annuity(),
            housing_distance_m=_distance(self._housing, shape),
            station_distance_m=_distance(self._stations, shape),
            park_lead=self._lead(shape),
            cluster_quotient=self._quotients(shape),
            parks=self._parks_near(shape),
        )

    def _annuity(self) -> float:
        """Return the present value of one yuan a year over the horizon."""
        years, rate = self._assumed.horizon_years.value, self._assumed.discount_rate.value
        return float(years) if rate == 0 else float((1 - (1 + rate) ** -years) / rate)

    def _planned(self, shape: shapely.Geometry, part: pd.DataFrame, area: Numbers) -> tuple[float, float, float, float]:
        """Return permitted FAR, shares planned for industry and open land, and the lowest height limit."""
        plan = self._around.plan
        zones = self._plan.query(shape, predicate="intersects")
        share = np.array([shape.intersection(plan.geometry.iloc[zone]).area for zone in zones]) / max(shape.area, 1e-9)
        use = plan["land_use"].astype(str).iloc[zones].to_numpy() if len(zones) else np.empty(0, dtype=object)
        industrial = float(share[[text.startswith(("10", "11")) for text in use]].sum()) if len(zones) else float("nan")
        open_land = (
            float(share[[text.startswith(("14", "08", "17")) for text in use]].sum()) if len(zones) else float("nan")
        )
        far = _mean(_numbers(part, "far_max"), area)
        if np.isnan(far) and len(zones):
            far = _mean(_numbers(plan.iloc[zones], "far_max"), share)
        limits = _numbers(plan.iloc[zones], "height_max_m")[share > 0.05] if len(zones) else np.empty(0)
        height = float(np.nanmin(limits)) if np.isfinite(limits).any() else float("nan")
        return (self._typology.far.value if np.isnan(far) else far), industrial, open_land, height

    def _uplift(self, part: pd.DataFrame, area: Numbers, name: str) -> float:
        cluster = part["cluster"].astype(object).fillna("")
        rate = np.array([self._peers[name].get(one, np.nan) for one in cluster], dtype=np.float64)
        rate = np.where(np.isnan(rate), self._peers[name].get("", np.nan), rate)
        now = np.nan_to_num(_numbers(part, name))
        return float(np.nansum(np.maximum(rate * area - now, 0.0)))

    def _lead(self, shape: shapely.Geometry) -> str | None:
        parks = self._around.parks
        for kind in ("special_park", "industrial_new_town"):
            rows: Any = np.flatnonzero((parks["kind"] == kind).to_numpy()) if len(parks) else []
            for row in rows:
                if parks.geometry.iloc[row].intersection(shape).area > 0.5 * shape.area:
                    lead = parks["lead_cluster"].iloc[row]
                    return None if pd.isna(lead) else str(lead)
        return None

    def _parks_near(self, shape: shapely.Geometry) -> tuple[NearPark, ...]:
        parks = self._around.parks
        special = parks[(parks["kind"] == "special_park").to_numpy(dtype=np.bool_)] if len(parks) else parks
        found = []
        for row, park in zip(special.to_dict("records"), special.geometry, strict=True):
            if park is None or (distance := float(park.distance(shape))) > PARKS_WITHIN_M:
                continue
            share = float(park.intersection(shape).area) / shape.area if shape.area else 0.0
            lead = None if pd.isna(row["lead_cluster"]) else str(row["lead_cluster"])
            name = str(row["park_id"]) if pd.isna(row["name"]) else str(row["name"])
            found.append(NearPark(str(row["park_id"]), name, lead, distance, share))
        return tuple(sorted(found, key=lambda one: (one.distance_m, -one.share, one.id)))

    def _quotients(self, shape: shapely.Geometry) -> dict[str, float]:
        """Return for each cluster its share among firms nearby over its share in the district."""
        if not len(self._cluster):
            return {}
        near = self._cluster[self._firms.query(shape, predicate="dwithin", distance=NEAR_M)]
        if len(near) < LEAST_FIRMS:
            return {}
        every = pd.Series(self._cluster).value_counts(normalize=True)
        here = pd.Series(near).value_counts(normalize=True)
        return {str(name): float(here.get(name, 0.0) / share) for name, share in every.items() if share > 0}


def _numbers(frame: pd.DataFrame, name: str) -> Numbers:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))


def _mean(values: Numbers, weight: Numbers) -> float:
    known = np.isfinite(values) & np.isfinite(weight)
    total = float(weight[known].sum())
    return float((values[known] * weight[known]).sum() / total) if total > 0 else float("nan")


def _distance(tree: shapely.STRtree, shape: shapely.Geometry) -> float:
    if not len(tree.geometries):
        return float("nan")
    return float(shape.distance(tree.geometries[tree.nearest(shape)]))
