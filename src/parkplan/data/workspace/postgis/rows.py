"""The rows of a version as a table of PostGIS, and back exactly: same rows, order, types and unknowns.

Each column of Arrow has a column of PostgreSQL that holds all its values; rows travel as CSV, which both sides write
and read without loss: floats in their shortest form that is read back the same, geometries as EWKB, an unknown value as
an empty field and an empty text as ``""``. The version is the SHA-256 of the rows, and before a write is acknowledged
the rows are read back and compared with it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import shapely
from psycopg import sql

from parkplan._errors import ParkplanError, SourceFileError, WorkspaceError
from parkplan.data.geoparquet import GEOMETRY
from parkplan.data.wkb import from_wkb, to_wkb
from parkplan.data.workspace.catalogued import crs_definition
from parkplan.data.workspace.postgis.schema import IMMUTABLE, identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyproj

    from parkplan.data.geoparquet import Content
    from parkplan.data.workspace.postgis.server import Statements

ROW: Final = "row_number"
_TAKEN: Final = frozenset({ROW, GEOMETRY, "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_BLOCK_BYTES: Final = 1 << 20
_KINDS: Final = {
    pa.bool_(): "boolean",
    pa.int8(): "smallint", pa.uint8(): "smallint", pa.int16(): "smallint",
    pa.uint16(): "integer", pa.int32(): "integer",
    pa.uint32(): "bigint", pa.int64(): "bigint", pa.uint64(): "numeric(20)",
    pa.float16(): "real", pa.float32(): "real", pa.float64(): "double precision",
    pa.string(): "text", pa.large_string(): "text", pa.null(): "text",
    pa.date32(): "date",
}  # fmt: skip
_CARRIED: Final = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "numeric(20)": pa.uint64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "text": pa.large_string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us"),
}
"""As what Arrow carries a column of PostgreSQL through CSV."""
_YEARS: Final = (-62_135_596_800_000_000, 253_402_300_799_999_999)
"""The first and last microsecond of the years 1 to 9999, before and after which CSV knows no moments."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a version before they are stored.

    ``arrow`` is the schema as Arrow writes it down, ``columns`` are name and type of the columns of PostgreSQL, and
    ``table`` holds the attributes as they are carried and the geometry as ISO WKB.
    """

    version: str
    arrow: bytes
    columns: tuple[tuple[str, str], ...]
    table: pa.Table


def rows_of(content: Content, name: str, crs: pyproj.CRS) -> Rows:
    """Return what is stored of the rows of a table.

    Raises:
        SourceFileError: a text holds the character NUL, which PostgreSQL does not keep.
    """
    whole = _in_milliseconds(content.to_table())
    whole = whole.replace_schema_metadata(whole.schema.metadata | {"crs": crs_definition(crs)})
    arrow = whole.schema.serialize().to_pybytes()
    columns, carried = [], []
    for field, column in zip(whole.schema, whole.columns, strict=True):
        if field.name == GEOMETRY:
            continue
        kind, values = _carried(column.combine_chunks())
        if kind == "text" and pc.any(pc.match_substring(values, "\0")).as_py():
            raise SourceFileError("text_nul", table=name, column=field.name)
        columns.append((identifier(field.name, _TAKEN), kind))
        carried.append(values)
    table = pa.table([*carried, whole.column(GEOMETRY)], names=[*(name for name, _ in columns), GEOMETRY])
    return Rows(_digest(arrow, whole), arrow, tuple(columns), table)


def _in_milliseconds(table: pa.Table) -> pa.Table:
    """Return moments by the second as Parquet has them, so that a table is the same in a folder and in a database."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "s":
            finer = field.with_type(pa.timestamp("ms", field.type.tz))
            table = table.set_column(place, finer, table.column(place).cast(finer.type))
    return table


def _carried(column: pa.Array) -> tuple[str, pa.Array]:
    """Return the type of PostgreSQL for a column, and the column as it is carried there."""
    if pa.types.is_timestamp(column.type):
        return _moments(column)
    kind = _KINDS[column.type]
    return kind, column.cast(_CARRIED[kind])


def _moments(column: pa.Array) -> tuple[str, pa.Array]:
    """Return moments as PostgreSQL has them, to the microsecond; finer or farther ones as whole numbers."""
    try:
        found = column.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:  # nanoseconds would be lost
        return "bigint", column.cast(pa.int64())
    bounds = pc.min_max(found.cast(pa.int64())).as_py()
    if bounds["min"] is not None and not _YEARS[0] <= bounds["min"] <= bounds["max"] <= _YEARS[1]:
        return "bigint", column.cast(pa.int64())
    return "timestamp" if column.type.tz is None else "timestamptz", found


def _digest(arrow: bytes, table: pa.Table) -> str:
    """Return the SHA-256 of rows: of the schema, then of each column which values are known and what they are."""
    found = hashlib.sha256(arrow)
    found.update(table.num_rows.to_bytes(8, "little"))
    for column in table.columns:
        for part in _parts(column.combine_chunks()):
            found.update(part)
    return found.hexdigest()


def _parts(column: pa.Array) -> Iterator[Any]:
    yield np.packbits(column.is_valid().to_numpy(zero_copy_only=False)).tobytes()
    kind = column.type
    if pa.types.is_null(kind):
        return
    if pa.types.is_large_string(kind) or pa.types.is_string(kind) or pa.types.is_binary(kind):
        texts = column.cast(pa.large_binary()).fill_null(b"")
        yield pc.binary_length(texts).to_numpy().tobytes()
        _, offsets, content = texts.buffers()
        ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        yield content[ends[0] : ends[-1]] if content is not None and len(texts) else b""
    elif pa.types.is_boolean(kind):
        yield np.packbits(column.fill_null(False).to_numpy(zero_copy_only=False)).tobytes()
    else:
        plain = {"date32[day]": pa.int32(), "halffloat": pa.float32()}.get(str(kind), kind)
        values = column.cast(pa.int64() if pa.types.is_timestamp(kind) else plain).fill_null(0).to_numpy()
        yield (np.where(np.isnan(values), np.nan, values) if values.dtype.kind == "f" else values).tobytes()


def relation(version: str) -> sql.Identifier:
    """Return the table in which the rows of a version lie."""
    return sql.Identifier("parkplan", _name(version))


def _name(version: str) -> str:
    return f"v_{version[:32]}"


def keep(records: Statements, rows: Rows, name: str, srid: int, postgis: str) -> None:
    """Store a version, unless it is there already and undamaged.

    Raises:
        WorkspaceError: the rows do not come back as they were given.
    """
    if records.execute("SELECT 1 FROM layer WHERE version = ?", (rows.version,)).fetchone() is None:
        columns = json.dumps(rows.columns, ensure_ascii=False)
        records.execute("INSERT INTO layer VALUES (?, ?, ?)", (rows.version, rows.arrow, columns))
    elif fault_of(records, rows.version) is None:
        return
    shapes = from_wkb(rows.table.column(GEOMETRY))
    listed = [
        sql.SQL(f"{ROW} integer PRIMARY KEY"),
        *(sql.SQL(f"{{}} {kind}").format(sql.Identifier(column)) for column, kind in rows.columns),
        sql.SQL(f"{GEOMETRY} {_shape_type(shapes, srid, postgis)}"),
    ]
    place = relation(rows.version)
    records.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))
    records.connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(listed)))
    _fill(records, place, rows, shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True))
    records.connection.execute(sql.SQL(f"CREATE INDEX ON {{}} USING gist ({GEOMETRY})").format(place))
    records.connection.execute(sql.SQL(IMMUTABLE).format(place))
    if fault_of(records, rows.version) is not None:
        raise WorkspaceError("rows_not_exact", table=name)


def _shape_type(shapes: Any, srid: int, postgis: str) -> str:  # noqa: ANN401  # an array of geometries
    """Return the column type: as narrow as the shapes allow, so that other programs know what to expect."""
    present = shapes[~shapely.is_missing(shapes)]
    names = {str(shape.geom_type).replace("LinearRing", "LineString") for shape in present}
    spaces = {("Z" if z else "") + ("M" if m else "") for z, m in
              zip(shapely.has_z(present), shapely.has_m(present), strict=True)}  # fmt: skip
    if len(spaces) > 1:
        return f"{postgis}.geometry"
    kind = names.pop() if len(names) == 1 else "Geometry"
    return f"{postgis}.geometry({kind}{spaces.pop() if spaces else ''}, {srid})"


def _fill(records: Statements, place: sql.Identifier, rows: Rows, shapes: Any) -> None:  # noqa: ANN401  # an array of texts
    numbers = pa.array(np.arange(rows.table.num_rows, dtype=np.int32))
    table = rows.table.drop_columns([GEOMETRY]).add_column(0, ROW, numbers)
    table = table.append_column(GEOMETRY, pa.array(shapes, type=pa.large_string()))
    sink = pa.BufferOutputStream()
    pv.write_csv(table, sink, pv.WriteOptions(include_header=False, quoting_style="needed"))
    content = memoryview(sink.getvalue())
    order = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(place)
    with records.connection.cursor() as cursor, cursor.copy(order) as copy:
        for start in range(0, len(content), _BLOCK_BYTES):
            copy.write(content[start : start + _BLOCK_BYTES])


def fetch(records: Statements, version: str) -> pa.Table:
    """Return the rows of a version as GeoParquet has them.

    Raises:
        WorkspaceError: they are missing or were altered.
    """
    row = records.execute("SELECT arrow, columns FROM layer WHERE version = ?", (version,)).fetchone()
    there = records.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = 'parkplan' AND tablename = ?", (_name(version),)
    ).fetchone()
    if row is None or there is None:
        raise WorkspaceError("rows_missing", path=_name(version))
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(row[0]))
        columns = [(str(name), str(kind)) for name, kind in json.loads(row[1])]
        with records.connection.transaction():  # a fault of this table spoils no other statement
            content = _copied(records, version, columns)
        found = _table(schema, columns, content)
        altered = _digest(row[0], found) != version
    except (pa.ArrowException, ValueError, KeyError, psycopg.ProgrammingError, shapely.errors.ShapelyError) as fault:
        raise WorkspaceError("rows_damaged", path=_name(version)) from fault
    if altered:
        raise WorkspaceError("rows_damaged", path=_name(version))
    return found


def fault_of(records: Statements, version: str) -> ParkplanError | None:
    """Return what is wrong with the rows of a version, None if all is well."""
    try:
        fetch(records, version)
    except WorkspaceError as fault:
        return fault
    return None


def _copied(records: Statements, version: str, columns: list[tuple[str, str]]) -> bytes:
    taken = [
        sql.SQL("{} AT TIME ZONE 'UTC'" if kind == "timestamptz" else "{}").format(sql.Identifier(name))
        for name, kind in [*columns, (GEOMETRY, "")]
    ]
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT csv)").format(
        sql.SQL(", ").join(taken), relation(version), sql.Identifier(ROW)
    )
    with records.connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(copy)


def _table(schema: pa.Schema, columns: list[tuple[str, str]], content: bytes) -> pa.Table:
    if not content:
        return schema.empty_table()
    names = [f"c{number}" for number in range(len(columns))]
    kinds = {name: _CARRIED[kind] for name, (_, kind) in zip(names, columns, strict=True)} | {GEOMETRY: pa.string()}
    read = pv.read_csv(
        pa.py_buffer(content),
        pv.ReadOptions(column_names=[*names, GEOMETRY], block_size=max(len(content), 1)),
        pv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pv.ConvertOptions(
            column_types=kinds, null_values=[""], true_values=["t"], false_values=["f"],
            strings_can_be_null=True, quoted_strings_can_be_null=False,
        ),
    ).combine_chunks()  # fmt: skip
    shapes = from_wkb(read.column(GEOMETRY))
    wkb = to_wkb(shapes).combine_chunks()
    fields = [field for field in schema if field.name != GEOMETRY]
    values = [_as(read.column(name).combine_chunks(), field.type) for name, field in zip(names, fields, strict=True)]
    return pa.Table.from_arrays([*values, wkb], schema=schema)


def _as(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return a column as it was before it was carried."""
    return pa.nulls(len(column), kind) if pa.types.is_null(kind) else column.cast(kind)
