"""The page of reuse candidates in a real browser: limits, sites, ranking, exact search, programme, assumptions."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from at_rest import rest
from downloads import taken
from openpyxl import load_workbook
from playwright.sync_api import expect

from parkplan.data.workspace import open_workspace
from parkplan.jobs.assumptions import assumptions
from parkplan.jobs.pipeline import stages
from parkplan.jobs.site_register import find_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parents[1] / "output"
WAIT_MS = 180_000


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"reuse_{name}.png")


def settled(page: Page) -> None:
    """Wait until the run is over and the map has loaded what it shows."""
    rest(page, maps=1)


def tab(page: Page, name: str) -> None:
    found = page.get_by_role("tab", name=name, exact=True)
    rest(page)  # while the page runs again, the old row of tabs may stand beside the new one
    found.click()
    expect(found.and_(page.locator('[aria-selected="true"]'))).to_have_count(1, timeout=WAIT_MS)
    rest(page)


def compare(page: Page) -> None:
    """Look at two sites side by side, and take them as a workbook."""
    tab(page, "Compare")
    expect(
        page.get_by_role("cell", name="Acquisition and clearing")
        .or_(page.get_by_role("rowheader", name="Acquisition and clearing"))
        .locator("visible=true")
        .first
    ).to_be_visible()
    picture(page, "en_compare")
    file = taken(page, page.locator(".st-key-site_compare_file button"))  # its name in the browser has no ending
    book = load_workbook(BytesIO(file.read_bytes()))
    assert book.sheetnames[1:] == ["Comparison", "Advice", "Weights"]


@pytest.fixture
def place(small_demo: Path, tmp_path: Path) -> Path:
    """A copy of the district: stages and assumptions are saved there."""
    copy = tmp_path / "reuse.parkplan"
    shutil.copytree(small_demo, copy)
    return copy


def test_a_planner_walks_through_the_page(serve: Callable[[Path], str], browser_page: Any, place: Path) -> None:
    page: Page = browser_page(f"{serve(place)}/reuse_candidates?lang=en", height=1400)
    expect(page.get_by_text("no other set")).to_be_visible(timeout=WAIT_MS)
    settled(page)
    expect(page.get_by_text("Candidate sites", exact=True).first).to_be_visible()
    heads = page.locator(".ranked tbody tr .who div:first-child")
    expect(heads.first).to_be_visible()
    names = heads.all_text_contents()
    assert find_site(open_workspace(place), names[0]).parcel_ids
    picture(page, "en_ranking")
    plans = page.get_by_role("link", name="Site plans of this site")
    expect(plans).to_have_attribute("href", re.compile(rf"site_plans\?(.*&)?site={names[0]}"))

    # a row opens its site
    page.locator(".ranked tbody tr").nth(1).click()
    expect(page.get_by_role("heading", name=f"Site {names[1]}", exact=True)).to_be_visible(timeout=WAIT_MS)
    settled(page)

    # other limits
    page.get_by_role("button", name="Limits").click()
    page.get_by_label("Most parcels").fill("5")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("Most parcels 5")).to_be_visible(timeout=WAIT_MS)
    settled(page)

    # the exact search says what it proved
    page.get_by_role("button", name="Exact search").click()
    page.get_by_label("Time limit (seconds)").fill("5")
    page.get_by_label("Time limit (seconds)").press("Tab")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Proven best: ").or_(page.get_by_text("no other site scores more")).first).to_be_visible(
        timeout=WAIT_MS
    )
    settled(page)

    compare(page)

    tab(page, "Programme")
    expect(
        page.get_by_text("programme over these candidates").or_(page.get_by_text("better is possible"))
    ).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Spent that year")).to_be_visible(timeout=WAIT_MS)
    picture(page, "en_programme")

    tab(page, "Pipeline")
    page.locator(".st-key-site_stage, [data-testid='stForm']").get_by_label("Entered by").locator("visible=true").fill(
        "Planning office"
    )
    page.get_by_role("button", name="Save stage", exact=True).click()
    expect(page.get_by_role("cell", name="Planning office").locator("visible=true").first).to_be_visible(
        timeout=WAIT_MS
    )
    assert [one.actor for one in stages(open_workspace(place)).values()] == ["Planning office"]

    tab(page, "Assumptions")
    form = page.locator("[data-testid='stForm']").filter(has_text="New value")
    form.get_by_label("New value").fill("900")
    form.get_by_label("Entered by").fill("Planning office")
    form.get_by_label("Basis").fill("Land price list 2026")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("cell", name="Planning office: Land price list 2026")).to_be_visible(timeout=WAIT_MS)
    picture(page, "en_assumptions")
    figure = next(one for one in assumptions(open_workspace(place)).figures if one.id == "reuse.land_yuan_per_m2")
    assert (figure.value, figure.default) == (900.0, 700.0)
