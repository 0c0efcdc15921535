"""What a planner asks beyond the best allocation: other options, prices of rules, rules that collide, trade-offs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.allocation_solve import solve
from parkplan.sites.engine import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from parkplan.layout.allocation import Allocated, Allocation, Choice, Numbers, Row
    from parkplan.sites.engine import Effort

DIFFERENT: Final = "different"
STEP: Final = 1e-4
"""Trade-offs nearer than this share of what the largest parcel counts are one."""
MOST_POINTS: Final = 200


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


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """A choice that no other beats in both objectives, and its value in each."""

    choice: Choice
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Front:
    """The choices that no other beats in both objectives; ``complete`` where all of them are there and proven."""

    points: tuple[Tradeoff, ...]
    complete: bool


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


def front(problem: Allocation, first: Numbers, second: Numbers, effort: Effort) -> Front:
    """Return all choices that no other beats in two objectives, both to be large, by the balanced box method.

    An objective is a value of each choice (n, k), or of each column, bonds among them. Between two points that are
    known, the best of the first objective is sought beyond the middle of the second, and then the best of the second
    before it; the largest box comes first (Boland, Charkhgard and Savelsbergh 2015). So what is there when time is up
    is spread over the whole front. Of those that are equally good, the best in the other objective is taken.
    """
    return _Boxes(problem, first, second, effort).run()


class _Boxes:
    """The boxes between neighbouring points of a front that may hold more."""

    def __init__(self, problem: Allocation, first: Numbers, second: Numbers, effort: Effort) -> None:
        self.problem, self.effort, self.clock = problem, effort, Clock(effort.seconds)
        self.values = (first, second)
        self.steps = tuple(STEP * (float(np.abs(one).max(initial=0.0)) or 1.0) for one in self.values)

    def run(self) -> Front:
        """Return the points, those with the most of the first objective first."""
        ends: list[Tradeoff] = []
        for axis in (0, 1):
            end = self._best(axis, -np.inf, ends[0].choice if ends else None)
            if end is None:
                break
            ends.append(end)
        points = {one.choice: one for one in ends}
        waiting, stopped = [(ends[0], ends[1])] if len(ends) == 2 else [], len(ends) < 2
        while waiting and not stopped:
            waiting.sort(key=self._size)
            found = self._split(*waiting.pop())
            stopped = found is None or len(points) >= MOST_POINTS
            for one, other in found or ():
                points |= {one.choice: one, other.choice: other}
                waiting.append((one, other))
        least = not ends and solve(self.problem, self._left()).infeasible
        order = sorted(points.values(), key=lambda one: (-one.first, -one.second))
        return Front(_distinct(order, self.steps[0]), complete=bool(least) or not stopped)

    def _size(self, box: tuple[Tradeoff, Tradeoff]) -> float:
        top, bottom = box
        return (top.first - bottom.first) / self.steps[0] * ((bottom.second - top.second) / self.steps[1])

    def _split(self, top: Tradeoff, bottom: Tradeoff) -> list[tuple[Tradeoff, Tradeoff]] | None:
        """Return the smaller boxes that may hold more points, none where there are none; None where time is up."""
        if bottom.second - top.second <= self.steps[1] or top.first - bottom.first <= self.steps[0]:
            return []
        middle = max((top.second + bottom.second) / 2.0, top.second + self.steps[1])
        beyond = self._best(0, middle, bottom.choice)
        if beyond is None:
            return None
        boxes = [(beyond, bottom)] if beyond.first > bottom.first + self.steps[0] else []
        if beyond.first + self.steps[0] > top.first:
            return boxes
        before = self._best(1, beyond.first + self.steps[0], top.choice)
        if before is None:
            return None
        return [*boxes, (top, before)] if before.second > top.second + self.steps[1] else boxes

    def _best(self, axis: int, low: float, start: Choice | None) -> Tradeoff | None:
        """Return the best in one objective with at least so much of the other, ties broken by that; None unproven."""
        main, other = self.values[axis], self.values[1 - axis]
        bound = self.problem.with_rows("least", self.problem.total(other, low=low))
        best = solve(bound.valued(main / self.steps[axis]), self._left(), start, gap=0.0)
        if best.choice is None or not best.finished:
            return None
        reached = self.problem.amount(main, best.choice)
        tied = bound.with_rows("tied", self.problem.total(main, low=reached - self.steps[axis] / 10))
        best = solve(tied.valued(other / self.steps[1 - axis]), self._left(), best.choice, gap=0.0)
        if best.choice is None or not best.finished:
            return None
        first, second = (self.problem.amount(one, best.choice) for one in self.values)
        return Tradeoff(best.choice, first, second)

    def _left(self) -> Effort:
        return replace(self.effort, seconds=max(self.clock.left(), 0.0))


def _distinct(points: list[Tradeoff], step: float) -> tuple[Tradeoff, ...]:
    """Return points without those that are no more than a step of the first objective from the one before."""
    kept: list[Tradeoff] = []
    for one in points:
        if not kept or kept[-1].first - one.first > step:
            kept.append(one)
    return tuple(kept)
