"""Intensive use of land in a park, as the evaluation of development zones counts it (TD/T 1029).

Letters follow the rules of the evaluation: A built-up land, A1 housing, A2 industry and storage, B land not yet built
up, of which B21 meets the conditions of supply, D supplied state-owned land, G idle land, H land of high technology.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.i18n import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOUSING: Final = ("07",)
INDUSTRY: Final = ("10", "11")
NOT_BUILT: Final = frozenset({"approved_not_supplied", "supplied_not_started", "under_construction", "idle"})
NOT_SUPPLIED: Final = frozenset({"approved_not_supplied"})


@dataclass(frozen=True, slots=True)
class ParkMeasure:
    """A column of the table of parks: its name, titles, and the unit in which it is shown."""

    name: str
    title: Text
    shown_in: str


PARK_MEASURES: Final[tuple[ParkMeasure, ...]] = (
    ParkMeasure("land_m2", Text("地块面积", "Parcel land"), "hectare"),
    ParkMeasure("supply_rate", Text("土地供应率", "Supplied share"), "percent"),
    ParkMeasure("built_rate", Text("土地建成率", "Built-up share"), "percent"),
    ParkMeasure("development_rate", Text("土地开发率", "Developed share"), "percent"),
    ParkMeasure("industrial_rate", Text("工业用地率", "Industrial share"), "percent"),
    ParkMeasure("high_tech_rate", Text("高新技术产业用地率", "High-tech share"), "percent"),
    ParkMeasure("park_far", Text("综合容积率", "Floor area ratio"), "ratio"),
    ParkMeasure("park_density", Text("建筑密度", "Building density"), "percent"),
    ParkMeasure("industrial_far", Text("工业用地综合容积率", "Industrial floor area ratio"), "ratio"),
    ParkMeasure("industrial_coefficient", Text("工业用地建筑系数", "Industrial building coefficient"), "percent"),
    ParkMeasure("industrial_investment", Text("工业用地投入强度", "Industrial investment"), "wan_yuan_per_mu"),
    ParkMeasure("industrial_tax", Text("工业用地地均税收", "Industrial tax"), "wan_yuan_per_mu"),
    ParkMeasure("park_tax", Text("综合地均税收", "Tax of all land"), "wan_yuan_per_mu"),
    ParkMeasure("idle_rate", Text("土地闲置率", "Idle share"), "percent"),
)


def intensive_use(
    parcels: pd.DataFrame, by: str = "park_id", planned_area_m2: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return the indicators of intensive use for each park (rulebook 3.4), from the sums over its parcels.

    Supply rate D / (A + B21), built rate A / D, development rate (A + B21) / (A + B), industrial rate A2 / A, high-tech
    rate H / A2, floor area ratio and density over A, industrial floor area ratio, building coefficient, investment and
    tax over A2, tax over A, idle rate G / D. B21 is the land of all parcels that are not built up, for a parcel is
    there to be supplied; A + B is the planned area. Where structures and yards are unknown, the coefficient is the
    density and thus a lower bound.

    Args:
        parcels: ``land_use``, ``stage``, ``site_area_m2``, ``floor_area_m2``, ``footprint_m2``, ``investment_yuan``,
            ``tax_yuan``, and, if known, ``verdict`` (idle land, else by stage), ``high_tech``, ``structures_m2``,
            ``yard_m2``.
        by: the column that names the park.
        planned_area_m2: of each park; without it the development rate is unknown.

    Returns:
        One row for each park with the columns of `PARK_MEASURES`, ``kind`` (``industrial``, ``mixed`` or ``other``),
        ``parcels`` and ``known`` (share of the built-up land whose floor area is known). A sum is taken over the
        parcels that are known, numerator and denominator over the same ones; without any it is unknown.

    """
    frame = parcels.reset_index(drop=True)
    marks = _marks(frame)
    planned = planned_area_m2 or {}
    rows = {
        park: _of_park(frame.loc[place], marks.loc[place], planned.get(str(park), np.nan))
        for park, place in frame.groupby(by).groups.items()
    }
    columns = [*(measure.name for measure in PARK_MEASURES), "kind", "parcels", "known"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis(by)


def _marks(frame: pd.DataFrame) -> pd.DataFrame:
    use, stage = frame["land_use"].astype("string").fillna(""), frame["stage"].astype("string")
    told = stage.notna()
    built = told & ~stage.isin(NOT_BUILT)
    idle = frame["verdict"] == "idle" if "verdict" in frame.columns else stage == "idle"
    return pd.DataFrame(
        {
            "A": built,
            "A1": built & use.str.startswith(HOUSING),
            "A2": built & use.str.startswith(INDUSTRY),
            "B": told & ~built,
            "D": told & ~stage.isin(NOT_SUPPLIED),
            "G": idle.fillna(False).astype(bool),
            "H": built & use.str.startswith(INDUSTRY) & _flag(frame, "high_tech"),
        }
    )


def _flag(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        return pd.Series(False, index=frame.index)
    return frame[name].fillna(False).astype(bool)


def _of_park(frame: pd.DataFrame, marks: pd.DataFrame, planned: float) -> dict[str, object]:
    land = pd.to_numeric(frame["site_area_m2"], errors="coerce").astype(np.float64)
    areas = {name: float(land[marks[name]].sum()) for name in marks.columns}
    ready = areas["A"] + areas["B"]
    built, industry = marks["A"], marks["A2"]
    covered = ("footprint_m2", "structures_m2", "yard_m2")
    return {
        "land_m2": float(land.sum()),
        "supply_rate": _rate(areas["D"], ready),
        "built_rate": _rate(areas["A"], areas["D"]),
        "development_rate": _rate(ready, planned),
        "industrial_rate": _rate(areas["A2"], areas["A"]),
        "high_tech_rate": _rate(areas["H"], areas["A2"]) if "high_tech" in frame.columns else np.nan,
        "park_far": _per_area(frame, land, built, ("floor_area_m2",)),
        "park_density": _per_area(frame, land, built, ("footprint_m2",)),
        "industrial_far": _per_area(frame, land, industry, ("floor_area_m2",)),
        "industrial_coefficient": _per_area(frame, land, industry, covered),
        "industrial_investment": _per_area(frame, land, industry, ("investment_yuan",)),
        "industrial_tax": _per_area(frame, land, industry, ("tax_yuan",)),
        "park_tax": _per_area(frame, land, built, ("tax_yuan",)),
        "idle_rate": _rate(areas["G"], areas["D"]),
        "kind": park_kind(_rate(areas["A2"], areas["A"]), _rate(areas["A1"], areas["A"])),
        "parcels": len(frame),
        "known": _rate(float(land[built & frame["floor_area_m2"].notna()].sum()), areas["A"]),
    }


def _rate(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _per_area(frame: pd.DataFrame, land: pd.Series, chosen: pd.Series, names: Sequence[str]) -> float:
    """Return a sum over the area of those parcels whose first column is known; the further ones count where known."""
    values = [
        pd.to_numeric(frame[name], errors="coerce").astype(np.float64)
        if name in frame.columns
        else pd.Series(np.nan, index=frame.index)
        for name in names
    ]
    known = chosen & values[0].notna() & land.notna()
    total = sum(float(column[known].fillna(0.0).sum()) for column in values)
    return _rate(total, float(land[known].sum()))


def park_kind(industrial: float, housing: float) -> str | None:
    """Return the kind of a park by its shares of industrial land and of housing; None where they are unknown.

    >>> park_kind(0.6, 0.1), park_kind(0.2, 0.3), park_kind(0.2, 0.1)
    ('industrial', 'mixed', 'other')
    """
    if np.isnan(industrial) or np.isnan(housing):
        return None
    if industrial > 0.30 and housing < 0.25:
        return "industrial"
    return "mixed" if industrial <= 0.30 and housing >= 0.25 else "other"
