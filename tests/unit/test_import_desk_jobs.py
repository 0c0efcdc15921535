"""The jobs behind the import desk: uploads, columns, encodings, candidates, gate, report, recipe, work that stops."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pytest
import shapely

from parkplan._errors import ParkplanError, RequestError, SourceFileError
from parkplan.data.intake.uploads import Uploads, main_files, plain_name
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.i18n import language
from parkplan.jobs.background import BackgroundWork
from parkplan.jobs.import_desk import Wanted, bring, confirm, examine, with_columns
from parkplan.jobs.import_recipe import wishes_of_recipe
from parkplan.jobs.import_report import import_recipe, import_report
from parkplan.ui.import_columns import field_titles, lines_frame, wishes_of

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_desk import Examined


@pytest.fixture
def ws(handmade_workspace: Path) -> Workspace:
    """The district made by hand, which these tests only read."""
    return open_workspace(handmade_workspace)


def layer(path: Path, crs: int = 4547, **columns: list[Any]) -> Path:
    rows = len(next(iter(columns.values())))
    shapes = [shapely.box(500_500 + 150 * at, 2_500_000, 500_600 + 150 * at, 2_500_100) for at in range(rows)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def examined(ws: Workspace, path: Path, wanted: Wanted | None = None) -> Examined:
    asked = wanted or Wanted()
    return examine(ws, bring(ws, [path], asked).intakes, asked)


def test_uploaded_files_get_plain_names_and_belong_together() -> None:
    assert plain_name("../../a/宗地.shp") == "宗地.shp"
    kept = Uploads()
    paths = [kept.keep(name, io.BytesIO(b"x")) for name in ("宗地.shp", "宗地.dbf", "c:/b.csv")]
    assert [path.name for path in main_files(paths)] == ["宗地.shp", "b.csv"]
    assert len({path.parent for path in paths}) == 1
    with pytest.raises(SourceFileError):
        kept.keep("宗地.shp", io.BytesIO(b"y"))
    with pytest.raises(SourceFileError):
        kept.keep("../..", io.BytesIO(b"y"))
    folder = paths[0].parent
    kept.discard()
    assert not folder.exists()


def test_columns_tell_field_unit_and_why_and_can_be_changed(ws: Workspace, tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", 宗地编号=["N1", "N2"], 备注=["甲", "乙"], 面积栏=["15", "30"])
    seen = examined(ws, path)
    titles = field_titles("parcels")
    with language("zh"):
        titles = field_titles("parcels")
        lines = lines_frame(seen, titles).set_index("column")
    assert lines.loc["宗地编号", ["field", "why"]].tolist() == [titles["parcel_id"], "识别表头"]
    assert lines.loc["备注", ["samples", "known", "why"]].tolist() == ["甲  |  乙", "2 / 2", "没有对应字段"]
    lines.loc["面积栏", ["field", "unit"]] = [titles["site_area_m2"], "亩"]
    lines.loc["备注", "field"] = titles["name"]
    again = examine(ws, seen.intakes, wishes_of(seen.wanted, lines.reset_index(), titles))
    assert again.result is not None
    assert again.result.frame["site_area_m2"].tolist() == pytest.approx([10_000.0, 20_000.0])  # 15 and 30 mu
    assert again.result.frame["name"].tolist() == ["甲", "乙"]
    kept = with_columns(seen.wanted, {"宗地编号": (None, None)})
    rest = examine(ws, seen.intakes, kept).result
    assert rest is not None
    assert "parcel_id" not in rest.mapped
    assert rest.frame["宗地编号"].tolist() == ["N1", "N2"]
    with pytest.raises(RequestError, match="parcel_id"):
        wishes_of(seen.wanted, lines.reset_index().assign(field=titles["parcel_id"], unit=""), titles)
    with pytest.raises(RequestError, match="parcel_id"):
        wishes_of(seen.wanted, lines.reset_index().assign(unit="亩"), titles)


def test_the_words_of_a_gbk_shapefile_read_well_in_one_encoding_only(ws: Workspace, tmp_path: Path) -> None:
    columns = {"zd": ["江海电子厂", "外海机械厂"]}
    shapes = [shapely.box(500_500, 2_500_000, 500_600, 2_500_100), shapely.box(500_700, 2_500_000, 500_800, 2_500_100)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4547).to_file(tmp_path / "zd.shp", encoding="GB18030")
    (tmp_path / "zd.cpg").unlink()
    with zipfile.ZipFile(tmp_path / "zd.zip", "w") as archive:
        for part in tmp_path.glob("zd.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    seen = examined(ws, tmp_path / "zd.zip")
    read = {sample.encoding.lower(): sample.text for sample in seen.encodings}
    assert "江海电子厂" in read["gb18030"]
    assert all("江海电子厂" not in text for name, text in read.items() if name != "gb18030")


def test_candidates_lie_on_the_parcels_or_away_from_them(ws: Workspace, tmp_path: Path) -> None:
    shapes = ws.read("parcels", []).geometry
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(each))} for each in shapes
    ]
    path = tmp_path / "bare.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    asked = examined(ws, path)
    assert asked.result is None  # metres in a format of degrees: the user has to say
    seen = examine(ws, asked.intakes, Wanted(crs="EPSG:4547"))
    (places,) = seen.places
    at = {place.statement: place for place in places}
    assert at["EPSG:4547"].on_land == 1.0
    assert at["EPSG:4547"].away_m == 0.0
    assert all(place.picture.startswith("<svg") and "<script" not in place.picture for place in places)
    assert seen.result is not None


def test_an_old_datum_is_refused_until_there_are_control_points(ws: Workspace, tmp_path: Path) -> None:
    path = layer(tmp_path / "xian.gpkg", crs=2383, parcel_id=["A", "B"])
    seen = examined(ws, path)
    assert seen.result is None
    assert seen.fault is not None
    assert seen.fault.key == "crs_ballpark"
    points = tmp_path / "points.csv"
    corners = [(500_000, 2_500_000), (501_000, 2_500_000), (500_000, 2_501_000)]
    points.write_text("from_x,from_y,to_x,to_y\n" + "".join(f"{x},{y},{x + 115.5},{y - 3.25}\n" for x, y in corners))
    fitted = examine(ws, seen.intakes, Wanted(control_points=points, parameters=4)).result
    assert fitted is not None
    west, south, *_ = fitted.frame.geometry.iloc[0].bounds
    assert (west, south) == pytest.approx((500_615.5, 2_499_996.75), abs=1e-6)
    assert any(each.code == "control_residuals" for each in fitted.findings)


def test_the_gate_speaks_of_the_district_as_it_would_be(ws: Workspace, tmp_path: Path) -> None:
    seen = examined(ws, layer(tmp_path / "a.gpkg", parcel_id=["N1", "N2"]))
    assert seen.incoming is not None
    assert seen.incoming.gate is not None
    assert seen.incoming.gate.parcels == 2
    assert seen.incoming.gate.fitness == "unfit"  # keys and shapes alone judge nothing
    orphans = {each.key for each in seen.incoming.findings if each.code == "orphan"}
    assert orphans == {"B1", "B3", "E1", "E2", "E3"}  # what stood on the parcels that would be gone


def test_a_file_with_layers_asks_which_and_takes_several(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    for number, name in enumerate(("east", "west")):
        shape = shapely.box(500_500 + 500 * number, 2_500_000, 500_600 + 500 * number, 2_500_100)
        frame = gpd.GeoDataFrame({"parcel_id": [name]}, geometry=[shape], crs=4547)
        frame.to_file(path, layer=name)
    first = bring(ws, [path], Wanted())
    assert (first.intakes, first.choices) == ((), {"two.gpkg": ("east", "west")})
    both = examined(ws, path, Wanted(layers={"two.gpkg": ("east", "west")}))
    assert both.result is not None
    assert both.result.frame["parcel_id"].tolist() == ["east", "west"]


def test_report_and_recipe_say_what_was_done_and_do_it_again(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "own.parkplan", crs="EPSG:4547", actor="test")
    path = layer(tmp_path / "a.gpkg", 编=["=1+1", "N2"], 面积=["15", "30"])
    wanted = with_columns(Wanted(crs="EPSG:4547"), {"编": ("parcel_id", None), "面积": ("site_area_m2", "亩")})
    seen = examined(ws, path, wanted)
    done = confirm(ws, seen, actor="李工")
    told = json.loads(import_report(done, seen, "json"))
    assert (told["table"], told["rows"], told["files"][0]["sha256"]) == ("parcels", 2, seen.intakes[0].sha256)
    book = openpyxl.load_workbook(io.BytesIO(import_report(done, seen, "xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any("=1+1" in str(cell.value) for cell in cells)
    recipe = tmp_path / "next.yaml"
    recipe.write_bytes(import_recipe(done, seen))
    again = wishes_of_recipe(recipe)
    assert (again.table, again.crs, dict(again.mapping)) == (
        "parcels", "EPSG:4547", {"parcel_id": "编", "site_area_m2": "面积"},
    )  # fmt: skip
    second = examined(ws, path, again).result
    assert second is not None
    assert second.frame["site_area_m2"].tolist() == pytest.approx([10_000.0, 20_000.0])
    assert ws.journal(1)[0].actor == "李工"


def test_work_that_is_stopped_ends_at_its_next_stage() -> None:
    reached, released = threading.Event(), threading.Event()

    def task(progress: Any, cancelled: Any) -> str:
        progress("first")
        reached.set()
        released.wait(30)
        progress("second")
        return "done"

    cancelled = SourceFileError("import_cancelled", file="a.gpkg")
    work = BackgroundWork(lambda one: task(one.tell, one.effort.cancelled), cancelled=cancelled)
    assert reached.wait(30)
    assert work.running
    work.stop()
    released.set()
    work.wait(30)
    assert (work.running, work.result, work.said) == (False, None, ("first",))
    assert isinstance(work.fault, ParkplanError)
    assert work.fault.key == "import_cancelled"


def test_writing_that_is_stopped_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    ws = create_workspace(tmp_path / "own.parkplan", crs="EPSG:4547", actor="test")
    seen = examined(ws, layer(tmp_path / "a.gpkg", parcel_id=["A"]))
    told: list[str] = []

    def stop_before_writing(sentence: str) -> None:
        told.append(sentence)
        if len(told) == 2:  # the first is the preparing, the second the writing
            raise SourceFileError("import_cancelled", file="a.gpkg")

    with pytest.raises(SourceFileError):
        confirm(ws, seen, actor="x", progress=stop_before_writing)
    assert ws.tables() == ()
    assert ws.journal() == ()
