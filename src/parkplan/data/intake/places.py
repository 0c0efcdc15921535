"""Where the rows of a table of text lie: WKT, degrees, metres, a text with latitude and longitude, or nowhere.

Every column is read as text. A column becomes a number only when all its values are plain numbers and none has a
leading zero, so that a code such as 0440704 stays what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parkplan.data.intake.columns import usable_names
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.raw_wkb import binary_column
from parkplan.data.intake.records import finding
from parkplan.data.intake.vector import Raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Source

    Located = tuple[NDArray[np.object_], list[Finding]]

_DEGREES: Final = (("lon", "lat"), ("lng", "lat"), ("long", "lat"), ("longitude", "latitude"), ("经度", "纬度"),
                   ("东经", "北纬"))  # fmt: skip
_PAIRS: Final = (
    *_DEGREES, ("geox", "geoy"), ("easting", "northing"), ("eastings", "northings"), ("x", "y"), ("pointx", "pointy"),
    ("xcoord", "ycoord"), ("coordx", "coordy"), ("x坐标", "y坐标"), ("坐标x", "坐标y"), ("东坐标", "北坐标"),
    ("横坐标", "纵坐标"), ("横坐标y", "纵坐标x"),
)  # fmt: skip
_WKT: Final = ("wkt", "geometry", "geom", "thegeom", "wktgeom", "shape", "wkt图形", "图形")
_SYSTEMS: Final = ("coordinatereferencesystem", "coordinatesystem", "systemreference", "crs", "epsg", "srid", "坐标系",
                   "坐标系统")  # fmt: skip
_TEXT_PLACE: Final = r"(?i)lat[a-z]*[^\w-]{0,3}(?P<lat>-?\d+(?:\.\d+)?)\W+lon[a-z]*[^\w-]{0,3}(?P<lon>-?\d+(?:\.\d+)?)"
_IS_WKT: Final = re.compile(r"\s*(multi)?(point|linestring|polygon)\b.*\(|\s*geometrycollection", re.IGNORECASE)
_NUMBER: Final = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"
_WHOLE: Final = r"^-?(0|[1-9][0-9]{0,14})$"
_CODE_NAME: Final = re.compile(r"(code|uri|(^|[_\s])id|no|编号|代码|号|电话|phone|uprn)$", re.IGNORECASE)
_WGS84: Final = "EPSG:4326"


def plain_name(name: str) -> str:
    """Return a heading as it is compared: lower case, without spaces and signs.

    >>> plain_name(" Geo_X "), plain_name("X坐标(米)")
    ('geox', 'x坐标')
    """
    bare = re.sub(r"[(（\[].*?[)）\]]", "", name.lower())
    return "".join(each for each in bare if each.isalnum()) or "".join(each for each in name.lower() if each.isalnum())


def text_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> pa.Table:
    """Make a table of text of rows; short rows are filled up, blank cells are unknown."""
    width = max([len(names), *(len(row) for row in rows)])
    heads = usable_names([*names, *[""] * (width - len(names))])
    columns = {head: pa.array([row[place] or None if place < len(row) else None for row in rows], pa.string())
               for place, head in enumerate(heads)}  # fmt: skip
    return pa.table(columns)


def located(table: pa.Table, source: Source) -> Raw:
    """Find the place of each row; raises FileFaultError when there is none and the rows may not be without."""
    names = {plain_name(name): name for name in reversed(table.column_names)}
    system = next((names[each] for each in _SYSTEMS if each in names), None)
    wkt = next((names[each] for each in _WKT if each in names), None)
    wkt = wkt or next((name for name in table.column_names if _has_wkt(table.column(name))), None)
    pair = next(((names[x], names[y]) for x, y in _PAIRS if x in names and y in names), None)
    used, crs = [], None
    if wkt is not None and (pair is None or _has_wkt(table.column(wkt))):
        (wkb, found), used = _from_wkt(table.column(wkt)), [wkt]
    elif pair is not None:
        wkb, found = _from_numbers(table.column(pair[0]), table.column(pair[1]))
        crs = _WGS84 if (plain_name(pair[0]), plain_name(pair[1])) in _DEGREES else None
    else:
        told = _from_text(table)
        if told is None and not source.placeless:
            raise FileFaultError("import_csv_no_place", file=source.name, columns=", ".join(table.column_names[:20]))
        wkb, found = told or (np.full(table.num_rows, None, dtype=object), [])
        crs = _WGS84 if told is not None else None
    attributes = numbers(table.drop_columns(used))
    raw = Raw(attributes, binary_column(wkb), source.path.stem, (), crs, None, found)
    raw.row_crs = system
    return raw


def _has_wkt(column: pa.ChunkedArray) -> bool:
    first = next((value.as_py() for value in column if value.is_valid), "")
    return _IS_WKT.match(first[:100]) is not None


def _from_wkt(column: pa.ChunkedArray) -> Located:
    texts = column.to_numpy()
    features = shapely.from_wkt(texts, on_invalid="ignore")
    bad = np.array([text is not None for text in texts], dtype=bool) & shapely.is_missing(features)
    found = [finding("wkt_unreadable", np.flatnonzero(bad) + 1)] if bad.any() else []
    return shapely.to_wkb(features), found


def _from_numbers(x: pa.ChunkedArray, y: pa.ChunkedArray) -> Located:
    east, bad_east = _floats(x)
    north, bad_north = _floats(y)
    bad = bad_east | bad_north
    found = [finding("coordinate_unreadable", np.flatnonzero(bad) + 1)] if bad.any() else []
    return _points(east, north), found


def _points(east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.object_]:
    known = np.isfinite(east) & np.isfinite(north)
    features = np.full(len(east), None, dtype=object)
    features[known] = shapely.points(east[known], north[known])
    wkb: NDArray[np.object_] = shapely.to_wkb(features)
    return wkb


def _from_text(table: pa.Table) -> Located | None:
    """Read a column such as ``Latitude: 50.7 Longitude: -3.5``."""
    for name in table.column_names:
        read = pc.extract_regex(table.column(name), _TEXT_PLACE)
        if read.null_count < 0.5 * len(read) and len(read):
            flat = read.combine_chunks()
            lat, lon = pc.struct_field(flat, "lat"), pc.struct_field(flat, "lon")
            bad = pc.and_(pc.is_valid(table.column(name)), pc.is_null(read)).to_numpy().astype(bool)
            found = [finding("coordinate_unreadable", np.flatnonzero(bad) + 1)] if bad.any() else []
            east, north = (np.asarray(part.cast(pa.float64()).to_numpy(zero_copy_only=False)) for part in (lon, lat))
            return _points(east, north), found
    return None


def _floats(column: pa.ChunkedArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    stripped = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", "")
    stripped = pc.if_else(pc.equal(stripped, ""), None, stripped)
    numeric = pc.fill_null(pc.match_substring_regex(stripped, _NUMBER.replace("{0,14}", "*")), False)
    values = pc.if_else(numeric, stripped, None).cast(pa.float64()).to_numpy()
    return values, np.asarray(pc.and_(pc.is_valid(stripped), pc.invert(numeric)).to_numpy(), dtype=bool)


def numbers(table: pa.Table) -> pa.Table:
    """Turn columns of plain numbers into numbers; codes stay text."""
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
