"""Site plans in a real browser: from the address to options, one of them in three dimensions, and its drawing."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from at_rest import rest
from downloads import taken
from openpyxl import load_workbook
from playwright.sync_api import expect

from parkplan.data.siteplans import load_modules
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parents[1] / "output"
WAIT_MS = 180_000


def parcel_of_ten_hectares(place: Path) -> str:
    frame = open_workspace(str(place)).read("parcels", ["parcel_id", "geometry"])
    area = frame.geometry.area
    compact = area / frame.geometry.minimum_rotated_rectangle().area
    fits = frame[(area > 70_000) & (area < 200_000) & (compact > 0.75)]
    return str(fits["parcel_id"].iloc[0])


def test_from_a_parcel_to_a_drawing(browser_page: Any, app: str, small_demo: Path) -> None:
    page: Page = browser_page(f"{app}/site_plans")
    page.get_by_label("编号").wait_for()
    rest(page)
    page.get_by_label("编号").fill(parcel_of_ten_hectares(small_demo))
    rest(page)
    page.get_by_label("方案数").fill("4")
    page.get_by_role("button", name="生成方案").click()
    expect(page.locator(".option")).to_have_count(4, timeout=WAIT_MS)
    rest(page)
    page.locator(".option").nth(2).click()
    expect(page.locator(".option").nth(2)).to_have_class("option chosen", timeout=WAIT_MS)
    rest(page)
    page.get_by_role("tab", name="体量").click()
    canvas = page.locator("canvas.massing")
    expect(canvas).to_be_visible(timeout=WAIT_MS)
    expect(canvas).to_have_attribute("data-painted", re.compile(r"^[1-9]\d*$"), timeout=WAIT_MS)
    expect(canvas).to_have_attribute("data-yaw", "0.60", timeout=WAIT_MS)
    canvas.press("ArrowLeft")
    expect(canvas).to_have_attribute("data-yaw", "0.70", timeout=WAIT_MS)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "app_site_plans.png")
    rest(page)
    hall = swap_for_halls(page)
    page.get_by_role("tab", name="下载").click()
    file = taken(page, page.get_by_role("button", name=message("siteplan.file_xlsx", "zh")))
    book = load_workbook(BytesIO(file.read_bytes()))
    buildings = book[message("siteplan.sheet_buildings", "zh")]
    assert hall in {cell.value for cell in buildings["B"]}
    halls = {module.title.zh for name, module in load_modules().items() if not module.administrative} - {hall}
    assert halls & {cell.value for cell in buildings["B"]} == set()
    assert taken(page, page.get_by_role("button", name="图纸 PDF")).read_bytes().startswith(b"%PDF")


def swap_for_halls(page: Page) -> str:
    """Have the rest laid out anew with logistics halls alone; return what they are called."""
    page.get_by_role("tab", name="修改").click()
    chosen = page.get_by_role("combobox", name=message("siteplan.swap", "zh"))
    chosen.click()
    for _ in range(3):
        page.keyboard.press("Backspace")
    hall = load_modules()["logistics_hall"].title.zh
    page.get_by_role("option", name=hall).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=message("siteplan.regenerate", "zh")).click()
    expect(page.locator(".option")).not_to_have_count(4, timeout=WAIT_MS)
    rest(page)
    page.screenshot(path=PICTURES / "app_site_plans_swapped.png")
    return hall
