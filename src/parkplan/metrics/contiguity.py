"""Which polygons lie together: pairs within a gap, and the blocks that they form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parkplan.metrics.area import geodesic_area_m2
from parkplan.metrics.near_boxes import near_boxes

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Positions = npt.NDArray[np.int64]

MANY_CORNERS: Final = 200
"""Polygons of more corners are prepared before they are measured."""
CLOSED_RING: Final = 5
"""Coordinates of a ring of four corners, the first of them twice."""


def pairs_within(geometry: gpd.GeoSeries, gap_m: float = 0.0) -> tuple[Positions, Positions]:
    """Return the pairs (i < j) of positions whose polygons touch, overlap, or lie no farther apart than a gap.

    Touching at a corner counts (queen contiguity). The CRS must be in metres.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> row = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1), box(12, 0, 13, 1)])
    >>> [pair.tolist() for pair in pairs_within(row)], [pair.tolist() for pair in pairs_within(row, 10.0)]
    ([[0], [1]], [[0, 1], [1, 2]])
    """
    return near_pairs(np.asarray(geometry.array, dtype=object), gap_m)


def near_pairs(shapes: npt.NDArray[np.object_], gap_m: float) -> tuple[Positions, Positions]:
    """Return the pairs (i < j, sorted) of polygons that touch, overlap or lie no farther apart than a gap.

    Pairs whose boxes are no farther apart come from a sweep, each once; two polygons that are boxes need no further
    look. What is left is measured without preparing the polygons: for the twenty corners of a parcel the index of a
    prepared polygon costs more than it saves.
    """
    bounds = shapely.bounds(shapes)
    left, right = near_boxes(bounds, gap_m)
    plain = _are_boxes(shapes, bounds)
    near = plain[left] & plain[right]
    open_ = np.flatnonzero(~near)
    one, two = shapes[left[open_]], shapes[right[open_]]
    shapely.prepare(shapes[shapely.get_num_coordinates(shapes) > MANY_CORNERS])
    if gap_m > 0:
        near[open_] = shapely.dwithin(one, two, gap_m)
    else:
        near[open_] = shapely.intersects(one, two)
    left, right = left[near], right[near]
    order = np.argsort(left * len(shapes) + right)
    return left[order], right[order]


def _are_boxes(shapes: npt.NDArray[np.object_], bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which polygons are the box of their own bounds: four corners, each a corner of the box, none twice."""
    found = np.asarray(shapely.get_num_coordinates(shapes) == CLOSED_RING, dtype=np.bool_)
    four = np.flatnonzero(found)
    corner = shapely.get_coordinates(shapes[four]).reshape(-1, CLOSED_RING, 2)
    box = bounds[four, None, :]
    on_side = ((corner == box[..., :2]) | (corner == box[..., 2:])).all(axis=(1, 2))
    size = box[:, 0, 2:] - box[:, 0, :2]
    found[four] = on_side & (shapely.area(shapes[four]) > 0.75 * size.prod(axis=1))
    return found


def blocks(parcels: gpd.GeoDataFrame, chosen: npt.NDArray[np.bool_], gap_m: float = 0.0) -> pd.DataFrame:
    """Group the chosen parcels into contiguous blocks.

    Args:
        parcels: polygons in a metric CRS, n rows.
        chosen: n flags; a parcel that is not chosen belongs to no block.
        gap_m: parcels no farther apart than this belong together.

    Returns:
        A frame of n rows: ``block_id`` (numbered from 1 by falling area, missing where not chosen), ``block_parcels``
        and ``block_area_m2`` (geodesic).

    """
    rows = np.flatnonzero(chosen)
    left, right = pairs_within(parcels.geometry.iloc[rows], gap_m)
    links = coo_array((np.ones(len(left)), (left, right)), shape=(len(rows), len(rows)))
    number, label = connected_components(links, directed=False)
    area = geodesic_area_m2(parcels.geometry.iloc[rows]).to_numpy()
    block_area = np.bincount(label, weights=np.nan_to_num(area), minlength=number)
    rank = np.empty(number, dtype=np.int64)
    rank[np.argsort(-block_area, kind="stable")] = np.arange(1, number + 1)
    count = np.bincount(label, minlength=number)
    found = pd.DataFrame(
        {"block_id": rank[label], "block_parcels": count[label], "block_area_m2": block_area[label]},
        index=parcels.index[rows],
    )
    return found.reindex(parcels.index).astype({"block_id": "Int64", "block_parcels": "Int64"})
