"""Tiles of many parcels: ours beside what one would use instead, on the same data in one run.

    python3 tasks.py bench                     100,000 and 1,000,000 parcels, all that is installed
    python3 bench/bench_tiles.py --sizes 20000 a quick look

Writes the section "Tiles" of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import folium
import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import shapely

from benchmark_page import put
from parkplan.render.tiles import Shapes, Tile, TileLayer, tile_at

START, END = "<!-- tiles: made by bench/bench_tiles.py -->", "<!-- end of tiles -->"
ZOOMS = range(10, 17)
CENTRE = (12_592_000.0, 2_580_000.0)
PITCH_M, STREET_M = 45.0, 24.0
PALETTE = ["#b85450", "#d79b00", "#82b366", "#6c8ebf", "#9673a6"]
STATUSES = ["idle", "low_efficiency", "in_use", "under_construction", "to_supply"]
SLOW_S = 5.0
QUERY = """SELECT length(ST_AsMVT(q, 'parcels', 4096, 'g', 'id')) FROM (
    SELECT id, code AS c, ST_AsMVTGeom(geom, ST_TileEnvelope(:tile), 4096, 64, true) AS g
    FROM parcels WHERE geom && ST_TileEnvelope(:tile, margin => 0.02)) q;
"""


def parcels(count: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Irregular octagons in blocks around one point, every eighth with a courtyard, in EPSG:3857."""
    rng = np.random.default_rng(seed)
    side = int(count**0.5) + 1
    row, column = np.divmod(np.arange(count), side)
    streets = np.column_stack([column // 9, row // 5]) * STREET_M
    middle = np.column_stack([column, row]) * PITCH_M + streets
    middle += np.array(CENTRE) - middle.mean(axis=0)
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False) + rng.uniform(0, 0.7, (count, 1))
    radius = PITCH_M * rng.uniform(0.34, 0.5, (count, 8))
    corners = middle[:, None, :] + np.stack([np.cos(angle), np.sin(angle)], axis=2) * radius[:, :, None]
    geometry = shapely.polygons(corners)
    yards = np.arange(0, count, 8)
    court = shapely.linearrings(middle[yards, None, :] + (corners[yards] - middle[yards, None, :]) * 0.35)
    geometry[yards] = shapely.polygons(corners[yards], holes=court[:, None])
    frame = {"parcel_id": [f"P{number:07d}" for number in range(count)], "code": rng.integers(0, 5, count)}
    return gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:3857")


def places(zoom: int) -> list[Tile]:
    """Nine tiles around the middle; at low zooms they are fewer."""
    side = Tile(zoom, 0, 0).side_m
    reach = min(side, 4000.0)
    offsets = [(x, y) for x in (-reach, 0, reach) for y in (-reach, 0, reach)]
    return list(dict.fromkeys(tile_at(zoom, CENTRE[0] + x, CENTRE[1] + y) for x, y in offsets))


@dataclass(frozen=True)
class Cost:
    """Medians over tiles: milliseconds and bytes."""

    milliseconds: float
    size: float

    def __str__(self) -> str:
        return f"{self.milliseconds:,.1f} ms, {self.size / 1000:,.0f} kB"


def cost(make: Callable[[Tile], bytes], zoom: int, *, clock: Callable[[], float] = time.process_time) -> Cost:
    times, sizes = [], []
    for tile in places(zoom):
        best = []
        for _ in range(3):
            start = clock()
            body = make(tile)
            best.append(clock() - start)
            if best[-1] > 1:
                break
        times.append(1000 * statistics.median(best))
        sizes.append(len(body))
    return Cost(statistics.median(times), statistics.median(sizes))


@dataclass
class Other:
    """Another way to make tiles, asked from high zooms to low ones until it is too slow; None is not installed."""

    measure: Callable[[int], Cost] | None
    too_slow: bool = False

    def at(self, zoom: int) -> str:
        """Write the cost at a zoom."""
        if self.measure is None:
            return "not installed"
        if self.too_slow:
            return f"over {SLOW_S:.0f} s"
        found = self.measure(zoom)
        self.too_slow = found.milliseconds > 1000 * SLOW_S
        return str(found)


def resident_mb() -> float:
    """Memory of this process; NaN where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def home_made(frame: gpd.GeoDataFrame) -> Callable[[Tile], bytes]:
    """What one writes first: a spatial index, a clip by GEOS, an encoder in Python."""
    geometry, codes, index = frame.geometry.to_numpy(), frame["code"].to_numpy(), frame.sindex

    def make(tile: Tile) -> bytes:
        rows = index.query(shapely.box(*tile.padded(64)))
        cut = shapely.clip_by_rect(geometry[rows], *tile.padded(64))
        features = [
            {"geometry": shape, "properties": {"c": int(codes[row])}, "id": int(row)}
            for row, shape in zip(rows, cut, strict=True)
            if not shape.is_empty
        ]
        layer = {"name": "parcels", "features": features}
        return bytes(mapbox_vector_tile.encode(layer, default_options={"quantize_bounds": tile.bounds}))

    return make


@contextmanager
def postgis(frame: gpd.GeoDataFrame) -> Iterator[Callable[[int], Cost] | None]:
    """A throw-away server with the parcels; None where PostGIS is not installed. Times are the server's own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs or not Path(f"/usr/share/postgresql/{programs[-1].parent.name}/extension/postgis.control").exists():
        yield None
        return
    user = "postgres" if os.geteuid() == 0 else None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="parkplan-bench-"))
    if user:
        shutil.chown(folder, user, user)

    def call(program: str, *arguments: object, text: str | None = None) -> str:
        command = [str(programs[-1] / program), *map(str, arguments)]
        done = subprocess.run(
            command, user=user, cwd=folder, input=text, capture_output=True, encoding="utf-8", check=True
        )
        return done.stdout

    def psql(text: str) -> str:
        where = ("-h", "127.0.0.1", "-p", port, "-U", "postgres", "-d", "postgres")
        return call("psql", *where, "-qAt", "-v", "ON_ERROR_STOP=1", text=text)

    def measured(zoom: int) -> Cost:
        times, sizes = [], []
        for tile in places(zoom):
            query = QUERY.replace(":tile", f"{tile.z},{tile.x},{tile.y}")
            said = psql("\\timing on\n" + query * 3)
            times.append(statistics.median(float(found) for found in re.findall(r"Time: ([\d.]+) ms", said)))
            sizes.append(float(said.splitlines()[0]))
        return Cost(statistics.median(times), statistics.median(sizes))

    try:
        call("initdb", "-D", folder / "data", "-U", "postgres", "--auth", "trust", "-E", "UTF8")
        settings = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        settings += " -c shared_buffers=1GB -c work_mem=256MB"
        call("pg_ctl", "start", "-w", "-D", folder / "data", "-l", folder / "log", "-o", settings)
        shapes = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), 3857), hex=True, include_srid=True)
        rows = enumerate(zip(frame["code"], shapes, strict=True))
        lines = "".join(f"{row}\t{code}\t{shape}\n" for row, (code, shape) in rows)
        psql("CREATE EXTENSION postgis; CREATE TABLE parcels (id int, code int, geom geometry(Polygon, 3857));")
        psql(f"COPY parcels FROM stdin;\n{lines}\\.\n")
        psql("CREATE INDEX ON parcels USING gist (geom); CLUSTER parcels USING parcels_geom_idx; ANALYZE parcels;")
        yield measured
    finally:
        if (folder / "data/postmaster.pid").exists():
            call("pg_ctl", "stop", "-m", "immediate", "-D", folder / "data")
        shutil.rmtree(folder)


def tippecanoe(frame: gpd.GeoDataFrame) -> str:
    """Seconds to make all tiles of the zooms in advance; it answers no request."""
    program = shutil.which("tippecanoe")
    if program is None:
        return "not installed here"
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "parcels.geojson", Path(folder) / "parcels.mbtiles"
        frame.to_crs(4326).to_file(source)
        start = time.perf_counter()
        zooms = ["-Z", str(ZOOMS[0]), "-z", str(ZOOMS[-1])]
        subprocess.run([program, "-q", "-o", str(out), "-l", "parcels", *zooms, str(source)], check=True)
        return f"{time.perf_counter() - start:,.0f} s in advance, {out.stat().st_size / 1e6:,.0f} MB"


def plain_folium(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    """Seconds to build a page with every parcel in it, and its megabytes."""
    start = time.process_time()
    page = folium.Map(tiles=None)
    folium.GeoJson(json.loads(frame.to_crs(4326).to_json())).add_to(page)
    text = page.get_root().render()
    return time.process_time() - start, len(text.encode()) / 1e6


def measure(count: int) -> tuple[list[str], str]:
    """Rows of the table by zoom, and a line on building and memory."""
    frame = parcels(count)
    gc.collect()
    before, start = resident_mb(), time.process_time()
    layer = TileLayer("parcels", Shapes.of(frame.geometry.to_numpy()), frame["code"].to_numpy(np.int16))
    built, grown = time.process_time() - start, resident_mb() - before
    theirs = home_made(frame)
    rows = []
    with postgis(frame) as server:
        others = [Other(server), Other(lambda zoom: cost(theirs, zoom))]
        for zoom in reversed(ZOOMS):
            if zoom >= layer.overview_below:
                ours = str(cost(lambda tile: layer.tile(tile.z, tile.x, tile.y), zoom))
            else:
                painted = cost(lambda tile: layer.overview(tile.z, tile.x, tile.y, PALETTE), zoom)
                ours = f"{painted} (overview)"
            rows.append(f"| {count:,} | {zoom} | {ours} | {others[0].at(zoom)} | {others[1].at(zoom)} |")
            print(rows[-1], flush=True)
    line = (
        f"- {count:,} parcels: built in {built:.1f} s of CPU, {layer.shapes.nbytes / 1e6:,.0f} MB of arrays "
        f"({grown:,.0f} MB more in the process); overview below zoom {layer.overview_below}; "
        f"tippecanoe: {tippecanoe(frame)}."
    )
    print(line, flush=True)
    return rows[::-1], line


def page(sizes: list[int]) -> str:
    """The section in Markdown."""
    rows, lines = [], []
    load = f"{os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    for count in sizes:
        more, line = measure(count)
        rows += more
        lines.append(line)
    whole = []
    for count in (1_000, 10_000, 100_000):
        seconds, megabytes = plain_folium(parcels(count))
        whole.append(f"| {count:,} | {seconds:.1f} s | {megabytes:,.1f} MB |")
    head = [
        "## Tiles",
        "",
        "Median cost of one tile, nine tiles around the middle of the data, warm, nothing kept. Irregular parcels"
        f" {PITCH_M:.0f} m apart with eight corners, every eighth with a courtyard. Ours and the home-made way in CPU"
        " time of the process, PostGIS by its own clock for the query; sizes before compression. Below the zoom where"
        " half of the parcels are larger than three pixels, ours are painted overview tiles; the others go on.",
        "",
        f"Python {platform.python_version()}, numpy {np.__version__}, shapely {shapely.__version__}, "
        f"{os.cpu_count()} processors ({platform.machine()}), {time.strftime('%Y-%m-%d')}; load of the machine {load}"
        " (above the number of processors, PostGIS' figures contain waiting).",
        "",
        "| parcels | zoom | parkplan | PostGIS `ST_AsMVT` | GEOS clip + `mapbox_vector_tile` |",
        "|---|---|---|---|---|",
        *rows,
        "",
        *lines,
        "",
        "`folium.GeoJson` sends every parcel with every page, whatever is looked at:",
        "",
        "| parcels | CPU time to build the page | page |",
        "|---|---|---|",
        *whole,
        "",
        "Repeat with `python3 tasks.py bench`, or quickly with `python bench/bench_tiles.py --sizes 20000`.",
    ]
    return "\n".join([START, *head, END])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    chosen, _ = options.parse_known_args()
    section = page(chosen.sizes)
    if chosen.print:
        print(section)
        return 0
    put(section)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
