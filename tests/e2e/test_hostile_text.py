"""Hostile text over every place where the app shows text: it is shown as it is, nothing runs, nothing is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import hostile_district as hostile
import pytest
from hostile_district import PAYLOADS
from hostile_pages import DRAWN, VISITS, Tour

from parkplan.ui.navigation import MENU

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="session")
def address(
    serve: Callable[[Path], str],
    served_once: Callable[[str, Callable[[], str]], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    return served_once("hostile", lambda: serve(hostile.make(tmp_path_factory.mktemp("hostile"))))


def tour(browser_page: Any, address: str, *, english: bool, long_form: bool = False) -> Tour:
    page = browser_page()
    page.add_init_script(f"({DRAWN})()")
    page.goto(f"{address}/?lang={'en' if english else 'zh'}")
    return Tour(page, english, long_form=long_form)


def addresses(walk: Tour, address: str, complaints: list[str]) -> None:
    """Addresses that are hostile: each is told to be no page, and nothing else happens."""
    for payload in PAYLOADS:
        walk.page.goto(f"{address}/{quote(payload, safe='')}")
        walk.page.get_by_test_id("stApp").wait_for()
        walk.rest()
        walk.look()
        assert complaints.pop().startswith("The page that you have requested does not seem to exist")
        assert complaints == []


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_hostile_text_is_shown_as_it_is_everywhere(
    browser_page: Any, address: str, english: bool, long_form: bool
) -> None:
    """The short form walks each page in one of the languages, the long form in both."""
    walk = tour(browser_page, address, english=english, long_form=long_form)
    for page in (entry.name for entry in (MENU if long_form else MENU[english::2])):
        visit = VISITS[page]
        walk.seen.clear()
        walk.go(page)
        visit.walk(walk)
        print(f"{page}: {len(walk.seen)} of {len(PAYLOADS)} texts stand there as they are")
        assert len(walk.seen) >= visit.least, page
    if long_form:
        addresses(walk, address, browser_page.console_errors)
    print(f"{walk.looks} pages, {walk.texts} hostile texts on them, 0 executed, 0 evaluated")


def test_the_look_notices_what_ran_or_was_evaluated(browser_page: Any, address: str) -> None:
    walk = tour(browser_page, address, english=False)
    walk.rest(maps=1)
    put = "(markup) => document.body.insertAdjacentHTML('beforeend', `<div id=alive>${markup}</div>`)"
    for alive in ("<b>A49B</b>", "<img src=x onerror=window.hit=1>", "<svg onload=window.hit=1></svg>"):
        walk.look()
        walk.page.evaluate(put, alive)
        with pytest.raises(AssertionError):
            walk.look()
        if "img" in alive:
            walk.page.wait_for_function("() => window.hit === 1")
        walk.page.evaluate("() => { document.querySelector('#alive').remove(); delete window.hit; }")
    walk.page.close()
    browser_page.console_errors.clear()
