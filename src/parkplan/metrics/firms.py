"""What the firms on a parcel do together: every yuan and every job of a firm is counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATOR: Final = ";"
"""Stands between the parcels of a firm that works on several."""
COUNTED: Final = ("output_yuan", "tax_yuan", "employees", "rnd_yuan")


def firms_on_parcels(parcels: pd.DataFrame, firms: pd.DataFrame, columns: Sequence[str] = COUNTED) -> pd.DataFrame:
    """Sum the figures of firms by parcel; a firm on several parcels is divided by their floor areas.

    Where one of its parcels has no known floor area, the firm is divided evenly. The sums over all parcels equal the
    sums over the firms whose parcels are known.

    Args:
        parcels: n rows with ``parcel_id`` and ``floor_area_m2``.
        firms: with ``parcel_id`` (numbers of several parcels separated by ``;``) and the columns.
        columns: what is summed.

    Returns:
        A frame of n rows: ``firms`` (how many work there) and ``firms_<column>``, unknown where one firm's is.

    """
    shares = firm_shares(parcels, firms)
    found = {"firms": shares["parcel"].value_counts().reindex(range(len(parcels)), fill_value=0).to_numpy()}
    for column in columns:
        values = pd.to_numeric(firms[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        parts = values[shares["firm"].to_numpy()] * shares["share"].to_numpy()
        summed = np.bincount(shares["parcel"].to_numpy(dtype=np.int64), weights=parts, minlength=len(parcels))
        found[f"firms_{column}"] = np.where(found["firms"] > 0, summed, np.nan)
    return pd.DataFrame(found, index=parcels.index)


def firm_shares(parcels: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Return ``firm`` and ``parcel`` as positions, and ``share``: which part of the firm falls to the parcel."""
    names = firms["parcel_id"].astype("string").str.split(SEPARATOR).reset_index(drop=True).explode()
    pairs = pd.DataFrame({"firm": names.index, "parcel_id": names.str.strip().to_numpy()}).dropna()
    first = pd.Series(np.arange(len(parcels)), index=parcels["parcel_id"].astype("string"))
    pairs["parcel"] = pairs["parcel_id"].map(first[~first.index.duplicated()])
    pairs = pairs.dropna(subset="parcel").drop_duplicates(["firm", "parcel"]).astype({"parcel": np.int64})
    floor = pd.to_numeric(parcels["floor_area_m2"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    pairs["floor"] = floor[pairs["parcel"].to_numpy()]
    by_firm = pairs.groupby("firm")["floor"]
    known = (by_firm.transform("count") == by_firm.transform("size")) & (by_firm.transform("sum") > 0)
    even = 1.0 / by_firm.transform("size")
    share = np.where(known, pairs["floor"] / by_firm.transform("sum").where(known, 1.0), even)
    return pd.DataFrame({"firm": pairs["firm"], "parcel": pairs["parcel"], "share": share})
