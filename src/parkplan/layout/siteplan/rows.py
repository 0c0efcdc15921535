"""Where rows of buildings stand: an exact dynamic programme over the positions of a lattice.

A row takes a depth, a module and a start. Between two rows lies either a lane or a truck court; a module that loads
trucks needs a court on one of its two sides. The value of a row is the packed length of its buildings times depth
times the worth of the module, and the programme finds the greatest sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

BAY_M: Final = 3.0
NOTHING: Final = -1.0
NO_COURT: Final = 10**6


@dataclass(frozen=True, slots=True)
class RowKind:
    """A module at one depth: ``worth`` is what a square metre of its footprint counts."""

    module: str
    depth: int
    length_m: tuple[float, float]
    court: bool
    worth: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """Distances in cells: lane and court between two rows, and the court between a row and the road around them.

    ``rim_below`` and ``rim_above`` are for the first and the last row; NO_COURT where no road runs.
    """

    lane: int
    court: int
    rim_below: int
    rim_above: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was placed: ``start`` and ``end`` are cells across the rows."""

    kind: RowKind
    start: int
    end: int
    court_below: bool
    court_above: bool


def packed(length_m: float, limits_m: tuple[float, float], gap_m: float) -> tuple[int, float]:
    """Return how many equal buildings, and how long each, cover most of a run with gaps between them.

    >>> packed(100.0, (42.0, 96.0), 10.0)
    (1, 96.0)
    >>> packed(210.0, (42.0, 96.0), 10.0)
    (2, 96.0)
    >>> packed(30.0, (42.0, 96.0), 10.0)
    (0, 0.0)
    """
    least, most = limits_m
    best = (0, 0.0)
    fewest = int(np.ceil((length_m + gap_m) / (most + gap_m)))
    for count in range(max(1, fewest - 1), fewest + 2):
        each = min(most, np.floor((length_m - (count - 1) * gap_m) / count / BAY_M) * BAY_M)
        if each >= least and each * count > best[0] * best[1]:
            best = (count, float(each))
    return best


def placed(start_m: float, length_m: float, count: int, each_m: float, gap_m: float) -> list[tuple[float, float]]:
    """Return the ends of equal buildings in a run: spare length widens the gaps first, then frees both ends."""
    spare = length_m - count * each_m - (count - 1) * gap_m
    widened = gap_m + (min(spare / (count - 1), gap_m * 0.6) if count > 1 else 0.0)
    first = start_m + (length_m - count * each_m - (count - 1) * widened) / 2
    return [(first + index * (each_m + widened), first + index * (each_m + widened) + each_m) for index in range(count)]


def runs_of(mask: np.ndarray, start: int, depth: int) -> list[tuple[int, int]]:
    """Return the runs of cells along a row that are free over its whole depth."""
    free = mask[start : start + depth].all(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@lru_cache(maxsize=256)
def _packed_m(width: int, step_m: float, limits_m: tuple[float, float], gap_m: float) -> np.ndarray:
    """Return the packed length of a run of each number of cells."""
    pairs = (packed(cells * step_m, limits_m, gap_m) for cells in range(width + 1))
    return np.array([count * each for count, each in pairs])


def row_values(mask: np.ndarray, kind: RowKind, step_m: float, gap_m: float) -> np.ndarray:
    """Return the value of a row of one kind at each start."""
    height, width = mask.shape
    if kind.depth > height:
        return np.zeros(0)
    below = np.vstack([np.zeros((1, width), dtype=np.int32), np.cumsum(mask, axis=0, dtype=np.int32)])
    free = (below[kind.depth :] - below[: -kind.depth]) == kind.depth
    table = _packed_m(width, step_m, kind.length_m, gap_m)
    padded = np.pad(free.astype(np.int8), ((0, 0), (1, 1)))
    change = np.diff(padded, axis=1)
    row, begin = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    packed_m = np.bincount(row, weights=table[end - begin], minlength=free.shape[0])
    return packed_m * (kind.depth * step_m * kind.worth)


_Entry = tuple[float, tuple[int, int] | None]


@dataclass(slots=True)
class _Best:
    """Best value of rows that end at each cell, by whether the last one still needs a court, and how it came about."""

    value: np.ndarray
    came: dict[tuple[int, int], tuple[int, int, tuple[int, int] | None, bool]]


def best_rows(
    values: Sequence[np.ndarray], kinds: Sequence[RowKind], height: int, gaps: Gaps
) -> tuple[float, list[Row]]:
    """Return the greatest total value and the rows that reach it.

    ``values[i][s]`` is the value of a row of ``kinds[i]`` that starts at cell ``s`` of ``height`` cells. Before the
    first and after the last row lies the ring road, which serves as their lane.
    """
    best = _Best(np.full((height + 1, 2), -np.inf), {})
    done: list[_Entry] = []
    either: list[_Entry] = []
    for start in range(height + 1):
        _note_tops(best, start, done, either)
        for index, kind in enumerate(kinds):
            end = start + kind.depth
            if end > height or start >= len(values[index]) or values[index][start] <= 0:
                continue
            value = float(values[index][start])
            lane = done[start - gaps.lane] if start >= gaps.lane else (-np.inf, None)
            court = either[start - gaps.court] if start >= gaps.court else (-np.inf, None)
            _offer(best, (end, int(kind.court)), value, (index, start, None, False))
            if start >= gaps.rim_below:
                _offer(best, (end, 0), value, (index, start, None, True))
            _offer(best, (end, int(kind.court)), value + lane[0], (index, start, lane[1], False))
            _offer(best, (end, 0), value + court[0], (index, start, court[1], True))
    total, rows = _traced(best, kinds, height, gaps)
    return total, eased(rows, values, kinds, height, gaps)


def eased(
    rows: list[Row], values: Sequence[np.ndarray], kinds: Sequence[RowKind], height: int, gaps: Gaps
) -> list[Row]:
    """Return the rows moved apart evenly, or the last one alone, where room is left at the end and no row loses value.

    Otherwise the room would lie as a strip between the last row's lane and the ring road.
    """
    if len(rows) < 2:
        return rows
    slack = height - rows[-1].end - (gaps.rim_above if rows[-1].court_above else 0)
    last = len(rows) - 1
    for moves in ([slack * index // last for index in range(last + 1)], [0] * last + [slack]):
        moved = [replace(row, start=row.start + by, end=row.end + by) for row, by in zip(rows, moves, strict=True)]
        worth = [(values[kinds.index(row.kind)], row.start, old.start) for row, old in zip(moved, rows, strict=True)]
        if slack > 0 and all(value[new] >= value[old] - 1e-9 for value, new, old in worth):
            return moved
    return rows


def _note_tops(best: _Best, top: int, done: list[_Entry], either: list[_Entry]) -> None:
    """Append the best of all rows that end at or below a cell."""
    before_done = done[-1] if done else (-np.inf, None)
    before_either = either[-1] if either else (-np.inf, None)
    settled = (float(best.value[top, 0]), (top, 0))
    open_ended = (float(best.value[top, 1]), (top, 1))
    done.append(max(before_done, settled, key=lambda entry: entry[0]))
    either.append(max(before_either, settled, open_ended, key=lambda entry: entry[0]))


def _offer(
    best: _Best, state: tuple[int, int], value: float, came: tuple[int, int, tuple[int, int] | None, bool]
) -> None:
    if value > best.value[state] + 1e-9:
        best.value[state] = value
        best.came[state] = came


def _traced(best: _Best, kinds: Sequence[RowKind], height: int, gaps: Gaps) -> tuple[float, list[Row]]:
    allowed = best.value.copy()
    allowed[max(0, height - gaps.rim_above + 1) :, 1] = -np.inf
    if not np.isfinite(allowed).any():
        return 0.0, []
    state: tuple[int, int] | None = tuple(int(part) for part in np.unravel_index(np.argmax(allowed), allowed.shape))  # type: ignore[assignment]
    total = float(allowed[state])
    above = state is not None and state[1] == 1
    found: list[Row] = []
    while state is not None:
        index, start, before, court_below = best.came[state]
        found.append(Row(kinds[index], start, state[0], court_below, above))
        above = court_below and before is not None
        state = before
    found.reverse()
    return total, _checked(found)


def _checked(rows: list[Row]) -> list[Row]:
    """Return the rows; two neighbours must not overlap, whatever the programme says."""
    for lower, upper in pairwise(rows):
        if upper.start < lower.end:
            raise ValueError("rows overlap")
    return rows
