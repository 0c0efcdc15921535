"""Hostile text over every place where the app shows text: it is shown as it is, nothing runs, nothing is evaluated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import hostile_district as hostile
import pytest
from hostile_district import PAYLOADS
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 90_000
EVERYTHING = """() => {
    const found = [];
    const walk = (root) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
        for (let node = walker.currentNode; node; node = walker.nextNode()) {
            if (node.nodeType === Node.TEXT_NODE) found.push(node.data);
            if (node.nodeType !== Node.ELEMENT_NODE) continue;
            for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
                if (node.hasAttribute(name)) found.push(node.getAttribute(name));
            }
            if ('value' in node && typeof node.value === 'string') found.push(node.value);
            if (node.shadowRoot) walk(node.shadowRoot);
        }
    };
    walk(document.documentElement);
    for (const host of document.querySelectorAll('.pp-host')) {
        for (const view of parkplan.hostOf(host)?.views ?? []) {
            found.push(...(view.placedLabels ?? []).map(({ text }) => text));
        }
    }
    return found.join('\\n');
}"""
ALIVE = """() => {
    const roots = [document];
    for (const root of roots) {
        roots.push(...[...root.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean));
    }
    const made = 'img[src="x"], svg[onload], a[href^="javascript"]';
    return roots.flatMap((root) => [...root.querySelectorAll(made)].map((node) => node.outerHTML))
        .concat(window.hit === undefined ? [] : ['window.hit']);
}"""


class Tour:
    """Walks through the app, and looks at all text of every picture that it comes to."""

    def __init__(self, page: Page, english: bool) -> None:
        self.page = page
        self.english = english
        self.looks = 0
        self.texts = 0

    def word(self, chinese: str, english: str) -> str:
        return english if self.english else chinese

    def look(self, *wanted: str) -> str:
        """Nothing ran, nothing was evaluated, no markup came to life, and the wanted texts stand there as they are."""
        text = " ".join(self.page.evaluate(EVERYTHING).split())
        assert self.page.evaluate(ALIVE) == []
        assert "A49B" not in text
        assert "区 49" not in text
        for payload in wanted:
            assert " ".join(payload.split()) in text, payload
        self.looks += 1
        self.texts += sum(" ".join(payload.split()) in text for payload in PAYLOADS)
        return text

    def go(self, chinese: str, english: str) -> None:
        self.page.get_by_role("link", name=self.word(chinese, english), exact=True).click()

    def drawn(self) -> None:
        self.page.wait_for_selector(".pp-map[data-loading='0']", timeout=WAIT_MS)

    def search(self, text: str) -> None:
        box = self.page.get_by_placeholder(re.compile(self.word("地块编号", "Parcel no")))
        box.fill(text)
        box.press("Enter")
        self.page.locator(".hit").first.wait_for()

    def open_hit(self, kind: int) -> None:
        title = self.page.locator(".hit").nth(kind)
        name = title.locator(".hit-title").text_content() or ""
        title.click()
        expect(self.page.locator(".card-title")).to_have_text(name, timeout=WAIT_MS)


@pytest.fixture(scope="module")
def address(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    return serve(hostile.make(tmp_path_factory.mktemp("hostile")))


def tour(browser_page: Any, address: str, english: bool) -> Tour:
    page = browser_page(f"{address}/?lang={'en' if english else 'zh'}")
    page.set_default_timeout(WAIT_MS)
    return Tour(page, english)


def overview(walk: Tour) -> None:
    walk.drawn()
    walk.page.locator('[data-tool="legend"]').first.wait_for()
    walk.page.locator(".pp-legend .pp-collapse").click()
    walk.look(hostile.FOLDER.removesuffix(".parkplan"), hostile.TABLE)


def park_map(walk: Tour) -> None:
    walk.go("园区图", "Park map")
    walk.page.locator('[data-tool="length"]').wait_for()
    walk.drawn()
    walk.look(hostile.TABLE)
    labels: set[str] = set()
    for row in range(0, len(PAYLOADS), 3):
        move = """([x, y]) => { const view = parkplan.hostOf(document.querySelector('.pp-host')).views[0];
            view.map.setView([22.5972 + y, 114 + x], 19, { animate: false }); }"""
        down, right = divmod(row, 4)
        walk.page.evaluate(move, [right * 0.00117, down * 0.00108])
        walk.page.wait_for_timeout(250)
        walk.drawn()
        walk.look()
        seen = "parkplan.hostOf(document.querySelector('.pp-host')).views[0].placedLabels.map(({text}) => text)"
        labels |= set(walk.page.evaluate(seen))
    assert len(labels & set(PAYLOADS)) >= 4
    walk.page.locator('[data-tool="home"]').click()


def cards(walk: Tour, payloads: tuple[str, ...], kinds: int) -> None:
    for payload in payloads:
        for kind in range(kinds):
            walk.search(payload)
            walk.look(payload)
            if kind >= walk.page.locator(".hit").count():
                break
            walk.open_hit(kind)
            walk.look(payload)


def filter_form(walk: Tour) -> None:
    page = walk.page
    page.get_by_role("button", name=walk.word("筛选", "Filter")).first.click()
    box = page.get_by_placeholder(re.compile("tax_yuan"))
    box.wait_for()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.wait_for()
    walk.look(hostile.TABLE)
    page.keyboard.press("Escape")
    box.fill(hostile.MIXED)
    box.press("Enter")
    page.locator('[data-testid="stAlert"]').first.wait_for()
    walk.look(hostile.MIXED)
    box.fill("")
    box.press("Enter")
    page.locator('[data-testid="stAlert"]').first.wait_for(state="detached")
    page.keyboard.press("Escape")


def export_form(walk: Tour) -> None:
    walk.page.get_by_role("button", name=walk.word("导出", "Export")).first.click()
    walk.page.get_by_role("button", name=re.compile(r"\.pdf$")).first.wait_for()
    walk.look(hostile.FOLDER.removesuffix(".parkplan"))
    walk.page.keyboard.press("Escape")


def data_page(walk: Tour) -> None:
    walk.go("数据", "Data")
    walk.page.get_by_text(walk.word("变更记录", "Journal")).first.wait_for()
    walk.page.locator("canvas").nth(1).wait_for()
    walk.page.wait_for_timeout(600)
    walk.look(hostile.TABLE, hostile.SOURCE, hostile.MIXED)


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_hostile_text_is_shown_as_it_is_everywhere(
    browser_page: Any, address: str, english: bool, long_form: bool
) -> None:
    walk = tour(browser_page, address, english)
    overview(walk)
    park_map(walk)
    cards(walk, PAYLOADS if long_form else PAYLOADS[int(english) :: 4], 6 if long_form else 1)
    filter_form(walk)
    export_form(walk)
    data_page(walk)
    if long_form:
        for payload in PAYLOADS:
            walk.page.goto(f"{address}/{payload.replace('/', '').replace('%', '')}")
            walk.page.wait_for_selector("body")
            walk.look()
    print(f"{walk.looks} pages, {walk.texts} hostile texts on them, 0 executed, 0 evaluated")


@pytest.mark.parametrize(
    "alive", ["<img src=x onerror=window.hit=1>", "<b>A49B</b>", "<svg onload=window.hit=1></svg>"]
)
def test_the_look_notices_what_ran_or_was_evaluated(browser_page: Any, address: str, alive: str) -> None:
    walk = tour(browser_page, address, english=False)
    walk.drawn()
    walk.look()
    walk.page.evaluate("(markup) => document.body.insertAdjacentHTML('beforeend', markup)", alive)
    walk.page.wait_for_timeout(200)
    with pytest.raises(AssertionError):
        walk.look()
    browser_page.console_errors.clear()
