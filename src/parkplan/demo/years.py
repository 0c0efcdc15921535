"""What producing parcels yielded year by year: the last year is the figure of the register, others lead up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan.demo.flaws import RATES
from parkplan.demo.frames import table
from parkplan.demo.register import AS_OF
from parkplan.model.tables import YEARLY_FIGURES

if TYPE_CHECKING:
    import geopandas as gpd

    from parkplan.demo.cutting import Floats

LAST_YEAR: Final = AS_OF.astype("datetime64[Y]").item().year - 1
YEARS: Final = (LAST_YEAR - 2, LAST_YEAR - 1, LAST_YEAR)
GROWTH: Final = {"low_efficiency": (-0.07, 0.08), "below_contract": (-0.02, 0.08)}
"""Mean and standard deviation of the yearly growth by status, as shares; assumed, as all of the demo is."""
USUAL_GROWTH: Final = (0.05, 0.09)
GROWTH_RANGE: Final = (-0.4, 0.6)
NOISE: Final = {
    "output_yuan": 0.03, "tax_yuan": 0.09, "value_added_yuan": 0.05, "energy_tce": 0.04, "emission_t": 0.05,
    "employees": 0.03, "rnd_yuan": 0.12,
}  # fmt: skip
"""How far a figure strays from the trend of its parcel: standard deviation of its logarithm; assumed."""
DECIMALS: Final = {
    "output_yuan": -4, "tax_yuan": -2, "value_added_yuan": -4, "energy_tce": 1, "emission_t": 3, "employees": 0,
    "rnd_yuan": -3,
}  # fmt: skip


def year_table(parcels: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Three years of the parcels that produce anything; none before a parcel was finished, some never reported.

    A figure that the register lacks was reported in no year.
    """
    known = [column.name for column in YEARLY_FIGURES]
    producing = parcels[parcels[known].notna().any(axis=1)].reset_index(drop=True)
    growth = _growth(producing["status"].astype(str).to_numpy(), rng)
    finished = pd.to_datetime(producing["finished_on"]).dt.year.to_numpy(dtype=float)
    parts = [_year(producing, known, year, (growth, finished), rng) for year in YEARS]
    rows = pd.concat(parts, ignore_index=True).sort_values(["parcel_id", "year"], kind="stable")
    return table("parcel_years", {str(name): rows[name] for name in rows}, np.full(len(rows), None, dtype=object))


def _growth(status: np.ndarray[Any, Any], rng: np.random.Generator) -> Floats:
    mean = np.select([status == name for name in GROWTH], [mean for mean, _ in GROWTH.values()], USUAL_GROWTH[0])
    spread = np.select([status == name for name in GROWTH], [width for _, width in GROWTH.values()], USUAL_GROWTH[1])
    return np.clip(rng.normal(mean, spread), *GROWTH_RANGE)


def _year(
    parcels: gpd.GeoDataFrame, names: list[str], year: int, course: tuple[Floats, Floats], rng: np.random.Generator
) -> pd.DataFrame:
    """The rows of one year: the last is that of the register, others go back along the trend with noise and gaps."""
    growth, finished = course
    count, back = len(parcels), LAST_YEAR - year
    columns: dict[str, Any] = {"parcel_id": parcels["parcel_id"], "year": np.full(count, year)}
    for name in names:
        last = parcels[name].to_numpy(dtype=float, na_value=np.nan)
        strayed = last * (1.0 + growth) ** -back * np.exp(rng.normal(0.0, NOISE[name], count))
        gap = rng.random(count) < rng.uniform(RATES["unknown_least"], RATES["unknown_most"])
        columns[name] = last if back == 0 else np.where(gap, np.nan, np.round(strayed, DECIMALS[name]))
    reported = rng.random(count) >= RATES["year_missing"]
    there = (back == 0) | (reported & ~(finished > year))
    return pd.DataFrame(columns)[np.broadcast_to(there, count)]
