"""The land register: use, status, cluster and dates of every parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.demo import naming
from parkplan.demo.planning import within
from parkplan.demo.settlement import KIND_INDEX

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from parkplan.demo.blocks import Blocks
    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.settlement import Settlement
    from parkplan.demo.subdivision import Plots

AS_OF: Final = np.datetime64("2026-06-30")
"""The day on which the fictional register was drawn up."""
UNBUILT: Final = ("approved_not_supplied", "supplied_not_started", "idle")
STATUS_SHARES: Final = {
    "approved_not_supplied": 0.022,
    "supplied_not_started": 0.03,
    "under_construction": 0.055,
    "partly_unused": 0.045,
    "built_not_producing": 0.025,
    "below_contract": 0.07,
    "idle": 0.032,
}
"""Shares by number of industrial parcels; low-efficiency land is set by area, the rest is in use."""
LOW_EFFICIENCY_AREA: Final = 0.29
UTILITY_SHARE: Final = 0.035
UTILITY_LARGEST_M2: Final = 6_500.0
SEMI_MAJOR_M: Final = 6_378_137.0
ECCENTRICITY_2: Final = 0.006694380022900788


@dataclass(frozen=True, slots=True)
class Register:
    """What the register knows of each parcel, as arrays in parcel order; dates are NaT where there is none."""

    area_m2: Floats
    use: Shapes
    industrial: Flags
    kind: Integers
    status: Shapes
    cluster: Shapes
    street: Integers
    park: Integers
    weak: Floats
    dates: dict[str, Any]

    @property
    def built(self) -> Flags:
        """Parcels with finished or rising buildings."""
        return ~np.isin(self.status.astype(str), UNBUILT)


def geodesic_area(polygons: Shapes) -> Floats:
    """Area on the ellipsoid from the area in EPSG:4547: divided by the square of the scale at the middle.

    The scale of the transverse Mercator projection at distance d from its meridian is 1 + d²/2R² + d⁴/24R⁴.
    """
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    sine2 = np.sin(np.radians(xy[:, 1] / 110_742.0)) ** 2
    radius2 = SEMI_MAJOR_M**2 * (1 - ECCENTRICITY_2) / (1 - ECCENTRICITY_2 * sine2) ** 2
    d2 = (xy[:, 0] - 500_000.0) ** 2
    scale = 1 + d2 / (2 * radius2) + d2**2 / (24 * radius2**2)
    return np.asarray(shapely.area(polygons) / scale**2)


def make_register(
    plots: Plots,
    blocks: Blocks,
    settlement: Settlement,
    areas: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    rng: np.random.Generator,
) -> Register:
    """Write the register of the parcels; ``areas`` are the streets and the parks."""
    streets, parks = areas
    middle = shapely.point_on_surface(plots.geometry)
    use = _utilities(blocks.use[plots.block], plots, settlement.kind[blocks.home[plots.block]], rng)
    industrial = use == "1001"
    home = blocks.home[plots.block]
    kind = settlement.kind[home]
    area = geodesic_area(plots.geometry)
    weak = _weakness(shapely.get_coordinates(middle), kind, rng)
    status = _status(industrial, area, weak, rng)
    cluster = _clusters(home, industrial, settlement, rng)
    return Register(
        area,
        np.where(industrial, rng.choice(np.array(["100101", "100102"], dtype=object), len(use), p=[0.6, 0.4]), use),
        industrial,
        kind,
        status,
        cluster,
        np.maximum(within(middle, streets.geometry.to_numpy()), 0),
        within(middle, parks.geometry.to_numpy()),
        weak,
        _dates(status, industrial, kind, rng),
    )


def _utilities(use: Shapes, plots: Plots, kind: Integers, rng: np.random.Generator) -> Shapes:
    """A few small parcels among works and houses serve for power, water, drainage and fire protection."""
    small = (shapely.area(plots.geometry) < UTILITY_LARGEST_M2) & np.isin(use.astype(str), ["1001", "0701"])
    rows = np.flatnonzero(small & (kind != KIND_INDEX["village"]) & (rng.random(len(use)) < UTILITY_SHARE))
    use = use.copy()
    kinds = np.array(["1303", "1302", "1301", "1310", "1306"], dtype=object)
    use[rows] = kinds[np.searchsorted([0.4, 0.55, 0.75, 0.9], _even(rng, len(rows)))]
    return use


def _weakness(xy: Floats, kind: Integers, rng: np.random.Generator) -> Floats:
    """How badly land is used, a spatially correlated score: old works and the edges of towns are weaker."""
    waves = rng.uniform(900.0, 2600.0, 5)
    phase, turn = rng.uniform(0, 6.3, 5), rng.uniform(0, 6.3, 5)
    field = sum(
        np.sin((xy[:, 0] * np.cos(t) + xy[:, 1] * np.sin(t)) * 6.283 / w + p)
        for w, p, t in zip(waves, phase, turn, strict=True)
    )
    base = np.zeros(len(KIND_INDEX))
    base[[KIND_INDEX["works"], KIND_INDEX["town"], KIND_INDEX["newtown"]]] = (1.2, 0.8, -1.2)
    return np.asarray(0.5 * field + base[kind] + rng.normal(0, 0.9, len(xy)))


def _status(industrial: Flags, area: Floats, weak: Floats, rng: np.random.Generator) -> Shapes:
    status = np.full(len(area), "in_use", dtype=object)
    rows = np.flatnonzero(industrial)
    names = np.array([*STATUS_SHARES, "in_use"], dtype=object)
    shares = np.array([*STATUS_SHARES.values(), 1.0 - sum(STATUS_SHARES.values())])
    status[rows] = names[np.searchsorted(np.cumsum(shares)[:-1], _even(rng, len(rows)), side="right")]
    candidates = rows[status[rows] == "in_use"]
    order = candidates[np.argsort(-weak[candidates], kind="stable")]
    limit = LOW_EFFICIENCY_AREA * area[rows].sum()
    status[order[np.cumsum(area[order]) <= limit]] = "low_efficiency"
    return status


def _even(rng: np.random.Generator, rows: int) -> Floats:
    """Numbers spread evenly over [0, 1) in random order, so that shares hold in small districts too."""
    return (rng.permutation(rows) + rng.random(rows)) / max(rows, 1)


def _clusters(home: Integers, industrial: Flags, settlement: Settlement, rng: np.random.Generator) -> Shapes:
    every = np.array(list(naming.CODES), dtype=object)
    lead = np.array([n.cluster for n in settlement.names], dtype=object)[home]
    led = (rng.random(len(home)) < 0.68) & (lead != "other")
    stray = rng.choice(every, len(home), p=[0.17, 0.13, 0.15, 0.15, 0.08, 0.1, 0.22])
    cluster = np.where(led, lead, stray).astype(object)
    cluster[~industrial] = None
    return cluster


def _dates(status: Shapes, industrial: Flags, kind: Integers, rng: np.random.Generator) -> dict[str, Any]:
    rows = len(status)

    def days(low: int, high: int) -> NDArray[np.timedelta64]:
        return rng.integers(low, high, rows).astype("timedelta64[D]")

    never = np.datetime64("NaT", "D")
    recent = np.isin(kind, [KIND_INDEX["newtown"], KIND_INDEX["park"]])
    supplied = np.where(recent, AS_OF - days(1500, 6900), AS_OF - days(3000, 10_500))
    supplied = np.where(status == "under_construction", AS_OF - days(640, 1000), supplied)
    supplied = np.where(status == "supplied_not_started", AS_OF - days(60, 420), supplied)
    supplied = np.where(status == "idle", AS_OF - days(1150, 2600), supplied)
    handed = supplied + np.where(status == "supplied_not_started", days(5, 50), days(10, 120))
    agreed = handed + days(90, 365)
    soon = AS_OF + days(-150, 260)
    agreed = np.where(status == "supplied_not_started", np.maximum(soon, handed + np.timedelta64(30, "D")), agreed)
    started = np.maximum(handed + np.timedelta64(5, "D"), agreed + days(-40, 140))
    finish_agreed = agreed + days(480, 900)
    finished = started + days(420, 980)
    under = status == "under_construction"
    unsupplied = status == "approved_not_supplied"
    not_started = np.isin(status.astype(str), UNBUILT)
    suspended = np.where(under & (rng.random(rows) < 0.18), np.minimum(started + days(120, 400), AS_OF), never)
    values = {
        "supplied_on": np.where(unsupplied, never, supplied),
        "handed_over_on": np.where(unsupplied, never, handed),
        "start_agreed_on": np.where(unsupplied, never, agreed),
        "started_on": np.where(not_started, never, np.minimum(started, AS_OF)),
        "finish_agreed_on": np.where(unsupplied, never, finish_agreed),
        "finished_on": np.where(not_started | under, never, np.minimum(finished, AS_OF)),
        "suspended_on": suspended,
    }
    return {name: np.where(industrial, value, never).astype("datetime64[s]") for name, value in values.items()}
