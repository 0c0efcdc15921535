"""Values of a source column in the kind of its field, strictly: what does not fit is listed, never guessed.

Blank text is unknown. Numbers may have thousands separators and full-width digits; dates may be written in the usual
forms of the day after the month after the year, or be the day numbers of a spreadsheet; a year or a month alone is
unknown and reported; truth values in Chinese or English.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.units import FACTORS
from parkplan.data.intake.years import YEAR, to_years

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from parkplan.i18n import Text
    from parkplan.model.columns import Column

    Bad = NDArray[np.bool_]

_NUMBER: Final = re.compile(r"^[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d{1,2})?$")
_DATE: Final = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T][\d:.]+Z?)?$")
_PART_OF_DATE: Final = re.compile(r"^(19|20)\d{2}(年|[-/.年]\d{1,2}月?)?$")
_FIRST_SERIAL: Final = 20_000
_LAST_SERIAL: Final = 60_000
_NEAR: Final = 0.5
_TRUE: Final = frozenset({"是", "有", "true", "yes", "y", "t", "1"})
_FALSE: Final = frozenset({"否", "无", "false", "no", "n", "f", "0"})


def coerce(values: pd.Series[Any], field: Column, unit: str | None) -> tuple[pd.Series[Any], Bad, list[Finding]]:
    """Return the values in the kind and unit of a field, which rows do not fit, and findings.

    >>> from parkplan.model.tables import PARCELS
    >>> done, bad, _ = coerce(pd.Series(["1.5", "x"]), PARCELS.column("site_area_m2"), "ha")
    >>> done.tolist(), bad.tolist()
    ([15000.0, nan], [False, True])
    """
    if field.kind in ("text", "code"):
        texts, found = to_text(values, field)
        if field.codes is None:
            return texts, np.zeros(len(values), dtype=bool), found
        return _to_codes(texts, field.codes, str(values.name), found)
    if field.kind == "date":
        return _dates(values)
    if field.name == YEAR:
        return to_years(values)
    made, bad = {"number": _numbers, "integer": _integers, "boolean": _truths}[field.kind](values)
    if unit is not None:
        factor = FACTORS.get(field.unit or "", {}).get(unit, 1.0)
        made = made if factor == 1.0 else made * factor
    return made, bad, []


def to_text(values: pd.Series[Any], field: Column) -> tuple[pd.Series[Any], list[Finding]]:
    """Return values as text; whole numbers are written without a point, blanks are unknown."""
    found: list[Finding] = []
    if isinstance(values.dtype, pd.StringDtype):
        stripped = values.str.strip()
        return stripped.where(stripped != ""), found
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        texts = values.map(_plain_text, na_action="ignore")
    else:
        texts = values.map(_number_text, na_action="ignore")
        if field.name.endswith(("_id", "_code")) or field.name == "land_use":
            found.append(finding("number_as_code", severity="note", column=str(values.name)))
    return texts.astype(object).where(texts.notna(), None).astype("str"), found


def _plain_text(value: object) -> str | None:
    text = str(value).strip()
    return text or None


def _number_text(value: float) -> str:
    number = float(value)
    return str(int(value)) if number.is_integer() else repr(number)


def _to_codes(
    texts: pd.Series[Any], codes: Mapping[str, Text], column: str, found: list[Finding]
) -> tuple[pd.Series[Any], Bad, list[Finding]]:
    """Codes may be written as such or as their title; what is neither is unknown, and is reported."""
    known = {code.lower(): code for code in codes}
    for code, title in codes.items():
        known |= {title.zh.lower(): code, title.en.lower(): code}
    made = texts.map(lambda text: known.get(_normal(text)), na_action="ignore")
    strange = (texts.notna() & made.isna()).to_numpy(dtype=bool)
    if strange.any():
        rows = np.flatnonzero(strange)
        example = str(texts.iloc[rows[0]])[:80]
        near = get_close_matches(_normal(example), list(known), n=1, cutoff=_NEAR)
        proposed = known[near[0]] if near else "—"
        found = [*found, finding("unknown_code", rows + 1, column=column, value=example, proposed=proposed)]
    return made.astype("str"), np.zeros(len(texts), dtype=bool), found


def _normal(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip().lower()


def _numbers(values: pd.Series[Any]) -> tuple[pd.Series[Any], Bad]:
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        made = values.astype("Float64").astype("float64") if values.dtype.kind != "f" else values.astype("float64")
        return made.where(np.isfinite(made), np.nan), np.zeros(len(values), dtype=bool)
    return _each(values, _number, "float64")


def _number(text: str) -> float | None:
    return float(text.replace(",", "")) if _NUMBER.match(text) and any(each.isdigit() for each in text) else None


def _integers(values: pd.Series[Any]) -> tuple[pd.Series[Any], Bad]:
    numbers, bad = _numbers(values)
    broken = (numbers.notna() & (numbers % 1 != 0)).to_numpy(dtype=bool)
    return numbers.where(~broken, np.nan).astype("Int64"), bad | broken


def _dates(values: pd.Series[Any]) -> tuple[pd.Series[Any], Bad, list[Finding]]:
    texts = values.map(lambda value: unicodedata.normalize("NFKC", str(value)).strip(), na_action="ignore")
    partial = texts.map(lambda text: bool(_PART_OF_DATE.match(text.removesuffix(".0"))), na_action="ignore")
    rows = np.flatnonzero(partial.fillna(False).to_numpy(dtype=bool))
    serial = texts.map(lambda text: _from_serial(text.removesuffix(".0")) is not None, na_action="ignore")
    found: list[Finding] = []
    if len(rows):
        found.append(finding("date_partial", rows + 1, column=str(values.name), value=str(texts.iloc[rows[0]])[:80]))
    if serial.fillna(False).any():
        found.append(finding("date_serial", np.flatnonzero(serial.fillna(False)) + 1, "note", column=str(values.name)))
    kept = values.astype(object).copy()
    kept.iloc[rows] = None
    return *_each(kept, _date, "object"), found


def _date(text: str) -> dt.date | None:
    plain = text.removesuffix(".0")
    match = _DATE.match(plain)
    if match is None:
        return _from_serial(plain)
    year, month, day = match[1], match[2] or match[4], match[3] or match[5]
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _from_serial(text: str) -> dt.date | None:
    """Return the date of a day number as spreadsheets count, from 1954 to 2064.

    >>> _from_serial("45413")
    datetime.date(2024, 5, 1)
    """
    if not (text.isascii() and text.isdigit()) or not _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))


def _truths(values: pd.Series[Any]) -> tuple[pd.Series[Any], Bad]:
    return _each(values, _truth, "boolean")


def _truth(text: str) -> bool | None:
    plain = text.removesuffix(".0").lower()
    return plain in _TRUE if plain in _TRUE | _FALSE else None


def _each(values: pd.Series[Any], read: Callable[[str], object], dtype: str) -> tuple[pd.Series[Any], Bad]:
    """Read each value from its text; blanks are unknown, what cannot be read is bad."""
    texts = values.map(lambda value: unicodedata.normalize("NFKC", str(value)).strip(), na_action="ignore")
    given = (texts.notna() & (texts != "")).to_numpy(dtype=bool, na_value=False)
    made = [read(str(text)) if known else None for text, known in zip(texts, given, strict=True)]
    bad = given & np.array([value is None for value in made], dtype=bool)
    series = pd.Series(cast("list[Any]", made), index=values.index, name=values.name, dtype=cast("Any", dtype))
    return series, bad
