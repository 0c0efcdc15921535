"""The key figures of a district, each with the number of rows that it rests on; what is unknown never counts as 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from parkplan import units
from parkplan.jobs.card import title_of
from parkplan.jobs.frames import Loaded, load
from parkplan.jobs.kept import Kept
from parkplan.jobs.prepared import kept_record, worth
from parkplan.jobs.writing import both, raw, text
from parkplan.model import codes
from parkplan.model.figures import Breakdown, Figure, Figures, Share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace
    from parkplan.i18n import Language, Text

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

INDUSTRIAL_LAND_USE: Final = "1001"
"""工业用地 and its classes in the national classification of 2023."""
REVISION: Final = 1
"""Raised when the same tables give other figures."""
_figures: Final = Kept[tuple[str, ...], Figures](limit=16)


def figures(ws: Workspace) -> Figures:
    """Return the key figures and breakdowns of a workspace; computed once for each version of its tables."""
    tables = [load(ws, name) for name in ("parcels", "enterprises", "parks")]
    versions = tuple(loaded.info.version if loaded else "" for loaded in tables)
    keep = worth(*(loaded.info for loaded in tables if loaded))

    def found() -> Figures:
        return kept_record(ws, Figures, (REVISION, *versions), lambda: _make(*tables), keep=keep)

    return _figures.get((ws.address, *versions), found)


def _make(parcels: Loaded | None, enterprises: Loaded | None, parks: Loaded | None) -> Figures:
    tables = {"parcels": parcels, "enterprises": enterprises, "parks": parks}
    land = None if parcels is None else _land(parcels)
    return Figures(
        (*_parcel_figures(land), *_park_figures(parks), *_enterprise_figures(enterprises)),
        (*_by_status(land), *_by_cluster(enterprises), *_by_park(parks)),
        tuple(name for name, loaded in tables.items() if loaded is None),
    )


def _figure(name: str, value: float | None, unit: str, known: int, rows: int) -> Figure:
    written = both(lambda chosen: _write(value, unit, chosen))
    title, basis = text(f"figures.{name}"), text(f"figures.{name}_basis")
    return Figure(name, title, value, unit, written, known, rows, basis)


def _write(value: float | None, unit: str, chosen: Language) -> str:
    if unit == "hectare":
        return units.area(value, chosen)
    return units.money(value, chosen) if unit == "yuan" else units.quantity(value, unit, chosen)


@dataclass(frozen=True, slots=True)
class _Land:
    """Parcels as arrays: NaN and None are unknown."""

    area_m2: Numbers
    industrial: Flags
    coded: int
    columns: Mapping[str, Numbers]
    status: NDArray[np.object_]


def _numbers(loaded: Loaded, name: str) -> Numbers:
    """Return a column as numbers, NaN where it is unknown, is no number, or the table lacks it."""
    if name not in loaded.columns:
        return np.full(len(loaded.frame), np.nan)
    numbers = pd.to_numeric(loaded.frame[name], errors="coerce")
    return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))


def _codes(loaded: Loaded, name: str) -> NDArray[np.object_]:
    """Return a code column as texts, None where it is unknown or the table lacks it."""
    if name not in loaded.columns:
        return np.full(len(loaded.frame), None, dtype=object)
    values = loaded.frame[name].astype("object")
    return np.asarray(values.where(values.notna() & (values != ""), None).to_numpy(dtype=object))


def _land(parcels: Loaded) -> _Land:
    land_use = _codes(parcels, "land_use")
    places, different = pd.factorize(land_use)
    belongs = [str(code).startswith(INDUSTRIAL_LAND_USE) for code in different]
    industrial = np.array([*belongs, False])[places]  # the place of an unknown code is -1
    names = ("site_area_m2", "floor_area_m2", "output_yuan", "tax_yuan", "employees")
    coded = int((places >= 0).sum())
    columns = {name: _numbers(parcels, name) for name in names}
    return _Land(parcels.area_m2, industrial, coded, columns, _codes(parcels, "status"))


def _total(values: Numbers) -> float | None:
    """Sum of the known values; unknown where none is known."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else None


def _parcel_figures(land: _Land | None) -> tuple[Figure, ...]:
    if land is None:
        return ()
    rows = len(land.area_m2)
    inside = land.area_m2[land.industrial]
    has_area = int((~np.isnan(land.area_m2)).sum())
    industrial = float(np.nansum(inside)) if land.coded else None
    return (
        _figure("parcels", float(rows), "count", rows, rows),
        _figure("parcel_area", _total(land.area_m2), "hectare", has_area, rows),
        _figure("industrial_area", industrial, "hectare", land.coded, rows),
        *(_status_share(land, status) for status in ("low_efficiency", "idle")),
        *(
            _sum(land, name, column, unit)
            for name, column, unit in (
                ("output", "output_yuan", "yuan"),
                ("tax", "tax_yuan", "yuan"),
                ("employees", "employees", "person"),
            )
        ),
        _quotient(land, "tax_per_mu", "tax_yuan", "wan_yuan_per_mu"),
        _quotient(land, "far", "floor_area_m2", "ratio"),
    )


def _status_share(land: _Land, status: str) -> Figure:
    known = land.industrial & ~pd.isna(land.status) & ~np.isnan(land.area_m2)
    whole = float(land.area_m2[known].sum())
    part = float(land.area_m2[known & (land.status == status)].sum())
    share = part / whole if whole > 0 else None
    return _figure(f"{status}_share", share, "percent", int(known.sum()), int(land.industrial.sum()))


def _sum(land: _Land, name: str, column: str, unit: str) -> Figure:
    values = land.columns[column][land.industrial]
    return _figure(name, _total(values), unit, int((~np.isnan(values)).sum()), len(values))


def _quotient(land: _Land, name: str, column: str, unit: str) -> Figure:
    part, whole = land.columns[column][land.industrial], land.columns["site_area_m2"][land.industrial]
    known = ~np.isnan(part) & (whole > 0)
    value = float(part[known].sum() / whole[known].sum()) if known.any() else None
    return _figure(name, value, unit, int(known.sum()), len(part))


def _park_figures(parks: Loaded | None) -> tuple[Figure, ...]:
    if parks is None:
        return ()
    kinds = _codes(parks, "kind")
    rows = len(kinds)
    known = sum(kind is not None for kind in kinds)

    def area(kind: str) -> float | None:
        return float(np.nansum(parks.area_m2[kinds == kind])) if known else None

    return tuple(
        _figure(f"{kind}_area", area(kind), "hectare", known, rows) for kind in ("industrial_new_town", "special_park")
    )


def _enterprise_figures(enterprises: Loaded | None) -> tuple[Figure, ...]:
    if enterprises is None:
        return ()
    rows = len(enterprises.frame)
    return (
        _figure("enterprises", float(rows), "count", rows, rows),
        *(_marked(enterprises, name) for name in ("above_scale", "high_tech")),
    )


def _marked(enterprises: Loaded, name: str) -> Figure:
    marks = [raw(value) for value in enterprises.frame[name]] if name in enterprises.columns else []
    known = [mark for mark in marks if mark is not None]
    value = float(sum(bool(mark) for mark in known)) if known else None
    return _figure(name, value, "count", len(known), len(enterprises.frame))


def _shares(
    values: NDArray[np.object_], titles: Mapping[str, Text], area: Callable[[Flags], float | None]
) -> tuple[Share, ...]:
    """Divide rows by code in the order of the code list; codes outside it follow, the unknown come last."""
    places, different = pd.factorize(values)
    listed = [str(code) for code in different]
    order = [*(code for code in titles if code in listed), *sorted(set(listed) - set(titles))]
    shares = []
    for code in order:
        rows = places == listed.index(code)
        shares.append(Share(code, titles.get(code) or _verbatim(code), int(rows.sum()), area(rows)))
    unknown = places < 0
    if unknown.any():
        shares.append(Share(None, text("figures.unknown_class"), int(unknown.sum()), area(unknown)))
    return tuple(shares)


def _verbatim(code: str) -> Text:
    return both(lambda _: code)


def _by_status(land: _Land | None) -> tuple[Breakdown, ...]:
    if land is None:
        return ()
    inside, area = land.status[land.industrial], land.area_m2[land.industrial]
    shares = _shares(inside, codes.PARCEL_STATUS, lambda rows: float(np.nansum(area[rows])))
    return (Breakdown("area_by_status", text("figures.area_by_status"), shares),)


def _by_cluster(enterprises: Loaded | None) -> tuple[Breakdown, ...]:
    if enterprises is None:
        return ()
    shares = _shares(_codes(enterprises, "cluster"), codes.CLUSTER, lambda _: None)
    return (Breakdown("enterprises_by_cluster", text("figures.enterprises_by_cluster"), shares),)


def _by_park(parks: Loaded | None) -> tuple[Breakdown, ...]:
    if parks is None:
        return ()
    shares = [
        Share(
            str(raw(key)), title_of(parks, row), 1, None if np.isnan(parks.area_m2[row]) else float(parks.area_m2[row])
        )
        for row, key in enumerate(parks.frame[parks.key] if parks.key else range(len(parks.frame)))
    ]
    return (Breakdown("parks_by_area", text("figures.parks_by_area"), tuple(shares)),)
