"""The panel of the map in Chromium: tools, keyboard, languages, reasons, maps side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import map_world as world
import pytest
from playwright.sync_api import expect
from pyproj import Geod, Transformer
from test_map_layers import BACKGROUND, HERE, Shown, rgb, served, shown

from parkplan.render.map import district_map, host_data, map_texts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["served", "shown"]  # fixtures
pytestmark = pytest.mark.browser
GEOD = Geod(ellps="GRS80")


def test_distance_is_measured_by_clicking(shown: Shown) -> None:
    shown.show()
    shown.page.get_by_title("测量距离").click()
    shown.page.mouse.click(*shown.at(400, 850))
    shown.page.mouse.dblclick(*shown.at(1400, 850))
    value = shown.page.locator(".pp-measure dd").first
    expect(value).to_have_text(re.compile(r"\d 米$"))
    text = value.text_content() or ""
    (lat1, lng1), (lat2, lng2) = world.place(400, 850), world.place(1400, 850)
    _, _, metres = GEOD.inv(lng1, lat1, lng2, lat2)
    assert float(re.sub(r"[^\d.]", "", text)) == pytest.approx(metres, abs=6)
    assert text.endswith("米")
    assert shown.clicks() == []


def test_area_is_measured_and_taken_back_by_keyboard(shown: Shown) -> None:
    shown.show()
    shown.page.get_by_title("测量面积").click()
    corners = [(400, 600), (1400, 600), (1400, 850), (400, 850)]
    for corner in corners:
        shown.page.mouse.click(*shown.at(*corner))
        shown.page.wait_for_timeout(300)  # two clicks nearer in time would be a double click
    shown.page.keyboard.press("Enter")
    card = shown.page.locator(".pp-measure")
    lats, lngs = zip(*(world.place(*corner) for corner in corners), strict=True)
    square_metres = abs(GEOD.polygon_area_perimeter(lngs, lats)[0])
    mu, hectares = re.findall(r"[\d.,]+", card.locator("dd").first.text_content() or "")
    assert float(mu.replace(",", "")) == pytest.approx(square_metres * 3 / 2000, rel=0.02)
    assert float(hectares) == pytest.approx(square_metres / 10_000, rel=0.02)
    shown.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert shown.click(*HERE)["hits"][0]["id"] == 15


def test_the_pointer_reads_coordinates_in_degrees_and_in_the_crs(shown: Shown) -> None:
    shown.show()
    shown.page.mouse.move(*shown.at(*HERE))
    line = shown.page.locator(".pp-coordinates")
    shown.page.wait_for_function("document.querySelector('.pp-coordinates').textContent.includes('东经')")
    lat, lng = world.place(*HERE)
    easting, northing = Transformer.from_crs(4490, 4547, always_xy=True).transform(lng, lat)
    degrees = re.search(r"东经 ([\d.]+)°  北纬 ([\d.]+)°", line.text_content() or "")
    metres = re.search(r"X（北）([\d.]+)  Y（东）([\d.]+)  EPSG:4547", line.text_content() or "")
    assert degrees is not None
    assert metres is not None
    assert [float(value) for value in degrees.groups()] == pytest.approx([lng, lat], abs=2e-5)
    assert [float(value) for value in metres.groups()] == pytest.approx([northing, easting], abs=2.5)


def test_the_scale_bar_is_as_long_as_it_says(shown: Shown) -> None:
    shown.show()
    script = """() => {
        const bar = document.querySelector('.pp-scale-bar').offsetWidth;
        const y = view().map.getSize().y / 2;
        const [a, b] = [0, bar].map((x) => view().map.containerPointToLatLng([x, y]));
        return [parkplan.geodesy.lineLength([a, b]), document.querySelector('.pp-scale-label').textContent];
    }"""
    metres, label = shown.page.evaluate(script)
    assert label.endswith(" 米")
    assert metres == pytest.approx(float(label.removesuffix(" 米")), rel=0.02)


def test_a_layer_without_data_stays_with_its_reason(shown: Shown) -> None:
    row = shown.show().page.locator('.pp-tree [data-layer="farmland"]')
    expect(row.locator("input")).to_be_disabled()
    expect(row.locator(".pp-reason")).to_have_text("工作区中没有控制线数据")
    assert not any("/farmland/" in path for path in shown.application.asked)


def test_fictional_data_say_so_and_real_data_do_not(shown: Shown) -> None:
    shown.show()
    expect(shown.page.locator(".pp-badge")).to_have_text("虚构演示数据")
    shown.show(replace(world.request(), synthetic=False))
    expect(shown.page.locator(".pp-badge")).to_have_count(0)


def test_the_language_changes_every_word_and_nothing_else(shown: Shown) -> None:
    shown.show()
    shown.page.evaluate("view().map.setZoom(17, {animate: false})")
    shown.settle()
    shown.page.locator('.pp-tree [data-layer="roads"] input[type=checkbox]').uncheck()
    before, asked = shown.view(), len(shown.application.asked)
    shown.show(texts=map_texts("en"))
    assert (shown.view(), len(shown.application.asked)) == (before, asked)
    expect(shown.page.locator(".pp-badge")).to_have_text("Fictional demo data")
    own = [".pp-toolbar button", ".pp-card > header", ".pp-scale-label", ".pp-coordinates"]
    words = shown.page.evaluate(
        "(own) => [...document.querySelectorAll(own)].map((node) => node.title + node.textContent)", ", ".join(own)
    )
    assert len(words) >= 12
    assert not [word for word in words if re.search(r"[\u4e00-\u9fff]", word)]


def test_every_control_is_reached_and_worked_by_keyboard(shown: Shown) -> None:
    shown.show()
    shown.page.locator('[data-tool="zoom_in"]').focus()
    zoom = shown.view()["zoom"]
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_function(f"() => view().map.getZoom() === {zoom + 1}")
    named, unnamed = shown.page.evaluate(
        """() => {
            const controls = [...document.querySelectorAll('.pp-map button, .pp-map input')]
                .filter((node) => node.checkVisibility());
            const named = (node) => node.title || node.getAttribute('aria-label') || node.textContent
                || node.labels?.[0]?.textContent;
            const good = controls.filter((node) => node.tabIndex >= 0 && named(node));
            return [good.length, controls.filter((node) => !good.includes(node)).map((node) => node.outerHTML)];
        }"""
    )
    assert (named >= 15, unnamed) == (True, [])
    shown.page.locator('[data-focus="visible parcels"]').focus()
    shown.page.keyboard.press("Space")
    shown.page.wait_for_function("() => document.activeElement.dataset.focus === 'visible parcels'")
    expect(shown.legend("parcels", 0)).to_have_count(0)


def test_parts_fold_away_and_come_back(shown: Shown) -> None:
    shown.show()
    for tool, part in (("layers", ".pp-tree"), ("legend", ".pp-legend")):
        button = shown.page.locator(f'[data-tool="{tool}"]')
        button.click()
        expect(shown.page.locator(part)).to_be_hidden()
        expect(button).to_have_attribute("aria-pressed", "false")
        button.click()
        expect(shown.page.locator(part)).to_be_visible()


def test_full_screen_and_back(shown: Shown) -> None:
    shown.show()
    shown.page.locator('[data-tool="full_screen"]').click()
    shown.page.wait_for_function("() => document.fullscreenElement === document.querySelector('.pp-map')")
    shown.page.get_by_title("退出全屏").click()
    shown.page.wait_for_function("() => document.fullscreenElement === null")


def test_home_brings_the_whole_district_back(shown: Shown) -> None:
    shown.show()
    home = shown.view()
    shown.page.evaluate("view().map.setView([22.6, 113.2], 18, {animate: false})")
    shown.page.locator('[data-tool="home"]').click()
    shown.page.wait_for_function(f"() => view().map.getZoom() === {home['zoom']}")
    shown.settle()
    assert shown.view()["center"] == pytest.approx(home["center"], abs=1e-5)


def test_a_map_without_data_says_what_to_do(shown: Shown) -> None:
    shown.show(replace(world.request(), layers=()))
    expect(shown.page.locator(".pp-empty")).to_contain_text("暂无可显示的图层")


def test_a_view_that_is_restored_is_the_view_that_was_left(shown: Shown) -> None:
    shown.show()
    shown.page.locator('.pp-tree [data-layer="parcels"] .pp-more').click()
    shown.page.locator('.pp-tree [data-layer="parcels"] input[type=range]').fill("40")
    shown.legend("parcels", 1).click()
    shown.page.locator('.pp-tree [data-layer="firms"] input[type=checkbox]').uncheck()
    shown.page.evaluate("view().map.setView([22.5405, 113.106], 17, {animate: false})")
    left = shown.view()
    shown.page.evaluate("parkplan.end(host)")
    expect(shown.page.locator(".pp-map")).to_have_count(0)
    shown.show(restore=left)
    again = shown.view()
    assert (again["layers"], again["zoom"]) == (left["layers"], left["zoom"])
    assert again["center"] == pytest.approx(left["center"], abs=1e-5)
    expect(shown.page.locator('.pp-tree [data-layer="firms"] input[type=checkbox]')).not_to_be_checked()


def test_another_district_is_shown_whole_and_its_view_is_not_that_of_the_last(shown: Shown) -> None:
    shown.show()
    elsewhere = replace(world.request(), bounds=(114.0, 23.0, 114.02, 23.01))
    shown.show(elsewhere)
    assert shown.view()["center"] == pytest.approx([23.005, 114.01], abs=0.01)
    left = shown.view()
    shown.page.evaluate("parkplan.end(host)")
    shown.show(restore=left)
    assert shown.view()["center"] == pytest.approx([22.5405, 113.1055], abs=0.01)


def test_an_order_to_move_is_carried_out_once(shown: Shown) -> None:
    (south, west), (north, east) = world.place(460, 340), world.place(640, 200)
    fit = {"bounds": [west, south, east, north], "token": "1"}
    shown.show(fit=fit)
    assert shown.view()["zoom"] == 18
    shown.page.evaluate("view().map.setZoom(15, {animate: false})")
    shown.show(fit=fit)
    assert shown.view()["zoom"] == 15
    shown.show(fit={**fit, "token": "2"})
    shown.page.wait_for_function("() => view().map.getZoom() === 18")


def test_two_maps_move_together_and_clicks_name_theirs(shown: Shown) -> None:
    other = world.with_layer(replace(world.request(), id="other"), "parcels", visible=False)
    both = {**host_data([district_map(world.request()), district_map(other)], height=600), "base": ""}
    shown.page.evaluate("(data) => show(data)", both)
    shown.page.wait_for_function("() => document.querySelectorAll('.pp-map[data-loading=\"0\"]').length === 2")
    shown.page.evaluate("view().map.setView([22.5405, 113.106], 17, {animate: false})")
    state: list[Any] = shown.page.evaluate(
        "parkplan.hostOf(host).views.map((view) => [view.map.getZoom(), view.map.getCenter().lng])"
    )
    assert [zoom for zoom, _ in state] == [17, 17]
    assert state[0][1] == pytest.approx(state[1][1], abs=1e-5)
    box = shown.page.locator(".pp-canvas").nth(1).bounding_box()
    assert box is not None
    shown.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.page.wait_for_function("() => events.some(([name]) => name === 'click')")
    assert shown.clicks()[-1]["map"] == 1


def test_a_phone_sees_the_map_first(served: tuple[world.Application, str], browser_page: Callable[..., Any]) -> None:
    application, address = served
    narrow = Shown(browser_page(address, width=420, height=800), application).show()
    expect(narrow.page.locator(".pp-tree")).to_be_hidden()
    expect(narrow.page.locator(".pp-legend-body")).to_be_hidden()
    assert narrow.colour(*HERE) in {rgb("#d9a441"), BACKGROUND}
