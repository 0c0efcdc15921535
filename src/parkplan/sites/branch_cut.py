"""Branch and cut with SCIP: separator cuts at whole and at fractional solutions. Needs the extra ``exact``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.sites.cuts import Row, Separator
from parkplan.sites.engine import GAP, Clock, Effort, Progress, Solved
from parkplan.sites.linear import INFINITE, LinearModel, linear_model

if TYPE_CHECKING:
    from parkplan.sites.greedy import Found
    from parkplan.sites.problem import Assembly, Numbers

MOST_FRACTIONAL: Final = 60_000
DEEPEST: Final = 60
"""Fractional solutions are separated down to this depth of the tree."""


def available() -> bool:
    """Whether SCIP is installed."""
    return find_spec("pyscipopt") is not None


def branch_and_cut(problem: Assembly, effort: Effort, start: Found | None = None) -> Solved:
    """Solve the question with proof, or say how far it is from proven when time is up."""
    return _Search(problem, effort, start).run()


class _Search:
    """One run of SCIP."""

    def __init__(self, problem: Assembly, effort: Effort, start: Found | None) -> None:
        from pyscipopt import Model

        self.problem = problem
        self.effort = effort
        self.linear = linear_model(problem)
        self.separator = Separator(problem, self.linear)
        self.cuts = 0
        self.fractional = 0
        self.model = Model()
        self.clock = Clock(effort.seconds)
        self._settle()
        self.variables = self._write()
        self._listen()
        if start is not None:
            self._begin_with(start)

    def _settle(self) -> None:
        self.model.hideOutput()
        settings = {
            "limits/time": max(self.effort.seconds, 0.1),
            "limits/gap": GAP,
            "timing/clocktype": 1,
            "randomization/randomseedshift": self.effort.seed,
            "misc/usesymmetry": 0,
        }
        self.model.setParams(settings)

    def _write(self) -> list[Any]:
        linear = self.linear
        variables = [
            self.model.addVar(vtype="B" if index < linear.parcels else "C", lb=low, ub=high, obj=gain)
            for index, (low, high, gain) in enumerate(zip(linear.lower, linear.upper, linear.gain, strict=True))
        ]
        self.model.setMaximize()
        _add_rows(self.model, linear, variables)
        return variables

    def _listen(self) -> None:
        handler = _handler(self)
        self.model.includeConshdlr(
            handler, "connected", "the parcels hang together", sepapriority=100, enfopriority=-10, chckpriority=-10,
            sepafreq=1, needscons=False,
        )  # fmt: skip

    def _begin_with(self, start: Found) -> None:
        solution = self.model.createSol()
        for variable, value in zip(self.variables, self.linear.start(start.site), strict=True):
            self.model.setSolVal(solution, variable, float(value))
        self.model.addSol(solution)

    def values(self, solution: Any) -> Numbers:  # noqa: ANN401  # a solution of SCIP
        """Return the values of the parcels in a solution, in the current one for None."""
        parcels = self.variables[: self.linear.parcels]
        return np.array([self.model.getSolVal(solution, variable) for variable in parcels])

    def whole(self, solution: Any) -> list[Row]:  # noqa: ANN401
        """Return the rows that a whole-numbered solution breaks."""
        return self.separator.rows_broken(np.flatnonzero(self.values(solution) > 0.5).tolist())

    def separate(self) -> str:
        """Add the cuts that the fractional solution breaks; return SCIP's word for what was done."""
        if self.model.getDepth() > DEEPEST or self.fractional > MOST_FRACTIONAL:
            return "DIDNOTRUN"
        self.tell()
        cuts = self.separator.fractional_cuts(self.values(None))
        for cut in cuts:
            _add_cut(self, cut.row())
        self.fractional += len(cuts)
        self.cuts += len(cuts)
        return "SEPARATED" if cuts else "DIDNOTFIND"

    def tell(self) -> None:
        """Report how far the search is, and stop it if that is wanted."""
        if self.effort.cancelled():
            self.model.interruptSolve()
        value = self.model.getPrimalbound() if self.model.getNSols() else None
        bound = self.model.getDualbound()
        self.effort.progress(Progress(self.clock.gone(), value, bound if abs(bound) < 1e19 else None))

    def run(self) -> Solved:
        """Search until proven, out of time or cancelled."""
        self.model.optimize()
        model, status = self.model, self.model.getStatus()
        site = None
        if model.getNSols():
            chosen = np.flatnonzero(self.values(model.getBestSol()) > 0.5)
            site = tuple(self.linear.rows[chosen].tolist())
        bound = model.getDualbound()
        value = None if site is None else self.problem.worth(site)
        known = None if abs(bound) > 1e19 else max(bound, value if value is not None else bound)
        line = f"SCIP {model.version():.1f}: {status}, {model.getNTotalNodes()} nodes, {self.cuts} cuts"
        infeasible = status == "infeasible" and site is None
        return Solved(
            site, value, None if infeasible else known, infeasible, self.cuts, int(model.getNTotalNodes()), (line,)
        )


def _add_rows(model: Any, linear: LinearModel, variables: list[Any]) -> None:  # noqa: ANN401  # pyscipopt.Model
    from pyscipopt import quicksum

    matrix = linear.matrix
    for row, (low, high) in enumerate(zip(linear.low.tolist(), linear.high.tolist(), strict=True)):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        columns, weights = matrix.indices[part].tolist(), matrix.data[part].tolist()
        if not columns:
            columns, weights = [0], [0.0]
        total = quicksum(weight * variables[column] for column, weight in zip(columns, weights, strict=True))
        if low > -INFINITE:
            model.addCons(total >= low)
        if high < INFINITE:
            model.addCons(total <= high)


def _handler(search: _Search) -> Any:  # noqa: ANN401  # a class of pyscipopt, whose methods count as branches
    from pyscipopt import Conshdlr, quicksum
    from pyscipopt.scip import PY_SCIP_RESULT as SCIP_RESULT

    class Connected(Conshdlr):
        """SCIP's question whether a solution hangs together; names and arguments are SCIP's."""

        def conscheck(self, constraints: Any, solution: Any, *rest: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401
            return {"result": SCIP_RESULT.INFEASIBLE if search.whole(solution) else SCIP_RESULT.FEASIBLE}

        def _enforce(self) -> dict[str, Any]:
            search.tell()
            cuts = search.whole(None)
            for cut in cuts:
                terms = zip(cut.columns, cut.weights, strict=True)
                search.model.addCons(quicksum(weight * search.variables[row] for row, weight in terms) <= cut.most)
            search.cuts += len(cuts)
            return {"result": SCIP_RESULT.CONSADDED if cuts else SCIP_RESULT.FEASIBLE}

        def consenfolp(self, *rest: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401
            return self._enforce()

        def consenfops(self, *rest: Any, **named: Any) -> dict[str, Any]:  # noqa: ANN401
            return self._enforce()

        def conssepalp(self, constraints: Any, useful: int) -> dict[str, Any]:  # noqa: ANN401
            return {"result": getattr(SCIP_RESULT, search.separate())}

        def conslock(self, constraint: Any, kind: Any, positive: int, negative: int) -> None:  # noqa: ANN401
            both = positive + negative
            for variable in search.variables:
                search.model.addVarLocks(variable, both, both)

    return Connected()


def _add_cut(search: _Search, cut: Row) -> None:
    model = search.model
    row = model.createEmptyRowUnspec(lhs=None, rhs=cut.most, local=False)
    model.cacheRowExtensions(row)
    for position, weight in zip(cut.columns, cut.weights, strict=True):
        model.addVarToRow(row, model.getTransformedVar(search.variables[position]), weight)
    model.flushRowExtensions(row)
    model.addCut(row, forcecut=False)
