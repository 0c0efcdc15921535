"""Facilities: fire stations, schools, hospitals, substations, wastewater plants, stops, stations and dormitories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.frames import table

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.demo.buildings import Stock
    from parkplan.demo.cutting import Shapes
    from parkplan.demo.register import Register
    from parkplan.demo.roads import Lines
    from parkplan.demo.subdivision import Plots

STOP_SPACING_M: Final = 850.0
TITLES: Final = {
    "fire_station": "消防站",
    "school": "学校",
    "hospital": "医院",
    "substation": "变电站",
    "wastewater": "污水处理厂",
    "bus_stop": "公交站",
    "rail_station": "站",
    "dormitory": "职工宿舍",
}
ON_PARCELS: Final = {
    "school": ("0804", 30_000.0, (600, 2400)),
    "hospital": ("0806", 60_000.0, (80, 600)),
    "substation": ("1303", 40_000.0, (40, 220)),
    "wastewater": ("1302", 250_000.0, (10_000, 60_000)),
    "fire_station": ("1310", 120_000.0, (3, 9)),
}
"""Facilities that stand on parcels: land use, land (m², all uses) that one serves at least, range of the capacity."""


def make_facilities(
    plots: Plots, register: Register, lines: Lines, stock: Stock, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """All facilities; capacities are pupils, beds, MVA, m³ a day, vehicles or beds by kind."""
    found: list[tuple[str, Shapes, np.ndarray]] = []
    total = register.area_m2.sum()
    for kind, (use, land, limits) in ON_PARCELS.items():
        rows = np.flatnonzero(register.use == use)
        if not len(rows):
            rows = np.flatnonzero(~register.industrial)[len(found) : len(found) + 1]
        rows = rows[np.argsort(-register.area_m2[rows], kind="stable")][: max(2, int(total / land / 4))]
        found.append((kind, shapely.point_on_surface(plots.geometry[rows]), rng.integers(*limits, len(rows))))
    main = np.isin(lines.rank, [1, 2])
    found.append(("bus_stop", _stops(lines.geometry[main]), np.array([])))
    trunk = lines.geometry[lines.rank == 1]
    longest = trunk[np.argsort(-shapely.length(trunk), kind="stable")[[0, min(7, len(trunk) - 1)]]]
    found.append(("rail_station", shapely.line_interpolate_point(longest, 0.5, normalized=True), np.array([])))
    lodging = np.flatnonzero(stock.use == ("dormitory" if "dormitory" in stock.use else "residential"))
    lodging = lodging[np.argsort(-stock.floor_m2[lodging], kind="stable")][: max(3, len(lodging) // 5)]
    beds = np.round(stock.floor_m2[lodging] / 9.0, -1)
    found.append(("dormitory", shapely.point_on_surface(stock.geometry[lodging]), beds))
    return _table(found)


def _stops(lines: Shapes) -> Shapes:
    """Points about every `STOP_SPACING_M` along the main roads, thinned where roads meet."""
    number = np.maximum(
        (shapely.length(lines) / STOP_SPACING_M).astype(int), (shapely.length(lines) > 420.0).astype(int)
    )
    number[np.argmax(shapely.length(lines))] = max(1, int(number.max()))
    row = np.repeat(np.arange(len(lines)), number)
    place = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    points = shapely.line_interpolate_point(lines[row], (place + 0.5) / number[row], normalized=True)
    cell = np.round(shapely.get_coordinates(points) / (STOP_SPACING_M * 0.6)).astype(int)
    _, first = np.unique(cell, axis=0, return_index=True)
    return np.asarray(points[np.sort(first)])


def _table(found: list[tuple[str, Shapes, np.ndarray]]) -> gpd.GeoDataFrame:
    kinds = np.concatenate([np.full(len(points), kind, dtype=object) for kind, points, _ in found])
    points = np.concatenate([points for _, points, _ in found])
    capacity = np.concatenate([c if len(c) else np.full(len(p), np.nan) for _, p, c in found])
    names = naming.places(np.arange(len(kinds)) * 7) + np.array([TITLES[kind] for kind in kinds], dtype=object)
    columns = {
        "facility_id": naming.numbered("DEMO-F", len(kinds)),
        "name": names,
        "kind": kinds,
        "capacity": capacity,
    }
    rounded = shapely.points(np.round(shapely.get_coordinates(points), 2))
    return table("facilities", columns, rounded)
