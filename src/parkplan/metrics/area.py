"""Land area on the ellipsoid, which does not depend on the projection of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

if TYPE_CHECKING:
    import geopandas as gpd


def geodesic_area_m2(geometry: gpd.GeoSeries) -> pd.Series:
    """Area on the GRS80 ellipsoid in square metres, as the national land survey counts it.

    The coordinates go through an equal-area projection (Lambert azimuthal, centred on the data), where the planar area
    is the ellipsoidal one; what remains is the difference between a straight edge there and a geodesic, below 1e-6 of
    the area for a parcel in a district 100 km wide. A planar area depends on the projection instead: Web Mercator is
    17.8 % too large at 22.5 degrees north.

    Args:
        geometry: polygons in any CRS; a missing geometry has an unknown area.

    Returns:
        A series named ``geodesic_area_m2`` on the same index.

    >>> import geopandas as gpd
    >>> square = gpd.GeoSeries.from_wkt(["POLYGON((113.1 22.5, 113.11 22.5, 113.11 22.51, 113.1 22.51, 113.1 22.5))"])
    >>> float(geodesic_area_m2(square.set_crs(4490)).round(-1).iloc[0])
    1139400.0

    Raises:
        ValueError: the series has no CRS.

    """
    if geometry.crs is None:
        raise ValueError("an area needs a coordinate reference system")
    shapes = np.asarray(geometry.array, dtype=object)
    bounds = geometry.total_bounds
    if not np.isfinite(bounds).all():
        return pd.Series(np.nan, index=geometry.index, name="geodesic_area_m2")
    to_degrees = pyproj.Transformer.from_crs(geometry.crs, geometry.crs.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    equal_area = pyproj.CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=GRS80 +units=m")
    to_equal_area = pyproj.Transformer.from_crs(geometry.crs, equal_area, always_xy=True)
    projected = shapely.transform(
        shapes, lambda points: np.column_stack(to_equal_area.transform(points[:, 0], points[:, 1]))
    )
    return pd.Series(shapely.area(projected), index=geometry.index, name="geodesic_area_m2")
