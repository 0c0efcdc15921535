"""Vector files read through GDAL's Arrow stream, after the checks that GDAL does not make."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from parkplan.data.intake import containers, dbase, geopackage
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import DRIVERS
from parkplan.data.intake.raw_wkb import binary_column, has_curves
from parkplan.data.intake.records import Finding, finding
from parkplan.model.tables import is_without_places

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parkplan.data.intake.formats import Format
    from parkplan.data.intake.records import Limits

    Progress = Callable[[str, int, int], None]

_NO_GEOMETRY: Final = "None"
_LAYERS_ASKED: Final = 20


@dataclass(slots=True)
class Source:
    """One data set to read: where the worker's copy lies, its format and name, and what the user said about it."""

    path: Path
    format: Format
    name: str
    layer: str | None
    encoding: str | None
    limits: Limits
    table: str = ""
    placeless: bool = False


@dataclass(slots=True)
class Raw:
    """What a reader brings: attributes, WKB (None where a row has no geometry), and facts about the file."""

    attributes: pa.Table
    wkb: pa.ChunkedArray
    layer: str
    layers: tuple[str, ...]
    crs: str | None
    encoding: str | None
    findings: list[Finding] = field(default_factory=list)
    row_crs: str | None = None


def read_vector(source: Source, progress: Progress) -> Raw:
    """Read one layer of a GDAL format."""
    _require_drivers()
    prepare = _PREPARED.get(source.format.name)
    layers, encoding, findings = prepare(source) if prepare else ((), None, [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        listed, geometry_types = _layers(source, layers)
        layer = choose_layer(source, listed)
        if geometry_types.get(layer) == _NO_GEOMETRY and not source.placeless:
            raise FileFaultError("import_no_geometry", file=source.name, layer=layer)
        raw = _read(source, layer, encoding, progress)
    raw.layers = listed
    raw.findings = [*findings, *_said(caught), *_other_systems(source, raw)]
    if source.format.name == "gpkg":
        raw = _check_count(source, raw, progress)
    if has_curves(raw.wkb):
        raw = _read_straight(source, raw)
    return raw


def _require_drivers() -> None:
    """GDAL opens nothing here unless it knows the drivers of our formats alone."""
    import pyogrio

    surplus = set(pyogrio.list_drivers()) - set(DRIVERS)
    if surplus:
        raise FileFaultError("import_unsafe_drivers", drivers=", ".join(sorted(surplus)[:10]))


def _layers(source: Source, known: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    import pyogrio

    listed = {str(name): str(kind) for name, kind in pyogrio.list_layers(source.path)}
    kinds = {name: kind for name, kind in listed.items() if not known or name in known}
    return tuple(kinds), kinds


def choose_layer(source: Source, layers: tuple[str, ...]) -> str:
    """Return the layer to read; several layers and no choice is a fault that lists them."""
    listed = ", ".join(layers[:50])
    if not layers and source.format.name != "gpkg":
        raise FileFaultError("import_broken_file", file=source.name, format=source.format.title)
    if not layers:
        raise FileFaultError("import_no_layer", file=source.name)
    if source.layer is not None:
        if source.layer in layers:
            return source.layer
        if len(layers) > 1 or source.format.name == "gpkg":
            raise FileFaultError("import_unknown_layer", file=source.name, layer=source.layer, layers=listed)
    elif len(layers) > 1:
        raise FileFaultError("import_choose_layer", file=source.name, layers=listed)
    return layers[0]


def _read(source: Source, layer: str, encoding: str | None, progress: Progress) -> Raw:
    from pyogrio.raw import open_arrow

    options = {"encoding": encoding} if encoding else {}
    batches: list[pa.RecordBatch] = []
    rows = 0
    with open_arrow(source.path, layer=layer, batch_size=16_384, use_pyarrow=True, **options) as (meta, reader):
        if len(reader.schema) > source.limits.columns:
            raise FileFaultError("import_too_many_columns", file=source.name, limit=source.limits.columns)
        for batch in reader:
            rows += batch.num_rows
            if rows > source.limits.rows:
                raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
            batches.append(batch)
            progress("read", rows, 0)
        table = pa.Table.from_batches(batches, reader.schema)
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        if not source.placeless:
            raise FileFaultError("import_no_geometry", file=source.name, layer=layer)
        nothing = pa.chunked_array([pa.nulls(table.num_rows, pa.binary())])
        return Raw(table, nothing, layer, (layer,), None, encoding or meta["encoding"])
    wkb = binary_column(table.column(geometry))
    return Raw(table.drop_columns([geometry]), wkb, layer, (layer,), meta["crs"], encoding or meta["encoding"])


def _other_systems(source: Source, raw: Raw) -> list[Finding]:
    """Say which other layers of the file are in another CRS than the one that was read."""
    import pyogrio

    if len(raw.layers) < 2 or source.format.name not in ("gpkg", "filegdb"):
        return []
    others = []
    for name in raw.layers[:_LAYERS_ASKED]:
        if name != raw.layer and (crs := pyogrio.read_info(source.path, layer=name)["crs"]) != raw.crs:
            others.append(f"{name} ({crs or '-'})"[:200])
    return [finding("other_layers", severity="note", layers=", ".join(others))] if others else []


def _read_straight(source: Source, raw: Raw) -> Raw:
    """Read once more without Arrow: this path turns arcs into short straight pieces."""
    from pyogrio.raw import read

    _, _, wkb, _ = read(source.path, layer=raw.layer, columns=[])
    if len(wkb) == len(raw.wkb):
        raw.wkb = binary_column(wkb)
        raw.findings.append(finding("curves_straightened"))
    return raw


def _said(caught: list[warnings.WarningMessage]) -> list[Finding]:
    texts = [str(entry.message) for entry in caught]
    found = [finding("m_dropped", severity="note")] if any("Measured (M)" in text for text in texts) else []
    if any("decode" in text or "recode" in text for text in texts):
        found.append(finding("text_undecodable", names="-"))
    others = [text for text in texts if not any(part in text for part in ("Measured (M)", "decode", "recode"))]
    return [*found, *([finding("reader_warned", text=others[0][:200])] if others else [])]


def _prepare_geopackage(source: Source) -> tuple[tuple[str, ...], str | None, list[Finding]]:
    contents = geopackage.read_contents(source.path, source.name)
    layers = (*contents.layers, *_plain_tables(source, contents))
    if not layers:
        key = "import_no_geometry" if contents.without_geometry else "import_no_layer"
        raise FileFaultError(key, file=source.name, layer=", ".join(contents.without_geometry[:10]))
    return layers, None, list(contents.findings)


def _plain_tables(source: Source, contents: geopackage.Contents) -> tuple[str, ...]:
    """Return the tables without shapes that may be read: canonical ones, and any where rows need no place."""
    asked = not contents.layers or source.layer in contents.without_geometry or is_without_places(source.table)
    every = source.placeless and asked
    return tuple(name for name in contents.without_geometry if every or is_without_places(name))


def _check_count(source: Source, raw: Raw, progress: Progress) -> Raw:
    real = geopackage.real_count(source.path, raw.layer, len(raw.wkb))
    declared = geopackage.declared_count(source.path, raw.layer)
    if declared is None or declared == real:
        return raw
    geopackage.forget_declared_count(source.path)
    again = _read(source, raw.layer, None, progress)
    again.layers = raw.layers
    again.findings = [*raw.findings, finding("lying_count", declared=declared, real=real)]
    return again


def _prepare_shapefile(source: Source) -> tuple[tuple[str, ...], str | None, list[Finding]]:
    findings = dbase.count_findings(source.path, source.name)
    dbf = source.path.with_suffix(".dbf")
    if not dbf.exists():
        return (), None, findings
    encoding, found = dbase.decide_encoding(dbf, source.path.with_suffix(".cpg"), source.encoding, source.name)
    return (), encoding, [*findings, *found]


def _prepare_geojson(source: Source) -> tuple[tuple[str, ...], str | None, list[Finding]]:
    encoding, found = containers.prepare_geojson(source)
    return (), encoding, found


def _prepare_xml(source: Source) -> tuple[tuple[str, ...], str | None, list[Finding]]:
    containers.refuse_document_types(source.path, source.name)
    return (), None, []


_PREPARED: Final = {
    "gpkg": _prepare_geopackage,
    "shapefile": _prepare_shapefile,
    "geojson": _prepare_geojson,
    "kml": _prepare_xml,
}
