"""Fish ponds between dikes, field by field, and the uses of open land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.cutting import halved, oriented_box, parts
from parkplan.demo.settlement import OPEN

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.blocks import Blocks
    from parkplan.demo.cutting import Flags, Floats, Shapes

POND_M2: Final = 11_000.0
DIKE_M: Final = 7.0
SHARE: Final = 0.15
LARGEST_M2: Final = 700_000.0


def pond_fields(blocks: Blocks, wood: BaseGeometry, rng: np.random.Generator) -> Flags:
    """Open blocks that are laid out as ponds: in patches, away from the hill."""
    size = shapely.area(blocks.geometry)
    xy = shapely.get_coordinates(shapely.centroid(blocks.geometry))
    wave = _waves(xy, 2300.0, rng)
    candidate = (blocks.home == OPEN) & (size > 25_000.0) & (size < LARGEST_M2)
    candidate &= shapely.get_num_interior_rings(blocks.geometry) == 0
    candidate &= ~shapely.intersects(blocks.geometry, wood)
    limit = np.quantile(wave[candidate], 1 - SHARE) if candidate.any() else np.inf
    return np.asarray(candidate & (wave >= limit))


def make_ponds(fields: Shapes, rng: np.random.Generator) -> Shapes:
    """Cut fields into ponds with dikes between them; some places stay dry."""
    waiting, done = fields, []
    while len(waiting):
        ready = shapely.area(waiting) < POND_M2 * rng.uniform(0.6, 1.6, len(waiting))
        done.append(waiting[ready])
        waiting = waiting[~ready]
        box = oriented_box(waiting)
        long_u = box.half_u >= box.half_v
        axis = box.angle + np.where(long_u, 0.0, np.pi / 2)
        half = np.where(long_u, box.half_u, box.half_v) * rng.uniform(-0.15, 0.15, len(waiting))
        through = box.centre + half[:, None] * np.column_stack([np.cos(axis), np.sin(axis)])
        direction = axis + np.pi / 2 + np.radians(rng.normal(0, 2.5, len(waiting)))
        left, right, good = halved(waiting, through, direction)
        waiting = np.concatenate([left[good], right[good]])
    wet = np.concatenate(done) if done else fields
    wet = wet[rng.random(len(wet)) < 0.86]
    inner, _ = parts(shapely.buffer(shapely.buffer(wet, -DIKE_M - 3.0, join_style="mitre"), 3.0, quad_segs=2))
    return np.asarray(shapely.set_precision(inner[shapely.area(inner) > 1_200.0], 0.001))


def open_uses(blocks: Blocks, ponds: Flags, rng: np.random.Generator) -> Shapes:
    """Land-use code of each open block: paddy, dry fields, orchards, or ponds."""
    xy = shapely.get_coordinates(shapely.centroid(blocks.geometry))
    wave = _waves(xy, 1700.0, rng) + rng.normal(0, 0.25, len(xy))
    use = np.select([ponds, wave > 1.1, wave < -1.25], ["1704", "0201", "0103"], "0101")
    return use.astype(object)


def _waves(xy: Floats, wavelength_m: float, rng: np.random.Generator) -> Floats:
    turn, phase = rng.uniform(0, 2 * np.pi, (2, 4))
    length = wavelength_m * rng.uniform(0.6, 1.5, 4)
    along = xy[:, :1] * np.cos(turn) + xy[:, 1:] * np.sin(turn)
    return np.asarray(np.sin(2 * np.pi * along / length + phase).sum(axis=1))
