"""First paint in Chromium: the park map of the running app beside a plain folium.GeoJson, on the same parcels.

    python3 tasks.py bench                               10,000, 100,000 and 1,000,000 parcels
    python3 bench/bench_paint.py --print                 the same alone, printed instead of written
    python3 bench/bench_paint.py --print --sizes 10000   a quick look
    python3 bench/bench_paint.py --workspaces a.parkplan b.parkplan
                                                         whole districts that are there too, with all their tables

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
from benchmark_page import put
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.prepared import prepare_large
from parkplan.model.workspace import Change
from preparing import preparing, told_costs

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "src/parkplan/render/assets"
START, END = "<!-- paint: made by bench/bench_paint.py -->", "<!-- end of paint -->"
FOLIUM_MOST = 10_000
WAIT_MS = 300_000
PANNED = (11, 14, 17)
VIEW = "parkplan.hostOf(document.querySelector('.pp-host')).views[0]"
DRAWN = "document.querySelector('.pp-map')?.dataset.loading === '0'"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
)
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


def made(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    """A workspace with these parcels, for which nothing is prepared."""
    place = folder / "bench.parkplan"
    workspace = create_workspace(place, crs="EPSG:4547", actor="bench")
    workspace.write({"parcels": frame.to_crs("EPSG:4547")}, change=Change("bench", "make", synthetic=True))
    return place


@contextmanager
def running(folder: Path, health: str, *module: str) -> Iterator[Server]:
    """A server that takes its port as the last argument."""
    port = free_port()
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", *module, str(port)], stdout=log, stderr=subprocess.STDOUT)
    try:
        address, start = f"http://127.0.0.1:{port}", time.perf_counter()
        for _ in range(1200):
            try:
                with urllib.request.urlopen(f"{address}{health}", timeout=5):  # noqa: S310  # the loopback
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield Server(address, process.pid, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass(frozen=True)
class Server:
    """A running server: its address, process, and seconds from its start to its first answer."""

    address: str
    process: int
    ready_s: float

    def cpu_s(self) -> float:
        """Processor time until now; NaN where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_gb(self) -> tuple[float, float]:
        """Memory in gigabytes: all that is resident, and the part that is no mapped file."""
        try:
            lines = Path(f"/proc/{self.process}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            return float("nan"), float("nan")
        told = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "RssAnon"))}
        return int(told["VmRSS"]) / 1e6, int(told["RssAnon"]) / 1e6

    def settle(self) -> None:
        """Wait until the server has nothing left to prepare: five seconds with next to no work."""
        before = self.cpu_s()
        for _ in range(120):
            time.sleep(5)
            now = self.cpu_s()
            if not now - before > 0.2:
                return
            before = now


def visit(browser: Browser, server: Server) -> tuple[Page, Meter, str, Paint]:
    """Open the map with an empty browser cache; say the seconds, and in brackets the processor time of the server."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    meter, start, cpu = Meter(page), time.perf_counter(), server.cpu_s()
    page.goto(f"{server.address}/park_map", timeout=WAIT_MS)
    paint = meter.until(start, f"document.querySelector('[data-tool=\"length\"]') && {DRAWN}")
    return page, meter, f"{paint.seconds:.1f} s ({server.cpu_s() - cpu:.1f})", paint


def first_visit(browser: Browser, folder: Path, place: Path) -> tuple[str, str]:
    """Start the app and open the map at once; say when it answered, and when the map was drawn."""
    with running(folder, "/healthz", "parkplan", "serve", str(place), "--port") as server:
        page, _, told, _ = visit(browser, server)
        page.context.close()
        return f"{server.ready_s:.1f} s", told


def pans(page: Page, meter: Meter) -> list[str]:
    """Seconds from a step aside to the last tile drawn, at each zoom, the middle of three steps."""
    found = []
    for zoom in PANNED:
        page.evaluate(f"() => {{ {VIEW}.map.setZoom({zoom}, {{ animate: false }}); }}")
        meter.until(time.perf_counter(), DRAWN)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            page.evaluate(f"() => {{ {VIEW}.map.panBy([700, 420], {{ animate: false }}); }}")
            times.append(meter.until(start, DRAWN).seconds)
        found.append(f"{sorted(times)[1]:.2f} s")
    return found


def ours(browser: Browser, folder: Path, place: Path, unprepared: str) -> str:
    """One row of the table: a start of the app with everything prepared, two visitors, and steps on the map."""
    ready, first = first_visit(browser, folder, place)
    with running(folder, "/healthz", "parkplan", "serve", str(place), "--port") as server:
        server.settle()
        page, _, _, _ = visit(browser, server)
        page.context.close()
        page, meter, later, paint = visit(browser, server)
        steps = pans(page, meter)
        whole, own = server.memory_gb()
        page.context.close()
    count = open_workspace(place).info("parcels").rows
    cells = [f"{count:,}", "parkplan", ready, unprepared, first, later, *steps, f"{paint.megabytes:.2f} MB"]
    cells += [f"{paint.websocket * 1000:.0f} kB", f"{whole:.1f} GB ({own:.1f})"]
    return f"| {' | '.join(cells)} |"


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
    with running(folder, "/_stcore/health", *module, "--server.port") as server:
        first, later = (folium_paint(browser, server.address, count) for _ in range(2))
    return [
        f"| {count:,} | `folium.GeoJson`, a file | - | - | {alone.seconds:.1f} s | - | - | - | - | {size:.2f} MB "
        "| - | - |",
        f"| {count:,} | `folium.GeoJson` in Streamlit | - | - | {first.seconds:.1f} s | {later.seconds:.1f} s | - | - "
        f"| - | {later.megabytes:.2f} MB | {later.websocket * 1000:,.0f} kB on every run | - |",
    ]


def measure(browser: Browser, count: int) -> list[str]:
    """Rows of the table for one size."""
    frame = with_attributes(parcels(count))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = made(frame, folder)
        _, unprepared = first_visit(browser, folder, place)
        prepare_large(str(place))
        rows = [ours(browser, folder, place, unprepared)]
        if count <= FOLIUM_MOST:
            rows += folium_rows(browser, frame, folder)
        else:
            rows.append(f"| {count:,} | `folium.GeoJson` | - | refused | refused | - | - | - | - | - | - | - |")
    print(*rows, sep="\n", flush=True)
    return rows


def measure_workspace(browser: Browser, place: Path) -> list[str]:
    """One row for a workspace that is there; the row says whether it has more tables than parcels."""
    with tempfile.TemporaryDirectory() as name:
        what = "parcels alone" if len(open_workspace(place).tables()) == 1 else "whole district"
        row = ours(browser, Path(name), place, "-").replace("| parkplan |", f"| parkplan, {what} |", 1)
    print(row, flush=True)
    return [row]


def section(sizes: list[int], places: list[Path]) -> str:
    """The section in Markdown."""
    program = os.environ.get("PARKPLAN_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit("no Chromium, Chrome or Edge is installed")
    load = f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        rows = [row for count in sizes for row in measure(browser, count)]
        costs = [preparing(place) for place in places]
        rows += [row for place in places for row in measure_workspace(browser, place)]
        told = f"Chromium {browser.version}, no graphics card, {os.cpu_count()} processors"
        browser.close()
    head = [
        "## First paint",
        "",
        "From opening the page to the last tile drawn, 1440 x 900, the whole extent in view, an empty browser cache."
        " First visitors come the moment the app answers after its start: once with nothing prepared (tables are read,"
        " shapes and index are made), once with the files that `parkplan demo` and `parkplan import` prepare for large"
        " tables. Later visitors find an app that has come to rest. In brackets the seconds of processor time of"
        " the server. A pan is a step of 700 x 420 pixels at that zoom until the last tile is drawn, the middle one of"
        " three, over tiles that nobody asked for before. What is sent counts pages, scripts, fonts and tiles as they"
        " travel, and the frames of the websocket. Memory is that of the server at the end, and in brackets without the"
        " mapped files, which the system may take back at any time. `folium.GeoJson` has all parcels in the page: a"
        " file opened from the disk without any application, and the same in a frame of a Streamlit page;"
        f" above {FOLIUM_MOST:,} parcels it is refused.",
        "",
        f"{told}, {time.strftime('%Y-%m-%d')}; load of the machine before the run {load}.",
        "",
        "| parcels | map | the app answers after | first visitor, nothing prepared | first visitor | later visitor |"
        f" {' | '.join(f'pan at zoom {zoom}' for zoom in PANNED)} | sent | by websocket | memory of the server |",
        "|---" * 12 + "|",
        *rows,
        "",
        *told_costs(costs),
        "Repeat with `python3 tasks.py bench`; `python bench/bench_paint.py --print` prints this table alone,"
        " `--sizes 10000` is quick, `--workspaces district.parkplan` measures a whole district that is there too"
        " (`parkplan demo --size 1000000` makes one).",
    ]
    return "\n".join([START, *head, END])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--workspaces", type=Path, nargs="*", default=[])
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    chosen, _ = options.parse_known_args()
    told = section(chosen.sizes, chosen.workspaces)
    if chosen.print:
        print(told)
        return 0
    put(told)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
