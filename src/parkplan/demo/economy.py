"""What parcels earn and employ, and the firms on them: the sums of the firms are the figures of the parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.flaws import RATES
from parkplan.units import M2_PER_MU, YUAN_PER_WAN

if TYPE_CHECKING:
    from parkplan.demo.buildings import Stock
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.register import Register
    from parkplan.demo.subdivision import Plots

TAX_MEDIAN_WAN_PER_MU: Final = 8.0
TAX_RANGE_WAN_PER_MU: Final = (0.2, 80.0)
ABOVE_SCALE_YUAN: Final = 20_000_000.0
"""Annual revenue from which an industrial firm counts as above designated size."""


@dataclass(frozen=True, slots=True)
class Firms:
    """All firms as arrays; ``parcel`` is a row of the parcels, -1 where none is known."""

    parcel: Integers
    point: Shapes
    name: Shapes
    code: Shapes
    cluster: Shapes
    output: Floats
    tax: Floats
    employees: Floats
    rnd: Floats
    high_tech: Flags
    leased_m2: Floats


@dataclass(frozen=True, slots=True)
class Economy:
    """Yearly figures of the parcels (yuan, tce, persons) and their firms; NaN where nothing is produced."""

    columns: dict[str, Any]
    firms: Firms
    industry_code: Shapes


def make_economy(plots: Plots, register: Register, stock: Stock, rng: np.random.Generator) -> Economy:
    """Draw tax per 亩 first; output, value added, staff, energy and R&D follow from it."""
    count = len(register.area_m2)
    working = register.industrial & np.isin(
        register.status.astype(str), ["in_use", "below_contract", "low_efficiency", "partly_unused"]
    )
    mu = register.area_m2 / M2_PER_MU
    weight = np.select([register.status == "low_efficiency", register.status == "below_contract"], [0.32, 0.7], 2.0)
    tax_mu = np.clip(TAX_MEDIAN_WAN_PER_MU * weight * np.exp(rng.normal(0, 0.95, count)), *TAX_RANGE_WAN_PER_MU)
    tax = tax_mu * YUAN_PER_WAN * mu
    output = tax / rng.lognormal(np.log(0.042), 0.35, count)
    staff = np.maximum(3, output / rng.lognormal(np.log(900_000.0), 0.45, count))
    floor = np.bincount(stock.parcel, stock.floor_m2, count).astype(np.float64)
    totals = {"tax": tax, "output": output, "employees": staff, "floor": floor}
    number = np.where(working, _tenants(floor, rng), 0)
    code = naming.industry(register.cluster, rng)
    firms = _firms(plots, register, totals, number, code, rng)
    return Economy(_sums(register, firms, working, mu, rng), firms, code)


def _tenants(floor: Floats, rng: np.random.Generator) -> Integers:
    shared = (rng.random(len(floor)) < 0.25) & (floor > 3000.0)
    return np.where(shared, np.minimum(2 + rng.poisson(floor / 6000.0), 14), 1)


def _firms(
    plots: Plots,
    register: Register,
    totals: dict[str, Floats],
    number: Integers,
    code: Shapes,
    rng: np.random.Generator,
) -> Firms:
    """Firms share what their parcel earns; some have another trade than the parcel, a few have no parcel on record."""
    homeless = int(np.ceil(RATES["firm_without_parcel"] * number.sum()))
    hosts = rng.choice(np.flatnonzero(number), homeless)
    parcel = np.concatenate([np.repeat(np.arange(len(number)), number), hosts])
    housed = np.arange(len(parcel)) < len(parcel) - homeless
    part = np.where(housed, rng.gamma(1.2, size=len(parcel)) + 0.05, 0.0)
    share = np.where(housed, part / np.bincount(parcel, part, len(number))[parcel], rng.uniform(0.02, 0.1, len(parcel)))
    stray = ((number[parcel] > 1) & (rng.random(len(parcel)) < 0.35)) | ~housed
    every = np.array(list(naming.CODES), dtype=object)
    cluster = np.where(stray, rng.choice(every, len(parcel)), register.cluster[parcel])
    output = np.round(totals["output"][parcel] * share, -4)
    high = rng.random(len(parcel)) < np.where(output > ABOVE_SCALE_YUAN, 0.42, 0.14)
    active = high | (rng.random(len(parcel)) < 0.35)
    return Firms(
        np.where(housed, parcel, -1),
        _points(plots, parcel, rng),
        _shared(naming.firms(cluster, rng), number[parcel] == 1, rng),
        np.where(stray, naming.industry(cluster, rng), code[parcel]),
        cluster,
        output,
        np.round(totals["tax"][parcel] * share, -2),
        np.asarray(np.maximum(1.0, np.round(totals["employees"][parcel] * share)), dtype=np.float64),
        np.round(active * output * rng.lognormal(np.log(0.035), 0.5, len(parcel)), -3),
        high,
        _leased(parcel, share, number, totals["floor"], housed),
    )


def _shared(name: Shapes, alone: Flags, rng: np.random.Generator) -> Shapes:
    """A few firms on parcels of their own carry the name of another: one firm on two parcels, or a namesake."""
    rows = rng.permutation(np.flatnonzero(alone))
    pairs = max(1, round(RATES["name_twice"] * len(name) / 2))
    name[rows[pairs : 2 * pairs]] = name[rows[:pairs]]
    return name


def _leased(parcel: Integers, share: Floats, number: Integers, floor: Floats, housed: Flags) -> Floats:
    """Leased floor of the tenants of shared parcels; the largest firm is the owner and leases nothing."""
    largest = np.zeros(len(number))
    np.maximum.at(largest, parcel[housed], share[housed])
    tenant = housed & (number[parcel] > 1) & (share < largest[parcel])
    return np.where(tenant, np.round(0.9 * floor[parcel] * share, -1), np.nan)


def _points(plots: Plots, parcel: Integers, rng: np.random.Generator) -> Shapes:
    """A point inside the parcel of each firm: towards a random place on its boundary."""
    shapes = plots.geometry[parcel]
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    edge = shapely.line_interpolate_point(shapely.get_exterior_ring(shapes), rng.random(len(parcel)), normalized=True)
    target = middle + (shapely.get_coordinates(edge) - middle) * rng.uniform(0.05, 0.6, len(parcel))[:, None]
    points = shapely.points(np.round(target, 2))
    inside = shapely.contains(shapes, points)
    return np.asarray(np.where(inside, points, shapely.points(np.round(middle, 3))))


def _sums(register: Register, firms: Firms, working: Flags, mu: Floats, rng: np.random.Generator) -> dict[str, Any]:
    count = len(working)

    def total(values: Floats) -> Floats:
        housed = firms.parcel >= 0
        return np.where(working, np.bincount(firms.parcel[housed], values[housed], count), np.nan)

    output = total(firms.output)
    intensity = np.exp(rng.normal(np.log(230.0), 0.5, count)) * np.where(register.status == "low_efficiency", 0.55, 1)
    agreed = np.round(intensity * YUAN_PER_WAN * mu, -5)
    done = np.select(
        [
            register.status == "approved_not_supplied",
            np.isin(register.status.astype(str), ["supplied_not_started", "idle"]),
            register.status == "under_construction",
        ],
        [np.nan, rng.uniform(0.0, 0.08, count), rng.uniform(0.2, 0.75, count)],
        rng.normal(1.0, 0.14, count).clip(0.5, 1.5),
    )
    opened = np.select(
        [
            np.isin(register.status.astype(str), ["approved_not_supplied", "supplied_not_started", "idle"]),
            register.status == "under_construction",
            register.status == "partly_unused",
        ],
        [0.0, rng.uniform(0.25, 0.8, count), rng.uniform(0.4, 0.7, count)],
        1.0,
    )
    industrial = np.where(register.industrial, 1.0, np.nan)
    supplied = np.where(register.status == "approved_not_supplied", np.nan, industrial)
    return {
        "investment_agreed_yuan": agreed * supplied,
        "investment_yuan": np.round(agreed * done, -5) * industrial,
        "developed_area_m2": np.round(register.area_m2 * opened, 1) * industrial,
        "output_yuan": output,
        "tax_yuan": total(firms.tax),
        "value_added_yuan": np.round(output * rng.normal(0.235, 0.04, count).clip(0.1, 0.4), -4),
        "energy_tce": np.round(output / 1e6 * rng.lognormal(np.log(1.1), 0.7, count), 1),
        "employees": total(firms.employees),
        "rnd_yuan": total(firms.rnd),
    }
