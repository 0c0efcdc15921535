"""The p-median by Lagrangean relaxation, candidates struck out exactly, and HiGHS for what is left.

With multipliers u of "each demand goes to one site" the relaxed question falls apart by candidate: no answer goes below
``L(u) = sum u + the p smallest of rho``, where ``rho[j] = sum over i of min(0, cost[i, j] - u[i])``. A candidate whose
choice would raise L(u) above the best answer known is in no better answer, and one whose absence would do so is in all
of them (Christofides and Beasley 1982).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array, csr_array

from parkplan.layout.siting import Sited
from parkplan.layout.siting_program import TELL_S, Program, solve
from parkplan.sites.engine import GAP, Clock, Progress

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.layout.siting import Siting
    from parkplan.sites.engine import Effort

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

ROUNDS: Final = 1500
PATIENCE: Final = 20
LEAST_STEP: Final = 1e-3


@dataclass(slots=True)
class _Search:
    """Best answer and bound so far, and which candidates are out or in for certain."""

    cost: Numbers
    count: int
    chosen: Rows
    value: float
    bound: float
    out: Flags
    fixed: Flags

    def take(self, chosen: Rows) -> None:
        """Take an answer if it is better."""
        value = float(self.cost[:, chosen].min(axis=1).sum())
        if value < self.value:
            self.chosen, self.value = chosen, value

    def heed(self, bound: float, rho: Numbers) -> None:
        """Take a bound, and strike out what it proves needless."""
        self.bound = max(self.bound, bound)
        if not np.isfinite(self.value) or len(rho) <= self.count:
            return
        order = np.argsort(rho, kind="stable")
        limit = self.value + 1e-9 * max(1.0, abs(self.value))
        last, following = rho[order[self.count - 1]], rho[order[self.count]]
        inside, outside = order[: self.count], order[self.count :]
        self.out[outside] |= bound - last + rho[outside] > limit
        self.fixed[inside] |= bound - rho[inside] + following > limit

    def tell(self, effort: Effort, clock: Clock, told: float) -> float:
        """Tell value and bound if that was long ago, and return when it was told last."""
        gone = clock.gone()
        if gone - told < TELL_S:
            return told
        effort.progress(Progress(gone, self.value, self.bound))
        return gone

    def proven(self) -> bool:
        """Whether value and bound meet."""
        return np.isfinite(self.value) and self.value - self.bound <= GAP / 100 * max(1.0, abs(self.value))


def p_median(question: Siting, count: int, effort: Effort) -> Sited:
    """Return at most ``count`` sites with the least sum of demand times way."""
    rows = question.asked()
    weight, there = question.weight[rows], question.existing_m[rows]
    way = np.minimum(question.way_m[rows], there[:, None])
    useful = np.flatnonzero((way < there[:, None]).any(axis=0)) if len(way) else np.empty(0, dtype=np.int64)
    if not len(useful):
        total = float((weight * there).sum())
        return Sited((), total, total, "optimal")
    cost = weight[:, None] * way[:, useful]
    search = _started(cost, min(count, len(useful)))
    clock = Clock(effort.seconds)
    _climb(search, clock, effort)
    if not search.proven() and not effort.cancelled():
        _finish(search, weight * there, effort, clock.left())
    kept = int((~search.out).sum())
    if not np.isfinite(search.value):
        return Sited(None, None, None, "infeasible" if search.bound == np.inf else "unknown", kept)
    names = tuple(sorted(int(one) for one in useful[search.chosen]))
    return Sited(
        names, search.value, min(search.bound, search.value), "optimal" if search.proven() else "bounded", kept
    )


def _started(cost: Numbers, count: int) -> _Search:
    """Return a search that begins with sites taken one by one and then exchanged while that helps."""
    width = cost.shape[1]
    search = _Search(
        cost, count, np.empty(0, dtype=np.int64), np.inf, -np.inf, np.zeros(width, bool), np.zeros(width, bool)
    )
    chosen: list[int] = []
    nearest = np.full(len(cost), np.inf)
    for _ in range(count):
        cut = np.minimum(cost, nearest[:, None])
        reached = np.isfinite(cut).sum(axis=0)
        total = np.where(np.isfinite(cut), cut, 0.0).sum(axis=0)
        order = np.lexsort((total, -reached))
        best = next(int(one) for one in order if int(one) not in chosen)
        chosen.append(best)
        nearest = np.minimum(nearest, cost[:, best])
    search.take(_exchanged(cost, np.array(chosen, dtype=np.int64)))
    return search


def _exchanged(cost: Numbers, chosen: Rows) -> Rows:
    """Exchange single sites while the sum falls (Teitz and Bart 1968)."""
    best = float(cost[:, chosen].min(axis=1).sum())
    improved = np.isfinite(best)
    while improved:
        improved = False
        for place in range(len(chosen)):
            others = cost[:, np.delete(chosen, place)].min(axis=1, initial=np.inf)
            totals = np.minimum(cost, others[:, None]).sum(axis=0)
            new = int(np.argmin(totals))
            if totals[new] < best - 1e-9 * max(1.0, best):
                chosen = chosen.copy()
                chosen[place], best, improved = new, float(totals[new]), True
    return chosen


def _climb(search: _Search, clock: Clock, effort: Effort) -> None:
    """Raise the bound by subgradient steps; answers of the relaxed question are tried on the way.

    Nothing is done where the quick search left demand unreached: there may be no answer.
    """
    if not np.isfinite(search.value):
        return
    cost, count = search.cost, search.count
    ordered = np.partition(cost, min(1, cost.shape[1] - 1), axis=1)
    second = ordered[:, min(1, cost.shape[1] - 1)]
    price = np.where(np.isfinite(second), second, ordered[:, 0])
    step, waited, best_price, told = 1.5, 0, price, -TELL_S
    for _ in range(ROUNDS):
        gain = np.minimum(cost - price[:, None], 0.0)
        rho = gain.sum(axis=0)
        chosen = np.argsort(rho, kind="stable")[:count]
        bound = float(price.sum() + rho[chosen].sum())
        waited = 0 if bound > search.bound + 1e-7 * abs(search.bound) else waited + 1
        best_price = price if bound > search.bound else best_price
        search.take(chosen)
        search.heed(bound, rho)
        slope = 1.0 - (gain[:, chosen] < 0).sum(axis=1)
        length = float(slope @ slope)
        told = search.tell(effort, clock, told)
        if search.proven() or not length or step < LEAST_STEP or clock.left() <= 0 or effort.cancelled():
            break
        if waited >= PATIENCE:
            step, waited, price = step / 2, 0, best_price
            continue
        price = price + step * (1.05 * search.value - bound) / length * slope
    search.take(_exchanged(cost, search.chosen))


def _finish(search: _Search, there: Numbers, effort: Effort, seconds: float) -> None:
    """Let HiGHS decide among the candidates that are left; a demand is never sent farther than it need be."""
    left = np.flatnonzero(~search.out)
    cost = search.cost[:, left]
    program = _program(cost, np.flatnonzero(search.fixed[left]), there, search.count)

    def heard(now: Progress) -> None:
        value = search.value if now.value is None else min(search.value, now.value)
        bound = search.bound if now.bound is None else max(search.bound, now.bound)
        effort.progress(Progress(now.seconds, value, min(value, bound)))

    found = solve(program, replace(effort, seconds=seconds, progress=heard))
    if found.x is not None:
        chosen = np.flatnonzero(found.x[: len(left)] > 0.5)
        search.take(left[chosen])
    if found.infeasible:
        search.bound = search.value
        return
    search.bound = max(search.bound, min(found.bound, search.value))


def _program(cost: Numbers, fixed: Rows, there: Numbers, count: int) -> Program:
    """Return the question as a programme: sites, then the assignments that may be in a best answer."""
    rows, sites = cost.shape
    most = cost[:, fixed].min(axis=1, initial=np.inf)
    surplus = sites - count
    if surplus < sites:
        most = np.minimum(most, np.partition(cost, surplus, axis=1)[:, surplus])  # one of the nearest is chosen
    usable = np.isfinite(cost) & (cost <= most[:, None]) & (cost < there[:, None])
    demand, site = np.nonzero(usable)
    stays = np.flatnonzero(np.isfinite(there) & (there <= most))
    links, width = len(demand), sites + len(demand) + len(stays)
    column = sites + np.arange(links)
    once = (np.concatenate([demand, stays]), np.concatenate([column, sites + links + np.arange(len(stays))]))
    link = rows + np.arange(links)
    size = (np.concatenate([np.full(sites, rows + links)]), np.arange(sites))
    must = (rows + links + 1 + np.arange(len(fixed)), fixed)
    row = np.concatenate([once[0], link, link, size[0], must[0]])
    col = np.concatenate([once[1], column, site, size[1], must[1]])
    value = np.concatenate(
        [np.ones(len(once[0])), -np.ones(links), np.ones(links), np.ones(sites), np.ones(len(fixed))]
    )
    low = np.concatenate([np.ones(rows), np.zeros(links), [-np.inf], np.ones(len(fixed))])
    high = np.concatenate([np.ones(rows), np.full(links, np.inf), [float(count)], np.ones(len(fixed))])
    matrix = csr_array(coo_array((value, (row, col)), shape=(len(low), width)))
    costs = np.concatenate([np.zeros(sites), cost[demand, site], there[stays]])
    return Program(costs, matrix, low, high, sites)
