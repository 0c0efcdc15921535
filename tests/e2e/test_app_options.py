"""Layout options in a real browser: paint, undo, draw a road, let the solver draw, compare three, swipe, export."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from at_rest import rest
from downloads import taken
from playwright.sync_api import expect

from parkplan.data.scenarios import scenario_store
from parkplan.data.workspace import open_workspace
from parkplan.jobs import scenario as work
from parkplan.model.scenarios import Edit

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from parkplan.model.scenarios import History

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 180_000
CORNER = """(place) => {
  const { map } = parkplan.hostOf(document.querySelector('.pp-host')).views[0];
  const point = map.latLngToContainerPoint(place);
  const box = map.getContainer().getBoundingClientRect();
  return [box.x + point.x, box.y + point.y];
}"""

MIDDLE = """() => {
  const box = document.querySelector('.pp-canvas').getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 3];
}"""


@pytest.fixture
def place(small_demo: Path, tmp_path: Path) -> Path:
    """A copy of the district with three scenarios."""
    copy = tmp_path / "options.parkplan"
    shutil.copytree(small_demo, copy)
    ws = open_workspace(copy)
    ids = ws.read("parcels", ["parcel_id"])["parcel_id"].tolist()
    for number, typology in enumerate(("standard_factory", "high_rise_industry", "research_m0")):
        work.new_scenario(ws, f"Option {number + 1}", actor="test")
        work.edit_scenario(ws, f"Option {number + 1}", [Edit("typology", tuple(ids[:20]), typology)], actor="test")
    return copy


def inside(place: Path) -> tuple[float, float]:
    """Return a place (lat, lng) inside the largest parcel."""
    parcels = open_workspace(place).read("parcels")
    largest = parcels.geometry.iloc[[int(parcels.area.to_numpy().argmax())]]
    point = largest.representative_point().to_crs(4326).iloc[0]
    return point.y, point.x


def history(place: Path, name: str) -> History:
    store = scenario_store(open_workspace(place))
    return store.history(next(one.id for one in store.scenarios() if one.name == name))


def road(place: Path) -> shapely.Polygon:
    """Return the road of the scenario that is drawn by hand, as it lies now."""
    last = next(edit for edit in reversed(history(place, "Drawn by hand").edits) if edit.id == "road-1")
    return shapely.from_wkt(last.shape)


def pull_a_road_and_take_it_back(page: Page, place: Path) -> None:
    """Pull the drawn road 60 pixels to the south, and undo that."""
    before = road(place)
    page.get_by_role("radio", name="Move").click()
    handle = page.locator("[data-moves=road-1]")
    expect(handle).to_be_visible(timeout=WAIT_MS)
    rest(page, maps=1)
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 30)
    page.mouse.move(x, y + 60)
    page.mouse.up()
    expect(page.get_by_text("Move (New road) → road-1")).to_be_visible(timeout=WAIT_MS)
    rest(page, maps=1)
    after = road(place)
    assert after.area == pytest.approx(before.area, rel=1e-3)
    assert after.centroid.y < before.centroid.y - 1.0
    assert after.centroid.x == pytest.approx(before.centroid.x, abs=0.05 * (before.centroid.y - after.centroid.y))
    page.get_by_role("button", name="Undo").click()
    rest(page)
    assert road(place).equals(before)


def let_the_solver_draw(page: Page, place: Path) -> None:
    """Ask for one option, and find it as a branch of the open scenario."""
    page.get_by_role("button", name="Solve", exact=True).click()
    form = page.get_by_test_id("stForm").filter(has_text="Seconds for each")
    for field, value in (("Options", "1"), ("Seconds for each", "20")):
        form.get_by_label(field, exact=True).fill(value)
        form.get_by_label(field, exact=True).press("Tab")
    form.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Solved: 1 options")).to_be_visible(timeout=WAIT_MS)
    rest(page, maps=1)
    assert history(place, "Drawn by hand: solver 1").standing


def test_a_planner_paints_draws_and_compares(serve: Callable[[Path], str], browser_page: Any, place: Path) -> None:
    page: Page = browser_page(f"{serve(place)}/layout_options?lang=en", height=1300)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled(timeout=WAIT_MS)
    rest(page, maps=1)
    page.get_by_role("button", name="New scenario").click()
    page.get_by_role("textbox", name="Name").fill("Drawn by hand")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.get_by_role("radio", name="Paint").click()
    expect(page.get_by_text("Click a parcel to give it the value at once.")).to_be_visible(timeout=WAIT_MS)
    rest(page, maps=1)

    page.mouse.click(*page.evaluate(CORNER, list(inside(place))))
    expect(page.get_by_role("button", name="Undo")).to_be_enabled(timeout=WAIT_MS)
    (painted,) = history(place, "Drawn by hand").standing
    assert painted.edits[0].kind == "typology"
    rest(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Redo")).to_be_enabled(timeout=WAIT_MS)
    rest(page)
    assert history(place, "Drawn by hand").standing == ()
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled(timeout=WAIT_MS)
    rest(page)

    page.get_by_role("radio", name="Road").click()
    page.wait_for_function("document.querySelector('.pp-map')?.dataset.draw === 'length'")
    rest(page, maps=1)
    x, y = page.evaluate(MIDDLE)
    page.mouse.click(x - 40, y)
    page.mouse.dblclick(x + 40, y + 10)
    rest(page)
    page.get_by_role("tab", name="Steps").click()
    expect(page.get_by_text("New road → road-1")).to_be_visible(timeout=WAIT_MS)
    rest(page)
    pull_a_road_and_take_it_back(page, place)

    let_the_solver_draw(page, place)

    page.get_by_role("link", name="Compare", exact=True).click()
    rest(page, maps=3)
    page.get_by_role("radio", name="Swipe").click()
    handle = page.get_by_role("slider", name="Swipe between the two options")
    expect(handle).to_be_visible(timeout=WAIT_MS)
    handle.evaluate("(node) => { node.value = 20; node.dispatchEvent(new Event('input')); }")
    assert page.evaluate("document.querySelector('.pp-host').style.getPropertyValue('--pp-swipe')") == "20%"
    page.get_by_role("button", name="Export").click()
    told = json.loads(taken(page, page.get_by_role("button", name="compare.json")).read_text(encoding="utf-8"))
    assert len(told["options"]) == 3
    assert told["memo"]
