"""What a planner asks beyond the best allocation: other options, prices of rules, rules that collide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.allocation_solve import solve
from parkplan.sites.engine import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.layout.allocation import Allocated, Allocation, Choice, Row
    from parkplan.sites.engine import Effort

DIFFERENT: Final = "different"


@dataclass(frozen=True, slots=True)
class Price:
    """What the optimum gains without a clause, in points: at least ``gain``, at most ``most``.

    ``exact`` where both optima are proven.
    """

    clause: str
    gain: float
    most: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Collision:
    """Clauses that cannot hold together; ``minimal`` where leaving out any one of them is proven to help."""

    clauses: tuple[str, ...]
    minimal: bool


def different(
    problem: Allocation, count: int, floor: int, effort: Effort, begin: Callable[[int], object] = int
) -> tuple[Allocated, ...]:
    """Return up to ``count`` answers, best first; any two differ on at least ``floor`` parcels (Hamming distance).

    The bound of each is of the question with the distance from those before it. Fewer come where no more are possible,
    and after a cancel. Each has the whole time of ``effort``; ``begin`` hears its number (1 is first). Where there is
    no answer at all, the only one says so.
    """
    found: list[Allocated] = []
    now = problem
    keep = (0,) * problem.parcels
    while len(found) < count and not (found and effort.cancelled()):
        begin(len(found) + 1)
        answer = solve(now, effort, keep)
        if answer.choice is None and found:
            break
        found.append(answer)
        if answer.choice is None:
            break
        now = now.with_rows(DIFFERENT, _apart(problem, answer.choice, floor))
    return tuple(found)


def _apart(problem: Allocation, choice: Choice, floor: int) -> Row:
    alike = np.arange(problem.uses) if problem.alike is None else problem.alike
    values = alike[None, :] == alike[list(choice)][:, None]
    return problem.total(values.astype(np.float64), high=float(problem.parcels - floor))


def prices(problem: Allocation, best: Allocated, effort: Effort) -> tuple[Price, ...]:
    """Solve again without each clause in turn, and return what that gains; the seconds are shared among them."""
    if best.choice is None or best.value is None:
        return ()
    clock, found = Clock(effort.seconds), []
    for place, clause in enumerate(problem.rules):
        if effort.cancelled():
            break
        share = max(clock.left(), 0.0) / (len(problem.rules) - place)
        freed = solve(problem.without({clause.id}), replace(effort, seconds=share), best.choice)
        if freed.value is not None and freed.bound is not None:
            exact = best.status == "optimal" and freed.status == "optimal"
            found.append(Price(clause.id, freed.value - best.value, freed.bound - best.value, exact))
    return tuple(found)


def collision(problem: Allocation, effort: Effort) -> Collision | None:
    """Return a smallest set of clauses that collide, by leaving out one after the other; None where none is proven.

    What stays impossible without a clause does not need it (deletion filter); what is left cannot be made smaller.
    """
    asked = problem.valued(np.zeros(problem.gain.size))
    clock = Clock(effort.seconds)
    if not solve(asked, effort).infeasible:
        return None
    minimal = True
    for clause in asked.rules:
        fewer = asked.without({clause.id})
        answer = solve(fewer, replace(effort, seconds=max(clock.left(), 0.0)))
        if answer.infeasible:
            asked = fewer
        elif answer.choice is None:
            minimal = False
    return Collision(tuple(clause.id for clause in asked.rules), minimal)
