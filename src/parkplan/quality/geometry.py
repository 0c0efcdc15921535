"""Faults of single shapes and of shapes beside each other: unknown, invalid, double, overlapping, apart, thin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from parkplan.metrics.area import geodesic_area_m2
from parkplan.quality.findings import said
from parkplan.quality.overlap import box_pairs, overlapping_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.quality.findings import Finding, Subject

LEAST_OVERLAP_M2: Final = 0.1
LEAST_GAP_M2: Final = 0.05
GAP_M: Final = 1.0
"""Neighbours that lie apart, but not farther than this along a side, were probably meant to touch."""
SLIVER_M: Final = 2.0
"""A polygon narrower than this on average (twice its area over half its length round) is no parcel."""
_QUARTER_TURN_SEGMENTS: Final = 2


def shape_findings(subject: Subject) -> Iterator[Finding]:
    """Rows without a shape, with an empty one, or with one that breaks the rules of polygons."""
    missing = shapely.is_missing(subject.raw)
    empty = ~missing & shapely.is_empty(subject.raw)
    for row in np.flatnonzero(missing):
        yield subject.finding("null_geometry", row, "error")
    for row in np.flatnonzero(empty):
        yield subject.finding("empty_geometry", row, "error")
    rows = np.flatnonzero(subject.invalid & ~empty)
    before, after = (
        geodesic_area_m2(gpd.GeoSeries(shapes[rows], crs=subject.crs)).to_numpy()
        for shapes in (subject.raw, subject.shapes)
    )
    for place, row in enumerate(rows):
        reason = str(shapely.is_valid_reason(subject.raw[row])).split("[")[0].strip()
        change = float(after[place] - before[place])
        areas = {"before": said(float(before[place]), "m2"), "after": said(float(after[place]), "m2")}
        yield subject.finding("invalid_geometry", row, "error", measure=change, unit="m2", reason=reason, **areas)


def double_shapes(subject: Subject) -> Iterator[Finding]:
    """Lines and polygons that are there twice, to the millimetre and wherever their rings begin."""
    known = np.flatnonzero((shapely.get_dimensions(subject.shapes) > 0) & ~shapely.is_empty(subject.shapes))
    rounded = shapely.normalize(shapely.set_precision(subject.shapes[known], 0.001, mode="pointwise"))
    groups: dict[bytes, list[int]] = {}
    for row, written in zip(known, shapely.to_wkb(rounded), strict=True):
        groups.setdefault(written, []).append(int(row))
    for same in groups.values():
        ordered = sorted(same, key=lambda row: (subject.keys[row], row))
        for double in ordered[1:]:
            area = float(subject.area_m2[double])
            yield subject.pair_finding("double_geometry", (ordered[0], double), "error", measure=area, unit="m2")


def overlap_findings(subject: Subject) -> Iterator[Finding]:
    """Pairs of polygons that share land, with the shared area; shapes that are double are told elsewhere."""
    left, right = overlapping_pairs(subject.shapes)
    pieces = shapely.intersection(subject.shapes[left], subject.shapes[right])
    areas = geodesic_area_m2(gpd.GeoSeries(pieces, crs=subject.crs)).to_numpy()
    same = np.isclose(areas, subject.area_m2[left], rtol=1e-6) & np.isclose(areas, subject.area_m2[right], rtol=1e-6)
    for pair in np.flatnonzero((areas >= LEAST_OVERLAP_M2) & ~same):
        rows, area = (left[pair], right[pair]), float(areas[pair])
        yield subject.pair_finding("overlap", rows, at=pieces[pair], measure=area, unit="m2")


def gap_findings(subject: Subject, gap_m: float = GAP_M) -> Iterator[Finding]:
    """Narrow strips between two neighbours that belong to neither.

    Sides that match no neighbour although one lies within the gap are found first; the strip is what lies within the
    gap of such sides of both, less the polygons themselves.
    """
    shapes = subject.shapes.copy()
    shapes[shapely.get_dimensions(shapes) != 2] = None
    known = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    sides = shapely.coverage_invalid_edges(shapes[known], gap_width=gap_m)
    loose = ~shapely.is_missing(sides) & ~shapely.is_empty(sides)
    rows, sides = known[loose], sides[loose]
    strips = shapely.buffer(sides, gap_m, cap_style="flat", quad_segs=_QUARTER_TURN_SEGMENTS)
    left, right = box_pairs(strips)
    apart = shapely.distance(sides[left], sides[right]) <= gap_m
    apart &= ~shapely.relate_pattern(shapes[rows[left]], shapes[rows[right]], "T********")
    left, right = left[apart], right[apart]
    between = shapely.intersection(strips[left], strips[right])
    for owner in (left, right):
        between = shapely.difference(between, shapes[rows[owner]])
    tree = shapely.STRtree(shapes)
    for pair in np.flatnonzero(shapely.area(between) >= LEAST_GAP_M2):
        others = tree.query(between[pair], predicate="intersects")
        rest = shapely.difference(between[pair], shapely.union_all(shapes[others]))
        if rest.area < LEAST_GAP_M2:
            continue
        owners = (rows[left[pair]], rows[right[pair]])
        yield subject.pair_finding("gap", owners, "note", at=rest, measure=float(rest.area), unit="m2",
                                   width=said(_width(rest), "m"))  # fmt: skip


def _width(strip: shapely.Geometry) -> float:
    """Return the mean width of a long strip: its area over half its length round.

    >>> round(_width(shapely.box(0, 0, 100, 0.5)), 2)
    0.5
    """
    return float(2 * strip.area / strip.length) if strip.length else 0.0


def sliver_findings(subject: Subject, sliver_m: float = SLIVER_M) -> Iterator[Finding]:
    """Polygons too narrow to be parcels."""
    length = shapely.length(subject.shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        width = 2 * shapely.area(subject.shapes) / length
    for row in np.flatnonzero((width < sliver_m) & (length > 0)):
        area = float(subject.area_m2[row])
        yield subject.finding("sliver", row, "note", measure=area, unit="m2", width=said(float(width[row]), "m"))
