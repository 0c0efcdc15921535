"""Columns of arrays become canonical tables with the types that the rest of the house expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from parkplan.demo.cutting import Shapes

CRS: Final = "EPSG:4547"
DTYPES: Final[dict[str, Any]] = {
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
    made = {column.name: _typed(columns.get(column.name), column.kind, rows) for column in TABLES[name].columns}
    return gpd.GeoDataFrame(pd.DataFrame(made, index=pd.RangeIndex(rows)), geometry=np.asarray(geometry), crs=CRS)


def _typed(values: ArrayLike | None, kind: str, rows: int) -> pd.Series:
    dtype = DTYPES[kind]
    if values is None:
        made = pd.Series(pd.NA if dtype in ("Int64", "boolean") else None, index=range(rows), dtype=dtype)
    elif dtype in ("Int64", "boolean"):
        number = np.asarray(values, dtype=float)
        known = np.isfinite(number)
        filled = np.where(known, number, 0)
        if dtype == "Int64":
            made = pd.Series(pd.arrays.IntegerArray(filled.astype(np.int64), ~known))
        else:
            made = pd.Series(pd.arrays.BooleanArray(filled.astype(bool), ~known))
    else:
        made = pd.Series(np.asarray(values), dtype=dtype)
    return cast("pd.Series", made)
