"""The core of a park as one connected piece: which parts a choice falls into, and cuts that forbid them.

For two parcels a and b that are newly given to the core, and every set C of parcels that parts them,

    new[a] + new[b] - sum over c in C of member[c] <= 1

(Carvajal et al. 2013; Wang, Buchanan and Butenko 2017). The separators are those of the search for sites
(`parkplan.sites.cuts`); here a parcel is not in or out but has a use with which it belongs to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.model.sites import SiteLimits
from parkplan.sites.cuts import LEAST_VIOLATION, Cut, Separator
from parkplan.sites.linear import linear_model
from parkplan.sites.problem import Assembly

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

NO_ROWS: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """Parcels that must hang together.

    ``member`` (n, k) are the uses with which a parcel belongs to the core, ``new`` (n, k) those of them that place it
    there now: new parcels must reach each other through members. What is there already need not hang together. ``left``
    and ``right`` are the pairs of parcels that adjoin, or both adjoin one piece of the core that stays as it is.
    """

    member: Flags
    new: Flags
    left: Rows
    right: Rows

    def parts(self, x: Numbers) -> list[list[int]]:
        """Return the connected parts of the members that have new parcels, under whole choices ``x`` (n, k)."""
        members = np.flatnonzero((x * self.member).sum(axis=1) > 0.5)
        new = (x * self.new).sum(axis=1) > 0.5
        parts = self._assembly(new.astype(np.float64)).parts(members.tolist())
        return [part for part in parts if new[part].any()]

    def whole_cuts(self, x: Numbers) -> list[tuple[Rows, Numbers, float]]:
        """Return rows (columns, weights, most) that whole choices break; none where the core hangs together."""
        parts = self.parts(x)
        if len(parts) < 2:
            return []
        separator, place, rows = self._separator((x * self.new).sum(axis=1))
        chosen = [int(place[row]) for part in parts for row in part]
        return [self._row(cut, rows) for cut in separator.whole_cuts(chosen)]

    def fractional_cuts(self, x: Numbers) -> list[tuple[Rows, Numbers, float]]:
        """Return rows that fractional choices break."""
        separator, _, rows = self._separator((x * self.new).sum(axis=1))
        member = np.clip((x * self.member).sum(axis=1)[rows], 0.0, 1.0)
        found = [self._row(cut, rows) for cut in separator.fractional_cuts(member)]
        flat = x.ravel()
        return [
            (columns, weights, most)
            for columns, weights, most in found
            if float(weights @ flat[columns]) > most + LEAST_VIOLATION
        ]

    def _row(self, cut: Cut, rows: Rows) -> tuple[Rows, Numbers, float]:
        """Return a cut over parcels as a row over choices."""
        sides = ((self.new, cut.plus, 1.0), (self.member, cut.minus, -1.0))
        columns, weights, uses = [NO_ROWS], [np.empty(0)], self.member.shape[1]
        for flags, positions, weight in sides:
            for row in rows[list(positions)].tolist():
                found = np.flatnonzero(flags[row])
                columns.append(row * uses + found)
                weights.append(np.full(len(found), weight))
        return np.concatenate(columns), np.concatenate(weights), cut.most

    def _separator(self, value: Numbers) -> tuple[Separator, Rows, Rows]:
        problem = self._assembly(value)
        linear = linear_model(problem)
        place = np.full(len(problem), -1, dtype=np.int64)
        place[linear.rows] = np.arange(len(linear.rows))
        return Separator(problem, linear), place, linear.rows

    def _assembly(self, value: Numbers) -> Assembly:
        count = len(value)
        blank, never = np.zeros(count), np.zeros(count, dtype=np.bool_)
        return Assembly(
            value=value, area_m2=blank + 1.0, cost_yuan=blank, owner=np.arange(count), flagged=never, frontage=never,
            allowed=np.asarray(self.member.any(axis=1), dtype=np.bool_), locked=never, left=self.left, right=self.right,
            bonus=np.zeros(len(self.left)), limits=SiteLimits(),
        )  # fmt: skip
