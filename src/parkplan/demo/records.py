"""The arrays of each subject as canonical tables, with identifiers and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.economy import ABOVE_SCALE_YUAN, Economy
from parkplan.demo.flaws import RATES, disagreeing, with_slivers
from parkplan.demo.frames import table
from parkplan.demo.roads import CLASSES, Lines
from parkplan.demo.terrain import Terrain, water_polygons

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.demo.buildings import Stock
    from parkplan.demo.cutting import Integers, Shapes
    from parkplan.demo.register import Register
    from parkplan.demo.subdivision import Plots

LETTERS: Final = {"07": "居", "08": "公", "09": "商", "10": "工", "11": "仓", "13": "设", "14": "绿"}
FAR_LIMITS: Final = ((0.8, 2.0), (1.0, 2.5), (1.0, 3.0), (1.2, 3.0), (1.5, 3.5))


def parcel_table(
    plots: Plots, register: Register, stock: Stock, economy: Economy, ids: Shapes, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """The parcels; ``ids`` are the identifiers of the parks."""
    count = len(plots.geometry)
    floor = np.bincount(stock.parcel, stock.floor_m2, count).astype(float)
    base = np.bincount(stock.parcel, np.round(shapely.area(stock.geometry), 1), count)
    street = np.array(naming.STREETS, dtype=object)[register.street]
    group = np.array([code[:2] for code in register.use], dtype=object)
    letter = np.array([LETTERS[code] for code in group], dtype=object)
    limits = np.array(FAR_LIMITS)[rng.choice(len(FAR_LIMITS), count, p=[0.25, 0.3, 0.2, 0.15, 0.1])]
    limits[~register.industrial] = np.nan
    park = looked_up(ids, register.park)
    columns: dict[str, Any] = {
        "parcel_id": naming.numbered("DEMO-P", count),
        "name": np.array(naming.SHORT_STREETS, dtype=object)[register.street] + letter + _serial(group) + "号地块",
        "holder": _holders(register, economy, group, rng),
        "street": street,
        "park_id": park,
        "land_use": register.use,
        "status": register.status,
        "industry_code": economy.industry_code,
        "cluster": register.cluster,
        "site_area_m2": np.round(disagreeing(register.area_m2, RATES["area_disagrees"], rng), 2),
        "floor_area_m2": np.round(disagreeing(floor, RATES["floor_disagrees"], rng), 1),
        "footprint_m2": np.round(base, 1),
        "far_min": limits[:, 0],
        "far_max": limits[:, 1],
        "government_cause": np.where(register.status == "idle", rng.random(count) < 0.25, np.nan),
        **register.dates,
        **economy.columns,
    }
    return table("parcels", columns, with_slivers(plots.geometry, rng))


def looked_up(ids: Shapes, rows: Integers) -> Shapes:
    """Identifiers by row; None for the row -1."""
    return np.concatenate([ids, np.array([None], dtype=object)])[rows]


def _serial(group: Shapes) -> Shapes:
    """Running numbers within each group, as text."""
    number = np.zeros(len(group), dtype=int)
    for value in np.unique(group.astype(str)):
        here = group == value
        number[here] = np.arange(1, here.sum() + 1)
    return np.array([f"{n:04d}" for n in number.tolist()], dtype=object)


def _holders(register: Register, economy: Economy, group: Shapes, rng: np.random.Generator) -> Shapes:
    """Right holders: the largest firm of the parcel, or an invented one; land not yet supplied has none."""
    trade = np.where(register.industrial, register.cluster, group)
    holder = naming.firms(trade, rng, skip=len(economy.firms.name))
    village = np.isin(register.use.astype(str), ["0703", "0704"])
    place = naming.places(rng.integers(0, 40, len(holder)))
    holder = np.where(village, place + "村经济合作社", holder)
    known = economy.firms.parcel >= 0
    order = np.lexsort((economy.firms.output, economy.firms.parcel))
    order = order[known[order]]
    holder[economy.firms.parcel[order]] = economy.firms.name[order]
    holder[register.status == "approved_not_supplied"] = None
    return holder


def building_table(stock: Stock, ids: Shapes) -> gpd.GeoDataFrame:
    """The buildings; ``ids`` are the identifiers of the parcels."""
    columns = {
        "building_id": naming.numbered("DEMO-B", len(stock.parcel)),
        "parcel_id": ids[stock.parcel],
        "storeys": stock.storeys,
        "height_m": stock.height_m,
        "floor_area_m2": np.round(stock.floor_m2, 1),
        "storey_height_m": stock.ground_m,
        "use": stock.use,
        "built_year": stock.year,
        "quality": stock.quality,
    }
    return table("buildings", columns, stock.geometry)


def enterprise_table(economy: Economy, ids: Shapes) -> gpd.GeoDataFrame:
    """The firms; ``ids`` are the identifiers of the parcels."""
    firms = economy.firms
    columns = {
        "enterprise_id": naming.numbered("DEMO-E", len(firms.parcel)),
        "name": firms.name,
        "industry_code": firms.code,
        "cluster": firms.cluster,
        "parcel_id": looked_up(ids, firms.parcel),
        "above_scale": firms.output >= ABOVE_SCALE_YUAN,
        "high_tech": firms.high_tech,
        "output_yuan": firms.output,
        "tax_yuan": firms.tax,
        "employees": firms.employees,
        "rnd_yuan": firms.rnd,
        "leased_floor_m2": firms.leased_m2,
    }
    return table("enterprises", columns, firms.point)


def road_table(lines: Lines) -> gpd.GeoDataFrame:
    """The roads, one row between two junctions; the pieces of one street line share its name."""
    lanes = np.select([lines.rank == 0, lines.rank == 1, lines.rank == 2], [6, 6, 4], 2)
    ending = np.array(["高速", "大道", "路", "街"], dtype=object)[lines.rank]
    ending = np.where(lines.width_m < 10.0, "村道", ending)
    _, number = np.unique(lines.line, return_inverse=True)
    columns = {
        "road_id": naming.numbered("DEMO-R", len(lines.line)),
        "name": naming.places(number) + ending,
        "class": np.array(CLASSES, dtype=object)[lines.rank],
        "width_m": lines.width_m,
        "lanes": np.where(lines.width_m < 8.0, 1, lanes),
    }
    return table("roads", columns, lines.geometry)


def water_table(terrain: Terrain, ponds: Shapes) -> gpd.GeoDataFrame:
    """River, waterway, canals and ponds; ponds have no names of their own."""
    shapes, kinds = water_polygons(terrain)
    rivers = kinds.count("river")
    names = ["汀澜江", *["西禾水道"] * (rivers - 1)]
    names += [f"{place}涌" for place in naming.places(np.arange(len(kinds) - rivers) + 30)]
    columns = {
        "water_id": naming.numbered("DEMO-W", len(kinds) + len(ponds)),
        "name": np.array([*names, *[None] * len(ponds)], dtype=object),
        "kind": np.array([*kinds, *["pond"] * len(ponds)], dtype=object),
    }
    return table("water", columns, np.concatenate([shapes, ponds]))
