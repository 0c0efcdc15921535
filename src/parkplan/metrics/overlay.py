"""Which polygons overlap, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt


WORTH_PREPARING: Final = 8
"""A polygon that meets at least so many others is indexed before it is compared with them."""


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of positions in two layers and the planar area that each pair shares, all of one length."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    area_m2: npt.NDArray[np.float64]

    def sum_left(self, rows: int, weight: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float64]:
        """Return the shared area for each row on the left, each pair times ``weight`` where one is given."""
        values = self.area_m2 if weight is None else self.area_m2 * weight
        return np.bincount(self.left, weights=values, minlength=rows).astype(np.float64)


def overlaps(left: gpd.GeoSeries, right: gpd.GeoSeries, *, least_m2: float = 0.0) -> Overlaps:
    """Return every pair of polygons that share an area, and that area in square metres.

    Boxes are matched first; a piece that lies wholly inside counts with its own area, and only the pieces across a
    border are cut. Both layers must be in the same metric CRS and valid.

    Args:
        left: polygons, n rows.
        right: polygons, m rows.
        least_m2: pairs that share no more than this are left out.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> found = overlaps(gpd.GeoSeries([box(0, 0, 10, 10)]), gpd.GeoSeries([box(8, 0, 12, 10), box(1, 1, 2, 2)]))
    >>> sorted(found.area_m2.tolist())
    [1.0, 20.0]

    """
    hosts, pieces = np.asarray(left.array, dtype=object), np.asarray(right.array, dtype=object)
    piece, host = shapely.STRtree(hosts).query(pieces)
    shapely.prepare(hosts[np.bincount(host, minlength=len(hosts)) >= WORTH_PREPARING])
    inside = shapely.contains_properly(hosts[host], pieces[piece])
    area = np.where(inside, shapely.area(pieces)[piece], 0.0)
    across = np.flatnonzero(~inside)
    across = across[shapely.intersects(hosts[host[across]], pieces[piece[across]])]
    area[across] = shapely.area(shapely.intersection(pieces[piece[across]], hosts[host[across]]))
    kept = area > least_m2
    return Overlaps(host[kept].astype(np.int64), piece[kept].astype(np.int64), area[kept])
