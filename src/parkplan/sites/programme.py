"""Binary programmes with proof: what packing and the portfolio ask of HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parkplan.sites.engine import GAP
from parkplan.sites.highs import quiet_highs

if TYPE_CHECKING:
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
    width = len(gain)
    solver = quiet_highs(effort, gap)
    solver.setOptionValue("time_limit", max(effort.seconds, 0.1))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = width, len(high)
    model.col_cost_, model.col_lower_, model.col_upper_ = gain, np.zeros(width), np.ones(width)
    model.integrality_ = [highspy.HighsVarType.kInteger] * width
    model.row_lower_, model.row_upper_ = np.full(len(high), -np.inf), high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    solver.passModel(model)
    solver.run()
    info, x = solver.getInfo(), np.asarray(solver.getSolution().col_value)
    chosen = tuple(np.flatnonzero(x > 0.5).tolist()) if len(x) == width and info.primal_solution_status == 2 else ()
    limit = float(np.maximum(gain, 0).sum())
    bound = min(float(info.mip_dual_bound), limit) if np.isfinite(info.mip_dual_bound) else limit
    return chosen, bound
