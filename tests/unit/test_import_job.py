"""The import job: columns matched and checked, places, keys, repairs, and nothing written unless all is right."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from parkplan._errors import ParkplanError, RequestError, SourceFileError
from parkplan.cli import main
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import language
from parkplan.jobs import Limits, Reading, import_file

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.jobs.import_result import ImportResult


def box(number: int = 0) -> shapely.Polygon:
    return shapely.box(409_000 + 200 * number, 2_497_000, 409_100 + 200 * number, 2_497_100)


def saved(path: Path, columns: dict[str, Any], geometry: list[Any] | None = None, crs: Any = 4547, **how: Any) -> Path:
    rows = len(next(iter(columns.values()))) if columns else len(geometry or [])
    shapes = geometry or [box(number) for number in range(rows)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path, **how)
    return path


def found(done: ImportResult, code: str) -> Any:
    return next(each for each in done.findings if each.code == code)


def test_chinese_headings_fill_fields_in_their_units(tmp_path: Path) -> None:
    columns = {
        "宗地代码": ["440704001001GB00001", "0440704"],
        "土地使用权人": ["甲厂", " "],
        "用地面积（亩）": [15.0, None],
        "计划总投资(万元)": ["1,200", "3.5"],
        "实际开工时间": ["2021年3月5日", "20220131"],
        "从业人数": [120, 0],
        "自定义": ["x", "y"],
    }
    path = saved(tmp_path / "宗地.gpkg", columns)
    done = import_file(path, to=tmp_path / "ws", table="parcels")
    frame = open_workspace(tmp_path / "ws").read("parcels")
    assert frame["parcel_id"].tolist() == ["440704001001GB00001", "0440704"]
    assert frame["site_area_m2"].iloc[0] == pytest.approx(10_000.0)
    assert pd.isna(frame["site_area_m2"].iloc[1])
    assert pd.isna(frame["holder"].iloc[1])
    assert frame["investment_agreed_yuan"].tolist() == [12_000_000.0, 35_000.0]
    assert frame["started_on"].tolist() == [dt.date(2021, 3, 5), dt.date(2022, 1, 31)]
    assert frame["employees"].tolist() == [120, 0]
    assert frame["自定义"].tolist() == ["x", "y"]
    assert done.unmapped == ("自定义",)
    assert "output_yuan" in done.missing


def test_an_area_without_a_unit_is_taken_as_square_metres_and_said(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"用地面积": [15.0]})
    done = import_file(path, to=tmp_path / "ws", table="parcels", dry_run=True)
    assert found(done, "unit_assumed").severity == "warning"


def test_all_wrong_values_are_listed_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    areas, days = ["12", "viel", "1.2.3"], ["2021-02-30", "", "x"]
    columns = {"parcel_id": ["1", "2", "3"], "site_area_m2": areas, "started_on": days}
    path = saved(tmp_path / "wrong.gpkg", columns)
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="parcels")
    told = [(each.values["row"], each.values["column"], each.values["value"]) for each in caught.value.details]
    assert told == [(2, "site_area_m2", "viel"), (3, "site_area_m2", "1.2.3"), (1, "started_on", "2021-02-30"),
                    (3, "started_on", "x")]  # fmt: skip
    assert caught.value.values["count"] == 4
    assert not (tmp_path / "ws").exists()


def test_a_failed_import_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "ws", crs="EPSG:4547", actor="t")
    good = saved(tmp_path / "good.gpkg", {"parcel_id": ["1"]})
    import_file(good, to=tmp_path / "ws", table="parcels")
    before = (ws.tables(), ws.journal())
    bad = saved(tmp_path / "bad.gpkg", {"parcel_id": ["1"], "site_area_m2": ["x"]})
    with pytest.raises(SourceFileError):
        import_file([good, bad], to=tmp_path / "ws", table="parcels")
    assert (ws.tables(), ws.journal()) == before


def test_codes_may_be_titles_and_strange_ones_are_kept_beside(tmp_path: Path) -> None:
    columns = {"parcel_id": ["1", "2", "3"], "status": ["闲置", "idle", "胡写"]}
    done = import_file(saved(tmp_path / "a.gpkg", columns), to=tmp_path / "ws", table="parcels", dry_run=True)
    assert done.frame["status"].iloc[0] == done.frame["status"].iloc[1] == "idle"
    assert pd.isna(done.frame["status"].iloc[2])
    assert done.frame["status_source"].tolist() == ["闲置", "idle", "胡写"]
    assert (found(done, "unknown_code").rows, found(done, "unknown_code").count) == ((3,), 1)


def test_a_number_as_key_becomes_text_and_doubles_are_reported(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"opa": [440704.0, 440704.0, 7.0]})
    done = import_file(path, to=tmp_path / "ws", table="parcels", mapping={"parcel_id": "opa"}, dry_run=True)
    assert done.frame["parcel_id"].tolist() == ["440704", "440704", "7"]
    assert found(done, "key_duplicate").rows == (1, 2)
    assert found(done, "number_as_code").severity == "note"


def test_the_key_is_made_from_row_numbers_when_none_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"zone": ["a", "b"]})
    done = import_file(path, to=tmp_path / "ws", table="my_zones", dry_run=True)
    assert done.frame["feature_id"].tolist() == ["1", "2"]
    both = import_file([path, path], to=tmp_path / "ws", table="my_zones", dry_run=True)
    assert both.frame["feature_id"].tolist() == ["1-1", "1-2", "2-1", "2-2"]


def test_stated_columns_that_do_not_exist_are_all_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"zone": ["a"]})
    with pytest.raises(ParkplanError) as caught:
        import_file(path, to=tmp_path / "ws", table="parcels", mapping={"parcel_id": "nope", "nofield": "zone"})
    assert len(caught.value.sentences("en")) == 2
    with pytest.raises(RequestError):
        import_file(path, to=tmp_path / "ws", table="../x")


def test_bow_ties_nulls_and_empties_are_kept_repaired_and_reported(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(409_000, 2_497_000), (409_100, 2_497_100), (409_100, 2_497_000), (409_000, 2_497_100)])
    shapes = [box(5), bow_tie, None, shapely.Polygon()]
    path = saved(tmp_path / "a.gpkg", {"parcel_id": list("abcd")}, shapes)
    done = import_file(path, to=tmp_path / "ws", table="parcels")
    frame = open_workspace(tmp_path / "ws").read("parcels")
    assert frame["parcel_id"].tolist() == list("abcd")
    assert frame.geometry.iloc[1].area == pytest.approx(5_000)
    assert frame.geometry.iloc[2] is None
    assert found(done, "repaired").rows == (2,)
    assert "→" not in found(done, "repaired_area").text
    assert 3 in found(done, "null_geometry").rows


def test_points_do_not_become_parcels(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.geojson", {"n": [1, 2]}, [box(0), shapely.Point(409_000, 2_497_000)])
    reading = Reading(crs="EPSG:4547")
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="parcels", reading=reading)
    assert caught.value.key == "import_wrong_geometry"
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free", reading=reading)
    assert caught.value.key == "import_mixed_geometry"
    chosen = Reading(crs="EPSG:4547", only="polygon")
    done = import_file(path, to=tmp_path / "ws", table="parcels", reading=chosen, dry_run=True)
    assert (done.rows, found(done, "left_out").rows) == (1, (2,))


def test_several_layers_need_a_choice(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"n": [1]}, layer="one")
    saved(path, {"n": [1, 2]}, layer="two", mode="a")
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free")
    assert caught.value.values["layers"] == "one, two"
    done = import_file(path, to=tmp_path / "ws", table="free", reading=Reading(layer="two"), dry_run=True)
    assert done.rows == 2


def test_a_file_in_another_crs_comes_into_that_of_the_workspace(tmp_path: Path) -> None:
    create_workspace(tmp_path / "ws", crs="EPSG:4547", actor="t")
    degrees = gpd.GeoSeries([box(0)], crs=4547).to_crs(4490)
    path = saved(tmp_path / "a.geojson", {"n": [1]}, list(degrees), crs=4326)
    done = import_file(path, to=tmp_path / "ws", table="free", reading=Reading(crs="EPSG:4490"))
    assert found(done, "crs_stated")
    assert done.frame.geometry.iloc[0].symmetric_difference(box(0)).area < 0.01


def test_web_map_coordinates_come_back(tmp_path: Path) -> None:
    from parkplan.data.gcj import wgs84_to_gcj02

    x, y = wgs84_to_gcj02(np.array([113.12]), np.array([22.57]))
    path = saved(tmp_path / "a.geojson", {"n": [1]}, [shapely.Point(x[0], y[0])], crs=4326)
    done = import_file(path, to=tmp_path / "ws", table="free", reading=Reading(crs="gcj02"), dry_run=True)
    assert done.crs.source == "GCJ-02"
    point = done.frame.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((409_494.401, 2_497_185.717), abs=0.01)


@pytest.mark.parametrize("crs", [2383, 2435], ids=["Xian 80", "Beijing 54"])
def test_an_old_datum_is_not_converted_in_silence(tmp_path: Path, crs: int) -> None:
    create_workspace(tmp_path / "ws", crs="EPSG:4547", actor="t")
    path = saved(tmp_path / "a.gpkg", {"n": [1]}, crs=crs)
    with pytest.raises(RequestError) as caught:
        import_file(path, to=tmp_path / "ws", table="free")
    assert caught.value.key == "crs_ballpark"
    own = import_file(path, to=tmp_path / "old", table="free")
    assert own.crs.workspace.startswith(f"EPSG:{crs}")


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("said", [True, False])
def test_shapefile_text_is_found(tmp_path: Path, encoding: str, said: bool) -> None:
    path = saved(tmp_path / "a.shp", {"名称": ["江海区外海街道"]}, encoding=encoding)
    if not said:
        path.with_suffix(".cpg").unlink(missing_ok=True)
        content = bytearray(path.with_suffix(".dbf").read_bytes())
        content[29] = 0
        path.with_suffix(".dbf").write_bytes(content)
    done = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
    assert done.frame["名称"].tolist() == ["江海区外海街道"]
    assert ("encoding_detected" in {each.code for each in done.findings}) is (not said)


def test_a_false_cpg_is_corrected_and_a_false_wish_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.shp", {"n": ["江海区"]}, encoding="GB18030")
    path.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")
    done = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
    assert done.frame["n"].tolist() == ["江海区"]
    assert found(done, "encoding_contradicted")
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free", reading=Reading(encoding="utf-8"))
    assert caught.value.key == "import_encoding_misfit"


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_missing_parts_of_a_shapefile_are_said(tmp_path: Path, missing: str) -> None:
    path = saved(tmp_path / "a.shp", {"n": ["x", "y"]})
    path.with_suffix(missing).unlink()
    done = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
    assert done.rows == 2
    assert missing in found(done, "missing_part").text
    assert not path.with_suffix(missing).exists()


def test_codes_in_a_table_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = ("code,统计代码,units,lon,lat", "0440704,440704,12,113.1,22.5", "0440705,440705,7,113.2,22.6", "")
    path.write_text("\n".join(rows), "gb18030")
    done = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
    assert done.frame["code"].tolist() == ["0440704", "0440705"]
    assert done.frame["统计代码"].tolist() == ["440704", "440705"]
    assert done.frame["units"].tolist() == [12, 7]
    assert done.files[0].encoding == "gb18030"


def test_utf16_and_bom_tables_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        path = tmp_path / f"{encoding}.csv"
        path.write_text("名称;lon;lat\n江海;113.1;22.5\n", encoding)
        done = import_file(path, to=tmp_path / "ws", table="free", dry_run=True)
        assert done.frame["名称"].tolist() == ["江海"]


def test_wkt_tables_need_a_crs(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('wkt,name\n"POLYGON ((0 0, 1 0, 1 1, 0 0))",a\nnonsense,b\n', "utf-8")
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free")
    assert caught.value.key == "import_crs_missing"
    done = import_file(path, to=tmp_path / "ws", table="free", reading=Reading(crs="EPSG:4326"), dry_run=True)
    assert found(done, "wkt_unreadable").rows == (2,)


def test_time_limit_and_cancel_end_the_work(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", {"n": [1]})
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free", reading=Reading(limits=Limits(wall_s=0.01)))
    assert caught.value.key == "import_timeout"
    stop = threading.Event()
    stop.set()
    with pytest.raises(SourceFileError) as caught:
        import_file(path, to=tmp_path / "ws", table="free", reading=Reading(cancelled=stop.is_set))
    assert caught.value.key == "import_cancelled"
    assert not (tmp_path / "ws").exists()


def test_progress_speaks_the_language_of_the_command(tmp_path: Path) -> None:
    heard: list[str] = []
    with language("en"):
        path = saved(tmp_path / "a.gpkg", {"n": [1]})
        import_file(path, to=tmp_path / "ws", table="free", dry_run=True, progress=heard.append)
    assert heard[0] == "Checking “a.gpkg”"
    assert len(heard) >= 3


def test_the_command_writes_one_json_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "a.gpkg", {"opa": ["7"], "<script>": ["{{7*7}}"]})
    call = ["import", str(path), "--to", str(tmp_path / "ws"), "--as", "parcels", "--map", "parcel_id=opa", "--json"]
    assert main([*call, "--lang", "en"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["mapped"], said["unmapped"]) == (1, {"parcel_id": "opa"}, ["<script>"])
    assert said["crs"]["workspace"].startswith("EPSG:4547")
    assert said["crs"]["reasons"]
    assert open_workspace(tmp_path / "ws").read("parcels")["<script>"].tolist() == ["{{7*7}}"]


@pytest.mark.parametrize(
    "arguments",
    [["no.gpkg", "--as", "a"], ["x.txt", "--as", "a"], ["x.csv", "--as", "A b"], ["x.csv", "--as", "a", "--map", "x"]],
)
def test_what_the_user_must_change_is_one_sentence(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *arguments, "--to", str(tmp_path / "ws"), "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "ws").exists()
