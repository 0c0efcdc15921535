"""An allocation as HiGHS takes it: one choice for each parcel, the rows of its clauses, and the links of its bonds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from parkplan.sites.highs import quiet_highs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import highspy
    import numpy.typing as npt

    from parkplan.layout.allocation import Allocation, Rows
    from parkplan.sites.engine import Effort

    Numbers = npt.NDArray[np.float64]


def loaded(problem: Allocation, effort: Effort, gap: float) -> highspy.Highs:
    """Return the solver with the model of a question; every row is divided by its largest weight."""
    import highspy

    solver = quiet_highs(effort, gap)
    model, choices, rows = highspy.HighsLp(), problem.gain.size, problem.stacked
    width = choices + len(problem.bonds)
    matrix, low, high = _rows(problem, rows, width)
    model.num_col_, model.num_row_ = width, matrix.shape[0]
    model.col_cost_, model.offset_ = problem.points, -problem.before(problem.points)
    model.col_lower_ = np.zeros(width)
    model.col_upper_ = np.concatenate([(~problem.banned()).astype(np.float64), np.ones(len(problem.bonds))])
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    solver.passModel(model)
    return solver


def _rows(problem: Allocation, rows: Rows, width: int) -> tuple[csr_array, Numbers, Numbers]:
    parcels, choices = problem.parcels, problem.gain.size
    once = csr_array((np.ones(choices), np.arange(choices), problem.uses * np.arange(parcels + 1)), (parcels, width))
    start = np.searchsorted(rows.of, np.arange(len(rows) + 1))
    limits = csr_array((rows.weights / rows.scale[rows.of], rows.columns, start), shape=(len(rows), width))
    low = [np.ones(parcels), rows.low / rows.scale]
    high = [np.ones(parcels), rows.high / rows.scale]
    if not len(problem.bonds):
        return csr_array(vstack([once, limits])), np.concatenate(low), np.concatenate(high)
    counted = np.zeros(len(problem.bonds), dtype=bool)
    counted[rows.columns[rows.columns >= choices] - choices] = True
    links, most = problem.bonds.links(counted)
    matrix = csr_array(vstack([once, limits, links]))
    return matrix, np.concatenate([*low, np.full(len(most), -np.inf)]), np.concatenate([*high, most])


def whole_choices(solver: highspy.Highs, problem: Allocation, *, whole: bool) -> None:
    """Ask for whole choices, or no longer; bonds are whole by themselves."""
    import highspy

    columns = np.arange(problem.gain.size, dtype=np.int32)
    kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
    solver.changeColsIntegrality(len(columns), columns, np.full(len(columns), int(kind), dtype=np.uint8))


def add_cuts(solver: highspy.Highs, cuts: Sequence[tuple[npt.NDArray[np.int64], Numbers, float]]) -> None:
    """Add rows (columns, weights, most)."""
    start = np.concatenate([[0], np.cumsum([len(columns) for columns, _, _ in cuts])[:-1]])
    columns = np.concatenate([one for one, _, _ in cuts])
    weights = np.concatenate([one for _, one, _ in cuts])
    most = np.array([one for _, _, one in cuts])
    solver.addRows(
        len(cuts), np.full(len(cuts), -np.inf), most, len(columns), start.astype(np.int32), columns.astype(np.int32),
        weights,
    )  # fmt: skip
