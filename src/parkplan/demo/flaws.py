"""What real registers get wrong, at known rates: unknowns, slivers of overlap, areas that disagree, shared names.

Geometry stays valid. The rates are the documented ones of `RATES`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.demo.buildings import Stock
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.register import Register
    from parkplan.demo.subdivision import Plots

RATES: Final = {
    "unknown_least": 0.03,
    "unknown_most": 0.08,
    "overlap": 0.01,
    "area_disagrees": 0.04,
    "floor_disagrees": 0.04,
    "straddling_building": 0.006,
    "firm_without_parcel": 0.012,
    "name_twice": 0.008,
    "year_missing": 0.03,
}
"""Shares of rows; unknowns are by column, drawn between the least and the most."""
SLIVER_M: Final = (0.4, 1.6)
STRADDLE_M: Final = 6.0

OPTIONAL: Final[dict[str, tuple[str, ...]]] = {
    "parcels": (
        "holder", "industry_code", "floor_area_m2", "footprint_m2", "far_min", "far_max", "supplied_on",
        "handed_over_on", "start_agreed_on", "started_on", "finish_agreed_on", "finished_on", "developed_area_m2",
        "investment_yuan", "investment_agreed_yuan", "output_yuan", "tax_yuan", "value_added_yuan", "energy_tce",
        "employees", "rnd_yuan", "government_cause",
    ),
    "buildings": ("height_m", "floor_area_m2", "storey_height_m", "built_year", "quality"),
    "enterprises": ("industry_code", "above_scale", "high_tech", "output_yuan", "tax_yuan", "employees", "rnd_yuan",
                    "leased_floor_m2"),
    "facilities": ("capacity",),
    "land_use_plan": ("density_max", "height_max_m", "green_min"),
}  # fmt: skip
"""Columns that may be unknown in the demo district; keys, names, uses and states are always there."""


def with_unknowns(
    tables: dict[str, gpd.GeoDataFrame], rng: np.random.Generator, keep: dict[str, Flags]
) -> dict[str, gpd.GeoDataFrame]:
    """Blank a share of the known values of each optional column; ``keep`` marks rows whose dates stay."""
    for name, columns in OPTIONAL.items():
        frame = tables[name]
        for column in columns:
            rate = rng.uniform(RATES["unknown_least"] + 0.004, RATES["unknown_most"] - 0.004)
            blank = _spread(frame[column].notna().to_numpy(), rate, rng)
            if column == "start_agreed_on":
                blank &= ~keep[name]
            frame[column] = frame[column].mask(blank)
    return tables


def _spread(known: Flags, rate: float, rng: np.random.Generator) -> Flags:
    """Flags on an exact share of the known rows."""
    rows = np.flatnonzero(known)
    chosen = np.zeros(len(known), dtype=bool)
    chosen[rng.permutation(rows)[: round(rate * len(rows))]] = True
    return chosen


def neighbours(polygons: Shapes, rows: Integers) -> tuple[Integers, Integers, Shapes]:
    """Pairs of parcels that share a side of 20 m or more, first of the pair among ``rows``, and the shared side."""
    first, second = shapely.STRtree(polygons).query(polygons[rows], predicate="touches")
    first = rows[first]
    side = shapely.line_merge(shapely.intersection(polygons[first], polygons[second]))
    good = (shapely.length(side) >= 20.0) & (shapely.get_type_id(side) == 1)
    first, second, side = first[good], second[good], side[good]
    _, once = np.unique(first, return_index=True)
    first, second, side = first[once], second[once], side[once]
    taken: set[int] = set()
    free = np.zeros(len(first), dtype=bool)
    for i, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        free[i] = a not in taken and b not in taken
        taken.update((a, b))
    return first[free], second[free], side[free]


def with_slivers(polygons: Shapes, rng: np.random.Generator) -> Shapes:
    """Push the side of some parcels a little way into a neighbour."""
    wanted = max(1, round(RATES["overlap"] * len(polygons)))
    rows = np.sort(rng.permutation(len(polygons))[: 3 * wanted])
    first, second, side = neighbours(polygons, rows)
    pick = np.sort(rng.permutation(len(first))[:wanted])
    first, second, side = first[pick], second[pick], side[pick]
    strip = shapely.buffer(side, rng.uniform(*SLIVER_M, len(first)), cap_style="flat", join_style="mitre")
    grown = shapely.union(polygons[first], shapely.intersection(strip, polygons[second]), grid_size=0.001)
    good = (shapely.get_type_id(grown) == 3) & shapely.is_valid(grown)
    pushed = polygons.copy()
    pushed[first[good]] = grown[good]
    return pushed


def with_straddlers(plots: Plots, register: Register, stock: Stock, rng: np.random.Generator) -> Stock:
    """Add tin sheds built across the line between two parcels, in the setback of both."""
    wanted = max(1, round(RATES["straddling_building"] * len(stock.parcel)))
    works = np.flatnonzero(register.industrial & register.built)
    first, second, side = neighbours(plots.geometry, np.sort(rng.permutation(works)[: 6 * wanted]))
    both = (register.industrial & register.built)[second]
    first, second, side = first[both], second[both], side[both]
    length = shapely.length(side)
    reach = np.minimum(rng.uniform(9.0, 16.0, len(side)), length - 8.0) / 2
    middle = rng.uniform(reach + 2.0, length - reach - 2.0)
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(side, at)) for at in (middle - reach, middle + reach)
    ]
    axis = shapely.linestrings(np.stack(ends, axis=1))
    shed = shapely.set_precision(shapely.buffer(axis, STRADDLE_M / 2, cap_style="flat"), 0.001)
    room = shapely.union(plots.geometry[first], plots.geometry[second], grid_size=0.001)
    clear = shapely.covers(room, shed)
    hit, _ = shapely.STRtree(stock.geometry).query(shed, predicate="intersects")
    clear[hit] = False
    clear &= np.cumsum(clear) <= wanted
    shed, first = shed[clear], first[clear]
    many = len(shed)
    added: dict[str, Any] = {
        "geometry": shed,
        "parcel": first,
        "use": np.full(many, "shed", dtype=object),
        "storeys": np.ones(many, dtype=int),
        "ground_m": np.full(many, 4.5),
        "height_m": np.full(many, 4.5),
        "year": rng.integers(2002, 2018, many),
        "quality": np.full(many, "poor", dtype=object),
    }
    return replace(stock, **{name: np.concatenate([getattr(stock, name), value]) for name, value in added.items()})


def disagreeing(values: Floats, rate: float, rng: np.random.Generator) -> Floats:
    """A share of the values off by 6 to 24 per cent, upwards or downwards."""
    off = _spread(np.isfinite(values) & (values > 0), rate, rng)
    factor = 1.0 + rng.choice([-1.0, 1.0], len(values)) * rng.uniform(0.065, 0.24, len(values))
    return np.where(off, values * factor, values)
