"""Tables out in every format: types, unknowns, text that stays text, units, origin; and every wrong request."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely

from parkplan import jobs
from parkplan._errors import ParkplanError, RequestError, WorkspaceError
from parkplan.data.export import ENDINGS, Origin, write_table, write_tables
from parkplan.data.export.cells import guarded, is_formula_like
from parkplan.data.workspace import create_workspace
from parkplan.i18n import language
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

MADE_UP = Origin(source="generator", synthetic=True, note="虚构 fictional")
ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\r=1",
    "  =1",
    "\u3000=1",
    "=HYPERLINK(1)",
]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parcels() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "parcel_id": ["0440704001", "0440704002", "0440704003"],
            "name": ["江海一号", "=1+1", None],
            "status": ["idle", None, "in_use"],
            "site_area_m2": [1000.5, np.nan, 0.0],
            "employees": pd.array([12, None, 0], dtype="Int64"),
            "government_cause": pd.array([True, None, False], dtype="boolean"),
            "supplied_on": [dt.date(2019, 3, 1), None, dt.date(1899, 5, 6)],
            "备注": ["a,b\n\"c\"", "", None],
        },
        geometry=shapely.box([500_000, 500_010, 500_020], 2_500_000, [500_005, 500_015, 500_025], 2_500_005),
        crs="EPSG:4547",
    )  # fmt: skip


def csv_rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheet_rows(path: Path, number: int = 1) -> list[list[tuple[str, str]]]:
    """Return (type, text) of the cells of a sheet, read from the XML itself."""
    with zipfile.ZipFile(path) as archive:
        shared = []
        if "xl/sharedStrings.xml" in archive.namelist():
            tree = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))  # noqa: S314  # our own file
            shared = ["".join(item.itertext()) for item in tree]
        sheet = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
    assert sheet.find(f".//{SHEET}f") is None, "a live formula"
    rows = []
    for row in sheet.iter(f"{SHEET}row"):
        cells = []
        for cell in row:
            kind, value = cell.get("t", "n"), "".join(cell.itertext())
            cells.append(("s", shared[int(value)]) if kind == "s" else (kind.replace("inlineStr", "s"), value))
        rows.append(cells)
    return rows


def test_geopackage_keeps_types_and_unknowns(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.gpkg", origin=MADE_UP)
    info = pyogrio.read_info(path)
    assert dict(zip(info["fields"], info["ogr_types"], strict=True)) == {
        "parcel_id": "OFTString", "name": "OFTString", "status": "OFTString", "site_area_m2": "OFTReal",
        "employees": "OFTInteger64", "government_cause": "OFTInteger", "supplied_on": "OFTDate", "备注": "OFTString",
    }  # fmt: skip
    assert info["geometry_type"] == "Polygon"
    assert pyproj.CRS(info["crs"]).to_epsg() == 4547
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT parcel_id, name, status, site_area_m2, employees, government_cause, supplied_on FROM parcels"
        ).fetchall()
        assert rows == [
            ("0440704001", "江海一号", "idle", 1000.5, 12, 1, "2019-03-01"),
            ("0440704002", "=1+1", None, None, None, None, None),
            ("0440704003", None, "in_use", 0.0, 0, 0, "1899-05-06"),
        ]
        assert connection.execute("SELECT count(*) FROM rtree_parcels_geom").fetchone()[0] == 3
        counted = connection.execute("SELECT feature_count FROM gpkg_ogr_contents").fetchone()[0]
        assert counted == 3
        titles = dict(connection.execute("SELECT column_name, name FROM gpkg_data_columns"))
        assert titles["site_area_m2"] == "登记面积（平方米）"
        assert "备注" not in titles
        codes = dict(
            connection.execute(
                "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = 'parcels_status'"
            )
        )
        assert codes["idle"] == "闲置 / Idle"
        described = connection.execute("SELECT description FROM gpkg_contents").fetchone()[0]
        assert "虚构 fictional" in described
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


def test_single_and_multiple_geometries_become_one_kind(tmp_path: Path) -> None:
    two = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)])],
        crs=4547,
    )
    path = write_table(two, "zones", tmp_path / "a.gpkg")
    assert pyogrio.read_info(path)["geometry_type"] == "MultiPolygon"
    assert gpd.read_file(path).area.tolist() == [1, 2]


def test_whole_district_in_one_geopackage(tmp_path: Path) -> None:
    path = write_tables({"parcels": parcels(), "parks": parcels().iloc[:1], "导入": parcels()}, tmp_path / "a.gpkg")
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["parcels", "parks", "导入"]
    assert [pyogrio.read_info(path, layer=name)["features"] for name in ("parcels", "parks", "导入")] == [3, 1, 3]


def test_geojson_is_in_degrees(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.geojson", origin=MADE_UP)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    assert "虚构 fictional" in document["description"]
    first = document["features"][0]
    assert first["properties"]["parcel_id"] == "0440704001"
    assert document["features"][1]["properties"]["site_area_m2"] is None
    east, north = pyproj.Transformer.from_crs(4547, 4326, always_xy=True).transform(500_000, 2_500_000)
    corners = np.array(first["geometry"]["coordinates"][0])
    assert np.abs(corners - (east, north)).sum(axis=1).min() < 2e-9


def test_geojson_in_another_crs_names_it(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.geojson", crs="EPSG:4547")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4547"
    assert [500_000, 2_500_000] in document["features"][0]["geometry"]["coordinates"][0]


def test_geoparquet_is_exact(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.parquet", origin=MADE_UP)
    back = gpd.read_parquet(path)
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(parcels()))
    import pyarrow.parquet as pq

    note = json.loads(pq.read_schema(path).metadata[b"parkplan"])
    assert (note["synthetic"], note["table"]) == (True, "parcels")
    assert "虚构 fictional" in note["notes"]


def test_csv(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.csv", origin=MADE_UP)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    first, second, third = csv_rows(path)
    assert (first["parcel_id"], first["site_area_m2"], first["employees"]) == ("0440704001", "1000.5", "12")
    assert (first["government_cause"], first["supplied_on"], first["备注"]) == ("true", "2019-03-01", 'a,b\n"c"')
    assert (second["name"], second["site_area_m2"], second["employees"]) == ("'=1+1", "", "")
    assert third["site_area_m2"] == "0.0"
    assert shapely.from_wkt(first["geometry_wkt"]).equals(parcels().geometry[0])
    assert "虚构 fictional" in first["data_note"]


def test_csv_of_real_data_has_no_note(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.csv", origin=Origin(source="cadastre"))
    assert list(csv_rows(path)[0])[-1] == "geometry_wkt"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_formula(tmp_path: Path, attack: str) -> None:
    assert is_formula_like(attack)
    frame = parcels().assign(name=attack).rename(columns={"备注": attack})
    row = csv_rows(write_table(frame, "parcels", tmp_path / "a.csv"))[0]
    assert row["name"] == f"'{attack}"
    assert f"'{attack}" in row
    cells = sheet_rows(write_table(frame, "parcels", tmp_path / "a.xlsx"))
    assert cells[1][1][0] == "s"
    assert cells[1][1][1].strip("\t\r") == attack.strip("\t\r") or "_x" in cells[1][1][1]


@pytest.mark.parametrize("text", ["江海区", "a=b", "1-2", "", "'x", "东宁@园", "３号"])
def test_plain_text_is_not_touched(text: str) -> None:
    assert guarded(text) == text


def test_workbook(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.xlsx", origin=MADE_UP)
    head, first, second, third = sheet_rows(path)
    assert [text for _, text in head] == [
        "宗地编号", "地块名称", "供地与利用状态", "登记面积（平方米）", "从业人数（人）", "政府原因延误", "供地日期",
        "备注",
    ]  # fmt: skip
    assert first[0] == ("s", "0440704001")
    assert first[3:7] == [
        ("n", "1000.5"),
        ("n", "12"),
        ("b", "1"),
        ("n", str((dt.date(2019, 3, 1) - dt.date(1899, 12, 30)).days)),
    ]
    assert second[1] == ("s", "=1+1")
    assert len([cell for cell in second if cell[1]]) == 2
    assert ("s", "1899-05-06") in third
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        names = archive.read("xl/workbook.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet
    assert '"地块"' in names
    columns = sheet_rows(path, 2)
    assert [text for _, text in columns[3]][:2] == ["地块", "status"]
    assert "idle = 闲置" in columns[3][4][1]
    assert any("虚构 fictional" in text for row in columns for _, text in row)


def test_workbook_in_english(tmp_path: Path) -> None:
    with language("en"):
        path = write_table(parcels(), "parcels", tmp_path / "a.xlsx")
    assert [text for _, text in sheet_rows(path)[0]][3:5] == ["Registered area (m²)", "Employees (persons)"]


def test_workbook_of_several_tables(tmp_path: Path) -> None:
    long = "很长的表名" * 8
    frames = {"parcels": parcels(), "a/b:c": parcels(), long: parcels(), f"{long}2": parcels(), "列说明": parcels()}
    path = write_tables(frames, tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    names = [sheet.get("name", "") for sheet in book.iter(f"{SHEET}sheet")]
    assert len(set(names)) == len(names) == 6
    assert all(len(name) <= 31 for name in names)


def test_shapefile(tmp_path: Path) -> None:
    path = write_table(parcels(), "parcels", tmp_path / "a.zip", origin=MADE_UP)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "parcels.cpg").read_text() == "UTF-8"
    assert "虚构 fictional" in (out / "parcels_note.txt").read_text(encoding="utf-8-sig")
    back = gpd.read_file(out / "parcels.shp")
    assert back["parcel_id"].tolist() == ["0440704001", "0440704002", "0440704003"]
    assert back["name"].tolist()[:2] == ["江海一号", "=1+1"]
    assert back["site_area_"].tolist()[0] == 1000.5
    assert back["government"].tolist()[::2] == [1, 0]
    fields = csv_rows(out / "parcels_fields.csv")
    assert {row["field"]: row["column"] for row in fields}["site_area_"] == "site_area_m2"
    assert {row["column"]: row["zh"] for row in fields}["site_area_m2"] == "登记面积（平方米）"
    assert back.crs is not None
    assert back.crs.to_epsg() == 4547


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_table_and_missing_geometry(tmp_path: Path, ending: str) -> None:
    write_table(parcels().iloc[:0], "parcels", tmp_path / f"empty{ending}")
    lost = parcels()
    lost.loc[1, "geometry"] = None
    path = write_table(lost, "parcels", tmp_path / f"lost{ending}")
    if ending in (".gpkg", ".geojson", ".zip"):
        back = gpd.read_file(path)
        assert len(back) == 3
        assert back.geometry.isna().tolist() == [False, True, False]


@pytest.mark.parametrize("ending", ENDINGS)
def test_output_replaces_what_was_there_and_leaves_nothing_else(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"a{ending}"
    target.write_bytes(b"old")
    write_table(parcels(), "parcels", target)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.stat().st_size > 100


def refused(key: str, frames: dict[str, gpd.GeoDataFrame], path: Path, crs: str | None = None) -> ParkplanError:
    with pytest.raises(ParkplanError) as fault:
        write_tables(frames, path, crs=crs)
    assert fault.value.key == key
    assert "\n" not in fault.value.sentence("zh") + fault.value.sentence("en")
    assert not path.exists()
    return fault.value


def test_wrong_requests(tmp_path: Path) -> None:
    one, two = {"parcels": parcels()}, {"parcels": parcels(), "parks": parcels()}
    for name in ("a.foo", "a", ".gpkg", "a.shp", "a.json"):
        refused("output_ending", one, tmp_path / name)
    for name in ("a.csv", "a.geojson", "a.parquet", "a.zip"):
        refused("output_one_table", two, tmp_path / name)
    for crs in ("EPSG:1", "nonsense", "", "EPSG:4547; DROP"):
        refused("unknown_crs", one, tmp_path / "a.gpkg", crs)
    assert isinstance(refused("folder_missing", one, tmp_path / "no" / "a.csv"), WorkspaceError)
    mixed = parcels()
    mixed.loc[0, "geometry"] = shapely.Point(0, 0)
    refused("output_mixed", {"parcels": mixed}, tmp_path / "a.zip")
    refused("output_text", {"parcels": parcels().assign(name="x" * 32_768)}, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_workbook_with_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parkplan.data.export import spreadsheet

    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 2)
    refused("output_rows", {"parcels": parcels()}, tmp_path / "a.xlsx")


def district(folder: Path, tables: Sequence[str] = ("parcels", "parks")) -> Path:
    workspace = create_workspace(folder, crs="EPSG:4547", actor="test")
    workspace.write({name: parcels() for name in tables}, change=Change("test", "make", synthetic=True, note="made up"))
    return folder


def test_job_exports_named_tables_without_a_project(tmp_path: Path) -> None:
    folder = district(tmp_path / "a.parkplan")
    made = jobs.export(folder, ["parks"], out=tmp_path / "a.gpkg")
    assert (made.project, made.rows, made.crs, made.synthetic) == (None, {"parks": 3}, "EPSG:4547", True)
    assert jobs.export(folder, ["parks"], out=tmp_path / "a.geojson").crs == "EPSG:4326"
    assert jobs.export(folder, ["parks", "parks"], out=tmp_path / "a.csv").rows == {"parks": 3}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.geojson", "a.gpkg", "a.parkplan"]


def test_job_refuses(tmp_path: Path) -> None:
    folder = district(tmp_path / "a.parkplan")
    with pytest.raises(RequestError) as fault:
        jobs.export(folder, ["rivers"], out=tmp_path / "a.gpkg")
    assert fault.value.key == "unknown_table"
    for inside in (folder / "a.gpkg", folder / "layers" / "a.parquet", tmp_path / "x" / ".." / "a.parkplan" / "a.csv"):
        with pytest.raises(RequestError) as fault:
            jobs.export(folder, ["parks"], out=inside)
        assert fault.value.key == "output_inside"
    assert [path.name for path in tmp_path.iterdir()] == ["a.parkplan"]


def test_empty_workspace_has_nothing_to_export(tmp_path: Path) -> None:
    create_workspace(tmp_path / "a.parkplan", crs="EPSG:4547", actor="test")
    with pytest.raises(RequestError) as fault:
        jobs.export(tmp_path / "a.parkplan", out=tmp_path / "a.gpkg")
    assert fault.value.key == "nothing_to_export"
    assert not (tmp_path / "a.gpkg").exists()
