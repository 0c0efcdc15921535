"""The page that every address of the app opens with, told where the app lives.

Streamlit's script does not know whether ``/park_map`` is a page of an app at ``/``, or an app of its own: it asks at
both places, and the browser's console shows the one that is not there as a fault. Told the base, it asks once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEAD: Final = b"<head>"
_LONGEST: Final = 1 << 20
"""A page is smaller; what is longer is passed on as it is."""


def told(page: bytes, base_path: str) -> bytes:
    """Return the page with the base in its head, before all scripts; what has no head stays as it is.

    >>> told(b"<head><title>", "/gis")
    b'<head><script>window.__streamlit={BACKEND_BASE_URL:location.origin+"/gis/"}</script><title>'
    """
    base = json.dumps(f"{base_path}/").replace("<", "\\u003c")
    script = f"<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+{base}}}</script>".encode()
    return page.replace(_HEAD, _HEAD + script, 1)


@dataclass(frozen=True, slots=True)
class FirstPage:
    """Middleware: pages in HTML are told the base; everything else passes untouched."""

    app: ASGIApp
    base_path: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a browser that asks for a page gets it uncompressed, so that it can be told."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, _Teller(send, self.base_path).send)


@dataclass(slots=True)
class _Teller:
    """Holds a page back until it is whole."""

    out: Send
    base_path: str
    start: Message | None = None
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self.start = message
        elif self.start is None or message["type"] != "http.response.body":
            await self.out(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self.start)

    async def _finish(self, start: Message) -> None:
        page = told(self.body, self.base_path)
        headers = MutableHeaders(raw=start["headers"])
        for name in ("etag", "last-modified"):  # they speak of the page without the base
            del headers[name]
        headers["content-length"] = str(len(page))
        await self.out(start)
        await self.out({"type": "http.response.body", "body": page})


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    plain = headers.get("content-encoding", "identity") == "identity"
    length = headers.get("content-length", "")
    short = length.isdigit() and int(length) < _LONGEST
    return start["status"] == 200 and plain and short and headers.get("content-type", "").startswith("text/html")
