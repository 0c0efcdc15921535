"""A table as the bytes of one GeoParquet file and back, exactly: same rows, order, types and unknowns.

The same frame gives the same bytes: no time, no path and no library version of ours enters the file, so its SHA-256
names its content. Geometries are ISO WKB (Z and M included); attributes keep their pandas types through the metadata
that every GeoParquet reader knows.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from parkplan._errors import SourceFileError
from parkplan.data.wkb import from_wkb, to_wkb

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from parkplan.model.workspace import Bounds, GeometryType

GEOMETRY: Final = "geometry"
_ROW_GROUP: Final = 65_536
_KINDS: Final[dict[str, GeometryType]] = {
    "Point": "point",
    "LineString": "line",
    "LinearRing": "line",
    "Polygon": "polygon",
    "MultiPoint": "point",
    "MultiLineString": "line",
    "MultiPolygon": "polygon",
}
_TYPES: Final = (*_KINDS, "GeometryCollection")
"""In the order of their numbers in shapely."""


def canonical(frame: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """Return the frame as a table keeps it: text column names, row numbers as index, one geometry, one kind per column.

    Text in object columns becomes the string type, truth values with gaps become the nullable boolean type, categories
    become their values, dates stay dates. What has these types already is not changed.

    Raises:
        SourceFileError: no geometry column, two columns of one name, or a column that holds lists, bytes or a mixture.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        raise SourceFileError("table_without_geometry", table=table)
    attributes = canonical_attributes(pd.DataFrame(frame.drop(columns=frame.active_geometry_name)), table)
    return gpd.GeoDataFrame(attributes, geometry=np.asarray(frame.geometry.array), crs=frame.crs)


def canonical_attributes(attributes: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the columns beside the geometry as a table keeps them.

    Raises:
        SourceFileError: two columns of one name, or a column that holds lists, bytes or a mixture.
    """
    names = [str(name) for name in attributes.columns]
    twice = sorted({name for name in [*names, GEOMETRY] if [*names, GEOMETRY].count(name) > 1})
    if twice:
        raise SourceFileError("column_twice", table=table, columns=", ".join(twice))
    plain = attributes.reset_index(drop=True).set_axis(names, axis="columns")
    columns = {name: _canonical_column(plain[name], table) for name in names}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(attributes)))


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


def geometry_type(types: Sequence[str]) -> GeometryType:
    """Say what the rows of a table are drawn as, by the types that occur.

    >>> geometry_type(["MultiPolygon", "Polygon Z"])
    'polygon'
    """
    kinds = {_KINDS.get(name.removesuffix(" Z"), "mixed") for name in types}
    if not kinds:
        return "none"
    return kinds.pop() if len(kinds) == 1 else "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a table keeps of its rows: canonical attributes, the shapes as ISO WKB, and what is known of all shapes.

    ``types`` are the types of geometry that occur, as GeoParquet names them; ``bounds`` is None where nothing has an
    extent.
    """

    attributes: pd.DataFrame
    wkb: pa.ChunkedArray
    types: tuple[str, ...]
    bounds: Bounds | None
    crs: pyproj.CRS | None

    @classmethod
    def of(cls, frame: gpd.GeoDataFrame, table: str) -> Content:
        """Take the rows of a frame.

        Raises:
            SourceFileError: as `canonical`.
        """
        kept = canonical(frame, table)
        shapes = np.asarray(kept.geometry)
        attributes = pd.DataFrame(kept.drop(columns=GEOMETRY))
        return cls(attributes, to_wkb(shapes), type_names(shapes), bounds_of(shapes), kept.crs)

    def to_table(self) -> pa.Table:
        """Return Arrow: the attributes with their pandas types, then the geometry."""
        attributes = pa.Table.from_pandas(self.attributes, preserve_index=False)
        names = [*attributes.column_names, GEOMETRY]
        whole = pa.table([*attributes.columns, self.wkb], names=names).combine_chunks()
        pandas_part = json.loads(attributes.schema.metadata[b"pandas"])
        for changing in ("pandas_version", "creator"):
            pandas_part.pop(changing, None)
        return whole.replace_schema_metadata({"pandas": _compact(pandas_part)})

    def to_bytes(self) -> bytes:
        """Return GeoParquet; equal content gives equal bytes."""
        whole = self.to_table()
        whole = whole.replace_schema_metadata({"geo": _compact(self._geo())} | whole.schema.metadata)
        sink = io.BytesIO()
        pq.write_table(whole, sink, compression="zstd", row_group_size=_ROW_GROUP)
        return sink.getvalue()

    def _geo(self) -> dict[str, Any]:
        column: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": list(self.types),
            "crs": None if self.crs is None else self.crs.to_json_dict(),
        }
        if self.bounds is not None:
            column["bbox"] = list(self.bounds)
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


def type_names(geometries: np.ndarray[Any, Any]) -> tuple[str, ...]:
    """Return the types of geometry that occur, as GeoParquet names them.

    >>> type_names(shapely.points([[1, 2], [3, 4]]))
    ('Point',)
    """
    present = geometries[shapely.get_type_id(geometries) >= 0]
    codes = np.unique(2 * shapely.get_type_id(present) + shapely.has_z(present))
    return tuple(sorted(f"{_TYPES[code // 2]}{' Z' if code % 2 else ''}" for code in codes.tolist()))


def _compact(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_table(table: pa.Table, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return a GeoParquet table as a frame whose geometries cannot be changed in place."""
    geometries = from_wkb(table.column(GEOMETRY))
    attributes = cast("pd.DataFrame", table.drop_columns([GEOMETRY]).to_pandas())
    attributes.index = pd.RangeIndex(len(geometries))
    frame = gpd.GeoDataFrame(attributes, geometry=geometries, crs=crs)
    np.asarray(frame.geometry.array).flags.writeable = False
    return frame


def read_columns(source: pa.Buffer | str, columns: Sequence[str] | None) -> pa.Table:
    """Read all columns, or some with the geometry."""
    wanted = None if columns is None else [*columns, GEOMETRY]
    return pq.read_table(pa.BufferReader(source) if isinstance(source, pa.Buffer) else source, columns=wanted)
