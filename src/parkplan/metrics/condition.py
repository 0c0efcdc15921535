"""The state of what stands on a parcel: how much of it is empty, and how old it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan.metrics.overlay import overlaps

if TYPE_CHECKING:
    import geopandas as gpd


def vacancy(parcels: pd.DataFrame) -> pd.Series:
    """Vacancy 空置率 = vacant floor area / floor area (``vacant_floor_m2``, ``floor_area_m2``).

    >>> vacancy(pd.DataFrame({"vacant_floor_m2": [500.0, None], "floor_area_m2": [2000.0, 900.0]})).tolist()
    [0.25, nan]
    """
    vacant, floor = (
        pd.to_numeric(parcels[name], errors="coerce").astype(np.float64)
        if name in parcels.columns
        else pd.Series(np.nan, index=parcels.index)
        for name in ("vacant_floor_m2", "floor_area_m2")
    )
    return (vacant / floor.where(floor > 0)).rename("vacancy")


def vacant_floor_m2(parcels: pd.DataFrame, tenants: pd.DataFrame) -> pd.Series:
    """Vacant floor area of parcels that are let out: floor area less what the firms on the parcel lease, at least 0.

    Unknown where the floor area is, where no firm is known, or where one of the firms does not say what it leases: an
    owner who works there himself leases nothing, and his floor is not empty.

    Args:
        parcels: n rows with ``parcel_id`` and ``floor_area_m2``.
        tenants: firms with ``parcel_id`` and ``leased_floor_m2``.

    """
    leased = pd.to_numeric(tenants["leased_floor_m2"], errors="coerce").groupby(tenants["parcel_id"])
    whole = leased.sum().where(leased.count() == leased.size())
    floor = pd.to_numeric(parcels["floor_area_m2"], errors="coerce").astype(np.float64)
    occupied = parcels["parcel_id"].map(whole).astype(np.float64)
    return (floor - occupied).clip(lower=0.0).rename("vacant_floor_m2")


def mean_built_year(parcels: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.Series:
    """Year in which the buildings of a parcel were built: the mean by footprint over those whose year is known.

    Unknown where no year is known, or less than half of the footprint on the parcel has one.

    Returns:
        A series named ``mean_built_year`` on the index of the parcels.

    """
    found = overlaps(parcels.geometry, buildings.geometry)
    years = pd.to_numeric(buildings["built_year"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    year = years[found.right]
    known = ~np.isnan(year)
    footprint = found.sum_left(len(parcels))
    dated = found.sum_left(len(parcels), known.astype(np.float64))
    total = found.sum_left(len(parcels), np.where(known, year, 0.0))
    enough = (dated > 0) & (dated >= footprint / 2)
    mean = np.divide(total, dated, out=np.full(len(parcels), np.nan), where=enough)
    return pd.Series(mean, index=parcels.index, name="mean_built_year")
