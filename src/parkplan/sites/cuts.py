"""Cuts that forbid sites in pieces: separators between parcels, and the border of a piece that is too small.

For parcels a and b of one site and every set C that parts them, x_a + x_b - sum_{c in C} x_c <= 1 (Carvajal et al.
2013; Wang, Buchanan and Butenko 2017). Where all ways through a parcel of C are longer than the limits allow, the
parcel is left out of C (Salemi and Buchanan 2020). A piece R that is smaller than the least area or count cannot be the
whole site, so x_a <= sum_{c in border(R)} x_c for each a in R.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, dijkstra, maximum_flow

from parkplan.sites.problem import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from parkplan.sites.linear import LinearModel
    from parkplan.sites.problem import Assembly, Numbers, Positions

SCALE: Final = 100_000
"""Values of the relaxation times this are the integer capacities of the flow network."""
LEAST_VIOLATION: Final = 0.02
MOST_TARGETS: Final = 60


@dataclass(frozen=True, slots=True)
class Cut:
    """sum of x over ``plus`` minus sum of x over ``minus`` is at most ``most``; positions among the allowed parcels."""

    plus: tuple[int, ...]
    minus: tuple[int, ...]
    most: float

    def row(self) -> Row:
        """Return the cut as a row of the linear model."""
        return Row((*self.plus, *self.minus), (1.0,) * len(self.plus) + (-1.0,) * len(self.minus), self.most)

    def excess(self, x: Numbers) -> float:
        """By how much values break the cut."""
        return float(x[list(self.plus)].sum() - x[list(self.minus)].sum() - self.most)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the linear model: the sum of weights times variables is at most ``most``."""

    columns: tuple[int, ...]
    weights: tuple[float, ...]
    most: float


class Separator:
    """Finds the cuts that a solution breaks; positions are those among the allowed parcels of a question."""

    def __init__(self, problem: Assembly, linear: LinearModel) -> None:
        rows = linear.rows
        self._problem, self._rows, self._outline = problem, rows, linear.outline
        place = {int(row): position for position, row in enumerate(rows)}
        self.near = tuple(tuple(place[other] for other in problem.neighbours[row]) for row in rows.tolist())
        self._value = problem.value[rows]
        self._area = problem.area_m2[rows]
        limits = problem.limits
        self._least_area = limits.min_area_m2 or 0.0
        self._least_count = limits.min_parcels or 1
        self._most = (limits.max_area_m2, float(limits.max_parcels) if limits.max_parcels else None)

    def parts(self, chosen: Iterable[int]) -> list[list[int]]:
        """Return the connected parts of chosen positions."""
        left, found = set(chosen), []
        for start in sorted(left):
            if start in left:
                part = self._reached([start], left)
                left -= part
                found.append(sorted(part))
        return found

    def rows_broken(self, chosen: Sequence[int]) -> list[Row]:
        """Return rows that a whole-numbered solution breaks, none where it is a site."""
        cuts = [cut.row() for cut in self.whole_cuts(chosen)]
        return cuts or self._ragged(chosen)

    def _ragged(self, chosen: Sequence[int]) -> list[Row]:
        """Return the tangent at the area of a site that is less compact than it must be."""
        least, site = self._problem.limits.min_compactness, self._rows[list(chosen)]
        if self._outline is None or least is None or not len(site):
            return []
        if self._problem.compactness(site.tolist()) >= least * (1 - TOLERANCE):
            return []
        weights, most = self._outline.tangent(float(self._problem.area_m2[site].sum()))
        columns = np.flatnonzero(weights)
        return [Row(tuple(columns.tolist()), tuple(weights[columns].tolist()), most)]

    def whole_cuts(self, chosen: Sequence[int]) -> list[Cut]:
        """Return cuts that a whole-numbered solution breaks, none where it hangs together."""
        parts = self.parts(chosen)
        if len(parts) <= 1:
            return []
        best = [max(part, key=lambda row: (self._value[row], -row)) for part in parts]
        found: dict[Cut, None] = {}
        for index, part in enumerate(parts):
            if self._too_small(part):
                border = tuple(sorted(self._border(part)))
                found |= dict.fromkeys(Cut((row,), border, 0.0) for row in part)
                continue
            for other, target in enumerate(best):
                if other != index:
                    found |= dict.fromkeys(self._parting(part, target, best[index]))
        return list(found)

    def _parting(self, part: Sequence[int], target: int, best: int) -> list[Cut]:
        border = self._border(part)
        beyond = self._reached([target], set(range(len(self.near))) - set(part) - border)
        between = [row for row in border if any(near in beyond for near in self.near[row])]
        sources = sorted(part, key=lambda row: (-self._value[row], row))[:3]
        return [self._shortened(source, target, between) for source in dict.fromkeys([best, *sources])]

    def _shortened(self, source: int, target: int, between: Iterable[int]) -> Cut:
        kept = [row for row in between if self._reachable(source, row, target)]
        return Cut((source, target), tuple(sorted(kept)), 1.0)

    def _reachable(self, source: int, through: int, target: int) -> bool:
        """Whether a way from one parcel to another through a third can be within the limits."""
        for distance, own, most in zip(self._distances, (self._area, 1.0), self._most, strict=True):
            if most is not None and distance is not None:
                weight = own[through] if isinstance(own, np.ndarray) else own
                if distance[source, through] + distance[through, target] - weight > most * (1 + 1e-6):
                    return False
        return True

    @cached_property
    def _distances(self) -> tuple[Numbers | None, Numbers | None]:
        """Least area, and least count, of connected parcels from one to another, both ends included."""
        area, count = self._most
        by_area = None if area is None else self._shortest(self._area)
        return by_area, None if count is None else self._shortest(np.ones(len(self.near)))

    def _shortest(self, weight: Numbers) -> Numbers:
        from_ = [row for row, near in enumerate(self.near) for _ in near]
        to = [other for near in self.near for other in near]
        graph = csr_array((np.maximum(weight[to], 1e-9), (from_, to)), shape=(len(weight), len(weight)))
        return np.asarray(dijkstra(graph)) + weight[:, None]

    def _too_small(self, part: Sequence[int]) -> bool:
        return len(part) < self._least_count or float(self._area[list(part)].sum()) < self._least_area * (1 - 1e-6)

    def _border(self, part: Iterable[int]) -> set[int]:
        inside = set(part)
        return {near for row in inside for near in self.near[row]} - inside

    def _reached(self, start: Iterable[int], among: set[int]) -> set[int]:
        waiting, found = list(start), set(start)
        while waiting:
            for near in self.near[waiting.pop()]:
                if near in among and near not in found:
                    found.add(near)
                    waiting.append(near)
        return found

    def fractional_cuts(self, x: Numbers, most: int = 12) -> list[Cut]:
        """Return cuts that a fractional solution breaks, by maximum flows from its largest parcel."""
        found = self._small_supports(x)
        order = np.argsort(-x, kind="stable")
        for source in order[:3].tolist():
            if x[source] < 0.5 or len(found) >= most:
                break
            found += self._flow_cuts(x, source, order, most - len(found))
        return found

    def _small_supports(self, x: Numbers) -> list[Cut]:
        """Return border cuts of the parts of the support that are too small."""
        found = []
        for part in self.parts(np.flatnonzero(x > 1e-6).tolist()):
            if self._too_small(part):
                border = tuple(sorted(self._border(part)))
                cuts = (Cut((row,), border, 0.0) for row in part if x[row] > LEAST_VIOLATION)
                found += [cut for cut in cuts if cut.excess(x) > LEAST_VIOLATION]
        return found[:40]

    def _flow_cuts(self, x: Numbers, source: int, order: Positions, most: int) -> list[Cut]:
        count = len(x)
        capacity = np.concatenate([np.round(x * SCALE).astype(np.int32) + 1, self._open])
        network = csr_array((capacity, (self._tails, self._heads)), shape=(2 * count, 2 * count))
        found: list[Cut] = []
        near = set(self.near[source])
        for target in order[:MOST_TARGETS].tolist():
            if len(found) >= most or x[source] + x[target] - 1.0 <= LEAST_VIOLATION:
                break
            if target == source or target in near:
                continue
            flow = maximum_flow(network, count + source, target)
            if flow.flow_value < (x[source] + x[target] - 1.0 - LEAST_VIOLATION) * SCALE:
                cut = self._shortened(source, target, self._saturated(network - flow.flow, count, source))
                if not {source, target} & set(cut.minus) and cut.excess(x) > LEAST_VIOLATION:
                    found.append(cut)
        return found

    def _saturated(self, residual: csr_array, count: int, source: int) -> list[int]:
        residual = csr_array(residual)
        residual.data[residual.data < 0] = 0
        residual.eliminate_zeros()
        reached = np.zeros(2 * count, dtype=np.bool_)
        reached[breadth_first_order(residual, count + source, return_predecessors=False)] = True
        return np.flatnonzero(reached[:count] & ~reached[count:]).tolist()

    @cached_property
    def _tails(self) -> Positions:
        count = len(self.near)
        links = [count + row for row, near in enumerate(self.near) for _ in near]
        return np.concatenate([np.arange(count), np.asarray(links, dtype=np.int64)])

    @cached_property
    def _heads(self) -> Positions:
        count = len(self.near)
        links = [other for near in self.near for other in near]
        return np.concatenate([np.arange(count, 2 * count), np.asarray(links, dtype=np.int64)])

    @cached_property
    def _open(self) -> Positions:
        return np.full(len(self._tails) - len(self.near), 100 * SCALE, dtype=np.int32)
