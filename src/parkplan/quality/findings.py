"""A finding: which row of which table, where it lies, how large the fault is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from parkplan.data.intake.geometry import repair
from parkplan.i18n import LANGUAGES, Text, message
from parkplan.metrics.area import geodesic_area_m2
from parkplan.units import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from parkplan.i18n import Language

    Row = int | np.integer[Any]
    Shapes = NDArray[np.object_]

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one row.

    ``code`` names two sentences of ``messages/check.yaml``, the fault and its remedy; ``row`` is counted from 1;
    ``lon`` and ``lat`` are degrees, None where the row has no place; ``measure`` is the size of the fault in ``unit``
    (a key of `parkplan.units.UNITS`); ``other`` is the key of the second row where two are at odds.
    """

    code: str
    severity: Severity
    table: str
    row: int
    key: str
    lon: float | None = None
    lat: float | None = None
    measure: float | None = None
    unit: str | None = None
    other: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, chosen: Language | None = None) -> str:
        """Return what is wrong, as one sentence."""
        size = said(self.measure, self.unit or "count")
        return message(f"check.{self.code}", chosen, who=self.key, other=self.other, measure=size, **self.values)

    def remedy(self, chosen: Language | None = None) -> str:
        """Return what to do about it, as one sentence."""
        return message(f"check.{self.code}_remedy", chosen)


def said(value: float | None, unit: str) -> Text:
    """Return a quantity as a text in both languages.

    >>> said(12.0, "m2").zh
    '12 平方米'
    """
    decimals = 2 if value is not None and unit in ("m2", "m") and abs(value) < 10 else None
    zh, en = (quantity(value, unit, each, decimals=decimals) for each in LANGUAGES)
    return Text(zh, en)


class Subject:
    """A table as it is checked: in metres, with repaired shapes, keys as text and positions in degrees."""

    def __init__(self, name: str, frame: gpd.GeoDataFrame, key: str) -> None:
        self.name = name
        self.frame = frame
        self.key = key
        own = pyproj.CRS.from_user_input(frame.crs)
        self.crs = own if own.is_projected or frame.geometry.isna().all() else frame.estimate_utm_crs()
        self._degrees = pyproj.Transformer.from_crs(self.crs, self.crs.geodetic_crs or self.crs, always_xy=True)

    @cached_property
    def raw(self) -> Shapes:
        """The shapes as they are in the table, in metres."""
        moved = self.frame.geometry if self.frame.crs == self.crs else self.frame.geometry.to_crs(self.crs)
        return np.asarray(moved.array, dtype=object)

    @cached_property
    def invalid(self) -> NDArray[np.bool_]:
        """Rows whose shape is there and breaks the rules of polygons."""
        return np.asarray(~shapely.is_missing(self.raw) & ~shapely.is_valid(self.raw))

    @cached_property
    def shapes(self) -> Shapes:
        """Valid shapes; the invalid ones repaired."""
        if not self.invalid.any():
            return self.raw
        mended = self.raw.copy()
        mended[self.invalid] = repair(self.raw[self.invalid])
        return mended

    @cached_property
    def area_m2(self) -> NDArray[np.float64]:
        """Geodesic area of each shape; unknown where there is none."""
        areas = geodesic_area_m2(gpd.GeoSeries(self.shapes, crs=self.crs)).to_numpy(dtype=np.float64)
        return np.where(shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes), np.nan, areas)

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """The key of each row as text, empty where it is unknown."""
        if self.key not in self.frame.columns:
            return np.full(len(self.frame), "", dtype=object)
        return np.asarray(self.frame[self.key].astype("string").fillna("").to_numpy(dtype=object))

    def column(self, name: str) -> pd.Series[Any] | None:
        """Return a column, or None where the table lacks it."""
        return self.frame[name].reset_index(drop=True) if name in self.frame.columns else None

    def lonlat(self, shape: shapely.Geometry | None) -> tuple[float | None, float | None]:
        """Return longitude and latitude of a point on a shape, or nothing where there is none."""
        if shape is None or shape.is_empty:
            return None, None
        point = shape.point_on_surface() if np.isfinite(shapely.get_coordinates(shape)).all() else None
        if point is None or point.is_empty:
            return None, None
        lon, lat = self._degrees.transform(point.x, point.y)
        return round(float(lon), 7), round(float(lat), 7)

    def finding(self, code: str, row: Row, severity: Severity = "warning", **given: Any) -> Finding:  # noqa: ANN401
        """Return a finding about the row at a position; ``at`` is where it is shown, else the row's own shape.

        ``measure``, ``unit`` and ``other`` are those of the finding, everything else fills its sentence.
        """
        lon, lat = self.lonlat(given.pop("at", None) or self.shapes[row])
        known = {name: given.pop(name) for name in ("measure", "unit", "other") if name in given}
        key = self.keys[row] or f"#{row + 1}"
        return Finding(code, severity, self.name, int(row) + 1, key, lon, lat, **known, values=given)

    def pair_finding(
        self,
        code: str,
        rows: Sequence[Row],
        severity: Severity = "warning",
        **given: Any,  # noqa: ANN401
    ) -> Finding:
        """Return a finding about two rows; the one whose key comes first stands first, whatever their order."""
        first, second = sorted((int(row) for row in rows), key=lambda row: (self.keys[row], row))
        return self.finding(code, first, severity, other=self.keys[second] or f"#{second + 1}", **given)


def by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in their order: errors first, then by kind, table and key."""
    rank = {"error": 0, "warning": 1, "note": 2}
    order = sorted(findings, key=lambda each: (rank[each.severity], each.code, each.table, each.key, each.other or ""))
    return tuple(order)
