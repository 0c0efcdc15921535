"""One allocation solved by HiGHS: bound and best value are told while it runs, and it can be stopped at any time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.layout.allocation import Allocated
from parkplan.sites.engine import GAP, Progress
from parkplan.sites.highs import quiet_highs

if TYPE_CHECKING:
    import highspy

    from parkplan.layout.allocation import Allocation, Choice
    from parkplan.sites.engine import Effort

TELL_S: Final = 0.5
"""Seconds between two reports of value and bound."""
LEAST_S: Final = 0.1


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
    if effort.cancelled():
        return _answer(problem, known, limit)
    solver = _loaded(problem, effort, gap)
    if known is not None:
        _begin(solver, problem, known)
    _listen(solver, effort)
    solver.run()
    return _read(solver, problem, known, limit)


def _loaded(problem: Allocation, effort: Effort, gap: float) -> highspy.Highs:
    """Return the solver with the model; every row is divided by its largest weight."""
    import highspy

    solver = quiet_highs(effort, gap)
    solver.setOptionValue("time_limit", max(effort.seconds, LEAST_S))
    model, width, parcels = highspy.HighsLp(), problem.gain.size, problem.parcels
    rows = problem.rows
    once = np.ones(parcels)
    model.num_col_, model.num_row_ = width, parcels + len(rows)
    model.col_cost_, model.col_lower_ = problem.gain.ravel(), np.zeros(width)
    model.col_upper_ = (~problem.banned()).astype(np.float64)
    model.integrality_ = [highspy.HighsVarType.kInteger] * width
    model.row_lower_ = np.concatenate([once, [row.low / row.scale for row in rows]])
    model.row_upper_ = np.concatenate([once, [row.high / row.scale for row in rows]])
    sizes = [problem.uses] * parcels + [len(row.columns) for row in rows]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    matrix.index_ = np.concatenate([np.arange(width), *(row.columns for row in rows)]).astype(np.int32)
    matrix.value_ = np.concatenate([np.ones(width), *(row.weights / row.scale for row in rows)])
    model.sense_ = highspy.ObjSense.kMaximize
    solver.passModel(model)
    return solver


def _begin(solver: highspy.Highs, problem: Allocation, choice: Choice) -> None:
    columns = problem.columns(choice)
    values = np.zeros(problem.gain.size)
    values[columns] = 1.0
    solver.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)


def _listen(solver: highspy.Highs, effort: Effort) -> None:
    """Let the solver ask whether to stop, and tell how far it is."""
    import highspy

    told = [0.0]

    def heard(_kind: Any, _text: str, out: Any, into: Any, _data: Any) -> None:  # noqa: ANN401  # of HiGHS
        if effort.cancelled():
            into.user_interrupt = True
        if out.running_time - told[0] >= TELL_S:
            told[0] = out.running_time
            effort.progress(Progress(out.running_time, _finite(out.mip_primal_bound), _finite(out.mip_dual_bound)))

    solver.setCallback(heard, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) and abs(value) < 1e30 else None


def _read(solver: highspy.Highs, problem: Allocation, known: Choice | None, limit: float) -> Allocated:
    import highspy

    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible and known is None:
        return Allocated(None, None, None, finished=True, infeasible=True)
    x = np.asarray(solver.getSolution().col_value)
    found = None
    if len(x) == problem.gain.size and info.primal_solution_status == 2:
        found = tuple(x.reshape(problem.gain.shape).argmax(axis=1).tolist())
    allowed = [one for one in (found, known) if one is not None and problem.feasible(one)]
    best = max(allowed, key=problem.worth, default=None)
    dual = _finite(float(info.mip_dual_bound))
    bound = limit if dual is None else min(limit, dual)
    finished = status == highspy.HighsModelStatus.kOptimal and best is not None
    return _answer(problem, best, bound, finished=finished, nodes=max(int(info.mip_node_count), 0))


def _answer(
    problem: Allocation, choice: Choice | None, bound: float, *, finished: bool = False, nodes: int = 0
) -> Allocated:
    value = None if choice is None else problem.worth(choice)
    return Allocated(choice, value, bound if value is None else max(bound, value), finished, nodes=nodes)
