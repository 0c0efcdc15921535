"""The formats that are read, each known by its ending and by its first bytes; both must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parkplan.data.intake.faults import FileFaultError

if TYPE_CHECKING:
    from pathlib import Path

Reader = Literal["gdal", "parquet", "csv", "archive"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its title, endings, who reads it, and the files that belong to it."""

    name: str
    title: str
    endings: tuple[str, ...]
    reader: Reader
    driver: str | None = None
    siblings: tuple[str, ...] = ()


FORMATS: Final = (
    Format("gpkg", "GeoPackage", (".gpkg",), "gdal", "GPKG", (".gpkg-wal",)),
    Format("geojson", "GeoJSON", (".geojson", ".json"), "gdal", "GeoJSON"),
    Format("shapefile", "Shapefile", (".shp",), "gdal", "ESRI Shapefile", (".shx", ".dbf", ".prj", ".cpg")),
    Format("flatgeobuf", "FlatGeobuf", (".fgb",), "gdal", "FlatGeobuf"),
    Format("geoparquet", "GeoParquet", (".parquet", ".geoparquet"), "parquet"),
    Format("csv", "CSV", (".csv", ".tsv"), "csv"),
    Format("zip", "ZIP", (".zip",), "archive"),
)
DRIVERS: Final = tuple(each.driver for each in FORMATS if each.driver)
ENDINGS: Final = tuple(ending for each in FORMATS for ending in each.endings)

HEAD_BYTES: Final = 4096
_SHAPEFILE_CODE: Final = b"\x00\x00\x27\x0a"
_SIGNATURES: Final = (
    (b"SQLite format 3\x00", "gpkg", "SQLite"),
    (_SHAPEFILE_CODE, "shapefile", "Shapefile"),
    (b"fgb\x03fgb", "flatgeobuf", "FlatGeobuf"),
    (b"PAR1", "geoparquet", "Parquet"),
    (b"PK\x03\x04", "zip", "ZIP"),
    (b"PK\x05\x06", "zip", "ZIP"),
    (b"%PDF", None, "PDF"),
    (b"\xd0\xcf\x11\xe0", None, "Microsoft Office 97"),
    (b"\x89PNG", None, "PNG"),
    (b"\xff\xd8\xff", None, "JPEG"),
    (b"II*\x00", None, "TIFF"),
    (b"MM\x00*", None, "TIFF"),
    (b"\x1f\x8b", None, "gzip"),
    (b"7z\xbc\xaf", None, "7-Zip"),
    (b"Rar!", None, "RAR"),
    (b"AC10", None, "DWG"),
    (b"\x7fELF", None, "ELF"),
    (b"MZ", None, "EXE"),
)


def by_ending(suffix: str) -> Format | None:
    """Return the format that has an ending.

    >>> by_ending(".GPKG").name
    'gpkg'
    """
    return next((each for each in FORMATS if suffix.lower() in each.endings), None)


def content(head: bytes) -> tuple[str | None, str]:
    """Tell from the first bytes of a file which format it is, if one of ours, and what to call it.

    >>> content(b'  {"type": "FeatureCollection"')
    ('geojson', 'JSON')
    """
    for signature, name, title in _SIGNATURES:
        if head.startswith(signature):
            return name, title
    text = as_text(head).lstrip()
    if text[:1] in ("{", "["):
        return "geojson", "JSON"
    if text[:1] == "<":
        return None, "XML"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, "binary"
    return ("csv", "text") if text else (None, "empty")


def as_text(head: bytes) -> str:
    """Decode the first bytes of a text by its byte order mark; a byte that fits nothing becomes a mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8-sig", errors="replace")


def sniff(path: Path, suffix: str, name: str) -> Format:
    """Return the format of a file whose ending and content agree.

    Raises FileFaultError when the ending is none of ours, the file is empty, or the content is something else.
    """
    named = by_ending(suffix)
    if named is None:
        raise FileFaultError("import_unsupported", file=name, ending=suffix or "-", known=" ".join(ENDINGS))
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise FileFaultError("import_empty_file", file=name)
    found, title = content(head)
    if found != named.name:
        raise FileFaultError("import_wrong_content", file=name, ending=suffix, expected=named.title, found=title)
    return named
