"""Binary programmes with proof, and the prices of their relaxation: what packing and the portfolio ask of HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parkplan.sites.engine import GAP
from parkplan.sites.highs import quiet_highs

if TYPE_CHECKING:
    import highspy
    from scipy.sparse import csr_array

    from parkplan.sites.engine import Effort
    from parkplan.sites.problem import Numbers


def solve_binary(
    gain: Numbers, matrix: csr_array, high: Numbers, effort: Effort, gap: float = GAP / 10
) -> tuple[tuple[int, ...], float]:
    """Maximise ``gain`` x over x in {0, 1} with ``matrix`` x <= ``high``; return the positions of ones and the bound.

    All x = 0 must be allowed. When time is up, the best so far is returned with the bound that was proven.

    >>> from scipy.sparse import csr_array
    >>> from parkplan.sites.engine import Effort
    >>> solve_binary(np.array([3.0, 2.0, 2.0]), csr_array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]), np.ones(2), Effort())
    ((1, 2), 4.0)
    """
    import highspy

    if not len(gain):
        return (), 0.0
    solver = _solver(gain, (matrix, high), effort, gap)
    columns = np.arange(len(gain), dtype=np.int32)
    kinds = np.full(len(gain), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    solver.changeColsIntegrality(len(gain), columns, kinds)
    solver.run()
    info, x = solver.getInfo(), np.asarray(solver.getSolution().col_value)
    chosen = tuple(np.flatnonzero(x > 0.5).tolist()) if len(x) == len(gain) and info.primal_solution_status == 2 else ()
    limit = float(np.maximum(gain, 0).sum())
    bound = min(float(info.mip_dual_bound), limit) if np.isfinite(info.mip_dual_bound) else limit
    return chosen, bound


def solve_relaxed(gain: Numbers, matrix: csr_array, high: Numbers, effort: Effort) -> Numbers:
    """Return the price of each row, >= 0, where x may be any number from 0 to 1: what one more of it would bring.

    >>> from scipy.sparse import csr_array
    >>> from parkplan.sites.engine import Effort
    >>> solve_relaxed(np.array([3.0, 2.0]), csr_array([[1.0, 1.0]]), np.ones(1), Effort()).tolist()
    [3.0]
    """
    solver = _solver(gain, (matrix, high), effort, GAP)
    solver.changeColsBounds(
        len(gain), np.arange(len(gain), dtype=np.int32), np.zeros(len(gain)), np.full(len(gain), np.inf)
    )
    solver.run()
    paid = np.asarray(solver.getSolution().row_dual, dtype=np.float64)
    return np.maximum(paid, 0.0) if len(paid) == len(high) else np.zeros(len(high))


def _solver(gain: Numbers, rows: tuple[csr_array, Numbers], effort: Effort, gap: float) -> highspy.Highs:
    import highspy

    matrix, high = rows
    solver = quiet_highs(effort, gap)
    solver.setOptionValue("time_limit", max(effort.seconds, 0.1))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gain), len(high)
    model.col_cost_, model.col_lower_, model.col_upper_ = gain, np.zeros(len(gain)), np.ones(len(gain))
    model.row_lower_, model.row_upper_ = np.full(len(high), -np.inf), high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    solver.passModel(model)
    return solver
