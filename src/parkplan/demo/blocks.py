"""Blocks: the cells of the road net without roads, water and banks, each with a use and a road frontage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import merged_by, parts
from parkplan.demo.settlement import KINDS, OPEN, Settlement

if TYPE_CHECKING:
    from parkplan.demo.cutting import Flags, Integers, Shapes
    from parkplan.demo.roads import RoadNet
    from parkplan.demo.terrain import Terrain

GRID_M: Final = 0.001
BANK_M: Final = 9.0
SMALLEST_M2: Final = 700.0
FRONT_DEPTH_M: Final = 2.0
"""Depth of the strip along the road that measures frontage: area of the strip / depth = length (metres)."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of land between roads: geometry, neighbourhood, use (land-use code) and the strip along their roads."""

    geometry: Shapes
    home: Integers
    use: Shapes
    front: Shapes
    fronted: Flags


def make_blocks(terrain: Terrain, net: RoadNet, settlement: Settlement) -> Blocks:
    """Take roads and water out of the cells and give each block a use."""
    roads = shapely.buffer(
        net.lines.geometry, net.lines.width_m / 2, cap_style="round", join_style="mitre", quad_segs=2
    )
    land = shapely.difference(net.cells, _near(net.cells, roads))
    beds = [
        shapely.buffer(line, width / 2 + BANK_M, quad_segs=4)
        for line, width in zip(terrain.canals, terrain.canal_widths_m, strict=True)
    ]
    banks = shapely.buffer(np.array([terrain.river, terrain.waterway], dtype=object), 2 * BANK_M, quad_segs=4)
    water, _ = parts(np.concatenate([np.array(beds, dtype=object), banks]))
    land = shapely.difference(land, _near(land, _quartered(water)))
    opened = shapely.buffer(shapely.buffer(land, -7.0, join_style="mitre"), 7.0, join_style="mitre")
    land = shapely.set_precision(shapely.simplify(shapely.intersection(land, opened), 0.05), GRID_M)
    blocks, cell = parts(land)
    large = shapely.area(blocks) > SMALLEST_M2
    blocks, home = blocks[large], net.home[cell[large]]
    front = _fronts(blocks, roads)
    fronted = shapely.area(front) > 14.0 * FRONT_DEPTH_M
    use = _uses(blocks, home, settlement, terrain.canvas.stream(4))
    return Blocks(blocks, home, use, front, fronted & (home != OPEN))


def _near(cells: Shapes, obstacles: Shapes) -> Shapes:
    cell, obstacle = shapely.STRtree(obstacles).query(cells, predicate="intersects")
    return merged_by(obstacles[obstacle], cell, len(cells))


def _quartered(shapes: Shapes) -> Shapes:
    """Long shapes in short pieces, so that a cell meets only what lies near."""
    pieces = []
    for shape in shapes:
        x0, y0, x1, y1 = shapely.bounds(shape)
        xs, ys = np.arange(x0, x1, 800.0), np.arange(y0, y1, 800.0)
        x, y = (grid.ravel() for grid in np.meshgrid(xs, ys))
        shapely.prepare(shape)
        tiles = shapely.box(x, y, x + 800.0, y + 800.0)
        pieces.append(parts(shapely.intersection(tiles[shapely.intersects(tiles, shape)], shape))[0])
    return np.concatenate(pieces)


def _fronts(blocks: Shapes, roads: Shapes) -> Shapes:
    """The part of each block within `FRONT_DEPTH_M` of a road."""
    wide = shapely.buffer(roads, FRONT_DEPTH_M, join_style="mitre", quad_segs=2)
    return shapely.intersection(blocks, _near(blocks, wide))


def _uses(blocks: Shapes, home: Integers, settlement: Settlement, rng: np.random.Generator) -> Shapes:
    kind = settlement.kind[home]
    picked = rng.random(len(blocks))
    use = np.full(len(blocks), "", dtype=object)
    for index, grain in enumerate(KINDS):
        limits = np.cumsum(list(grain.uses.values()))
        codes = np.array(list(grain.uses), dtype=object)
        here = kind == index
        use[here] = codes[np.minimum(np.searchsorted(limits, picked[here] * limits[-1]), len(codes) - 1)]
    return use
