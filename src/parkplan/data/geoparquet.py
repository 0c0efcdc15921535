"""A table as the bytes of one GeoParquet file and back, exactly: same rows, order, types and unknowns.

The same frame gives the same bytes: no time, no path and no library version of ours enters the file, so its SHA-256
names its content. Geometries are ISO WKB (Z and M included); attributes keep their pandas types through the metadata
that every GeoParquet reader knows.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from parkplan._errors import SourceFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from parkplan.model.workspace import Bounds, GeometryType

GEOMETRY: Final = "geometry"
_ROW_GROUP: Final = 65_536
_ISO_ORDER: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_KINDS: Final[dict[int, GeometryType]] = {
    0: "point",
    1: "line",
    2: "line",
    3: "polygon",
    4: "point",
    5: "line",
    6: "polygon",
}


def canonical(frame: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """Return the frame as a table keeps it: text column names, row numbers as index, one geometry, one kind per column.

    Text in object columns becomes the string type, truth values with gaps become the nullable boolean type, categories
    become their values, dates stay dates. What has these types already is not changed.

    Raises:
        SourceFileError: no geometry column, two columns of one name, or a column that holds lists, bytes or a mixture.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        raise SourceFileError("table_without_geometry", table=table)
    geometry = frame.geometry.array
    attributes = pd.DataFrame(frame.drop(columns=frame.active_geometry_name)).reset_index(drop=True)
    attributes.columns = [str(name) for name in attributes.columns]
    names = list(attributes.columns)
    twice = sorted({name for name in [*names, GEOMETRY] if [*names, GEOMETRY].count(name) > 1})
    if twice:
        raise SourceFileError("column_twice", table=table, columns=", ".join(twice))
    columns = {name: _canonical_column(attributes[name], table) for name in names}
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=pd.RangeIndex(len(frame))), geometry=np.asarray(geometry), crs=frame.crs
    )


def _canonical_column(values: pd.Series, table: str) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    if values.dtype != object:
        if values.dtype.kind in "biufM" or isinstance(values.dtype, pd.StringDtype):
            return values
        raise SourceFileError("column_kind", table=table, column=values.name, kind=str(values.dtype))
    known = values[values.notna()]
    kinds = {type(value) for value in known}
    if not kinds:
        return pd.Series([None] * len(values), dtype=object)
    if kinds == {str}:
        return values.astype("str")
    if kinds <= {bool, np.bool_}:
        return values.astype("boolean")
    if kinds == {dt.date}:
        return values.where(values.notna(), None)
    if kinds <= {int, float, np.int64, np.float64}:
        return values.astype("float64") if float in kinds or np.float64 in kinds else values.astype("Int64")
    raise SourceFileError(
        "column_kind", table=table, column=values.name, kind=", ".join(sorted(kind.__name__ for kind in kinds))
    )


def geometry_type(frame: gpd.GeoDataFrame) -> GeometryType:
    """Say what the rows of a table are drawn as.

    >>> geometry_type(gpd.GeoDataFrame(geometry=shapely.points([0, 1], [0, 1])))
    'point'
    """
    kinds = {
        _KINDS.get(int(code), "mixed")
        for code in np.unique(shapely.get_type_id(np.asarray(frame.geometry)))
        if code >= 0
    }
    if not kinds:
        return "none"
    return kinds.pop() if len(kinds) == 1 else "mixed"


def to_table(frame: gpd.GeoDataFrame) -> pa.Table:
    """Return a canonical frame as Arrow: attributes with their pandas types, then the geometry as ISO WKB."""
    attributes = pa.Table.from_pandas(pd.DataFrame(frame.drop(columns=GEOMETRY)), preserve_index=False)
    wkb = pa.array(shapely.to_wkb(np.asarray(frame.geometry), flavor="iso"), type=pa.binary())
    whole = pa.table([*attributes.columns, wkb], names=[*attributes.column_names, GEOMETRY]).combine_chunks()
    pandas_part = json.loads(attributes.schema.metadata[b"pandas"])
    for changing in ("pandas_version", "creator"):
        pandas_part.pop(changing, None)
    return whole.replace_schema_metadata({"pandas": _compact(pandas_part)})


def to_bytes(frame: gpd.GeoDataFrame) -> bytes:
    """Return a canonical frame as GeoParquet; equal frames give equal bytes."""
    whole = to_table(frame)
    geo = _compact(_geo(np.asarray(frame.geometry), frame.crs))
    whole = whole.replace_schema_metadata({"geo": geo} | whole.schema.metadata)
    sink = io.BytesIO()
    pq.write_table(whole, sink, compression="zstd", row_group_size=_ROW_GROUP)
    return sink.getvalue()


def _geo(geometries: np.ndarray[Any, Any], crs: pyproj.CRS | None) -> dict[str, Any]:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": _type_names(geometries),
        "crs": None if crs is None else crs.to_json_dict(),
    }
    extent = bounds_of(geometries)
    if extent is not None:
        column["bbox"] = list(extent)
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def bounds_of(geometries: np.ndarray[Any, Any]) -> Bounds | None:
    """Return (west, south, east, north) of all geometries; None where nothing has an extent.

    >>> bounds_of(shapely.points([1, 4], [2, 3]))
    (1.0, 2.0, 4.0, 3.0)
    """
    present = geometries[~(shapely.is_missing(geometries) | shapely.is_empty(geometries))]
    if not len(present):
        return None
    west, south, east, north = (float(value) for value in shapely.total_bounds(present))
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None


def _type_names(geometries: np.ndarray[Any, Any]) -> list[str]:
    present = geometries[shapely.get_type_id(geometries) >= 0]
    names = (*_ISO_ORDER, "GeometryCollection")
    codes = np.unique(2 * shapely.get_type_id(present) + shapely.has_z(present))
    return sorted(f"{names[code // 2]}{' Z' if code % 2 else ''}" for code in codes.tolist())


def _compact(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_table(table: pa.Table, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return a GeoParquet table as a frame whose geometries cannot be changed in place."""
    geometries = shapely.from_wkb(table.column(GEOMETRY).to_numpy())
    attributes = cast("pd.DataFrame", table.drop_columns([GEOMETRY]).to_pandas())
    attributes.index = pd.RangeIndex(len(geometries))
    frame = gpd.GeoDataFrame(attributes, geometry=geometries, crs=crs)
    np.asarray(frame.geometry.array).flags.writeable = False
    return frame


def read_columns(source: pa.Buffer | str, columns: Sequence[str] | None) -> pa.Table:
    """Read all columns, or some with the geometry."""
    wanted = None if columns is None else [*columns, GEOMETRY]
    return pq.read_table(pa.BufferReader(source) if isinstance(source, pa.Buffer) else source, columns=wanted)
