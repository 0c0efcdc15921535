"""What plan and control lines say of a parcel: its planned use, whether the present use agrees, shares under lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parkplan.metrics.overlay import Overlaps, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

COVERED: Final = 0.5
"""A parcel of which less is planned has no planned use."""
COMPARED_DIGITS: Final = 4
"""Land uses agree where the codes of their second level do: 1001 工业用地 with 100102, not with 1002 采矿用地."""


def planned_use(parcels: gpd.GeoDataFrame, plan: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the planned use of each parcel, and the share of it whose plan agrees with the present use.

    Args:
        parcels: polygons with ``land_use``, n rows in a metric CRS.
        plan: planned zones with ``land_use`` in the same CRS, which do not overlap each other.

    Returns:
        A frame of n rows: ``planned_land_use`` (that of the largest part) and ``plan_conformity`` (0 to 1, the
        part that agrees over the part that is planned). Both are unknown where less than half of the parcel is planned,
        the second also where the present use is unknown.

    """
    rows = len(parcels)
    found = overlaps(parcels.geometry, plan.geometry)
    codes = plan["land_use"].to_numpy(dtype=object)[found.right]
    known = ~pd.isna(codes)
    planned = found.sum_left(rows, known.astype(np.float64))
    own = parcels["land_use"].to_numpy(dtype=object)
    agreeing = np.array([_agree(one, other) for one, other in zip(own[found.left], codes, strict=True)], dtype=bool)
    covered = planned >= COVERED * parcels.geometry.area.to_numpy()
    share = np.divide(found.sum_left(rows, agreeing), planned, out=np.full(rows, np.nan), where=planned > 0)
    return pd.DataFrame(
        {
            "planned_land_use": pd.Series(_largest(found, codes, rows), index=parcels.index).where(covered),
            "plan_conformity": np.where(covered & ~pd.isna(own), share, np.nan),
        },
        index=parcels.index,
    )


def _agree(one: object, other: object) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    digits = min(len(one), len(other), COMPARED_DIGITS)
    return one[:digits] == other[:digits]


def _largest(found: Overlaps, codes: npt.NDArray[np.object_], rows: int) -> npt.NDArray[np.object_]:
    """Return the code with the largest area in each row; zones of one code count together."""
    parts = pd.DataFrame({"row": found.left, "code": codes, "area": found.area_m2}).dropna(subset="code")
    summed = parts.groupby(["row", "code"])["area"].sum()
    whole = pd.DataFrame(summed).reset_index().sort_values(["area", "code"])
    largest = np.full(rows, None, dtype=object)
    largest[whole["row"].to_numpy()] = whole["code"].to_numpy()
    return largest


def constraint_shares(
    parcels: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, kinds: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the share of each parcel under control lines: for each kind, and for all that forbid together.

    Lines of one kind that overlap count once. A parcel that no line touches has 0.

    Args:
        parcels: polygons, n rows in a metric CRS.
        lines: polygons with ``kind`` and ``severity`` (``veto`` forbids) in the same CRS.
        kinds: which kinds; all that occur without them.

    Returns:
        A frame of n rows: ``constraint_share`` and ``constraint_share_<kind>`` for each kind.

    """
    of_kind = lines["kind"].astype("string")
    wanted = sorted(of_kind.dropna().unique()) if kinds is None else kinds
    forbidding = (lines["severity"] == "veto").to_numpy(dtype=bool, na_value=False)
    shares = {"constraint_share": _share(parcels, lines.geometry[forbidding])}
    for kind in wanted:
        chosen = (of_kind == kind).to_numpy(dtype=bool, na_value=False)
        shares[f"constraint_share_{kind}"] = _share(parcels, lines.geometry[chosen])
    return pd.DataFrame(shares, index=parcels.index)


def _share(parcels: gpd.GeoDataFrame, lines: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    if not len(lines):
        return np.zeros(len(parcels))
    merged = gpd.GeoSeries(shapely.get_parts(shapely.union_all(np.asarray(lines.array, dtype=object))), crs=lines.crs)
    covered = overlaps(parcels.geometry, merged).sum_left(len(parcels))
    own = parcels.geometry.area.to_numpy()
    return np.asarray(np.divide(covered, own, out=np.full(len(parcels), np.nan), where=own > 0))
