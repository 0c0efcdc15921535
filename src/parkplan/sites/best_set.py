"""The best set of sites that share no parcel, proven over all sites and not only over those met on the way.

Groups of parcels that hang together are independent. Small ones have all their sites listed. For the others columns are
generated: the linear relaxation of the packing over the sites known so far gives each parcel a price u_i >= 0 (and one
more site a price w), and the exact search for the single best site, with points less prices, finds a site worth more
than its prices or shows that there is none. For any prices no set of at most K sites is worth more than

    sum_i u_i + K w + sum over groups of k_g max(0, z_g - w)

where z_g bounds the points less prices of a site in group g and k_g the number of sites that fit into it (Lagrange;
Lübbecke and Desrosiers 2005). The set itself is the best packing of all sites met.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.model.sites import Proof
from parkplan.sites.engine import GAP, Clock, Effort
from parkplan.sites.enumeration import all_sites
from parkplan.sites.greedy import Found, greedy_pool
from parkplan.sites.packing import Packing, overlap_rows, pack
from parkplan.sites.programme import solve_relaxed
from parkplan.sites.reduction import most_worth, worth_of_parcels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from parkplan.model.sites import Engine
    from parkplan.sites.engine import Solved
    from parkplan.sites.problem import Assembly, Numbers

    Solve = Callable[[Assembly, Effort, "Found | None"], tuple[Solved, Engine]]

LISTED: Final = 40
"""Groups of so many parcels at most have all their sites listed."""
STEPS: Final = 30_000
"""Steps of listing, all groups together."""
SEEDS: Final = 60
FRESH: Final = 12
"""Sites that one search for a group adds at most."""
PACKING: Final = 0.25
"""Part of the time that the packing at the end has at least."""


def best_set(
    problem: Assembly, pool: Sequence[Found], effort: Effort, solve: Solve | None, *, most_sites: int
) -> Packing:
    """Choose the sites of most points of which no two share a parcel, with a bound over all sites.

    Args:
        problem: the question that every site must answer.
        pool: sites that are known; those of no worth are never chosen.
        effort: time and seed; when time is up the bound is what was proven until then.
        solve: the exact search, None to bound groups that are too large to be listed by their knapsack alone.
        most_sites: no more than this many sites.

    """
    clock = Clock(effort.seconds)
    search = _Search(problem, most_sites, {one.site: one for one in pool if one.value > 0})
    search.list_small()
    if solve is not None:
        search.generate(replace(effort, seconds=effort.seconds * (1.0 - PACKING)), solve)
    known = list(search.sites.values())
    packed = pack(known, replace(effort, seconds=max(clock.left(), PACKING * effort.seconds)), most_sites=most_sites)
    value = packed.proof.value or 0.0
    complete = not search.open
    bound = max(value, (packed.proof.bound or 0.0) if complete else search.bound())
    proof = Proof(
        engine="enumeration" if complete else "columns",
        status="optimal" if bound - value <= GAP * max(1.0, abs(value)) else "bounded",
        value=value,
        bound=bound,
        seconds=clock.gone(),
        time_limit_s=effort.seconds,
        seed=effort.seed,
        pool=len(known),
        nodes=search.searches,
    )
    return Packing(packed.chosen, proof)


@dataclass(slots=True)
class _Search:
    """Sites met so far, the groups whose sites are not all known, and the least bound."""

    problem: Assembly
    most_sites: int
    sites: dict[tuple[int, ...], Found]
    open: list[tuple[int, ...]] = field(default_factory=list)
    least: float = np.inf
    searches: int = 0

    def list_small(self) -> None:
        """List all sites of small groups."""
        steps = STEPS
        locked = set(np.flatnonzero(self.problem.locked).tolist())
        groups = self.problem.parts(np.flatnonzero(self.problem.allowed).tolist())
        for group in sorted((part for part in groups if locked <= set(part)), key=len):
            listed = all_sites(self.problem.only(group), steps) if len(group) <= LISTED and steps > 0 else None
            if listed is None:
                self.open.append(tuple(group))
                steps //= 2
            else:
                self._take(listed)
                steps -= len(listed)

    def generate(self, effort: Effort, solve: Solve) -> None:
        """Generate sites until no group has one worth more than its prices, or time is up."""
        clock = Clock(effort.seconds)
        while self.open and clock.left() > 0 and not effort.cancelled():
            price, another = self._prices(effort)
            reduced, fresh = [], []
            for place, group in enumerate(self.open):
                share = max(clock.left(), 0.2) / (len(self.open) - place)
                # what is told of progress is that of the single site: prices mean nothing to a reader
                each = Effort(share, effort.seed, effort.threads, cancelled=effort.cancelled)
                most, better = self._searched(group, price, another, each, solve)
                reduced.append(most)
                fresh += better
            self.least = min(self.least, self._bound(price, another, reduced))
            if not self._take(fresh):
                return

    def bound(self) -> float:
        """Return points that no set of sites exceeds."""
        price, another = self._prices(Effort())
        reduced = [most_worth(self._priced(group, price), group) for group in self.open]
        plain = float(np.maximum(worth_of_parcels(self.problem)[self.problem.allowed], 0.0).sum())
        return min(self.least, self._bound(price, another, reduced), plain)

    def _take(self, found: Iterable[Found]) -> bool:
        """Keep sites; say whether one of them is new."""
        before = len(self.sites)
        self.sites.update({one.site: one for one in found if one.value > 0})
        return len(self.sites) > before

    def _prices(self, effort: Effort) -> tuple[Numbers, float]:
        """Return what the relaxed packing gives for one more use of each parcel, and for one more site."""
        known = list(self.sites.values())
        price = np.zeros(len(self.problem))
        if not known:
            return price, 0.0
        rows, matrix = overlap_rows(known, self.most_sites)
        paid = solve_relaxed(np.array([one.value for one in known]), *matrix, effort)
        price[rows] = paid[:-1]
        # a solver that stopped early may leave a known site above its prices: the price of another site covers it
        above = max(one.value - float(price[list(one.site)].sum()) for one in known)
        return price, max(float(paid[-1]), above)

    def _priced(self, group: Sequence[int], price: Numbers) -> Assembly:
        return replace(self.problem.only(group), value=self.problem.value - price)

    def _searched(
        self, group: Sequence[int], price: Numbers, another: float, effort: Effort, solve: Solve
    ) -> tuple[float, list[Found]]:
        """Return the most points less prices of a site in a group, and sites that are worth more than their prices."""
        priced = self._priced(group, price)
        enough = another + GAP / 10 * max(1.0, another)
        quick = [one for one in greedy_pool(priced, SEEDS) if one.value > enough]
        self.searches += 1
        found, _ = solve(priced, effort, quick[0] if quick else None)
        most = -np.inf if found.infeasible else most_worth(priced, group)
        if found.bound is not None:
            most = min(most, found.bound)
        better = [one.site for one in quick[:FRESH]]
        if found.site is not None and found.value is not None and found.value > enough:
            better.append(found.site)
        return most, [Found(site, self.problem.worth(site)) for site in better]

    def _bound(self, price: Numbers, another: float, reduced: Sequence[float]) -> float:
        """Return the Lagrangian bound; listed groups hold no site worth more than its prices."""
        inside = [
            max(0.0, most - another) * self._fitting(group) for most, group in zip(reduced, self.open, strict=True)
        ]
        return float(price.sum()) + self.most_sites * another + float(sum(inside))

    def _fitting(self, group: Sequence[int]) -> int:
        """Return how many sites at most find room in a group."""
        limits, rows = self.problem.limits, list(group)
        if self.problem.locked.any():
            return 1
        most = min(self.most_sites, len(rows) // (limits.min_parcels or 1))
        if limits.min_area_m2:
            most = min(most, int(self.problem.area_m2[rows].sum() / limits.min_area_m2 * (1 + 1e-6)))
        return most
