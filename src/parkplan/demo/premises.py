"""How works use their site: yards, structures, green, offices, empty floor, emissions; each survey missed some sites.

Sites were surveyed for yards, structures and green in one go, so the three are unknown together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from parkplan.demo.buildings import Stock
    from parkplan.demo.cutting import Flags, Floats
    from parkplan.demo.economy import Economy
    from parkplan.demo.register import Register

UNKNOWN: Final = {"site": 0.28, "offices": 0.15, "office_land": 0.60, "vacant": 0.25, "emission": 0.35}
"""Shares of the works of which a survey tells nothing."""
STRUCTURES: Final = (0.0, 0.06)
YARD: Final = (0.03, 0.45)
GREEN: Final = (0.05, 0.30)
"""Shares of the land that no building covers; together they stay below 1."""
EMPTY_CHANCE: Final = {"low_efficiency": 0.5, "below_contract": 0.35}
EMPTY_CHANCE_ELSEWHERE: Final = 0.12
EMPTY: Final = (0.15, 0.72)
"""Shares of the floor that no tenant leases, where some of it is empty."""
VALUE_ADDED_PER_TONNE_YUAN: Final = 4.9e7
"""Value added for a tonne of main pollutants, the median."""
OFFICE_USES: Final = ("office", "dormitory")


def make_premises(register: Register, stock: Stock, economy: Economy, rng: np.random.Generator) -> dict[str, Any]:
    """Draw the figures of every industrial parcel on which something stands; NaN elsewhere and where unknown."""
    count = len(register.area_m2)
    floor = np.bincount(stock.parcel, stock.floor_m2, count).astype(np.float64)
    works = register.industrial & (floor > 0) & (register.status != "under_construction")
    seen = {name: works & (rng.random(count) >= share) for name, share in UNKNOWN.items()}
    base = np.round(shapely.area(stock.geometry), 1)
    open_m2 = np.maximum(register.area_m2 - np.bincount(stock.parcel, base, count), 0.0)
    offices = np.isin(stock.use.astype(str), OFFICE_USES)
    office_floor = np.bincount(stock.parcel[offices], stock.floor_m2[offices], count)
    office_base = np.bincount(stock.parcel[offices], base[offices], count)
    drawn = {
        "structures_m2": (open_m2 * rng.uniform(*STRUCTURES, count), "site"),
        "yard_m2": (open_m2 * rng.uniform(*YARD, count), "site"),
        "green_m2": (open_m2 * rng.uniform(*GREEN, count), "site"),
        "admin_floor_area_m2": (office_floor, "offices"),
        "admin_land_m2": (office_base * rng.uniform(1.0, 1.6, count), "office_land"),
        "vacant_floor_m2": (_vacant(register, economy, floor, rng), "vacant"),
        "emission_t": (_emission(economy, rng), "emission"),
    }
    return {
        name: np.where(seen[survey], np.round(values, 3 if name == "emission_t" else 0), np.nan)
        for name, (values, survey) in drawn.items()
    }


def _vacant(register: Register, economy: Economy, floor: Floats, rng: np.random.Generator) -> Floats:
    """Draw the empty part of the floor that no tenant leases; badly used land has it more often."""
    firms = economy.firms
    housed: Flags = firms.parcel >= 0
    leased = np.bincount(firms.parcel[housed], np.nan_to_num(firms.leased_m2[housed]), len(floor))
    status = register.status.astype(str)
    chance = np.select([status == name for name in EMPTY_CHANCE], list(EMPTY_CHANCE.values()), EMPTY_CHANCE_ELSEWHERE)
    share = np.where(rng.random(len(floor)) < chance, rng.uniform(*EMPTY, len(floor)), 0.0)
    return np.asarray(np.maximum(floor - leased, 0.0) * share)


def _emission(economy: Economy, rng: np.random.Generator) -> Floats:
    value_added = np.asarray(economy.columns["value_added_yuan"], dtype=np.float64)
    return np.asarray(value_added / VALUE_ADDED_PER_TONNE_YUAN * rng.lognormal(0.0, 0.8, len(value_added)))
