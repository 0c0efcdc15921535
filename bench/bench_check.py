"""Validity and overlaps of a city's parcels: the check of `parkplan.quality` beside the usual query of a tree.

Writes its section of ``docs/benchmarks.md``; ``--print`` prints it instead.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import shapely

from benchmark_page import put
from parkplan.quality.overlap import overlapping_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

START, END = "<!-- check: made by bench/bench_check.py -->", "<!-- end of check -->"
PITCH_M = 40.0
REPEATS = 3


def parcels(count: int, seed: int = 7) -> np.ndarray:
    """Irregular octagons that share their sides; one in a hundred is pushed half a metre into its neighbours."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(count**0.5))
    across, up = np.meshgrid(np.arange(side + 1) * PITCH_M, np.arange(side + 1) * PITCH_M)
    corner = np.stack([across, up], -1) + rng.uniform(-9, 9, (side + 1, side + 1, 2)) + np.array([4.1e5, 2.497e6])
    flat = (corner[:, :-1] + corner[:, 1:]) / 2 + rng.uniform(-2, 2, (side + 1, side, 2))
    steep = (corner[:-1] + corner[1:]) / 2 + rng.uniform(-2, 2, (side, side + 1, 2))
    ring = [corner[:-1, :-1], flat[:-1], corner[:-1, 1:], steep[:, 1:], corner[1:, 1:], flat[1:], corner[1:, :-1],
            steep[:, :-1]]  # fmt: skip
    shapes = shapely.polygons(np.stack(ring, 2).reshape(-1, 8, 2)[:count])
    pushed = rng.choice(count, count // 100, replace=False)
    shapes[pushed] = shapely.buffer(shapes[pushed], 0.5, join_style="mitre")
    return np.asarray(shapes)


def usual(shapes: np.ndarray) -> int:
    """Validity, then the tree's own predicate, each pair twice."""
    shapely.is_valid(shapes)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    return int((left < right).sum())


def ours(shapes: np.ndarray) -> int:
    shapely.is_valid(shapes)
    return len(overlapping_pairs(shapes)[0])


def cost(work: Callable[[np.ndarray], int], count: int) -> tuple[float, float, int]:
    """Median seconds of the clock and of the processors, and the pairs; prepared shapes are made anew each time."""
    clock, used, pairs = [], [], 0
    for _ in range(REPEATS):
        shapes = parcels(count)
        start, busy = time.perf_counter(), time.process_time()
        pairs = work(shapes)
        clock.append(time.perf_counter() - start)
        used.append(time.process_time() - busy)
    return statistics.median(clock), statistics.median(used), pairs


def section(sizes: list[int]) -> str:
    rows = []
    for size in sizes:
        (their_clock, their_used, their_pairs), (clock, used, pairs) = cost(usual, size), cost(ours, size)
        assert pairs == their_pairs
        rows.append(
            f"| {size:,} | {pairs:,} | {their_clock:.2f} s ({their_used:.2f} s) | {clock:.2f} s ({used:.2f} s) "
            f"| {their_clock / clock:.1f} ({their_used / used:.1f}) |"
        )
    head = [
        "## Validity and overlaps",
        "",
        "Octagonal parcels that share their sides, one in a hundred pushed into its neighbours. Median of three, by "
        "the clock, and in brackets the time of all processors. Both find the same pairs; ours finds nested ones too.",
        "",
        f"Python {platform.python_version()}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}, "
        f"{os.cpu_count()} processors ({platform.machine()}), {time.strftime('%Y-%m-%d')}; "
        f"load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        '| parcels | overlaps | `STRtree.query(predicate="overlaps")` | parkplan | times faster |',
        "|---|---|---|---|---|",
    ]
    return "\n".join([START, *head, *rows, END])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    chosen, _ = options.parse_known_args()
    made = section(chosen.sizes)
    if chosen.print:
        print(made)
        return 0
    put(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
