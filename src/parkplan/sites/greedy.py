"""A pool of sites at once: each flagged parcel grows by the neighbour that brings most points for its area.

What it finds keeps all limits, but nothing is known of how much better the best site is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.sites.problem import Assembly

MOST_SEEDS: Final = 400
LOOKAHEAD: Final = 0.9
"""What a parcel behind a fill-in parcel counts when the fill-in parcel is judged."""


@dataclass(frozen=True, slots=True)
class Found:
    """A site within the limits: its parcels in rising order, and its points."""

    site: tuple[int, ...]
    value: float


def greedy_pool(problem: Assembly, most_seeds: int = MOST_SEEDS) -> list[Found]:
    """Return different sites within the limits, the best first.

    The best seeds come first where there are more than ``most_seeds``. Ties go to the smaller parcel numbers, so that
    the same question has the same answer.
    """
    locked = _joined(problem, np.flatnonzero(problem.locked).tolist())
    if locked is None:
        return []
    seeds = [locked] if locked else [[seed] for seed in _seeds(problem, most_seeds)]
    found: dict[tuple[int, ...], float] = {}
    for seed in seeds:
        for site in _grown(problem, seed):
            found.setdefault(site, problem.worth(site))
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [Found(site, value) for site, value in ranked]


def diverse(pool: Sequence[Found], count: int, most_alike: float = 0.5) -> list[Found]:
    """Return the best sites of a pool that share no more than a part of their parcels (Jaccard index)."""
    chosen: list[Found] = []
    for one in pool:
        here = set(one.site)
        if all(len(here & set(other.site)) <= most_alike * len(here | set(other.site)) for other in chosen):
            chosen.append(one)
        if len(chosen) == count:
            break
    return chosen


def _seeds(problem: Assembly, most: int) -> list[int]:
    rows = np.flatnonzero(problem.allowed & (problem.flagged | (problem.value > 0)))
    order = np.lexsort((rows, -problem.value[rows]))
    return [int(row) for row in rows[order][:most]]


def _joined(problem: Assembly, locked: list[int]) -> list[int] | None:
    """Return the locked parcels with what connects them on the shortest ways, None where nothing does."""
    if any(not problem.allowed[row] for row in locked):
        return None
    joined = set(locked[:1])
    for target in locked[1:]:
        path = _way(problem, joined, target)
        if path is None:
            return None
        joined.update(path)
    return sorted(joined)


def _way(problem: Assembly, start: set[int], target: int) -> list[int] | None:
    before: dict[int, int | None] = dict.fromkeys(sorted(start))
    waiting = deque(before)
    while waiting:
        here = waiting.popleft()
        if here == target:
            path = [here]
            while (previous := before[path[-1]]) is not None:
                path.append(previous)
            return path
        for other in problem.neighbours[here]:
            if other not in before:
                before[other] = here
                waiting.append(other)
    return None


def _grown(problem: Assembly, seed: list[int]) -> list[tuple[int, ...]]:
    """Grow one seed and return every state within the limits on the way."""
    site = _Growing(problem, seed)
    states = []
    if site.feasible():
        states.append(site.state())
    while (best := site.best_neighbour()) is not None:
        site.take(best)
        if site.feasible():
            states.append(site.state())
    return states


class _Growing:
    """A site that grows: sums kept up to date, so that a step costs no more than its border."""

    def __init__(self, problem: Assembly, seed: list[int]) -> None:
        self._problem = problem
        self._inside: set[int] = set()
        self._border: set[int] = set()
        self._owners: set[int] = set()
        self._area = self._cost = self._flagged = 0.0
        self._frontage = False
        for row in seed:
            self.take(row)

    def take(self, row: int) -> None:
        """Add a parcel."""
        problem = self._problem
        self._inside.add(row)
        self._border.discard(row)
        self._border.update(other for other in problem.neighbours[row] if other not in self._inside)
        self._owners.add(int(problem.owner[row]))
        self._area += float(problem.area_m2[row])
        self._cost += float(problem.cost_yuan[row])
        self._flagged += float(problem.area_m2[row]) if problem.flagged[row] else 0.0
        self._frontage = self._frontage or bool(problem.frontage[row])

    def state(self) -> tuple[int, ...]:
        return tuple(sorted(self._inside))

    def feasible(self) -> bool:
        limits = self._problem.limits
        enough = self._area >= (limits.min_area_m2 or 0.0) and len(self._inside) >= (limits.min_parcels or 0)
        return (
            enough
            and self._fits(None)
            and (self._frontage or not limits.frontage)
            and self._flagged >= (limits.min_flagged_share or 0.0) * self._area
            and not self._problem.broken(self._inside)
        )

    def _fits(self, row: int | None) -> bool:
        """Whether the upper limits hold, with one more parcel where one is given."""
        limits, problem = self._problem.limits, self._problem
        area, cost, count, owners = self._area, self._cost, len(self._inside), len(self._owners)
        if row is not None:
            area, cost, count = area + float(problem.area_m2[row]), cost + float(problem.cost_yuan[row]), count + 1
            owners += int(problem.owner[row]) not in self._owners
        most = (limits.max_area_m2, limits.max_cost_yuan, limits.max_parcels, limits.max_owners)
        return all(
            limit is None or amount <= limit for amount, limit in zip((area, cost, count, owners), most, strict=True)
        )

    def best_neighbour(self) -> int | None:
        """Return the neighbour that brings most for its area, None where growing further brings nothing."""
        problem, limits = self._problem, self._problem.limits
        best, best_rate = None, -np.inf
        for row in sorted(self._border):
            if not self._fits(row):
                continue
            gain = float(problem.value[row])
            if gain <= 0:
                behind = (problem.value[other] for other in problem.neighbours[row] if other not in self._inside)
                gain += LOOKAHEAD * max(0.0, max(behind, default=0.0))
            rate = gain / max(float(problem.area_m2[row]), 1.0)
            if limits.min_compactness is not None and rate > 0:
                rate *= min(1.0, problem.compactness((*self._inside, row)) / limits.min_compactness) ** 2
            if rate > best_rate:
                best, best_rate = row, rate
        large = self._area >= (limits.min_area_m2 or 0.0) and len(self._inside) >= (limits.min_parcels or 0)
        return None if best_rate <= 0 and large else best
