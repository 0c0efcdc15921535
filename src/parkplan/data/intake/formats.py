"""The formats that are read, each known by its ending and by its first bytes; both must agree."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parkplan.data.intake.faults import FileFaultError

if TYPE_CHECKING:
    from pathlib import Path

Reader = Literal["gdal", "parquet", "csv", "sheet", "survey", "dxf", "osm", "archive"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its title, endings, who reads it, the files that belong to it, and what else it may hold.

    ``also`` names formats that are met under this ending, and are then read as what they are.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    reader: Reader
    driver: str | None = None
    siblings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


FORMATS: Final = (
    Format("gpkg", "GeoPackage", (".gpkg",), "gdal", "GPKG", (".gpkg-wal",)),
    Format("geojson", "GeoJSON", (".geojson", ".json"), "gdal", "GeoJSON"),
    Format("shapefile", "Shapefile", (".shp",), "gdal", "ESRI Shapefile", (".shx", ".dbf", ".prj", ".cpg")),
    Format("flatgeobuf", "FlatGeobuf", (".fgb",), "gdal", "FlatGeobuf"),
    Format("geoparquet", "GeoParquet", (".parquet", ".geoparquet"), "parquet"),
    Format("kml", "KML", (".kml",), "gdal", "LIBKML"),
    Format("filegdb", "FileGDB", (".gdb",), "gdal", "OpenFileGDB"),
    Format("dxf", "DXF", (".dxf",), "dxf", "DXF"),
    Format("osm", "OpenStreetMap", (".osm", ".pbf"), "osm", "OSM"),
    Format("csv", "CSV", (".csv", ".tsv"), "csv", also=("xlsx", "xls")),
    Format("xlsx", "Excel", (".xlsx", ".xlsm"), "sheet", also=("xls",)),
    Format("xls", "Excel 97", (".xls",), "sheet", also=("xlsx", "csv")),
    Format("survey", "TXT", (".txt",), "survey", also=("csv",)),
    Format("zip", "ZIP", (".zip",), "archive"),
    Format("kmz", "KMZ", (".kmz",), "archive"),
)
DRIVERS: Final = tuple(each.driver for each in FORMATS if each.driver)
ENDINGS: Final = tuple(ending for each in FORMATS for ending in each.endings)

HEAD_BYTES: Final = 4096
_PBF: Final = b"\x0a\x09OSMHeader"
_DXF: Final = re.compile(r"(?:999\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n[ \t]*SECTION[ \t]*\r?\n")
_ROOT: Final = re.compile(r"(?:\s|<\?[^>]*\?>|<!--.*?-->)*<(?:\w+:)?(\w+)", re.DOTALL)
_JSON: Final = re.compile(r"\{|\[\s*(?:$|[\[{\"\-0-9\]tfn])")
_XML_ROOTS: Final = {"kml": "kml", "osm": "osm"}
_SHAPEFILE_CODE: Final = b"\x00\x00\x27\x0a"
_SIGNATURES: Final = (
    (b"SQLite format 3\x00", "gpkg", "SQLite"),
    (_SHAPEFILE_CODE, "shapefile", "Shapefile"),
    (b"fgb\x03fgb", "flatgeobuf", "FlatGeobuf"),
    (b"PAR1", "geoparquet", "Parquet"),
    (b"PK\x03\x04", "zip", "ZIP"),
    (b"PK\x05\x06", "zip", "ZIP"),
    (b"%PDF", None, "PDF"),
    (b"\xd0\xcf\x11\xe0", "xls", "Microsoft Office 97"),
    (b"AutoCAD Binary DXF", None, "binary DXF"),
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
    if head[4:].startswith(_PBF):
        return "osm", "OpenStreetMap PBF"
    text = as_text(head).lstrip()
    if _DXF.match(text):
        return "dxf", "DXF"
    if _JSON.match(text):
        return "geojson", "JSON"
    if text[:1] == "<":
        return _XML_ROOTS.get(xml_root(text) or ""), "XML"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, "binary"
    return ("csv", "text") if text else (None, "empty")


def xml_root(text: str) -> str | None:
    """Return the name of the first element; None where a document type is declared, which is refused.

    >>> xml_root('<?xml version="1.0"?><!-- a --><kml xmlns="x">'), xml_root('<!DOCTYPE kml [ ]><kml>')
    ('kml', None)
    """
    match = _ROOT.match(text)
    return match[1].lower() if match and "<!doctype" not in text.lower() else None


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
    if named.name == "filegdb":
        return _folder(path, named, suffix, name)
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise FileFaultError("import_empty_file", file=name)
    found, title = content(head)
    if found == "zip":
        found = _zipped(path, named)
    if found in (named.name, *named.also) or (named.name == "survey" and found == "csv"):
        return named if found in (named.name, "csv") and named.name == "survey" else by_name(str(found))
    raise FileFaultError("import_wrong_content", file=name, ending=suffix, expected=named.title, found=title)


def by_name(name: str) -> Format:
    """Return the format of a name."""
    return next(each for each in FORMATS if each.name == name)


def _folder(path: Path, named: Format, suffix: str, name: str) -> Format:
    if path.is_dir() and any(path.glob("*.gdbtable")):
        return named
    found = "folder" if path.is_dir() else "file"
    raise FileFaultError("import_wrong_content", file=name, ending=suffix, expected=named.title, found=found)


def _zipped(path: Path, named: Format) -> str:
    """Tell a workbook from other archives by its parts; a .zip or .kmz is what it says."""
    if named.name in ("zip", "kmz"):
        return named.name
    try:
        with zipfile.ZipFile(path) as archive:
            return "xlsx" if "xl/workbook.xml" in archive.namelist() else "zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"
