"""Buildings: laid out in each parcel's own frame, with the road at the front, inside the setback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo.blocks import edges, on_road
from parkplan.demo.cutting import bulk, oriented_box, rounded, turned
from parkplan.demo.layouts import Cells, lay_out
from parkplan.demo.settlement import KIND_INDEX

if TYPE_CHECKING:
    from parkplan.demo.blocks import Blocks
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.register import Register
    from parkplan.demo.subdivision import Plots

SHRINK: Final = 0.86
ATTEMPTS: Final = 7
CHUNK: Final = 50_000
STOREY_M: Final = {
    "workshop": (7.2, 4.8),
    "warehouse": (8.4, 6.0),
    "office": (4.5, 3.6),
    "dormitory": (3.6, 3.2),
    "shed": (5.0, 4.0),
    "residential": (3.3, 3.0),
    "public": (4.2, 3.8),
    "commercial": (5.4, 4.2),
}
"""Height of the ground floor and of each further storey by use (metres)."""


@dataclass(frozen=True, slots=True)
class Stock:
    """All buildings: footprint, parcel (row), use, storeys, ground-floor height and year, as arrays."""

    geometry: Shapes
    parcel: Integers
    use: Shapes
    storeys: Integers
    ground_m: Floats
    height_m: Floats
    year: Integers
    quality: Shapes

    @property
    def floor_m2(self) -> Floats:
        """Floor area of each building: footprint times storeys."""
        return np.asarray(np.round(shapely.area(self.geometry), 1) * self.storeys)


def make_buildings(plots: Plots, blocks: Blocks, register: Register, rng: np.random.Generator) -> Stock:
    """Put up the buildings of all built parcels."""
    rows = np.flatnonzero(register.built)
    kind = register.kind[rows]
    setback = np.where(register.area_m2[rows] < 3500.0, 4.0, 6.5)
    setback = np.where(kind == KIND_INDEX["village"], 2.0, setback)
    inner = _largest(bulk(shapely.buffer, plots.geometry[rows], -setback, join_style="mitre"))
    usable = ~shapely.is_empty(inner) & (shapely.area(inner) > 60.0)
    rows, inner = rows[usable], inner[usable]
    facing = _facing(plots.geometry[rows], blocks.front[plots.block[rows]])
    frame = oriented_box(inner)
    towards = turned(facing - frame.centre, -frame.angle)
    quarter = _front_quarter(towards, frame.half_u, frame.half_v)
    angle = frame.angle + quarter * np.pi / 2
    swap = quarter % 2 == 1
    width, depth = np.where(swap, frame.half_v, frame.half_u), np.where(swap, frame.half_u, frame.half_v)
    cells = lay_out(register, rows, width, depth, rng)
    footprints, keep = _fitted(cells, inner, frame.centre, angle)
    return _described(cells, footprints, keep, rows, register, rng)


def _largest(shapes: Shapes) -> Shapes:
    found, row = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((-shapely.area(found), row))
    present, first = np.unique(row[order], return_index=True)
    largest = np.full(len(shapes), shapely.Polygon(), dtype=object)
    largest[present] = found[order][first]
    return largest


def _facing(parcels: Shapes, fronts: Shapes) -> Floats:
    """Middle of the longest side of each parcel on a road."""
    row, middle, length = edges(parcels)
    length = np.where(on_road(row, middle, fronts), length + 1e4, length)
    order = np.lexsort((-length, row))
    _, first = np.unique(row[order], return_index=True)
    return np.asarray(middle[order[first]])


def _front_quarter(towards: Floats, half_u: Floats, half_v: Floats) -> Integers:
    """Quarter turns that bring the side facing the road to the bottom of the frame."""
    u, v = towards[:, 0] / half_u, towards[:, 1] / half_v
    return np.where(np.abs(v) >= np.abs(u), np.where(v < 0, 0, 2), np.where(u < 0, 3, 1))


def _fitted(cells: Cells, inner: Shapes, centre: Floats, angle: Floats) -> tuple[Shapes, Flags]:
    """Footprints inside the setback, and which cells have one."""
    own = cells.parcel
    shapes = shapely.polygons(turned(cells.rings(), angle[own][:, None]) + centre[own][:, None, :])
    fits = np.zeros(len(shapes), dtype=bool)
    order = np.argsort(own, kind="stable")
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        shapes[rows], fits[rows] = _fit(shapes[rows], inner[own[rows]])
    return rounded(shapes), fits


def _fit(shapes: Shapes, room: Shapes) -> tuple[Shapes, Flags]:
    """What does not fit is moved to what is free of its cell and made smaller."""
    shapely.prepare(room)
    fits = shapely.covers(room, shapes)
    shapely.destroy_prepared(room)
    free = shapes.copy()
    free[~fits] = bulk(shapely.intersection, shapes[~fits], room[~fits])
    todo = np.flatnonzero(~fits & (shapely.area(free) > 0.3 * shapely.area(shapes)))
    middle = shapely.get_coordinates(shapely.centroid(free[todo]))
    local = shapely.get_coordinates(shapes[todo]).reshape(len(todo), -1, 2)
    arm = local - shapely.get_coordinates(shapely.centroid(shapes[todo]))[:, None, :]
    shapely.prepare(free[todo])
    for attempt in range(1, ATTEMPTS + 1):
        smaller = shapely.polygons(arm * SHRINK**attempt + middle[:, None, :])
        good = shapely.covers(free[todo], smaller)
        shapes[todo[good]] = smaller[good]
        fits[todo[good]] = True
        todo, arm, middle = todo[~good], arm[~good], middle[~good]
    return shapes, fits & (shapely.area(shapes) > 18.0)


def _described(
    cells: Cells, shapes: Shapes, keep: Flags, rows: Integers, register: Register, rng: np.random.Generator
) -> Stock:
    shapes, use, parcel = shapes[keep], cells.use[keep], rows[cells.parcel[keep]]
    storeys = np.maximum(1, _storeys(shapes, use, parcel, cells.storeys[keep], register, rng))
    ground = np.array([STOREY_M[u][0] for u in use])
    upper = np.array([STOREY_M[u][1] for u in use])
    hall = (use == "workshop") & (storeys == 1)
    ground = np.where(hall, np.round(rng.uniform(6.5, 12.5, len(use)), 1), ground)
    height = np.round(ground + upper * (storeys - 1) + rng.choice([0.0, 0.6, 1.2], len(use)), 1)
    finished = register.dates["finished_on"][parcel].astype("datetime64[Y]").astype(float) + 1970
    finished[np.isnat(register.dates["finished_on"][parcel])] = np.nan
    year = np.where(np.isfinite(finished), finished, rng.integers(1986, 2022, len(use)))
    age = 2026 - year + 6 * np.clip(register.weak[parcel], -1, 2.5) + rng.normal(0, 6, len(use))
    quality = np.select([age < 14, age < 30, age < 47], ["good", "fair", "poor"], "dangerous")
    return Stock(shapes, parcel, use, storeys, ground, height, year.astype(int), quality.astype(object))


def _storeys(
    shapes: Shapes, use: Shapes, parcel: Integers, drawn: Integers, register: Register, rng: np.random.Generator
) -> Integers:
    """Storeys of workshops so that the parcel comes near a drawn floor area ratio; of other uses as drawn."""
    area = shapely.area(shapes)
    count = len(register.area_m2)
    base = np.full(count, 0.95)
    base = np.where(register.kind == KIND_INDEX["newtown"], 1.7, base)
    base = np.where(register.kind == KIND_INDEX["park"], 1.1, base)
    base = np.where(register.status == "low_efficiency", 0.55, base)
    wanted = np.clip(base * np.exp(rng.normal(0, 0.4, count)), 0.25, 2.5) * register.area_m2
    shop = np.isin(use.astype(str), ["workshop", "warehouse"])
    shops = np.bincount(parcel[shop], area[shop], count)
    others = np.bincount(parcel[~shop], (area * drawn)[~shop], count)
    ratio = np.divide(wanted - others, shops, out=np.ones(count), where=shops > 0)
    ceiling = np.where(use == "warehouse", 3, np.where(register.kind[parcel] == KIND_INDEX["newtown"], 10, 6))
    return np.where(shop, np.clip(np.round(ratio[parcel]), 1, ceiling), drawn).astype(int)
