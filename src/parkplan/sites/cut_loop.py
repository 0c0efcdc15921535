"""Solve, cut, solve again with HiGHS: the relaxation without connectedness, cut until its best solution hangs together.

Every round gives a bound that no site can exceed. The connected pieces of each solution, and what the greedy search
makes of them, are sites to compare it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.sites.cuts import Row, Separator
from parkplan.sites.engine import GAP, Clock, Effort, Progress, Solved
from parkplan.sites.greedy import Found
from parkplan.sites.highs import quiet_highs
from parkplan.sites.linear import linear_model

if TYPE_CHECKING:
    import highspy

    from parkplan.sites.linear import LinearModel
    from parkplan.sites.problem import Assembly, Numbers

MOST_ROUNDS: Final = 60
"""Rounds of fractional cuts before whole numbers are asked for."""


def cut_loop(problem: Assembly, effort: Effort, start: Found | None = None) -> Solved:
    """Solve the question with proof, or say how far it is from proven when time is up."""
    return _Loop(problem, effort, start).run()


def highs_model(linear: LinearModel, effort: Effort) -> highspy.Highs:
    """Return a linear model as HiGHS takes it, silent and with the seed set."""
    import highspy

    solver = quiet_highs(effort, GAP / 10)
    width = len(linear.gain)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = width, len(linear.low)
    model.col_cost_, model.col_lower_, model.col_upper_ = linear.gain, linear.lower, linear.upper
    model.row_lower_, model.row_upper_ = linear.low, linear.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = linear.matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = linear.matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = linear.matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    solver.passModel(model)
    return solver


class _Loop:
    """One run of the loop."""

    def __init__(self, problem: Assembly, effort: Effort, start: Found | None) -> None:
        self.problem = problem
        self.effort = effort
        self.linear = linear_model(problem)
        self.separator = Separator(problem, self.linear)
        self.solver = highs_model(self.linear, effort)
        self.clock = Clock(effort.seconds)
        self.best = start
        self.bound: float | None = None
        self.cuts = self.nodes = self.rounds = 0
        self.infeasible = False

    def run(self) -> Solved:
        """Cut fractional solutions first, then whole ones."""
        for _ in range(MOST_ROUNDS):
            if not self._round(whole=False):
                break
        if not self.infeasible and not self._proven():
            self._whole_numbers()
            while self._round(whole=True):
                pass
        value = None if self.best is None else self.best.value
        bound = None if self.infeasible and self.best is None else self._known_bound()
        line = f"HiGHS: {self.rounds} rounds, {self.cuts} cuts, {self.nodes} nodes"
        site = None if self.best is None else self.best.site
        return Solved(site, value, bound, self.infeasible and site is None, self.cuts, self.nodes, (line,))

    def _known_bound(self) -> float | None:
        if self.bound is None or self.best is None:
            return self.bound
        return max(self.bound, self.best.value)

    def _proven(self) -> bool:
        return Solved(None, None if self.best is None else self.best.value, self.bound).optimal

    def _whole_numbers(self) -> None:
        import highspy

        columns = np.arange(self.linear.parcels, dtype=np.int32)
        kinds = np.full(self.linear.parcels, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self.solver.changeColsIntegrality(len(columns), columns, kinds)

    def _round(self, *, whole: bool) -> bool:
        """Solve once and cut; say whether another round makes sense."""
        if self.clock.left() <= 0 or self.effort.cancelled() or self._proven():
            return False
        x = self._solved(whole=whole)
        if x is None:
            return False
        if whole:
            chosen = np.flatnonzero(x > 0.5).tolist()
            self._take_pieces(chosen)
            cuts = self.separator.rows_broken(chosen)
        else:
            cuts = [cut.row() for cut in self.separator.fractional_cuts(x)]
        self.effort.progress(Progress(self.clock.gone(), self.best.value if self.best else None, self.bound))
        self._add(cuts)
        return bool(cuts)

    def _solved(self, *, whole: bool) -> Numbers | None:
        import highspy

        solver = self.solver
        solver.setOptionValue("time_limit", float(solver.getRunTime() + max(self.clock.left(), 0.05)))
        solver.run()
        self.rounds += 1
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            self.infeasible = True
            return None
        if whole:
            self.nodes += max(int(info.mip_node_count), 0)
            if np.isfinite(info.mip_dual_bound):
                self.bound = min(self.bound, info.mip_dual_bound) if self.bound is not None else info.mip_dual_bound
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        if not whole:
            self.bound = info.objective_function_value
        return np.asarray(solver.getSolution().col_value)[: self.linear.parcels]

    def _take_pieces(self, chosen: list[int]) -> None:
        """Keep the best connected piece that is a site by itself."""
        for part in self.separator.parts(chosen):
            site = tuple(self.linear.rows[part].tolist())
            if self.problem.feasible(site):
                value = self.problem.worth(site)
                if self.best is None or value > self.best.value:
                    self.best = Found(site, value)

    def _add(self, cuts: list[Row]) -> None:
        if not cuts:
            return
        columns = [column for cut in cuts for column in cut.columns]
        values = [weight for cut in cuts for weight in cut.weights]
        starts = np.concatenate([[0], np.cumsum([len(cut.columns) for cut in cuts])[:-1]])
        high = np.array([cut.most for cut in cuts])
        self.solver.addRows(
            len(cuts), np.full(len(cuts), -np.inf), high, len(columns), starts.astype(np.int32),
            np.asarray(columns, dtype=np.int32), np.asarray(values),
        )  # fmt: skip
        self.cuts += len(cuts)
