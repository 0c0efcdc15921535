"""A page at rest: no run of the script, no stale part, no map that still loads. A click before that may meet a part
that is about to be replaced, as no user is quick enough to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WAIT_MS = 180_000  # at most: a machine may be busy
QUIET = 6
"""So many looks in a row, 60 ms apart, must find the page at rest: between two runs it is so for a moment."""
AT_REST = """([maps, quiet]) => new Promise((done) => {
    const rests = () => {
        const app = document.querySelector('[data-testid="stApp"]');
        const drawn = [...document.querySelectorAll('.pp-map')];
        return app?.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale="true"]')
            && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
            && drawn.length >= maps && drawn.every((map) => map.dataset.loading === '0');
    };
    let found = 0;
    const look = () => {
        found = rests() ? found + 1 : 0;
        if (found >= quiet) done(true); else setTimeout(look, 60);
    };
    look();
})"""


def rest(page: Page, maps: int = 0) -> None:
    """Wait until the page is at rest and shows at least so many maps, drawn."""
    page.wait_for_function(AT_REST, arg=[maps, QUIET], timeout=WAIT_MS)
