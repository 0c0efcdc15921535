"""The import desk in a real browser: awkward files go in, the right place is chosen, findings lead to the map."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from at_rest import rest
from playwright.sync_api import expect

from parkplan.data.gcj import wgs84_to_gcj02
from parkplan.data.workspace import open_workspace
from parkplan.jobs.imports import imports

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parents[1] / "output"
WAIT_MS = 180_000


@pytest.fixture
def place(small_demo: Path, tmp_path: Path) -> Path:
    """A copy of the small district, for what is written there."""
    copy = tmp_path / "desk.parkplan"
    shutil.copytree(small_demo, copy)
    return copy


def desk(browser_page: Any, app: str) -> Page:
    opened: Page = browser_page(f"{app}/data", height=1100)
    opened.locator('[class*="st-key-desk_files"]').wait_for()
    rest(opened)
    return opened


def web_map(place: Path, folder: Path) -> Path:
    """Parcels in the shifted degrees of a web map, which say that they are WGS 84."""
    frame = open_workspace(place).read("parcels", ["parcel_id", "name"]).iloc[:30].to_crs(4326)
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
    path = folder / "高德_地块.geojson"
    gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=moved, crs=4326).to_file(path)
    return path


def gbk_shapefile(place: Path, folder: Path) -> Path:
    """A Shapefile as a planning office has it: GBK without a word of it, names of ten bytes, hostile text in a cell."""
    frame = open_workspace(place).read("parcels", ["parcel_id"]).iloc[:12]
    columns = {"宗地代码": frame["parcel_id"], "用地面积m2": frame.geometry.area.round(1), "备注": "<b>{{7*7}}</b>"}
    gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=4547).to_file(folder / "zd.shp", encoding="GB18030")
    with zipfile.ZipFile(folder / "宗地.zip", "w") as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(folder / f"zd{ending}", f"zd{ending}")
    return folder / "宗地.zip"


def two_header_rows(place: Path, folder: Path) -> Path:
    """A sheet with a title, a heading of two rows and merged cells; its rows have no place but a parcel number."""
    keys = open_workspace(place).read("parcels", ["parcel_id"])["parcel_id"].iloc[:8]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["园区企业情况表（虚构）"])
    sheet.append(["基本情况", None, None, "经济指标", None])
    sheet.append(["企业编号", "企业名称", "宗地编号", "年产值（万元）", "税收（万元）"])
    for number, key in enumerate(keys):
        sheet.append([f"T{number:03d}", f"虚构企业{number}号", key, 1200 + number, 33.5])
    sheet.merge_cells("A2:C2")
    sheet.merge_cells("D2:E2")
    book.save(folder / "企业表.xlsx")
    return folder / "企业表.xlsx"


def survey_text(place: Path, folder: Path) -> Path:
    """Two parcels as survey text in GBK: northing first, eastings with the number of the zone."""
    shapes = open_workspace(place).read("parcels", []).geometry.iloc[:2]
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=38",
             "[地块坐标]"]  # fmt: skip
    for number, shape in enumerate(shapes):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(shapely.get_parts(shape)[0]))
        lines.append(f"{len(ring)},{shape.area / 1e4:.4f},T{number},地块{number},面,,工业用地,,@")
        lines += [f"J{at + 1},1,{y:.3f},{x + 38e6:.3f}" for at, (x, y) in enumerate(ring)]
    path = folder / "勘测定界.txt"
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def examine(page: Page, path: Path, table: str | None = None) -> None:
    page.locator('[class*="st-key-desk_files"] input[type="file"]').set_input_files(path)
    expect(page.get_by_text(path.name).first).to_be_visible(timeout=WAIT_MS)
    rest(page)
    if table is not None:
        page.locator('[class*="st-key-desk_table"] input').click()
        page.get_by_role("option", name=table).click()
        rest(page)
    page.locator(".st-key-desk_read button").click()
    expect(page.locator(".st-key-desk_summary")).to_be_visible(timeout=WAIT_MS)
    rest(page)


def imported(page: Page, rows: int) -> None:
    page.locator(".st-key-desk_confirm button").click()
    expect(page.get_by_text(f"{rows} 行。").first).to_be_visible(timeout=WAIT_MS)
    rest(page)


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"app_{name}.png")


def test_awkward_files_become_tables_and_an_import_is_undone(
    browser_page: Any, serve: Callable[[Path], str], place: Path, tmp_path: Path
) -> None:
    page = desk(browser_page, serve(place))
    before = open_workspace(place).info("parcels")
    examine(page, web_map(place, tmp_path))
    expect(page.locator(".st-key-desk_confirm")).to_have_count(0)  # the CRS has to be chosen first
    picture(page, "data_candidates")
    page.locator(".st-key-desk_crs_0_gcj02 button").click()
    expect(page.locator(".st-key-desk_confirm")).to_be_visible(timeout=WAIT_MS)
    rest(page)
    imported(page, 30)
    picture(page, "data_done")
    page.locator(".st-key-desk_undo button").click()
    expect(page.locator(".st-key-desk_read")).to_be_visible(timeout=WAIT_MS)
    rest(page)
    assert open_workspace(place).info("parcels") == before

    examine(page, gbk_shapefile(place, tmp_path))
    expect(page.get_by_text("GB18030").first).to_be_visible()
    page.locator(".st-key-desk_drop button").click()
    expect(page.locator(".st-key-desk_summary")).to_have_count(0, timeout=WAIT_MS)
    rest(page)

    examine(page, survey_text(place, tmp_path))
    expect(page.get_by_text("EPSG:4526").first).to_be_visible()  # the zone with its number in the easting
    page.locator(".st-key-desk_drop button").click()
    expect(page.locator(".st-key-desk_summary")).to_have_count(0, timeout=WAIT_MS)
    rest(page)

    examine(page, two_header_rows(place, tmp_path), "企业 · enterprises")
    picture(page, "data_columns")
    imported(page, 8)
    firms = open_workspace(place).read("enterprises")
    assert firms["output_yuan"].iloc[0] == pytest.approx(12_000_000.0)  # 1,200 万元
    assert [entry.state for entry in imports(place)] == ["can_be_undone", "undone"]


def test_a_finding_leads_to_the_map_and_a_dot_to_its_finding(browser_page: Any, app: str) -> None:
    page = desk(browser_page, app)
    page.get_by_role("radio", name="体检", exact=True).click()
    page.locator(".ranked .row").first.wait_for()
    rest(page, maps=1)
    view = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
    before = page.evaluate(f"{view}.map.getZoom()")
    page.locator(".ranked .row").first.click()
    page.locator(".ranked .row.chosen").wait_for()
    page.wait_for_function(f"(before) => {view}.map.getZoom() > before", arg=before)
    rest(page)
    picture(page, "data_finding")
    numbers = json.loads(page.evaluate(f"JSON.stringify(JSON.parse({view}.markers.shown).map((m) => m.id))"))
    assert len(numbers) > 1
    wanted = numbers[1]
    press = f"""(id) => {{
        const dot = {view}.markers.group.getLayers().find((one) => one.options.marker === id);
        dot.fire('click', {{ latlng: dot.getLatLng() }});
    }}"""
    page.evaluate(press, wanted)
    page.wait_for_function(
        """(id) => [...document.querySelectorAll('*')].flatMap((node) => node.shadowRoot ? [node.shadowRoot] : [])
            .concat([document]).some((root) => root.querySelector(`.row.chosen[data-row="${id}"]`))""",
        arg=wanted,
    )
