"""The map of clusters in a real browser: points, heat, hexagons and spots as pixels, a click, both languages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from pyproj import Transformer

from parkplan.data.workspace import open_workspace
from parkplan.jobs.cluster_layers import hexagon_table
from parkplan.model.clusters import ClusterQuestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(__file__).parents[1] / "output"
WAIT_MS = 180_000
VIEW = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
WORDS = {
    "zh": {"page": "产业集群", "points": "点位", "heat": "热力", "hexagons": "六边形", "spots": "冷热点",
           "park_map": "园区图", "make": "计算企业六边形", "firms": "企业数"},
    "en": {"page": "Clusters", "points": "Points", "heat": "Heat", "hexagons": "Hexagons", "spots": "Hot spots",
           "park_map": "Park map", "make": "Compute hexagons", "firms": "Enterprises"},
}  # fmt: skip


def settled(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stSpinner\"]')", timeout=WAIT_MS)
    page.wait_for_selector(".pp-map[data-loading='0']", timeout=WAIT_MS)


def painted(page: Page) -> np.ndarray[Any, Any]:
    """The map without what lies on it, as pixels."""
    hide = "(on) => document.querySelectorAll('.pp-map > :not(.pp-canvas)').forEach((node) => "
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", True)
    shot = page.locator(".pp-canvas").screenshot()
    page.evaluate(hide + "(node.style.visibility = on ? 'hidden' : ''))", False)
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def shows(page: Page, name: str) -> np.ndarray[Any, Any]:
    page.get_by_role("radio", name=name, exact=True).or_(page.get_by_role("button", name=name, exact=True)).click()
    settled(page)
    return painted(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_of_clusters_draws_each_picture_and_answers_a_click(
    browser_page: Callable[..., Page], app: str, small_demo: Path, language: str
) -> None:
    words, ws = WORDS[language], open_workspace(small_demo)
    page = browser_page(f"{app}/?lang={language}", height=1300)
    page.set_default_timeout(WAIT_MS)
    page.wait_for_selector(".pp-map[data-loading='0']", timeout=WAIT_MS)
    page.get_by_role("link", name=words["page"], exact=True).click()
    expect(page.locator(".st-key-clusters_map_shows")).to_be_visible(timeout=WAIT_MS)
    settled(page)
    pictures = {}
    for name in ("points", "heat", "hexagons", "spots"):
        pictures[name] = shows(page, words[name])
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"clusters_{language}_{name}.png")
    names = list(pictures)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            changed = np.abs(pictures[one] - pictures[other]).max(axis=2) > 20
            assert changed.mean() > 0.01, (one, other)

    shows(page, words["hexagons"])
    cells = hexagon_table(ws, ClusterQuestion())
    fullest = int(cells.frame["firms"].to_numpy().argmax())
    centre = cells.frame.geometry.iloc[fullest].centroid
    lng, lat = Transformer.from_crs(cells.frame.crs, 4326, always_xy=True).transform(centre.x, centre.y)
    page.evaluate(f"([lat, lng]) => {VIEW}.map.setView([lat, lng], 15, {{ animate: false }})", [lat, lng])
    settled(page)
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
    expect(card).to_contain_text(str(int(cells.frame["firms"].iloc[fullest])))
    page.screenshot(path=PICTURES / f"clusters_{language}_clicked.png")
