"""The road net: superblocks are cut by ever smaller roads, the lines are noded, and loose pieces are bridged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import cut, oriented_box, parts
from parkplan.demo.networks import joined
from parkplan.demo.settlement import KIND_INDEX, KINDS, OPEN, Settlement

if TYPE_CHECKING:
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.terrain import Terrain

CLASSES: Final = ("expressway", "arterial", "secondary", "minor")
ARTERIAL_ABOVE_M2: Final = 2_400_000.0
SECONDARY_ABOVE_M2: Final = 340_000.0
LARGEST_OPEN_M2: Final = 4_000_000.0
QUARTER_M2: Final = 230_000.0
"""Cells of this size are settled as a whole, so that neighbourhoods end at roads; villages are finer."""
UNDECIDED: Final = -1
LARGE_SHARE: Final = 0.07
LARGE_BLOCK_M2: Final = 190_000.0
"""Now and then a block of works stays whole for a large plant."""
LARGE_KINDS: Final = (KIND_INDEX["newtown"], KIND_INDEX["park"], KIND_INDEX["works"])
COUNTRY_WIDTH_M: Final = 15.0
LANE_WIDTH_M: Final = 7.0
"""Widths of secondary and minor roads where both sides are open land."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Road centre lines: geometry, class (index into `CLASSES`), width and the street line that each belongs to."""

    geometry: Shapes
    rank: Integers
    width_m: Floats
    line: Integers


@dataclass(frozen=True, slots=True)
class RoadNet:
    """The noded net, and the cells of land between its lines with the neighbourhood of each."""

    lines: Lines
    cells: Shapes
    home: Integers


def make_roads(terrain: Terrain, faces: Shapes, settlement: Settlement) -> RoadNet:
    """Cut the faces down to blocks; the cuts are the roads."""
    rng = terrain.canvas.stream(2)
    quarter = QUARTER_M2 * min(1.0, terrain.canvas.scale) ** 2
    drawn, ranks = parts(np.array([terrain.expressway, *terrain.arterials], dtype=object), kind=1)
    found, rank, village = [drawn], [np.where(ranks == 0, 0, 1)], [np.zeros(len(drawn), dtype=bool)]
    waiting, decided = faces, np.full(len(faces), UNDECIDED)
    done, homes = [], []
    while len(waiting):
        home, decided, stop = _judged(waiting, decided, quarter, settlement, rng)
        done.append(waiting[stop])
        homes.append(home[stop])
        waiting, decided = waiting[~stop], decided[~stop]
        if len(waiting):
            lines, lines_rank, hamlet, waiting, row = _generation(waiting, home[~stop], settlement, rng)
            decided = decided[row]
            found.append(lines)
            rank.append(lines_rank)
            village.append(hamlet)
    cells, home = np.concatenate(done), np.concatenate(homes)
    geometry, ranks = np.concatenate(found), np.concatenate(rank)
    width = _widths(ranks, np.concatenate(village), rng)
    pieces, line = joined(geometry, ranks, terrain)
    rank_of, width_of = ranks[line], width[line]
    rural = (rank_of >= 2) & _between_fields(pieces, cells, home)
    width_of = np.where(rural, np.where(rank_of == 2, COUNTRY_WIDTH_M, LANE_WIDTH_M), width_of)
    return RoadNet(Lines(pieces, np.where(rural, 3, rank_of), width_of, line), cells, home)


def _judged(
    cells: Shapes, decided: Integers, quarter_m2: float, settlement: Settlement, rng: np.random.Generator
) -> tuple[Integers, Integers, Flags]:
    """Neighbourhood of each cell, whether that is settled for its parts too, and whether it is cut no further."""
    area = shapely.area(cells)
    touched, middle = settlement.touches(cells), settlement.home(cells)
    village = settlement.kind[touched] == settlement.village_kind
    small = (decided == UNDECIDED) & (area < quarter_m2)
    decided = np.where(small & (~village | (settlement.kind[middle] > 0) & ~village), middle, decided)
    home = np.where(decided == UNDECIDED, touched, decided)
    kind = settlement.kind[home]
    target = np.array([k.block_m2 for k in KINDS])[kind] * np.exp(rng.normal(0, 0.3, len(cells)))
    target = np.where(np.isin(kind, LARGE_KINDS) & (rng.random(len(cells)) < LARGE_SHARE), LARGE_BLOCK_M2, target)
    box = oriented_box(cells)
    slim = np.minimum(box.half_u, box.half_v) * 2 < np.array([k.narrowest_m for k in KINDS])[kind]
    stop = np.where(home == OPEN, area < LARGEST_OPEN_M2, (area < target) | (slim & (area < 4 * target)))
    return np.where(stop & (decided == UNDECIDED), middle, home), decided, stop


def _between_fields(lines: Shapes, cells: Shapes, home: Integers) -> Flags:
    """Whether a road has open land on both sides of its middle."""
    sides = []
    for offset in (-12.0, 12.0):
        at = shapely.get_coordinates(shapely.line_interpolate_point(lines, [[0.49], [0.51]], normalized=True))
        before, after = at[: len(lines)], at[len(lines) :]
        along = (after - before) / np.maximum(np.hypot(*(after - before).T), 1e-9)[:, None]
        sides.append(shapely.points((before + after) / 2 + offset * np.column_stack([-along[:, 1], along[:, 0]])))
    built = np.zeros(len(lines), dtype=bool)
    settled = cells[home != OPEN]
    for side in sides:
        built[shapely.STRtree(settled).query(side, predicate="within")[0]] = True
    return ~built


def _generation(
    cells: Shapes, home: Integers, settlement: Settlement, rng: np.random.Generator
) -> tuple[Shapes, Integers, Flags, Shapes, Integers]:
    kind = settlement.kind[home]
    loose = np.array([kind.looseness for kind in KINDS])[kind]
    box = oriented_box(cells)
    long_u = box.half_u * np.exp(rng.normal(0, 0.08, len(cells))) >= box.half_v
    half = np.where(long_u, box.half_u, box.half_v)
    across = np.where(long_u, box.half_v, box.half_u)
    axis = box.angle + np.where(long_u, 0.0, np.pi / 2)
    shift = half * rng.uniform(-0.2, 0.2, len(cells))
    through = box.centre + shift[:, None] * np.column_stack([np.cos(axis), np.sin(axis)])
    direction = axis + np.pi / 2 + np.radians(rng.normal(0, 7.0, len(cells)) * loose)
    bulge = across * rng.normal(0, 0.16, len(cells)) * loose
    made = cut(cells, through, direction, across, bulge)
    area = shapely.area(cells)
    rank = np.where(area > ARTERIAL_ABOVE_M2, 1, np.where(area > SECONDARY_ABOVE_M2, 2, 3))
    lines, row = parts(made.lines, kind=1)
    children, parent = parts(np.concatenate([made.left, made.right]))
    keep = shapely.area(children) > 60.0
    return lines, rank[row], kind[row] == settlement.village_kind, children[keep], parent[keep] % len(cells)


def _widths(rank: Integers, village: Flags, rng: np.random.Generator) -> Floats:
    choices = (np.array([42.0]), np.array([36.0, 40.0, 44.0, 50.0]), np.array([24.0, 26.0, 30.0, 36.0]),
               np.array([15.0, 16.0, 18.0, 20.0]))  # fmt: skip
    picked = rng.random(len(rank))
    width = np.select([rank == i for i in range(4)], [c[(picked * len(c)).astype(int)] for c in choices])
    return np.where(village & (rank == 3), 9.0, width)
