"""Which use goes on which parcel: the question as columns and clauses.

    max  sum of gain[p, u] x[p, u] + sum over bonds of points[b] y[b]
    s.t. sum over u of x[p, u] = 1 for each parcel p, x in {0, 1}, y[b] = 1 where both sides of a bond hold, and every
         clause

A clause is a rule in the planner's sense: choices that it forbids, rows that it limits, cores that must hang together.
It is left out or put back as a whole, which is how the price of a rule and the rules that collide are found. What bonds
bring counts against the land as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import numpy.typing as npt

from parkplan.layout.allocation_bonds import Bonds
from parkplan.sites.engine import GAP

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parkplan.layout.allocation_core import Core

    Numbers = npt.NDArray[np.float64]
    Columns = npt.NDArray[np.int64]

SLACK: Final = 1e-6
"""A row may be missed by this share of its largest weight."""
LEAST_VALUE: Final = 1e-9
Choice = tuple[int, ...]
"""The use of each parcel: a column of ``gain``; column 0 is the land as it is."""
AllocationStatus = Literal["optimal", "bounded", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """``low <= sum of weights <= high`` over ``columns``: choices (parcel x uses + use), and after them the bonds."""

    columns: Columns
    weights: Numbers
    low: float = -np.inf
    high: float = np.inf

    @property
    def scale(self) -> float:
        """The largest weight."""
        return float(np.abs(self.weights).max(initial=0.0)) or 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """m rows in one piece: ``of`` says to which row each weight belongs, ``scale`` is the largest weight of each."""

    of: Columns
    columns: Columns
    weights: Numbers
    low: Numbers
    high: Numbers
    scale: Numbers

    def __len__(self) -> int:
        return len(self.low)

    @classmethod
    def of_rows(cls, rows: Sequence[Row]) -> Rows:
        """Return rows as one piece."""
        size = [len(row.columns) for row in rows]
        return cls(
            np.repeat(np.arange(len(rows)), size),
            np.concatenate([_none(), *(row.columns for row in rows)]),
            np.concatenate([np.empty(0), *(row.weights for row in rows)]),
            np.array([row.low for row in rows], dtype=np.float64),
            np.array([row.high for row in rows], dtype=np.float64),
            np.array([row.scale for row in rows], dtype=np.float64),
        )

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """Return all rows of some pieces, in their order."""
        if len(parts) == 1:
            return parts[0]
        begin = np.cumsum([0, *(len(part) for part in parts)])
        of = [part.of + first for part, first in zip(parts, begin[:-1].tolist(), strict=True)]
        names = ("columns", "weights", "low", "high", "scale")
        empty = cls.of_rows(())
        rest = [np.concatenate([getattr(empty, name), *(getattr(part, name) for part in parts)]) for name in names]
        return cls(np.concatenate([empty.of, *of]), *rest)

    def kept_by(self, x: Numbers) -> bool:
        """Whether values of all columns keep every row."""
        total = np.bincount(self.of, weights=self.weights * x[self.columns], minlength=len(self))
        slack = SLACK * self.scale
        return bool(((total >= self.low - slack) & (total <= self.high + slack)).all())


def _none() -> Columns:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Clause:
    """A rule: ``banned`` choices (parcel x uses + use), rows, and cores; one that is ``fixed`` is never left out."""

    id: str
    banned: Columns = field(default_factory=_none)
    rows: tuple[Row, ...] = ()
    cores: tuple[Core, ...] = ()
    fixed: bool = False

    @cached_property
    def stacked(self) -> Rows:
        """The rows in one piece, made once for all questions that share the clause."""
        return Rows.of_rows(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """n parcels, k uses: ``gain`` (n, k) in points, the clauses that hold, and the bonds between parcels.

    ``alike`` (k) numbers the uses that count as one where options must differ; each is its own without it.
    """

    gain: Numbers
    clauses: tuple[Clause, ...] = ()
    bonds: Bonds = field(default_factory=Bonds.none)
    alike: Columns | None = None

    @property
    def parcels(self) -> int:
        """How many parcels are to be decided."""
        return int(self.gain.shape[0])

    @property
    def uses(self) -> int:
        """How many uses there are, the land as it is among them."""
        return int(self.gain.shape[1])

    @property
    def rules(self) -> tuple[Clause, ...]:
        """The clauses that may be left out."""
        return tuple(clause for clause in self.clauses if not clause.fixed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all clauses."""
        return tuple(row for clause in self.clauses for row in clause.rows)

    @property
    def stacked(self) -> Rows:
        """The rows of all clauses in one piece."""
        return Rows.joined([clause.stacked for clause in self.clauses])

    @property
    def cores(self) -> tuple[Core, ...]:
        """The cores of all clauses."""
        return tuple(core for clause in self.clauses for core in clause.cores)

    @property
    def points(self) -> Numbers:
        """The points of all columns: choices, then bonds."""
        return np.concatenate([self.gain.ravel(), self.bonds.points])

    def columns(self, choice: Choice) -> Columns:
        """Return the columns that a choice sets to one."""
        return np.arange(self.parcels) * self.uses + np.asarray(choice, dtype=np.int64)

    def values(self, choice: Choice) -> Numbers:
        """Return what a choice makes of all columns: choices, then bonds."""
        x = np.zeros(self.gain.size)
        x[self.columns(choice)] = 1.0
        return np.concatenate([x, self.bonds.both(x)])

    def banned(self) -> npt.NDArray[np.bool_]:
        """Return which of all n x k columns some clause forbids."""
        found = np.zeros(self.gain.size, dtype=bool)
        for clause in self.clauses:
            found[clause.banned] = True
        return found

    def before(self, values: Numbers) -> float:
        """Return what the bonds of the land as it is make of a value of each column."""
        if values.size == self.gain.size:
            return 0.0
        return float(values[self.gain.size :] @ self.values((0,) * self.parcels)[self.gain.size :])

    def amount(self, values: Numbers, choice: Choice) -> float:
        """Return what a choice makes of a value of each column; bonds count against the land as it is."""
        flat = values.ravel()
        return float(flat @ self.values(choice)[: flat.size]) - self.before(flat)

    def worth(self, choice: Choice) -> float:
        """Return the points of a choice."""
        return self.amount(self.points, choice)

    def feasible(self, choice: Choice) -> bool:
        """Whether a choice keeps every clause."""
        x = self.values(choice)
        if (self.banned() & (x[: self.gain.size] > 0)).any():
            return False
        if not self.stacked.kept_by(x):
            return False
        table = x[: self.gain.size].reshape(self.gain.shape)
        return all(len(core.parts(table)) < 2 for core in self.cores)

    def without(self, names: Collection[str]) -> Allocation:
        """Return the question without some clauses."""
        return replace(self, clauses=tuple(clause for clause in self.clauses if clause.id not in names))

    def with_rows(self, name: str, *rows: Row) -> Allocation:
        """Return the question with one more clause of rows, which is never left out."""
        return replace(self, clauses=(*self.clauses, Clause(name, rows=rows, fixed=True)))

    def valued(self, values: Numbers) -> Allocation:
        """Return the question with other points of all columns (bonds count nothing where only choices have points)."""
        flat = values.ravel()
        ties = np.zeros(len(self.bonds))
        ties[: flat.size - self.gain.size] = flat[self.gain.size :]
        return replace(self, gain=flat[: self.gain.size].reshape(self.gain.shape), bonds=self.bonds.worth(ties))

    def total(self, values: Numbers, *, low: float = -np.inf, high: float = np.inf) -> Row:
        """Return a row over a value of each choice (n, k), or of each column; bonds count against the land as it is."""
        flat = values.ravel()
        columns, before = np.flatnonzero(flat), self.before(flat)
        return Row(columns, flat[columns], low + before, high + before)

    def limit(self) -> float:
        """Return what no choice can exceed: the best use of each parcel and every bond; -inf where one has none."""
        open_gain = np.where(self.banned().reshape(self.gain.shape), -np.inf, self.gain)
        bonds = float(np.maximum(self.bonds.points, 0.0).sum()) - self.before(self.points)
        return float(open_gain.max(axis=1).sum()) + bonds if self.parcels else 0.0


@dataclass(frozen=True, slots=True)
class Allocated:
    """An answer: the choice (None where none was found), its points, and the bound that no choice can exceed.

    ``finished`` says that the solver went to its end; ``infeasible`` that there is provably no choice.
    """

    choice: Choice | None
    value: float | None
    bound: float | None
    finished: bool = False
    infeasible: bool = False
    nodes: int = 0

    @property
    def status(self) -> AllocationStatus:
        """``optimal`` only where the bound meets the value."""
        if self.infeasible:
            return "infeasible"
        if self.value is None or self.bound is None:
            return "unknown"
        return "optimal" if self.bound - self.value <= GAP * max(1.0, abs(self.value)) * 1.01 else "bounded"

    @property
    def gap(self) -> float | None:
        """How much better an answer could at most be, as a share of this one; None where that is unknown.

        An answer of no points has no share, unless nothing is better.
        """
        if self.value is None or self.bound is None:
            return None
        more = max(0.0, self.bound - self.value)
        if abs(self.value) < LEAST_VALUE:
            return 0.0 if more < LEAST_VALUE else None
        return more / abs(self.value)
