"""Streets, parks and planned zones: administrative and planning areas over the cells and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.cutting import merged_by, parts
from parkplan.demo.frames import table
from parkplan.demo.settlement import KIND_INDEX, OPEN

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.blocks import Blocks
    from parkplan.demo.cutting import Floats, Integers, Shapes
    from parkplan.demo.roads import RoadNet
    from parkplan.demo.settlement import Settlement
    from parkplan.demo.terrain import Terrain

AGGLOMERATION_KM: Final = ((6.9, 4.95), (9.6, 5.75), (11.6, 5.6), (11.9, 3.9), (10.9, 2.9), (9.4, 1.1), (7.6, 1.0),
                           (6.5, 2.4), (6.3, 4.0))  # fmt: skip

PLANNED: Final[dict[str, tuple[float, float, float, float, float]]] = {
    # far_min, far_max, density_max, height_max_m, green_min
    "1001": (1.2, 3.0, 0.60, 50.0, 0.10),
    "1101": (0.8, 2.0, 0.60, 36.0, 0.10),
    "0701": (float("nan"), 2.8, 0.25, 80.0, 0.35),
    "0703": (float("nan"), 1.6, 0.50, 15.0, 0.15),
    "0704": (float("nan"), 1.2, 0.40, 18.0, 0.25),
    "0801": (float("nan"), 1.8, 0.35, 40.0, 0.30),
    "0802": (1.0, 3.5, 0.40, 80.0, 0.25),
    "0803": (float("nan"), 1.5, 0.40, 30.0, 0.30),
    "0804": (float("nan"), 1.0, 0.30, 24.0, 0.35),
    "0806": (float("nan"), 1.8, 0.30, 50.0, 0.35),
    "0901": (float("nan"), 3.0, 0.50, 60.0, 0.20),
    "0902": (1.5, 4.5, 0.45, 120.0, 0.20),
    "1301": (float("nan"), 0.8, 0.35, 20.0, 0.30),
    "1302": (float("nan"), 0.6, 0.35, 20.0, 0.30),
    "1303": (float("nan"), 0.8, 0.40, 20.0, 0.25),
}


def make_streets(terrain: Terrain) -> gpd.GeoDataFrame:
    """Three streets that divide the outline: north of the first canal, and west and east of the second main road."""
    canal, road = (_lengthened(line) for line in (terrain.canals[0], terrain.arterials[1]))
    edge = shapely.boundary(terrain.outline)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([edge, canal], grid_size=0.01)]))
    middle_y = shapely.get_y(shapely.centroid(faces))
    big = np.argsort(-shapely.area(faces), kind="stable")[:2]
    north, south = (faces[i] for i in sorted(big, key=lambda i: -middle_y[i]))
    cut = shapely.union_all([shapely.boundary(south), road], grid_size=0.01)
    pieces = shapely.get_parts(shapely.polygonize([cut]))
    pieces = pieces[shapely.covers(shapely.buffer(south, 1.0), pieces)]
    east = shapely.get_x(shapely.centroid(pieces)) > shapely.centroid(south).x
    shapes = [north, shapely.union_all(pieces[~east]), shapely.union_all(pieces[east])]
    columns = {"street_id": naming.numbered("DEMO-J", 3), "name": list(naming.STREETS)}
    return table("streets", columns, np.array(shapes, dtype=object))


def _lengthened(line: BaseGeometry) -> BaseGeometry:
    longest, _ = parts(np.array([line], dtype=object), kind=1)
    xy = shapely.get_coordinates(longest[np.argmax(shapely.length(longest))])
    reach = 0.2 * np.hypot(*(xy[-1] - xy[0]))
    first, last = xy[0] - xy[3], xy[-1] - xy[-4]
    return shapely.LineString(
        np.vstack([xy[0] + first / np.hypot(*first) * reach, xy, xy[-1] + last / np.hypot(*last) * reach])
    )


def make_parks(terrain: Terrain, net: RoadNet, settlement: Settlement, faces: Shapes) -> gpd.GeoDataFrame:
    """The industrial new town, the special parks and the agglomeration area, bounded by roads and canals."""
    codes = [n.park for n in settlement.names]
    shapes, names, kinds, leads = [], [], [], []
    order = sorted({code for code in codes if code[:1] in "NS" and code}, key=lambda c: (c[0], int(c[1:])))
    group = np.array([order.index(code) if code in order else -1 for code in codes])[net.home]
    merged = merged_by(net.cells[group >= 0], group[group >= 0], len(order))
    for number, code in enumerate(order):
        if shapely.is_empty(merged[number]):
            continue
        home = settlement.names[codes.index(code)]
        shapes.append(_largest(merged[number]))
        place = naming.places(np.array([number + 4]))[0]
        new_town = code[0] == "N"
        names.append("汀澜产业新城" if new_town else f"{place}{naming.PARK_TITLES[home.cluster]}")
        kinds.append("industrial_new_town" if new_town else "special_park")
        leads.append(home.cluster)
    area = shapely.Polygon(terrain.canvas.place(AGGLOMERATION_KM))
    inside = shapely.contains(area, shapely.point_on_surface(faces))
    bounded = shapely.union_all(faces[inside], grid_size=0.01)
    shapes.append(_largest(shapely.intersection(area, terrain.land) if shapely.is_empty(bounded) else bounded))
    names.append("澜南大型产业集聚区")
    kinds.append("agglomeration_area")
    leads.append("new_materials")
    polygons = np.array(shapes, dtype=object)
    planned = np.round(shapely.area(polygons), -3)
    columns = {
        "park_id": naming.numbered("DEMO-Y", len(shapes)),
        "name": names,
        "kind": kinds,
        "lead_cluster": leads,
        "planned_area_m2": planned,
    }
    return table("parks", columns, polygons)


def _largest(shape: BaseGeometry) -> BaseGeometry:
    found, _ = parts(np.array([shape], dtype=object))
    best = found[np.argmax(shapely.area(found))]
    closed = shapely.Polygon(shapely.get_exterior_ring(best))
    return shapely.simplify(closed, 0.5)


def make_plan(
    blocks: Blocks, settlement: Settlement, open_use: Shapes, wood: BaseGeometry, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """A planned zone for every block: mostly the present use, some old works turned over, fields kept open."""
    use = np.where(blocks.home == OPEN, open_use, blocks.use)
    kind = settlement.kind[blocks.home]
    renewed = (use == "1001") & (kind == KIND_INDEX["town"]) & (rng.random(len(use)) < 0.7)
    use[renewed] = rng.choice(np.array(["0701", "0901", "1401"], dtype=object), renewed.sum(), p=[0.6, 0.25, 0.15])
    turned = (use == "1001") & (kind == KIND_INDEX["works"]) & (rng.random(len(use)) < 0.12)
    use[turned] = rng.choice(np.array(["0802", "0901", "0701"], dtype=object), turned.sum())
    use[(use == "1001") & (rng.random(len(use)) < 0.85)] = "100101"
    use[use == "1001"] = "100102"
    small = shapely.area(blocks.geometry) < 6_000.0
    use[(blocks.home != OPEN) & ~blocks.fronted & small] = "1402"
    shapes, use = _wooded(blocks.geometry, use, wood)
    limits = _limits(use)
    steps = rng.choice([0.0, 0.2, 0.5, -0.4], len(use), p=[0.5, 0.2, 0.15, 0.15])
    limits[:, 1] = np.round(limits[:, 1] + steps, 1)
    columns = {
        "zone_id": naming.numbered("DEMO-Z", len(use)),
        "land_use": use,
        "far_min": limits[:, 0],
        "far_max": limits[:, 1],
        "density_max": limits[:, 2],
        "height_max_m": limits[:, 3],
        "green_min": limits[:, 4],
    }
    return table("land_use_plan", columns, shapes)


def _wooded(shapes: Shapes, use: Shapes, wood: BaseGeometry) -> tuple[Shapes, Shapes]:
    """Zones on the hill become woodland where they lie in it."""
    hit = np.flatnonzero(shapely.intersects(shapes, wood) & np.isin(use.astype(str), ["0101", "0103", "0201", "1704"]))
    outside, row = parts(shapely.difference(shapes[hit], wood))
    inside, _ = parts(shapely.intersection(shapes[hit], wood))
    kept = np.delete(np.arange(len(shapes)), hit)
    found = np.concatenate([shapes[kept], outside, inside])
    codes = np.concatenate([use[kept], use[hit][row], np.full(len(inside), "0301", dtype=object)])
    large = shapely.area(found) > 100.0
    return found[large], codes[large]


def _limits(use: Shapes) -> Floats:
    codes, row = np.unique(use.astype(str), return_inverse=True)
    unknown = (float("nan"),) * 5
    values = np.array([PLANNED.get(code, PLANNED.get(code[:4], unknown)) for code in codes])
    return np.asarray(values[row])


def within(points: Shapes, areas: Shapes) -> Integers:
    """Row of the first area that holds each point, -1 where none does."""
    point, area = shapely.STRtree(areas).query(points, predicate="within")
    found = np.full(len(points), len(areas))
    np.minimum.at(found, point, area)
    return np.where(found == len(areas), -1, found)
