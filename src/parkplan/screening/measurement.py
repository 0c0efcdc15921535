"""How far the value of a formula may be off, given how far each figure in it may be off.

A figure x stands for x exp(e), e normal with s² = ln(1 + cv²), cv its coefficient of variation by source or by column.
To first order the value f of a formula is then off by the sum of the slopes x df/dx times e over its figures, which is
exact for ln f where f is made of products and quotients. Figures are independent of one another; two formulas that
share a figure are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan.expressions import parse
from parkplan.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from parkplan.model.measurement import ErrorChange, FigureSource, MeasurementErrors

    Numbers = npt.NDArray[np.float64]
    Names = npt.NDArray[np.object_]

STEP: Final = 1e-4
"""Relative step of the numerical slopes; their error is of its square."""


class MeasuredErrors:
    """The errors of the figures of some parcels (n rows).

    Args:
        parcels: every column that the formulas name.
        errors: the sources and which column comes from which.
        changes: other coefficients, of sources or of single columns and measures.
        given: measures that are columns of the data, and not computed from others.

    """

    def __init__(
        self,
        parcels: pd.DataFrame,
        errors: MeasurementErrors,
        changes: Sequence[ErrorChange] = (),
        given: frozenset[str] = frozenset(),
    ) -> None:
        self._parcels = parcels
        self._errors = errors
        self._changes = tuple(changes)
        self._cv = {one.id: one.cv for one in errors.sources} | {one.of: one.cv for one in changes}
        self._figures: dict[str, FigureSource] = {one.column: one for one in errors.figures}
        sources = {one.id for one in errors.sources}
        self._own = {one.of for one in changes} - sources
        self._given = given | self._own | self._figures.keys()
        self._slopes: dict[str, Mapping[str, Numbers]] = {}

    def row(self, row: int) -> MeasuredErrors:
        """Return the errors of the parcel at a row position alone."""
        return MeasuredErrors(self._parcels.iloc[[row]], self._errors, self._changes, self._given)

    def figures(self, formula: str) -> tuple[str, ...]:
        """Return the figures that a formula rests on, measures taken apart as far as the data do not hold them."""
        found: set[str] = set()
        for name in parse(formula).names:
            found |= {name} if self._is_figure(name) else set(self.figures(METRICS[name].formula))
        return tuple(sorted(name for name in found if _numeric(self._parcels, name)))

    def source(self, column: str) -> Names:
        """Return the id of the source of a column for each parcel, None where it is not told."""
        figure = self._figures.get(column)
        if figure is None or figure.told_by is None:
            name = self._errors.otherwise if figure is None else figure.source
            return np.full(len(self._parcels), name, dtype=object)
        if figure.told_by not in self._parcels.columns:
            return np.full(len(self._parcels), self._errors.otherwise, dtype=object)
        told = self._parcels[figure.told_by].astype(object)
        return np.asarray(told.map(dict(figure.sources)).fillna(self._errors.otherwise).to_numpy(dtype=object))

    def cv(self, column: str) -> Numbers:
        """Return the coefficient of variation of a column for each parcel."""
        if column in self._own:
            return np.full(len(self._parcels), self._cv[column])
        figure = self._figures.get(column)
        if figure is None or figure.told_by is None:
            name = self._errors.otherwise if figure is None else str(figure.source)
            return np.full(len(self._parcels), self._cv[name])
        sources = pd.Series(self.source(column))
        return np.asarray(sources.map(self._cv).to_numpy(dtype=np.float64))

    def slopes(self, formula: str) -> Mapping[str, Numbers]:
        """Return by how much the value of a formula moves with one standard deviation of each of its figures.

        In the unit of the value and with a sign.
        """
        if formula not in self._slopes:
            self._slopes[formula] = self._moved(formula)
        return self._slopes[formula]

    def deviation(self, formula: str) -> Numbers:
        """Return the standard deviation of the value of a formula, in its unit; NaN where the value is unknown."""
        squares = [slope**2 for slope in self.slopes(formula).values()]
        return np.sqrt(np.sum(squares, axis=0)) if squares else np.zeros(len(self._parcels))

    def _is_figure(self, name: str) -> bool:
        """Say whether a name stands for itself: a column, or a measure whose parts nobody has."""
        if name in self._given or name not in METRICS:
            return True
        return any(part not in METRICS and part not in self._parcels for part in parse(METRICS[name].formula).names)

    def _moved(self, formula: str) -> Mapping[str, Numbers]:
        found = {}
        for name in self.figures(formula):
            spread = np.sqrt(np.log1p(self.cv(name) ** 2))
            up, down = (self._value(formula, {name: 1.0 + step}) for step in (STEP, -STEP))
            found[name] = (up - down) / (2 * STEP) * spread
        return found

    def _value(self, formula: str, scaled: Mapping[str, float]) -> Numbers:
        columns: dict[str, object] = {}
        for name in parse(formula).names:
            if not self._is_figure(name):
                columns[name] = self._value(METRICS[name].formula, scaled)
            elif name in scaled:
                columns[name] = self._parcels[name].to_numpy(dtype=np.float64, na_value=np.nan) * scaled[name]
            else:
                columns[name] = self._parcels[name].array
        return parse(formula).numbers(pd.DataFrame(columns, index=range(len(self._parcels))))


def _numeric(parcels: pd.DataFrame, name: str) -> bool:
    if name not in parcels.columns:
        return False
    kind = parcels[name].dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
