"""Every format that an office holds, made here and read by the product: survey text, workbooks, drawings, maps."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from parkplan._errors import SourceFileError
from parkplan.data.intake.launch import Intake, Options, read_outside
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs import Reading, import_file

if TYPE_CHECKING:
    from pathlib import Path

FACTS = "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n带号=38\r\n转换参数=,,,,,,\r\n[地块坐标]\r\n"
NORTH, EAST = 2_497_000.0, 409_400.0


def codes(read: Intake) -> set[str]:
    return {each.code for each in read.report.findings}


def ring(number: int, size: float, off: float = 0.0, prefix: float = 38e6, sign: str = "J") -> str:
    corners = ((0, 0), (size, 0), (size, size), (0, size), (0, 0))
    return "".join(
        f"{sign}{at},{number},{NORTH + off + n:.3f},{prefix + EAST + off + e:.3f}\r\n"
        for at, (n, e) in enumerate(corners, start=1)
    )


DIALECTS = {
    "thirteen": ("5,1.0000,A-1,地块甲,面,H49,工业用地,0601,新增,国有,前,后,备注,@", "A-1"),
    "nine": ("5,1.0000,A-1,地块甲,面,,工业用地,0601,@", "A-1"),
    "eight": ("4,1.0000,A-1,地块甲,面,,工业用地,,@", "A-1"),
    "one_map": ("A-1,地块甲,面,,@", "A-1"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("encoding", "prefix"), [("gb18030", 38e6), ("utf-8-sig", 0.0)])
def test_survey_dialects(tmp_path: Path, dialect: str, encoding: str, prefix: float) -> None:
    head, number = DIALECTS[dialect]
    path = tmp_path / "440704.txt"
    path.write_bytes((FACTS + head + "\r\n" + ring(1, 100, prefix=prefix)).encode(encoding))
    read = read_outside(path)
    row = read.attributes.to_pylist()[0]
    assert (row["地块编号"], row["地块名称"]) == (number, "地块甲")
    assert read.report.crs == ("EPSG:4526" if prefix else "EPSG:4547")
    assert shapely.bounds(read.geometry[0]).tolist() == [prefix + EAST, NORTH, prefix + EAST + 100, NORTH + 100]
    assert codes(read) == set()


def test_survey_of_law_enforcement_is_in_degrees(tmp_path: Path) -> None:
    lines = "5,地块甲,面,厂房,@\nJ1,1,113.10,22.50\nJ2,1,113.11,22.50\nJ3,1,113.11,22.51\nJ1,1,113.10,22.50\n"
    (tmp_path / "a.txt").write_text(FACTS + lines, "utf-8")
    read = read_outside(tmp_path / "a.txt")
    assert (read.report.crs, read.attributes.to_pylist()[0]["地块用途"]) == ("EPSG:4490", "厂房")
    assert read.geometry[0].bounds == (113.10, 22.50, 113.11, 22.51)


def test_survey_rings_are_holes_by_containment(tmp_path: Path) -> None:
    rings = ring(1, 100) + ring(2, 40, 20) + ring(3, 10, 25) + ring(4, 50, 500)
    text = FACTS + "20,1.1,A,B,面,,,,@\n" + rings + "nonsense\n6,0.9,C,D,面,,,,@\n" + ring(1, 100)
    (tmp_path / "a.txt").write_text(text, "utf-8")
    read = read_outside(tmp_path / "a.txt")
    assert read.geometry[0].area == pytest.approx(100**2 - 40**2 + 10**2 + 50**2)
    assert shapely.get_num_geometries(read.geometry[0]) == 3
    assert codes(read) == {"survey_lines", "survey_area"}
    (area,) = [each for each in read.report.findings if each.code == "survey_area"]
    assert area.rows == (2,)


def test_survey_that_gives_the_easting_first(tmp_path: Path) -> None:
    points = "".join(f"J{n},1,{EAST + 38e6 + e},{NORTH + s}\n" for n, (e, s) in enumerate(((0, 0), (9, 0), (9, 9))))
    (tmp_path / "a.txt").write_text(FACTS + "3,,A,B,面,,,,@\n" + points, "utf-8")
    read = read_outside(tmp_path / "a.txt")
    assert read.report.crs == "EPSG:4526"
    assert "survey_easting_first" in codes(read)


def test_a_text_that_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "!a.txt").write_text("name\tlon\tlat\nx\t113.1\t22.5\n", "utf-8")
    read = read_outside(tmp_path / "!a.txt")
    assert (read.report.format, read.geometry[0].x) == ("csv", 113.1)


ROWS = [
    ["江海区企业用地调查表", None, None, None, None],
    ["企业编号", "用地", None, "开工日期", "位置"],
    [None, "用地面积（亩）", "容积率", None, None],
    [440704.0, 15.5, 1.2, dt.datetime(2021, 3, 5), "POINT (409494 2497185)"],
    ["0440705", 8, None, "2022年1月2日", "POINT (409500 2497190)"],
]


def workbook(path: Path, rows: list[list[Any]], sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = f"表{number + 1}"
        for row in rows:
            sheet.append(row)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx").rename(path)


@pytest.mark.parametrize("name", ["a.xlsx", "really.csv", "old.xls"])
def test_workbooks_with_titles_and_two_headings(tmp_path: Path, name: str) -> None:
    read = read_outside(workbook(tmp_path / name, ROWS))
    assert read.report.format == "xlsx"
    assert read.report.columns == ("企业编号", "用地面积（亩）", "容积率", "开工日期")
    first, second = read.attributes.to_pylist()
    assert (first["企业编号"], first["用地面积（亩）"], first["开工日期"]) == ("440704", 15.5, "2021-03-05")
    assert (second["企业编号"], second["容积率"]) == ("0440705", None)
    assert shapely.get_x(read.geometry).tolist() == [409494, 409500]
    assert "heading_found" in codes(read)
    assert ("content_differs" in codes(read)) is (name != "a.xlsx")


def test_a_workbook_of_several_sheets_needs_a_choice(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS, sheets=2)
    with pytest.raises(SourceFileError) as caught:
        read_outside(path)
    assert caught.value.key == "import_choose_layer"
    assert read_outside(path, Options(layer="表2")).report.layer == "表2"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "gb18030", "utf-8-sig"])
def test_text_encodings(tmp_path: Path, encoding: str) -> None:
    word = {"cp1252": "Straße Café", "gb18030": "江海区"}.get(encoding, "江海 é")
    (tmp_path / "a.csv").write_text(f"name,lon,lat\n{word},113.1,22.5\n", encoding)
    read = read_outside(tmp_path / "a.csv")
    assert read.attributes.to_pylist()[0]["name"] == word
    assert ("encoding_detected" in codes(read)) is (encoding == "cp1252")


def test_rows_that_name_their_own_crs(tmp_path: Path) -> None:
    lines = ("site,GeoX,GeoY,Coordinate Reference System", "a,389547,412564,OSGB36", "b,389600,412600,OSGB36",
             "c,-2.157,53.609,WGS84", "d,389700,412650,")  # fmt: skip
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", "utf-8")
    done = import_file(tmp_path / "a.csv", to=tmp_path / "ws", table="sites", dry_run=True)
    assert done.crs.workspace.startswith("EPSG:27700")
    assert done.frame.geometry.iloc[2].distance(done.frame.geometry.iloc[0]) < 3_000
    assert done.frame.geometry.iloc[3].x == 389_700
    assert [each.rows for each in done.findings if each.code == "crs_per_row"] == [(3,)]


def test_latitude_and_longitude_in_one_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('n,where\n1,"Latitude: 50.72 Longitude: -3.53"\n2,unknown\n3,lat 50.7 lon -3.5\n')
    read = read_outside(tmp_path / "a.csv")
    assert (read.geometry[0].x, read.geometry[0].y) == (-3.53, 50.72)
    assert {"coordinate_unreadable", "null_geometry"} <= codes(read)


SQUARE = [[[113.1, 22.5], [113.11, 22.5], [113.11, 22.51], [113.1, 22.5]]]
FEATURE = {"type": "Feature", "properties": {"name": "甲"}, "geometry": {"type": "Polygon", "coordinates": SQUARE}}


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ({"type": "FeatureCollection", "features": [FEATURE]}, None),
        (FEATURE, None),
        (FEATURE["geometry"], None),
        ([FEATURE], "geojson_array"),
        ({"coordinates": SQUARE, "name": "甲"}, "geojson_untyped"),
    ],
)
def test_geojson_containers(tmp_path: Path, content: Any, note: str | None) -> None:
    (tmp_path / "!a.geojson").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    read = read_outside(tmp_path / "!a.geojson")
    assert shapely.area(read.geometry).tolist() == pytest.approx([0.5e-4])
    assert read.report.crs == "EPSG:4326"
    assert codes(read) == ({note} if note else set())


def frame() -> gpd.GeoDataFrame:
    shapes = [shapely.box(113.1 + n / 100, 22.5, 113.105 + n / 100, 22.505) for n in range(3)]
    return gpd.GeoDataFrame({"name": ["甲", "乙", "丙"], "use": ["1001", "1002", "1101"]}, geometry=shapes, crs=4326)


def test_kml_and_kmz(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.kml", driver="LIBKML")
    read = read_outside(tmp_path / "a.kml")
    assert (read.report.rows, read.report.geometry) == (3, {"polygon": 3})
    with zipfile.ZipFile(tmp_path / "b.kmz", "w") as archive:
        archive.write(tmp_path / "a.kml", "doc.kml")
    assert read_outside(tmp_path / "b.kmz").report.rows == 3
    text = (tmp_path / "a.kml").read_text("utf-8")
    (tmp_path / "c.kml").write_text(text + "<!-- " + "x" * 5_000 + "--><!DOCTYPE kml [<!ENTITY x 'y'>]>", "utf-8")
    with pytest.raises(SourceFileError) as caught:
        read_outside(tmp_path / "c.kml")
    assert caught.value.key == "import_xml_doctype"


def test_filegdb_as_folder_and_zip(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "区.gdb", driver="OpenFileGDB", layer="parcels")
    read = read_outside(tmp_path / "区.gdb")
    assert (read.report.format, read.report.layer, read.report.rows) == ("filegdb", "parcels", 3)
    assert read.attributes.column("name").to_pylist() == ["甲", "乙", "丙"]
    assert len(read.sha256) == 64
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "区.gdb")
    assert read_outside(tmp_path / "packed.zip").report.rows == 3
    (tmp_path / "empty.gdb").mkdir()
    with pytest.raises(SourceFileError):
        read_outside(tmp_path / "empty.gdb")


def pairs(*values: object) -> str:
    return "".join(f"{value}\n" for value in values)


def polyline(layer: str, corners: list[tuple[float, float]], closed: int) -> str:
    head = pairs(0, "LWPOLYLINE", 100, "AcDbEntity", 8, layer, 100, "AcDbPolyline", 90, len(corners), 70, closed)
    return head + "".join(pairs(10, x, 20, y) for x, y in corners)


def drawn(*entities: str) -> str:
    return pairs(0, "SECTION", 2, "ENTITIES") + "".join(entities) + pairs(0, "ENDSEC", 0, "EOF")


def test_drawings(tmp_path: Path) -> None:
    corners = [(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 50), (EAST, NORTH + 50)]
    text = pairs(0, "TEXT", 100, "AcDbEntity", 8, "NOTE", 10, EAST + 40, 20, NORTH + 20, 40, 2.5, 1, "JH-01")
    far = [(x + 500, y) for x, y in corners]
    content = drawn(polyline("1001", corners, 1), text, polyline("1101", far, 1), polyline("ROAD", corners[:2], 0))
    (tmp_path / "a.dxf").write_text(content, "ascii")
    read = read_outside(tmp_path / "a.dxf")
    assert read.attributes.to_pylist() == [
        {"land_use": "1001", "parcel_id": "JH-01"},
        {"land_use": "1101", "parcel_id": None},
    ]
    assert shapely.area(read.geometry).tolist() == [5_000, 5_000]
    assert "drawing_left_out" in codes(read)


OSM = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" lat="22.50" lon="113.10"/><node id="2" lat="22.50" lon="113.11"/><node id="3" lat="22.51" lon="113.11"/>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="东海路"/></way>
<way id="2"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="industrial"/></way>
<way id="3"><nd ref="1"/><nd ref="3"/><nd ref="2"/><nd ref="1"/><tag k="landuse" v="industrial"/></way></osm>"""


@pytest.mark.parametrize(("theme", "kind"), [("roads", "line"), ("buildings", "polygon"), ("landuse", "polygon")])
def test_street_map(tmp_path: Path, theme: str, kind: str) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    read = read_outside(tmp_path / "a.osm", Options(layer=theme))
    assert (read.report.rows, read.report.geometry, read.report.crs) == (1, {kind: 1}, "EPSG:4326")
    if theme == "roads":
        assert read.attributes.column("name").to_pylist() == ["东海路"]


def test_street_map_asks_or_takes_the_theme_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    with pytest.raises(SourceFileError) as caught:
        read_outside(tmp_path / "a.osm")
    assert caught.value.values["layers"] == "roads, buildings, landuse"
    assert read_outside(tmp_path / "a.osm", Options(table="buildings")).report.layer == "buildings"


def test_a_second_layer_in_another_crs_is_noted(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.gpkg", layer="one")
    frame().to_crs(4547).to_file(tmp_path / "a.gpkg", layer="two")
    read = read_outside(tmp_path / "a.gpkg", Options(layer="two"))
    assert read.report.crs == "EPSG:4547"
    (note,) = [each for each in read.report.findings if each.code == "other_layers"]
    assert "one (EPSG:4326)" in note.sentence("en")


@pytest.fixture
def district(tmp_path: Path) -> Path:
    workspace = create_workspace(tmp_path / "ws", crs="EPSG:4547", actor="t")
    shapes = [shapely.box(EAST + 200 * n, NORTH, EAST + 100 + 200 * n, NORTH + 100) for n in range(2)]
    gpd.GeoDataFrame({"parcel_id": ["P1", "P2"]}, geometry=shapes, crs=4547).to_file(tmp_path / "p.gpkg")
    import_file(tmp_path / "p.gpkg", to=workspace.address, table="parcels")
    return tmp_path / "ws"


def test_enterprises_without_coordinates_take_the_place_of_their_parcel(tmp_path: Path, district: Path) -> None:
    (tmp_path / "e.csv").write_text("企业名称,宗地编号,税收（万元）\n甲,P1,12\n乙,P2,3\n丙,P9,1\n", "utf-8")
    done = import_file(tmp_path / "e.csv", to=district, table="enterprises")
    rows = open_workspace(district).read("enterprises")
    assert rows.geometry.iloc[0].within(shapely.box(EAST, NORTH, EAST + 100, NORTH + 100))
    assert pd.isna(rows.geometry.iloc[2])
    assert rows["tax_yuan"].tolist() == [120_000, 30_000, 10_000]
    found = {each.code: each for each in done.findings}
    assert found["parcel_unmatched"].rows == (3,)
    assert "2" in found["parcel_joined"].text


def test_rows_without_any_place_are_kept_and_said(tmp_path: Path) -> None:
    create_workspace(tmp_path / "ws", crs="EPSG:4547", actor="t")
    (tmp_path / "e.csv").write_text("企业名称,宗地编号\n甲,P1\n", "utf-8")
    done = import_file(tmp_path / "e.csv", to=tmp_path / "ws", table="enterprises")
    assert open_workspace(tmp_path / "ws").read("enterprises").geometry.isna().tolist() == [True]
    assert "parcel_absent" in {each.code for each in done.findings}
    with pytest.raises(SourceFileError) as caught:
        import_file(tmp_path / "e.csv", to=tmp_path / "new", table="enterprises", reading=Reading())
    assert caught.value.key == "import_csv_no_place"


def test_papers_beside_data_are_no_surveys(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.shp", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            archive.write(tmp_path / f"a{ending}", f"a{ending}")
        archive.writestr("readme.txt", "read me")
    assert read_outside(tmp_path / "a.zip").report.rows == 3
