"""Control indicators and yields of parcels: shares of the site, and money, people and floor per square metre.

Each function takes a frame with the columns that it names and returns a series of its own name on the same index. A
missing column is a missing value; a site of zero area has no ratio; what is unknown stays unknown.
Source of the control indicators: 工业项目建设用地控制指标 (国土资发〔2008〕24号; 自然资发〔2023〕72号).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    return pd.Series(frame[name].to_numpy(dtype=np.float64, na_value=np.nan), index=frame.index)


def _ratio(numerator: pd.Series, denominator: pd.Series, name: str) -> pd.Series:
    return (numerator / denominator.where(denominator > 0)).rename(name)


def _sum(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    total = _column(frame, names[0])
    for name in names[1:]:
        total = total + _column(frame, name)
    return total


def far(parcels: pd.DataFrame) -> pd.Series:
    """Floor area ratio 容积率 = counted floor area / site area (``counted_floor_area_m2``, ``site_area_m2``).

    >>> far(pd.DataFrame({"counted_floor_area_m2": [8900.0], "site_area_m2": [10000.0]})).tolist()
    [0.89]
    """
    return _ratio(_column(parcels, "counted_floor_area_m2"), _column(parcels, "site_area_m2"), "far")


def building_density(parcels: pd.DataFrame) -> pd.Series:
    """Building density 建筑密度 = footprint of buildings / site area (``footprint_m2``, ``site_area_m2``)."""
    return _ratio(_column(parcels, "footprint_m2"), _column(parcels, "site_area_m2"), "building_density")


def building_coefficient(parcels: pd.DataFrame) -> pd.Series:
    """Building coefficient 建筑系数 = (buildings + production structures + open storage yards) / site area.

    Columns ``footprint_m2``, ``structures_m2``, ``yard_m2``, ``site_area_m2``; it is not the building density.
    """
    covered = _sum(parcels, ("footprint_m2", "structures_m2", "yard_m2"))
    return _ratio(covered, _column(parcels, "site_area_m2"), "building_coefficient")


def admin_floor_share(parcels: pd.DataFrame) -> pd.Series:
    """Share of offices and living services in the floor area (``admin_floor_area_m2`` / ``floor_area_m2``)."""
    return _ratio(_column(parcels, "admin_floor_area_m2"), _column(parcels, "floor_area_m2"), "admin_floor_share")


def admin_land_share(parcels: pd.DataFrame) -> pd.Series:
    """Share of the land of offices and living services 行政办公及生活服务设施用地所占比重.

    ``admin_land_m2 / site_area_m2``; land that cannot be told apart is allotted by floor area, so that an unknown
    ``admin_land_m2`` gives the share of the floor area.
    """
    by_land = _ratio(_column(parcels, "admin_land_m2"), _column(parcels, "site_area_m2"), "admin_land_share")
    return by_land.fillna(admin_floor_share(parcels)).rename("admin_land_share")


def green_ratio(parcels: pd.DataFrame) -> pd.Series:
    """Green ratio 绿地率 = green land / site area (``green_m2``, ``site_area_m2``)."""
    return _ratio(_column(parcels, "green_m2"), _column(parcels, "site_area_m2"), "green_ratio")


def investment_yuan_per_m2(parcels: pd.DataFrame) -> pd.Series:
    """Investment intensity 投资强度 = fixed-asset investment / site area, in yuan per square metre."""
    return _ratio(_column(parcels, "investment_yuan"), _column(parcels, "site_area_m2"), "investment_yuan_per_m2")


def output_yuan_per_m2(parcels: pd.DataFrame) -> pd.Series:
    """Output of the land 土地产出率 = annual output / site area, in yuan per square metre."""
    return _ratio(_column(parcels, "output_yuan"), _column(parcels, "site_area_m2"), "output_yuan_per_m2")


def tax_yuan_per_m2(parcels: pd.DataFrame) -> pd.Series:
    """Tax of the land 土地税收 = annual tax / site area, in yuan per square metre (15 yuan per m² is 1 万元 per 亩)."""
    return _ratio(_column(parcels, "tax_yuan"), _column(parcels, "site_area_m2"), "tax_yuan_per_m2")


def value_added_yuan_per_m2(parcels: pd.DataFrame) -> pd.Series:
    """Value added of the land 地均增加值 = annual value added / site area, in yuan per square metre."""
    return _ratio(_column(parcels, "value_added_yuan"), _column(parcels, "site_area_m2"), "value_added_yuan_per_m2")


def jobs_per_hectare(parcels: pd.DataFrame) -> pd.Series:
    """Jobs of the land 地均从业人员 = employees / site area, in persons per hectare."""
    return _ratio(_column(parcels, "employees"), _column(parcels, "site_area_m2") / 10_000.0, "jobs_per_hectare")


def built_share(parcels: pd.DataFrame) -> pd.Series:
    """Share of the land that was to be developed and is (``developed_area_m2`` / ``site_area_m2``)."""
    return _ratio(_column(parcels, "developed_area_m2"), _column(parcels, "site_area_m2"), "built_share")


def investment_share(parcels: pd.DataFrame) -> pd.Series:
    """Share of the agreed investment that was made (``investment_yuan`` / ``investment_agreed_yuan``)."""
    return _ratio(_column(parcels, "investment_yuan"), _column(parcels, "investment_agreed_yuan"), "investment_share")


def under_built_ratio(parcels: pd.DataFrame) -> pd.Series:
    """Share of the permitted floor area that is not built = (far_max - far) / far_max (``far_max`` and those of far).

    Negative where more is built than permitted.
    """
    permitted = _column(parcels, "far_max")
    return _ratio(permitted - far(parcels), permitted, "under_built_ratio")
