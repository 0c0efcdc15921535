"""Why a site has no valid plan: the smallest set of rules that no attempt kept together, or that leaves no room."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.frame import directions
from parkplan.layout.siteplan.shapes import shrunk, union, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import LimitId, Module

STEP_M: Final = 2.0
ROOM: Final[tuple[LimitId, ...]] = (
    "setback_boundary_m", "setback_access_m", "setback_hole_m", "lane_width_m", "lane_clearance_m",
)  # fmt: skip
"""Rules that take land from a building whatever the plan looks like."""


def smallest_collision(faults: Sequence[tuple[LimitId, ...]]) -> tuple[LimitId, ...]:
    """Return the smallest set of rules of which every attempt breaks at least one; empty without attempts.

    >>> smallest_collision([("far_min",), ("far_min", "green_max"), ("coefficient_min",)])
    ('coefficient_min', 'far_min')
    """
    sets = {frozenset(rules) for rules in faults}
    if not sets or frozenset() in sets:
        return ()
    rules = sorted({rule for entry in sets for rule in entry})
    for size in range(1, len(rules) + 1):
        for chosen in combinations(rules, size):
            if all(entry.intersection(chosen) for entry in sets):
                return chosen
    return ()


def no_room(place: Ground, limits: Mapping[LimitId, float], modules: Mapping[str, Module]) -> tuple[LimitId, ...]:
    """Return the smallest set of rules that leaves no room for the smallest hall with a lane along one long side.

    The hall is looked for along the directions of the site, on a lattice of 2 m. Empty where all rules leave room, or
    where none is needed for there to be none.
    """
    size = _smallest(modules)
    rules = [rule for rule in ROOM if limits.get(rule, 0.0) > 0]
    if size is None or not _fits(place, {}, size):
        return ()
    for count in range(1, len(rules) + 1):
        for chosen in combinations(rules, count):
            if not _fits(place, {rule: limits[rule] for rule in chosen}, size):
                return chosen
    return ()


def _smallest(modules: Mapping[str, Module]) -> tuple[float, float] | None:
    """Return length and depth of the smallest hall."""
    sizes = [
        (max(module.length_m[0], depth), depth)
        for module in modules.values()
        if not module.administrative
        for depth in module.depths_m
    ]
    return min(sizes, key=lambda size: (size[0] * size[1], size), default=None)


def _fits(place: Ground, rules: Mapping[LimitId, float], size: tuple[float, float]) -> bool:
    zone = shrunk(place.boundary, rules.get("setback_boundary_m", 0.0))
    kept_free = [(place.access, "setback_access_m"), (place.boundary.interiors, "setback_hole_m")]
    for lines, rule in kept_free:
        if rule in rules and lines:
            zone = without(zone, union(lines).buffer(rules[rule], cap_style="square"))  # type: ignore[index]
    lane, gap = rules.get("lane_width_m", 0.0), rules.get("lane_clearance_m", 0.0) if "lane_width_m" in rules else 0.0
    length, depth, lane_cells, gap_cells = (int(np.ceil(metres / STEP_M)) for metres in (*size, lane, gap))
    for here, around in _turned(place, zone):
        halls = _windows(here, depth, length)
        lanes = _windows(around, lane_cells, length) if lane_cells else np.ones_like(around)
        if _both(halls[lane_cells + gap_cells :], lanes).any() or _both(halls, lanes[depth + gap_cells :]).any():
            return True
    return False


def _turned(place: Ground, zone: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # noqa: ANN401
    """Yield which cells lie in a zone and in the site, along each direction of the site."""
    for angle in directions(place):
        for turn in (0.0, 90.0):
            turned = [shapely.affinity.rotate(shape, -angle - turn, origin=(0, 0)) for shape in (zone, place.boundary)]
            west, south, east, north = turned[1].bounds
            corners = np.meshgrid(np.arange(west, east + STEP_M, STEP_M), np.arange(south, north + STEP_M, STEP_M))
            inside = [shapely.intersects_xy(shape, *corners) for shape in turned]
            cells = [all_[:-1, :-1] & all_[1:, :-1] & all_[:-1, 1:] & all_[1:, 1:] for all_ in inside]
            yield cells[0], cells[1]


def _windows(free: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return for each cell whether the window of this size above and to the right of it is free."""
    if height > free.shape[0] or width > free.shape[1]:
        return np.zeros((0, 0), dtype=bool)
    sums = np.pad(np.cumsum(np.cumsum(free, axis=0, dtype=int), axis=1), ((1, 0), (1, 0)))
    counted = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    return np.asarray(counted == height * width)


def _both(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    rows, columns = min(first.shape[0], second.shape[0]), min(first.shape[1], second.shape[1])
    return np.asarray(first[:rows, :columns] & second[:rows, :columns])
