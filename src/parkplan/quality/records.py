"""Faults of the figures of a table: keys, areas, limits, dates, and totals against other tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from parkplan.i18n import Text
from parkplan.metrics.firms import COUNTED, SEPARATOR, firms_on_parcels
from parkplan.model.tables import PARCELS
from parkplan.quality.findings import said
from parkplan.units import M2_PER_HECTARE, M2_PER_KM2, M2_PER_MU

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from parkplan.quality.findings import Finding, Subject

    Numbers = NDArray[np.float64]

AREA_TOLERANCE: Final = 0.05
"""Share by which a registered area may differ from the geodesic one before it is told."""
TOTAL_TOLERANCE: Final = 0.05
LEAST_AREA_M2: Final = 20.0
LEAST_YUAN: Final = 10_000.0
MISTAKEN_UNITS: Final = {
    M2_PER_MU: Text("亩", "mu"),
    M2_PER_HECTARE: Text("公顷", "hectares"),
    M2_PER_KM2: Text("平方公里", "km²"),
}
_ORDER: Final = (
    ("supplied_on", "handed_over_on"),
    ("supplied_on", "started_on"),
    ("supplied_on", "start_agreed_on"),
    ("start_agreed_on", "finish_agreed_on"),
    ("started_on", "finished_on"),
    ("started_on", "suspended_on"),
)
_HAPPENED: Final = ("supplied_on", "handed_over_on", "started_on", "finished_on", "suspended_on")


def numbers(subject: Subject, name: str) -> Numbers | None:
    """Return a column as numbers, NaN where unknown, or None where the table lacks it."""
    column = subject.column(name)
    if column is None:
        return None
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))


def key_findings(subject: Subject) -> Iterator[Finding]:
    """Rows without a key, and rows whose key another row has too."""
    if subject.key not in subject.frame.columns:
        return
    for row in np.flatnonzero(subject.keys == ""):
        yield subject.finding("key_missing", row, "error")
    doubled = pd.Series(subject.keys).duplicated(keep=False).to_numpy() & (subject.keys != "")
    counts = pd.Series(subject.keys).map(pd.Series(subject.keys).value_counts()).to_numpy()
    for row in np.flatnonzero(doubled):
        yield subject.finding("key_double", row, "error", measure=float(counts[row]), unit="count")


def area_findings(parcels: Subject) -> Iterator[Finding]:
    """Registered areas that are impossible, in a mistaken unit, or far from the geodesic area of the shape."""
    registered = numbers(parcels, "site_area_m2")
    if registered is None:
        return
    for row in np.flatnonzero(registered <= 0):
        yield parcels.finding("area_impossible", row, "error", measure=float(registered[row]), unit="m2")
    drawn = parcels.area_m2
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where((registered > 0) & (drawn > 0), drawn / registered, np.nan)
    mistaken = np.full(len(ratio), "", dtype=object)
    for factor, unit in MISTAKEN_UNITS.items():
        mistaken[np.abs(np.log(ratio / factor)) < np.log1p(4 * AREA_TOLERANCE)] = unit
    difference = np.abs(registered - drawn)
    far = (np.abs(np.log(ratio)) > np.log1p(AREA_TOLERANCE)) & (difference > LEAST_AREA_M2)
    for row in np.flatnonzero(far):
        areas: dict[str, Any] = {
            "registered": said(float(registered[row]), "m2"),
            "drawn": said(float(drawn[row]), "m2"),
        }
        size: dict[str, Any] = {"measure": float(registered[row] - drawn[row]), "unit": "m2"}
        if mistaken[row] != "":
            yield parcels.finding("area_unit", row, "error", mistaken=mistaken[row], **areas, **size)
        else:
            yield parcels.finding("area_differs", row, **areas, **size)


def survey_area_findings(parcels: Subject) -> Iterator[Finding]:
    """Rows of a land survey whose patch area is not its land area plus the deducted area (TBMJ = TBDLMJ + KCMJ)."""
    named = {name.upper(): name for name in parcels.frame.columns}
    if not {"TBMJ", "TBDLMJ", "KCMJ"} <= named.keys():
        return
    whole, land, deducted = (numbers(parcels, named[name]) for name in ("TBMJ", "TBDLMJ", "KCMJ"))
    if whole is None or land is None or deducted is None:
        return
    difference = whole - land - np.nan_to_num(deducted)
    for row in np.flatnonzero(np.abs(difference) > 0.01 + 1e-9):
        yield parcels.finding("survey_parts", row, measure=float(difference[row]), unit="m2")


def limit_findings(parcels: Subject) -> Iterator[Finding]:
    """Least permitted values above the greatest."""
    least, most = numbers(parcels, "far_min"), numbers(parcels, "far_max")
    if least is None or most is None:
        return
    for row in np.flatnonzero(least > most):
        limits: dict[str, Any] = {"least": f"{least[row]:g}", "most": f"{most[row]:g}"}
        yield parcels.finding("far_order", row, measure=float(least[row] - most[row]), unit="ratio", **limits)


def date_findings(parcels: Subject, as_of: date) -> Iterator[Finding]:
    """Dates of things that have happened but lie ahead, and pairs of dates in the wrong order."""
    named = dict.fromkeys((*_HAPPENED, *(name for pair in _ORDER for name in pair)))
    days = {name: _days(column) for name in named if (column := parcels.column(name)) is not None}
    for name in _HAPPENED:
        if name in days:
            for row in np.flatnonzero(days[name] > pd.Timestamp(as_of)):
                ahead = days[name].iloc[row].date().isoformat()
                yield parcels.finding("date_ahead", row, column=_title(name), day=ahead)
    for first, second in _ORDER:
        if first in days and second in days:
            for row in np.flatnonzero(days[first] > days[second]):
                gap = (days[first].iloc[row] - days[second].iloc[row]).days
                written: dict[str, Any] = {"day": days[first].iloc[row].date(), "then": days[second].iloc[row].date()}
                yield parcels.finding("date_order", row, measure=float(gap), unit="count", first=_title(first),
                                      second=_title(second), **written)  # fmt: skip


def _days(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(column, errors="coerce")


def _title(name: str) -> Text:
    column = PARCELS.column(name)
    return column.title if column is not None else Text(name, name)


def orphan_findings(parcels: Subject, others: Subject) -> Iterator[Finding]:
    """Rows of another table whose parcel is not there."""
    column = others.column("parcel_id")
    if column is None:
        return
    named = column.astype("string").str.split(SEPARATOR).explode().str.strip()
    known = set(parcels.keys)
    missing = named[named.notna() & (named != "") & ~named.isin(known)]
    for row, parcel in missing.items():
        yield others.finding("orphan", int(str(row)), parcel=parcel)
    if others.key == "parcel_id":
        return
    nowhere = column.isna() | (column.astype("string").fillna("").str.strip() == "")
    for row in np.flatnonzero(nowhere):
        yield others.finding("no_parcel", row, "note")


def floor_findings(parcels: Subject, buildings: Subject) -> Iterator[Finding]:
    """Registered floor areas that the buildings on the parcel do not add up to."""
    registered, floors = numbers(parcels, "floor_area_m2"), numbers(buildings, "floor_area_m2")
    owner = buildings.column("parcel_id")
    if registered is None or floors is None or owner is None:
        return
    sums = pd.Series(floors).groupby(owner.astype("string")).agg(lambda part: part.sum(skipna=False))
    total = pd.Series(parcels.keys).map(sums).to_numpy(dtype=np.float64, na_value=np.nan)
    yield from _unequal(parcels, "floor_total", registered, total, "m2")


def firm_findings(parcels: Subject, firms: Subject) -> Iterator[Finding]:
    """Figures of a parcel that its firms do not add up to."""
    columns = [name for name in COUNTED if {name} <= set(parcels.frame.columns) & set(firms.frame.columns)]
    if "parcel_id" not in firms.frame.columns or "parcel_id" not in parcels.frame.columns:
        return
    frame = pd.DataFrame(parcels.frame.drop(columns="geometry")).assign(parcel_id=parcels.keys)
    if "floor_area_m2" not in frame.columns:
        frame["floor_area_m2"] = np.nan
    summed = firms_on_parcels(frame, pd.DataFrame(firms.frame), columns)
    for name in columns:
        own = numbers(parcels, name)
        column = PARCELS.column(name)
        if own is None or column is None:
            continue
        total = summed[f"firms_{name}"].to_numpy(dtype=np.float64)
        unit = column.shown_in if column.unit == "yuan" else "person"
        yield from _unequal(parcels, "firms_total", own, total, unit or "count", column=column.title)


def _unequal(
    parcels: Subject,
    code: str,
    own: Numbers,
    total: NDArray[np.floating[Any]],
    unit: str,
    **values: Any,  # noqa: ANN401
) -> Iterator[Finding]:
    least = {"m2": LEAST_AREA_M2, "person": 1.0}.get(unit, LEAST_YUAN)
    difference = own - total
    for row in np.flatnonzero((np.abs(difference) > TOTAL_TOLERANCE * np.abs(own)) & (np.abs(difference) > least)):
        figures: dict[str, Any] = {"own": said(float(own[row]), unit), "total": said(float(total[row]), unit)}
        size: dict[str, Any] = {"measure": float(difference[row]), "unit": unit}
        yield parcels.finding(code, row, **size, **figures, **values)
