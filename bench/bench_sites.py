"""Sites: the contiguity graph against ``STRtree.query(predicate="dwithin")``, and the time to a proof.

CPU seconds of one process on made-up parcels: blocks of plots with surveyed (many-cornered) boundaries, roads between.
Run as ``python bench/bench_sites.py [--quick]``.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from parkplan.metrics import blocks, pairs_within
from parkplan.model.sites import SiteLimits
from parkplan.sites.assembly import engine_of, proven
from parkplan.sites.contiguity import contiguity
from parkplan.sites.engine import Effort
from parkplan.sites.problem import Assembly

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


def graph_table(count: int) -> None:
    for step in (None, 25.0, 5.0):
        shapes = fabric(count, 1, step)
        corners = shapely.get_num_coordinates(shapes).mean()
        usual = seconds(lambda s=shapes: shapely.STRtree(s).query(s, predicate="dwithin", distance=20.0))
        pairs = seconds(lambda s=shapes: pairs_within(gpd.GeoSeries(s), 20.0))
        ours = seconds(lambda s=shapes: contiguity(s, 20.0))
        print(
            f"{len(shapes):>8,} parcels, {corners:5.1f} corners: STRtree dwithin {usual:6.2f} s"
            f" | pairs_within {pairs:5.2f} s ({usual / pairs:4.1f}x)"
            f" | contiguity with facing lengths {ours:5.2f} s ({usual / ours:4.1f}x)",
            flush=True,
        )


def proof_table(name: str, limits: SiteLimits, counts: tuple[int, ...], limit_s: float) -> None:
    print(f"{name} ({engine_of()[0]})", flush=True)
    for count in counts:
        for seed in range(3):
            proof = proven(question(count, seed, limits), Effort(seconds=limit_s)).proof
            gap = "—" if proof.gap is None else f"{100 * proof.gap:.2f} %"
            print(f"  {count:>5} parcels, seed {seed}: {proof.status:9} gap {gap:8} {proof.seconds:6.1f} s", flush=True)


def components(count: int) -> None:
    shapes = gpd.GeoDataFrame(geometry=fabric(count, 1), crs="EPSG:4547")
    took = seconds(lambda: blocks(shapes, np.ones(len(shapes), dtype=bool), 20.0))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{len(shapes):>8,} parcels: connected components at 20 m in {took:.1f} s, peak memory {peak:.2f} GB",
        flush=True,
    )


def main(quick: bool) -> None:
    graph_table(10_000 if quick else 100_000)
    components(50_000 if quick else 1_000_000)
    proof_table("best site of 5 to 8 parcels", FEW, (400,) if quick else (400, 1000), 60.0)
    proof_table("best site of 8 to 30 ha under budget and owners", LARGE, (100,) if quick else (300, 1000), 180.0)


if __name__ == "__main__":
    main("--quick" in sys.argv)
