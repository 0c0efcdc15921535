"""One figure out of several years, so that one bad year does not make a parcel badly used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

Summary = Literal["median", "last", "second_worst"]


@dataclass(frozen=True, slots=True)
class YearsUsed:
    """Which years a figure rests on: ``marks`` has a column for each figure, a bit for each known year.

    The lowest bit is ``last_year``, the next one the year before it.
    """

    last_year: int
    years: int
    marks: pd.DataFrame

    @property
    def window(self) -> tuple[int, ...]:
        """The years that count, in their order."""
        return tuple(range(self.last_year - self.years + 1, self.last_year + 1))

    def known(self, row: int, column: str) -> tuple[int, ...]:
        """Return the years in which the figure of the parcel at a row position is known.

        >>> YearsUsed(2024, 3, pd.DataFrame({"tax_yuan": [5]})).known(0, "tax_yuan")
        (2022, 2024)
        """
        marks = int(self.marks[column].to_numpy(dtype=np.int64)[row])
        return tuple(year for year in self.window if marks >> (self.last_year - year) & 1)


def over_years(
    records: pd.DataFrame, columns: Sequence[str], *, last_year: int, years: int = 3, how: Summary = "median"
) -> pd.DataFrame:
    """Return one row for each parcel from its yearly records.

    Args:
        records: ``parcel_id``, ``year`` and the columns; of two records of one year the last one counts.
        columns: what is summarised.
        last_year: the last year that counts.
        years: how many years up to it count.
        how: ``median`` of the known years; ``last``, the latest known one; ``second_worst``, the second smallest, for
            "low in two of three years".

    Returns:
        A frame by ``parcel_id``, unknown where no year is (``second_worst``: where fewer than two are).

    """
    single, values = _recent(records, columns, last_year, years)
    grouped = values.groupby(single["parcel_id"])
    if how == "last":
        return pd.DataFrame(grouped.last())
    if how == "median":
        return pd.DataFrame(grouped.median())
    return pd.DataFrame({name: grouped[name].agg(_second_smallest) for name in columns})


def years_used(
    records: pd.DataFrame, columns: Sequence[str], parcels: pd.Series, *, last_year: int, years: int = 3
) -> YearsUsed:
    """Return the years that `over_years` takes a figure of each parcel from.

    Args:
        records: as of `over_years`.
        columns: the figures.
        parcels: ``parcel_id`` of the parcels, in whose order the answer is.
        last_year: the last year that counts.
        years: how many years up to it count.

    """
    single, values = _recent(records, columns, last_year, years)
    bits = (2.0 ** (last_year - single["year"])).astype(np.int64)
    marks = values.notna().mul(bits, axis=0).groupby(single["parcel_id"]).sum()
    found = {name: parcels.map(marks[name]).fillna(0).astype(np.int64) for name in columns}
    return YearsUsed(last_year, years, pd.DataFrame(found, index=parcels.index))


def _recent(
    records: pd.DataFrame, columns: Sequence[str], last_year: int, years: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records of the years that count, one for each parcel and year, and their figures as numbers."""
    recent = records[(records["year"] > last_year - years) & (records["year"] <= last_year)]
    single = recent.sort_values("year", kind="stable").drop_duplicates(["parcel_id", "year"], keep="last")
    return single, single[list(columns)].apply(pd.to_numeric, errors="coerce").astype(np.float64)


def _second_smallest(values: pd.Series) -> float:
    known = np.sort(values.dropna().to_numpy(dtype=np.float64))
    return float(known[1]) if len(known) > 1 else np.nan
