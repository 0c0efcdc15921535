"""Blocks: the cells of the road net without roads, water and banks, each with a use and a road frontage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import bulk, merged_by, parts, rounded
from parkplan.demo.settlement import KINDS, OPEN, Settlement

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.roads import RoadNet
    from parkplan.demo.terrain import Terrain

GRID_M: Final = 0.001
BANK_M: Final = 9.0
SMALLEST_M2: Final = 700.0
CHUNK: Final = 20_000
"""Cells that are worked on at a time; it bounds the memory, not the result."""
FRONT_M: Final = 0.6
"""How near to a road a side lies that fronts it (metres)."""
VERGE_M: Final = 22.0
"""Green verge on each side of the expressway (metres)."""
NARROWEST_M: Final = 14.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of land between roads: geometry, neighbourhood, use (land-use code) and their sides on roads."""

    geometry: Shapes
    home: Integers
    use: Shapes
    front: Shapes
    fronted: Flags


@dataclass(frozen=True, slots=True)
class Surface:
    """Road surfaces, an index of their cores, and which surface lies along which cell (pairs in order of the cell).

    ``closed`` is the expressway with its verges: nothing has its access there.
    """

    roads: Shapes
    cores: shapely.STRtree
    road: Integers
    cell: Integers
    closed: BaseGeometry

    def beside(self, first: int, last: int) -> Shapes:
        """Surface of the roads along each cell of a range."""
        start, end = np.searchsorted(self.cell, [first, last])
        return merged_by(self.roads[self.road[start:end]], self.cell[start:end] - first, last - first)


def make_blocks(terrain: Terrain, net: RoadNet, settlement: Settlement) -> Blocks:
    """Take roads and water out of the cells and give each block a use."""
    surface = _surface(net)
    land = _without_water(net.cells, terrain)
    found = [_between(land, net, surface, at, min(at + CHUNK, len(land))) for at in range(0, len(land), CHUNK)]
    blocks, home, front, length = (np.concatenate(group) for group in zip(*found, strict=True))
    whole = shapely.get_num_interior_rings(blocks) == 0
    use = _uses(blocks, home, settlement, terrain.canvas.stream(4))
    return Blocks(blocks, home, use, front, (length > NARROWEST_M) & (home != OPEN) & whole)


def _surface(net: RoadNet) -> Surface:
    lines, fast = net.lines.geometry, net.lines.rank == 0
    half = net.lines.width_m / 2 + np.where(fast, VERGE_M, 0.0)
    roads = shapely.buffer(lines, half, cap_style="round", join_style="mitre", quad_segs=2)
    cores = shapely.buffer(lines, half - 0.1, cap_style="square", quad_segs=1)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    probe = shapely.buffer(middle, half + 4.0, quad_segs=1)
    road, cell = shapely.STRtree(net.cells).query(probe, predicate="intersects")
    order = np.lexsort((road, cell))
    return Surface(roads, shapely.STRtree(cores), road[order], cell[order], shapely.union_all(roads[fast]))


def _between(
    land: Shapes, net: RoadNet, surface: Surface, first: int, last: int
) -> tuple[Shapes, Integers, Shapes, Floats]:
    """Blocks of a range of cells: geometry, neighbourhood, front and length of the front."""
    beside = surface.beside(first, last)
    free = bulk(shapely.difference, land[first:last], beside)
    settled = np.flatnonzero(net.home[first:last] != OPEN)
    free[settled] = _opened(free[settled])
    free, cell = parts(shapely.simplify(free, 0.01))
    free, cell = _clear(rounded(free), cell, surface)
    large = shapely.area(free) > SMALLEST_M2
    free, cell = free[large], cell[large]
    home = net.home[first + cell]
    front, length = _fronts(free, beside[cell], home != OPEN, surface.closed)
    return free, home, front, length


def _opened(land: Shapes) -> Shapes:
    """Land without tongues narrower than 14 m."""
    inner = bulk(shapely.buffer, land, distance=-7.0, join_style="mitre")
    outer = bulk(shapely.buffer, inner, distance=7.0, join_style="mitre")
    broken = ~shapely.is_valid(outer)
    outer[broken] = shapely.buffer(outer[broken], 0.0)
    return bulk(shapely.intersection, land, outer)


def _clear(land: Shapes, cell: Integers, surface: Surface) -> tuple[Shapes, Integers]:
    """Land without the last roads that reach into it, such as approaches to bridges."""
    row, road = surface.cores.query(land, predicate="intersects")
    hit, number = np.unique(row, return_inverse=True)
    if not len(hit):
        return land, cell
    reaching = merged_by(surface.roads[road], number, len(hit))
    cleared, origin = parts(shapely.difference(land[hit], reaching, grid_size=GRID_M))
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
    return without(land, np.concatenate([np.array(beds, dtype=object), banks]))


def without(land: Shapes, obstacles: Shapes) -> Shapes:
    """Land less a few long obstacles such as rivers."""
    pieces = _quartered(parts(obstacles)[0])
    hit = np.unique(shapely.STRtree(pieces).query(land, predicate="intersects")[0])
    land = land.copy()
    land[hit] = shapely.difference(land[hit], _near(land[hit], pieces))
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
    shapely.prepare(fronts)
    lies = shapely.dwithin(fronts[rows], shapely.points(middles), 0.02)
    shapely.destroy_prepared(fronts)
    return np.asarray(lies)


def _fronts(blocks: Shapes, roads: Shapes, wanted: Flags, closed: BaseGeometry) -> tuple[Shapes, Floats]:
    """The sides of each block that lie on a road, and their length."""
    row, middle, length = edges(blocks)
    shapely.prepare(roads)
    kept = np.flatnonzero(wanted[row])
    kept = kept[shapely.dwithin(roads[row[kept]], shapely.points(middle[kept]), FRONT_M)]
    shapely.destroy_prepared(roads)
    shapely.prepare(closed)
    kept = kept[~shapely.dwithin(closed, shapely.points(middle[kept]), FRONT_M)]
    xy, ring = shapely.get_coordinates(shapely.get_exterior_ring(blocks), return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])[kept]
    sides = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
    front = np.full(len(blocks), shapely.MultiLineString(), dtype=object)
    if len(kept):
        present, number = np.unique(row[kept], return_inverse=True)
        front[present] = shapely.multilinestrings(sides, indices=number)
    return front, np.bincount(row[kept], length[kept], len(blocks)).astype(np.float64)


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
