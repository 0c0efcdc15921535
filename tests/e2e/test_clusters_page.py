"""The map of clusters in a real browser: points, heat, hexagons and spots as pixels, a click, both languages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from at_rest import WAIT_MS, rest
from PIL import Image
from playwright.sync_api import expect
from pyproj import Transformer

from parkplan.data.workspace import open_workspace
from parkplan.jobs.cluster_layers import hexagon_table
from parkplan.model.clusters import ClusterQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VIEW = "parkplan.hostOf(document.querySelector('.pp-host'))?.views[0]"
LAYERS = {"points": "enterprises", "heat": "enterprise_heat", "hexagons": "cluster_hexagons",
          "spots": "cluster_hot_spots"}  # fmt: skip
WORDS = {
    "zh": {"points": "点位", "heat": "热力", "hexagons": "六边形", "spots": "冷热点", "firms": "企业数"},
    "en": {"points": "Points", "heat": "Heat", "hexagons": "Hexagons", "spots": "Hot spots", "firms": "Enterprises"},
}


def shows(page: Page, words: dict[str, str], name: str) -> None:
    """Let the map show something else and wait until it is drawn."""
    page.get_by_role("radio", name=words[name], exact=True).click()
    has = f"(layer) => {VIEW}?.page.layers.some((each) => each.id === layer)"
    page.wait_for_function(has, arg=LAYERS[name], timeout=WAIT_MS)
    rest(page, 1)


def painted(page: Page) -> np.ndarray[Any, Any]:
    """The map without what lies on it, as pixels."""
    hide = "(on) => document.querySelectorAll('.pp-map > :not(.pp-canvas)').forEach((node) => "
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", True)
    shot = page.locator(".pp-canvas").screenshot()
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", False)
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def clusters_page(browser_page: Callable[..., Page], app: str, language: str) -> Page:
    page = browser_page(f"{app}/clusters?lang={language}", height=1000)
    rest(page, 1)
    return page


def test_points_heat_hexagons_and_spots_are_four_pictures(browser_page: Callable[..., Page], app: str) -> None:
    page, pictures = clusters_page(browser_page, app, "zh"), {}
    for name in ("points", "heat", "hexagons", "spots"):
        shows(page, WORDS["zh"], name)
        pictures[name] = painted(page)
    names = list(pictures)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            changed = np.abs(pictures[one] - pictures[other]).max(axis=2) > 20
            assert changed.mean() > 0.005, (one, other)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_click_on_a_hexagon_tells_how_many_firms_it_holds(
    browser_page: Callable[..., Page], app: str, small_demo: Path, language: str
) -> None:
    words, cells = WORDS[language], hexagon_table(open_workspace(small_demo), ClusterQuestion()).frame
    page = clusters_page(browser_page, app, language)
    shows(page, words, "hexagons")
    fullest = int(cells["firms"].to_numpy().argmax())
    centre = cells.geometry.iloc[fullest].centroid
    lng, lat = Transformer.from_crs(cells.crs, 4326, always_xy=True).transform(centre.x, centre.y)
    page.evaluate(f"([lat, lng]) => {VIEW}.map.setView([lat, lng], 15, {{ animate: false }})", [lat, lng])
    rest(page, 1)
    place = page.evaluate(
        f"""([lat, lng]) => {{
            const box = {VIEW}.canvas.getBoundingClientRect();
            const point = {VIEW}.map.latLngToContainerPoint([lat, lng]);
            return [box.left + point.x, box.top + point.y];
        }}""",
        [lat, lng],
    )
    page.mouse.click(*place)
    card = page.locator(".card").last
    expect(card).to_contain_text(words["firms"], timeout=WAIT_MS)
    expect(card).to_contain_text(str(int(cells["firms"].iloc[fullest])))
