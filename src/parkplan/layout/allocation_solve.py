"""One allocation solved by HiGHS: bound and best value are told while it runs, and it can be stopped at any time.

Cores that must hang together are left to cuts: the relaxation is cut where its fractions fall apart, then whole choices
are asked for, cut and asked for again until they hold. Every round gives a bound that no choice can exceed, and of a
choice that falls apart the best part is kept as an answer to compare with.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.layout.allocation import Allocated
from parkplan.layout.allocation_model import add_cuts, loaded, whole_choices
from parkplan.sites.engine import GAP, Progress
from parkplan.sites.highs import finite

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.layout.allocation import Allocation, Choice
    from parkplan.sites.engine import Effort

    Numbers = npt.NDArray[np.float64]

TELL_S: Final = 0.5
"""Seconds between two reports of value and bound."""
LEAST_S: Final = 0.1
LOOSE_GAP: Final = 5e-3
"""Whole choices that are to be cut need be no nearer to the best than this share."""
MOST_ROUNDS: Final = 20
"""Rounds of fractional cuts before whole choices are asked for."""
FRACTION: Final = 0.3
"""The share of the time that fractional cuts may take."""


def solve(problem: Allocation, effort: Effort, start: Choice | None = None, gap: float = GAP / 100) -> Allocated:
    """Find the best choice, or the best so far with its bound when time is up or it is cancelled.

    Args:
        problem: the question.
        effort: seconds, seed, who listens, and whether to stop.
        start: a choice to begin with; the answer is never worse than it where it is allowed.
        gap: value and bound this near (as a share) end the search.

    >>> from parkplan.sites.engine import Effort
    >>> from parkplan.layout.allocation import Allocation
    >>> solve(Allocation(np.array([[0.0, 2.0], [0.0, -1.0]])), Effort()).choice
    (1, 0)

    """
    known = start if start is not None and problem.feasible(start) else None
    limit = problem.limit()
    if not problem.parcels:
        empty = problem.feasible(())
        return Allocated((), 0.0, 0.0, finished=True) if empty else Allocated(None, None, None, True, infeasible=True)
    if limit == -math.inf:
        return Allocated(None, None, None, finished=True, infeasible=True)
    search = _Search(problem, effort, known, limit)
    return search.answer() if effort.cancelled() else search.run(gap)


class _Search:
    """One run: the best choice so far, and the least bound of all rounds."""

    def __init__(self, problem: Allocation, effort: Effort, known: Choice | None, limit: float) -> None:
        self.problem, self.effort = problem, effort
        self.known, self.bound = known, limit
        self.value = None if known is None else problem.worth(known)
        self.finished = self.infeasible = False
        self.nodes, self.told = 0, 0.0
        self.begun = time.perf_counter()
        self.until = self.begun + max(effort.seconds, LEAST_S)

    def run(self, gap: float) -> Allocated:
        """Cut fractions, then ask for whole choices until they hold."""
        self.solver = loaded(self.problem, self.effort, gap)
        self._listen()
        cores = self.problem.cores
        if cores:
            self._cut_fractions()
        whole_choices(self.solver, self.problem, whole=True)
        now = max(gap, LOOSE_GAP) if cores else gap
        while not self._ended():
            x = self._round(now)
            if x is None:
                break
            if self._cut(x):
                continue
            if now <= gap:
                self.finished = True
                break
            now = gap
        return self.answer()

    def answer(self) -> Allocated:
        """Return what is known now."""
        if self.infeasible and self.known is None:
            return Allocated(None, None, None, finished=True, infeasible=True)
        bound = self.bound if self.value is None else max(self.bound, self.value)
        return Allocated(self.known, self.value, bound, self.finished, nodes=self.nodes)

    def _ended(self) -> bool:
        return self.effort.cancelled() or time.perf_counter() >= self.until

    def _left(self) -> float:
        return max(self.until - time.perf_counter(), LEAST_S)

    def _cut_fractions(self) -> None:
        for _ in range(MOST_ROUNDS):
            if self._ended() or time.perf_counter() - self.begun > FRACTION * self.effort.seconds:
                return
            x = self._solved()
            if x is None:
                return
            self.bound = min(self.bound, float(self.solver.getInfo().objective_function_value))
            self._tell()
            cuts = [cut for core in self.problem.cores for cut in core.fractional_cuts(x)]
            if not cuts:
                return
            add_cuts(self.solver, cuts)

    def _cut(self, x: Numbers) -> bool:
        """Cut whole choices whose cores fall apart; say whether there were any."""
        cuts = [cut for core in self.problem.cores for cut in core.whole_cuts(x)]
        if cuts:
            add_cuts(self.solver, cuts)
        return bool(cuts)

    def _round(self, gap: float) -> Numbers | None:
        """Ask for whole choices once, keep what they are worth; None ends the search."""
        import highspy

        solver = self.solver
        solver.setOptionValue("mip_rel_gap", gap)
        if self.known is not None:
            values = self.problem.values(self.known)
            solver.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)
        x = self._solved()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            self.infeasible = self.known is None
            return None
        self.nodes += max(int(info.mip_node_count), 0)
        dual = finite(float(info.mip_dual_bound))
        self.bound = self.bound if dual is None else min(self.bound, dual)
        if info.primal_solution_status == 2:
            self._keep(np.asarray(solver.getSolution().col_value)[: self.problem.gain.size])
        self._tell()
        return x

    def _solved(self) -> Numbers | None:
        """Run the solver; return its choices (n, k) where it went to its end."""
        import highspy

        self.solver.setOptionValue("time_limit", float(self.solver.getRunTime()) + self._left())
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        x = np.asarray(self.solver.getSolution().col_value)[: self.problem.gain.size]
        return x.reshape(self.problem.gain.shape)

    def _keep(self, x: Numbers) -> None:
        """Keep a whole choice, or what is left of it when the lesser parts of its cores stay as they are."""
        chosen = x.reshape(self.problem.gain.shape).argmax(axis=1)
        for candidate in (chosen, self._mended(chosen)):
            choice = tuple(candidate.tolist())
            if self.problem.feasible(choice):
                value = self.problem.worth(choice)
                if self.value is None or value > self.value:
                    self.known, self.value = choice, value
                return

    def _mended(self, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        mended, rows = chosen.copy(), np.arange(len(chosen))
        for core in self.problem.cores:
            table = np.zeros(self.problem.gain.shape)
            table[rows, mended] = 1.0
            gain = self.problem.gain[rows, mended]
            parts = sorted(core.parts(table), key=lambda part: (-float(gain[part].sum()), part))
            for part in parts[1:]:
                new = [row for row in part if core.new[row, mended[row]]]
                mended[new] = 0
        return mended

    def _listen(self) -> None:
        """Let the solver ask whether to stop, and tell how far it is."""
        import highspy

        def heard(_kind: Any, _text: str, out: Any, into: Any, _data: Any) -> None:  # noqa: ANN401  # of HiGHS
            if self.effort.cancelled():
                into.user_interrupt = True
            if time.perf_counter() - self.told >= TELL_S:
                best = None if self.problem.cores else finite(out.mip_primal_bound)
                self._tell(best, finite(out.mip_dual_bound))

        self.solver.setCallback(heard, None)
        self.solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)

    def _tell(self, value: float | None = None, bound: float | None = None) -> None:
        self.told = time.perf_counter()
        best = max((one for one in (value, self.value) if one is not None), default=None)
        least = self.bound if bound is None else min(bound, self.bound)
        self.effort.progress(Progress(self.told - self.begun, best, least))
