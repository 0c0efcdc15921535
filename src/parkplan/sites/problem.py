"""The question behind a site: which connected parcels are worth most within the limits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import numpy.typing as npt

    from parkplan.model.sites import SiteLimits

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]

TOLERANCE: Final = 1e-6
"""Relative slack in sums of areas and costs."""


@dataclass(frozen=True)
class Assembly:
    """n parcels and how they adjoin.

    ``value`` in points; ``area_m2``; ``cost_yuan``; ``owner`` numbers from 0, each unknown owner a number of its own;
    ``flagged`` parcels count towards the flagged share; ``frontage`` says that a parcel lies on a public road;
    ``allowed`` is false for excluded and forbidden parcels; ``locked`` parcels must be in the site. ``left``, ``right``
    are the pairs that adjoin and ``bonus`` what it is worth to have both (a surrogate of compactness: points for each
    metre of boundary that falls away). ``perimeter_m`` of each parcel and ``shared_m`` of each pair are asked for by a
    limit of compactness alone, and empty otherwise. All numbers are non-negative but values.
    """

    value: Numbers
    area_m2: Numbers
    cost_yuan: Numbers
    owner: Positions
    flagged: Flags
    frontage: Flags
    allowed: Flags
    locked: Flags
    left: Positions
    right: Positions
    bonus: Numbers
    limits: SiteLimits
    perimeter_m: Numbers = field(default_factory=lambda: np.empty(0))
    shared_m: Numbers = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.value)

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """The allowed parcels that adjoin each allowed parcel."""
        found: list[list[int]] = [[] for _ in range(len(self))]
        for one, two in zip(self.left.tolist(), self.right.tolist(), strict=True):
            if self.allowed[one] and self.allowed[two]:
                found[one].append(two)
                found[two].append(one)
        return tuple(tuple(sorted(near)) for near in found)

    @cached_property
    def _bonuses(self) -> dict[tuple[int, int], float]:
        return self._by_pair(self.bonus)

    @cached_property
    def _shared(self) -> dict[tuple[int, int], float]:
        return self._by_pair(self.shared_m)

    def _by_pair(self, amounts: Numbers) -> dict[tuple[int, int], float]:
        return {
            (int(one), int(two)): float(amount)
            for one, two, amount in zip(self.left, self.right, amounts, strict=True)
            if amount
        }

    def worth(self, site: Iterable[int]) -> float:
        """Return the points of a set of parcels: their values and the bonus of pairs inside."""
        inside = sorted(site)
        return float(self.value[inside].sum()) + self._inside(inside, self._bonuses)

    def _inside(self, site: Iterable[int], amounts: Mapping[tuple[int, int], float]) -> float:
        """Return the sum of what the pairs inside a set of parcels have."""
        members = set(site)
        return sum(
            amounts.get((one, two), 0.0)
            for one in sorted(members)
            for two in self.neighbours[one]
            if one < two and two in members
        )

    def outline_m(self, site: Iterable[int]) -> float:
        """Return the length of the outline of a set of parcels: their perimeters less common edges, twice."""
        rows = list(site)
        return float(self.perimeter_m[rows].sum()) - 2.0 * self._inside(rows, self._shared)

    def compactness(self, site: Iterable[int]) -> float:
        """Return 4 pi A / P² of a set of parcels: 1 for a circle, pi / 4 for a square."""
        rows = list(site)
        outline = self.outline_m(rows)
        return float(4.0 * np.pi * self.area_m2[rows].sum() / outline**2) if outline > 0 else 0.0

    def connected(self, site: Collection[int]) -> bool:
        """Whether the parcels hang together."""
        return len(self.parts(site)) == 1

    def parts(self, site: Iterable[int]) -> list[list[int]]:
        """Return the connected parts of a set of parcels, in the order of their first parcel."""
        left, found = set(site), []
        for start in sorted(left):
            if start not in left:
                continue
            left.discard(start)
            part, waiting = [], [start]
            while waiting:
                here = waiting.pop()
                part.append(here)
                near = [other for other in self.neighbours[here] if other in left]
                left.difference_update(near)
                waiting.extend(near)
            found.append(sorted(part))
        return found

    def figures(self, site: Iterable[int]) -> dict[str, float]:
        """Return what the limits speak of, for a set of parcels."""
        rows = np.fromiter(site, dtype=np.int64)
        area = float(self.area_m2[rows].sum())
        return {
            "area_m2": area,
            "parcels": float(len(rows)),
            "owners": float(len(np.unique(self.owner[rows]))),
            "cost_yuan": float(self.cost_yuan[rows].sum()),
            "flagged_share": float(self.area_m2[rows[self.flagged[rows]]].sum()) / area if area else 0.0,
            "frontage": float(self.frontage[rows].any()),
        }

    def broken(self, site: Collection[int]) -> list[str]:
        """Return the names of the limits that a set of parcels breaks; not being connected is another matter."""
        limits, found = self.limits, self.figures(site)
        checks = {
            "min_area_m2": _below(found["area_m2"], limits.min_area_m2),
            "max_area_m2": _above(found["area_m2"], limits.max_area_m2),
            "min_parcels": _below(found["parcels"], limits.min_parcels),
            "max_parcels": _above(found["parcels"], limits.max_parcels),
            "max_owners": _above(found["owners"], limits.max_owners),
            "max_cost_yuan": _above(found["cost_yuan"], limits.max_cost_yuan),
            "min_flagged_share": _below(found["flagged_share"], limits.min_flagged_share),
            "min_compactness": limits.min_compactness is not None
            and self.compactness(site) < limits.min_compactness * (1 - TOLERANCE),
            "frontage": limits.frontage and not found["frontage"],
            "locked": not set(np.flatnonzero(self.locked).tolist()) <= set(site),
        }
        return [name for name, bad in checks.items() if bad]

    def feasible(self, site: Collection[int]) -> bool:
        """Whether a set of parcels is a site within all limits."""
        rows = list(site)
        return bool(rows) and bool(self.allowed[rows].all()) and self.connected(rows) and not self.broken(rows)

    def only(self, rows: Collection[int]) -> Assembly:
        """Return the same question with all parcels forbidden but some."""
        kept = np.zeros(len(self), dtype=np.bool_)
        kept[list(rows)] = True
        return replace(self, allowed=self.allowed & kept)

    def within(self, **changes: Any) -> Assembly:  # noqa: ANN401  # fields of SiteLimits
        """Return the same question with other limits."""
        return replace(self, limits=replace(self.limits, **changes))


def _below(value: float, limit: float | None) -> bool:
    return limit is not None and value < limit - TOLERANCE * max(1.0, abs(limit))


def _above(value: float, limit: float | None) -> bool:
    return limit is not None and value > limit + TOLERANCE * max(1.0, abs(limit))
