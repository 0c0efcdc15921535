"""Small programmes with zero-one variables, solved by HiGHS with their bound."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.sites.engine import GAP, Progress
from parkplan.sites.highs import finite, quiet_highs

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from parkplan.sites.engine import Effort

    Numbers = npt.NDArray[np.float64]

LEAST_S: Final = 0.1
TELL_S: Final = 0.5
"""Seconds between two reports of value and bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """``min cost x`` with ``low <= rows x <= high``, ``0 <= x <= 1``; the first ``whole`` variables are 0 or 1."""

    cost: Numbers
    rows: csr_array
    low: Numbers
    high: Numbers
    whole: int


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """``x`` the best found, None where none was; ``bound`` what no answer goes below; ``infeasible`` that none is."""

    x: Numbers | None
    bound: float
    infeasible: bool = False


def solve(program: Program, effort: Effort) -> Solved:
    """Solve a programme, or return the best so far with its bound when time is up or it is cancelled.

    Value and bound are told as they stand in the programme, whose cost is to be small.
    """
    import highspy

    if not len(program.cost):
        fits = bool((program.low <= 0).all() and (program.high >= 0).all())
        return Solved(np.empty(0) if fits else None, 0.0, infeasible=not fits)
    solver = quiet_highs(effort, GAP / 100)
    solver.setOptionValue("time_limit", max(effort.seconds, LEAST_S))
    model, width = highspy.HighsLp(), len(program.cost)
    model.num_col_, model.num_row_ = width, program.rows.shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, np.zeros(width), np.ones(width)
    integer, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [integer] * program.whole + [real] * (width - program.whole)
    model.row_lower_, model.row_upper_ = program.low, program.high
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = program.rows.indptr.astype(np.int32)
    matrix.index_ = program.rows.indices.astype(np.int32)
    matrix.value_ = program.rows.data.astype(np.float64)
    solver.passModel(model)
    _listen(solver, effort)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, math.inf, infeasible=True)
    dual = float(info.mip_dual_bound)
    found = np.asarray(solver.getSolution().col_value) if info.primal_solution_status == 2 else None
    return Solved(found, dual if abs(dual) < 1e30 else -math.inf)


def _listen(solver: Any, effort: Effort) -> None:  # noqa: ANN401  # a HiGHS solver
    """Let the solver ask whether to stop, and tell how far it is."""
    import highspy

    begun = time.perf_counter()
    told = -TELL_S

    def heard(_kind: Any, _text: str, out: Any, into: Any, _data: Any) -> None:  # noqa: ANN401  # of HiGHS
        nonlocal told
        if effort.cancelled():
            into.user_interrupt = True
        gone = time.perf_counter() - begun
        if gone - told >= TELL_S:
            told = gone
            effort.progress(Progress(gone, finite(out.mip_primal_bound), finite(out.mip_dual_bound)))

    solver.setCallback(heard, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
