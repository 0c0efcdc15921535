"""Blocks: the cells of the road net without roads, water and banks, each with a use and a road frontage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import merged_by, parts, rounded
from parkplan.demo.settlement import KINDS, OPEN, Settlement

if TYPE_CHECKING:
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.roads import RoadNet
    from parkplan.demo.terrain import Terrain

GRID_M: Final = 0.001
BANK_M: Final = 9.0
SMALLEST_M2: Final = 700.0
FRONT_M: Final = 0.6
"""How near to a road a side lies that fronts it (metres)."""
NARROWEST_M: Final = 14.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of land between roads: geometry, neighbourhood, use (land-use code) and their sides on roads (prepared)."""

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
    beside = _beside(net, roads)
    land = _without_water(shapely.difference(net.cells, beside), terrain)
    settled = np.flatnonzero(net.home != OPEN)
    opened = shapely.buffer(shapely.buffer(land[settled], -7.0, join_style="mitre"), 7.0, join_style="mitre")
    land[settled] = shapely.intersection(land[settled], opened)
    land, cell = parts(shapely.simplify(land, 0.05))
    land = rounded(land)
    land, cell = _clear(land, cell, net, roads)
    large = shapely.area(land) > SMALLEST_M2
    blocks, cell = land[large], cell[large]
    home = net.home[cell]
    whole = shapely.get_num_interior_rings(blocks) == 0
    front, length = _fronts(blocks, beside[cell], home != OPEN)
    use = _uses(blocks, home, settlement, terrain.canvas.stream(4))
    return Blocks(blocks, home, use, front, (length > NARROWEST_M) & (home != OPEN) & whole)


def _beside(net: RoadNet, roads: Shapes) -> Shapes:
    """Surface of the roads along the edge of each cell: those whose middle lies by it."""
    middle = shapely.line_interpolate_point(net.lines.geometry, 0.5, normalized=True)
    probe = shapely.buffer(middle, net.lines.width_m / 2 + 4.0, quad_segs=1)
    road, cell = shapely.STRtree(net.cells).query(probe, predicate="intersects")
    return merged_by(roads[road], cell, len(net.cells))


def _clear(land: Shapes, cell: Integers, net: RoadNet, roads: Shapes) -> tuple[Shapes, Integers]:
    """Land without the last roads that reach into it, such as approaches to bridges."""
    core = shapely.buffer(net.lines.geometry, net.lines.width_m / 2 - 0.1, cap_style="square", quad_segs=1)
    row, road = shapely.STRtree(core).query(land, predicate="intersects")
    hit, number = np.unique(row, return_inverse=True)
    if not len(hit):
        return land, cell
    surface = merged_by(roads[road], number, len(hit))
    cleared, origin = parts(shapely.difference(land[hit], surface, grid_size=GRID_M))
    kept = np.delete(np.arange(len(land)), hit)
    return np.concatenate([land[kept], cleared]), np.concatenate([cell[kept], cell[hit[origin]]])


def _near(cells: Shapes, obstacles: Shapes) -> Shapes:
    cell, obstacle = shapely.STRtree(obstacles).query(cells, predicate="intersects")
    return merged_by(obstacles[obstacle], cell, len(cells))


def _without_water(land: Shapes, terrain: Terrain) -> Shapes:
    beds = [
        shapely.buffer(line, width / 2 + BANK_M, quad_segs=4)
        for line, width in zip(terrain.canals, terrain.canal_widths_m, strict=True)
    ]
    banks = shapely.buffer(np.array([terrain.river, terrain.waterway], dtype=object), 2 * BANK_M, quad_segs=4)
    water = _quartered(parts(np.concatenate([np.array(beds, dtype=object), banks]))[0])
    wet = np.unique(shapely.STRtree(water).query(land, predicate="intersects")[0])
    land = land.copy()
    land[wet] = shapely.difference(land[wet], _near(land[wet], water))
    return land


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


def edges(polygons: Shapes) -> tuple[Integers, Floats, Floats]:
    """All sides of polygons: the row of the polygon, the middle of the side, and its length (metres)."""
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons), return_index=True)
    same = ring[1:] == ring[:-1]
    step = (xy[1:] - xy[:-1])[same]
    return ring[1:][same], ((xy[1:] + xy[:-1]) / 2)[same], np.hypot(*step.T)


def on_road(rows: Integers, middles: Floats, fronts: Shapes) -> Flags:
    """Whether the middle of a side lies on a front of its block."""
    return np.asarray(shapely.dwithin(fronts[rows], shapely.points(middles), 0.02))


def _fronts(blocks: Shapes, roads: Shapes, wanted: Flags) -> tuple[Shapes, Floats]:
    """The sides of each block that lie on a road, and their length."""
    row, middle, length = edges(blocks)
    shapely.prepare(roads)
    kept = np.flatnonzero(wanted[row])
    kept = kept[shapely.dwithin(roads[row[kept]], shapely.points(middle[kept]), FRONT_M)]
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(blocks), return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])[kept]
    sides = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
    front = np.full(len(blocks), shapely.MultiLineString(), dtype=object)
    if len(kept):
        present, number = np.unique(row[kept], return_inverse=True)
        front[present] = shapely.multilinestrings(sides, indices=number)
    shapely.prepare(front)
    return front, np.bincount(row[kept], length[kept], len(blocks))


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
