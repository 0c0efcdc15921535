"""Sites: the contiguity graph against ``STRtree.query(predicate="dwithin")``, and the time to a proof.

CPU seconds of one process on made-up parcels: blocks of plots with surveyed (many-cornered) boundaries, roads between.
Writes its parts of the section "Candidate sites" of ``docs/benchmarks.md``; ``--part graph`` writes one of them,
``--print`` prints them, ``--quick`` prints small cases.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmark_page import put
from parkplan.metrics import blocks, pairs_within
from parkplan.model.sites import SiteLimits
from parkplan.sites.assembly import MOST_SITES, QUICK_S, improved, solve, varied
from parkplan.sites.best_set import best_set
from parkplan.sites.branch_cut import available, branch_and_cut
from parkplan.sites.contiguity import contiguity
from parkplan.sites.cut_loop import cut_loop
from parkplan.sites.engine import Effort
from parkplan.sites.groups import GroupSearch
from parkplan.sites.problem import Assembly

if TYPE_CHECKING:
    from parkplan.sites.groups import Engine

START, END = "<!-- sites {}: made by bench/bench_sites.py -->", "<!-- end of sites {} -->"
LAST = "<!-- end of sites -->"
FEW = SiteLimits(min_parcels=5, max_parcels=8)
LARGE = SiteLimits(
    min_area_m2=80_000.0,
    max_area_m2=300_000.0,
    max_cost_yuan=160e6,
    max_owners=12,
    min_flagged_share=0.7,
    frontage=True,
)


def fabric(count: int, seed: int, step_m: float | None = None) -> np.ndarray:
    """Blocks of plots between roads of 12 to 50 m, their edges cut every ``step_m`` and bent a little."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil((count / 6) ** 0.5))
    widths, heights = rng.uniform(250, 420, side), rng.uniform(200, 360, side)
    roads = rng.choice([12, 18, 24, 36, 50], (2, side), p=[0.25, 0.3, 0.2, 0.15, 0.1])
    west = np.concatenate([[0], np.cumsum(widths + roads[0])[:-1]])
    south = np.concatenate([[0], np.cumsum(heights + roads[1])[:-1]])
    found: list[tuple[float, float, float, float]] = []
    for i in range(side):
        for j in range(side):
            box = (west[i], south[j], west[i] + widths[i], south[j] + heights[j])
            found += split(box, widths[i] * heights[j] / 7, rng)
    shapes = shapely.box(*np.array(found[:count]).T)
    if step_m is None:
        return np.asarray(shapes)

    def bend(xy: np.ndarray) -> np.ndarray:
        return xy + np.column_stack([5 * np.sin(xy.sum(axis=1) / 37), 5 * np.sin((xy[:, 0] - xy[:, 1]) / 35)])

    return np.asarray(shapely.transform(shapely.segmentize(shapes, step_m), bend))


def turned(shapes: np.ndarray, angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(shapely.transform(shapes, lambda xy: xy @ np.array([[cosine, sine], [-sine, cosine]])))


def split(box: tuple[float, ...], target: float, rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """Halve a box until the parts are about as large as they should be."""
    x0, y0, x1, y1 = box
    if (x1 - x0) * (y1 - y0) < target * rng.uniform(0.9, 1.9):
        return [(x0, y0, x1, y1)]
    share = rng.uniform(0.38, 0.62)
    if x1 - x0 > y1 - y0:
        at = x0 + (x1 - x0) * share
        return split((x0, y0, at, y1), target, rng) + split((at, y0, x1, y1), target, rng)
    at = y0 + (y1 - y0) * share
    return split((x0, y0, x1, at), target, rng) + split((x0, at, x1, y1), target, rng)


def question(count: int, seed: int, limits: SiteLimits) -> Assembly:
    """Draw attributes over a fabric; bad land lies in clusters."""
    shapes, rng = fabric(count, seed), np.random.default_rng(seed)
    count = len(shapes)
    graph, area = contiguity(shapes, 25.0), shapely.area(shapes)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    field = np.zeros(count)
    for _ in range(6):
        spot = rng.uniform(0, centre.max(), 2)
        field += rng.normal() * np.exp(-((centre - spot) ** 2).sum(axis=1) / (2 * 400**2))
    need = 1 / (1 + np.exp(-(1.5 * field + rng.normal(0, 0.8, count))))
    flagged = need > 0.55
    return Assembly(
        value=np.where(flagged, 10 * need, -2.0) * area / 1e4,
        area_m2=area,
        cost_yuan=area * rng.uniform(300, 900, count),
        owner=rng.integers(0, int(0.6 * count), count),
        flagged=flagged,
        frontage=rng.random(count) < 0.15,
        allowed=rng.random(count) >= 0.05,
        locked=np.zeros(count, dtype=np.bool_),
        left=graph.left,
        right=graph.right,
        bonus=0.004 * graph.shared_m,
        limits=limits,
    )


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def graph_table(quick: bool) -> list[str]:
    """Ours by turns with the tree, the median of three."""
    rows, count = [], 10_000 if quick else 100_000
    kinds = {
        "rectangles along the axes": fabric(count, 1),
        "rectangles turned by 20 degrees": turned(fabric(count, 1), np.radians(20.0)),
        "surveyed boundaries": fabric(count, 1, 25.0),
        "finely surveyed boundaries": fabric(count, 1, 5.0),
    }
    for name, shapes in kinds.items():
        corners = shapely.get_num_coordinates(shapes).mean()
        times = [
            (
                seconds(lambda s=s: tree_pairs(s)),
                seconds(lambda s=s: pairs_within(gpd.GeoSeries(s), 20.0)),
                seconds(lambda s=s: contiguity(s, 20.0)),
            )
            for s in (shapes.copy() for _ in range(1 if quick else 3))
        ]
        usual, pairs, whole = np.median(times, axis=0)
        rows.append(
            f"| {name}, {corners:.1f} corners | {usual:.2f} | {pairs:.2f} | {usual / pairs:.1f} | {whole:.2f} "
            f"| {usual / whole:.1f} |"
        )
    return [
        f"Seconds for the 20 m graph of {count:,} parcels, the tree and ours by turns, "
        f"{'once' if quick else 'the median of three'}. "
        "The last two columns add common edges, opposite lengths across gaps and the links that barriers cut.",
        "",
        "| parcels | `STRtree` dwithin | pairs in 20 m | times faster | with edges, lengths, links | times faster |",
        "|---|---|---|---|---|---|",
        *rows,
    ]  # fmt: skip


def tree_pairs(shapes: np.ndarray) -> None:
    shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=20.0)


def proof_table(limits: SiteLimits, counts: tuple[int, ...], limit_s: float) -> list[str]:
    """Three districts of each size, with every engine that is installed."""
    rows = []
    for name, engine in (("SCIP", branch_and_cut), ("HiGHS", cut_loop)):
        if name == "SCIP" and not available():
            continue
        for count in counts:
            told = [_proven(question(count, seed, limits), engine, limit_s) for seed in range(3)]
            rows.append(f"| {name} | {count:,} | {' | '.join(told)} |")
            print(rows[-1], file=sys.stderr, flush=True)
    return [
        "In brackets what the quick search around greedy sites reached of the best value, and its part of the time.",
        "",
        "| engine | parcels | first district | second | third |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _proven(problem: Assembly, engine: Engine, limit_s: float) -> str:
    """Quick search and exact search together, as the button runs them; in brackets what the quick search found."""
    begin = time.process_time()
    start = improved(problem, Effort(seconds=QUICK_S)).best
    quick = time.process_time() - begin
    found = GroupSearch(problem, engine, start).run(Effort(seconds=limit_s))
    took = time.process_time() - begin
    share = f"{100 * start.value / found.value:.1f} %" if start and found.value else "nothing"
    if found.optimal:
        return f"proven in {took:.1f} s (quick: {share} in {quick:.1f} s)"
    gap = "no bound" if found.bound is None or not found.value else f"{100 * (found.bound / found.value - 1):.1f} %"
    return f"not proven in {took:.0f} s, gap {gap} (quick: {share} in {quick:.1f} s)"


def set_table(quick: bool) -> list[str]:
    """The best set of sites with the bound over all sites."""
    limits = replace(LARGE, max_cost_yuan=60e6, min_area_m2=20_000.0, max_area_m2=80_000.0)
    rows = []
    for count in (60,) if quick else (100, 300):
        for seed in range(3):
            problem = question(count, seed, limits)
            pool = varied(improved(problem, Effort(seconds=QUICK_S)).pool)
            found = best_set(problem, pool, Effort(seconds=60.0), solve, most_sites=MOST_SITES)
            gap = found.proof.gap or 0.0
            rows.append(f"| {count} | {len(found.chosen)} | {100 * gap:.2f} % | {found.proof.seconds:.1f} |")
            print(rows[-1], file=sys.stderr, flush=True)
    return [
        "| parcels | sites in the set | no other set is better by more than | seconds |",
        "|---|---|---|---|",
        *rows,
    ]


def component_table(quick: bool) -> list[str]:
    shapes = gpd.GeoDataFrame(geometry=fabric(50_000 if quick else 1_000_000, 1), crs="EPSG:4547")
    took = seconds(lambda: blocks(shapes, np.ones(len(shapes), dtype=bool), 20.0))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return [f"{len(shapes):,} parcels at 20 m: {took:.1f} s, peak memory of the process {peak:.2f} GB (limit 4 GB)."]


PARTS: dict[str, tuple[str, Callable[[bool], list[str]]]] = {
    "graph": ("Neighbouring parcels", graph_table),
    "components": ("Connected components", component_table),
    "few": (
        "Proven best site of 5 to 8 parcels (target 5 s)",
        lambda quick: proof_table(FEW, (400,) if quick else (400, 1000), 60.0),
    ),
    "large": (
        "Proven best site of 8 to 30 ha under budget and owners (target 60 s at 300 parcels, 180 s at 1,000)",
        lambda quick: proof_table(LARGE, (100,) if quick else (300, 1000), 180.0),
    ),
    "set": ("Best set of sites of 2 to 8 ha, bound over all sites", set_table),
}
"""Parts of the section; each is written by itself, for together they take long."""


def part(name: str, quick: bool) -> str:
    title, table = PARTS[name]
    machine = (
        f"CPU seconds; Python {platform.python_version()}, shapely {shapely.__version__}, {os.cpu_count()} processors "
        f"({platform.machine()}), {time.strftime('%Y-%m-%d')}; load of the machine {os.getloadavg()[0]:.1f}."
    )
    return "\n".join([START.format(name), f"### {title}", "", *table(quick), "", machine, END.format(name)])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="small cases, printed")
    options.add_argument("--print", action="store_true", help="print instead of writing")
    options.add_argument("--part", choices=list(PARTS), action="append", help="only this part")
    chosen, _ = options.parse_known_args()
    for name in chosen.part or list(PARTS):
        made = part(name, chosen.quick)
        if chosen.print or chosen.quick:
            print(made, flush=True)
        else:
            put(made, before=LAST)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
