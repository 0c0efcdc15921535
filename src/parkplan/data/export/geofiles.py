"""GeoPackage, GeoJSON and GeoParquet: geometries and attributes in their own types, through Arrow."""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from parkplan.data.export import losses
from parkplan.data.geoparquet import GEOMETRY, Content
from parkplan.i18n import LANGUAGES
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from parkplan.data.export.losses import Loss
    from parkplan.data.export.part import Part

GEOPACKAGE_VERSION: Final = "1.3"
"""QGIS of the last years reads it without a warning."""

_NAMES: Final = {0: "Point", 1: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
_EMPTY: Final = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
_NO_SHAPES: Final = "None"
_UNKNOWN_AS: Final = {"number": pa.float64(), "integer": pa.int64(), "date": pa.date32(), "boolean": pa.bool_()}
_MULTIPLE: Final = {0: (4, shapely.multipoints), 1: (5, shapely.multilinestrings), 3: (6, shapely.multipolygons)}


def write_geopackage(parts: Sequence[Part], path: Path) -> None:
    """Write tables as layers; titles, units, code lists and origins stand in the GeoPackage's own tables."""
    for index, part in enumerate(parts):
        table, kind = arrow_rows(part)
        options = {} if index else {"dataset_options": {"VERSION": GEOPACKAGE_VERSION}}
        write_arrow(table, path, kind, part, driver="GPKG", append=index > 0, **options)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        _describe(connection, parts)
        connection.execute("COMMIT")


def geopackage_losses(part: Part) -> Iterator[Loss]:
    """Tell what a GeoPackage does not keep of a table."""
    yield from losses.counted(part, "moments_in_utc", losses.moments)


def parquet_losses(part: Part) -> Iterator[Loss]:
    """Tell what a GeoParquet file does not keep of a table: nothing."""
    yield from ()


def write_geojson(parts: Sequence[Part], path: Path) -> None:
    """Write a table as GeoJSON: in degrees by RFC 7946, in any other CRS with the older member ``crs``."""
    (part,) = parts
    table, kind = arrow_rows(part)
    crs = part.frame.crs
    options = {"COORDINATE_PRECISION": str(_decimals(part))}
    if crs is None or crs == pyproj.CRS.from_epsg(4326):
        options["RFC7946"] = "YES"
    note = " ".join(part.origin.sentences())
    if note:
        options["DESCRIPTION"] = note
    write_arrow(table, path, kind, part, driver="GeoJSON", layer_options=options)


def geojson_losses(part: Part) -> Iterator[Loss]:
    """Tell what GeoJSON does not keep of a table."""
    yield losses.loss(part.name, "types_guessed")
    yield from losses.rounded_coordinates(part, _decimals(part), "1e-9°" if _decimals(part) > 4 else "0.1 mm")
    unknown = [name for name in part.attributes if part.frame[name].isna().all()]
    if unknown and len(part.frame):
        yield losses.loss(part.name, "type_of_unknown", unknown)


def _decimals(part: Part) -> int:
    return 9 if part.frame.crs is None or part.frame.crs.is_geographic else 4


def write_parquet(parts: Sequence[Part], path: Path) -> None:
    """Write a table as GeoParquet; its origin is in the metadata under ``parkplan``."""
    (part,) = parts
    table = pq.read_table(pa.BufferReader(Content.of(part.frame, part.name).to_bytes()))
    origin = {"table": part.name, "synthetic": part.origin.synthetic, "notes": part.origin.sentences()}
    metadata = {**(table.schema.metadata or {}), b"parkplan": json.dumps(origin, ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path, compression="zstd")


def arrow_rows(part: Part) -> tuple[pa.Table, str]:
    """Return the rows with geometries as WKB, single and multiple ones of a kind all made multiple, and their type.

    Rows of a table without places come without a geometry.
    """
    table = _typed(pq.read_table(pa.BufferReader(Content.of(part.frame, part.name).to_bytes())), part)
    geometries = np.asarray(part.frame.geometry)
    kinds = sorted(set(shapely.get_type_id(geometries).tolist()) - {-1})
    dimension = " Z" if shapely.has_z(geometries).any() else ""
    if part.placeless:
        return table.drop_columns([GEOMETRY]), _NO_SHAPES
    if not kinds:
        return table, _EMPTY[TABLES[part.name].geometry] if part.name in TABLES else "Polygon"
    if len(kinds) == 1 and kinds[0] in _NAMES:
        return table, _NAMES[kinds[0]] + dimension
    for single, (multiple, make) in _MULTIPLE.items():
        if kinds == [single, multiple]:
            alone = np.flatnonzero(shapely.get_type_id(geometries) == single)
            geometries = geometries.copy()
            geometries[alone] = [make([geometry]) for geometry in geometries[alone]]
            wkb = pa.array(shapely.to_wkb(geometries, flavor="iso"), type=pa.binary())
            table = table.set_column(table.schema.get_field_index(GEOMETRY), GEOMETRY, wkb)
            return table, _NAMES[multiple] + dimension
    return table, "Unknown"


def _typed(table: pa.Table, part: Part) -> pa.Table:
    """Give columns without any known value the type that their canonical column has, else text."""
    for index, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            column = part.column(field.name)
            kind = _UNKNOWN_AS.get("text" if column is None else column.kind, pa.string())
            table = table.set_column(index, field.name, table.column(index).cast(kind))
    return table


def write_arrow(table: pa.Table, path: Path, kind: str, part: Part, **options: Any) -> None:  # noqa: ANN401  # pyogrio's
    """Write a table with its geometries, if it has any, through GDAL."""
    if kind != _NO_SHAPES:
        crs = None if part.frame.crs is None else part.frame.crs.to_wkt()
        options |= {"geometry_name": GEOMETRY, "geometry_type": kind, "crs": crs}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*CRS.*")
        pyogrio.write_arrow(
            table.replace_schema_metadata(None),
            path,
            layer=part.layer_name,
            **options,
        )


def _describe(connection: sqlite3.Connection, parts: Sequence[Part]) -> None:
    """Fill the schema extension: titles of columns in both languages, units, and code lists."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, "
        "title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
        "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
        "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, "
        "max_is_inclusive BOOLEAN, description TEXT, "
        "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
        "definition TEXT NOT NULL, scope TEXT NOT NULL, "
        "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
    )
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        connection.execute(
            "INSERT OR IGNORE INTO gpkg_extensions (table_name, extension_name, definition, scope) VALUES "
            "(?, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write')",
            (table,),
        )
    for part in parts:
        connection.execute(
            "UPDATE gpkg_contents SET description = ? WHERE table_name = ?",
            (" ".join([part.title("zh"), part.title("en"), *part.origin.sentences()]), part.layer_name),
        )
        for name in part.attributes:
            _describe_column(connection, part, name)


def _describe_column(connection: sqlite3.Connection, part: Part, name: str) -> None:
    column = part.column(name)
    if column is None:
        return
    constraint = None
    if column.codes is not None:
        constraint = f"{part.layer_name}_{name}"
        connection.executemany(
            "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description) "
            "VALUES (?, 'enum', ?, ?)",
            [(constraint, code, f"{title.zh} / {title.en}") for code, title in column.codes.items()],
        )
    zh, en = (part.heading(name, chosen) for chosen in LANGUAGES)
    connection.execute(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (part.layer_name, name, zh, en, f"{zh} / {en}", constraint),
    )
