"""The best set of sites of a pool that do not overlap: set packing, solved with proof by HiGHS."""

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


@dataclass(frozen=True, slots=True)
class Packing:
    """The sites chosen, as positions in the pool, and what is proven: optimal over this pool, not over all sites.

    ``complete`` says that the pool holds every site within the limits, so that the proof is one over all of them.
    """

    chosen: tuple[int, ...]
    proof: Proof
    complete: bool


def pack(pool: Sequence[Found], effort: Effort, *, most_sites: int | None = None, complete: bool = False) -> Packing:
    """Choose the sites of most points of which no two share a parcel.

    Args:
        pool: sites; those of no worth are never chosen.
        effort: time and seed.
        most_sites: no more than this many.
        complete: whether the pool holds all sites within the limits.

    """
    clock = Clock(effort.seconds)
    value = np.array([one.value for one in pool], dtype=np.float64)
    matrix, high = overlap_rows(pool, most_sites)
    chosen, bound = solve_binary(value, matrix, high, effort)
    total = float(value[list(chosen)].sum())
    best = max(bound, total)
    proof = Proof(
        engine="enumeration" if complete else "cut_loop",
        status="optimal" if best - total <= GAP * max(1.0, abs(total)) else "bounded",
        value=total,
        bound=best,
        seconds=clock.gone(),
        time_limit_s=effort.seconds,
        seed=effort.seed,
        pool=len(pool),
    )
    return Packing(chosen, proof, complete)


def overlap_rows(
    pool: Sequence[Found], most_sites: int | None = None
) -> tuple[csr_array, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the rows of the packing: each parcel at most once, and the number of sites where it is limited."""
    users: dict[int, list[int]] = {}
    for index, one in enumerate(pool):
        for row in one.site:
            users.setdefault(row, []).append(index)
    rows = sorted({tuple(sharing) for sharing in users.values() if len(sharing) > 1})
    high = [1.0] * len(rows)
    if most_sites is not None:
        rows.append(tuple(range(len(pool))))
        high.append(float(most_sites))
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    columns = np.array([index for row in rows for index in row], dtype=np.int64)
    return csr_array((np.ones(len(columns)), columns, start), shape=(len(rows), len(pool))), np.asarray(high)
