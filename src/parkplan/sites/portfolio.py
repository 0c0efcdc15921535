"""Which sites in which year: the programme of most worth under budget, land quota, capacity and dependencies.

Variables x_sp are 1 where site s starts in year p (0 is the first):

    max  sum over s, p of  value_s / (1 + discount)^p  x_sp
    s.t. each site once; no two sites that share a parcel; per year: cost within the budget, area within the land quota,
         sites within the capacity; a site that depends on another starts no earlier than it
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array, csr_array

from parkplan.model.sites import Proof, Status
from parkplan.sites.engine import GAP, Clock, Effort
from parkplan.sites.programme import solve_binary

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site to be funded: points a year, cost in yuan, area in m², its parcels, and the owners to agree with."""

    id: str
    value: float
    cost_yuan: float
    area_m2: float
    parcels: frozenset[int]
    owners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Limits of a programme; ``None`` is no limit. ``after`` pairs (site, the one that must not start later)."""

    budget_yuan: float
    years: int = 3
    quota_m2: float | None = None
    capacity: int | None = None
    discount_rate: float = 0.06
    carry_over: bool = True
    after: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The year of each site that is funded (0 is the first), and what is proven of it."""

    years: dict[str, int]
    proof: Proof

    def of_year(self, year: int) -> tuple[str, ...]:
        """Return the sites of a year."""
        return tuple(site for site, when in self.years.items() if when == year)


@dataclass(frozen=True, slots=True)
class Loss:
    """What the programme loses if one owner, or one site, drops out: points, and the share of all points."""

    id: str
    points: float
    share: float
    sites: tuple[str, ...]


LOSS_GAP: Final = 1e-3
"""Programmes without an owner are solved this near to their optimum: losses are told to a tenth of a percent."""


def plan(candidates: Sequence[Candidate], programme: Programme, effort: Effort, gap: float = GAP / 10) -> Portfolio:
    """Solve the programme with proof, as far as the time goes.

    With ``carry_over`` money that is left in a year may be spent in a later one.
    """
    clock = Clock(effort.seconds)
    years = range(programme.years)
    discount = (1.0 + programme.discount_rate) ** -np.arange(programme.years)
    value = np.array([one.value for one in candidates])
    gain = (value[:, None] * discount).ravel()
    matrix, high = _rows(candidates, programme)
    chosen, bound = solve_binary(gain, matrix, high, effort, gap)
    when = {candidates[place // len(years)].id: place % len(years) for place in chosen}
    total = float(gain[list(chosen)].sum())
    best = max(bound, total)
    status: Status = "optimal" if best - total <= GAP * max(1.0, abs(total)) else "bounded"
    proof = Proof(
        engine="cut_loop", status=status, value=total, bound=best, seconds=clock.gone(), time_limit_s=effort.seconds,
        seed=effort.seed, pool=len(candidates),
    )  # fmt: skip
    return Portfolio(dict(sorted(when.items(), key=lambda item: (item[1], item[0]))), proof)


def losses(candidates: Sequence[Candidate], programme: Programme, found: Portfolio, effort: Effort) -> tuple[Loss, ...]:
    """Return for each owner in the programme what is lost if it refuses and everything is planned anew without it.

    The largest loss comes first: the order in which to negotiate.
    """
    total = found.proof.value or 0.0
    lost: dict[frozenset[str], float] = {}
    told = []
    for owner in sorted({owner for one in candidates if one.id in found.years for owner in one.owners}):
        hit = frozenset(one.id for one in candidates if owner in one.owners)
        if hit not in lost:
            left = [one for one in candidates if one.id not in hit]
            without = plan(left, _without(programme, left), effort, LOSS_GAP).proof.value or 0.0
            lost[hit] = max(0.0, total - without)
        funded = tuple(one.id for one in candidates if one.id in hit and one.id in found.years)
        told.append(Loss(owner, lost[hit], lost[hit] / total if total else 0.0, funded))
    return tuple(sorted(told, key=lambda one: (-one.points, one.id)))


def _without(programme: Programme, left: Sequence[Candidate]) -> Programme:
    """Drop dependencies on sites that are gone; a site whose forerunner is gone may start at any time."""
    known = {one.id for one in left}
    return replace(programme, after=tuple(pair for pair in programme.after if set(pair) <= known))


def _rows(candidates: Sequence[Candidate], programme: Programme) -> tuple[csr_array, Numbers]:
    years, sites = programme.years, len(candidates)
    table: list[tuple[list[int], list[float], float]] = []
    for site in range(sites):
        table.append((_columns(site, years), [1.0] * years, 1.0))
    for shared in _sharing(candidates):
        columns = [column for site in shared for column in _columns(site, years)]
        table.append((columns, [1.0] * len(columns), 1.0))
    cost, area = [one.cost_yuan / 1e6 for one in candidates], [one.area_m2 / 1e4 for one in candidates]
    for year in range(years):
        each = [site * years + year for site in range(sites)]
        if programme.carry_over:
            until = [site * years + past for past in range(year + 1) for site in range(sites)]
            table.append((until, cost * (year + 1), programme.budget_yuan / 1e6 * (year + 1)))
        else:
            table.append((each, cost, programme.budget_yuan / 1e6))
        if programme.quota_m2 is not None:
            table.append((each, area, programme.quota_m2 / 1e4))
        if programme.capacity is not None:
            table.append((each, [1.0] * sites, float(programme.capacity)))
    place = {one.id: index for index, one in enumerate(candidates)}
    for later, earlier in programme.after:
        for year in range(years):
            until_later = [place[later] * years + past for past in range(year + 1)]
            until_earlier = [place[earlier] * years + past for past in range(year + 1)]
            table.append(([*until_later, *until_earlier], [1.0] * (year + 1) + [-1.0] * (year + 1), 0.0))
    return _matrix(table, sites * years)


def _columns(site: int, years: int) -> list[int]:
    return list(range(site * years, (site + 1) * years))


def _sharing(candidates: Sequence[Candidate]) -> list[tuple[int, ...]]:
    users: dict[int, list[int]] = {}
    for site, one in enumerate(candidates):
        for parcel in one.parcels:
            users.setdefault(parcel, []).append(site)
    return sorted({tuple(sites) for sites in users.values() if len(sites) > 1})


def _matrix(table: Sequence[tuple[list[int], list[float], float]], width: int) -> tuple[csr_array, Numbers]:
    rows = [row for row, (columns, _, _) in enumerate(table) for _ in columns]
    columns = [column for columns, _, _ in table for column in columns]
    values = [value for _, weights, _ in table for value in weights]
    matrix = csr_array(coo_array((values, (rows, columns)), shape=(len(table), width)))
    return matrix, np.array([high for _, _, high in table])
