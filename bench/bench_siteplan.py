"""Site plans over the benchmark sites: valid options, CPU seconds, floor area against a greedy packing and a bound.

`python bench/bench_siteplan.py [--options 24] [--print] [--wall] [--site NAME ...]` writes its section of
``docs/benchmarks.md``; with ``--print``, or for some sites only, it prints it. Every option is judged by the
independent checker. Two simple baselines are judged by the same checker: *greedy* packs halls of one size inside the
setback without any road; *lanes* draws parallel lanes and one street from the main gate, and packs halls between them.
The bound is the greatest floor area that the limits allow.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from benchmark_page import put
from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import options_of, violations
from parkplan.layout.siteplan import generate
from parkplan.layout.siteplan_check import CheckedPiece, check
from sites.shapes import OUTLINES, site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Polygon

    from parkplan.model.siteplan import Site, SitePlan

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()
LIMITS: dict[str, float] = {limit.id: limit.value for limit in PROFILE.limits}
HALL = MODULES["double_storey_plant"]
LANE_M = 7.0
CLEAR_M = 6.0
START, END = "<!-- siteplan: made by bench/bench_siteplan.py -->", "<!-- end of siteplan -->"


def greedy(land: Site) -> tuple[float, int]:
    """Return floor area of halls packed row by row along the x axis inside the setback, and the broken rules."""
    free = land.boundary.buffer(-LIMITS["setback_access_m"], join_style="mitre")
    return judged(land, packed(free, HALL.depths_m[0] + LIMITS["separation_m"]), shapely.Polygon(), shapely.Polygon())


def lanes(land: Site) -> tuple[float, int]:
    """Return floor area and broken rules of halls between parallel lanes that a street joins to the main gate."""
    net = land.boundary.buffer(-LIMITS["setback_boundary_m"], join_style="mitre")
    west, south, east, north = net.bounds
    pitch = HALL.depths_m[0] + LANE_M + LIMITS["court_depth_m"] + 2 * CLEAR_M
    across = [shapely.box(west, y, east, y + LANE_M) for y in np.arange(south, north, pitch)]
    gate = land.gates[0]
    street = shapely.box(gate.x - LANE_M / 2, gate.y - 1, gate.x + LANE_M / 2, north)
    road = shapely.union(shapely.union_all(across).intersection(net), street.intersection(land.boundary))
    road = (
        road.buffer(LIMITS["turning_radius_m"] + 1).buffer(-LIMITS["turning_radius_m"] - 1).intersection(land.boundary)
    )
    free = land.boundary.buffer(-LIMITS["setback_access_m"], join_style="mitre").difference(road.buffer(CLEAR_M))
    return judged(land, packed(free, pitch, south + LANE_M + CLEAR_M), road, land.boundary.difference(net))


def packed(free: Any, pitch: float, first: float | None = None) -> list[Polygon]:  # noqa: ANN401
    """Return halls of one size in rows along the x axis, wherever they lie wholly on free land."""
    west, south, east, north = free.bounds
    depth, length, gap = HALL.depths_m[0], HALL.length_m[0], LIMITS["separation_m"]
    shapely.prepare(free)
    found = []
    for y in np.arange(south if first is None else first, north - depth, pitch):
        x = west
        while x + length <= east:
            hall = shapely.box(x, y, x + length, y + depth)
            fits = free.covers(hall)
            found += [hall] if fits else []
            x += length + gap if fits else 3.0
    return found


def judged(land: Site, halls: list[Polygon], road: Any, green: Any) -> tuple[float, int]:  # noqa: ANN401
    """Return floor area and the number of rules that the checker finds broken, all other land being courts."""
    if not halls:
        return 0.0, 0
    rest = land.boundary.difference(shapely.union_all([*halls, road]))
    pieces = [CheckedPiece("building", hall, HALL.usual_storeys, HALL.storey_height_m, docks=True) for hall in halls]
    for kind, shape in (("road", road), ("green", rest.intersection(green)), ("court", rest.difference(green))):
        pieces += [CheckedPiece(kind, part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    found = check(land.boundary, land.gates, land.access, pieces, LIMITS)
    return sum(hall.area for hall in halls) * HALL.usual_storeys, len({violation.rule for violation in found})


def _mean(options: Sequence[SitePlan], name: str) -> float:
    return sum(plan.quality[name] for plan in options) / max(len(options), 1)


def row(name: str, count: int) -> str:
    """Return the line of one site."""
    land = site(name)
    start = time.process_time()
    made = generate(land, PROFILE, MODULES, count=count, seed=0)
    spent = time.process_time() - start
    wrong = sum(len(violations(plan, PROFILE, MODULES)) for plan in made.options)
    best = max((plan.indicators["floor_area_m2"] for plan in made.options), default=0.0)
    bound = LIMITS["far_max"] * land.area_m2
    (one, rules), (other, others) = greedy(land), lanes(land)
    unused, dead = (_mean(made.options, measure) for measure in ("unused_share", "dead_end_m"))
    shown = f"{len(made.options)}" if made.options else f"0: {', '.join(made.collision) or 'unbuildable'}"
    return (
        f"| {name} | {shown} | {made.valid} of {made.tried} | {spent:.1f} | {wrong} | {best:,.0f} | {bound:,.0f} "
        f"| {one:,.0f} ({rules}) | {other:,.0f} ({others}) | {unused:.1%} | {dead:.0f} |"
    )


def wall_s(count: int) -> float:
    """Return the seconds on the clock for the options of the rectangle of 12 ha with two processes."""
    start = time.perf_counter()
    made = options_of(site("rectangle_12"), PROFILE, MODULES, count=count, seed=0, workers=2)
    spent = time.perf_counter() - start
    if len(made.options) < count:
        raise SystemExit(f"{len(made.options)} options instead of {count}")
    return spent


def section(names: Sequence[str], count: int) -> str:
    """Return the section in Markdown."""
    load = os.getloadavg()[0]
    lines = [
        START,
        "## Site plans",
        "",
        f"{count} options for each site of `bench/sites/`, seed 0, one process, CPU seconds of this process, "
        f"{datetime.now(tz=UTC):%Y-%m-%d}; load of the machine {load:.1f}. Every option was judged by the "
        "independent checker (violations); the one with most floor area is shown, a storey above 8 m counted once. "
        "Bound: the floor area ratio permitted, which counts such a storey twice. Greedy packs halls inside the "
        "setback without roads; lanes draws parallel lanes and one street from the main gate; behind each how many "
        "rules it breaks by the same checker. Unused is open storage and parking that no rule asks for, dead ends "
        "are metres of road; both are means of the options.",
        "",
        "| site | options | valid of tried | CPU s | violations | best floor m² | bound m² "
        "| greedy m² (rules broken) | lanes m² (rules broken) | unused | dead ends m |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        *(row(name, count) for name in names),
        "",
    ]
    if "rectangle_12" in names:
        lines += [
            f"With two processes, as the command and the page use them: {wall_s(count):.1f} s on the clock for the "
            f"{count} options of rectangle_12 (target 10 s).",
            "",
        ]
    return "\n".join([*lines, "Repeat with `python bench/bench_siteplan.py`.", END])


def main() -> None:
    """Write the section, or print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--options", type=int, default=24)
    options.add_argument("--site", action="append", choices=list(OUTLINES))
    options.add_argument("--print", action="store_true", help="print the section instead of writing it")
    options.add_argument("--wall", action="store_true", help="print the seconds on the clock for 12 ha alone")
    wanted = options.parse_args()
    if wanted.wall:
        print(f"{wall_s(wanted.options):.1f}")
        return
    text = section(wanted.site or list(OUTLINES), wanted.options)
    if wanted.print or wanted.site:
        print(text)
    else:
        put(text)


if __name__ == "__main__":
    main()
