"""Round trips through every format: what is kept is the same, and what differs is what the export itself has listed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import python_calamine
import shapely

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.data.export import ENDINGS, SurveyForm, export_tables
from parkplan.data.export.shapefile import field_names
from parkplan.data.export.survey import DIALECTS, zone_of
from parkplan.data.intake.fields import match_columns
from parkplan.data.intake.land_use import to_national
from parkplan.data.intake.launch import Options, read_outside
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import LANGUAGES
from parkplan.model.tables import PARCELS
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.export import Loss

    Cells = dict[str, list[Any]]

CORNER = np.array([409_000.0, 2_497_000.0])
CELL_LOSSES = {
    "empty_text", "formula_guarded", "text_cut", "truth_as_number", "moments_as_text", "early_days_as_text",
    "integers_as_text", "numbers_rounded", "moments_in_utc",
}  # fmt: skip
THIRD = 1 / 3


def shapes() -> list[shapely.Geometry | None]:
    solid = shapely.box(0, 0, 100.00049, 80)
    holed = shapely.Polygon(shapely.box(200, 0, 300, 100).exterior, [shapely.box(220, 20, 240, 40).exterior])
    double = shapely.MultiPolygon([shapely.box(400, 0, 440, 40), shapely.box(460, 0, 500, 40)])
    return [shapely.transform(each, lambda xy: xy + CORNER) for each in (solid, holed, double)] + [
        None, shapely.Polygon()]  # fmt: skip


def awkward() -> gpd.GeoDataFrame:
    """One column for each kind of value, with gaps, zeros and everything that a format trips over."""
    columns = {
        "parcel_id": ["0440704001", "0440704002", "0440704003", "0440704004", "0440704005"],
        "name": ["一号,二号\n宗地", "", None, "=1+1", "桥@南"],
        "land_use": ["100101", None, "1001", "110101", ""],
        "remark_of_the_office": ["字" * 100, "x", None, "", "-"],
        "site_area_m2": [8000.0, np.nan, 0.0, THIRD, 1e9 / 7],
        "employees": pd.array([12, None, 0, -3, 5], dtype="Int64"),
        "serial": pd.array([2**53 + 1, 1, None, 0, 7], dtype="Int64"),
        "government_cause": pd.array([True, None, False, True, None], dtype="boolean"),
        "supplied_on": [dt.date(2019, 3, 1), None, dt.date(1899, 5, 6), dt.date(1900, 3, 1), None],
        "seen_at": pd.to_datetime(["2024-05-01 08:30:00", None, None, "1999-12-31 00:00:00", None]).as_unit("ms"),
        "never_known": [None] * 5,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes(), crs="EPSG:4547")


def plain(value: object) -> object:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def cells(frame: pd.DataFrame) -> Cells:
    return {str(name): [plain(value) for value in frame[name]] for name in frame.columns if name != "geometry"}


def kind_of(before: Any, after: Any) -> str:  # noqa: PLR0911 -- one line for each kind
    """Name the difference between a cell and what was read back."""
    if before == "" and after is None:
        return "empty_text"
    if isinstance(before, str) and after == f"'{before}":
        return "formula_guarded"
    if isinstance(before, str) and isinstance(after, str) and after and before.startswith(after):
        return "text_cut"
    if isinstance(before, bool) and type(after) is int and after == int(before):
        return "truth_as_number"
    if isinstance(before, dt.datetime) and after == before.replace(tzinfo=dt.UTC):
        return "moments_in_utc"
    if isinstance(before, dt.datetime) and after == before.isoformat():
        return "moments_as_text"
    if type(before) is dt.date and after == before.isoformat():
        return "early_days_as_text"
    if type(before) is int and after == str(before):
        return "integers_as_text"
    if isinstance(before, float) and isinstance(after, float) and abs(after - before) <= 1e-15 * max(abs(before), 1):
        return "numbers_rounded"
    raise AssertionError((before, after))


def differences(before: Cells, after: Cells) -> dict[str, tuple[tuple[str, ...], int]]:
    found: dict[str, dict[str, int]] = {}
    for name, values in before.items():
        for old, new in zip(values, after[name], strict=True):
            same_kind = type(old) is type(new) or {type(old), type(new)} == {int, float}
            if not (same_kind and old == new):
                counts = found.setdefault(kind_of(old, new), {})
                counts[name] = counts.get(name, 0) + 1
    return {code: (tuple(counts), sum(counts.values())) for code, counts in found.items()}


def listed(losses: tuple[Loss, ...]) -> dict[str, tuple[tuple[str, ...], int]]:
    return {each.code: (each.columns, each.rows) for each in losses if each.code in CELL_LOSSES}


def codes(losses: tuple[Loss, ...]) -> set[str]:
    return {each.code for each in losses}


def same_places(before: gpd.GeoSeries, after: gpd.GeoSeries, metres: float = 0.001) -> None:
    """Each shape lies on its original to a millimetre; an empty one may have become none."""
    moved = after.to_crs(before.crs) if after.crs is not None else after
    for old, new in zip(before, moved, strict=True):
        if old is None or old.is_empty:
            assert new is None or new.is_empty
        else:
            assert shapely.hausdorff_distance(old, new) < metres
            assert new.area == pytest.approx(old.area, abs=0.5)
            assert len(shapely.get_parts(new)) == len(shapely.get_parts(old))


def of_gdal(path: Path, names: dict[str, str] | None = None) -> gpd.GeoDataFrame:
    """Read with Arrow, value by value: frames would make numbers with gaps less exact."""
    facts, table = pyogrio.read_arrow(path)
    geometry = facts["geometry_name"] or "wkb_geometry"
    long = {short: name for name, short in (names or {}).items()}
    columns = {
        long.get(name, name): pd.Series(table.column(name).to_pylist(), dtype=object)
        for name in table.column_names
        if name not in (geometry, "fid", "OGC_FID")
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb(table.column(geometry).to_numpy()), crs=facts["crs"])


def of_shapefile(path: Path, folder: Path) -> gpd.GeoDataFrame:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    table = csv.DictReader(io.StringIO((folder / "parcels_fields.csv").read_text(encoding="utf-8-sig")))
    names = {row["column"]: row["field"] for row in table}
    assert names == field_names(list(cells(awkward())))
    return of_gdal(folder / "parcels.shp", names)


def typed(text: str, kind: Any) -> object:
    """Read a text of a CSV as the kind that its column had."""
    if text == "":
        return None
    if isinstance(kind, bool):
        return text == "true"
    if isinstance(kind, dt.datetime):
        return dt.datetime.fromisoformat(text)
    if isinstance(kind, dt.date):
        return dt.date.fromisoformat(text)
    return type(kind)(text)


def test_geopackage_and_geoparquet_keep_everything(tmp_path: Path) -> None:
    frame = awkward()
    done = export_tables({"parcels": frame}, tmp_path / "a.gpkg")
    back = of_gdal(tmp_path / "a.gpkg")
    assert differences(cells(frame), cells(back)) == listed(done.losses) == {"moments_in_utc": (("seen_at",), 2)}
    same_places(frame.geometry, back.geometry, 1e-6)
    assert back.crs.to_epsg() == 4547
    assert export_tables({"parcels": frame}, tmp_path / "a.parquet").losses == ()
    exact = pq.read_table(tmp_path / "a.parquet")
    assert differences(cells(frame), {name: exact.column(name).to_pylist() for name in cells(frame)}) == {}
    same_places(frame.geometry, gpd.read_parquet(tmp_path / "a.parquet").geometry, 1e-6)


def test_geojson_is_in_degrees_and_keeps_values(tmp_path: Path) -> None:
    frame = awkward()
    done = export_tables({"parcels": frame}, tmp_path / "a.geojson")
    assert done.crs is not None
    assert done.crs.to_epsg() == 4326
    assert codes(done.losses) == {"crs_changed", "types_guessed", "coordinates_rounded", "type_of_unknown"}
    back = of_gdal(tmp_path / "a.geojson")
    assert differences(cells(frame), cells(back)) == listed(done.losses) == {}
    same_places(frame.geometry, back.geometry)
    same = export_tables({"parcels": frame}, tmp_path / "b.geojson", crs="EPSG:4547")
    assert "crs_changed" not in codes(same.losses)
    same_places(frame.geometry, of_gdal(tmp_path / "b.geojson").geometry)


def test_csv_lists_each_cell_that_changes(tmp_path: Path) -> None:
    frame = awkward()
    done = export_tables({"parcels": frame}, tmp_path / "a.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"), newline="")))
    before = cells(frame)
    kinds = {name: next((value for value in values if value is not None), "") for name, values in before.items()}
    back = {name: [typed(row[name], kinds[name]) for row in rows] for name in before}
    assert differences(before, back) == listed(done.losses)
    assert listed(done.losses)["formula_guarded"] == (("name", "remark_of_the_office"), 2)
    assert codes(done.losses) == {"types_guessed", "crs_not_stated", "coordinates_rounded", "empty_text",
                                  "formula_guarded"}  # fmt: skip
    same_places(frame.geometry, gpd.GeoSeries.from_wkt([row["geometry_wkt"] or None for row in rows], crs=4547))


def test_workbook_lists_each_cell_that_changes(tmp_path: Path) -> None:
    frame = awkward()
    done = export_tables({"parcels": frame}, tmp_path / "a.xlsx")
    rows = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()[1:]
    before = cells(frame)
    columns = dict(zip(before, zip(*rows, strict=True), strict=True))
    back = {name: [None if cell == "" else cell for cell in values] for name, values in columns.items()}
    assert differences(before, back) == listed(done.losses)
    assert set(listed(done.losses)) >= {"early_days_as_text", "integers_as_text", "moments_as_text", "empty_text"}
    assert "geometry_dropped" in codes(done.losses)


def test_shapefile_lists_each_cell_that_changes(tmp_path: Path) -> None:
    frame = awkward()
    done = export_tables({"parcels": frame}, tmp_path / "a.zip")
    back = of_shapefile(tmp_path / "a.zip", tmp_path / "out")
    assert differences(cells(frame), cells(back)) == listed(done.losses)
    assert listed(done.losses)["text_cut"] == (("remark_of_the_office",), 1)
    (short,) = [each for each in done.losses if each.code == "names_shortened"]
    assert set(short.columns) == {
        name for name in cells(frame) if name not in pyogrio.read_info(tmp_path / "out")["fields"]
    }
    (empty,) = [each for each in done.losses if each.code == "empty_geometry"]
    assert empty.rows == 1
    same_places(frame.geometry, back.geometry, 1e-6)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_survey_text_comes_back(tmp_path: Path, dialect: str) -> None:
    frame = awkward()
    form = SurveyForm(dialect)  # type: ignore[arg-type]
    done = export_tables({"parcels": frame}, tmp_path / "a.txt", survey_form=form)
    back = read_outside(tmp_path / "a.txt")
    assert back.report.crs == ("EPSG:4490" if dialect == "enforcement" else "EPSG:4526")
    assert not {"survey_points", "survey_area", "survey_lines"} & {each.code for each in back.report.findings}
    same_places(frame.geometry.iloc[:3], gpd.GeoSeries(list(back.geometry), crs=back.report.crs))
    read = back.attributes.to_pydict()
    lost = {each.code: each for each in done.losses}
    numbered = dialect != "enforcement"
    if numbered:
        assert read["地块编号"] == frame["parcel_id"].tolist()[:3]
    if dialect in ("13", "9"):
        assert read["地类编码"] == ["100101", None, "1001"]
        assert read["地块面积（公顷）"] == ["0.8000", "0.9600", "0.3200"]
    assert read["地块名称"][:1] == ["一号、二号 宗地"]
    kept = {"name"} | ({"parcel_id"} if numbered else set()) | ({"land_use"} if dialect in ("13", "9") else set())
    assert set(lost["columns_dropped"].columns) == set(cells(frame)) - kept
    assert lost["no_polygon"].rows == 2
    assert lost["signs_replaced"].columns == ("name",)
    assert "coordinates_rounded" in lost


def test_survey_text_has_northing_first_zone_holes_and_hectares(tmp_path: Path) -> None:
    export_tables({"parcels": awkward()}, tmp_path / "a.txt")
    text = (tmp_path / "a.txt").read_bytes().decode("gb18030")
    assert text.count("\r\n") == text.count("\n")
    lines = text.split("\r\n")
    assert {"坐标系=2000国家大地坐标系", "几度分带=3", "带号=38", "精度=0.001", "转换参数=,,,,,,"} <= set(lines)
    at = lines.index("10,0.9600,0440704002,,面,,,,@")
    assert lines[at + 1] == "J1,1,2497000.000,38409300.000"
    assert lines[at + 6].split(",")[:2] == ["J5", "2"]
    assert lines[at + 10].split(",")[:2] == ["J5", "2"]
    plain_form = SurveyForm(decimals=2, zone_prefix=False)
    done = export_tables({"parcels": awkward()}, tmp_path / "b.txt", survey_form=plain_form)
    assert done.crs is not None
    assert done.crs.to_epsg() == 4547
    assert "J1,1,2497000.00,409300.00" in (tmp_path / "b.txt").read_bytes().decode("gb18030")


def test_survey_text_takes_any_place_in_china_and_no_other(tmp_path: Path) -> None:
    degrees = awkward().to_crs(4326)
    assert export_tables({"parcels": degrees}, tmp_path / "a.txt").crs == "EPSG:4526"
    old = awkward().set_crs("EPSG:2383", allow_override=True)
    assert export_tables({"parcels": old}, tmp_path / "b.txt").crs == "EPSG:2362"
    assert "坐标系=1980西安坐标系" in (tmp_path / "b.txt").read_bytes().decode("gb18030")
    with pytest.raises(RequestError) as fault:
        export_tables({"parcels": old}, tmp_path / "c.txt", crs="EPSG:4526")
    assert fault.value.key == "crs_ballpark"
    abroad = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.box(-3, 53, -2.9, 53.1)], crs=4326)
    with pytest.raises(RequestError) as fault:
        export_tables({"sites": abroad}, tmp_path / "d.txt")
    assert fault.value.key == "survey_place"
    with pytest.raises(RequestError) as fault:
        SurveyForm("12")  # type: ignore[arg-type]
    assert fault.value.key == "survey_form"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_zones_of_all_systems_are_known() -> None:
    assert [(zone.width, zone.number) for zone in map(zone_of, crs_of(4526, 4547, 4508, 2362, 2344, 21419))
            if zone] == [(3, 38), (3, 38), (6, 19), (3, 38), (6, 19), (6, 19)]  # fmt: skip


def crs_of(*numbers: int) -> list[Any]:
    return [gpd.GeoSeries([], crs=number).crs for number in numbers]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_loss_speaks_both_languages(tmp_path: Path, ending: str) -> None:
    for each in export_tables({"parcels": awkward()}, tmp_path / f"a{ending}").losses:
        for chosen in LANGUAGES:
            assert "{" not in each.text.to(chosen)
            assert "parcels" in each.text.to(chosen)


def test_too_wide_for_a_shapefile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parkplan.data.export import shapefile

    frame = awkward()
    for name, limit, key in (("MOST_COLUMNS", 5, "output_columns"), ("MOST_BYTES", 500, "output_too_large")):
        with monkeypatch.context() as patch:
            patch.setattr(shapefile, name, limit)
            with pytest.raises(RequestError) as fault:
                export_tables({"parcels": frame}, tmp_path / "a.zip")
            assert fault.value.key == key
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def district(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small_demo, tmp_path_factory.mktemp("official") / "d.parkplan")


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_survey_table_of_39_columns_goes_out_and_comes_in(tmp_path: Path, district: Path, ending: str) -> None:
    out = tmp_path / f"official{ending}"
    made = jobs.export(district, out=out, form="low-efficiency")
    screened = jobs.screen(district).parcels
    flagged = screened[screened["verdict"].isin(["idle", "low_efficiency", "to_check"])]
    assert made.rows == {"parcels": len(flagged)}
    assert made.crs is None
    lost = {each.code: each for each in made.losses}
    assert lost["official_left_out"].rows == len(screened) - len(flagged)
    back = read_outside(out, Options(placeless=True, table="parcels", layer="低效用地调查表"))
    names = [name.split()[0] for name in back.report.columns]
    assert len(names) == 39
    read = dict(zip(names, back.attributes.to_pydict().values(), strict=True))
    assert {name for name, values in read.items() if set(values) <= {None, ""}} == set(lost["official_empty"].columns)
    assert read["ZDBH"] == flagged["parcel_id"].tolist()


def test_headings_of_the_survey_table_are_known_at_import(tmp_path: Path, district: Path) -> None:
    jobs.export(district, out=tmp_path / "official.csv", form="low-efficiency")
    back = read_outside(tmp_path / "official.csv", Options(placeless=True, table="parcels"))
    matches = {each.field: each.column for each in match_columns(PARCELS, back.report.columns, {}, "official.csv")}
    assert matches == {
        "parcel_id": "ZDBH 宗地编号", "holder": "CQR 产权人", "street": "XZMC 镇街名称", "land_use": "XZDL 现状地类",
        "status": "SYZK 使用状况", "cluster": "CYLX 产业类型", "site_area_m2": "DJMJ 登记面积（亩）",
        "supplied_on": "PZSJ 批准时间", "started_on": "YDSJ 用地发生时间",
    }  # fmt: skip
    codes_of_land, _ = to_national(pd.Series(["一类工业用地（100101）", None, "0601"], dtype="str"), "XZDL", "2023")
    assert codes_of_land.tolist()[::2] == ["100101", "0601"]


def test_job_tells_what_is_lost(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "a.parkplan", crs="EPSG:4547", actor="test")
    workspace.write({"parcels": awkward()}, change=Change("test", "make"))
    assert jobs.export(workspace.address, out=tmp_path / "a.parquet").losses == ()
    made = jobs.export(workspace.address, out=tmp_path / "a.txt", survey=SurveyForm("map"))
    assert made.crs == "EPSG:4526"
    assert {"columns_dropped", "crs_changed"} <= codes(made.losses)
    assert open_workspace(workspace.address).info("parcels").rows == 5
