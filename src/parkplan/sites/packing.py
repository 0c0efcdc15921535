"""The best set of sites of a pool that do not overlap: set packing, solved with proof by HiGHS.

What is proven here holds over the pool; `parkplan.sites.best_set` proves it over all sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from parkplan.model.sites import Proof
from parkplan.sites.engine import GAP, Clock, Effort
from parkplan.sites.programme import solve_binary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.sites.greedy import Found
    from parkplan.sites.problem import Numbers, Positions


@dataclass(frozen=True, slots=True)
class Packing:
    """The sites chosen, and what is proven of them together."""

    chosen: tuple[Found, ...]
    proof: Proof


def pack(pool: Sequence[Found], effort: Effort, *, most_sites: int) -> Packing:
    """Choose the sites of a pool of most points of which no two share a parcel.

    A solver that time leaves without an answer does not leave the reader without sites: what is best first is at hand.

    Args:
        pool: sites; those of no worth are never chosen.
        effort: time and seed.
        most_sites: no more than this many.

    """
    clock = Clock(effort.seconds)
    value = np.array([one.value for one in pool], dtype=np.float64)
    _, (matrix, high) = overlap_rows(pool, most_sites)
    solved, bound = solve_binary(value, matrix, high, effort)
    chosen = max(tuple(solved), _best_first(pool, most_sites), key=lambda sites: float(value[list(sites)].sum()))
    total = float(value[list(chosen)].sum())
    best = max(bound, total)
    proof = Proof(
        engine="cut_loop",
        status="optimal" if best - total <= GAP * max(1.0, abs(total)) else "bounded",
        value=total,
        bound=best,
        seconds=clock.gone(),
        time_limit_s=effort.seconds,
        seed=effort.seed,
        pool=len(pool),
    )
    return Packing(tuple(pool[index] for index in chosen), proof)


def _best_first(pool: Sequence[Found], most_sites: int) -> tuple[int, ...]:
    """Return the sites that are found by taking the best one that is free, again and again."""
    taken: set[int] = set()
    chosen: list[int] = []
    for index in sorted(range(len(pool)), key=lambda index: -pool[index].value):
        if len(chosen) < most_sites and pool[index].value > 0 and taken.isdisjoint(pool[index].site):
            chosen.append(index)
            taken.update(pool[index].site)
    return tuple(sorted(chosen))


def overlap_rows(pool: Sequence[Found], most_sites: int) -> tuple[Positions, tuple[csr_array, Numbers]]:
    """Return the parcels in use, and the rows of the packing: each of them at most once, and the number of sites."""
    users: dict[int, list[int]] = {}
    for index, one in enumerate(pool):
        for row in one.site:
            users.setdefault(row, []).append(index)
    parcels = sorted(users)
    rows = [*(users[parcel] for parcel in parcels), list(range(len(pool)))]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    columns = np.array([index for row in rows for index in row], dtype=np.int64)
    matrix = csr_array((np.ones(len(columns)), columns, start), shape=(len(rows), len(pool)))
    return np.array(parcels, dtype=np.int64), (matrix, np.array([1.0] * len(parcels) + [float(most_sites)]))
