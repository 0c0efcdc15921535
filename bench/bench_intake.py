"""A file from outside: `parkplan import` beside ``pyogrio.read_dataframe(use_arrow=True)`` and ``to_parquet``.

Ours copies the file with its SHA-256, reads it in a confined process, repairs and checks it, decides its CRS, fills the
columns of a table, and writes it as a version of a workspace with its journal; the usual way reads, and writes a file.
Writes its section of ``docs/benchmarks.md``; ``--print`` prints it.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from bench_check import parcels
from benchmark_page import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    File = tuple[str, str]

START, END = "<!-- intake: made by bench/bench_intake.py -->", "<!-- end of intake -->"
ENDINGS = (".gpkg", ".parquet", ".fgb", ".csv")
USUAL = """
import sys, geopandas, pyogrio
path = sys.argv[1]
if path.endswith(".parquet"):
    frame = geopandas.read_parquet(path)
else:
    frame = pyogrio.read_dataframe(path, use_arrow=True)
    if path.endswith(".csv"):
        frame = geopandas.GeoDataFrame(frame, geometry=geopandas.GeoSeries.from_wkt(frame["wkt"]), crs=4547)
if frame.crs.is_geographic:
    frame = frame.to_crs(4547)
print(len(frame))
"""
USUAL_WRITTEN = f"{USUAL}\nframe.to_parquet(sys.argv[2] + '.parquet', compression='zstd')"
OURS = """
import sys
from parkplan.jobs import Limits, Reading, import_file
path, to, *dry_run = sys.argv[1:]
reading = Reading(crs="EPSG:4547" if path.endswith(".csv") else None, limits=Limits(wall_s=900))
done = import_file(path, to=to, table="parcels", reading=reading, dry_run=bool(dry_run))
print(done.rows)
"""
OUR_IMPORTS = "import geopandas, pyogrio\nfrom parkplan.jobs import import_file"
USUAL_IMPORTS = "import geopandas, pyogrio"
"""What the programs load before they begin is taken off."""
TARGET = 1.3


def district(count: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Parcels with a number, a Chinese name, a land-use code, an area and a whole number."""
    rng = np.random.default_rng(seed)
    shapes = parcels(count)
    columns = {
        "parcel_id": [f"JH{number:07d}" for number in range(count)],
        "name": rng.choice(["江海一号", "东宁桥", "外海园"], count),
        "land_use": rng.choice(["100101", "100102", "110101"], count),
        "site_area_m2": np.round(shapely.area(shapes), 1),
        "storeys": rng.integers(1, 9, count),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4547)


def around(frame: gpd.GeoDataFrame, corners: np.ndarray) -> gpd.GeoDataFrame:
    """The same parcels with other boundaries: ``corners`` (n, 2) or (rows, n, 2) in metres from their middles."""
    middle = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()))
    return frame.set_geometry(shapely.polygons(middle[:, None] + corners), crs=frame.crs)


def multiple(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same parcels as multi-polygons, which most GeoPackages of desktop programs hold."""
    return frame.set_geometry([shapely.MultiPolygon([shape]) for shape in frame.geometry], crs=frame.crs)


def angular(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """L-shaped parcels: their middle does not see all of their boundary."""
    return around(frame, np.array([[0, 0], [40, 0], [40, 3], [3, 3], [3, 40], [0, 40]], dtype=float))


def surveyed(frame: gpd.GeoDataFrame, seed: int = 7) -> gpd.GeoDataFrame:
    """Boundaries of thirty corners at uneven distances from the middle."""
    turn = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    reach = np.random.default_rng(seed).uniform(12, 28, (len(frame), 30))
    return around(frame, np.stack([reach * np.cos(turn), reach * np.sin(turn)], -1))


KINDS: dict[str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]] = {
    "octagons": lambda frame: frame,
    "multi-polygons of one octagon": multiple,
    "L-shaped parcels": angular,
    "boundaries of 30 corners": surveyed,
    "octagons in degrees, moved to a plane": lambda frame: frame.to_crs(4490),
}
FILES = (*(("octagons", ending) for ending in ENDINGS), *((kind, ".gpkg") for kind in list(KINDS)[1:]))


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        frame.to_wkt().rename(columns={"geometry": "wkt"}).to_csv(path, index=False)
    else:
        frame.to_file(path)


def cost(program: str, *arguments: str) -> float:
    """Seconds of the processors that a fresh process and its children use."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@dataclass(frozen=True)
class Run:
    """One of the ways to be compared: the program, what it is given beside the file, and what is only loaded."""

    program: str
    imports: str
    options: tuple[str, ...] = ()

    def seconds(self, path: Path) -> float:
        """What it costs to read a file, with a place to write that is there for this run alone."""
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            return cost(self.program, str(path), str(Path(folder) / "made"), *self.options)


RUNS = {
    "usual": Run(USUAL, USUAL_IMPORTS),
    "dry run": Run(OURS, OUR_IMPORTS, ("dry",)),
    "usual, written": Run(USUAL_WRITTEN, USUAL_IMPORTS),
    "import": Run(OURS, OUR_IMPORTS),
}


def measured(count: int, files: Sequence[File], repeats: int) -> Iterator[tuple[str, float, dict[str, float]]]:
    """Give the file, megabytes, and the seconds of each way: the least, less what loading the libraries takes.

    The ways take turns, so that a busy machine is busy for all.
    """
    starts = {imports: min(cost(imports) for _ in range(repeats)) for imports in (USUAL_IMPORTS, OUR_IMPORTS)}
    frame = district(count)
    with tempfile.TemporaryDirectory() as folder:
        for kind, ending in files:
            path = Path(folder) / f"district{ending}"
            write(KINDS[kind](frame), path)
            os.sync()
            turns = [{name: run.seconds(path) for name, run in RUNS.items()} for _ in range(repeats)]
            least = {name: min(turn[name] for turn in turns) - starts[run.imports] for name, run in RUNS.items()}
            yield f"`{ending}`, {kind}", path.stat().st_size / 1e6, least
            path.unlink()


def section(count: int, files: Sequence[File], repeats: int) -> str:
    found = list(measured(count, files, repeats))
    read = {file: each["dry run"] / each["usual"] for file, _, each in found}
    whole = {file: each["import"] / each["usual, written"] for file, _, each in found}
    rows = [
        f"| {file} | {size:,.0f} MB | {each['usual']:.2f} s | {each['dry run']:.2f} s | {read[file]:.2f} "
        f"| {each['usual, written']:.2f} s | {each['import']:.2f} s | {whole[file]:.2f} |"
        for file, size, each in found
    ]
    head = [
        "## Reading files from outside",
        "",
        f"{count:,} parcels with five columns, first until they are rows of a table with a CRS, then until they are "
        "written. The usual way is `pyogrio.read_dataframe(use_arrow=True)` (`geopandas.read_parquet` for GeoParquet, "
        "WKT parsed for CSV, `to_crs` for degrees), then `to_parquet` with the same compression; ours adds the copy "
        "with its SHA-256, the confined process, the check and repair of every geometry, CRS doctor and column doctor, "
        "then the version by its content and the journal. Plain rings are checked, moved and kept as "
        "bytes: neither a dry run nor an import makes an object of each. CPU time of all processes, the least of "
        f"{repeats} in turns, less what importing the libraries takes; the start of the confined process counts.",
        "",
        f"Python {platform.python_version()}, pyogrio {pyogrio.__version__}, shapely {shapely.__version__}, "
        f"{os.cpu_count()} processors ({platform.machine()}), {time.strftime('%Y-%m-%d')}; "
        f"load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        "| file | size | usual | dry run | times the usual | usual, written | import | times the usual |",
        "|---|---|---|---|---|---|---|---|",
    ]
    foot = ["", f"{verdict('Dry run', read)} {verdict('Import', whole)} Repeat with "
            "`python bench/bench_intake.py --rows 1000000`."]  # fmt: skip
    return "\n".join([START, *head, *rows, *foot, END])


def verdict(name: str, times: Mapping[str, float]) -> str:
    """Say whether the target is reached, and by which files it is not."""
    missed = "; ".join(file for file, ratio in times.items() if ratio > TARGET)
    said = f"not reached by {missed}" if missed else f"reached by all, the worst is {max(times.values()):.2f}"
    return f"{name}: at most {TARGET} times the usual is {said}."


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--endings", nargs="+", choices=ENDINGS, default=ENDINGS, help="only files with these endings")
    options.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="only these kinds of shapes")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    chosen, _ = options.parse_known_args()
    files = [(kind, ending) for kind, ending in FILES if kind in chosen.kinds and ending in chosen.endings]
    made = section(chosen.rows, files, chosen.repeats)
    if chosen.print:
        print(made)
        return 0
    put(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
