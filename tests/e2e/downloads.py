"""Files that a page offers, taken as a user takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from at_rest import rest
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WAIT_MS = 180_000


def taken(page: Page, button: Locator) -> Path:
    """Click a download button once the page is at rest; a click that another run swallowed is made again."""
    expect(button).to_be_visible(timeout=WAIT_MS)
    rest(page)
    for patience_ms in (20_000, 40_000):
        try:
            return _clicked(page, button, patience_ms)
        except Late:
            continue
    return _clicked(page, button, WAIT_MS)


def _clicked(page: Page, button: Locator, patience_ms: int) -> Path:
    with page.expect_download(timeout=patience_ms) as offered:
        button.click()
    return Path(offered.value.path())
