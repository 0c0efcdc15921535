"""The watch of the browser tests itself: whatever asks for another machine is seen, and reaches nothing."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser
ASK = {
    "fetch": "(address) => fetch(address, { mode: 'no-cors' }).then(() => 'answered', () => 'failed')",
    "picture": """(address) => new Promise((done) => {
        const image = new Image();
        image.onload = () => done('answered');
        image.onerror = () => done('failed');
        image.src = address;
    })""",
    "socket": """(address) => new Promise((done) => {
        const socket = new WebSocket(address.replace('http', 'ws'));
        socket.onopen = () => done('answered');
        socket.onerror = () => done('failed');
    })""",
}


@pytest.mark.parametrize("how", list(ASK))
@pytest.mark.parametrize("address", ["http://192.0.2.7/x", "http://tiles.example.org/0/0/0.png"])
def test_what_asks_for_another_machine_is_seen_and_fails(browser_page: Any, how: str, address: str) -> None:
    page = browser_page("about:blank")
    assert page.evaluate(ASK[how], address) == "failed"
    page.wait_for_timeout(50)  # what failed is told by another process
    assert [seen.replace("ws:", "http:") for seen in browser_page.outside] == [address]
    browser_page.outside.clear()
    browser_page.console_errors.clear()
