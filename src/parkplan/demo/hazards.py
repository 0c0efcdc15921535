"""Constraint lines: protected land and water, the growth boundary, flood, heritage, hazard and height limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.demo import naming, skeleton
from parkplan.demo.blocks import without
from parkplan.demo.cutting import merged_by, parts
from parkplan.demo.frames import table
from parkplan.demo.settlement import KIND_INDEX, OPEN

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.cutting import Floats, Shapes
    from parkplan.demo.roads import RoadNet
    from parkplan.demo.settlement import Settlement
    from parkplan.demo.terrain import Canvas, Terrain

TILE_M: Final = 4_000.0
TITLES: Final = {
    "ecological_redline": ("生态保护红线", "veto"),
    "permanent_farmland": ("永久基本农田", "veto"),
    "urban_growth_boundary": ("城镇开发边界", "warn"),
    "water": ("河道蓝线", "veto"),
    "flood": ("洪涝风险区", "warn"),
    "heritage": ("历史文化保护范围", "veto"),
    "hazard": ("危险源防护范围", "warn"),
    "height_limit": ("净空限高区", "warn"),
}


def blob(centre: Floats, radii: tuple[float, float], rng: np.random.Generator, points: int = 96) -> BaseGeometry:
    """An uneven closed outline about a centre (metres)."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    waves = zip((2, 3, 5, 8, 13, 17), rng.uniform(0, 2 * np.pi, 6), strict=True)
    uneven = 1 + sum(0.32 / k * np.sin(k * angle + phase) for k, phase in waves)
    return shapely.Polygon(
        centre + np.column_stack([np.cos(angle) * radii[0], np.sin(angle) * radii[1]]) * uneven[:, None]
    )


def hill(canvas: Canvas, rng: np.random.Generator) -> BaseGeometry:
    """The wooded hill in the north."""
    x, y, rx, ry = skeleton.HILL
    return blob(canvas.place([(x, y)])[0], (rx * 1000 * canvas.scale, ry * 1000 * canvas.scale), rng)


def make_constraints(
    terrain: Terrain, net: RoadNet, settlement: Settlement, wood: BaseGeometry, fields: Shapes
) -> gpd.GeoDataFrame:
    """All constraint lines of the district."""
    rng = terrain.canvas.stream(9)
    canvas = terrain.canvas
    size = 1000.0 * canvas.scale
    settled = net.cells[net.home != OPEN]
    grown = shapely.simplify(shapely.buffer(_merged(shapely.buffer(settled, 45.0, join_style="mitre")), -25.0), 6.0)
    villages = settlement.xy[settlement.kind[1:] == KIND_INDEX["village"]]
    lots = settlement.xy[[n.cluster == "new_materials" for n in settlement.names[1:]]][:3]
    blue = shapely.intersection(shapely.buffer(terrain.open_water, 25.0, quad_segs=3), terrain.outline)
    wetland = shapely.intersection(
        shapely.buffer(terrain.river, 160.0 * min(1.0, canvas.scale)),
        blob(canvas.place([(11.6, 1.9)])[0], (0.5 * size, 1.2 * size), rng),
    )
    low = shapely.intersection(
        shapely.buffer(terrain.river, 0.62 * size), blob(canvas.place([(11.4, 3.2)])[0], (1.5 * size, 2.6 * size), rng)
    )
    shapes: dict[str, Any] = {
        "ecological_redline": [wood, shapely.intersection(wetland, terrain.outline)],
        "permanent_farmland": _farmland(fields, wood, blue),
        "urban_growth_boundary": [shapely.intersection(grown, terrain.land)],
        "water": [blue],
        "flood": [shapely.difference(shapely.intersection(low, terrain.land), terrain.open_water)],
        "heritage": [blob(xy, (90.0, 70.0), rng) for xy in villages[::4][:3]],
        "hazard": [shapely.buffer(shapely.Point(xy + rng.uniform(-200, 200, 2) * canvas.scale), 300.0) for xy in lots],
        "height_limit": [shapely.Polygon(canvas.place([(0.9, 8.9), (4.6, 9.9), (4.9, 8.9), (1.0, 8.3)]))],
    }
    return _table(shapes)


def _merged(shapes: Shapes) -> BaseGeometry:
    """Union of many shapes, first within tiles and then of the tiles."""
    tile = np.floor(shapely.get_coordinates(shapely.centroid(shapes)) / TILE_M).astype(np.int64)
    _, group = np.unique(tile, axis=0, return_inverse=True)
    return shapely.union_all(merged_by(shapes, group.ravel(), int(group.max(initial=-1)) + 1))


def _farmland(fields: Shapes, wood: BaseGeometry, blue: BaseGeometry) -> Shapes:
    fields = fields[shapely.area(fields) > 60_000.0]
    fields = without(shapely.buffer(fields, -22.0, join_style="bevel"), np.array([wood, blue], dtype=object))
    found, _ = parts(fields)
    return np.asarray(found[shapely.area(found) > 30_000.0])


def _table(shapes: dict[str, Any]) -> gpd.GeoDataFrame:
    found, kinds, names = [], [], []
    for kind, group in shapes.items():
        pieces, _ = parts(np.asarray(group, dtype=object))
        found.append(pieces)
        kinds += [kind] * len(pieces)
        names += [f"{TITLES[kind][0]}（虚构）{number}" for number in range(1, len(pieces) + 1)]
    geometry = shapely.make_valid(np.concatenate(found))
    columns = {
        "constraint_id": naming.numbered("DEMO-K", len(geometry)),
        "name": names,
        "kind": kinds,
        "severity": [TITLES[kind][1] for kind in kinds],
    }
    return table("constraints", columns, geometry)
