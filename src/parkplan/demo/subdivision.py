"""Parcels: blocks are cut again and again while every piece keeps a frontage on a road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.blocks import GRID_M, edges, on_road
from parkplan.demo.cutting import bulk, halved, oriented_box, parts
from parkplan.demo.settlement import KINDS

if TYPE_CHECKING:
    from parkplan.demo.blocks import Blocks
    from parkplan.demo.cutting import Box, Flags, Floats, Integers, Shapes
    from parkplan.demo.settlement import Settlement

UNDIVIDED: Final = ("1401", "1402", "1403", "0803", "0804", "0806", "1302")
NARROWEST_FRONT_M: Final = 16.0
PLANT_M2: Final = 85_000.0
"""A block from this size on may be a single plant."""


@dataclass(frozen=True, slots=True)
class Plots:
    """Parcels as geometry, with the block that each lies in."""

    geometry: Shapes
    block: Integers


def subdivide(blocks: Blocks, settlement: Settlement, rng: np.random.Generator) -> Plots:
    """Cut every fronted block into parcels whose sizes spread around the grain of its neighbourhood."""
    rows = np.flatnonzero(blocks.fronted)
    kind = settlement.kind[blocks.home[rows]]
    grain = np.array([k.parcel_m2 for k in KINDS])[kind]
    target = grain * np.exp(rng.normal(0.0, 0.85, len(rows)))
    large = (rng.random(len(rows)) < 0.08) & (blocks.use[rows] == "1001")
    target = np.where(large, 90_000.0, target)
    plant = (shapely.area(blocks.geometry[rows]) > PLANT_M2) & (rng.random(len(rows)) < 0.6)
    target = np.where(plant & (blocks.use[rows] == "1001"), np.inf, target)
    target = np.where(np.isin(blocks.use[rows].astype(str), UNDIVIDED), np.inf, target)
    loose = np.array([k.looseness for k in KINDS])[kind]
    narrow = np.where(kind == settlement.village_kind, 9.0, NARROWEST_FRONT_M)
    waiting, owner = blocks.geometry[rows], np.arange(len(rows))
    done, owners = [], []
    for _ in range(12):
        size = shapely.area(waiting)
        final = size < target[owner] * rng.uniform(0.85, 2.1, len(waiting))
        box = oriented_box(waiting)
        long_u = box.half_u >= box.half_v * np.exp(rng.normal(0, 0.1, len(waiting)))
        pieces = np.full((len(waiting), 2), None, dtype=object)
        todo = np.flatnonzero(~final)
        for along_u in (long_u, ~long_u):
            left, right, good = _halves(waiting[todo], box.rows(todo), along_u[todo], loose[owner[todo]], rng)
            worth = np.flatnonzero(good)
            fronts, least = blocks.front[rows[owner[todo[worth]]]], narrow[owner[todo[worth]]]
            good[worth] = _fronted(left[worth], fronts, least) & _fronted(right[worth], fronts, least)
            pieces[todo[good], 0], pieces[todo[good], 1] = left[good], right[good]
            todo = todo[~good]
        whole = pieces[:, 0] == None  # noqa: E711 - elementwise
        done.append(waiting[whole])
        owners.append(owner[whole])
        split = np.flatnonzero(~whole)
        waiting, owner = pieces[split].ravel(), np.repeat(owner[split], 2)
        if not len(waiting):
            break
    done.append(waiting)
    owners.append(owner)
    return _stitched(np.concatenate(done), np.concatenate(owners), rows)


def _halves(
    polygons: Shapes, box: Box, along_u: Flags, loose: Floats, rng: np.random.Generator
) -> tuple[Shapes, Shapes, Flags]:
    half = np.where(along_u, box.half_u, box.half_v)
    across = np.where(along_u, box.half_v, box.half_u)
    axis = box.angle + np.where(along_u, 0.0, np.pi / 2)
    shift = half * rng.uniform(-0.26, 0.26, len(polygons))
    through = box.centre + shift[:, None] * np.column_stack([np.cos(axis), np.sin(axis)])
    direction = axis + np.pi / 2 + np.radians(rng.normal(0, 1.6, len(polygons)) * loose)
    left, right, good = halved(polygons, through, direction)
    smaller = np.minimum(shapely.area(left), shapely.area(right))
    return left, right, good & (smaller > 0.24 * shapely.area(polygons)) & (across < 5.5 * (half - np.abs(shift)))


def _fronted(pieces: Shapes, fronts: Shapes, narrow: Floats) -> Flags:
    """Whether the sides of each piece that lie on a road are long enough."""
    row, middle, length = edges(pieces)
    front = on_road(row, middle, fronts)
    return np.asarray(np.bincount(row[front], length[front], len(pieces)) > narrow)


def _stitched(pieces: Shapes, owner: Integers, rows: Integers) -> Plots:
    """Faces of the noded outlines of each block: neighbours share their vertices exactly."""
    order = np.argsort(owner, kind="stable")
    rings = shapely.get_exterior_ring(pieces[order])
    outlines = shapely.multilinestrings(rings, indices=owner[order])
    net = bulk(shapely.union_all, outlines[:, None], axis=1, grid_size=GRID_M)
    faces, block = parts(shapely.polygonize(net[:, None]))
    keep = shapely.area(faces) > 60.0
    return Plots(faces[keep], rows[block[keep]])
