"""The park map of the running app: what is painted, what a click opens, what a search and the tools tell, offline."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdf
import pytest
import shapely
from at_rest import rest
from colours import colours, pixels
from downloads import taken
from playwright.sync_api import expect
from pyproj import Geod, Transformer

from parkplan.data.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 180_000
VIEW = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
GEOD = Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def parcels(small_demo: Path) -> gpd.GeoDataFrame:
    return open_workspace(small_demo).read("parcels")


@pytest.fixture
def page(browser_page: Any, app: str) -> Page:
    """The park map, drawn."""
    opened: Page = browser_page(f"{app}/park_map")
    settle(opened)
    return opened


def settle(page: Page) -> None:
    rest(page, maps=1)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")


def picture(page: Page) -> np.ndarray[Any, Any]:
    """The map without what lies on it, as pixels."""
    hide = "(on) => document.querySelectorAll('.pp-map > :not(.pp-canvas)').forEach((node) => "
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", True)
    shot = page.locator(".pp-canvas").screenshot()
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", False)
    return pixels(shot)


def look_at(page: Page, lng: float, lat: float, zoom: float) -> None:
    page.evaluate(f"([lat, lng, zoom]) => {VIEW}.map.setView([lat, lng], zoom, {{ animate: false }})", [lat, lng, zoom])
    settle(page)


def pixel(page: Page, lng: float, lat: float) -> tuple[float, float]:
    script = f"""([lat, lng]) => {{
        const box = {VIEW}.canvas.getBoundingClientRect();
        const point = {VIEW}.map.latLngToContainerPoint([lat, lng]);
        return [box.left + point.x, box.top + point.y];
    }}"""
    left, top = page.evaluate(script, [lat, lng])
    return left, top


def in_degrees(frame: gpd.GeoDataFrame, row: int) -> tuple[float, float]:
    """A place inside a parcel, in degrees."""
    place = shapely.point_on_surface(frame.geometry.iloc[row])
    lng, lat = Transformer.from_crs(frame.crs, 4326, always_xy=True).transform(place.x, place.y)
    return lng, lat


def test_a_layer_is_switched_in_the_picture_and_the_map_fills_the_screen(page: Page) -> None:
    before = picture(page)
    assert colours(before) > 25
    box = page.locator('.pp-tree [data-layer="parcels_by_status"] input[type=checkbox]')
    box.uncheck()
    settle(page)
    without = picture(page)
    assert (np.abs(before - without).max(axis=2) > 20).mean() > 0.02
    expect(page.locator('.pp-legend [data-layer="parcels_by_status"]')).to_have_count(0)
    box.check()
    settle(page)
    assert (np.abs(before - picture(page)).max(axis=2) > 20).mean() < 0.002
    page.locator('[data-tool="full_screen"]').click()
    page.wait_for_function("() => document.fullscreenElement === document.querySelector('.pp-map')")
    page.get_by_title("退出全屏").click()
    page.wait_for_function("() => document.fullscreenElement === null")


def test_a_click_opens_the_card_under_the_pointer_and_a_search_goes_there(
    page: Page, parcels: gpd.GeoDataFrame
) -> None:
    for layer in ("buildings", "roads"):
        page.locator(f'.pp-tree [data-layer="{layer}"] input[type=checkbox]').uncheck()
    settle(page)
    for row in (len(parcels) // 10, len(parcels) // 2, len(parcels) * 9 // 10):
        lng, lat = in_degrees(parcels, row)
        look_at(page, lng, lat, 17)
        page.mouse.click(*pixel(page, lng, lat))
        here = shapely.Point(*Transformer.from_crs(4326, parcels.crs, always_xy=True).transform(lng, lat))
        under = {parcels["parcel_id"].iloc[found] for found in parcels.sindex.query(here, predicate="intersects")}
        expect(page.locator(".card")).to_contain_text(re.compile("|".join(map(re.escape, under))), timeout=WAIT_MS)
        rest(page)
    search_goes_to(page, parcels, len(parcels) // 3)


def search_goes_to(page: Page, parcels: gpd.GeoDataFrame, row: int) -> None:
    box = page.get_by_placeholder(re.compile("地块编号"))
    box.fill(parcels["parcel_id"].iloc[row])
    box.press("Enter")
    rest(page)
    page.locator(".hit").first.click()
    expect(page.locator(".card")).to_contain_text(parcels["parcel_id"].iloc[row])
    lng, lat = in_degrees(parcels, row)
    within = f"([lng, lat]) => {VIEW}.map.getZoom() >= 15 && {VIEW}.map.getBounds().contains([lat, lng])"
    page.wait_for_function(within, arg=[lng, lat])


def test_distance_area_and_coordinates_agree_with_proj(page: Page, parcels: gpd.GeoDataFrame) -> None:
    lng, lat = in_degrees(parcels, 0)
    look_at(page, lng, lat, 15)
    corners = [(lng - 0.004, lat - 0.002), (lng + 0.004, lat - 0.002), (lng + 0.004, lat + 0.003)]
    page.locator('[data-tool="length"]').click()
    page.mouse.click(*pixel(page, *corners[0]))
    page.mouse.dblclick(*pixel(page, *corners[1]))
    told = page.locator(".pp-measure dd").first
    expect(told).to_have_text(re.compile(r"\d"))
    length = told.text_content() or ""
    metres = GEOD.inv(*corners[0], *corners[1])[2]
    assert float(re.sub(r"[^\d.]", "", length)) == pytest.approx(metres, rel=0.01)
    page.locator('[data-tool="area"]').click()
    for corner in corners:
        page.mouse.click(*pixel(page, *corner))
        page.wait_for_timeout(300)  # two clicks nearer in time would be a double click
    page.keyboard.press("Enter")
    mu, hectares = re.findall(r"[\d.,]+", page.locator(".pp-measure dd").first.text_content() or "")
    square_metres = abs(GEOD.polygon_area_perimeter(*zip(*corners, strict=True))[0])
    assert float(hectares.replace(",", "")) * 10_000 == pytest.approx(square_metres, rel=0.02)
    assert float(mu.replace(",", "")) * 2000 / 3 == pytest.approx(square_metres, rel=0.02)
    page.keyboard.press("Escape")
    page.mouse.move(*pixel(page, lng, lat))
    line = page.locator(".pp-coordinates")
    expect(line).to_contain_text("东经")
    x, y = Transformer.from_crs(4326, parcels.crs, always_xy=True).transform(lng, lat)
    told = re.search(r"X（北）([\d.]+)  Y（东）([\d.]+)  EPSG:4547", line.text_content() or "")
    assert told is not None
    assert [float(value) for value in told.groups()] == pytest.approx([y, x], abs=6)


def test_rows_and_map_come_as_files_with_content(page: Page, parcels: gpd.GeoDataFrame) -> None:
    page.get_by_role("button", name="导出", exact=False).first.click()
    rest(page)
    for ending in ("csv", "geojson"):
        page.get_by_text(f".{ending}", exact=True).click()
        body = download(page, ending).decode("utf-8-sig")
        assert all(number in body for number in parcels["parcel_id"])
        if ending == "geojson":
            assert len(json.loads(body)["features"]) == len(parcels)
    (sheet,) = pypdf.PdfReader(io.BytesIO(download(page, "pdf"))).pages
    text = "".join((sheet.extract_text() or "").split())
    for word in ("图例", "虚构", "产业新城", "EPSG:4547"):
        assert word in text


def download(page: Page, ending: str) -> bytes:
    return taken(page, page.get_by_role("button", name=re.compile(rf"\.{ending}$")).last).read_bytes()


def test_a_tour_of_all_pages_stays_on_the_machine(browser_page: Callable[..., Page], app: str) -> None:
    asked: list[str] = []
    page = browser_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app)
    settle(page)
    for link in page.get_by_test_id("stTopNavLink").all():
        link.click()
        rest(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    hosts = {url.split("/")[2] for url in asked if url.startswith(("http", "ws"))}
    assert len(asked) > 30
    assert hosts == {app.split("/")[2]}
