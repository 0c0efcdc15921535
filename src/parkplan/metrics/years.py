"""One figure out of several years, so that one bad year does not make a parcel badly used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

Summary = Literal["median", "last", "second_worst"]


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
    recent = records[(records["year"] > last_year - years) & (records["year"] <= last_year)]
    single = recent.sort_values("year", kind="stable").drop_duplicates(["parcel_id", "year"], keep="last")
    values = single[list(columns)].apply(pd.to_numeric, errors="coerce").astype(np.float64)
    grouped = values.groupby(single["parcel_id"])
    if how == "last":
        return pd.DataFrame(grouped.last())
    if how == "median":
        return pd.DataFrame(grouped.median())
    return pd.DataFrame({name: grouped[name].agg(_second_smallest) for name in columns})


def _second_smallest(values: pd.Series) -> float:
    known = np.sort(values.dropna().to_numpy(dtype=np.float64))
    return float(known[1]) if len(known) > 1 else np.nan
