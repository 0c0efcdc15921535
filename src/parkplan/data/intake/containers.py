"""GeoJSON in the shapes that are met, and XML without document types: made fit for the reader, in the worker's copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.records import finding
from parkplan.data.intake.texts import TEXT_BLOCK, text_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Source

_HEAD: Final = 65_536
_WHOLE_BYTES: Final = 64_000_000
_KINDS: Final = ("Point", "LineString", "Polygon", "MultiPolygon")
_FORBIDDEN: Final = (b"<!doctype", b"<!entity")


def prepare_geojson(source: Source) -> tuple[str, list[Finding]]:
    """Rewrite GeoJSON that is no UTF-8, a bare array of features, or coordinates without a type.

    Returns the encoding that the file had, and what was done.
    """
    encoding, marked = text_encoding(source.path, source.encoding, source.name)
    with source.path.open(encoding=encoding) as stream:
        head = stream.read(_HEAD).lstrip("\ufeff \t\r\n")
    found = (
        [] if encoding == "utf-8" and not marked else [finding("text_rewritten", severity="note", encoding=encoding)]
    )
    if head.startswith("[") and head[1:].lstrip().startswith("{"):
        _rewrite(source, encoding, '{"type":"FeatureCollection","features":', "}")
        return encoding, [*found, finding("geojson_array", severity="note")]
    if '"coordinates"' in head and '"type"' not in head and source.path.stat().st_size < _WHOLE_BYTES:
        return encoding, [*found, *_typed(source, encoding)]
    if found:
        _rewrite(source, encoding, "", "")
    return encoding, found


def _rewrite(source: Source, encoding: str, before: str, after: str) -> None:
    rewritten = source.path.with_name("utf8" + source.path.suffix)
    with (
        source.path.open(encoding=encoding, newline="") as old,
        rewritten.open("w", encoding="utf-8", newline="") as new,
    ):
        new.write(before)
        while block := old.read(TEXT_BLOCK):
            new.write(block)
        new.write(after)
    source.path = rewritten


def _typed(source: Source, encoding: str) -> list[Finding]:
    """Give an object with coordinates and no type the type that the nesting of its numbers tells."""
    read: dict[str, Any] = json.loads(source.path.read_text(encoding=encoding))
    kind = kind_of(read.get("coordinates"))
    if kind is None:
        raise FileFaultError("import_broken_file", file=source.name, format="GeoJSON")
    others = {name: value for name, value in read.items() if name != "coordinates"}
    geometry = {"type": kind, "coordinates": read["coordinates"]}
    source.path = source.path.with_name("typed" + source.path.suffix)
    feature = {"type": "Feature", "properties": others, "geometry": geometry}
    source.path.write_text(json.dumps(feature, ensure_ascii=False), encoding="utf-8")
    return [finding("geojson_untyped", severity="note", kind=kind)]


def kind_of(coordinates: object) -> str | None:
    """Tell the kind of geometry from the nesting of its numbers; closed rings make a polygon.

    >>> kind_of([113, 22]), kind_of([[0, 0], [1, 1]]), kind_of([[[0, 0], [1, 0], [1, 1], [0, 0]]]), kind_of([])
    ('Point', 'LineString', 'Polygon', None)
    """
    depth, inner = 0, coordinates
    while isinstance(inner, list) and inner and depth < 5:
        depth, inner = depth + 1, inner[0]
    if isinstance(inner, bool) or not isinstance(inner, (int, float)) or not 1 <= depth <= len(_KINDS):
        return None
    if depth == 3 and isinstance(coordinates, list):
        closed = all(isinstance(ring, list) and len(ring) > 3 and ring[0] == ring[-1] for ring in coordinates)
        return "Polygon" if closed else "MultiLineString"
    return _KINDS[depth - 1]


def refuse_document_types(path: Path, name: str) -> None:
    """Refuse XML that declares a document type or an entity, anywhere, in any encoding that is met."""
    left = b""
    with path.open("rb") as stream:
        while block := stream.read(TEXT_BLOCK):
            text = (left + block).replace(b"\x00", b"").lower()
            if any(word in text for word in _FORBIDDEN):
                raise FileFaultError("import_xml_doctype", file=name)
            left = block[-64:]
