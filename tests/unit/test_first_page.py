"""What the first page is told, and that nothing else is touched."""

from __future__ import annotations

import asyncio
import gzip
from urllib.parse import urljoin

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from parkplan.ui.first_page import FirstPage
from parkplan.ui.server import routes

PAGE = "<!DOCTYPE html><html><head><script>first()</script></head><body>区 </body></html>" + " " * 2000


async def parts():
    yield b"<head>"
    yield b"</head>"


ROUTES = [
    Route("/park_map", lambda _: HTMLResponse(PAGE, headers={"etag": '"a"', "last-modified": "x"})),
    Route("/data.json", lambda _: JSONResponse({"head": "<head>"})),
    Route("/gone", lambda _: HTMLResponse("<head>", status_code=404)),
    Route("/parts", lambda _: StreamingResponse(parts(), media_type="text/html")),
]


def ask(path, accept, base_path=""):
    """Headers and body of an answer to a browser that can unpack gzip."""
    zipped = [Middleware(FirstPage, base_path=base_path), Middleware(GZipMiddleware, minimum_size=10)]
    sent = [(b"accept", accept), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode(),
             "query_string": b"", "root_path": "", "scheme": "http", "headers": sent}  # fmt: skip
    messages = []

    async def receive():
        await asyncio.sleep(60)  # a browser that stays until it has its answer

    async def send(message):
        messages.append(message)

    asyncio.run(Starlette(routes=ROUTES, middleware=zipped)(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in messages)


@pytest.mark.parametrize(
    ("base_path", "written"), [("", '"/"'), ("/gis", '"/gis/"'), ('/a"</script>', '"/a\\"\\u003c/script>/"')]
)
def test_a_page_is_told_the_base_before_its_first_script(base_path, written):
    headers, body = ask("/park_map", b"text/html,*/*", base_path)
    said = f"<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+{written}}}</script>"
    assert body.decode() == PAGE.replace("<head>", f"<head>{said}")
    assert headers["content-length"] == str(len(body))
    assert not {"etag", "last-modified", "content-encoding"} & set(headers)


@pytest.mark.parametrize("path", ["/data.json", "/gone", "/parts"])
def test_what_is_no_whole_page_passes_as_it_is(path):
    _, body = ask(path, b"text/html")
    assert b"__streamlit" not in body
    assert b"<head>" in body


def test_who_asks_for_no_page_gets_none_rewritten():
    headers, body = ask("/park_map", b"*/*")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).decode() == PAGE


@pytest.mark.parametrize("base", ["", "/gis"])
def test_the_name_of_the_first_page_leads_to_it(base):
    first = next(route for route in routes() if route.path == "/overview")
    scope = {"type": "http", "method": "GET", "path": f"{base}/overview", "query_string": b"lang=en", "headers": []}
    answer = asyncio.run(first.endpoint(Request(scope)))
    assert answer.status_code == 307
    assert urljoin(f"{base}/overview", answer.headers["location"]) == f"{base}/?lang=en"
