"""Which limits hold an answer back, and which one stands in the way where there is no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.model.sites import Relaxation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.model.sites import Engine
    from parkplan.sites.engine import Effort, Solved
    from parkplan.sites.greedy import Found
    from parkplan.sites.problem import Assembly

    Solve = Callable[[Assembly, Effort, "Found | None"], tuple[Solved, Engine]]

LOWER: Final = ("min_area_m2", "min_parcels")
SHARE_ROUNDS: Final = 6
COMPACTNESS_ROUNDS: Final = 9
"""So many halvings leave the compactness that can be reached open by a few thousandths."""
_MEASURES: Final = {
    "max_area_m2": "area_m2",
    "min_area_m2": "area_m2",
    "max_parcels": "parcels",
    "min_parcels": "parcels",
    "max_owners": "owners",
    "max_cost_yuan": "cost_yuan",
    "min_flagged_share": "flagged_share",
}


def binding(problem: Assembly, site: Sequence[int]) -> tuple[str, ...]:
    """Return the limits that hold a site back: those that forbid a neighbour worth having, or to drop a parcel.

    A neighbour is worth having where it adds points; a limit holds back where it alone is broken by taking such a
    neighbour, or by leaving a parcel that costs points: without that limit there is a better site.
    """
    inside, worth = set(site), problem.worth(site)
    border = {near for row in inside for near in problem.neighbours[row]} - inside
    held: dict[str, int] = {}
    for changed in [*(inside | {row} for row in sorted(border)), *(inside - {row} for row in sorted(inside))]:
        if changed and problem.worth(changed) > worth + 1e-9 and problem.connected(changed):
            broken = problem.broken(changed)
            if len(broken) == 1:
                held[broken[0]] = held.get(broken[0], 0) + 1
    return tuple(sorted(held, key=lambda name: (-held[name], name)))


def relaxations(problem: Assembly, effort: Effort, solve: Solve) -> tuple[Relaxation, ...]:
    """Return for each limit, that alone stands in the way, the smallest change that makes a site possible.

    Each limit is dropped in turn; where that helps, its quantity is taken to its best value under all other limits.
    """
    stated = problem.limits.stated()
    each = replace(effort, seconds=max(effort.seconds / (2 * max(len(stated), 1)), 1.0))
    found = [_relaxed(problem, name, each, solve) for name in stated]
    if problem.locked.any():
        free, _ = solve(replace(problem, locked=np.zeros_like(problem.locked)), each, None)
        if free.site is not None:
            kept = problem.locked[list(free.site)].sum()
            found.append(Relaxation("locked", float(problem.locked.sum()), float(kept)))
    return tuple(one for one in found if one is not None)


def _relaxed(problem: Assembly, name: str, effort: Effort, solve: Solve) -> Relaxation | None:
    asked = getattr(problem.limits, name)
    free = problem.within(**{name: False if name == "frontage" else None})
    if name == "frontage":
        found, _ = solve(_aiming(free, np.zeros(len(problem))), effort, None)
        return None if found.site is None else Relaxation(name, asked, False)
    if name == "max_owners":
        return _fewest_owners(problem, float(asked), effort, solve)
    if name == "min_compactness":
        return _most_compact(problem, float(asked), effort, solve)
    if name == "min_flagged_share":
        return _largest_share(free, float(asked), effort, solve)
    amount = {"area_m2": problem.area_m2, "cost_yuan": problem.cost_yuan, "parcels": np.ones(len(problem))}[
        _MEASURES[name]
    ]
    found, _ = solve(_aiming(free, amount if name in LOWER else -amount), effort, None)
    return None if found.site is None else Relaxation(name, float(asked), problem.figures(found.site)[_MEASURES[name]])


def _fewest_owners(problem: Assembly, asked: float, effort: Effort, solve: Solve) -> Relaxation | None:
    """Search the number of owners by halves: more owners never make a site impossible."""
    low, high = int(asked), len(np.unique(problem.owner[problem.allowed]))
    goal = np.zeros(len(problem))
    if high <= low or solve(_aiming(problem.within(max_owners=high), goal), effort, None)[0].site is None:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        found, _ = solve(_aiming(problem.within(max_owners=middle), goal), effort, None)
        low, high = (low, middle) if found.site is not None else (middle, high)
    return Relaxation("max_owners", asked, float(high))


def _largest_share(free: Assembly, asked: float, effort: Effort, solve: Solve) -> Relaxation | None:
    """Find the largest flagged share by Dinkelbach's method: maximise flagged area less share times area."""
    share, best = 0.0, None
    for _ in range(SHARE_ROUNDS):
        goal = free.area_m2 * (free.flagged.astype(np.float64) - share)
        found, _ = solve(_aiming(free, goal), effort, None)
        if found.site is None:
            break
        reached = free.figures(found.site)["flagged_share"]
        if best is not None and reached <= share + 1e-9:
            break
        share = best = reached
    return None if best is None else Relaxation("min_flagged_share", asked, best)


def _most_compact(problem: Assembly, asked: float, effort: Effort, solve: Solve) -> Relaxation | None:
    """Search the compactness by halves between what was reached and what was not."""
    low, high, reached = 0.0, asked, None
    goal = np.zeros(len(problem))
    for _ in range(COMPACTNESS_ROUNDS):
        found, _ = solve(_aiming(problem.within(min_compactness=low or None), goal), effort, None)
        if found.site is not None:
            reached = low = max(problem.compactness(found.site), low)
        elif low == 0.0:
            break
        else:
            high = low
        low = ((reached or 0.0) + high) / 2
    return None if reached is None else Relaxation("min_compactness", asked, reached)


def _aiming(problem: Assembly, goal: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Assembly:
    """Return the question with another goal, scaled to about one."""
    scale = float(np.abs(goal).max()) if len(goal) else 1.0
    return replace(problem, value=goal / (scale or 1.0), bonus=np.zeros_like(problem.bonus))
