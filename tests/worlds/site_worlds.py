"""Made-up assembly questions for the tests of sites: small enough to try every set of parcels."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from parkplan.model.sites import SiteLimits
from parkplan.sites.problem import Assembly


def random_assembly(seed: int, parcels: int, **limits: Any) -> Assembly:
    """A random graph of parcels in a row of places, with every attribute drawn."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 100, (parcels, 2))
    distance = np.hypot(*(place[:, None] - place[None]).T)
    reach = np.sort(distance, axis=1)[:, min(3, parcels - 1)]
    pairs = [(i, j) for i, j in combinations(range(parcels), 2) if distance[i, j] <= max(reach[i], reach[j])]
    left, right = np.array(pairs, dtype=np.int64).T.reshape(2, -1)
    flagged = rng.random(parcels) < 0.6
    area = rng.uniform(2_000, 20_000, parcels)
    drawn = {
        "min_area_m2": 25_000.0, "max_area_m2": 80_000.0, "max_owners": 4, "max_cost_yuan": 30e6,
        "min_flagged_share": 0.5, "frontage": True,
    } | limits  # fmt: skip
    return Assembly(
        value=np.where(flagged, rng.uniform(0, 10, parcels), rng.uniform(-4, 0, parcels)),
        area_m2=area,
        cost_yuan=area * rng.uniform(300, 900, parcels),
        owner=rng.integers(0, max(2, parcels // 2), parcels),
        flagged=flagged,
        frontage=rng.random(parcels) < 0.4,
        allowed=rng.random(parcels) < 0.93,
        locked=np.zeros(parcels, dtype=np.bool_),
        left=left,
        right=right,
        bonus=np.where(rng.random(len(left)) < 0.7, rng.uniform(0, 1, len(left)), 0.0),
        limits=SiteLimits(**drawn),
        perimeter_m=4.0 * np.sqrt(area) * rng.uniform(1.0, 1.4, parcels),
        shared_m=np.where(rng.random(len(left)) < 0.7, rng.uniform(5.0, 40.0, len(left)), 0.0),
    )


def brute_force(problem: Assembly) -> tuple[float, tuple[int, ...]] | None:
    """Return the best site of all."""
    best = max(every_site(problem).items(), key=lambda item: item[1], default=None)
    return None if best is None else (best[1], tuple(row for row in range(len(problem)) if best[0] >> row & 1))


def best_family(problem: Assembly) -> float:
    """Return the points of the best set of sites that share no parcel, by dynamic programming over bit masks."""
    worth = every_site(problem)
    holding: list[list[tuple[int, float]]] = [[] for _ in range(len(problem))]
    for mask, points in worth.items():
        holding[mask.bit_length() - 1].append((mask, points))
    best = [0.0] * (1 << len(problem))
    for mask in range(1, len(best)):
        top = mask.bit_length() - 1
        best[mask] = best[mask & ~(1 << top)]
        for site, points in holding[top]:
            if site & ~mask == 0:
                best[mask] = max(best[mask], points + best[mask & ~site])
    return best[-1]


def every_site(problem: Assembly) -> dict[int, float]:
    """Try every set of parcels with bit masks, knowing nothing of the product's own checks; return sites and points."""
    count, limits = len(problem), problem.limits
    near = [0] * count
    for one, two in zip(problem.left.tolist(), problem.right.tolist(), strict=True):
        near[one] |= 1 << two
        near[two] |= 1 << one
    barred = sum(1 << row for row in range(count) if not problem.allowed[row])
    locked = sum(1 << row for row in range(count) if problem.locked[row])
    found: dict[int, float] = {}
    for mask in range(1, 1 << count):
        if mask & barred or mask & locked != locked:
            continue
        rows = [row for row in range(count) if mask >> row & 1]
        area = sum(problem.area_m2[row] for row in rows)
        checks = (
            (limits.min_area_m2 or 0) <= area <= (limits.max_area_m2 or 1e18),
            (limits.min_parcels or 1) <= len(rows) <= (limits.max_parcels or count),
            sum(problem.cost_yuan[row] for row in rows) <= (limits.max_cost_yuan or 1e18),
            len({problem.owner[row] for row in rows}) <= (limits.max_owners or count),
            sum(problem.area_m2[row] for row in rows if problem.flagged[row]) >= (limits.min_flagged_share or 0) * area,
            not limits.frontage or any(problem.frontage[row] for row in rows),
        )
        if not all(checks):
            continue
        reached, frontier = mask & -mask, mask & -mask
        while frontier:
            row = frontier.bit_length() - 1
            frontier &= ~(1 << row)
            fresh = near[row] & mask & ~reached
            reached |= fresh
            frontier |= fresh
        if reached != mask:
            continue
        pairs = list(zip(problem.left, problem.right, problem.bonus, problem.shared_m, strict=True))
        common = sum(shared for one, two, _, shared in pairs if mask >> one & 1 and mask >> two & 1)
        outline = sum(problem.perimeter_m[row] for row in rows) - 2 * common
        if 4 * np.pi * area / outline**2 < (limits.min_compactness or 0):
            continue
        worth = sum(problem.value[row] for row in rows)
        worth += sum(points for one, two, points, _ in pairs if mask >> one & 1 and mask >> two & 1)
        found[mask] = float(worth)
    return found
