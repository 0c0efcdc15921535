"""The app in a real browser without a network: pages, search, card, filters, languages, exports. Pictures are kept."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from at_rest import rest
from colours import colours
from downloads import taken
from openpyxl import load_workbook
from playwright.sync_api import expect

from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parents[1] / "output"
WAIT_MS = 180_000


@pytest.fixture
def start(browser_page: Any, app: str) -> Callable[..., Page]:
    """Open the overview or the park map by its address, and wait until its map is drawn."""

    def go(address: str = "", **size: int) -> Page:
        page: Page = browser_page(f"{app}/{address}", **size)
        drawn(page)
        return page

    return go


def drawn(page: Page) -> Locator:
    """Wait until the map of the page has loaded all that it shows."""
    rest(page, maps=1)
    return page.locator(".pp-map")


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"app_{name}.png")


def first_parcel(workspace: Path) -> tuple[str, str]:
    parcels = open_workspace(workspace).read("parcels", columns=["parcel_id", "name"])
    return str(parcels["parcel_id"].iloc[0]), str(parcels["name"].iloc[0])


def cut_texts(page: Page) -> list[str]:
    """Texts of tiles that are wider than their tile."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('*')].flatMap((node) => node.shadowRoot ? [node.shadowRoot] : [])
             .concat([document])
             .flatMap((root) => [...root.querySelectorAll('.tile, .fact, .banner, .hit')])
             .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent)"""
    )
    return found


@pytest.mark.parametrize(("language", "width", "height"), [("zh", 1440, 900), ("en", 1920, 1080)])
def test_the_overview_draws_map_figures_and_targets(
    start: Callable[..., Page], language: str, width: int, height: int
) -> None:
    page = start(f"?lang={language}", width=width, height=height)
    expect(page.locator(".tile").nth(19)).to_be_visible()
    assert colours(drawn(page).screenshot()) > 25
    assert cut_texts(page) == []
    expect(page.locator(".fictional")).to_have_text("Fictional data" if language == "en" else "虚构数据")
    picture(page, f"overview_{language}_{width}")


def test_the_search_finds_a_parcel_and_the_card_shows_it(start: Callable[..., Page], small_demo: Path) -> None:
    page = start("park_map")
    number, name = first_parcel(small_demo)
    box = page.get_by_placeholder(re.compile("地块编号"))
    box.fill(number.lower())
    box.press("Enter")
    rest(page)
    page.locator(".hit").first.click()
    expect(page.locator(".card-title")).to_have_text(name)
    expect(page.locator(".card")).to_contain_text(number)
    expect(page.locator(".card")).to_contain_text("公顷")
    drawn(page)
    picture(page, "park_map_card")
    page.locator(".pp-map .pp-canvas").click(position={"x": 480, "y": 345})
    expect(page.locator(".card-title")).not_to_be_empty()


def test_a_filter_counts_and_the_rows_come_as_a_workbook(start: Callable[..., Page], small_demo: Path) -> None:
    parcels = open_workspace(small_demo).read("parcels", columns=["parcel_id", "status"])
    idle = set(parcels.loc[parcels["status"] == "idle", "parcel_id"])
    page = start("park_map")
    page.get_by_role("button", name="筛选", exact=False).click()
    box = page.get_by_placeholder(re.compile("例如 tax_yuan"))
    box.fill("status == 'idle'")
    box.press("Enter")
    expect(page.get_by_text(f"地块（按状态）：{len(idle)} / {len(parcels):,} 行")).to_be_visible(timeout=WAIT_MS)
    rest(page)
    picture(page, "park_map_filter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="导出", exact=False).first.click()
    body = taken(page, page.get_by_role("button", name=re.compile(r"\.xlsx$")).last).read_bytes()
    book = load_workbook(io.BytesIO(body))
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert idle <= cells
    assert not (set(parcels["parcel_id"]) - idle) & cells


def test_the_map_as_it_is_seen_comes_as_a_picture(start: Callable[..., Page]) -> None:
    page = start("park_map")
    page.get_by_role("button", name="导出", exact=False).first.click()
    page.get_by_role("radio", name="png", exact=True).or_(page.get_by_text("png", exact=True)).first.click()
    body = taken(page, page.get_by_role("button", name=re.compile(r"\.png$")).first).read_bytes()
    assert len(body) > 30_000
    assert colours(body) > 20


def test_a_page_opened_by_its_own_address_asks_for_nothing_that_is_not_there(browser_page: Any, app: str) -> None:
    """Its console stays empty, which `browser_page` checks too: Streamlit would look for an app at /park_map first."""
    missed: list[str] = []
    page = browser_page()
    page.on("response", lambda response: missed.append(response.url) if response.status >= 400 else None)
    page.goto(f"{app}/park_map")
    page.locator('[data-tool="length"]').wait_for()
    drawn(page)
    assert missed == []


def test_the_language_switch_changes_every_page(start: Callable[..., Page]) -> None:
    page = start()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("link", name="Park map", exact=True)).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Targets of the plan")).to_be_visible()
    rest(page)
    page.get_by_role("link", name="Data", exact=True).click()
    page.wait_for_url("**/data*")
    expect(page.get_by_text("Journal")).to_be_visible(timeout=WAIT_MS)
    rest(page)
    picture(page, "data_en")
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_text("变更记录")).to_be_visible(timeout=WAIT_MS)
