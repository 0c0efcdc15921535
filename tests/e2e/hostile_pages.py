"""A walk through every page of the app over the hostile district: how each page is visited, and what a look checks.

A new page is one line of `VISITS`; `tests/contracts` wants every page of the menu there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import hostile_district as hostile
from at_rest import rest
from hostile_district import PAYLOADS
from playwright.sync_api import expect

from parkplan.i18n import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page

WAIT_MS = 180_000
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
    found.push(...(window.drawnTexts ?? []));
    return found.join('\\n');
}"""
ALIVE = """() => {
    const roots = [document];
    for (const root of roots) {
        roots.push(...[...root.querySelectorAll('*')].map((node) => node.shadowRoot).filter(Boolean));
    }
    const made = 'img[src="x"], svg[onload], a[href^="javascript"]';
    const marked = { STRONG: 'b', A: 'x', CODE: '${window.hit=1}' };  // what markdown makes of the payloads
    return roots.flatMap((root) => [...root.querySelectorAll(made)].map((node) => node.outerHTML))
        .concat(roots.flatMap((root) => [...root.querySelectorAll('strong, a, code')])
            .filter((node) => marked[node.tagName] === node.textContent).map((node) => node.parentElement.outerHTML))
        .concat(window.hit === undefined ? [] : ['window.hit']);
}"""


DRAWN = """() => {
    window.drawnTexts = new Set();
    const plain = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        window.drawnTexts.add(String(text));
        return plain.call(this, text, ...place);
    };
}"""
"""Keeps what charts, tables and maps write on a canvas; runs before the scripts of a page."""


class Tour:
    """Walks through the app, and looks at all text of every picture that it comes to."""

    def __init__(self, page: Page, english: bool, *, long_form: bool = False) -> None:
        self.page = page
        self.english = english
        self.long_form = long_form
        self.looks = 0
        self.texts = 0
        self.seen: set[str] = set()

    def say(self, key: str) -> str:
        """A message of the app in the language of the walk."""
        return catalogue()[key].to("en" if self.english else "zh")

    def look(self, *wanted: str) -> None:
        """Nothing ran, nothing was evaluated, no markup came to life, and the wanted texts stand there as they are."""
        lines = [" ".join(payload.split()) for payload in wanted]
        stands = "lines.every((line) => text.includes(line))"
        if lines:
            said = f"(lines) => {{ const text = ({EVERYTHING})().split(/\\s+/).join(' '); return {stands}; }}"
            self.page.wait_for_function(said, arg=lines, polling=200)
        found, alive = self.page.evaluate(f"() => [({EVERYTHING})(), ({ALIVE})()]")
        text = " ".join(found.split())
        assert alive == [], alive
        assert "A49B" not in text
        assert "区 49" not in text
        assert self.say("ui.unexpected").split("{number}")[0].strip() not in text
        for line in lines:
            assert line in text, line
        self.looks += 1
        shown = {payload for payload in PAYLOADS if " ".join(payload.split()) in text}
        self.texts += len(shown)
        self.seen |= shown

    def rest(self, maps: int = 0) -> None:
        """Wait until the page is at rest and shows so many maps."""
        rest(self.page, maps)

    def go(self, page: str) -> None:
        """Open a page by its link."""
        self.page.evaluate("() => window.drawnTexts.clear()")
        self.page.get_by_role("link", name=self.say(f"ui.page_{page}"), exact=True).click()
        self.page.wait_for_url(re.compile(rf"/{page}(\?|$)") if page != "overview" else re.compile("."))
        self.rest()

    def search(self, text: str) -> None:
        """Search, and wait for the hits; those of the search before are gone when the page rests."""
        box = self.page.get_by_placeholder(re.compile(re.escape(self.say("ui.search_hint")[:4])))
        box.fill(text)
        box.press("Enter")
        self.rest()
        self.page.locator(".hit").first.wait_for()

    def open_hit(self, kind: int) -> None:
        """Open a hit, and wait for its card."""
        title = self.page.locator(".hit").nth(kind)
        name = title.locator(".hit-title").text_content() or ""
        title.click()
        expect(self.page.locator(".card-title")).to_have_text(name, timeout=WAIT_MS)
        self.rest()


def overview(walk: Tour) -> None:
    """The first page: its legend unfolded."""
    walk.rest(maps=1)
    walk.page.locator('[data-tool="legend"]').first.wait_for()
    walk.page.locator(".pp-legend .pp-collapse").click()
    walk.look(hostile.FOLDER.removesuffix(".parkplan"), hostile.TABLE)


def park_map(walk: Tour) -> None:
    """The map: labels, search, cards, filter, export."""
    walk.page.locator('[data-tool="length"]').wait_for()
    walk.rest(maps=1)
    walk.look(hostile.TABLE)
    labels: set[str] = set()
    for row in range(0, len(PAYLOADS), 3 if walk.long_form else 5):
        move = """([x, y]) => { const view = parkplan.hostOf(document.querySelector('.pp-host')).views[0];
            view.map.setView([22.5972 + y, 114 + x], 19, { animate: false }); }"""
        down, right = divmod(row, 4)
        walk.page.evaluate(move, [right * 0.00117, down * 0.00108])
        walk.rest()
        walk.look()
        seen = "parkplan.hostOf(document.querySelector('.pp-host')).views[0].placedLabels.map(({text}) => text)"
        labels |= set(walk.page.evaluate(seen))
    assert len(labels & set(PAYLOADS)) >= 4
    walk.page.locator('[data-tool="home"]').click()
    walk.rest()
    cards(walk, PAYLOADS if walk.long_form else PAYLOADS[int(walk.english) :: 5], 6 if walk.long_form else 1)
    filter_form(walk)
    export_form(walk)


def cards(walk: Tour, payloads: tuple[str, ...], kinds: int) -> None:
    """Search for texts, and open the cards of what is found."""
    for payload in payloads:
        for kind in range(kinds):
            walk.search(payload)
            walk.look(payload)
            if kind >= walk.page.locator(".hit").count():
                break
            walk.open_hit(kind)
            walk.look(payload)


def filter_form(walk: Tour) -> None:
    """The filter: its choices, and a condition that is hostile."""
    page = walk.page
    walk.rest()
    page.get_by_role("button", name=walk.say("ui.filters")).first.click()
    box = page.get_by_placeholder(re.compile("tax_yuan"))
    box.wait_for()
    page.get_by_role("combobox").first.click()
    page.get_by_role("option").first.wait_for()
    walk.look(hostile.TABLE)
    page.keyboard.press("Escape")
    box.fill(hostile.MIXED)
    box.press("Enter")
    page.locator('[data-testid="stAlert"]').first.wait_for()
    walk.rest()
    walk.look(hostile.MIXED)
    box.fill("")
    box.press("Enter")
    page.locator('[data-testid="stAlert"]').first.wait_for(state="detached")
    walk.rest()
    page.keyboard.press("Escape")


def export_form(walk: Tour) -> None:
    """The export: names of files."""
    walk.rest()
    walk.page.get_by_role("button", name=walk.say("ui.export")).first.click()
    walk.page.get_by_role("button", name=re.compile(r"\.pdf$")).first.wait_for()
    walk.look(hostile.FOLDER.removesuffix(".parkplan"))
    walk.page.keyboard.press("Escape")


def low_efficiency(walk: Tour) -> None:
    """The verdicts: every tab, and the evidence cards of rows of the table."""
    for row in range(len(PAYLOADS) if walk.long_form else 2):
        line = walk.page.locator(".ranked .row").nth(row)
        name = line.locator(".who div").first.text_content() or ""
        line.click()
        expect(walk.page.locator(".ev-title")).to_have_text(name, timeout=WAIT_MS)
        walk.rest()
        walk.look(name)
    every_part(walk)


def every_part(walk: Tour) -> None:
    """Any page: as it opens, then every tab and every choice of its switches, one after the other.

    The texts of the data are the same in both languages: the short form opens the parts in one of them.
    """
    walk.look()
    if walk.english and not walk.long_form:
        return
    switches = walk.page.locator('[data-testid="stMain"] [data-testid="stButtonGroup"]:not(.st-key-language *)')
    parts = switches.get_by_role("radio").or_(walk.page.get_by_role("tab"))
    for number in range(parts.count()):
        if parts.nth(number).is_visible() and parts.nth(number).is_enabled():
            parts.nth(number).click()
            walk.rest()
            walk.look()


@dataclass(frozen=True)
class Visit:
    """How a page is walked, and how many of the hostile texts it shows at the least."""

    walk: Callable[[Tour], None]
    least: int


VISITS: Final[Mapping[str, Visit]] = {
    "overview": Visit(overview, 1),
    "park_map": Visit(park_map, 5),
    "low_efficiency": Visit(low_efficiency, 8),
    "clusters": Visit(every_part, 1),
    "reuse_candidates": Visit(every_part, 1),
    "site_plans": Visit(every_part, 0),
    "layout_options": Visit(every_part, 0),
    "services": Visit(every_part, 0),
    "reports": Visit(every_part, 0),
    "compare": Visit(every_part, 0),
    "plan_targets": Visit(every_part, 0),
    "data": Visit(every_part, 1),
}
"""Every page of the menu; `every_part` is right for most."""
