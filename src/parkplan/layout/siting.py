"""Where services go: covering location, p-median and p-centre, exact, with bound.

- set covering (LSCP, Toregas et al. 1971): the fewest sites that bring everyone within reach;
- maximal covering (MCLP, Church and ReVelle 1974): p sites that bring the most demand within reach;
- p-median (Hakimi 1964): p sites with the least sum of demand times way;
- p-centre (Hakimi 1964): p sites with the least longest way.

Facilities that are there count in all four. Demand that no candidate and no facility can reach is left out of the
question and stays in the answer as unreached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

from parkplan.layout.siting_program import Program, solve
from parkplan.sites.engine import GAP, Clock, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from parkplan.sites.engine import Effort

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

SitingModel = Literal["cover_all", "cover_most", "p_median", "p_centre"]
MODELS: Final[tuple[SitingModel, ...]] = get_args(SitingModel)
SitingStatus = Literal["optimal", "bounded", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """n demands and m candidates.

    ``way_m`` (n, m) is inf where no road leads and NaN where a place is unknown, both of which exclude the pair;
    ``weight`` is the demand, 0 or NaN where there is none; ``existing_m`` the way to the nearest facility that is
    there, inf where there is none.
    """

    way_m: Numbers
    weight: Numbers
    existing_m: Numbers

    def cleaned(self) -> Siting:
        """Return the question with inf for every pair that is excluded, and 0 for unknown demand."""
        way = np.where(np.isnan(self.way_m), np.inf, self.way_m)
        there = np.where(np.isnan(self.existing_m), np.inf, self.existing_m)
        return Siting(way, np.nan_to_num(self.weight), there)

    def asked(self) -> Flags:
        """Return the demands that count: some demand, and some candidate or facility that reaches it."""
        nearest = np.minimum(self.way_m.min(axis=1, initial=np.inf), self.existing_m)
        return np.asarray((self.weight > 0) & np.isfinite(nearest))

    def ways(self, chosen: tuple[int, ...]) -> Numbers:
        """Return the way of each demand to the nearest of the chosen and existing, n metres."""
        return np.asarray(np.minimum(self.way_m[:, list(chosen)].min(axis=1, initial=np.inf), self.existing_m))


@dataclass(frozen=True, slots=True, eq=False)
class Sited:
    """An answer.

    Attributes:
        chosen: positions of candidates, ascending; None where there is none.
        value: number of sites (cover_all), demand within reach (cover_most), demand times metres (p_median), or the
            longest way in metres (p_centre).
        bound: what no answer betters: above the value for cover_most, else below it.
        status: ``optimal`` only where value and bound meet.
        kept: how many candidates were left after those were struck out that no best answer needs.

    """

    chosen: tuple[int, ...] | None
    value: float | None
    bound: float | None
    status: SitingStatus
    kept: int = 0

    @property
    def gap(self) -> float | None:
        """How far value and bound are apart, as a share of the value."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.value - self.bound) / max(abs(self.value), 1e-9)


def site_services(
    question: Siting, model: SitingModel, effort: Effort, *, count: int = 1, reach_m: float = np.inf
) -> Sited:
    """Choose sites.

    Args:
        question: ways, demand and what is there.
        model: one of `MODELS`.
        effort: seconds, seed, whether to stop.
        count: how many sites at the most (cover_most, p_median, p_centre).
        reach_m: the way within which a demand is covered (cover_all, cover_most).

    >>> from parkplan.sites.engine import Effort
    >>> line = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    >>> site_services(Siting(line, np.ones(5), np.full(5, np.inf)), "p_centre", Effort()).chosen
    (2,)

    """
    from parkplan.layout.siting_median import p_median

    clean = question.cleaned()
    models: dict[SitingModel, Callable[[], Sited]] = {
        "cover_all": lambda: cover_all(clean, reach_m, effort),
        "cover_most": lambda: cover_most(clean, reach_m, count, effort),
        "p_median": lambda: p_median(clean, count, effort),
        "p_centre": lambda: p_centre(clean, count, effort),
    }
    return models[model]()


def worth(question: Siting, model: SitingModel, chosen: tuple[int, ...], reach_m: float) -> float:
    """Return what sites are worth by a model, without solving: see ``value`` of `Sited`.

    >>> line = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    >>> worth(Siting(line, np.ones(5), np.full(5, np.inf)), "p_median", (2,), np.inf)
    6.0
    """
    ways = question.ways(chosen)
    if model == "cover_all":
        return float(len(chosen))
    if model == "cover_most":
        return float(question.weight[ways <= reach_m].sum())
    asked = question.asked()
    if model == "p_median":
        return float((question.weight[asked] * ways[asked]).sum())
    return float(ways[asked].max(initial=0.0))


def cover_all(question: Siting, reach_m: float, effort: Effort) -> Sited:
    """Return the fewest sites that cover every demand that can be covered."""
    open_rows = (question.weight > 0) & (question.existing_m > reach_m)
    covers = (question.way_m <= reach_m)[open_rows]
    return _fewest(covers[covers.any(axis=1)], effort)


def cover_most(question: Siting, reach_m: float, count: int, effort: Effort) -> Sited:
    """Return at most ``count`` sites that cover the most demand; what facilities cover is part of the value."""
    already = float(question.weight[question.existing_m <= reach_m].sum())
    open_rows = (question.weight > 0) & (question.existing_m > reach_m)
    covers, weight = (question.way_m <= reach_m)[open_rows], question.weight[open_rows]
    usable = covers.any(axis=1)
    covers, weight = _grouped(covers[usable], weight[usable])
    kept = _undominated(covers)
    covers = covers[:, kept]
    sites, groups = covers.shape[1], len(weight)
    if not groups:
        return Sited((), already, already, "optimal", sites)
    most = csr_array(np.concatenate([np.ones(sites), np.zeros(groups)])[None, :])
    reached = hstack([csr_array(covers.astype(np.float64)), -identity(groups)])
    program = Program(
        np.concatenate([np.zeros(sites), -weight]), csr_array(vstack([most, reached])),
        np.concatenate([[-np.inf], np.zeros(groups)]), np.concatenate([[float(count)], np.full(groups, np.inf)]), sites,
    )  # fmt: skip
    found = solve(program, _telling(effort, lambda cost: already - cost))
    limit = already + min(-found.bound, float(weight.sum()))
    if found.x is None:
        return Sited(None, None, limit, "unknown", sites)
    chosen = np.flatnonzero(found.x[:sites] > 0.5)
    value = already + float(weight[covers[:, chosen].any(axis=1)].sum())
    return _sited(kept[chosen], value, max(limit, value), sites)


def p_centre(question: Siting, count: int, effort: Effort) -> Sited:
    """Return at most ``count`` sites with the least longest way, by bisection over the ways that occur.

    A longest way is possible if so few sites cover everyone within it (Minieka 1970).
    """
    rows = question.asked()
    way = np.minimum(question.way_m[rows], question.existing_m[rows][:, None])
    if not way.size:
        longest = float(question.existing_m[rows].max(initial=0.0))
        return Sited((), longest, longest, "optimal")
    lengths = np.unique(way[np.isfinite(way)])
    low = int(np.searchsorted(lengths, way.min(axis=1).max()))
    high, best, clock = len(lengths), Sited(None, None, None, "infeasible"), Clock(effort.seconds)
    open_question = False
    while low < high and not open_question:
        middle = (low + high) // 2
        within = question.way_m[rows] <= lengths[middle]
        waiting = question.existing_m[rows] > lengths[middle]
        reached = None if best.chosen is None else float(question.ways(best.chosen)[rows].max())
        effort.progress(Progress(clock.gone(), reached, float(lengths[low])))
        found = _fewest(within[waiting], replace(effort, seconds=clock.left(), progress=_unheard))
        if found.chosen is not None and len(found.chosen) <= count:
            best, high = found, middle
        elif found.status == "infeasible" or (found.bound is not None and math.ceil(found.bound - GAP) > count):
            low = middle + 1
        else:
            open_question = True
    if best.chosen is None:
        bound = float(lengths[low]) if low < len(lengths) else None
        return Sited(None, None, bound, "unknown" if open_question else "infeasible")
    longest = float(question.ways(best.chosen)[rows].max())
    return _sited(np.array(best.chosen), longest, min(float(lengths[low]), longest), best.kept)


def _fewest(covers: Flags, effort: Effort) -> Sited:
    """Return the fewest columns that cover every row (n, m)."""
    if not covers.any(axis=1).all():
        return Sited(None, None, None, "infeasible")
    rows = np.unique(covers, axis=0)
    rows = rows[_needed(rows)]
    kept = _undominated(rows)
    rows = rows[:, kept]
    if not len(rows):
        return Sited((), 0.0, 0.0, "optimal")
    width = rows.shape[1]
    ones = np.ones(len(rows))
    program = Program(np.ones(width), csr_array(rows.astype(np.float64)), ones, ones * np.inf, width)
    found = solve(program, _telling(effort, lambda cost: float(math.ceil(cost - GAP))))
    bound = float(max(1, math.ceil(found.bound - GAP))) if math.isfinite(found.bound) else 1.0
    if found.x is None:
        return Sited(None, None, bound, "infeasible" if found.infeasible else "unknown", width)
    chosen = kept[np.flatnonzero(found.x > 0.5)]
    return _sited(chosen, float(len(chosen)), min(bound, float(len(chosen))), width)


def _telling(effort: Effort, meant: Callable[[float], float]) -> Effort:
    """Return an effort whose listener hears value and bound of a programme as those of the question."""

    def heard(now: Progress) -> None:
        value, bound = (None if one is None else meant(one) for one in (now.value, now.bound))
        effort.progress(Progress(now.seconds, value, bound))

    return replace(effort, progress=heard)


def _unheard(now: Progress) -> None:
    """Nobody listens to the steps of a bisection."""


def _grouped(covers: Flags, weight: Numbers) -> tuple[Flags, Numbers]:
    """Return demands that the same candidates cover as one, with the sum of their weights."""
    if not len(covers):
        return covers, weight
    rows, place = np.unique(covers, axis=0, return_inverse=True)
    summed = np.bincount(place.ravel(), weights=weight, minlength=len(rows))
    return rows, summed.astype(np.float64)


def _undominated(covers: Flags) -> Rows:
    """Return the columns that cover something, without those whose rows another one covers too."""
    if not len(covers):
        return np.empty(0, dtype=np.int64)
    columns, first = np.unique(covers.T, axis=0, return_index=True)
    order = np.argsort(first, kind="stable")
    columns, first = columns[order], first[order]
    size = columns.sum(axis=1)
    shared = columns.astype(np.float32) @ columns.T.astype(np.float32)
    inside = (shared == size[:, None]) & (size[None, :] > size[:, None])
    return np.asarray(np.sort(first[(size > 0) & ~inside.any(axis=1)]), dtype=np.int64)


def _needed(rows: Flags) -> Flags:
    """Return the rows of which no other row is a part: who covers that other row covers this one too."""
    size = rows.sum(axis=1)
    shared = rows.astype(np.float32) @ rows.T.astype(np.float32)
    implied = (shared == size[None, :]) & (size[None, :] < size[:, None])
    return np.asarray(~implied.any(axis=1))


def _sited(chosen: Rows, value: float, bound: float, kept: int) -> Sited:
    met = abs(value - bound) <= GAP * max(1.0, abs(value))
    names = tuple(int(one) for one in np.sort(chosen))
    return Sited(names, value, bound, "optimal" if met else "bounded", kept)
