"""What the user said about columns beyond which fills which field, and the checks that only whole rows allow."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan.data.intake.fields import aliases
from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.units import FACTORS, normal_name
from parkplan.units import M2_PER_HECTARE, M2_PER_MU

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyproj.crs import CRS

    from parkplan.data.intake.shapes import Shapes

_PER_AREA: Final = {
    "tax_yuan": "tax_yuan_per_m2",
    "output_yuan": "output_yuan_per_m2",
    "investment_yuan": "investment_yuan_per_m2",
    "value_added_yuan": "value_added_yuan_per_m2",
}
_RATE: Final = re.compile(r"[(\[]?\s*(元|万元|亿元|万|亿)\s*/\s*(亩|公顷|m2|平方米|ha)\s*[)\]]?$")
_MONEY_PER_MU: Final = re.compile(r"^亩均.*[(\[](元|万元|亿元|万|亿)[)\]]$")
_UNITS_OF_AREA: Final = {"亩": M2_PER_MU, "公顷": M2_PER_HECTARE}
_LIKELY: Final = 0.2
"""How far, as a share, the median ratio of areas may lie from a unit to be taken for it."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Units of fields whose columns do not say it, confirmed values of fields, the edition of land-use codes.

    ``kept`` are columns that fill no field, whatever they are called.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    land_use_edition: str | None = None
    kept: tuple[str, ...] = ()

    def confirmed(self, name: str, values: pd.Series[Any]) -> pd.Series[Any]:
        """Return the values of a column with the texts replaced that the user confirmed."""
        table = {_plain(text): code for text, code in self.values.get(name, {}).items()}
        if not table:
            return values
        return values.map(lambda value: table.get(_plain(str(value)), value), na_action="ignore")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def totals_from_rates(
    fields: Mapping[str, pd.Series[Any]], source: pd.DataFrame, columns: Iterable[str]
) -> tuple[dict[str, pd.Series[Any]], list[Finding]]:
    """Return totals for fields that nothing fills but a column per area does, where area and unit are known.

    The registered area of the same file is used and said; without it, or without a unit, the column stays as it is.
    """
    made: dict[str, pd.Series[Any]] = {}
    found: list[Finding] = []
    for total, rate in _PER_AREA.items():
        column = next((name for name in columns if _heading(name) in aliases().get(rate, ())), None)
        if total in fields or column is None:
            continue
        factor = _rate_factor(column)
        area = fields.get("site_area_m2")
        if factor is None or area is None:
            found.append(finding("per_area_kept", column=column, field=total))
            continue
        numbers = pd.to_numeric(source[column], errors="coerce").astype("float64")
        made[total] = numbers * factor * area.to_numpy(dtype=np.float64)
        rows = np.flatnonzero(made[total].notna())
        found.append(finding("per_area_total", rows + 1, column=column, field=total))
    return made, found


def _heading(name: str) -> str:
    return re.sub(r"[(\[].*$|_?(万元|元)/.*$", "", normal_name(name))


def _rate_factor(column: str) -> float | None:
    """Return how many yuan per square metre one unit of a column is, None where its name does not say."""
    plain = normal_name(column)
    rate = _RATE.search(plain)
    if rate is not None:
        return FACTORS["yuan"][rate.group(1)] / FACTORS["m2"][rate.group(2)]
    money = _MONEY_PER_MU.match(plain)
    return FACTORS["yuan"][money.group(1)] / M2_PER_MU if money else None


def area_magnitude(registered: pd.Series[Any], shapes: Shapes, crs: CRS, column: str) -> list[Finding]:
    """Say so when registered areas are of the size of the shapes in another unit; nothing is converted.

    The median over all rows of drawn over registered area decides, so that single wrong rows do not.
    """
    if not crs.is_projected:
        return []
    numbers = pd.to_numeric(registered, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    known = (numbers > 0) & (shapes.areas > 0)
    if not known.any():
        return []
    middle = float(np.median(shapes.areas[known] / numbers[known]))
    for unit, factor in _UNITS_OF_AREA.items():
        if abs(np.log(middle / factor)) < np.log1p(_LIKELY):
            return [finding("area_magnitude", column=column, unit=unit, ratio=round(middle, 1))]
        if abs(np.log(middle * factor)) < np.log1p(_LIKELY):
            return [finding("area_overconverted", column=column, unit=unit, ratio=round(1 / middle, 1))]
    return []
