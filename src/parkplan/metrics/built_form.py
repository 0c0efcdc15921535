"""How much is built on each parcel, from the buildings that stand on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.metrics.overlay import overlaps

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

TALL_STOREY_M: Final = 8.0
"""A storey higher than this counts twice in the floor area ratio (工业项目建设用地控制指标)."""


def counted_floor_area_m2(buildings: pd.DataFrame) -> pd.Series:
    """Floor area of each building as the floor area ratio counts it, in square metres.

    A ground storey higher than 8 m counts twice: ``floor_area_m2 + footprint`` for it, ``floor_area_m2`` otherwise,
    where the footprint is the planar area of the building. The ground-floor height is ``storey_height_m``, else the
    height of a single-storey building; where neither tells and the building is higher than 8 m, the result is unknown.

    Args:
        buildings: polygons in a metric CRS with ``floor_area_m2``, ``storeys``, ``height_m`` and ``storey_height_m``; a
            missing floor area is footprint times storeys.

    Returns:
        A series named ``counted_floor_area_m2`` on the same index.

    """
    footprint = pd.Series(buildings.geometry.area, index=buildings.index)
    storeys, height = _numbers(buildings, "storeys"), _numbers(buildings, "height_m")
    floor = _numbers(buildings, "floor_area_m2").fillna(footprint * storeys)
    ground = _numbers(buildings, "storey_height_m").fillna(height.where(storeys == 1))
    undecided = ground.isna() & ~(height <= TALL_STOREY_M)
    counted = floor + footprint.where(ground > TALL_STOREY_M, 0.0)
    return counted.mask(undecided).rename("counted_floor_area_m2")


def built_form(parcels: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Footprint and floor area of each parcel from the buildings that stand on it.

    A building across a parcel line is shared in proportion to its footprint, so that the sums over all parcels equal
    the sums over the parts of buildings that lie on parcels.

    Args:
        parcels: polygons, n rows.
        buildings: polygons in the same metric CRS.

    Returns:
        A frame of n rows with ``footprint_m2``, ``floor_area_m2`` and ``counted_floor_area_m2``. A parcel without any
        building has 0; one building of unknown floor area makes the floor area of its parcel unknown.

    """
    found = overlaps(parcels.geometry, buildings.geometry)
    planar = buildings.geometry.area.to_numpy()[found.right]
    share = np.divide(found.area_m2, planar, out=np.zeros_like(found.area_m2), where=planar > 0)
    counted = counted_floor_area_m2(buildings)
    floor = _numbers(buildings, "floor_area_m2").fillna(buildings.geometry.area * _numbers(buildings, "storeys"))

    def allotted(values: pd.Series) -> npt.NDArray[np.float64]:
        weights = values.to_numpy(dtype=np.float64)[found.right] * share
        return np.bincount(found.left, weights=weights, minlength=len(parcels)).astype(np.float64)

    return pd.DataFrame(
        {
            "footprint_m2": found.sum_left(len(parcels)),
            "floor_area_m2": allotted(floor),
            "counted_floor_area_m2": allotted(counted),
        },
        index=parcels.index,
    )


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    return pd.Series(frame[column].to_numpy(dtype=np.float64, na_value=np.nan), index=frame.index)
