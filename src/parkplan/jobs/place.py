"""What lies at a place of a layer: for maps that show pictures, in which the browser knows no single feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS

from parkplan.expressions import parse
from parkplan.jobs.district_layers import layers_of
from parkplan.jobs.district_map import classified_rows
from parkplan.jobs.frames import require, transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.frames import Loaded

REACH_PX: Final = 3.0
"""How far beside a feature a click may be, in pixels: at low zooms a parcel is smaller than a pixel."""
WORLD_PX: Final = 256


@dataclass(frozen=True, slots=True)
class Place:
    """A place in degrees, seen at a zoom of the web map."""

    lng: float
    lat: float
    zoom: float


def row_at(ws: Workspace, layer: str, place: Place, *, where: str = "", hidden: Sequence[int] = ()) -> int | None:
    """Return the row of a layer at a place: the one painted last that contains it, else the nearest in reach.

    Rows that are not drawn do not count: those outside the layer, those of classes that are ``hidden``, and those that
    do not satisfy the condition ``where``. Where nothing is drawn the answer is None.

    Raises:
        RequestError: the workspace lacks the layer's table.
        DefinitionError: the condition is faulty.

    """
    spec = layers_of(ws).layers[layer]
    loaded = require(ws, spec.table)
    point, reach = _in_crs(loaded, place)
    near = loaded.tree.query(point, predicate="dwithin", distance=reach)
    codes = classified_rows(ws, loaded, spec, None, "zh").codes[near]
    near = near[(codes >= 0) & ~np.isin(codes, list(hidden))]
    if where and len(near):
        near = near[parse(where).select(loaded.frame.iloc[near])]
    return _nearest(loaded, near, point)


def _nearest(loaded: Loaded, rows: NDArray[np.intp], point: shapely.Point) -> int | None:
    if not len(rows):
        return None
    distances = shapely.distance(loaded.geometry[rows], point)
    return int(rows[np.lexsort((-rows, distances))[0]])


def _in_crs(loaded: Loaded, place: Place) -> tuple[shapely.Point, float]:
    """Return the place in the CRS of a table, and how far a click reaches there."""
    way = transformer("EPSG:4326", CRS.from_user_input(loaded.crs).to_wkt())
    step = REACH_PX * 360 / (WORLD_PX * 2**place.zoom)
    (x, x_beside), (y, y_beside) = way.transform([place.lng, place.lng + step], [place.lat, place.lat])
    return shapely.Point(x, y), float(np.hypot(x_beside - x, y_beside - y))
