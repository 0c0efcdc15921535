"""The whole district: every subject in its turn, then the ten canonical tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.blocks import make_blocks
from parkplan.demo.buildings import Stock, make_buildings
from parkplan.demo.economy import ABOVE_SCALE_YUAN, Economy, make_economy
from parkplan.demo.facilities import make_facilities
from parkplan.demo.frames import table
from parkplan.demo.hazards import hill, make_constraints
from parkplan.demo.planning import make_parks, make_plan, make_streets
from parkplan.demo.register import Register, make_register
from parkplan.demo.roads import CLASSES, RoadNet, make_roads
from parkplan.demo.settlement import settle
from parkplan.demo.subdivision import Plots, subdivide
from parkplan.demo.terrain import Canvas, Terrain, make_terrain, superblocks, water_polygons
from parkplan.i18n import Text

if TYPE_CHECKING:
    import geopandas as gpd

SIZES: Final = {"small": 0.35, "district": 0.92}
"""Scale of the drawing for the named sizes."""
PARCELS_AT_DISTRICT: Final = 2_400
DEMO_NOTE: Final = Text(
    "虚构数据：地块、建筑、企业、道路与全部数值均为程序生成，不对应任何真实单位或地块。",
    "Fictional data: parcels, buildings, firms, roads and all figures are generated; none stands for a real one.",
)


def generate_district(size: str | int = "district", seed: int = 7) -> dict[str, gpd.GeoDataFrame]:
    """Make the fictional demo district as the ten canonical tables in EPSG:4547.

    ``size`` is ``"small"`` (about 120 industrial parcels), ``"district"`` (about 1,000) or a number of parcels of all
    uses. The same size and seed give the same tables, bit for bit.

    >>> sorted(generate_district("small"))[:3]
    ['buildings', 'constraints', 'enterprises']
    """
    scale = SIZES[size] if isinstance(size, str) else SIZES["district"] * (size / PARCELS_AT_DISTRICT) ** 0.5
    canvas = Canvas(scale, seed)
    terrain = make_terrain(canvas)
    faces = superblocks(terrain)
    settlement = settle(canvas)
    net = make_roads(terrain, faces, settlement)
    blocks = make_blocks(terrain, net, settlement)
    plots = subdivide(blocks, settlement, canvas.stream(5))
    streets = make_streets(terrain)
    parks = make_parks(terrain, net, settlement, faces)
    register = make_register(plots, blocks, settlement, (streets, parks), canvas.stream(6))
    stock = make_buildings(plots, blocks, register, canvas.stream(7))
    economy = make_economy(plots, register, stock, canvas.stream(8))
    return {
        "parcels": _parcels(plots, register, stock, economy, parks, canvas.stream(10)),
        "buildings": _buildings(stock),
        "enterprises": _enterprises(economy),
        "parks": parks,
        "roads": _roads(net),
        "water": _water(terrain),
        "constraints": make_constraints(terrain, net, settlement, hill(canvas, canvas.stream(11))),
        "land_use_plan": make_plan(blocks, settlement, canvas.stream(12)),
        "facilities": make_facilities(plots, register, net, stock, canvas.stream(13)),
        "streets": streets,
    }


def _parcels(
    plots: Plots, register: Register, stock: Stock, economy: Economy, parks: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    count = len(plots.geometry)
    floor = np.bincount(stock.parcel, stock.floor_m2, count)
    base = np.bincount(stock.parcel, np.round(shapely.area(stock.geometry), 1), count)
    ids = np.append(parks["park_id"].to_numpy(dtype=object), None)
    street = np.array(naming.STREETS, dtype=object)[register.street]
    columns: dict[str, Any] = {
        "parcel_id": naming.numbered("DEMO-P", count),
        "name": street + naming.numbered("", count) + "号地块",
        "street": street,
        "park_id": ids[register.park],
        "land_use": register.use,
        "status": register.status,
        "industry_code": economy.industry_code,
        "cluster": register.cluster,
        "site_area_m2": np.round(register.area_m2, 2),
        "floor_area_m2": np.round(floor, 1),
        "footprint_m2": np.round(base, 1),
        "far_min": np.where(register.industrial, 1.0, np.nan),
        "far_max": np.where(register.industrial, rng.choice([2.0, 2.5, 3.0, 3.5], count), np.nan),
        "government_cause": np.where(register.status == "idle", rng.random(count) < 0.25, np.nan),
        **register.dates,
        **economy.columns,
    }
    columns["holder"] = _holders(economy, count)
    return table("parcels", columns, plots.geometry)


def _holders(economy: Economy, count: int) -> Any:
    holder = np.full(count, None, dtype=object)
    firms = economy.firms
    order = np.lexsort((firms.output, firms.parcel))
    holder[firms.parcel[order]] = firms.name[order]
    return holder


def _buildings(stock: Stock) -> gpd.GeoDataFrame:
    columns = {
        "building_id": naming.numbered("DEMO-B", len(stock.parcel)),
        "parcel_id": naming.numbered("DEMO-P", int(stock.parcel.max()) + 1)[stock.parcel],
        "storeys": stock.storeys,
        "height_m": stock.height_m,
        "floor_area_m2": np.round(stock.floor_m2, 1),
        "storey_height_m": stock.ground_m,
        "use": stock.use,
        "built_year": stock.year,
        "quality": stock.quality,
    }
    return table("buildings", columns, stock.geometry)


def _enterprises(economy: Economy) -> gpd.GeoDataFrame:
    firms = economy.firms
    columns = {
        "enterprise_id": naming.numbered("DEMO-E", len(firms.parcel)),
        "name": firms.name,
        "industry_code": firms.code,
        "cluster": firms.cluster,
        "parcel_id": naming.numbered("DEMO-P", int(firms.parcel.max()) + 1)[firms.parcel],
        "above_scale": firms.output >= ABOVE_SCALE_YUAN,
        "high_tech": firms.high_tech,
        "output_yuan": firms.output,
        "tax_yuan": firms.tax,
        "employees": firms.employees,
        "rnd_yuan": firms.rnd,
        "leased_floor_m2": firms.leased_m2,
    }
    return table("enterprises", columns, firms.point)


def _roads(net: RoadNet) -> gpd.GeoDataFrame:
    lines = net.lines
    lanes = np.select([lines.rank == 0, lines.rank == 1, lines.rank == 2], [6, 6, 4], 2)
    ending = np.array(["高速", "大道", "路", "街"], dtype=object)[lines.rank]
    columns = {
        "road_id": naming.numbered("DEMO-R", len(lines.line)),
        "name": naming.places(lines.line) + ending,
        "class": np.array(CLASSES, dtype=object)[lines.rank],
        "width_m": lines.width_m,
        "lanes": np.where(lines.width_m < 12, 1, lanes),
    }
    return table("roads", columns, lines.geometry)


def _water(terrain: Terrain) -> gpd.GeoDataFrame:
    shapes, kinds = water_polygons(terrain)
    names = ["汀澜江", "西禾水道", *(f"{place}涌" for place in naming.places(np.arange(len(kinds)) + 30))]
    columns = {"water_id": naming.numbered("DEMO-W", len(kinds)), "name": names[: len(kinds)], "kind": kinds}
    return table("water", columns, shapes)
