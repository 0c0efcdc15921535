"""Geometry as it comes, made fit to calculate with, and everything that was changed or is odd reported by row.

Nothing is dropped in silence: a row whose geometry is missing, empty, not finite or unreadable stays, with an unknown
geometry; invalid polygons are repaired, and the original is handed on beside the repaired one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.data.intake.records import Finding, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from parkplan.data.intake.records import Severity

    Geometries = NDArray[np.object_]
    Types = NDArray[np.int64]

FAMILIES: Final = {"point": (0, 4), "line": (1, 2, 5), "polygon": (3, 6), "collection": (7,)}
_OF_PARTS: Final = (4, 5, 6)
_COLLECTION: Final = 7


@dataclass(frozen=True, slots=True)
class Tidied:
    """Geometries fit to calculate with, the originals of the repaired rows (else None), and the findings.

    ``changed`` is False where every geometry is still the one that was read.
    """

    geometry: Geometries
    original: Geometries
    changed: bool
    findings: tuple[Finding, ...]


def from_wkb(wkb: Geometries) -> tuple[Geometries, NDArray[np.bool_]]:
    """Read WKB; the second array marks rows whose bytes are no geometry.

    >>> point = shapely.to_wkb(shapely.Point(1, 2))
    >>> geometry, unreadable = from_wkb(np.array([point, b"nonsense", None], dtype=object))
    >>> unreadable.tolist()
    [False, True, False]
    """
    present = np.array([bool(value) for value in wkb], dtype=bool)
    given = wkb
    if not present.all():
        given = np.full(len(wkb), None, dtype=object)
        given[present] = wkb[present]
    try:
        geometry = shapely.from_wkb(given)
    except (shapely.errors.ShapelyError, TypeError, ValueError):
        geometry = shapely.from_wkb(given, on_invalid="fix")
    return geometry, present & shapely.is_missing(geometry)


def tidy(geometry: Geometries, unreadable: NDArray[np.bool_], rows: NDArray[np.int64]) -> Tidied:
    """Drop heights, blank what is not finite, and repair invalid polygons; report each by its row, counted from 1."""
    found: list[Finding] = []
    original = np.full(len(geometry), None, dtype=object)
    missing = shapely.is_missing(geometry)
    found += _rows("unreadable_geometry", rows[unreadable])
    found += _rows("null_geometry", rows[missing & ~unreadable])
    with_z = shapely.has_z(geometry)
    if with_z.any():
        found += _rows("z_dropped", rows[with_z], severity="note")
        geometry = shapely.force_2d(geometry)
    empty = shapely.is_empty(geometry)
    found += _rows("empty_geometry", rows[empty])
    infinite = ~missing & ~empty & ~_finite(geometry)
    found += _rows("not_finite", rows[infinite])
    geometry = geometry.copy()
    geometry[infinite] = None
    invalid = ~shapely.is_missing(geometry) & ~shapely.is_valid(geometry)
    if invalid.any():
        original[invalid] = geometry[invalid]
        geometry[invalid] = repair(geometry[invalid])
        reason = str(shapely.is_valid_reason(original[invalid][0])).split("[")[0].strip()
        found.append(finding("repaired", rows[invalid], reason=reason))
        found += _rows("beyond_repair", rows[invalid & shapely.is_empty(geometry)])
    changed = bool(unreadable.any() or with_z.any() or infinite.any() or invalid.any())
    return Tidied(geometry, original, changed, tuple(found))


def _finite(geometry: Geometries) -> NDArray[np.bool_]:
    finite = np.ones(len(geometry), dtype=bool)
    if np.isfinite(shapely.get_coordinates(geometry)).all():
        return finite
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def repair(geometry: Geometries) -> Geometries:
    """Make geometries valid, each of the kind that it was: a repaired polygon has no loose lines.

    The linework of a bow-tie is kept: both of its wings stay, as two polygons.

    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> float(repair(np.array([bow_tie], dtype=object))[0].area)
    2.0
    """
    valid: Geometries = shapely.make_valid(geometry, method="linework")
    kinds = shapely.get_dimensions(geometry)
    mixed = np.flatnonzero(shapely.get_type_id(valid) == _COLLECTION)
    for index in mixed:
        valid[index] = _of_dimension(valid[index], int(kinds[index]))
    return valid


def _of_dimension(collection: shapely.Geometry, dimension: int) -> shapely.Geometry:
    parts = [part for part in _simple_parts(collection) if shapely.get_dimensions(part) == dimension]
    made = {2: shapely.multipolygons, 1: shapely.multilinestrings, 0: shapely.multipoints}[dimension](parts)
    return parts[0] if len(parts) == 1 else made


def _simple_parts(collection: shapely.Geometry) -> Iterator[shapely.Geometry]:
    for part in shapely.get_parts(collection):
        if shapely.get_type_id(part) >= 4:
            yield from _simple_parts(part)
        else:
            yield part


def _rows(code: str, rows: NDArray[np.int64], severity: Severity = "warning") -> list[Finding]:
    return [finding(code, rows, severity)] if len(rows) else []


def count_types(types: Types) -> dict[str, int]:
    """Count rows by family: point, line, polygon, collection; types are as shapely counts them.

    >>> count_types(np.array([0, -1]))
    {'point': 1}
    """
    numbers = np.bincount(types + 1, minlength=_COLLECTION + 2)
    counts = {family: int(numbers[np.array(members) + 1].sum()) for family, members in FAMILIES.items()}
    return {family: count for family, count in counts.items() if count}


def in_family(types: Types, family: str) -> NDArray[np.bool_]:
    """Mark the rows of one family; rows without geometry (type -1) belong to every family.

    >>> in_family(np.array([0, -1]), "polygon").tolist()
    [False, True]
    """
    return np.isin(types, [*FAMILIES[family], -1])


def parts_of(geometry: Geometries, family: str) -> Geometries:
    """Return geometries with each collection reduced to its parts of one family; none left means no geometry."""
    dimension = {"point": 0, "line": 1, "polygon": 2}[family]
    made = geometry.copy()
    for index in np.flatnonzero(shapely.get_type_id(geometry) == _COLLECTION):
        reduced = _of_dimension(geometry[index], dimension)
        made[index] = None if shapely.is_empty(reduced) else reduced
    return made


def single_parts(geometry: Geometries) -> Geometries:
    """Return multi-part geometries of one part as that part, so that equal shapes are equal however they came.

    A collection stays one, whatever it holds.

    >>> single = single_parts(np.array([shapely.MultiPoint([(1, 2)])], dtype=object))[0]
    >>> single.geom_type
    'Point'
    """
    several = np.flatnonzero(np.isin(shapely.get_type_id(geometry), _OF_PARTS))
    lone = several[shapely.get_num_geometries(geometry[several]) == 1]
    made = geometry.copy()
    made[lone] = shapely.get_geometry(geometry[lone], 0)
    return made
