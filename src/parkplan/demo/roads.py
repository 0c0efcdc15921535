"""The road net: superblocks are cut by ever smaller roads, the lines are noded, and loose pieces are bridged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import cut, oriented_box, parts
from parkplan.demo.networks import bridged, noded
from parkplan.demo.settlement import KINDS, OPEN, Settlement

if TYPE_CHECKING:
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.terrain import Terrain

CLASSES: Final = ("expressway", "arterial", "secondary", "minor")
ARTERIAL_ABOVE_M2: Final = 2_400_000.0
SECONDARY_ABOVE_M2: Final = 340_000.0
LARGEST_OPEN_M2: Final = 9_000_000.0


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
    drawn, ranks = parts(np.array([terrain.expressway, *terrain.arterials], dtype=object), kind=1)
    found = [drawn]
    rank = [np.where(ranks == 0, 0, 1)]
    village = [np.zeros(len(drawn), dtype=bool)]
    waiting, done, homes = faces, [], []
    while len(waiting):
        home, stop = _finished(waiting, settlement, rng)
        done.append(waiting[stop])
        homes.append(home[stop])
        waiting, home = waiting[~stop], home[~stop]
        if not len(waiting):
            break
        lines, lines_rank, hamlet, waiting = _generation(waiting, home, settlement, rng)
        found.append(lines)
        rank.append(lines_rank)
        village.append(hamlet)
    geometry, ranks, hamlets = np.concatenate(found), np.concatenate(rank), np.concatenate(village)
    width = _widths(ranks, hamlets, rng)
    pieces, line = noded(geometry, ranks)
    links, like = bridged(pieces)
    pieces, line = np.concatenate([pieces, links]), np.concatenate([line, line[like]])
    net = Lines(pieces, ranks[line], width[line], line)
    return RoadNet(net, np.concatenate(done), np.concatenate(homes))


def _finished(cells: Shapes, settlement: Settlement, rng: np.random.Generator) -> tuple[Integers, Flags]:
    home = settlement.touches(cells)
    area = shapely.area(cells)
    target = np.array([kind.block_m2 for kind in KINDS])[settlement.kind[home]] * np.exp(rng.normal(0, 0.3, len(cells)))
    box = oriented_box(cells)
    narrow = np.minimum(box.half_u, box.half_v) * 2 < np.array([kind.narrowest_m for kind in KINDS])[settlement.kind[home]]
    untouched = home == OPEN
    stop = np.where(untouched, area < LARGEST_OPEN_M2, (area < target) | (narrow & (area < 4 * target)))
    home = np.where(stop, settlement.home(cells), home)
    return home, stop


def _generation(
    cells: Shapes, home: Integers, settlement: Settlement, rng: np.random.Generator
) -> tuple[Shapes, Integers, Flags, Shapes]:
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
    children, _ = parts(np.concatenate([made.left, made.right]))
    keep = shapely.area(children) > 60.0
    return lines, rank[row], kind[row] == settlement.village_kind, children[keep]


def _widths(rank: Integers, village: Flags, rng: np.random.Generator) -> Floats:
    choices = (np.array([42.0]), np.array([36.0, 40.0, 44.0, 50.0]), np.array([24.0, 26.0, 30.0, 36.0]),
               np.array([15.0, 16.0, 18.0, 20.0]))  # fmt: skip
    picked = rng.random(len(rank))
    width = np.select([rank == i for i in range(4)], [c[(picked * len(c)).astype(int)] for c in choices])
    return np.where(village & (rank == 3), 9.0, width)
