"""What all tests share: a browser with the network blocked, a throw-away PostGIS, the long forms, the running app."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import hypothesis
import pandas as pd
import pytest
from postgis_server import PostgisServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

    MakeOnce = Callable[[str, Callable[[Path], object]], Path]
    ServeOnce = Callable[[str, Callable[[], str]], str]

os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("PROJ_NETWORK", "OFF")

hypothesis.settings.register_profile("desk", deadline=None, max_examples=40)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long forms: full counts of kills, mutations, examples")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--long"):
        hypothesis.settings.load_profile("long")
    else:
        hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def long_form(request: pytest.FixtureRequest) -> bool:
    """Whether a test runs in its long form (``--long``)."""
    return bool(request.config.getoption("--long"))


PORTS = range(20_000, 32_000)
"""Below the ports that systems give out by themselves, so that nothing takes one between its choice and its use."""


def free_port() -> int:
    """A port of the loopback, chosen by chance so that test processes beside each other choose different ones."""
    for _ in range(100):
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port on the loopback")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MakeOnce:
    """Make a folder once for all test processes of a run: the first that asks makes it, the others wait for it.

    The lock is a transaction of SQLite, which the system ends when its process dies.
    """
    base = tmp_path_factory.getbasetemp()
    root = base if worker_id == "master" else base.parent

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        place = root / name
        with contextlib.closing(sqlite3.connect(root / f"{name}.lock", timeout=600, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            if not place.exists():
                folder = root / f"{name}.part"
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                folder.rename(place)
        return place

    return make_once


# A district that can be checked by hand


@pytest.fixture(scope="session")
def handmade_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five parcels on the central meridian, where a planar square metre is an ellipsoidal one; tests only read it."""
    import geopandas as gpd
    import shapely

    from parkplan.data.workspace import create_workspace
    from parkplan.model.workspace import Change

    def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
        return shapely.box(500_000 + west, 2_500_000 + south, 500_000 + east, 2_500_000 + north)

    def frame(geometry: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4547")

    day = dt.date(2015, 6, 1)
    tables = {
        "parcels": frame(
            [box(0, 0, 200, 100), box(200, 0, 300, 100), box(300, 0, 400, 100), box(0, 100, 100, 200),
             box(100, 100, 200, 200)],
            parcel_id=["JH-001", "JH-002", "JH-003", "JH-004", "JH-005"],
            name=["东宁电子厂", None, "<b>{{7*7}}</b>", "金溪花园", None],
            holder=["东宁电子（虚构）", "南山材料（虚构）", "七西五金（虚构）", None, None],
            street=["外海街道"] * 5,
            park_id=["K1", "K2", None, None, None],
            land_use=["100102", "1001", "1001", "0701", None],
            status=["in_use", "idle", "low_efficiency", None, None],
            cluster=["electronics", "new_materials", None, None, None],
            site_area_m2=[20_000.0, 12_000.0, 10_000.0, None, None],
            floor_area_m2=[30_000.0, None, 5_000.0, None, None],
            output_yuan=[50e6, None, 1e6, None, None],
            tax_yuan=[2.4e6, None, 100e3, None, None],
            employees=pd.array([100, None, 20, None, None], dtype="Int64"),
            supplied_on=[day, None, None, None, None],
            remark=["note", None, None, None, None],
        ),
        "buildings": frame(
            [box(10, 10, 110, 90), box(120, 10, 180, 40), box(310, 10, 360, 60)],
            building_id=["B1", "B2", "B3"], parcel_id=["JH-001", None, "JH-003"],
            use=["workshop", "office", "workshop"], floor_area_m2=[20_000.0, None, 5_000.0],
        ),
        "enterprises": frame(
            [shapely.Point(500_050, 2_500_050), shapely.Point(500_150, 2_500_020), shapely.Point(500_350, 2_500_050)],
            enterprise_id=["E1", "E2", "E3"], name=["东宁电子（虚构）", "东宁塑胶（虚构）", "七西五金（虚构）"],
            cluster=["electronics", "electronics", None], parcel_id=["JH-001", "JH-001", "JH-003"],
            above_scale=pd.array([True, False, None], dtype="boolean"), tax_yuan=[2.0e6, 0.4e6, None],
        ),
        "parks": frame(
            [box(0, 0, 250, 100), box(1000, 1000, 1100, 1100)],
            park_id=["K1", "K2"], name=["外海电子信息园", "礼乐新材料园"],
            kind=["special_park", "industrial_new_town"], lead_cluster=["electronics", "new_materials"],
        ),
        "streets": frame([box(-100, -100, 2000, 2000)], street_id=["440704004"], name=["外海街道"]),
        "constraints": frame(
            [box(150, 0, 210, 50)], constraint_id=["C1"], name=["麻园河蓝线"], kind=["water"], severity=["veto"]
        ),
        "roads": frame(
            [shapely.LineString([(500_000, 2_500_210), (500_200, 2_500_210)]),
             shapely.LineString([(500_200, 2_500_210), (500_400, 2_500_210)])],
            road_id=["R1", "R2"], name=["龙溪路", "龙溪路"], width_m=[40.0, None],
        ),
    }  # fmt: skip
    place = tmp_path_factory.mktemp("handmade") / "handmade.parkplan"
    workspace = create_workspace(place, crs="EPSG:4547", actor="test")
    workspace.write(tables, change=Change("test", "make", source="made by hand", synthetic=True))
    return place


# The browser

BROWSER_NAMES = (
    "chromium-headless-shell",  # Chromium without the window around the page, which nobody looks at here
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
    "msedge",
)
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=127.0.0.1:9",  # nobody listens there: what is not for the loopback fails
    "--proxy-bypass-list=127.0.0.1;localhost",
]
WAIT_MS = 180_000  # at most, for what a page is to do: a machine may be busy
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The installed browser: Chromium, Chrome or Edge."""
    named = os.environ.get("PARKPLAN_CHROMIUM")
    found = [named] if named else [*filter(None, map(shutil.which, BROWSER_NAMES)), *BROWSER_PLACES]
    for place in found:
        if Path(place).is_file():
            return Path(place)
    pytest.skip("no Chromium, Chrome or Edge is installed: install one, or name it in PARKPLAN_CHROMIUM")


@pytest.fixture(scope="module")  # no longer: while it lives, the thread's event loop counts as running
def _browser(chromium: Path) -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER_OPTIONS)
        yield browser
        browser.close()


@dataclass
class BrowserPages:
    """Opens pages; records what leaves the machine and what the page complains about.

    A test that provokes an error takes it out of ``console_errors`` itself.
    """

    browser: Browser
    outside: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def __call__(self, address: str = "", *, width: int = 1440, height: int = 900, **options: Any) -> Page:
        """Return a page of its own session, opened at an address.

        It asks for less motion: without a graphics card every frame of an animation costs time of the processor.
        Requests are not held up one by one for the same reason: what fails is looked at afterwards.
        """
        size: Any = {"width": width, "height": height}
        context = self.browser.new_context(viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(WAIT_MS)
        context.on("requestfailed", lambda request: self._look(request.url))
        context.on("page", lambda opened: opened.on("websocket", lambda socket: self._look(socket.url)))
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        if address:
            page.goto(address)
        return page

    def _look(self, address: str) -> None:
        host = urlsplit(address).hostname
        if host is not None and host not in LOOPBACK:
            self.outside.append(address)

    def _note(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.console_errors.append(said.text)


@pytest.fixture
def browser_page(_browser: Browser) -> Iterator[BrowserPages]:
    """Open pages in Chromium; afterwards nothing may have left the machine and no page may have complained."""
    pages = BrowserPages(_browser)
    yield pages
    for context in _browser.contexts:
        context.close()
    assert pages.outside == []
    assert pages.console_errors == []


# The running app


@pytest.fixture(scope="session")
def small_demo(made_once: MakeOnce) -> Path:
    """The small demo district in a folder with a Chinese name, made once; tests that write make a copy of it."""

    def make(place: Path) -> None:
        command = [sys.executable, "-m", "parkplan", "demo", "--out", str(place), "--size", "small", "--quiet"]
        subprocess.run(command, check=True, timeout=300)

    return made_once("示范区.parkplan", make)


@pytest.fixture(scope="session")
def serve_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[str], str], str]]:
    """Start a server, ``[..., "PORT", ...]``, and return its address once it answers; all end with the session."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], health: str) -> str:
        log = tmp_path_factory.mktemp("serve") / "log.txt"
        port = free_port()
        with log.open("wb") as out:
            words = [str(port) if word == "PORT" else word for word in command]
            process = subprocess.Popen([sys.executable, *words], stdout=out, stderr=subprocess.STDOUT)
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 180
        while process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{address}{health}", timeout=20):
                    return address
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")

    yield start
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def serve(serve_command: Callable[[list[str], str], str]) -> Callable[[Path], str]:
    """Start the app on a workspace and return its address."""
    return lambda workspace: serve_command(["-m", "parkplan", "serve", str(workspace), "--port", "PORT"], "/healthz")


@pytest.fixture(scope="session")
def served_once(
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    serve_command: Callable[[list[str], str], str],  # ends its servers after this
) -> Iterator[ServeOnce]:
    """Start a server once for all test processes of a run, and return its address: for tests that only read.

    Who uses a server holds a read lock of SQLite, which the system ends when its process dies. Who started one ends it
    when nobody else holds a lock any more.
    """
    base = tmp_path_factory.getbasetemp()
    root = base if worker_id == "master" else base.parent
    used: dict[str, sqlite3.Connection] = {}
    begun: list[str] = []

    def serve_once(name: str, start: Callable[[], str]) -> str:
        place = root / f"{name}.address"
        if name not in used:
            used[name] = lock = sqlite3.connect(root / f"{name}.users", timeout=3600, isolation_level=None)
            while not _in_use(lock, place):
                lock.execute("BEGIN EXCLUSIVE")
                if not place.exists():
                    address = start()
                    begun.append(name)
                    place.write_text(address, encoding="utf-8")
                lock.execute("COMMIT")
        return place.read_text(encoding="utf-8")

    yield serve_once
    for lock in used.values():  # first all: two processes may wait for each other's servers
        lock.execute("COMMIT")
    for name in begun:
        used[name].execute("BEGIN EXCLUSIVE")
        (root / f"{name}.address").unlink()
        used[name].execute("COMMIT")
    for lock in used.values():
        lock.close()


def _in_use(lock: sqlite3.Connection, place: Path) -> bool:
    """Take a read lock, and keep it if there is a server."""
    lock.execute("BEGIN")
    lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not place.exists():
        lock.execute("COMMIT")
    return lock.in_transaction


# PostGIS


@pytest.fixture(scope="session")
def new_postgis(made_once: MakeOnce) -> Callable[[], PostgisServer]:
    """Make a throw-away PostgreSQL with PostGIS on the loopback; who makes one starts and removes it."""

    def make(cluster: Path) -> None:
        first = PostgisServer(free_port())
        try:
            first.make(cluster)
        finally:
            first.remove()

    return lambda: PostgisServer(free_port(), made_once("postgis", make))


@pytest.fixture(scope="session")
def postgis(new_postgis: Callable[[], PostgisServer]) -> Iterator[PostgisServer]:
    """A server for all tests of a test process."""
    server = new_postgis()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def team_address(postgis: PostgisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database with PostGIS and no workspace yet; derived tables go into a folder of the test."""
    postgis.ask("DROP SCHEMA IF EXISTS parkplan, parkplan_current CASCADE")
    monkeypatch.setenv("PARKPLAN_CACHE", str(tmp_path / "cache"))
    return postgis.address()
