"""Variety: how different two plans are, a spread of options, and fronts of options that nothing beats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.measures import GREATER_IS_BETTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.layout.siteplan.frame import Frame
    from parkplan.model.siteplan import SitePlan

CELLS: Final = 6000
FLOOR: Final = 0.10


def footprints(plans: Sequence[SitePlan], frame: Frame) -> np.ndarray:
    """Return one row of cells for each plan: which points of a grid over the site its buildings cover."""
    west, south, east, north = frame.inward(plans[0].site.boundary).bounds
    step = np.sqrt((east - west) * (north - south) / CELLS)
    xs, ys = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    found = []
    for plan in plans:
        built = shapely.MultiPolygon([frame.inward(piece.geometry) for piece in plan.buildings])
        shapely.prepare(built)
        found.append(shapely.contains_xy(built, xs.ravel(), ys.ravel()))
    return np.array(found)


def distances(cells: np.ndarray) -> np.ndarray:
    """Return the Jaccard distance of each pair of footprints: 0 where they are equal, 1 where they never overlap."""
    both = np.array([(cells & own).sum(axis=1) for own in cells], dtype=float)
    sizes = cells.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - both
    return np.asarray(1.0 - both / np.maximum(either, 1.0))


def spread(apart: np.ndarray, first: int, count: int, floor: float = FLOOR) -> list[int]:
    """Return plans chosen one by one as far as possible from those chosen before (greedy k-centre), above a floor."""
    chosen = [first]
    nearest = apart[first].copy()
    while len(chosen) < min(count, len(apart)):
        following = int(np.argmax(np.round(nearest, 9)))
        if nearest[following] < floor:
            break
        chosen.append(following)
        nearest = np.minimum(nearest, apart[following])
    return chosen


def merits(plans: Sequence[SitePlan], names: Sequence[str] = tuple(GREATER_IS_BETTER)) -> np.ndarray:
    """Return the measures by which plans are compared, one row each, greater is better, rounded against noise."""
    rows = [
        [
            (plan.quality | plan.indicators)[name] * (1 if GREATER_IS_BETTER.get(name, True) else -1)  # type: ignore[operator]
            for name in names
        ]
        for plan in plans
    ]
    return np.round(np.array(rows, dtype=float), 4)


def fronts(values: np.ndarray) -> np.ndarray:
    """Return the front of each plan: 1 where no plan is at least as good in everything and better in something.

    >>> fronts(np.array([[2.0, 1.0], [1.0, 2.0], [1.0, 1.0]]))
    array([1, 1, 2])
    """
    at_least = np.all(values[:, None, :] >= values[None, :, :], axis=2)
    better = np.any(values[:, None, :] > values[None, :, :], axis=2)
    beats = np.asarray(at_least & better)
    front = np.zeros(len(values), dtype=int)
    number = 0
    while (front == 0).any():
        number += 1
        left = front == 0
        front[left & ~(beats[left].any(axis=0))] = number
    return front


def scores(values: np.ndarray) -> np.ndarray:
    """Return the mean place of each plan over all measures, 1 best: for an order within a front."""
    low, high = values.min(axis=0), values.max(axis=0)
    reach = np.where(high > low, high - low, 1.0)
    return np.asarray(np.round(((values - low) / reach).mean(axis=1), 6))
