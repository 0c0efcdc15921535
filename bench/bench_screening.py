"""Screening of many parcels: ours beside what one would write instead, on the same data in one run, in CPU time.

    python3 tasks.py bench                          100,000 parcels, and 1,000,000 parcels screened as a whole
    python3 bench/bench_screening.py --size 20000 --whole 0   a quick look

Writes the section "Screening" of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmark_page import put
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.verdict_table import screening
from parkplan.metrics import built_form, constraint_shares
from parkplan.model.screening import ScreeningChoice
from parkplan.model.workspace import Change
from parkplan.screening.stability import rank_stability, weight_draws

START, END = "<!-- screening: made by bench/bench_screening.py -->", "<!-- end of screening -->"
CORNER = (409_000.0, 2_450_000.0)
PITCH_M, STREET_M = 60.0, 24.0
INDUSTRIES = ["3911", "3311", "2651", "3821", "1441", None]
STATUSES = ["in_use", "in_use", "in_use", "idle", "under_construction", None]
MOST_GB = 6.0
REPEATS = 3
DRAWS, ALTERNATIVES, CRITERIA = 1000, 2000, 12


def district(count: int, seed: int = 7) -> dict[str, gpd.GeoDataFrame]:
    """Parcels in blocks with some three buildings each, a twentieth of them across a parcel line; lines of rivers."""
    rng = np.random.default_rng(seed)
    side = int(count**0.5) + 1
    row, column = np.divmod(np.arange(count), side)
    corner = np.column_stack([column, row]) * PITCH_M + np.column_stack([column // 9, row // 5]) * STREET_M + CORNER
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": [f"P{number:07d}" for number in range(count)],
            "land_use": "1001",
            "status": rng.choice(np.array(STATUSES, dtype=object), count),
            "industry_code": rng.choice(np.array(INDUSTRIES, dtype=object), count),
            "site_area_m2": PITCH_M**2,
            "far_max": 2.0,
            "tax_yuan": np.where(rng.random(count) < 0.2, np.nan, rng.lognormal(12, 1, count)),
            "start_agreed_on": pd.to_datetime("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, count), "D"),
        },
        geometry=_quadrangles(corner),
        crs=4547,
    )
    return {"parcels": parcels, "buildings": _buildings(corner, rng), "constraints": _lines(corner, rng)}


def _quadrangles(corner: np.ndarray) -> np.ndarray:
    """Quadrangles with two further points on each side, as surveyed outlines have."""
    along, none, full = np.array([0.0, 0.3, 0.6]), np.zeros(3), np.ones(3)
    east, north = np.concatenate([along, full, 1 - along, none]), np.concatenate([none, along, full, 1 - along])
    return np.asarray(shapely.polygons(corner[:, None, :] + np.column_stack([east, north])[None] * PITCH_M))


def _buildings(corner: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    count = len(corner)
    host = np.repeat(np.arange(count), rng.integers(1, 5, count))
    number = np.concatenate([np.arange(amount) for amount in np.bincount(host, minlength=count)])
    lower = corner[host] + np.column_stack([6 + 26 * (number % 2), 6 + 26 * (number // 2)])
    size = rng.uniform(14, 22, (len(host), 2))
    lower[rng.random(len(host)) < 0.05] -= 14.0  # across the line to the neighbour
    return gpd.GeoDataFrame(
        {
            "building_id": [f"B{place}" for place in range(len(host))],
            "storeys": rng.integers(1, 7, len(host)),
            "height_m": rng.uniform(4, 24, len(host)),
            "storey_height_m": rng.uniform(3, 9, len(host)),
            "floor_area_m2": size.prod(axis=1) * 2,
            "built_year": rng.integers(1990, 2024, len(host)),
        },
        geometry=shapely.box(lower[:, 0], lower[:, 1], lower[:, 0] + size[:, 0], lower[:, 1] + size[:, 1]),
        crs=4547,
    )


def _lines(corner: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    low, high = corner.min(axis=0), corner.max(axis=0) + PITCH_M
    across = np.linspace(low[0], high[0], 200)
    shapes = []
    for place in np.linspace(low[1], high[1], 40):
        wave = place + 80 * np.sin(across / 300 + rng.uniform(0, 6))
        shapes.append(shapely.LineString(np.column_stack([across, wave])).buffer(rng.uniform(10, 40)))
    kinds = rng.choice(["water", "flood", "ecological_redline"], len(shapes))
    severity = np.where(kinds == "flood", "warn", "veto")
    names = {"constraint_id": [str(place) for place in range(len(shapes))], "kind": kinds, "severity": severity}
    return gpd.GeoDataFrame(names, geometry=shapes, crs=4547)


@dataclass(frozen=True)
class Timed:
    """CPU seconds of two ways to the same result, and by how much they differ."""

    work: str
    other: str
    ours_s: float
    others_s: float
    difference: float

    def line(self) -> str:
        """Write a row of the table."""
        factor = self.others_s / self.ours_s
        numbers = f"{self.ours_s:.2f} s | {self.others_s:.2f} s | {factor:.1f} times | {self.difference:.1g}"
        return f"| {self.work} | {self.other} | {numbers} |"


def cpu(ours: Callable[[], Any], usual: Callable[[], Any]) -> tuple[Any, Any, float, float]:
    """Run both ways by turns, and return both results and the median time of each."""
    found: list[Any] = [None, None]
    seconds: list[list[float]] = [[], []]
    for _ in range(REPEATS):
        for place, work in enumerate((ours, usual)):
            start = time.process_time()
            found[place] = work()
            seconds[place].append(time.process_time() - start)
    return found[0], found[1], statistics.median(seconds[0]), statistics.median(seconds[1])


def indicators(tables: dict[str, gpd.GeoDataFrame]) -> Timed:
    parcels, buildings = tables["parcels"], tables["buildings"]

    def usual() -> pd.Series:
        whole = buildings.assign(whole_m2=buildings.geometry.area)
        pieces = gpd.overlay(whole, parcels[["parcel_id", "geometry"]], how="intersection", keep_geom_type=True)
        pieces["floor"] = pieces["floor_area_m2"] * pieces.geometry.area / pieces["whole_m2"]
        return pieces.groupby("parcel_id")["floor"].sum()

    ours, others, ours_s, others_s = cpu(lambda: built_form(parcels, buildings)["floor_area_m2"], usual)
    expected = parcels["parcel_id"].map(others).fillna(0.0).to_numpy()
    difference = float(np.abs(ours.to_numpy() - expected).max())
    return Timed("floor area of parcels from buildings", "geopandas.overlay, groupby", ours_s, others_s, difference)


def shares(tables: dict[str, gpd.GeoDataFrame]) -> Timed:
    parcels, lines = tables["parcels"], tables["constraints"]

    def usual() -> pd.Series:
        forbidding = lines.loc[lines["severity"] == "veto", ["geometry"]].dissolve()
        pieces = gpd.overlay(parcels[["parcel_id", "geometry"]], forbidding, how="intersection", keep_geom_type=True)
        return pieces.geometry.area.groupby(pieces["parcel_id"]).sum()

    ours, others, ours_s, others_s = cpu(lambda: constraint_shares(parcels, lines, [])["constraint_share"], usual)
    expected = (parcels["parcel_id"].map(others).fillna(0.0) / parcels.geometry.area).to_numpy()
    difference = float(np.abs(ours.to_numpy() - expected).max())
    return Timed(
        "share of parcels under control lines", "dissolve, geopandas.overlay, groupby", ours_s, others_s, difference
    )


def stability() -> Timed:
    rng = np.random.default_rng(3)
    values = rng.random((ALTERNATIVES, CRITERIA))
    sample = weight_draws(np.ones(CRITERIA), DRAWS, certainty=60, rng=rng)
    error = np.full_like(values, 0.05)

    def usual() -> np.ndarray:
        draws = np.random.default_rng(1)
        hits = np.zeros(ALTERNATIVES)
        for weights in sample:
            measured = values + error * draws.standard_normal(values.shape)
            scores = [float(np.dot(weights, row)) for row in measured]
            ranks = pd.Series(scores).rank(ascending=False, method="first")
            hits += (ranks <= 10).to_numpy()
        return hits / DRAWS

    ours, others, ours_s, others_s = cpu(lambda: rank_stability(values, sample, error=error, seed=1), usual)
    work = f"chance of the first ten, {ALTERNATIVES:,} parcels, {CRITERIA} criteria, {DRAWS:,} draws"
    return Timed(work, "a loop over the draws", ours_s, others_s, float(np.abs(ours.p_top - others).max()))


def whole(count: int) -> str:
    """Make a district in one fresh process, screen it in another, and return what that took."""
    with tempfile.TemporaryDirectory(prefix="parkplan-bench-") as folder:
        command = [sys.executable, __file__, "--folder", folder, "--only"]
        subprocess.run([*command, "make", "--whole", str(count)], check=True)
        done = subprocess.run([*command, "screen"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def only_make(folder: str, count: int) -> None:
    made = create_workspace(Path(folder) / "w.parkplan", crs="EPSG:4547", actor="bench")
    made.write(district(count), change=Change("bench", "make", synthetic=True))


def only_screen(folder: str) -> None:
    opened = open_workspace(Path(folder) / "w.parkplan")
    choice = ScreeningChoice(as_of=date(2026, 6, 30))
    start, began = time.process_time(), time.perf_counter()
    found = screening(opened, choice)
    seconds, wall = time.process_time() - start, time.perf_counter() - began
    flagged = int(found.parcels["rank"].notna().sum())
    print(
        f"{len(found.parcels):,} parcels with buildings and lines: {seconds:,.0f} s of CPU ({wall:,.0f} s wall), "
        f"{flagged:,} flagged and ranked, at most {peak_gb():.1f} GB of memory (limit {MOST_GB:.0f} GB)"
    )


def peak_gb() -> float:
    """Return the most memory that this process has had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=100_000)
    options.add_argument("--whole", type=int, default=1_000_000)
    options.add_argument("--only", choices=["make", "screen"], help=argparse.SUPPRESS)
    options.add_argument("--folder", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.only == "make":
        return only_make(chosen.folder, chosen.whole)
    if chosen.only == "screen":
        return only_screen(chosen.folder)
    tables = district(chosen.size)
    timed = [indicators(tables), shares(tables), stability()]
    count = f"{len(tables['parcels']):,} parcels, {len(tables['buildings']):,} buildings"
    lines = [
        "## Screening",
        "",
        f"{count}. CPU seconds of one process, both ways in one run by turns, the median of {REPEATS}; "
        f"Python {platform.python_version()}.",
        "The last column is the largest difference between the two results (m², share, and chance).",
        "",
        "| work | the usual way | ours | usual | factor | difference |",
        "|---|---|---|---|---|---|",
        *(one.line() for one in timed),
    ]
    del tables
    if chosen.whole:
        lines += ["", f"Screened as a whole: {whole(chosen.whole)}."]
    print("\n".join(lines))
    put("\n".join([START, *lines, END]))


if __name__ == "__main__":
    main()
