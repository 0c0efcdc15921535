"""What two parcels bring together: points for pairs of choices, kept linear by a variable for each pair.

A bond counts where its left parcel takes one of some uses and its right parcel one of some others. Its variable y is
bound to the sums a and b of these choices by y <= a, y <= b, and y >= a + b - 1. For likes that attract (the same group
on both sides, points above 0) this relaxation is that of Kleinberg and Tardos (2002), as tight as the local polytope of
the pair; y needs no integrality, for it is 0 or 1 by itself where the choices are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Columns = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]
    Pair = tuple[Columns, Columns, float]


@dataclass(frozen=True, slots=True, eq=False)
class Bonds:
    """m bonds: ``left`` and ``right`` (m, columns) say which choices count, ``points`` (m) what both bring."""

    left: csr_array
    right: csr_array
    points: Numbers

    def __len__(self) -> int:
        return len(self.points)

    @classmethod
    def of(cls, pairs: Sequence[Pair], width: int) -> Bonds:
        """Return bonds from the columns on either side and their points, over ``width`` columns.

        >>> bonds = Bonds.of([(np.array([1]), np.array([3]), 2.0)], 4)
        >>> bonds.both(np.array([0.0, 1.0, 0.0, 1.0])).tolist()
        [1.0]
        """
        left, right = _table([left for left, _, _ in pairs], width), _table([right for _, right, _ in pairs], width)
        return cls(left, right, np.array([points for _, _, points in pairs], dtype=np.float64))

    @classmethod
    def none(cls) -> Bonds:
        """Return no bonds."""
        return cls.of((), 0)

    @classmethod
    def joined(cls, parts: Iterable[Bonds]) -> Bonds:
        """Return all bonds of some, in their order."""
        some = [part for part in parts if len(part)]
        if not some:
            return cls.none()
        left, right = (
            csr_array(vstack(sides)) for sides in zip(*((part.left, part.right) for part in some), strict=True)
        )
        return cls(left, right, np.concatenate([part.points for part in some]))

    def worth(self, points: Numbers) -> Bonds:
        """Return the bonds with other points."""
        return replace(self, points=points)

    def both(self, x: Numbers) -> Numbers:
        """Return for each bond whether both sides hold (0 or 1) under whole choices ``x``."""
        if not len(self):
            return np.empty(0)
        return np.asarray((self.left @ x) * (self.right @ x), dtype=np.float64)

    def links(self, counted: Flags) -> tuple[csr_array, Numbers]:
        """Return rows over (choices, y) that are at most the given numbers; those ``counted`` are bound on both sides.

        Points above 0 pull y up, so that it is only held down; points below 0 push it down, so that it is held up.
        """
        own = identity(len(self), format="csr")
        high = np.flatnonzero((self.points > 0) | counted)
        low = np.flatnonzero((self.points < 0) | counted)
        blocks = [hstack([-side[high], own[high]]) for side in (self.left, self.right)]
        blocks.append(hstack([(self.left + self.right)[low], -own[low]]))
        return csr_array(vstack(blocks)), np.concatenate([np.zeros(2 * len(high)), np.ones(len(low))])


def _table(sets: Sequence[Columns], width: int) -> csr_array:
    start = np.concatenate([[0], np.cumsum([len(one) for one in sets])]).astype(np.int64)
    columns = np.concatenate(sets) if len(sets) else np.empty(0, dtype=np.int64)
    return csr_array((np.ones(len(columns)), columns, start), shape=(len(sets), width))
