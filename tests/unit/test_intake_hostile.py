"""Hostile files end in a result or in one clear sentence, and nothing leaks, calls out or stays behind."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from parkplan._errors import SourceFileError
from parkplan.data.intake.launch import Intake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.fuzz

ENDINGS = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".parquet", ".csv", ".tsv", ".zip")


def sound(rows: int = 5) -> gpd.GeoDataFrame:
    boxes = [shapely.box(113 + 0.001 * n, 22.5, 113.0005 + 0.001 * n, 22.5005) for n in range(rows)]
    columns = {"name": [f"地块{n}" for n in range(rows)], "code": ["0440704"] * rows}
    return gpd.GeoDataFrame(columns, geometry=boxes, crs=4326)


def geopackage(path: Path, rows: int = 5) -> Path:
    sound(rows).to_file(path, driver="GPKG", layer="parcels")
    return path


def shapefile(path: Path, rows: int = 5) -> Path:
    sound(rows).to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
    return path


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def vrt(guard: Any) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{guard.secret}</SrcDataSource>'
        '<GeometryType>wkbPoint</GeometryType><GeometryField encoding="PointFromColumns" x="lon" y="lat"/>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def entity(guard: Any) -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY x SYSTEM "file://{guard.secret}">'
        f'<!ENTITY y SYSTEM "http://127.0.0.1:{guard.port}/">]><kml><name>&x;&y;</name></kml>'
    )


def laughs(_: Any) -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY l0 "ha">{levels}]><kml>&l9;</kml>'


@pytest.mark.parametrize("ending", [*ENDINGS, ".vrt", ".kml", ".gml", ".xml"])
@pytest.mark.parametrize("content", [vrt, entity, laughs])
def test_xml_under_any_ending_is_refused(guard: Any, ending: str, content: Callable[[Any], str]) -> None:
    fault = guard.read(write(guard.folder / f"trap{ending}", content(guard)))
    assert isinstance(fault, SourceFileError)
    assert fault.key in {"import_wrong_content", "import_unsupported"}


NO_GIS_FILE = {"import_wrong_content", "import_unsupported", "import_empty_file", "import_encoding_unknown"}


@pytest.mark.parametrize("ending", [*ENDINGS, ".docx", ""])
@pytest.mark.parametrize("content", [b"", bytes(range(7, 256)) * 16, b"%PDF-1.7\n", b"\x7fELF\x02"])
def test_files_that_are_no_gis_files(guard: Any, ending: str, content: bytes) -> None:
    fault = guard.read(write(guard.folder / f"file{ending}", content))
    assert isinstance(fault, SourceFileError)
    assert fault.key in NO_GIS_FILE


POINT = {"type": "Point", "coordinates": [113, 22]}


def collection(properties: dict[str, Any] | None = None, geometry: Any = POINT, **members: Any) -> str:
    feature = {"type": "Feature", "properties": properties or {}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **members})


def streamed(source: str) -> str:
    return json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {source}"})


def crs(kind: str, **properties: str) -> dict[str, Any]:
    return {"type": kind, "properties": properties}


def json_traps(guard: Any) -> dict[str, str]:
    address = f"http://127.0.0.1:{guard.port}/x.json"
    esri = {"displayFieldName": "", "geometryType": "esriGeometryPoint", "exceededTransferLimit": True, "features": []}
    strange = {"{{7*7}}": "<script>", "{%": "${x}`", "": "{0}", "geometry": "x", "__source_row__": 1}
    return {
        "gdalg": streamed(str(guard.secret)),
        "gdalg_http": streamed(f"/vsicurl/{address}"),
        "topology": '{"type":"Topology","objects":{},"arcs":[]}',
        "esri": json.dumps(esri),
        "paging": collection(exceededTransferLimit=True, links=[{"rel": "next", "href": address}]),
        "crs_link": collection(crs=crs("link", href=address, type="esriwkt")),
        "crs_name": collection(crs=crs("name", name=address)),
        "crs_grid": collection(crs=crs("name", name=f"+proj=longlat +nadgrids={guard.secret}")),
        "deep_arrays": "[" * 200_000,
        "deep_objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
        "deep_coordinates": collection().replace("[113, 22]", "[" * 5_000 + "]" * 5_000),
        "infinite": collection().replace("[113, 22]", "[1e999, NaN]"),
        "no_type": '{"coordinates":[113,22]}',
        "just_json": '{"hello":"world"}',
        "list": "[1,2,3]",
        "template_names": collection(strange),
        "long_text": collection({"n": "x" * 5_000_000}),
        "many_columns": collection({f"c{number}": number for number in range(2_000)}),
    }


READ_ANYWAY = ("paging", "crs_link", "crs_name", "crs_grid", "deep_coordinates", "infinite", "template_names",
               "long_text", "no_type")  # fmt: skip
REFUSED = ("gdalg", "gdalg_http", "topology", "esri", "deep_arrays", "deep_objects", "just_json", "list",
           "many_columns")  # fmt: skip


@pytest.mark.parametrize("name", [*READ_ANYWAY, *REFUSED])
def test_json_traps(guard: Any, name: str) -> None:
    outcome = guard.read(write(guard.folder / "trap.geojson", json_traps(guard)[name]))
    assert isinstance(outcome, SourceFileError) or name in READ_ANYWAY


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_with_template_syntax_stay_what_they_are(guard: Any) -> None:
    path = write(guard.folder / "{{7*7}}<script>`${x}.geojson", json_traps(guard)["template_names"])
    read = guard.read(path)
    assert isinstance(read, Intake)
    assert read.name == path.name
    assert read.report.layer == "{{7*7}}<script>`${x}"
    assert read.report.columns[:2] == ("{{7*7}}", "{%")
    assert read.attributes.to_pylist()[0]["{%"] == "${x}`"
    told = [finding.sentence("en") for finding in read.report.findings]
    assert all("49" not in sentence for sentence in told)


def seeds(folder: Path) -> dict[str, Path]:
    frame = sound()
    frame.to_file(folder / "seed.geojson", driver="GeoJSON")
    frame.to_file(folder / "seed.fgb", driver="FlatGeobuf")
    frame.to_parquet(folder / "seed.parquet")
    write(folder / "seed.csv", "lon,lat,name\n" + "113.1,22.5,a\n" * 50)
    return {
        ".gpkg": geopackage(folder / "seed.gpkg"),
        ".shp": shapefile(folder / "seed.shp"),
        **{ending: folder / f"seed{ending}" for ending in (".geojson", ".fgb", ".parquet", ".csv", ".dbf", ".shx")},
    }


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".csv", ".dbf", ".shx"])
def test_truncated_files_end_in_a_result_or_a_sentence(guard: Any, ending: str, long_form: bool) -> None:
    path = seeds(guard.folder)[ending]
    whole = path.read_bytes()
    for share in (0.95, 0.5, 0.02) if long_form else (0.6,):
        path.write_bytes(whole[: int(len(whole) * share)])
        outcome = guard.read(path if ending not in (".dbf", ".shx") else path.with_suffix(".shp"))
        if isinstance(outcome, Intake) and ending in (".shp", ".dbf"):
            assert outcome.report.findings


def patched(path: Path, offset: int, value: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(value)] = value
    path.write_bytes(content)


@pytest.mark.parametrize("declared", [0, 3, 2**31 - 1, 2**32 - 1])
def test_a_dbf_that_declares_too_many_rows(guard: Any, declared: int) -> None:
    path = shapefile(guard.folder / "lie.shp")
    patched(path.with_suffix(".dbf"), 4, struct.pack("<I", declared))
    outcome = guard.read(path)
    if isinstance(outcome, Intake) and declared > 5:
        assert any(told.code == "lying_count" for told in outcome.report.findings)


def test_a_shp_with_huge_numbers_inside(guard: Any, long_form: bool) -> None:
    for offset in (24, 100, 104, 108, 112, 144, 148) if long_form else (104, 144):
        path = shapefile(guard.folder / "huge.shp")
        patched(path, offset, b"\x7f\xff\xff\xff")
        guard.read(path)


@pytest.mark.parametrize("value", [b"\xff" * 8, b"\x00" * 8, b"\x00\x00\x00\x7f"])
def test_a_flatgeobuf_with_a_false_header(guard: Any, value: bytes) -> None:
    path = seeds(guard.folder)[".fgb"]
    patched(path, 8, value)
    assert isinstance(guard.read(path), SourceFileError)


def database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
        for statement in statements:
            base.execute(statement)
        base.commit()


def test_a_geopackage_that_declares_fewer_rows_than_it_has(guard: Any) -> None:
    path = geopackage(guard.folder / "lie.gpkg")
    database(path, "update gpkg_ogr_contents set feature_count = 2")
    read = guard.read(path)
    assert isinstance(read, Intake)
    assert read.report.rows == 5
    assert [told.values for told in read.report.findings if told.code == "lying_count"] == [{"declared": 2, "real": 5}]


NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n)"
ENDLESS = NUMBERS + " select i as fid, zeroblob(1000000) as geom from n"  # noqa: S608
REGISTERED = (
    "insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
    "values ('endless', 'features', 'endless', 4326)",
    "insert into gpkg_geometry_columns values ('endless', 'geom', 'POLYGON', 4326, 0, 0)",
)


def test_views_triggers_and_virtual_tables_are_not_used(guard: Any) -> None:
    path = geopackage(guard.folder / "views.gpkg")
    database(
        path,
        "create trigger evil after insert on parcels begin delete from parcels; end",
        f"create view endless as {ENDLESS}",
        *REGISTERED,
        "create virtual table search using fts5(name)",
    )
    read = guard.read(path)
    assert isinstance(read, Intake)
    assert read.report.layers == ("parcels",)
    assert {told.code for told in read.report.findings} >= {"views_ignored", "triggers_ignored", "virtual_ignored"}


@pytest.mark.parametrize(
    "statements",
    [
        ("drop table gpkg_contents",),
        ("drop table gpkg_contents", f"create view gpkg_contents as {ENDLESS}"),
        ("update gpkg_contents set table_name = 'sqlite_master'",),
        ("update gpkg_geometry_columns set column_name = 'name'",),
        ("update parcels set geom = zeroblob(50000000)",),
        ("update parcels set geom = x'4750000100000000ffffffff'",),
        ("update parcels set name = cast(x'fffe00ff' as text)",),
        ("update gpkg_spatial_ref_sys set definition = 'http://127.0.0.1/' where srs_id = 4326",),
        ("delete from parcels",),
        ("pragma user_version = 99999999",),
    ],
)
def test_geopackages_that_were_tampered_with(guard: Any, statements: tuple[str, ...]) -> None:
    path = geopackage(guard.folder / "tampered.gpkg")
    database(path, *statements)
    guard.read(path)


def test_a_million_rows_without_geometry(guard: Any) -> None:
    path = geopackage(guard.folder / "million.gpkg", rows=1)
    numbers = NUMBERS.replace("from n)", "from n where i < 1000000)")
    database(path, "drop table parcels", "delete from gpkg_contents", "delete from gpkg_geometry_columns",
             f"create table plain as {numbers} select i from n",  # noqa: S608
             "insert into gpkg_contents (table_name, data_type) values ('plain', 'attributes')")  # fmt: skip
    fault = guard.read(path)
    assert isinstance(fault, SourceFileError)
    assert fault.key == "import_no_geometry"
    pq.write_table(pa.table({"i": range(1_000_000)}), guard.folder / "million.parquet")
    assert guard.read(guard.folder / "million.parquet").key == "import_no_geometry"
    write(guard.folder / "million.csv", "id\n" + "1\n" * 1_000_000)
    assert guard.read(guard.folder / "million.csv").key == "import_csv_no_place"


CSV_TRAPS = {
    "columns": ",".join(f"c{n}" for n in range(20_000)) + ",lon,lat\n",
    "one_line": "lon,lat,name\n1,2," + "x" * 40_000_000,
    "first_line": "x" * 5_000_000,
    "quotes": 'lon,lat\n"' + '""' * 3_000_000,
    "ragged": "lon,lat\n1,2\n1,2,3,4\n1\n",
    "nested_wkt": "wkt\n" + '"' + "GEOMETRYCOLLECTION(" * 200_000 + '"\n',
    "wkt_nonsense": "wkt,name\nPOLYGON((,a\n",
    "formulas": "lon,lat,name\n113,22,=cmd|' /C calc'!A0\n113,22,@SUM(1)\n",
    "doubled": "lon,lat,name,name,\n1,2,a,b,c\n",
    "infinite": "lon,lat\ninf,nan\n1e400,2\n",
    "header_only": "lon,lat\n",
    "nul": "lon,lat\n1,2\n\x00\x00\n",
}


@pytest.mark.parametrize("name", CSV_TRAPS)
def test_csv_traps(guard: Any, name: str) -> None:
    guard.read(write(guard.folder / "trap.csv", CSV_TRAPS[name]))


@pytest.mark.parametrize(
    "prj",
    ["http://127.0.0.1/", "+proj=longlat +nadgrids=/etc/passwd", "GEOGCS[" * 5000, "\x00\xff", "EPSG:999999"],
    ids=["address", "grid", "deep", "bytes", "unknown"],
)
def test_strange_crs_files(guard: Any, prj: str) -> None:
    path = shapefile(guard.folder / "strange.shp")
    write(path.with_suffix(".prj"), prj)
    write(path.with_suffix(".cpg"), "../../etc/passwd")
    read = guard.read(path)
    if isinstance(read, Intake):
        assert read.attributes.column("name").to_pylist()[0] == "地块0"
        assert read.report.crs in (None, "EPSG:4326")
    else:
        assert prj.startswith("GEOGCS")


def wkb_traps() -> list[bytes]:
    header = struct.pack("<BI", 1, 7) + struct.pack("<I", 1)
    return [
        header * 100_000 + struct.pack("<BIdd", 1, 1, 1.0, 2.0),
        struct.pack("<BII", 1, 3, 2**32 - 1),
        struct.pack("<BIII", 1, 3, 1, 2**31),
        struct.pack("<BIdd", 1, 1, float("nan"), float("inf")),
        b"\x01",
        struct.pack("<BI", 1, 12345),
    ]


@pytest.mark.parametrize("wkb", wkb_traps())
def test_wkb_traps_in_parquet(guard: Any, wkb: bytes) -> None:
    geo = {"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}}
    table = pa.table({"g": pa.array([wkb], pa.binary()), "name": ["a"]})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), guard.folder / "trap.parquet")
    guard.read(guard.folder / "trap.parquet")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_what_a_layer_name_could_reach(guard: Any) -> None:
    """A name that GDAL would take for a connection is only a name."""
    path = guard.folder / f"GPKG:{guard.secret.name}"
    assert isinstance(guard.read(write(path, "x")), SourceFileError)
