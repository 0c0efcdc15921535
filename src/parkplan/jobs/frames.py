"""Tables of a workspace in memory, once for all sessions: frame, spatial index, key index, positions in degrees.

A table is kept by workspace and version, so that a new version is read again and an old one is let go.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer

from parkplan._errors import RequestError
from parkplan.data.geoparquet import GEOMETRY
from parkplan.jobs.kept import Kept
from parkplan.metrics import geodesic_area_m2
from parkplan.model.derived_tables import DERIVED_TABLES, DRAWN_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from parkplan.data.workspace import Workspace
    from parkplan.model.facts import Bounds
    from parkplan.model.workspace import TableInfo

GEOD: Final = Geod(ellps="GRS80")
TABLES_MOST: Final = 256
_tables: Final = Kept[tuple[str, str], "Loaded"](limit=TABLES_MOST)


@lru_cache(maxsize=32)
def transformer(crs: str, target: str) -> Transformer:
    """Return the way from one CRS to another, longitude first."""
    return Transformer.from_crs(CRS.from_user_input(crs), CRS.from_user_input(target), always_xy=True)


def moved(geometry: BaseGeometry, crs: str, target: str = "EPSG:4326") -> BaseGeometry:
    """Return a geometry in another CRS."""
    way = transformer(crs, target)
    return shapely.transform(geometry, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def area_on_ellipsoid_m2(geometry: BaseGeometry, crs: str) -> float:
    """Area of a polygon on the GRS80 ellipsoid, in m².

    >>> round(area_on_ellipsoid_m2(shapely.box(114.0, 22.0, 114.001, 22.001), "EPSG:4490") / 1000)
    11
    """
    degrees = moved(geometry, crs, geographic(crs))
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(degrees))[0])


@lru_cache(maxsize=32)
def geographic(crs: str) -> str:
    """Return the longitude and latitude of the same datum."""
    own = CRS.from_user_input(crs)
    return own.geodetic_crs.to_wkt() if own.geodetic_crs is not None else "EPSG:4326"


class Grouped:
    """Which rows hold which value of a column."""

    def __init__(self, column: pd.Series[Any]) -> None:
        codes, values = pd.factorize(column, use_na_sentinel=True)
        self._values = pd.Index(values)
        self._order = np.argsort(codes, kind="stable")
        self._starts = np.searchsorted(codes[self._order], np.arange(len(values) + 1))

    def rows(self, value: object) -> NDArray[np.intp]:
        """Return the rows that hold a value, in ascending order."""
        if value not in self._values:
            return np.empty(0, dtype=np.intp)
        place = self._values.get_loc(value)
        rows: NDArray[np.intp] = self._order[self._starts[place] : self._starts[place + 1]]
        return rows


class Loaded:
    """One version of one table; its rows are read when they are first asked for, and stay in memory."""

    def __init__(self, info: TableInfo, frame: gpd.GeoDataFrame | Callable[[], gpd.GeoDataFrame], crs: str) -> None:
        self.info = info
        self._frame = frame
        self.crs = crs
        self._making = RLock()
        self._grouped: dict[str, Grouped] = {}

    @property
    def name(self) -> str:
        """The table's name."""
        return self.info.name

    @property
    def columns(self) -> frozenset[str]:
        """The names of all columns, that of the geometry included, known without reading the rows."""
        return frozenset({*self.info.columns, GEOMETRY})

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows."""
        if callable(self._frame):
            with self._making:
                if callable(self._frame):
                    self._frame = self._frame()
        return self._frame

    @property
    def geometry(self) -> NDArray[Any]:
        """The geometries, None where a row has none."""
        return np.asarray(self.frame.geometry.array)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The spatial index over all rows."""
        with self._making:
            return shapely.STRtree(self.geometry)

    @cached_property
    def area_m2(self) -> NDArray[np.float64]:
        """Geodesic area of each row."""
        with self._making:
            return geodesic_area_m2(self.frame.geometry).to_numpy(dtype=np.float64)

    @cached_property
    def key(self) -> str | None:
        """The key column, if this is a canonical table that has it."""
        table = DRAWN_TABLES.get(self.name)
        return table.key if table is not None and table.key in self.columns else None

    def rows_where(self, column: str, value: object) -> NDArray[np.intp]:
        """Return the rows that hold a value in a column."""
        if column not in self.columns or value is None:
            return np.empty(0, dtype=np.intp)
        with self._making:
            if column not in self._grouped:
                self._grouped[column] = Grouped(self.frame[column])
        return self._grouped[column].rows(value)

    def bounds(self, row: int) -> Bounds | None:
        """Return west, south, east and north of a row in degrees, or None where it has no geometry."""
        geometry = self.geometry[row]
        if geometry is None or geometry.is_empty:
            return None
        corners = moved(shapely.envelope(geometry), self.crs)
        west, south, east, north = (float(value) for value in corners.bounds)
        return west, south, east, north


def load(ws: Workspace, name: str, version: str | None = None) -> Loaded | None:
    """Return a table of the workspace, one for each version, or None if the workspace has no such table.

    Only derived tables are there in several versions; without ``version`` it is the one in force.
    """
    if name in DERIVED_TABLES:
        from parkplan.jobs.derived import load_derived

        return load_derived(ws, name, version)
    info = next((info for info in ws.tables() if info.name == name), None)
    if info is None:
        return None
    place = (ws.address, name)
    kept = _tables.peek(place)
    if kept is not None and kept.info.version != info.version:
        _tables.drop(place, kept)
    return _tables.get(place, lambda: Loaded(info, lambda: ws.read(name, version=info.version), ws.crs.to_wkt()))


def require(ws: Workspace, name: str, version: str | None = None) -> Loaded:
    """Return a table of the workspace; see `load`.

    Raises:
        RequestError: the workspace has no such table.

    """
    loaded = load(ws, name, version)
    if loaded is None:
        known = ", ".join(info.name for info in ws.tables()) or "—"
        raise RequestError("no_such_table", table=name, workspace=ws.name, known=known)
    return loaded
