"""First paint in Chromium: the park map of the running app beside a plain folium.GeoJson, on the same parcels.

    python3 tasks.py bench                     10,000, 100,000 and 1,000,000 parcels
    python3 bench/bench_paint.py --sizes 10000 a quick look

Writes the section "First paint" of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
from playwright.sync_api import Browser, Page, Route, sync_playwright

from bench_tiles import STATUSES, parcels
from parkplan.data.workspace import create_workspace
from parkplan.model.workspace import Change

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/benchmarks.md"
ASSETS = ROOT / "src/parkplan/render/assets"
START, END = "<!-- paint: made by bench/bench_paint.py -->", "<!-- end of paint -->"
FOLIUM_MOST = 10_000
WAIT_MS = 300_000
VIEW = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
DRAWN = "document.querySelector('.pp-map')?.dataset.loading === '0'"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Paint:
    """Seconds until everything is drawn, and what was sent for it: megabytes in all, and through the websocket."""

    seconds: float
    megabytes: float
    websocket: float = 0.0


class Meter:
    """Counts what a page receives; bodies as they travel, compressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bytes = self.websocket = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: self._add(int(event["encodedDataLength"])))
        session.on("Network.webSocketFrameReceived", self._frame)

    def _add(self, size: int) -> None:
        self.bytes += size

    def _frame(self, event: dict[str, dict[str, str | int]]) -> None:
        data = str(event["response"]["payloadData"])
        size = len(data) * 3 // 4 if event["response"]["opcode"] == 2 else len(data.encode())
        self.websocket += size

    def until(self, start: float, condition: str) -> Paint:
        """Wait until the page is drawn."""
        self.page.wait_for_function(f"() => {condition}", timeout=WAIT_MS, polling=20)
        self.page.evaluate(TWO_FRAMES)
        seconds = time.perf_counter() - start
        self.page.wait_for_timeout(300)
        found = Paint(seconds, (self.bytes + self.websocket) / 1e6, self.websocket / 1e6)
        self.bytes = self.websocket = 0
        return found


def with_attributes(frame: gpd.GeoDataFrame, seed: int = 7) -> gpd.GeoDataFrame:
    """The parcels with what a planner's table holds."""
    rng, count = np.random.default_rng(seed), len(frame)
    clusters = ["electronics", "new_materials", "equipment", "appliances", "biomedicine", "safety"]
    return frame.drop(columns="code").assign(
        name=[f"地块 {number}" for number in range(count)],
        holder=[f"单位 {number % 5000}（虚构）" for number in range(count)],
        status=np.array(STATUSES)[frame["code"]],
        land_use="100102",
        cluster=np.array(clusters)[rng.integers(0, len(clusters), count)],
        site_area_m2=rng.uniform(900, 1600, count).round(1),
        floor_area_m2=rng.uniform(500, 3000, count).round(1),
        output_yuan=rng.lognormal(16, 1, count).round(0),
        tax_yuan=rng.lognormal(13, 1, count).round(0),
        employees=rng.integers(1, 300, count),
        investment_yuan=rng.lognormal(15, 1, count).round(0),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(frame: gpd.GeoDataFrame, folder: Path) -> Iterator[str]:
    """The app on a workspace with these parcels."""
    workspace = create_workspace(folder / "bench.parkplan", crs="EPSG:4547", actor="bench")
    workspace.write({"parcels": frame.to_crs("EPSG:4547")}, change=Change("bench", "make", synthetic=True))
    with running(folder, "/healthz", "parkplan", "serve", str(folder / "bench.parkplan"), "--port") as address:
        yield address


@contextmanager
def running(folder: Path, health: str, *module: str) -> Iterator[str]:
    """A server that takes its port as the last argument."""
    port = free_port()
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", *module, str(port)], stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"{address}{health}", timeout=5):  # noqa: S310  # the loopback
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def ours(browser: Browser, address: str) -> tuple[Paint, Paint, Paint]:
    """First visitor, later visitor, and the way to zoom 15 in the middle."""
    found = []
    for _ in range(2):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        meter, start = Meter(page), time.perf_counter()
        page.goto(f"{address}/park_map", timeout=WAIT_MS)
        found.append(meter.until(start, f"document.querySelector('[data-tool=\"length\"]') && {DRAWN}"))
    start = time.perf_counter()
    page.evaluate(f"() => {{ {VIEW}.map.setZoom(15, {{ animate: false }}); }}")
    found.append(meter.until(start, DRAWN))
    for context in browser.contexts:
        context.close()
    return found[0], found[1], found[2]


def folium_page(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """A page of folium.GeoJson with all parcels and columns in it.

    Raises `ValueError` above 10,000 parcels: the browser would not come back.
    """
    if len(frame) > FOLIUM_MOST:
        raise ValueError(f"plain folium.GeoJson is measured up to {FOLIUM_MOST:,} parcels")
    west, south, east, north = frame.to_crs(4326).total_bounds
    built = folium.Map(tiles=None)
    built.fit_bounds([[south, west], [north, east]])
    folium.GeoJson(json.loads(frame.to_crs(4326).to_json())).add_to(built)
    place = folder / "folium.html"
    built.save(place)
    return place


def _local(route: Route) -> None:
    """Leaflet from this machine; folium's other scripts are not needed for polygons."""
    name = route.request.url.rsplit("/", 1)[-1]
    if name in {"leaflet.js", "leaflet.css"}:
        route.fulfill(path=ASSETS / "leaflet" / name)
    elif route.request.url.startswith(("file:", "http://127.0.0.1")):
        route.continue_()
    else:
        route.fulfill(body="")


def folium_paint(browser: Browser, address: str, count: int) -> Paint:
    """Open a page with folium.GeoJson, or one that holds it in a frame."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.route("**/*", _local)
    meter, start = Meter(page), time.perf_counter()
    page.goto(address, timeout=WAIT_MS)
    inside = "[document, ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument)]"
    paint = meter.until(
        start, f"{inside}.some((one) => one?.querySelectorAll('path.leaflet-interactive').length >= {count})"
    )
    page.context.close()
    return paint


def folium_rows(browser: Browser, frame: gpd.GeoDataFrame, folder: Path) -> list[str]:
    """Rows of the table: the page as a file, and inside a page of Streamlit as the app's maps are."""
    count = len(frame)
    place = folium_page(frame, folder)
    alone = folium_paint(browser, place.as_uri(), count)
    size = place.stat().st_size / 1e6
    script = folder / "page.py"
    script.write_text(
        "from pathlib import Path\nimport streamlit as st\nst.set_page_config(layout='wide')\n"
        f"st.iframe(Path({str(place)!r}).read_text(), height=700)\n",
        encoding="utf-8",
    )
    module = ("streamlit", "run", str(script), "--server.headless", "true", "--browser.gatherUsageStats", "false")
    with running(folder, "/_stcore/health", *module, "--server.port") as address:
        first, later = (folium_paint(browser, address, count) for _ in range(2))
    return [
        f"| {count:,} | `folium.GeoJson`, a file | {alone.seconds:.1f} s | - | - | {size:.2f} MB | - | - |",
        f"| {count:,} | `folium.GeoJson` in Streamlit | {first.seconds:.1f} s | {later.seconds:.1f} s | - "
        f"| {later.megabytes:.2f} MB | {later.websocket * 1000:,.0f} kB on every run | - |",
    ]


def measure(browser: Browser, count: int) -> list[str]:
    """Rows of the table for one size."""
    frame = with_attributes(parcels(count))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(frame, folder) as address:
            first, later, closer = ours(browser, address)
        rows.append(
            f"| {count:,} | parkplan | {first.seconds:.1f} s | {later.seconds:.1f} s | {closer.seconds:.1f} s "
            f"| {later.megabytes:.2f} MB | {later.websocket * 1000:.0f} kB | {closer.megabytes:.2f} MB |"
        )
        if count <= FOLIUM_MOST:
            rows += folium_rows(browser, frame, folder)
        else:
            rows.append(f"| {count:,} | `folium.GeoJson` | refused | refused | - | - | - | - |")
    print(*rows, sep="\n", flush=True)
    return rows


def section(sizes: list[int]) -> str:
    """The section in Markdown."""
    program = os.environ.get("PARKPLAN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit("no Chromium, Chrome or Edge is installed")
    load = f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        rows = [row for count in sizes for row in measure(browser, count)]
        told = f"Chromium {browser.version}, no graphics card, {os.cpu_count()} processors"
        browser.close()
    head = [
        "## First paint",
        "",
        "From opening the page to the last tile drawn, 1440 x 900, the whole extent in view: the first visitor after"
        " the start of the app (tables are read, classes and index are made), a later visitor with an empty browser"
        " cache, and the way from there to zoom 15. What is sent counts pages, scripts, fonts and tiles as they"
        " travel, and the frames of the websocket. `folium.GeoJson` has all parcels in the page: a file opened"
        " from the disk without any application, and the same in a frame of a Streamlit page;"
        f" above {FOLIUM_MOST:,} parcels it is refused.",
        "",
        f"{told}, {time.strftime('%Y-%m-%d')}; load of the machine before the run {load}.",
        "",
        "| parcels | map | first visitor | later visitor | to zoom 15 | sent | by websocket | sent for zoom 15 |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        "Repeat with `python3 tasks.py bench`, or quickly with `python bench/bench_paint.py --sizes 10000`.",
    ]
    return "\n".join([START, *head, END])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    chosen, _ = options.parse_known_args()
    made = section(chosen.sizes)
    if chosen.print:
        print(made)
        return 0
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before.rstrip()}\n\n{made}\n{after}".rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
