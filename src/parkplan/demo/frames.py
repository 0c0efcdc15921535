"""Columns of arrays become canonical tables with the types that the rest of the house expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.demo.cutting import Shapes

CRS: Final = "EPSG:4547"
DTYPES: Final = {
    "text": "str",
    "code": "str",
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[s]",
    "boolean": "boolean",
}


def table(name: str, columns: Mapping[str, Any], geometry: Shapes) -> gpd.GeoDataFrame:
    """A canonical table with all its columns in order; a column that is not given is unknown throughout.

    Numbers use NaN, dates NaT, texts None for unknown.
    """
    rows = len(geometry)
    made = {
        column.name: _typed(columns.get(column.name), DTYPES[column.kind], rows) for column in TABLES[name].columns
    }
    return gpd.GeoDataFrame(pd.DataFrame(made, index=pd.RangeIndex(rows)), geometry=np.asarray(geometry), crs=CRS)


def _typed(values: Any, dtype: str, rows: int) -> pd.Series:
    if values is None:
        return pd.Series(pd.NA if dtype in ("Int64", "boolean") else None, index=range(rows), dtype=dtype)
    if dtype == "Int64":
        number = np.asarray(values, dtype=float)
        known = np.isfinite(number)
        return pd.Series(pd.arrays.IntegerArray(np.where(known, number, 0).astype(np.int64), ~known))
    if dtype == "boolean":
        number = np.asarray(values, dtype=float)
        known = np.isfinite(number)
        return pd.Series(pd.arrays.BooleanArray(np.where(known, number, 0).astype(bool), ~known))
    return pd.Series(values).astype(dtype)


def frequent(rng: np.random.Generator, rows: int, share: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Flags that are true at a given rate."""
    return rng.random(rows) < share
