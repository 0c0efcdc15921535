"""Site plans over the benchmark sites: valid options, CPU seconds, floor area against a greedy packing and a bound.

`python bench/bench_siteplan.py [--options 24] [--site NAME ...]` prints one table. Every option is judged by the
independent checker. The greedy baseline packs the largest hall that fits, again and again, inside the setback without
any road, and is judged by the same checker. The bound is the greatest floor area that the limits allow.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import shapely
from bench.sites.shapes import OUTLINES, site

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import violations
from parkplan.layout.siteplan import generate
from parkplan.layout.siteplan_check import CheckedPiece, check
from parkplan.model.siteplan import Site

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
LIMITS: dict[str, float] = {limit.id: limit.value for limit in PROFILE.limits}
HALL = MODULES["double_storey_plant"]


def greedy(land: Site) -> tuple[float, int]:
    """Return floor area of halls packed row by row along the x axis inside the setback, and the broken rules."""
    free = land.boundary.buffer(-LIMITS["setback_access_m"], join_style="mitre")
    west, south, east, north = free.bounds
    depth, length, gap = HALL.depths_m[0], HALL.length_m[0], LIMITS["separation_m"]
    shapely.prepare(free)
    halls = [
        shapely.box(x, y, x + length, y + depth)
        for y in np.arange(south, north - depth, depth + gap)
        for x in np.arange(west, east - length, length + gap)
    ]
    halls = [hall for hall in halls if free.covers(hall)]
    if not halls:
        return 0.0, 0
    open_land = shapely.get_parts(land.boundary.difference(shapely.union_all(halls)))
    pieces = [CheckedPiece("building", hall, HALL.usual_storeys, HALL.storey_height_m, docks=True) for hall in halls]
    pieces += [CheckedPiece("court", part) for part in open_land]
    found = check(land.boundary, land.gates, land.access, pieces, LIMITS)
    return sum(hall.area for hall in halls) * HALL.usual_storeys, len({violation.rule for violation in found})


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--options", type=int, default=24)
    options.add_argument("--site", action="append", choices=list(OUTLINES))
    wanted = options.parse_args()
    print(
        "| site | options | valid of tried | CPU s | violations | best floor m² | bound m² | greedy m² (rules broken) |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in wanted.site or OUTLINES:
        land = site(name)
        start = time.process_time()
        made = generate(land, PROFILE, MODULES, count=wanted.options, seed=0)
        spent = time.process_time() - start
        wrong = sum(len(violations(plan, PROFILE, MODULES)) for plan in made.options)
        best = max((plan.indicators["floor_area_m2"] for plan in made.options), default=0.0)
        bound = LIMITS["far_max"] * land.area_m2
        packed, broken = greedy(land)
        shown = f"{len(made.options)}" if made.options else f"0: {', '.join(made.collision) or 'unbuildable'}"
        print(
            f"| {name} | {shown} | {made.valid} of {made.tried} | {spent:.1f} | {wrong} "
            f"| {best:,.0f} | {bound:,.0f} | {packed:,.0f} ({broken}) |",
            flush=True,
        )


if __name__ == "__main__":
    main()
