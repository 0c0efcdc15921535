"""The whole district: every subject in its turn, then the canonical tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.demo.blocks import Blocks, make_blocks
from parkplan.demo.buildings import make_buildings
from parkplan.demo.economy import make_economy
from parkplan.demo.facilities import make_facilities
from parkplan.demo.flaws import with_straddlers, with_unknowns
from parkplan.demo.hazards import hill, make_constraints
from parkplan.demo.planning import make_parks, make_plan, make_streets
from parkplan.demo.ponds import make_ponds, open_uses, pond_fields
from parkplan.demo.premises import make_premises
from parkplan.demo.records import building_table, enterprise_table, parcel_table, road_table, water_table
from parkplan.demo.register import make_register
from parkplan.demo.roads import make_roads
from parkplan.demo.settlement import OPEN, settle
from parkplan.demo.subdivision import subdivide
from parkplan.demo.terrain import Canvas, make_terrain, superblocks
from parkplan.demo.years import year_table
from parkplan.i18n import Text
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.demo.buildings import Stock
    from parkplan.demo.register import Register
    from parkplan.demo.roads import Lines, RoadNet
    from parkplan.demo.settlement import Settlement
    from parkplan.demo.subdivision import Plots
    from parkplan.demo.terrain import Terrain

SIZES: Final = {"small": 0.25, "district": 0.78}
"""Scale of the drawing for the named sizes."""
PARCELS_AT_DISTRICT: Final = 2_400
PARCELS_WHERE_DENSE: Final = 4_430
"""Parcels on the canvas of the district: with the drawn neighbourhoods, and with neighbourhoods on a lattice."""
DENSE_FROM: Final = 12_000
PARCELS_LEAST: Final = 300
PARCELS_MOST: Final = 1_000_000
DEMO_NOTE: Final = Text(
    "虚构数据：地块、建筑、企业、道路与全部数值均为程序生成，不对应任何真实单位或地块。",
    "Fictional data: parcels, buildings, firms, roads and all figures are generated; none stands for a real one.",
)


def generate_district(size: str | int = "district", seed: int = 7) -> dict[str, gpd.GeoDataFrame]:
    """Make the fictional demo district as the canonical tables in EPSG:4547.

    ``size`` is ``"small"`` (about 120 industrial parcels), ``"district"`` (about 1,000) or a number of parcels of all
    uses from 300 to a million, which is met within a quarter. The same size and seed give the same tables, bit for bit.

    Raises:
        RequestError: an unknown size.

    >>> sorted(generate_district("small"))[:3]
    ['buildings', 'constraints', 'enterprises']
    """
    canvas = _canvas(size, seed)
    terrain, settlement = make_terrain(canvas), settle(canvas)
    faces = superblocks(terrain)
    net = make_roads(terrain, faces, settlement)
    blocks = make_blocks(terrain, net, settlement)
    tables = _areas(terrain, settlement, net, blocks)
    tables["parks"] = make_parks(terrain, net, settlement, faces)
    tables["roads"] = road_table(net.lines)
    lines = net.lines
    del net, faces  # on large canvases every generation of shapes counts
    plots = subdivide(blocks, settlement, canvas.stream(5))
    register = make_register(plots, blocks, settlement, (tables["streets"], tables["parks"]), canvas.stream(6))
    stock = make_buildings(plots, blocks, register, canvas.stream(7))
    del blocks
    tables |= _contents(canvas, lines, (plots, register, stock), tables["parks"])
    dated = np.isin(register.status.astype(str), ["idle", "supplied_not_started"])
    tables = with_unknowns(tables, canvas.stream(18), {"parcels": dated})
    tables["parcel_years"] = year_table(tables["parcels"], canvas.stream(20))
    return {name: tables[name] for name in TABLES}


def _canvas(size: str | int, seed: int) -> Canvas:
    known = size in SIZES if isinstance(size, str) else PARCELS_LEAST <= size <= PARCELS_MOST
    if not known:
        raise RequestError("demo_size", size=size, known=", ".join(SIZES), least=PARCELS_LEAST, most=PARCELS_MOST)
    if isinstance(size, str):
        return Canvas(SIZES[size], seed)
    dense = size >= DENSE_FROM
    expected = PARCELS_WHERE_DENSE if dense else PARCELS_AT_DISTRICT
    return Canvas(SIZES["district"] * (size / expected) ** 0.5, seed, dense)


def _areas(terrain: Terrain, settlement: Settlement, net: RoadNet, blocks: Blocks) -> dict[str, gpd.GeoDataFrame]:
    """Streets, water, constraint lines and planned zones."""
    canvas = terrain.canvas
    wood = hill(canvas, canvas.stream(11))
    ponds = pond_fields(blocks, wood, canvas.stream(14))
    fields = blocks.geometry[(blocks.home == OPEN) & ~ponds]
    uses = open_uses(blocks, ponds, canvas.stream(16))
    return {
        "streets": make_streets(terrain),
        "water": water_table(terrain, make_ponds(blocks.geometry[ponds], canvas.stream(15))),
        "constraints": make_constraints(terrain, net, settlement, wood, fields),
        "land_use_plan": make_plan(blocks, settlement, uses, wood, canvas.stream(12)),
    }


def _contents(
    canvas: Canvas, lines: Lines, land: tuple[Plots, Register, Stock], parks: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Parcels with what stands and works on them, and the facilities."""
    plots, register, stock = land
    stock = with_straddlers(plots, register, stock, canvas.stream(17))
    economy = make_economy(plots, register, stock, canvas.stream(8))
    economy = replace(economy, columns=economy.columns | make_premises(register, stock, economy, canvas.stream(19)))
    known = parks["park_id"].to_numpy(dtype=object)
    parcels = parcel_table(plots, register, stock, economy, known, canvas.stream(10))
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    return {
        "parcels": parcels,
        "buildings": building_table(stock, ids),
        "enterprises": enterprise_table(economy, ids),
        "facilities": make_facilities(plots, register, lines, stock, canvas.stream(13)),
    }
