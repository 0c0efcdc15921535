"""GeoParquet, read with Arrow after its size has been checked from the footer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.raw_wkb import binary_column
from parkplan.data.intake.vector import Raw

if TYPE_CHECKING:
    from parkplan.data.intake.vector import Progress, Source

_LONGITUDE_LATITUDE = "OGC:CRS84"


def read_parquet(source: Source, progress: Progress) -> Raw:
    """Read a GeoParquet file with WKB geometry."""
    with pq.ParquetFile(source.path, memory_map=False) as file:
        facts = file.metadata
        if facts.num_rows > source.limits.rows:
            raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
        if facts.num_columns > source.limits.columns:
            raise FileFaultError("import_too_many_columns", file=source.name, limit=source.limits.columns)
        unpacked = sum(facts.row_group(index).total_byte_size for index in range(facts.num_row_groups))
        if unpacked > source.limits.memory_bytes:
            raise FileFaultError("import_memory", file=source.name, limit=source.limits.memory_bytes // 1024**2)
        plain = source.placeless and b"geo" not in (file.schema_arrow.metadata or {})
        geometry, crs = (None, None) if plain else _geometry_column(file.schema_arrow, source.name)
        batches = []
        for batch in file.iter_batches(batch_size=65_536, use_threads=False):
            batches.append(batch)
            progress("read", sum(each.num_rows for each in batches), facts.num_rows)
        table = pa.Table.from_batches(batches, batches[0].schema if batches else file.schema_arrow)
    if geometry is None:
        nothing = pa.chunked_array([pa.nulls(table.num_rows, pa.binary())])
        return Raw(_shown(table), nothing, source.path.stem, (), None, None)
    column = table.column(geometry)
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise FileFaultError("import_parquet_encoding", file=source.name)
    return Raw(_shown(table.drop_columns([geometry])), binary_column(column), source.path.stem, (), crs, None)


def _shown(attributes: pa.Table) -> pa.Table:
    """Return the columns without those that pandas keeps for its index."""
    return attributes.drop_columns([name for name in attributes.column_names if name.startswith("__index_level_")])


def _geometry_column(schema: pa.Schema, name: str) -> tuple[str, str | None]:
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        raise FileFaultError("import_no_geometry", file=name, layer="")
    geo: dict[str, Any] = json.loads(text)
    primary = str(geo["primary_column"])
    column: dict[str, Any] = geo["columns"][primary]
    if primary not in schema.names or column.get("encoding") != "WKB":
        raise FileFaultError("import_parquet_encoding", file=name)
    declared = column.get("crs", _LONGITUDE_LATITUDE)
    if declared is None:
        return primary, None
    crs = pyproj.CRS.from_json_dict(declared) if isinstance(declared, dict) else pyproj.CRS.from_user_input(declared)
    return primary, crs.to_wkt()
