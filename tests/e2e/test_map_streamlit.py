"""The map inside a running Streamlit page: reruns, events, orders, a change of page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import map_world as world
import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
WAIT_MS = 180_000
SETTLED = "() => document.querySelector('.pp-map')?.dataset.loading === '0'"


@pytest.fixture(scope="session")
def address(
    serve_command: Callable[[list[str], str], str], served_once: Callable[[str, Callable[[], str]], str]
) -> str:
    if not (world.ASSETS / "map.js").exists():
        pytest.skip("the scripts of the map are not built: python3 tasks.py setup")
    command = [str(Path(__file__).with_name("map_server.py")), "PORT"]
    return served_once("map", lambda: serve_command(command, "/_stcore/health"))


@pytest.fixture
def page(address: str, browser_page: Callable[..., Page]) -> Page:
    opened = browser_page(address, width=1280, height=900)
    opened.wait_for_function(SETTLED)
    wait_for_line(opened, re.compile(r"zoom \d"))
    return opened


def zoom_out(page: Page) -> str:
    """Zoom out by a button, and return the line that tells the new zoom."""
    view = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
    before = page.evaluate(f"{view}.map.getZoom()")
    page.get_by_title("缩小").click()
    line = f"zoom {before - 1:g}"
    wait_for_line(page, re.compile(rf"^{re.escape(line)}$"))
    return line


def wait_for_line(page: Page, text: str | re.Pattern[str]) -> None:
    page.get_by_test_id("stText").get_by_text(text).first.wait_for()


def click_parcel(page: Page, x: float, y: float) -> None:
    lat, lng = world.place(x, y)
    script = """([lat, lng]) => {
        const view = parkplan.hostOf(document.querySelector('.pp-host')).views[0];
        const box = view.canvas.getBoundingClientRect();
        const point = view.map.latLngToContainerPoint([lat, lng]);
        return [box.left + point.x, box.top + point.y];
    }"""
    page.mouse.click(*page.evaluate(script, [lat, lng]))


def mark_map(page: Page) -> None:
    """Remember the very element of the map, to see whether it is the same one later."""
    page.evaluate("() => { window.before = document.querySelector('.pp-map'); }")


def same_map(page: Page) -> bool:
    same: bool = page.evaluate("() => window.before === document.querySelector('.pp-map') && window.before.isConnected")
    return same


def test_a_click_reaches_python_and_the_map_stays(page: Page) -> None:
    mark_map(page)
    click_parcel(page, 950, 450)
    wait_for_line(page, "clicked ['parcels', 20]")
    click_parcel(page, 1150, 450)
    wait_for_line(page, "clicked ['parcels', 21]")
    assert same_map(page)


def test_the_view_is_known_to_python(page: Page) -> None:
    zoom_out(page)
    page.locator('.pp-tree [data-layer="roads"] input[type=checkbox]').uncheck()
    wait_for_line(page, "hidden ['farmland', 'roads']")


def test_orders_of_python_are_carried_out_in_place(page: Page) -> None:
    mark_map(page)
    with page.expect_request(lambda request: request.url.endswith("rows=1,4,7")):
        page.get_by_role("button", name="filter").click()
    page.get_by_role("button", name="mark").click()
    view = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
    page.wait_for_function(f"() => {view}.items.items.get('parcels').layer.selected.has(12)")
    page.get_by_role("button", name="fit").click()
    wait_for_line(page, "zoom 18")
    page.get_by_text("english").click()
    page.locator(".pp-tree").get_by_text("Layers").wait_for()
    assert same_map(page)


def test_view_and_choices_survive_a_change_of_page(page: Page) -> None:
    left = zoom_out(page)
    page.locator('.pp-tree [data-layer="firms"] input[type=checkbox]').uncheck()
    wait_for_line(page, "hidden ['farmland', 'firms']")
    page.get_by_role("link", name="other").click()
    page.get_by_text("another page").wait_for()
    page.get_by_role("link", name="map").click()
    page.wait_for_function(SETTLED)
    wait_for_line(page, left)
    expect(page.locator('.pp-tree [data-layer="firms"] input[type=checkbox]')).not_to_be_checked()


def test_no_geometry_goes_through_the_websocket(address: str, browser_page: Callable[..., Page]) -> None:
    page = browser_page()
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda payload: received.append(len(payload))))
    page.goto(address)
    page.wait_for_function(SETTLED)
    assert 0 < sum(received) < 60_000
