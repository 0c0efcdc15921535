"""What a file cannot hold of a table: told beside the file, by column and with the number of cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from parkplan.data.export.cells import is_formula_like
from parkplan.i18n import LANGUAGES, Text, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from parkplan.data.export.part import Part

EXACT_INTEGER: Final = 2**53
FIRST_SHEET_DAY: Final = dt.date(1900, 3, 1)
"""Spreadsheets disagree about the days before it."""
_COLUMNS_SAID: Final = 12
_NOISE: Final = 0.01
"""The part of the last decimal that is the noise of a projection."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that a format does not keep of a table.

    ``code`` names the sentence ``loss_<code>`` of ``messages/export.yaml``; ``columns`` are the columns it is about,
    ``rows`` the number of their cells (or of rows, where there are no columns), 0 where it is about the whole table.
    """

    table: str
    code: str
    columns: tuple[str, ...]
    rows: int
    text: Text


def loss(table: str, code: str, columns: Iterable[str] = (), rows: int = 0, **values: object) -> Loss:
    """Return a loss with its sentence in both languages."""
    named = tuple(columns)
    listed = ", ".join(named[:_COLUMNS_SAID]) + (", …" if len(named) > _COLUMNS_SAID else "")
    said = {"table": table, "columns": listed, "rows": f"{rows:,}", **values}
    return Loss(table, code, named, rows, Text(*(message(f"export.loss_{code}", each, **said) for each in LANGUAGES)))


def counted(
    part: Part, code: str, strange: Callable[[pd.Series], int], among: Iterable[str] | None = None, **values: object
) -> Iterator[Loss]:
    """Return one loss over all columns, or some of them, where ``strange`` counts any cell."""
    counts = {name: strange(part.frame[name]) for name in (part.attributes if among is None else among)}
    columns = [name for name, count in counts.items() if count]
    if columns:
        yield loss(part.name, code, columns, sum(counts.values()), **values)


def is_text(values: pd.Series) -> bool:
    """Say whether a column of a table holds text."""
    return isinstance(values.dtype, pd.StringDtype)


def is_moment(values: pd.Series) -> bool:
    """Say whether a column of a table holds moments, days with an hour."""
    return pd.api.types.is_datetime64_any_dtype(values.dtype)


def empty_texts(values: pd.Series) -> int:
    """Count texts without any sign, which many formats take for unknown."""
    return int((values == "").sum()) if is_text(values) else 0


def formula_like(values: pd.Series) -> int:
    """Count texts that a spreadsheet could take for a formula."""
    return sum(map(is_formula_like, values.dropna())) if is_text(values) else 0


def moments(values: pd.Series) -> int:
    """Count known moments."""
    return int(values.notna().sum()) if is_moment(values) else 0


def rounded_numbers(values: pd.Series, written: Callable[[float], str]) -> int:
    """Count numbers that are not the same after they were written and read again."""
    if values.dtype.kind != "f":
        return 0
    known = np.unique(values.to_numpy(dtype=float, na_value=np.nan))
    known = known[np.isfinite(known)]
    changed = [value for value in known.tolist() if not value.is_integer() and float(written(value)) != value]
    return int(values.isin(changed).sum())


def wide_integers(values: pd.Series, most: int) -> int:
    """Count whole numbers whose size is more than the largest that is kept."""
    return int((values.abs() > most).sum()) if values.dtype.kind in "iu" else 0


def early_days(values: pd.Series) -> int:
    """Count days before the first that all spreadsheets agree on."""
    if values.dtype != object:
        return 0
    return sum(type(value) is dt.date and value < FIRST_SHEET_DAY for value in values)


def rounded_coordinates(part: Part, decimals: int, step: str) -> Iterator[Loss]:
    """Say that coordinates were written with so many decimals, where that changes any."""
    numbers = shapely.get_coordinates(np.asarray(part.frame.geometry))
    if (np.abs(np.round(numbers, decimals) - numbers) > 10.0**-decimals * _NOISE).any():
        yield loss(part.name, "coordinates_rounded", step=step)


def empty_geometries(part: Part) -> Iterator[Loss]:
    """Say that geometries without any point become none."""
    empty = int(shapely.is_empty(np.asarray(part.frame.geometry)).sum())
    if empty:
        yield loss(part.name, "empty_geometry", rows=empty)


def unstated_crs(part: Part) -> Iterator[Loss]:
    """Say that the file does not name the CRS of its coordinates."""
    if part.frame.crs is not None:
        yield loss(part.name, "crs_not_stated", crs=part.frame.crs.to_string())
