"""Parcels that no better site can hold: left out before the exact search begins.

A site that holds parcel i reaches no farther than its limits allow, so it is worth no more than i and the best of what
lies within reach. Where that is no more than a site that is known already, i is left out; without it others reach less
far, so this is done until nothing changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.sites.problem import Assembly, Flags, Numbers, Positions

ROUNDS: Final = 8
MOST_PARCELS: Final = 3000
"""Beyond this many the table of distances would not fit; nothing is left out then."""
SLACK: Final = 1e-6


def worth_of_parcels(problem: Assembly) -> Numbers:
    """Return what each parcel can add at most: its value and half the bonus of its pairs."""
    found = problem.value.astype(np.float64).copy()
    np.add.at(found, problem.left, problem.bonus / 2)
    np.add.at(found, problem.right, problem.bonus / 2)
    return found


def most_worth(problem: Assembly, rows: Sequence[int] | Positions) -> float:
    """Return points that no site among some parcels exceeds.

    The lesser of two: the best parcels by number, and the fractional knapsack by area; costs are left aside.
    """
    chosen = np.asarray(rows, dtype=np.int64)
    return float(_most(problem, chosen, np.ones((1, len(chosen)), dtype=np.bool_))[0])


def without_hopeless(problem: Assembly, rows: Sequence[int], value: float) -> tuple[list[int], float]:
    """Leave out the parcels of a group that no site worth more than ``value`` holds.

    Returns what is left, and the most that a site with a parcel that was left out can be worth.
    """
    kept, left_out = np.asarray(rows, dtype=np.int64), -np.inf
    if len(kept) > MOST_PARCELS:
        return kept.tolist(), left_out
    for _ in range(ROUNDS):
        most = _with_each(problem, kept)
        hopeless = most <= value
        if not hopeless.any():
            break
        left_out = max(left_out, float(most[hopeless].max()))
        kept = kept[~hopeless]
    return kept.tolist(), left_out


def _with_each(problem: Assembly, rows: Positions) -> Numbers:
    """Return for each parcel the most that a site among ``rows`` is worth that holds it."""
    within = np.ones((len(rows), len(rows)), dtype=np.bool_)
    for weight, most in ((problem.area_m2, problem.limits.max_area_m2), (None, problem.limits.max_parcels)):
        if most is not None:
            own = np.ones(len(rows)) if weight is None else weight[rows]
            within &= _between(problem, rows, own) <= most * (1 + SLACK)
    return _most(problem, rows, within, own=True)


def _between(problem: Assembly, rows: Positions, weight: Numbers) -> Numbers:
    """Return the least sum of weights of connected parcels from each to each, both ends included."""
    place = {int(row): index for index, row in enumerate(rows)}
    links = [(place[row], place[near]) for row in rows.tolist() for near in problem.neighbours[row] if near in place]
    tails, heads = np.array(links, dtype=np.int64).reshape(-1, 2).T
    graph = csr_array((np.maximum(weight[heads], 1e-9), (tails, heads)), shape=(len(rows), len(rows)))
    return np.asarray(dijkstra(graph)) + weight[:, None]


def _most(problem: Assembly, rows: Positions, within: Flags, *, own: bool = False) -> Numbers:
    """Return for each row of ``within`` the most that the parcels it marks are worth; with ``own`` parcel i is in."""
    limits = problem.limits
    worth, area = worth_of_parcels(problem)[rows], problem.area_m2[rows]
    gain = np.maximum(worth, 0.0)
    loss = np.minimum(worth, 0.0) if own else np.zeros(len(within))
    found = np.full(len(within), np.inf)
    if limits.max_parcels is not None:
        order = np.argsort(-gain, kind="stable")
        marked = within[:, order]
        first = np.cumsum(marked, axis=1) <= limits.max_parcels
        found = (marked & first) @ gain[order]
    if limits.max_area_m2 is not None:
        found = np.minimum(found, _knapsack(gain, area, within, limits.max_area_m2 * (1 + SLACK)))
    return np.asarray(np.minimum(found, within @ gain) + loss)


def _knapsack(gain: Numbers, area: Numbers, within: Flags, most: float) -> Numbers:
    order = np.argsort(-gain / np.maximum(area, 1e-9), kind="stable")
    taken = within[:, order] * area[order]
    room = np.clip(most - (np.cumsum(taken, axis=1) - taken), 0.0, taken)
    return np.asarray(room @ (gain[order] / np.maximum(area[order], 1e-9)))
