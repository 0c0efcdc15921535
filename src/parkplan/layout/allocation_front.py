"""The trade-offs of two objectives: every allocation that no other beats in both, spread over the front from the start.

Points come in three rounds, each with more proof and in less haste than the one before:

- the best of each objective, and what is best under weights between two points that are known (Aneja and Nair 1979):
  these points span the front within a few solves each of which is close to a linear programme;
- what lies between those, by the balanced box method, the largest box first (Boland, Charkhgard and Savelsbergh 2015);
- what the solver had at hand when time ran out stays as a point without proof, where no other beats it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.layout.allocation_solve import solve
from parkplan.sites.engine import Clock

if TYPE_CHECKING:
    from parkplan.layout.allocation import Allocation, Choice, Numbers
    from parkplan.sites.engine import Effort

STEP: Final = 1e-4
"""Trade-offs nearer than this share of what the largest parcel counts are one."""
MOST_POINTS: Final = 200


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """A choice and its value in each objective; that no other beats it in both is proven where ``proven``."""

    choice: Choice
    first: float
    second: float
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Front:
    """The choices that no other beats in both objectives; ``complete`` where all of them are there and proven."""

    points: tuple[Tradeoff, ...]
    complete: bool


Box = tuple[Tradeoff, Tradeoff]


def front(problem: Allocation, first: Numbers, second: Numbers, effort: Effort) -> Front:
    """Return all choices that no other beats in two objectives, both to be large.

    An objective is a value of each choice (n, k), or of each column, bonds among them. Of those that are equally good
    in one, the best in the other objective is taken. What is there when time is up is spread over the whole front.
    """
    return _Search(problem, first, second, effort).run()


class _Search:
    """The points that are known, and the boxes between neighbours that may hold more."""

    def __init__(self, problem: Allocation, first: Numbers, second: Numbers, effort: Effort) -> None:
        self.problem, self.effort, self.clock = problem, effort, Clock(effort.seconds)
        self.values = (first, second)
        self.steps = tuple(STEP * (float(np.abs(one).max(initial=0.0)) or 1.0) for one in self.values)
        self.points: dict[Choice, Tradeoff] = {}

    def run(self) -> Front:
        """Return the points, those with the most of the first objective first."""
        ends: list[Tradeoff] = []
        for axis in (0, 1):
            end = self._best(axis, -np.inf, ends[0].choice if ends else None)
            if end is None:
                break
            ends.append(end)
        self._keep(*ends)
        if len(ends) < 2:
            empty = not ends and solve(self.problem, self._left()).infeasible
            return Front(tuple(_unbeaten(self._ordered())), complete=bool(empty))
        self._weigh((ends[0], ends[1]))
        complete = self._divide()
        return Front(_distinct(_unbeaten(self._ordered()), self.steps[0]), complete)

    def _keep(self, *points: Tradeoff) -> None:
        for one in points:
            if one.proven or one.choice not in self.points:
                self.points[one.choice] = one

    def _ordered(self) -> list[Tradeoff]:
        return sorted(self.points.values(), key=lambda one: (-one.first, -one.second))

    def _size(self, box: Box) -> float:
        top, bottom = box
        return (top.first - bottom.first) / self.steps[0] * ((bottom.second - top.second) / self.steps[1])

    def _open(self, box: Box) -> bool:
        top, bottom = box
        return bottom.second - top.second > self.steps[1] and top.first - bottom.first > self.steps[0]

    def _weigh(self, whole: Box) -> None:
        """Seek what is best under the weights by which two neighbours are alike, between these and again."""
        waiting = [whole]
        while waiting and not self._over() and len(self.points) < MOST_POINTS:
            waiting.sort(key=self._size)
            box = waiting.pop()
            found = self._between(box) if self._open(box) else None
            if found is not None:
                self._keep(found)
                waiting += [(box[0], found), (found, box[1])]

    def _between(self, box: Box) -> Tradeoff | None:
        """Return what is better than two neighbours under the weights by which these are alike; None if nothing is."""
        top, bottom = box
        rise, fall = (bottom.second - top.second) / self.steps[1], (top.first - bottom.first) / self.steps[0]
        scale = 1.0 / (rise + fall)
        first, second = rise * scale / self.steps[0], fall * scale / self.steps[1]
        weighed = self._weighed(first, second)
        choice = self._solved(self.problem.valued(weighed), top.choice)
        if choice is None:
            return None
        found = self._point(choice)
        ahead = first * (found.first - top.first) + second * (found.second - top.second)
        return found if ahead > 1.0 and self._open((top, found)) and self._open((found, bottom)) else None

    def _weighed(self, first: float, second: float) -> Numbers:
        """Return both objectives as one value of each column; one that has no bonds has none there."""
        one, other = (values.ravel() for values in self.values)
        total = np.zeros(max(one.size, other.size))
        total[: one.size] += first * one
        total[: other.size] += second * other
        return total

    def _point(self, choice: Choice, *, proven: bool = True) -> Tradeoff:
        first, second = (self.problem.amount(one, choice) for one in self.values)
        return Tradeoff(choice, first, second, proven)

    def _divide(self) -> bool:
        """Divide the boxes between neighbours until none is left; say whether it came to that."""
        known = [one for one in self._ordered() if one.proven]
        waiting = list(pairwise(known))
        while waiting:
            waiting.sort(key=self._size)
            found = self._split(*waiting.pop())
            if found is None or len(self.points) >= MOST_POINTS:
                return False
            for box in found:
                self._keep(*box)
            waiting += found
        return True

    def _split(self, top: Tradeoff, bottom: Tradeoff) -> list[Box] | None:
        """Return the smaller boxes that may hold more points, none where there are none; None where time is up."""
        if not self._open((top, bottom)):
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
        choice = self._solved(bound.valued(main / self.steps[axis]), start)
        if choice is None:
            return None
        reached = self.problem.amount(main, choice)
        tied = bound.with_rows("tied", self.problem.total(main, low=reached - self.steps[axis] / 10))
        choice = self._solved(tied.valued(other / self.steps[1 - axis]), choice)
        return None if choice is None else self._point(choice)

    def _solved(self, problem: Allocation, start: Choice | None) -> Choice | None:
        """Return the proven best choice; what is at hand without proof is kept as a point of its own."""
        best = solve(problem, self._left(), start, gap=0.0)
        if best.choice is not None and not best.finished:
            self._keep(self._point(best.choice, proven=False))
        return best.choice if best.finished else None

    def _over(self) -> bool:
        return self.effort.cancelled() or self.clock.left() <= 0

    def _left(self) -> Effort:
        return replace(self.effort, seconds=max(self.clock.left(), 0.0))


def _unbeaten(points: list[Tradeoff]) -> list[Tradeoff]:
    """Return points (those with the most of the first objective first) without those that an earlier one beats."""
    kept: list[Tradeoff] = []
    for one in points:
        if one.proven or not kept or one.second > max(other.second for other in kept):
            kept.append(one)
    return kept


def _distinct(points: list[Tradeoff], step: float) -> tuple[Tradeoff, ...]:
    """Return points without those that are no more than a step of the first objective from the one before."""
    kept: list[Tradeoff] = []
    for one in points:
        if not kept or kept[-1].first - one.first > step:
            kept.append(one)
    return tuple(kept)
