"""Buildings of a plan: rows over the free land of each block, and the block of office and dormitory near the gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import Point

from parkplan.layout.siteplan import rows as row_programme
from parkplan.layout.siteplan.roads import CLEAR_M, LANE_M, Network, Span, blocks_between
from parkplan.layout.siteplan.shapes import Box, UnbuildableError, shrunk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.layout.siteplan.rows import Row, RowKind
    from parkplan.model.siteplan import Choices, Module

RIM_COURT_M: Final = 18.0
STRIP_COURT_M: Final = 15.2
SLAB_M: Final = 15.0
SLABS_APART_M: Final = 13.0
LEAST_SLAB_M: Final = 24.0
LEAST_CELLS: Final = 8


@dataclass(frozen=True, slots=True)
class Hall:
    """A building in the frame: its sides, module, and on which long sides trucks dock."""

    sides: Box
    module: str
    dock_below: bool
    dock_above: bool

    @property
    def area_m2(self) -> float:
        """Footprint."""
        west, south, east, north = self.sides
        return (east - west) * (north - south)


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one block, or of all blocks together where they are aligned."""

    west: float
    east: float
    spans: tuple[Span, ...]
    halls: tuple[tuple[Hall, ...], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """Office and dormitory on their plaza, cut out of a place that a hall had."""

    plaza: Box
    slabs: tuple[tuple[Box, str], ...]


def grid_step(area_m2: float) -> float:
    """Return the lattice of row positions: 2 m on sites of usual size, coarser on large ones."""
    if area_m2 <= 200_000:
        return 2.0
    return 3.0 if area_m2 <= 400_000 else 4.0


@dataclass(frozen=True, slots=True)
class Cells:
    """A lattice over the land on which buildings may stand, streets not yet taken out: corner, step and free cells."""

    west: float
    south: float
    step_m: float
    free: np.ndarray


def free_cells(net: Network, step_m: float) -> Cells:
    """Return which cells of a lattice lie wholly within the ring, clear of it; raises UnbuildableError without any."""
    zone = shrunk(net.inner, CLEAR_M)
    if zone.is_empty:
        raise UnbuildableError
    west, south, east, north = zone.bounds
    xs = west + np.arange(int((east - west) // step_m) + 1) * step_m
    ys = south + np.arange(int((north - south) // step_m) + 1) * step_m
    if min(len(xs), len(ys)) < LEAST_CELLS:
        raise UnbuildableError
    shapely.prepare(zone)
    inside = shapely.intersects_xy(zone, *np.meshgrid(xs, ys))
    return Cells(west, south, step_m, inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:])


def stand_rows(
    net: Network, choices: Choices, modules: Mapping[str, Module], cells: Cells, limits: Mapping[str, float]
) -> list[Block]:
    """Return the best rows of each block; raises UnbuildableError where none fits."""
    west, south, step_m = cells.west, cells.south, cells.step_m
    mask = _clear_of_streets(cells, net.streets)
    most = limits.get("one_side_plant_m2", 0.0) if net.one_sided else np.inf
    kinds = _kinds(choices, modules, step_m, most)
    between = blocks_between(net)
    groups = [between] if choices.aligned else [[block] for block in between]
    found = []
    for group in groups:
        own = np.zeros_like(mask)
        for left, right in group:
            low, high = (int(np.clip((side - west) / step_m, 0, mask.shape[1])) for side in (left, right))
            own[:, low:high] = mask[:, low:high]
        block = _block(own, kinds, choices, (west, south, step_m), (group[0][0], group[-1][1]))
        if block.halls:
            found.append(block)
    if not found:
        raise UnbuildableError
    return found


def _clear_of_streets(cells: Cells, streets: Sequence[tuple[float, float]]) -> np.ndarray:
    lefts = cells.west + np.arange(cells.free.shape[1]) * cells.step_m
    taken = np.zeros(len(lefts), dtype=bool)
    for west, east in streets:
        taken |= (lefts + cells.step_m > west - CLEAR_M) & (lefts < east + CLEAR_M)
    return cells.free & ~taken


def _kinds(choices: Choices, modules: Mapping[str, Module], step_m: float, most_m2: float) -> list[RowKind]:
    return [
        row_programme.RowKind(
            name,
            round(depth / step_m),
            _along(module, depth, min(most_m2 / depth, choices.longest_m)),
            module.court,
            1 + choices.lift * bonus,
        )
        for name, module, bonus in ((name, modules[name], modules[name].usual_storeys) for name in choices.modules)
        for depth in module.depths_m
        if abs(round(depth / step_m) * step_m - depth) < 1e-9
        and max(module.length_m[0], depth) <= min(module.length_m[1], most_m2 / depth, choices.longest_m)
    ]


def _along(module: Module, depth_m: float, most_m: float) -> tuple[float, float]:
    """Return least and greatest length: the long sides lie along the row, where the lanes are."""
    return max(module.length_m[0], depth_m), min(module.length_m[1], most_m)


def _block(
    mask: np.ndarray,
    kinds: Sequence[RowKind],
    choices: Choices,
    lattice: tuple[float, float, float],
    sides: tuple[float, float],
) -> Block:
    west, south, step = lattice
    filled = np.flatnonzero(mask.any(axis=1))
    if not len(filled):
        return Block(*sides, (), ())
    low, high = int(filled[0]), int(filled[-1]) + 1
    mask = mask[low:high]
    gaps = _gaps(choices, step)
    values = [row_programme.row_values(mask, kind, step, choices.gap_m) for kind in kinds]
    _, rows = row_programme.best_rows(values, kinds, high - low, gaps)
    halls = [_halls(mask, row, choices.gap_m, (west, south + low * step, step)) for row in rows]
    spans = tuple(
        Span(
            group[0].sides[1],
            group[0].sides[3],
            tuple((hall.sides[0], hall.sides[2]) for hall in group),
            group[0].dock_below,
            group[0].dock_above,
        )
        for group in halls
    )
    return Block(*sides, spans, tuple(tuple(group) for group in halls))


def _gaps(choices: Choices, step_m: float) -> row_programme.Gaps:
    """Return the gaps in cells: the one road of a strip is part of its court, and beyond the row there is none."""
    rim = int(np.ceil((RIM_COURT_M - CLEAR_M) / step_m))
    beside = int(np.ceil((STRIP_COURT_M - CLEAR_M - choices.ring_m) / step_m))
    below, above = {
        ("strip", "south"): (beside, row_programme.NO_COURT),
        ("strip", "north"): (row_programme.NO_COURT, beside),
    }.get((choices.pattern, choices.side), (rim, rim))
    return row_programme.Gaps(
        lane=int(np.ceil((2 * CLEAR_M + LANE_M) / step_m)),
        court=int(np.ceil(choices.court_m / step_m)),
        rim_below=below,
        rim_above=above,
    )


def _halls(mask: np.ndarray, row: Row, gap_m: float, lattice: tuple[float, float, float]) -> list[Hall]:
    west, south, step = lattice
    low, high = south + row.start * step, south + row.end * step
    found = []
    for begin, end in row_programme.runs_of(mask, row.start, row.kind.depth):
        length = (end - begin) * step
        count, each = row_programme.packed(length, row.kind.length_m, gap_m)
        if count:
            for left, right in row_programme.placed(west + begin * step, length, count, each, gap_m):
                docks = row.kind.court and row.court_below, row.kind.court and row.court_above
                found.append(Hall((left, low, right, high), row.kind.module, *docks))
    return found


def give_service(
    blocks: Sequence[Block], gate: Point, land_m2: float, modules: Mapping[str, Module]
) -> tuple[list[Block], Service | None]:
    """Put office and dormitory in the place of the hall nearest to the main gate, on at most ``land_m2``.

    What is left of that hall stays where it is long enough. Without a fitting place there is no such block.
    """
    order = sorted(
        (round(shapely.box(*hall.sides).distance(gate), 2), number, level, index)
        for number, block in enumerate(blocks)
        for level, row in enumerate(block.halls)
        for index, hall in enumerate(row)
    )
    for _, number, level, index in order[:4]:
        hall = blocks[number].halls[level][index]
        cut = _cut(hall, gate, land_m2, modules[hall.module].length_m[0])
        if cut is not None:
            plaza, rest = cut
            rows = [list(row) for row in blocks[number].halls]
            rows[level][index : index + 1] = rest
            changed = replace(blocks[number], halls=tuple(tuple(row) for row in rows))
            slabs = _slabs(plaza, gate)
            return [*blocks[:number], changed, *blocks[number + 1 :]], Service(plaza, slabs)
    return list(blocks), None


def _cut(hall: Hall, gate: Point, land_m2: float, least_m: float) -> tuple[Box, list[Hall]] | None:
    west, south, east, north = hall.sides
    length = min(east - west, land_m2 / (north - south))
    if length < LEAST_SLAB_M or north - south < SLAB_M:
        return None
    rest_m = east - west - length - SLABS_APART_M
    if rest_m < max(least_m * 0.75, 30.0, north - south):
        rest_m = 0.0
    at_west = abs(gate.x - west) <= abs(gate.x - east)
    plaza = (west, south, west + length, north) if at_west else (east - length, south, east, north)
    left = (east - rest_m, south, east, north) if at_west else (west, south, west + rest_m, north)
    return plaza, [replace(hall, sides=left)] if rest_m else []


def _slabs(plaza: Box, gate: Point) -> tuple[tuple[Box, str], ...]:
    """Return the office towards the gate and, where there is room, the dormitory behind or beside it."""
    west, south, east, north = plaza
    long = min(east - west, 60.0)
    middle = (west + east) / 2
    left, right = middle - long / 2, middle + long / 2
    front_south = abs(gate.y - south) <= abs(gate.y - north)
    front = (left, south, right, south + SLAB_M) if front_south else (left, north - SLAB_M, right, north)
    back = (left, north - SLAB_M, right, north) if front_south else (left, south, right, south + SLAB_M)
    if north - south >= 2 * SLAB_M + SLABS_APART_M:
        return (front, "office"), (back, "dormitory")
    if east - west >= 2 * LEAST_SLAB_M + SLABS_APART_M:
        split = west + (east - west - SLABS_APART_M) * 0.55
        first = (west, front[1], split, front[3])
        second = (split + SLABS_APART_M, front[1], east, front[3])
        return (first, "office"), (second, "dormitory")
    return ((front, "office"),)
