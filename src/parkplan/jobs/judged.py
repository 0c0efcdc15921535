"""The parcels as rules judge them: site and floor areas with their source, constraint shares, measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan.i18n import message
from parkplan.metrics import METRICS, built_form, geodesic_area_m2, overlaps, with_metrics
from parkplan.model.tables import PARCELS
from parkplan.screening.rules import columns_needed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from parkplan.data.workspace import Workspace
    from parkplan.model.rules import RulePack


@dataclass(frozen=True, slots=True)
class JudgedParcels:
    """``frame``: the parcels with what the rules need. ``findings``: what is odd in the data, in words."""

    frame: gpd.GeoDataFrame
    findings: tuple[str, ...]


def judged_parcels(workspace: Workspace, packs: Sequence[RulePack], as_of: date) -> JudgedParcels:
    """Return the parcels with every column and measure that the rules name.

    The site area is the registered one, else the geodesic area (``site_area_source``); a registered area of zero or
    less is unknown. Floor area and footprint are the registered ones, else those of the buildings
    (``floor_area_source``); the counted floor area adds what storeys higher than 8 m count twice, as far as buildings
    are known. ``constraint_share`` is the share of the parcel under lines that forbid. A canonical column that the data
    lack is unknown throughout.
    """
    parcels = workspace.read(PARCELS.name)
    for column in PARCELS.columns:
        if column.name not in parcels.columns:
            parcels[column.name] = pd.Series([None] * len(parcels), dtype=object)
    findings = [*_impossible_areas(parcels), *_future_dates(parcels, as_of)]
    parcels = _with_areas(parcels)
    parcels = _with_floor_area(parcels, workspace)
    parcels["constraint_share"] = _constraint_share(parcels, workspace)
    for name in ("structures_m2", "yard_m2"):
        if name not in parcels.columns:
            parcels[name] = np.nan
    wanted = columns_needed(packs, as_of) | {"under_built_ratio", *_YIELDS}
    return JudgedParcels(gpd.GeoDataFrame(with_metrics(parcels, wanted & METRICS.keys())), tuple(findings))


_YIELDS: Final = ("far", "tax_yuan_per_m2", "output_yuan_per_m2")


def _impossible_areas(parcels: gpd.GeoDataFrame) -> list[str]:
    areas = pd.to_numeric(parcels["site_area_m2"], errors="coerce")
    rows = np.flatnonzero((areas <= 0).to_numpy(dtype=bool, na_value=False))
    return [message("screen.impossible_areas", count=len(rows), rows=_listed(rows))] if len(rows) else []


def _future_dates(parcels: gpd.GeoDataFrame, as_of: date) -> list[str]:
    found = []
    for column in PARCELS.columns:
        if column.kind == "date" and not column.name.endswith("agreed_on"):
            rows = np.flatnonzero(pd.to_datetime(parcels[column.name]) > pd.Timestamp(as_of))
            if len(rows):
                found.append(message("screen.future_dates", column=column.title, count=len(rows), rows=_listed(rows)))
    return found


def _listed(rows: np.ndarray) -> str:
    shown = ", ".join(str(row + 1) for row in rows[:5])
    return f"{shown} …" if len(rows) > 5 else shown


def _with_areas(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    registered = pd.to_numeric(parcels["site_area_m2"], errors="coerce").astype(np.float64)
    usable = registered.where(registered > 0)
    geodesic = geodesic_area_m2(parcels.geometry)
    missing = registered.isna()
    source = np.select([usable.notna(), missing & geodesic.notna()], ["register", "geometry"], default="")
    return parcels.assign(
        geodesic_area_m2=geodesic,
        site_area_m2=usable.where(~missing, geodesic),
        site_area_source=pd.Series(source, index=parcels.index, dtype="str").replace("", None),
    )


def _with_floor_area(parcels: gpd.GeoDataFrame, workspace: Workspace) -> gpd.GeoDataFrame:
    registered = pd.to_numeric(parcels["floor_area_m2"], errors="coerce").astype(np.float64)
    footprint = pd.to_numeric(parcels["footprint_m2"], errors="coerce").astype(np.float64)
    if not any(table.name == "buildings" for table in workspace.tables()):
        source = pd.Series(np.where(registered.notna(), "register", None), index=parcels.index, dtype="str")
        return parcels.assign(counted_floor_area_m2=registered, floor_area_source=source)
    form = built_form(parcels, workspace.read("buildings"))
    floor = registered.fillna(form["floor_area_m2"])
    source = np.select([registered.notna(), floor.notna()], ["register", "buildings"], default="")
    return parcels.assign(
        floor_area_m2=floor,
        footprint_m2=footprint.fillna(form["footprint_m2"]),
        counted_floor_area_m2=floor + (form["counted_floor_area_m2"] - form["floor_area_m2"]),
        floor_area_source=pd.Series(source, index=parcels.index, dtype="str").replace("", None),
    )


def _constraint_share(parcels: gpd.GeoDataFrame, workspace: Workspace) -> pd.Series:
    if not any(table.name == "constraints" for table in workspace.tables()):
        return pd.Series(np.nan, index=parcels.index)
    lines = workspace.read("constraints", ["severity"])
    forbidding = lines.geometry[(lines["severity"] == "veto").to_numpy(dtype=bool, na_value=False)]
    merged = gpd.GeoSeries([forbidding.union_all()], crs=parcels.crs).explode(ignore_index=True)
    covered = overlaps(parcels.geometry, merged).sum_left(len(parcels)) if len(forbidding) else np.zeros(len(parcels))
    return pd.Series(covered / parcels.geometry.area, index=parcels.index)
