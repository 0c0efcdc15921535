"""The parcels as rules judge them: areas with their source, shares under lines, plan, firms, age, measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data.evaluations import load_evaluations
from parkplan.jobs.writing import text
from parkplan.metrics import (
    METRICS,
    built_form,
    constraint_shares,
    firms_on_parcels,
    geodesic_area_m2,
    mean_built_year,
    over_years,
    planned_use,
    vacant_floor_m2,
    with_metrics,
    years_used,
)
from parkplan.metrics.firms import COUNTED
from parkplan.model.codes import CONSTRAINT_KIND
from parkplan.model.tables import PARCEL_YEARS, PARCELS, YEARLY_FIGURES
from parkplan.screening.mu_benefit import evaluate
from parkplan.screening.rules import columns_needed
from parkplan.screening.stages import life_cycle_stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Text
    from parkplan.metrics import YearsUsed
    from parkplan.model.rules import RulePack

_ALWAYS: Final = frozenset({"under_built_ratio", "far", "building_density", "tax_yuan_per_m2", "output_yuan_per_m2"})


@dataclass(frozen=True, slots=True)
class JudgedParcels:
    """``frame``: the parcels with what the rules need. ``findings``: what is odd in the data, in words.

    ``years``: which years the yearly figures rest on, None without such figures; no rule sees it.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Text, ...]
    years: YearsUsed | None = None


def judged_parcels(
    workspace: Workspace, packs: Sequence[RulePack], as_of: date, evaluation: str = "huangyan_2022"
) -> JudgedParcels:
    """Return the parcels with every column and measure that the rules name.

    The site area is the registered one, else the geodesic area (``site_area_source``); a registered area of zero or
    less is unknown. Floor area and footprint are the registered ones, else those of the buildings
    (``floor_area_source``, ``footprint_source``); the counted floor area adds what storeys higher than 8 m count twice,
    as far as buildings are known. Of yearly figures (table ``parcel_years``) the median of the last three years takes
    the place of the single figure (``<figure>_source`` is then ``years``); the last of them is the latest year of the
    table that is not after the day. ``constraint_share`` is the share of the parcel under lines that forbid,
    ``constraint_share_<kind>`` that under each kind; ``plan_conformity``, ``vacancy`` (``vacant_floor_source``),
    ``building_age_years``, ``firms`` and ``mu_benefit_class`` come from the other tables. A canonical column that the
    data lack is unknown throughout.

    Raises:
        RequestError: there is no such evaluation scheme.

    """
    parcels = workspace.read(PARCELS.name)
    for column in PARCELS.columns:
        if column.name not in parcels.columns:
            parcels[column.name] = pd.Series([None] * len(parcels), dtype=object)
    findings = [*_impossible_areas(parcels), *_future_dates(parcels, as_of)]
    parcels, years = _with_yearly_figures(parcels, workspace, as_of)
    parcels = _with_floor_area(_with_areas(parcels), workspace)
    parcels = _with_other_tables(parcels, workspace, as_of)
    needed = columns_needed(packs, as_of)
    parcels = gpd.GeoDataFrame(with_metrics(parcels, (needed | _ALWAYS | {"vacancy"}) & METRICS.keys()))
    parcels = gpd.GeoDataFrame(parcels.join(life_cycle_stage(parcels, as_of)))
    parcels = gpd.GeoDataFrame(parcels.join(_mu_benefit(parcels, evaluation)))
    return JudgedParcels(parcels, tuple(findings), years)


def _has(workspace: Workspace, table: str) -> bool:
    return any(info.name == table for info in workspace.tables())


def _impossible_areas(parcels: gpd.GeoDataFrame) -> list[Text]:
    areas = pd.to_numeric(parcels["site_area_m2"], errors="coerce")
    rows = np.flatnonzero((areas <= 0).to_numpy(dtype=bool, na_value=False))
    return [text("screen.impossible_areas", count=len(rows), rows=listed(rows))] if len(rows) else []


def _future_dates(parcels: gpd.GeoDataFrame, as_of: date) -> list[Text]:
    found: list[Text] = []
    for column in PARCELS.columns:
        if column.kind == "date" and not column.name.endswith("agreed_on"):
            rows = np.flatnonzero(pd.to_datetime(parcels[column.name]) > pd.Timestamp(as_of))
            if len(rows):
                found.append(text("screen.future_dates", column=column.title, count=len(rows), rows=listed(rows)))
    return found


def listed(rows: np.ndarray) -> str:
    """Write row positions as a reader counts them, from 1, the first few of them."""
    shown = ", ".join(str(row + 1) for row in rows[:5])
    return f"{shown} …" if len(rows) > 5 else shown


def _with_yearly_figures(
    parcels: gpd.GeoDataFrame, workspace: Workspace, as_of: date
) -> tuple[gpd.GeoDataFrame, YearsUsed | None]:
    if not _has(workspace, PARCEL_YEARS.name):
        return parcels, None
    records = workspace.read(PARCEL_YEARS.name)
    columns = [column.name for column in YEARLY_FIGURES if column.name in records.columns]
    if not columns or not {"parcel_id", "year"} <= set(records.columns):
        return parcels, None
    years = pd.to_numeric(records["year"], errors="coerce")
    told = years[years <= as_of.year].max()
    if pd.isna(told):
        return parcels, None
    records = pd.DataFrame(records.assign(year=years))
    found = over_years(records, columns, last_year=int(told))
    yearly = {name: parcels["parcel_id"].map(found[name]) for name in columns}
    filled = {name: values.fillna(_numbers(parcels, name)) for name, values in yearly.items()}
    sources = {f"{name}_source": _told(parcels, values.notna(), "years") for name, values in yearly.items()}
    return parcels.assign(**filled, **sources), years_used(records, columns, parcels["parcel_id"], last_year=int(told))


def _numbers(parcels: pd.DataFrame, name: str) -> pd.Series:
    return pd.to_numeric(parcels[name], errors="coerce").astype(np.float64)


def _with_areas(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    registered = _numbers(parcels, "site_area_m2")
    usable = registered.where(registered > 0)
    shapes = geodesic_area_m2(parcels.geometry)
    geodesic = shapes.where(shapes > 0)  # a point has no area
    missing = registered.isna()
    source = np.select([usable.notna(), missing & geodesic.notna()], ["register", "geometry"], default="")
    return parcels.assign(
        geodesic_area_m2=geodesic,
        site_area_m2=usable.where(~missing, geodesic),
        site_area_source=pd.Series(source, index=parcels.index, dtype="str").replace("", None),
    )


def _with_floor_area(parcels: gpd.GeoDataFrame, workspace: Workspace) -> gpd.GeoDataFrame:
    registered, footprint = _numbers(parcels, "floor_area_m2"), _numbers(parcels, "footprint_m2")
    if not _has(workspace, "buildings"):
        return parcels.assign(
            counted_floor_area_m2=registered,
            floor_area_source=_told(parcels, registered.notna(), "register"),
            footprint_source=_told(parcels, footprint.notna(), "register"),
            mean_built_year=np.nan,
        )
    buildings = workspace.read("buildings")
    form = built_form(parcels, buildings)
    floor, base = registered.fillna(form["floor_area_m2"]), footprint.fillna(form["footprint_m2"])
    years = mean_built_year(parcels, buildings) if "built_year" in buildings.columns else np.nan
    return parcels.assign(
        floor_area_m2=floor,
        footprint_m2=base,
        counted_floor_area_m2=floor + (form["counted_floor_area_m2"] - form["floor_area_m2"]),
        floor_area_source=_told(parcels, registered.notna(), "register", floor.notna(), "buildings"),
        footprint_source=_told(parcels, footprint.notna(), "register", base.notna(), "buildings"),
        mean_built_year=years,
    )


def _told(
    parcels: pd.DataFrame, first: pd.Series, source: str, second: pd.Series | None = None, other: str = ""
) -> pd.Series:
    """Return from which of two sources a figure comes, missing where from neither."""
    named = np.where(first, source, np.where(False if second is None else second, other, ""))
    return pd.Series(named, index=parcels.index, dtype="str").replace("", None)


def _with_other_tables(parcels: gpd.GeoDataFrame, workspace: Workspace, as_of: date) -> gpd.GeoDataFrame:
    kinds = tuple(CONSTRAINT_KIND)
    found = [pd.DataFrame({"building_age_years": as_of.year - parcels["mean_built_year"]})]
    if _has(workspace, "constraints"):
        found.append(constraint_shares(parcels, workspace.read("constraints", ["kind", "severity"]), kinds))
    else:
        names = ["constraint_share", *(f"constraint_share_{kind}" for kind in kinds)]
        found.append(pd.DataFrame(np.nan, index=parcels.index, columns=names))
    if _has(workspace, "land_use_plan"):
        found.append(planned_use(parcels, workspace.read("land_use_plan", ["land_use"])))
    else:
        found.append(pd.DataFrame({"planned_land_use": None, "plan_conformity": np.nan}, index=parcels.index))
    replaced = [name for part in found for name in part if name in parcels]
    joined = pd.concat([parcels.drop(columns=replaced), *found], axis=1)
    return _with_firms(gpd.GeoDataFrame(joined), workspace)


def _with_firms(parcels: gpd.GeoDataFrame, workspace: Workspace) -> gpd.GeoDataFrame:
    firms = workspace.read("enterprises") if _has(workspace, "enterprises") else None
    surveyed = _numbers(parcels, "vacant_floor_m2")
    told = _told(parcels, surveyed.notna(), "survey")
    if firms is None or "parcel_id" not in firms.columns:
        return parcels.assign(firms=np.nan, vacant_floor_source=told)
    columns = [name for name in COUNTED if name in firms.columns]
    found = firms_on_parcels(parcels, firms, columns)
    parcels = gpd.GeoDataFrame(parcels.join(found))
    if "leased_floor_m2" in firms.columns:
        vacant = surveyed.fillna(vacant_floor_m2(parcels, firms))
        told = _told(parcels, surveyed.notna(), "survey", vacant.notna(), "leases")
        parcels = parcels.assign(vacant_floor_m2=vacant)
    return parcels.assign(vacant_floor_source=told)


def _mu_benefit(parcels: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    schemes = load_evaluations()
    if name not in schemes:
        raise RequestError("unknown_evaluation", name=name, known=", ".join(schemes))
    found = evaluate(schemes[name], parcels)[["mu_benefit_score", "mu_benefit_class"]]
    return found.drop(columns=[column for column in found.columns if column in parcels.columns])
