"""The map in Chromium: what is painted, what a click finds, what stays untouched when one thing changes."""

from __future__ import annotations

import math
import socket
import threading
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import map_world as world
import pytest
import uvicorn
from map_world import TO_DEGREES
from PIL import Image
from playwright.sync_api import expect
from pyproj import Geod, Transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser
HERE = (1550.0, 290.0)  # the middle of parcel 15, class 0, outside the park
SETTLED = """() => document.querySelector('.pp-map')?.dataset.loading === '0'
    && [...document.querySelectorAll('.leaflet-tile-loaded')].every((tile) => tile.style.opacity === '1')"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


@dataclass
class Shown:
    """A page with the map, and the application behind it."""

    page: Page
    application: world.Application

    def show(self, shown: Any = None, **fields: Any) -> Shown:
        self.page.evaluate("(data) => show(data)", world.data(shown or world.request(), **fields))
        return self.settle()

    def settle(self) -> Shown:
        self.page.wait_for_function(SETTLED)
        self.page.evaluate(FRAMES)
        return self

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Page pixel of a place in metres."""
        lat, lng = world.place(x, y)
        script = """([lat, lng]) => {
            const box = view().canvas.getBoundingClientRect();
            const point = view().map.latLngToContainerPoint([lat, lng]);
            return [box.left + point.x, box.top + point.y];
        }"""
        left, top = self.page.evaluate(script, [lat, lng])
        return left, top

    def click(self, x: float, y: float) -> dict[str, Any]:
        """Click a place and return what was reported."""
        before = len(self.clicks())
        self.page.mouse.click(*self.at(x, y))
        self.page.wait_for_function(f"() => events.filter(([name]) => name === 'click').length > {before}")
        return self.clicks()[-1]

    def clicks(self) -> list[dict[str, Any]]:
        return [value for name, value in self.page.evaluate("events") if name == "click"]

    def view(self) -> dict[str, Any]:
        state: dict[str, Any] = self.page.evaluate("view().state()")
        return state

    def colour(self, x: float, y: float) -> tuple[int, int, int]:
        """Colour on the screen at a place, with the pointer elsewhere."""
        self.page.mouse.move(5, 5)
        self.page.evaluate(FRAMES)
        left, top = self.at(x, y)
        picture = self.page.screenshot(clip={"x": int(left), "y": int(top), "width": 1, "height": 1})
        red, green, blue = Image.open(BytesIO(picture)).convert("RGB").getpixel((0, 0))
        return red, green, blue

    def legend(self, layer: str, index: int) -> Any:
        return self.page.locator(f'.pp-legend [data-layer="{layer}"] [data-class="{index}"]')


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


BACKGROUND = rgb("#f6f7f5")


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[world.Application, str]]:
    if not (world.ASSETS / "map.js").exists():
        pytest.skip("the scripts of the map are not built: python3 tasks.py setup")
    application = world.Application()
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application.app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [probe]})
    thread.start()
    yield application, f"http://127.0.0.1:{probe.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    probe.close()


@pytest.fixture
def shown(served: tuple[world.Application, str], browser_page: Callable[..., Page]) -> Shown:
    application, address = served
    application.asked.clear()
    application.failing.clear()
    return Shown(browser_page(address, width=1280, height=720), application)


def test_features_are_painted_in_the_colour_of_their_class(shown: Shown) -> None:
    shown.show()
    assert shown.colour(*HERE) == rgb("#d9a441")
    assert shown.colour(1350, 450) == rgb("#6b9e78" if 22 % 3 == 2 else "#c0504d")
    assert shown.colour(1640 + 15, 290) == BACKGROUND


@pytest.mark.parametrize(("number", "x", "y"), [(15, 1550, 290), (22, 1350, 450), (35, 750, 770), (9, 270, 230)])
def test_a_click_names_the_feature_under_it(shown: Shown, number: int, x: float, y: float) -> None:
    first = shown.show().click(x, y)["hits"][0]
    assert (first["layer"], first["id"]) == ("parcels", number)


def test_a_click_tells_the_place(shown: Shown) -> None:
    lat, lng = world.place(*HERE)
    event = shown.show().click(*HERE)
    assert (event["lat"], event["lng"], event["map"]) == (pytest.approx(lat, abs=2e-5), pytest.approx(lng, abs=2e-5), 0)


def test_hits_come_from_the_top_layer_down_and_outlines_last(shown: Shown) -> None:
    hits = shown.show().click(550, 130)["hits"]
    assert [(hit["layer"], hit["id"], hit["solid"]) for hit in hits] == [
        ("firms", 2, True),
        ("parcels", 2, True),
        ("park", 0, False),
    ]


def test_a_hole_is_not_part_of_its_polygon(shown: Shown) -> None:
    assert [hit["layer"] for hit in shown.show().click(350, 290)["hits"]] == ["park"]


def test_lines_are_hit_within_a_few_pixels(shown: Shown) -> None:
    shown.show()
    assert [hit["layer"] for hit in shown.click(1650, 45 - 8)["hits"]] == ["roads"]
    assert shown.click(1650, 45 - 40)["hits"] == []


def test_a_class_is_switched_without_fetching(shown: Shown) -> None:
    shown.show()
    asked = len(shown.application.asked)
    shown.legend("parcels", 0).click()
    assert shown.colour(*HERE) == BACKGROUND
    assert shown.click(*HERE)["hits"] == []
    expect(shown.legend("parcels", 0)).to_have_attribute("aria-pressed", "false")
    shown.legend("parcels", 0).click()
    assert shown.colour(*HERE) == rgb("#d9a441")
    assert len(shown.application.asked) == asked


def test_a_layer_is_switched_and_the_legend_follows(shown: Shown) -> None:
    shown.show()
    box = shown.page.locator('.pp-tree [data-layer="parcels"] input[type=checkbox]')
    box.uncheck()
    expect(shown.page.locator('.pp-legend [data-layer="parcels"]')).to_have_count(0)
    assert shown.colour(*HERE) == BACKGROUND
    assert {layer["id"]: layer["visible"] for layer in shown.view()["layers"]}["parcels"] is False
    box.check()
    shown.settle()
    assert shown.colour(*HERE) == rgb("#d9a441")


def test_opacity_fades_the_whole_layer(shown: Shown) -> None:
    shown.show()
    shown.page.locator('.pp-tree [data-layer="parcels"] .pp-more').click()
    shown.page.locator('.pp-tree [data-layer="parcels"] input[type=range]').fill("50")
    halfway = [(a + b) / 2 for a, b in zip(rgb("#d9a441"), BACKGROUND, strict=True)]
    assert shown.colour(*HERE) == pytest.approx(halfway, abs=2)


def test_order_is_changed_inside_the_group(shown: Shown) -> None:
    shown.show()
    shown.page.locator('.pp-tree [data-layer="parcels"] .pp-more').click()
    shown.page.get_by_title("上移一层").click()
    order = {layer["id"]: layer["order"] for layer in shown.view()["layers"]}
    assert (order["parcels"], order["roads"], order["park"]) == (20, 10, 40)
    assert rows_of_tree(shown) == ["park", "farmland", "firms", "parcels", "roads"]


def rows_of_tree(shown: Shown) -> list[str]:
    script = "[...document.querySelectorAll('.pp-tree .pp-layer')].map((row) => row.dataset.layer)"
    rows: list[str] = shown.page.evaluate(script)
    return rows


def drag(shown: Shown, layer: str, onto: str) -> None:
    """Drag a layer by its grip onto another one's row, with the mouse, and wait until the tree is drawn again."""
    row = shown.page.locator(f'.pp-tree [data-layer="{onto}"]')
    shown.page.locator(f'.pp-tree [data-layer="{layer}"] .pp-grip').drag_to(row, target_position={"x": 30, "y": 8})
    shown.page.evaluate(FRAMES)


def test_order_is_changed_by_dragging(shown: Shown) -> None:
    shown.show()
    assert rows_of_tree(shown) == ["park", "farmland", "firms", "roads", "parcels"]
    drag(shown, "parcels", "roads")
    assert rows_of_tree(shown) == ["park", "farmland", "firms", "parcels", "roads"]
    order = {layer["id"]: layer["order"] for layer in shown.view()["layers"]}
    assert (order["parcels"], order["roads"], order["park"]) == (20, 10, 40)
    drag(shown, "roads", "parcels")
    assert rows_of_tree(shown) == ["park", "farmland", "firms", "roads", "parcels"]


def test_a_layer_is_not_dragged_out_of_its_group(shown: Shown) -> None:
    shown.show()
    before = shown.view()
    drag(shown, "parcels", "park")
    assert rows_of_tree(shown) == ["park", "farmland", "firms", "roads", "parcels"]
    assert shown.view() == before


def test_a_filter_fetches_its_own_layer_only_and_keeps_the_view(shown: Shown) -> None:
    shown.show()
    shown.page.evaluate("view().map.setView([22.5405, 113.106], 17, {animate: false})")
    shown.settle()
    before = shown.view()
    shown.application.asked.clear()
    address = "/tiles/parcels/{z}/{x}/{y}.mvt?rows=14,22"
    shown.show(world.with_layer(world.request(), "parcels", tile_url=address))
    assert {path.split("/")[2] for path in shown.application.asked} == {"parcels"}
    assert all(path.endswith("?rows=14,22") for path in shown.application.asked)
    assert shown.view() == before


def test_a_filter_between_two_zooms_asks_for_tiles_of_a_whole_level(shown: Shown) -> None:
    shown.show()
    shown.page.evaluate("view().map.setView([22.5405, 113.106], 15.75, {animate: false})")
    shown.settle()
    shown.application.asked.clear()
    shown.show(world.with_layer(world.request(), "parcels", tile_url="/tiles/parcels/{z}/{x}/{y}.mvt?rows=15"))
    assert {path.split("/")[3] for path in shown.application.asked} == {"16"}
    assert shown.colour(*HERE) == rgb("#d9a441")


def test_a_rerun_with_the_same_data_fetches_nothing_and_keeps_the_users_choices(shown: Shown) -> None:
    shown.show()
    shown.page.locator('.pp-tree [data-layer="roads"] input[type=checkbox]').uncheck()
    before, asked = shown.view(), len(shown.application.asked)
    shown.show()
    assert (shown.view(), len(shown.application.asked)) == (before, asked)


def test_selected_features_are_outlined(shown: Shown) -> None:
    shown.show(selection={"parcels": [15]})
    edge = shown.colour(1460, 290)
    assert edge[2] > edge[0] + 40  # blue where parcel and street meet
    shown.show(selection={})
    assert shown.colour(1460, 290)[2] <= shown.colour(1460, 290)[0] + 10


def test_the_map_has_loaded_when_its_names_stand_in_its_own_fonts(shown: Shown) -> None:
    held: list[Route] = []

    def hold(font: Route) -> None:
        held.append(font)

    shown.page.route("**/*.woff2", hold)
    shown.page.evaluate("(data) => show(data)", world.data(world.request()))
    shown.page.wait_for_function("() => [...view().loading].every((part) => part instanceof Promise)")
    assert shown.page.evaluate("[view().loading.size, document.querySelector('.pp-map').dataset.loading]") == [2, "2"]
    for font in held:
        font.continue_()
    shown.settle()
    assert len(held) == 2
    assert shown.page.evaluate("[...document.fonts].map((font) => font.status)") == ["loaded"] * 2


def test_labels_do_not_overlap_and_occur_once(shown: Shown) -> None:
    shown.show()
    placed = shown.page.evaluate("view().placedLabels.map(({layer, text, boxes}) => ({layer, text, boxes}))")
    assert len(placed) > 10
    for one, other in combinations(placed, 2):
        for a, b in product(one["boxes"], other["boxes"]):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (one["text"], other["text"])
    assert [each["text"] for each in placed].count("示例特色产业园（虚构）") == 1


def test_names_of_roads_follow_them_and_stand_upright(shown: Shown) -> None:
    """The fall of each road is known: level, 170 m on 400 m towards the south-west, and due south."""
    shown.show()
    for text, road, degrees in (
        ("示例大道", 0, 0.0),
        ("科技一路", 1, 90.0),
        ("斜街", 2, -math.degrees(math.atan2(170, 400))),
    ):
        line = [list(TO_DEGREES.transform(*corner))[::-1] for corner in world.FEATURES["roads"][road].shape.coords]
        shown.page.evaluate("(ends) => view().map.fitBounds(ends, {animate: false, maxZoom: 17})", line)
        shown.settle()
        script = """([text, line]) => {
            const found = view().placedLabels.find((one) => one.layer === 'roads' && one.text === text);
            const [a, b] = line.map((end) => view().map.latLngToContainerPoint(end));
            const margin = view().map.getSize().multiplyBy(0.15).round();
            const [x, y] = [found.x - margin.x, found.y - margin.y];
            const away = Math.abs((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / Math.hypot(b.x - a.x, b.y - a.y);
            return [found.angle * 180 / Math.PI, away];
        }"""
        angle, away_px = shown.page.evaluate(script, [text, line])
        assert angle == pytest.approx(degrees, abs=0.5), text
        assert away_px < 1.5, text


def test_hostile_text_shows_verbatim(shown: Shown) -> None:
    shown.show()
    shown.page.evaluate("view().map.setView([22.5405, 113.106], 18, {animate: false})")
    shown.page.evaluate("(at) => view().map.panTo(at, {animate: false})", list(world.place(750, 290)))
    shown.settle()
    assert world.HOSTILE in shown.page.evaluate("view().placedLabels.map(({text}) => text)")
    legend = shown.page.locator('.pp-legend [data-layer="parcels"]')
    expect(legend.locator(".pp-legend-title")).to_contain_text(world.HOSTILE)
    expect(legend.locator(".pp-class-title").nth(2)).to_have_text(world.HOSTILE)
    row = shown.page.locator('.pp-tree [data-layer="parcels"] label')
    expect(row).to_have_text(f"地块 {world.HOSTILE}")
    expect(row).to_have_attribute("title", world.HOSTILE)
    assert shown.page.evaluate("typeof window.hit") == "undefined"


def test_missing_tiles_are_said_and_asked_for_again(shown: Shown, browser_page: Any) -> None:
    shown.application.failing.add("roads")
    shown.show()
    notice = shown.page.locator(".pp-notice")
    expect(notice).to_contain_text(world.HOSTILE)
    expect(notice).to_contain_text("块地图数据未能加载")
    browser_page.console_errors.clear()
    shown.application.failing.clear()
    notice.get_by_text("重新加载").click()
    shown.settle()
    expect(notice).to_be_hidden()
    assert [hit["layer"] for hit in shown.click(1650, 45)["hits"]] == ["roads"]


def test_pictures_stand_in_below_a_zoom_and_follow_the_legend(shown: Shown) -> None:
    overview = {"overview_url": "/overview/parcels/{z}/{x}/{y}.png", "overview_below": 15}
    shown.show(world.with_layer(world.request(), "parcels", **overview))
    shown.page.evaluate("view().map.setZoom(13, {animate: false})")
    shown.settle()
    assert any(path.startswith("/overview/parcels/13/") for path in shown.application.asked)
    assert not any(path.startswith("/tiles/parcels/13/") for path in shown.application.asked)

    def colours() -> set[tuple[int, ...]]:
        shown.page.evaluate(FRAMES)
        picture = Image.open(BytesIO(shown.page.locator(".pp-canvas").screenshot())).convert("RGB")
        return {colour for _, colour in picture.getcolors(1 << 24)}

    assert {rgb("#d9a441"), rgb("#c0504d")} <= colours()
    shown.legend("parcels", 1).click()
    shown.settle()
    assert rgb("#d9a441") in colours()
    shown.page.locator(".pp-legend").evaluate("(card) => (card.hidden = true)")
    assert rgb("#c0504d") not in colours()
    assert {"layer": "parcels", "id": None, "solid": True} in shown.click(*HERE)["hits"]


def test_closer_than_the_deepest_tiles_the_same_tiles_are_used(shown: Shown) -> None:
    shown.show()
    lat, lng = world.place(*HERE)
    shown.page.evaluate("(at) => view().map.setView(at, 20, {animate: false})", [lat, lng])
    shown.settle()
    assert max(int(path.split("/")[3]) for path in shown.application.asked) == 18
    assert shown.click(*HERE)["hits"][0]["id"] == 15
    assert shown.colour(*HERE) == rgb("#d9a441")


def test_lengths_and_areas_are_geodesic(shown: Shown) -> None:
    shown.show()
    corners = [world.place(x, y) for x, y in ((0, 0), (900, 40), (700, 800), (-100, 600))]
    script = """(points) => {
        const corners = points.map(([lat, lng]) => ({lat, lng}));
        return [parkplan.geodesy.lineLength(corners), parkplan.geodesy.ringArea(corners).area];
    }"""
    length, area = shown.page.evaluate(script, [list(corner) for corner in corners])
    geod = Geod(ellps="GRS80")
    lats, lngs = zip(*corners, strict=True)
    assert length == pytest.approx(geod.line_length(lngs, lats), abs=1e-6)
    assert area == pytest.approx(abs(geod.polygon_area_perimeter(lngs, lats)[0]), rel=1e-9)


def test_coordinates_of_the_workspace_agree_with_proj(shown: Shown) -> None:
    shown.show()
    places = [[lat / 10, lng / 10] for lat in range(190, 290, 7) for lng in range(1122, 1158, 4)]
    script = "(places) => places.map(([lat, lng]) => view().project({lat, lng}))"
    reference = Transformer.from_crs(4490, 4547, always_xy=True)
    for (lat, lng), ours in zip(places, shown.page.evaluate(script, places), strict=True):
        assert ours == pytest.approx(reference.transform(lng, lat), abs=1e-3)
