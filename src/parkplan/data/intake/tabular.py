"""CSV tables with a place in each row: longitude and latitude, or WKT.

Every column is read as text. A column becomes a number only when all its values are plain numbers and none has a
leading zero, so that a code such as 0440704 stays what it is.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import shapely

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.records import finding
from parkplan.data.intake.vector import Raw, text_encoding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Progress, Source

LONGITUDE: Final = ("lon", "lng", "long", "longitude", "经度", "geox", "x")
LATITUDE: Final = ("lat", "latitude", "纬度", "geoy", "y")
WKT: Final = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape")
_DEGREES: Final = frozenset({"lon", "lng", "long", "longitude", "经度", "lat", "latitude", "纬度"})
_NUMBER: Final = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"
_WHOLE: Final = r"^-?(0|[1-9][0-9]{0,14})$"
_CODE_NAME: Final = re.compile(r"(code|uri|(^|[_\s])id|no|编号|代码|号|电话|phone|uprn)$", re.IGNORECASE)
_BLOCK_BYTES: Final = 16 << 20
_LINE_BYTES: Final = 1 << 20
_WGS84: Final = "EPSG:4326"


def read_csv(source: Source, progress: Progress) -> Raw:
    """Read a CSV file; raises FileFaultError when no column says where a row lies."""
    encoding, _ = text_encoding(source.path, source.encoding, source.name)
    header, delimiter = _header(source, encoding)
    table, ragged = _read_text(source, encoding, header, delimiter)
    progress("read", table.num_rows, table.num_rows)
    names = {name.strip().lower(): name for name in reversed(table.column_names)}
    wkt = next((names[each] for each in WKT if each in names), None)
    if wkt is not None:
        wkb, found = _from_wkt(table.column(wkt))
        used, crs = [wkt], None
    else:
        x, y = _pair(names, source)
        wkb, found = _from_numbers(table.column(x), table.column(y))
        used, crs = [], _WGS84 if {x.strip().lower(), y.strip().lower()} <= _DEGREES else None
    attributes = _numbers(table.drop_columns(used))
    return Raw(attributes, wkb, source.path.stem, (), crs, encoding, [*ragged, *found])


def _header(source: Source, encoding: str) -> tuple[list[str], str]:
    with source.path.open(encoding=encoding, newline="") as stream:
        line = stream.readline(_LINE_BYTES)
    if len(line) >= _LINE_BYTES:
        raise FileFaultError("import_csv_line", file=source.name)
    delimiter = max(",;\t|", key=line.count)
    names = next(csv.reader([line], delimiter=delimiter), [])
    if len(names) > source.limits.columns:
        raise FileFaultError("import_too_many_columns", file=source.name, limit=source.limits.columns)
    return names, delimiter


def _read_text(
    source: Source, encoding: str, header: list[str], delimiter: str
) -> tuple[pa.Table, list[Finding]]:
    """Read all values as text; lines that have not the columns of the header are left out and listed."""
    from parkplan.data.intake.columns import usable_names

    names = [name if name.strip() else made for name, made in zip(header, usable_names(header), strict=True)]
    names = names if len(set(names)) == len(names) else usable_names(header)
    read = pa.csv.ReadOptions(column_names=names, skip_rows=1, encoding=_arrow_name(encoding), block_size=_BLOCK_BYTES,
                              use_threads=False)
    ragged: list[int] = []

    def leave_out(row: pa.csv.InvalidRow) -> str:
        ragged.append(int(row.number or 0))
        return "skip"

    parse = pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=leave_out)
    convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True,
                                    null_values=[""], quoted_strings_can_be_null=True)
    batches, rows = [], 0
    with pa.csv.open_csv(source.path, read, parse, convert) as reader:
        for batch in reader:
            rows += batch.num_rows
            if rows > source.limits.rows:
                raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
            batches.append(batch)
        table = pa.Table.from_batches(batches, reader.schema)
    return table, [finding("ragged_rows", ragged)] if ragged else []


def _arrow_name(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _pair(names: dict[str, str], source: Source) -> tuple[str, str]:
    for x, y in zip(("lon", "lng", "long", "longitude", "经度", "geox", "x"),
                    ("lat", "lat", "lat", "latitude", "纬度", "geoy", "y"), strict=True):
        if x in names and y in names:
            return names[x], names[y]
    x_name = next((names[each] for each in LONGITUDE if each in names), None)
    y_name = next((names[each] for each in LATITUDE if each in names), None)
    if x_name is None or y_name is None:
        raise FileFaultError("import_csv_no_place", file=source.name, columns=", ".join(list(names.values())[:20]))
    return x_name, y_name


def _from_wkt(column: pa.ChunkedArray) -> tuple[NDArray[np.object_], list[Finding]]:
    texts = column.to_numpy()
    features = shapely.from_wkt(texts, on_invalid="ignore")
    bad = np.array([text is not None for text in texts], dtype=bool) & shapely.is_missing(features)
    found = [finding("wkt_unreadable", np.flatnonzero(bad) + 1)] if bad.any() else []
    return shapely.to_wkb(features), found


def _from_numbers(x: pa.ChunkedArray, y: pa.ChunkedArray) -> tuple[NDArray[np.object_], list[Finding]]:
    east, bad_east = _floats(x)
    north, bad_north = _floats(y)
    known = np.isfinite(east) & np.isfinite(north)
    features = np.full(len(east), None, dtype=object)
    features[known] = shapely.points(east[known], north[known])
    bad = bad_east | bad_north
    found = [finding("coordinate_unreadable", np.flatnonzero(bad) + 1)] if bad.any() else []
    return shapely.to_wkb(features), found


def _floats(column: pa.ChunkedArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    stripped = pc.utf8_trim_whitespace(column)
    numeric = pc.fill_null(pc.match_substring_regex(stripped, _NUMBER.replace("{0,14}", "*")), False)
    values = pc.if_else(numeric, stripped, None).cast(pa.float64()).to_numpy()
    return values, np.asarray(pc.and_(pc.is_valid(column), pc.invert(numeric)).to_numpy(), dtype=bool)


def _numbers(table: pa.Table) -> pa.Table:
    for index, name in enumerate(table.column_names):
        column = table.column(name)
        kind = _numeric_kind(column, name)
        if kind is not None:
            table = table.set_column(index, name, column.cast(kind))
    return table


def _numeric_kind(column: pa.ChunkedArray, name: str) -> pa.DataType | None:
    if column.null_count == len(column) or _CODE_NAME.search(name.strip()):
        return None
    if pc.all(pc.match_substring_regex(column, _WHOLE)).as_py():
        return pa.int64()
    return pa.float64() if pc.all(pc.match_substring_regex(column, _NUMBER)).as_py() else None

