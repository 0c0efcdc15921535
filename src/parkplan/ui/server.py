"""The app as one ASGI application: Streamlit's pages, and beside them tiles, assets and a health check."""

from __future__ import annotations

import gc
import logging
import os
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, TypedDict

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit import config

import parkplan
from parkplan._errors import ParkplanError, RequestError
from parkplan.data.workspace import open_workspace
from parkplan.i18n import catalogue
from parkplan.jobs import tiles
from parkplan.jobs.derived import derivation
from parkplan.jobs.serve import BASE_PATH, UPLOAD_MB, Access
from parkplan.jobs.tiles import TileRequest
from parkplan.jobs.warm_up import warm_up
from parkplan.model.derived_tables import DERIVED_TABLES
from parkplan.ui import opened, theme
from parkplan.ui.first_page import FirstPage
from parkplan.ui.gate import Gate, asked_language, refusal, stand
from parkplan.ui.traffic import Traffic, note, wait_for_quiet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.tiles import Answer

    MakeTile = Callable[[Workspace, TileRequest], Answer]

ASSETS: Final = Path(str(files("parkplan.render").joinpath("assets")))
SCRIPT: Final = Path(__file__).with_name("main.py")
FOREVER: Final = "private, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"
# named here because the table of the operating system may be wrong, and browsers are told not to guess
_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
SETTINGS: Final[dict[str, object]] = {
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": False,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": UPLOAD_MB,
}
"""Settings of Streamlit: nothing leaves the machine, no folder is served, uploads are limited."""
_LOGS: Final = ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error", "websockets")
"""Logs that name every request unless they are told not to."""
_log: Final = logging.getLogger("parkplan.server")


class Parts(TypedDict):
    """What our application adds to Streamlit's, by the names of ``streamlit.App``."""

    routes: list[Route]
    middleware: list[Middleware]
    lifespan: Callable[[st.App], AbstractAsyncContextManager[None]]


def parts(access: Access | None = None) -> Parts:
    """Return what goes into ``streamlit.App`` with `SCRIPT`, and settle Streamlit.

    The workspace is that of ``PARKPLAN_WORKSPACE``, else the demo district. ``PARKPLAN_BASE_PATH`` is the path under
    which a reverse proxy shows the application.
    """
    for name, value in SETTINGS.items():
        config.set_option(name, value)
    for name in _LOGS:
        logging.getLogger(name).setLevel(logging.WARNING)
    base = (os.environ.get(BASE_PATH) or str(st.get_option("server.baseUrlPath") or "")).strip("/")
    config.set_option("server.baseUrlPath", base)
    for name, value in theme.settings(f"/{base}" if base else "").items():
        config.set_option(name, value)
    path = f"/{base}" if base else ""
    gate = Middleware(Gate, access=access or Access.of(os.environ), base_path=path)
    stand()
    before = [gate, Middleware(Traffic), Middleware(FirstPage, base_path=path)]
    return Parts(routes=routes(), middleware=before, lifespan=_lifespan)


def create() -> st.App:
    """Return the application of this process, as ``parkplan serve`` starts it."""
    return st.App(SCRIPT, **parts())


def routes() -> list[Route]:
    """Return the routes beside Streamlit's own."""
    return [
        Route("/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt", _vector),
        Route("/overview/{layer}/{z:int}/{x:int}/{y:int}.png", _overview),
        Route("/tiles/{rest:path}", _nothing),
        Route("/overview/{rest:path}", _nothing),
        Route("/overview", _first_page),
        Route("/assets/{path:path}", _asset),
        Route("/healthz", _health),
    ]


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    """Once everything is imported, take it out of garbage collection: Streamlit collects after every run of a page."""
    del app
    await run_in_threadpool(_import_all)
    note()
    Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield


def _import_all() -> None:
    for name in ("folium", "geopandas", "pyarrow.parquet", "parkplan.jobs.warm_up"):
        import_module(name)
    catalogue()
    for name in DERIVED_TABLES:
        derivation(name)
    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    """Prepare what the first visitor would wait for; what fails here is told to the visitor by the page."""
    try:
        if opened.exists():
            warm_up(_workspace(opened.address()), wait_for_quiet)
    except ParkplanError as fault:
        _log.warning(fault.sentence("en"))
    except Exception:
        _log.exception("warm-up")


@cache
def _workspace(address: str) -> Workspace:
    return open_workspace(address)


async def _vector(request: Request) -> Response:
    headers = {"content-type": "application/vnd.mapbox-vector-tile", "content-encoding": "gzip"}
    return await _tile(request, tiles.vector_tile, headers)


async def _overview(request: Request) -> Response:
    return await _tile(request, tiles.overview_tile, {"content-type": "image/png"})


async def _tile(request: Request, make: MakeTile, headers: dict[str, str]) -> Response:
    chosen = asked_language(request.headers, request.query_params.get("lang", ""))
    try:
        return await run_in_threadpool(_tile_response, request, make, headers)
    except RequestError as fault:
        return refusal(fault, 404, chosen)
    except ParkplanError as fault:
        return refusal(fault, 400, chosen)
    except Exception:
        _log.exception("tile %s", request.url.path)
        return refusal(RequestError("our_fault"), 500, chosen)


def _tile_response(request: Request, make: MakeTile, headers: dict[str, str]) -> Response:
    ws = _workspace(opened.address())
    path, query = request.path_params, request.query_params
    place, hidden = (path["z"], path["x"], path["y"]), _classes(query.get("hidden", ""))
    asked = TileRequest(path["layer"], place, query.get("where", ""), query.get("v", ""), hidden)
    version = tiles.version_of(ws, asked.layer, asked.version)
    if _known(request, version):
        return Response(status_code=304, headers=_kept_for(asked, version))
    answer = make(ws, asked)
    own = _kept_for(asked, answer.version)
    return Response(answer.body, headers={**own, **headers}) if answer.body else Response(status_code=204, headers=own)


def _classes(listed: str) -> tuple[int, ...]:
    """Read class indices, ``1,4``; what is no index counts for nothing."""
    return tuple(
        sorted({int(part) for part in listed.split(",") if part.isascii() and part.isdigit() and len(part) < 4})
    )


def _known(request: Request, version: str) -> bool:
    """Whether the browser already has this version."""
    return any(f'"{version}"' in line for line in request.headers.getlist("if-none-match"))


def _kept_for(asked: TileRequest, version: str) -> dict[str, str]:
    """How long a browser keeps a tile: for good if its address names this version, else until it has asked again."""
    return {"etag": f'"{version}"', "cache-control": FOREVER if asked.version == version else ASK_AGAIN}


async def _nothing(request: Request) -> Response:
    chosen = asked_language(request.headers, request.query_params.get("lang", ""))
    return refusal(RequestError("no_such_address", path=request.url.path), 404, chosen)


async def _asset(request: Request) -> Response:
    found = await run_in_threadpool(_asset_file, request.path_params["path"])
    if found is None:
        return await _nothing(request)
    state = await run_in_threadpool(found.stat)
    version = f"{state.st_size:x}-{state.st_mtime_ns:x}"
    headers = {"etag": f'"{version}"', "cache-control": FOREVER if "v" in request.query_params else ASK_AGAIN}
    if _known(request, version):
        return Response(status_code=304, headers=headers)
    return FileResponse(found, headers=headers, media_type=_TYPES.get(found.suffix, "application/octet-stream"))


def _asset_file(path: str) -> Path | None:
    """Return a file of the assets, or None; nothing outside the folder, by whatever path or link."""
    if "\\" in path or "\0" in path or ":" in path:
        return None
    root = ASSETS.resolve()
    found = (root / path.lstrip("/")).resolve()
    return found if found.is_relative_to(root) and found.is_file() else None


async def _first_page(request: Request) -> Response:
    """Lead the name of the first page to its address, the empty one: Streamlit knows it by no other."""
    return RedirectResponse("./" + (f"?{request.url.query}" if request.url.query else ""))


async def _health(request: Request) -> Response:
    del request
    body: dict[str, Any] = {"status": "ok", "version": parkplan.__version__}
    return JSONResponse(body, headers={"cache-control": "no-store"})
