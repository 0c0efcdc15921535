"""The data page as a desk: files are examined, the CRS and the columns are chosen, imports are written and undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from app_page import panel
from streamlit.testing.v1 import AppTest

from parkplan.data.gcj import wgs84_to_gcj02
from parkplan.data.workspace import open_workspace
from parkplan.i18n import LANGUAGES, Language
from parkplan.jobs.imports import imports
from parkplan.jobs.match_decisions import decisions
from parkplan.model.workspace import Change
from parkplan.ui import check_panel, finding_list, import_confirm, import_findings, import_state

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def place(handmade_copy: Path) -> Path:
    return handmade_copy


@pytest.fixture
def page(place: Path, app_on: Callable[..., AppTest]) -> Callable[[Language], AppTest]:
    """Open the page of data in a language."""
    return lambda chosen: app_on(place, chosen).switch_page("views/data.py").run()


@pytest.fixture
def app(page: Callable[[Language], AppTest]) -> AppTest:
    return page("zh")


def desk(app: AppTest) -> import_state.Desk:
    found = app.session_state[import_state.KEY]
    assert isinstance(found, import_state.Desk)
    return found


def at_rest(app: AppTest) -> AppTest:
    """Wait for the work that is under way, and let the page take it over."""
    work = desk(app).work
    if work is None:  # it was so short that the page has taken it over already
        return app
    work.wait(60)
    assert not work.running
    return app.run()


def section(app: AppTest, name: str) -> AppTest:
    app.button_group(key="data_section").select(name).run()
    return app


def examined(app: AppTest, path: Path) -> AppTest:
    app.text_input(key=f"desk_path_{desk(app).round}").set_value(str(path)).run()
    app.button(key="desk_read").click().run()
    return at_rest(app)


def texts(app: AppTest) -> list[str]:
    return [str(each.value) for kind in ("text", "caption", "warning", "error", "success") for each in app.get(kind)]


def web_map(place: Path) -> Path:
    """The parcels of the district in the shifted degrees of a web map, which say that they are WGS 84."""
    frame = open_workspace(place).read("parcels", ["parcel_id", "name"]).to_crs(4326)
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    path = place.parent / "高德_地块.geojson"
    gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=moved, crs=4326).to_file(path)
    return path


def fresh(place: Path) -> Path:
    """Two parcels in a GeoPackage beside those of the district."""
    shapes = [shapely.box(500_500 + 150 * at, 2_500_000, 500_600 + 150 * at, 2_500_100) for at in range(2)]
    path = place.parent / "宗地.gpkg"
    gpd.GeoDataFrame({"宗地编号": ["N1", "N2"]}, geometry=shapes, crs=4547).to_file(path)
    return path


def test_a_web_map_in_disguise_is_put_before_the_user_and_comes_home(app: AppTest, place: Path) -> None:
    before = open_workspace(place).read("parcels")
    examined(app, web_map(place))
    seen = desk(app).seen
    assert seen is not None, texts(app)
    assert seen.result is None  # nobody decided yet
    places = {each.statement: each for each in seen.places[0]}
    shifted, straight = places["gcj02"], places["EPSG:4326"]
    assert shifted.on_land == 1.0
    assert straight.on_land is not None
    assert straight.on_land < 0.5
    assert shifted.picture.startswith("<svg")
    app.button(key="desk_crs_0_gcj02").click().run()
    at_rest(app)
    app.button(key="desk_confirm").click().run()
    at_rest(app)
    assert desk(app).done is not None
    after = open_workspace(place).read("parcels")
    assert after["parcel_id"].tolist() == before["parcel_id"].tolist()
    assert shapely.hausdorff_distance(after.geometry.to_numpy(), before.geometry.to_numpy()).max() < 1.0  # metres


def test_nothing_is_written_before_it_is_confirmed_and_undo_brings_it_back(app: AppTest, place: Path) -> None:
    before = open_workspace(place).info("parcels")
    examined(app, fresh(place))
    assert open_workspace(place).info("parcels") == before
    assert any("5 行" in text and "2 行" in text for text in texts(app)), texts(app)  # what would be replaced
    app.text_input(key="desk_actor").set_value("李工").run()
    app.button(key="desk_confirm").click().run()
    at_rest(app)
    (entry,) = imports(place)
    assert (entry.actor, entry.files[0].name) == ("李工", "宗地.gpkg")
    assert open_workspace(place).info("parcels").rows == 2
    app.button(key="desk_undo").click().run()
    assert open_workspace(place).info("parcels") == before
    assert desk(app).paths == ()


YEARS = "宗地编号,年份,产值（万元）\nJH-001,2024,4522\nJH-001,2024,1\nNOWHERE,2024,5\n"


def test_yearly_figures_are_shown_in_words_and_without_an_empty_map(app: AppTest, place: Path) -> None:
    path = place.parent / "逐年.csv"
    path.write_text(YEARS, encoding="utf-8")
    app.selectbox(key=f"desk_table_{desk(app).round}").set_value("parcel_years").run()
    examined(app, path)
    seen = desk(app).seen
    assert seen is not None
    assert seen.result is not None
    assert seen.result.frame["output_yuan"].tolist() == [4.522e7, 1e4, 5e4]
    assert import_confirm.first_rows(seen.result)["年产值 · output_yuan"].tolist() == [
        "4,522.0 万元",
        "1.0 万元",
        "5.0 万元",
    ]
    notes = next(table.value for table in app.table if "说明" in table.value.columns)
    assert "“产值（万元）”列由万元换算为“年产值”。" in notes["说明"].tolist()
    lines = panel(app, "desk_findings_table")["rows"]
    assert [line["cells"][1]["second"] for line in lines] == [
        "地块逐年数据 第 1 行",
        "地块逐年数据 第 2 行",
        "地块逐年数据 第 3 行",
    ]
    with pytest.raises(AssertionError, match="no component"):
        panel(app, "desk_findings_map")  # none of the rows has a place
    assert "将新建“地块逐年数据”表，写入 3 行。此前没有这个表。" in texts(app)
    app.button(key="desk_confirm").click().run()
    at_rest(app)
    assert "已导入“地块逐年数据”表，3 行。" in texts(app)
    section(app, "journal")
    assert [table.value["操作"].iloc[0] for table in app.dataframe if "操作" in table.value.columns] == ["导入"]


def test_cells_that_are_no_numbers_do_not_hide_the_crs(app: AppTest, place: Path) -> None:
    shape = shapely.box(500_500, 2_500_000, 500_600, 2_500_100)
    path = place.parent / "宗地.gpkg"
    gpd.GeoDataFrame({"宗地编号": ["N1"], "用地面积（亩）": ["约15亩"]}, geometry=[shape], crs=4547).to_file(path)
    examined(app, path)
    crs = next(item for item in panel(app, "desk_summary")["items"] if item["title"] == "坐标系")
    assert (crs["value"], crs["tone"]) == ("EPSG:4547", "")


def test_a_file_that_is_none_is_told_in_a_sentence(app: AppTest, place: Path) -> None:
    broken = place.parent / "坏的.gpkg"
    broken.write_bytes(b"not at all")
    examined(app, broken)
    assert any("坏的.gpkg" in text for text in texts(app)), texts(app)
    assert desk(app).seen is None


def test_findings_and_map_lead_to_each_other(page: Callable[[Language], AppTest]) -> None:
    app = section(page("en"), "check")
    assert check_panel.KEY in app.session_state, texts(app)
    state = app.session_state[check_panel.KEY]
    if state.work is not None:
        state.work.wait(60)
        app.run()
    assert state.found is not None
    listed = finding_list.Listed(tuple(range(len(state.found.findings))), state.found.findings)
    markers = finding_list.markers_of(listed, 0)
    assert {marker.id for marker in markers} <= set(listed.numbers)
    placed = next(number for number, each in enumerate(listed.findings) if each.lon is not None)
    state.choose(placed)
    app.run()
    sent = panel(app, "check_map")
    assert sent["fit"] is not None
    assert [marker["id"] for marker in sent["markers"] if marker["chosen"]] == [placed]
    finding = listed.findings[placed]
    assert any(rows == [finding.row - 1] for rows in sent["selection"].values())
    assert panel(app, "check_table")["chosen"] == placed


def test_a_proposed_match_is_confirmed_or_rejected_by_name(page: Callable[[Language], AppTest], place: Path) -> None:
    ws = open_workspace(place)
    firms = ws.read("enterprises")
    firms["parcel_id"] = pd.Series([None, None, "JH-003"], dtype=object)
    firms["name"] = ["东宁电子（虚构）有限公司", "东宁塑胶（虚构）", "七西五金（虚构）"]  # the holder has no legal form
    points = firms.geometry.to_numpy().copy()
    points[0] = points[1] = shapely.Point(500_900, 2_500_900)  # far from every parcel
    ws.write({"enterprises": firms.set_geometry(points, crs=firms.crs)}, change=Change("test", "edit"))
    app = section(page("zh"), "match")
    assert any("E1" in text for text in texts(app)), texts(app)
    app.text_input(key="match_actor").set_value("王工").run()
    app.button(key="match_yes_0").click().run()
    assert decisions(open_workspace(place)).confirmed == {"E1": "JH-001"}
    assert open_workspace(place).journal(1)[0].actor == "王工"
    app.button(key="match_back_0").click().run()
    app.button(key="match_no_0").click().run()
    assert decisions(open_workspace(place)).rejected == {"E1": ("JH-001",)}
    assert not any(button.key == "match_yes_0" for button in app.button)
    app.button(key="match_save").click().run()
    saved = open_workspace(place).read("enterprises")["parcel_id"]
    assert saved.isna().tolist() == [True, True, False]


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_section_draws_in_both_languages(page: Callable[[Language], AppTest], chosen: Language) -> None:
    app = page(chosen)
    for name in ("match", "tables", "journal", "import"):
        section(app, name)
        assert not app.exception
        assert not app.error


def test_findings_before_the_import_and_map_lead_to_each_other(app: AppTest, place: Path) -> None:
    """Two parcels of a file overlap by half: the finding leads to its place before anything is written."""
    shapes = [shapely.box(500_500 + 50 * at, 2_500_000, 500_600 + 50 * at, 2_500_100) for at in range(2)]
    path = place.parent / "重叠.gpkg"
    gpd.GeoDataFrame({"宗地编号": ["N1", "N2"]}, geometry=shapes, crs=4547).to_file(path)
    examined(app, path)
    seen = desk(app).seen
    assert seen is not None
    assert seen.incoming is not None
    number = next(at for at, each in enumerate(seen.incoming.findings) if each.code == "overlap")
    finding = seen.incoming.findings[number]
    sent = panel(app, import_findings.MAP)
    assert number in [marker["id"] for marker in sent["markers"]]
    assert not any(marker["chosen"] for marker in sent["markers"])
    desk(app).finding.choose(number)
    app.run()
    sent = panel(app, import_findings.MAP)
    west, south, east, north = sent["fit"]["bounds"]
    assert west < finding.lon < east
    assert south < finding.lat < north
    assert [marker["id"] for marker in sent["markers"] if marker["chosen"]] == [number]
    assert panel(app, f"{import_findings.KEY}_table")["chosen"] == number


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_yearly_figures_need_no_place(page: Callable[[Language], AppTest], place: Path, chosen: Language) -> None:
    app = page(chosen)
    path = place.parent / "逐年.csv"
    head = "宗地编号,2023年税收（万元）,2024年税收（万元）"
    path.write_text(f"{head}\nJH-001,200,240\nJH-003,,10\n未知,1,\n", encoding="gb18030")
    app.selectbox(key=f"desk_table_{desk(app).round}").set_value("parcel_years").run()
    examined(app, path)
    seen = desk(app).seen
    assert seen is not None, texts(app)
    assert seen.fault is None
    assert {line.column: line.field for line in seen.columns} == {
        "宗地编号": "parcel_id", "year": "year", "税收（万元）": "tax_yuan",
    }  # fmt: skip
    assert seen.incoming is not None
    assert [(each.code, each.row) for each in seen.incoming.findings if each.table == "parcel_years"] == [("orphan", 4)]
    assert not app.exception
    app.button(key="desk_confirm").click().run()
    at_rest(app)
    assert desk(app).done is not None
    years = open_workspace(place).read("parcel_years")
    assert years[["parcel_id", "year", "tax_yuan"]].to_numpy().tolist() == [
        ["JH-001", 2023, 2e6], ["JH-001", 2024, 2.4e6], ["JH-003", 2024, 1e5], ["未知", 2023, 1e4],
    ]  # fmt: skip
    app.button(key="desk_undo").click().run()
    assert "parcel_years" not in {info.name for info in open_workspace(place).tables()}
    assert not app.exception
    section(app, "tables")
    assert not app.exception
