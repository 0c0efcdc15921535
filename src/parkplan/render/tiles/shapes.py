"""Geometry for drawing: every coordinate once, in flat arrays, with an index. Shared by all layers over one table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pyproj
import shapely

from parkplan.render.tiles.grid import Flags, Floats, Integers
from parkplan.render.tiles.index import BoxIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

Kind = Literal["point", "line", "polygon"]
_KIND_OF_TYPE: Final = np.array([-1, 0, 1, 1, 2, 0, 1, 2, -1], np.int8)
"""Kind by GEOS type number plus one: missing, point, line, ring, polygon, the three multis, collection."""
_KINDS: Final[tuple[Kind, ...]] = ("point", "line", "polygon")
_COLLECTION: Final = 7
_RING: Final = 2
_ARRAYS: Final = ("xy", "path_start", "part_start", "part_row", "part_size_m")
MERCATOR: Final = pyproj.CRS.from_epsg(3857)


def runs(starts: Integers, counts: Integers) -> Integers:
    """Concatenate the ranges ``start .. start + count - 1``.

    >>> runs(np.array([4, 0]), np.array([2, 3])).tolist()
    [4, 5, 0, 1, 2]
    """
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    ranges: Integers = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return ranges


def ring_areas(x: Floats | Integers, y: Floats | Integers, counts: Integers) -> Floats:
    """Signed area of each ring by the surveyor's formula; rings are not closed, and none is empty."""
    ends = np.cumsum(counts)
    first = ends - counts
    following = np.arange(1, len(x) + 1)
    following[ends - 1] = first
    cross = x * y[following] - x[following] * y
    areas: Floats = np.add.reduceat(cross, first) / 2
    return areas


@dataclass(frozen=True)
class Shapes:
    """Polygons, lines or points of a table in EPSG:3857.

    A row has parts (the members of a multi-geometry), a part has paths (the exterior ring first, then the holes; or
    one line; or one point), a path has vertices. Rings are not closed; exteriors run clockwise and holes
    counterclockwise as seen on the map, which is what vector tiles ask for. ``path_start`` and ``part_start`` are
    offsets with the total at their end. Rows without geometry, or of another kind than most rows, have no part.
    """

    kind: Kind
    rows: int
    xy: Floats
    path_start: Integers
    part_start: Integers
    part_row: Integers
    part_size_m: Floats
    index: BoxIndex

    @classmethod
    def of(cls, geometry: Sequence[object] | Geometries, crs: pyproj.CRS | None = None) -> Shapes:
        """Flatten geometries; ``crs`` is theirs, EPSG:3857 if not given. Parts that cannot be projected are left out.

        >>> shapes = Shapes.of([shapely.box(0, 0, 2, 1), None])
        >>> shapes.kind, shapes.rows, shapes.xy.tolist()
        ('polygon', 2, [[0.0, 0.0], [0.0, 1.0], [2.0, 1.0], [2.0, 0.0]])
        """
        every: Geometries = np.asarray(geometry, dtype=object)
        kind, chosen, row = _one_kind(every)
        if not len(chosen):
            return cls._assemble(kind, len(every), np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64), row)
        xy, path_start, part_start, part_row = _flat(kind, chosen, row)
        if crs is not None and crs != MERCATOR:
            project = pyproj.Transformer.from_crs(crs, MERCATOR, always_xy=True)
            xy = np.column_stack(project.transform(xy[:, 0], xy[:, 1]))
        xy, path_start, part_start, part_row = _finite(xy, path_start, part_start, part_row)
        if kind == "polygon":
            xy, path_start = _wound(*_open(xy, path_start), part_start)
        return cls._assemble(kind, len(every), xy, path_start, part_start, part_row)

    @classmethod
    def _assemble(
        cls, kind: Kind, rows: int, xy: Floats, path_start: Integers, part_start: Integers, part_row: Integers
    ) -> Shapes:
        boxes = np.empty((len(part_row), 4))
        if len(part_row):
            first = path_start[part_start[:-1]]
            boxes[:, :2] = np.minimum.reduceat(xy, first)
            boxes[:, 2:] = np.maximum.reduceat(xy, first)
        size = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        size = _row_size_to_largest(size, boxes, part_row)
        return cls(kind, rows, xy, path_start, part_start, part_row, size, BoxIndex.build(boxes))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays of numbers, from which `of_arrays` makes the same."""
        levels = {f"level_{depth}": level for depth, level in enumerate(self.index.levels)}
        return {name: getattr(self, name) for name in _ARRAYS} | {"order": self.index.order} | levels

    @classmethod
    def of_arrays(cls, kind: Kind, rows: int, arrays: Mapping[str, NDArray[Any]]) -> Shapes:
        """Return shapes from their arrays, without a copy."""
        levels = tuple(arrays[f"level_{depth}"] for depth in range(len(arrays) - len(_ARRAYS) - 1))
        own = {name: arrays[name] for name in _ARRAYS}
        return cls(kind, rows, **own, index=BoxIndex(arrays["order"], levels))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of everything, or None when there is nothing."""
        top = self.index.levels[-1]
        if not len(top):
            return None
        west, south = top[:, :2].min(axis=0).tolist()
        east, north = top[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        arrays = (self.xy, self.path_start, self.part_start, self.part_row, self.part_size_m)
        return self.index.nbytes + sum(array.nbytes for array in arrays)


def _one_kind(every: Geometries) -> tuple[Kind, Geometries, Integers]:
    """Return the commonest kind, the geometries of this kind and their rows; collections are opened."""
    types = shapely.get_type_id(every)
    row = np.arange(len(every))
    if (types == _COLLECTION).any():
        every, row = shapely.get_parts(every, return_index=True)
        types = shapely.get_type_id(every)
    kinds = _KIND_OF_TYPE[types + 1]
    known = (kinds >= 0) & ~shapely.is_empty(every)
    if not known.any():
        return "polygon", every[:0], row[:0].astype(np.int64)
    commonest = int(np.bincount(kinds[known]).argmax())
    chosen = known & (kinds == commonest)
    return _KINDS[commonest], every[chosen], row[chosen].astype(np.int64)


def _flat(kind: Kind, geometry: Geometries, row: Integers) -> tuple[Floats, Integers, Integers, Integers]:
    """Coordinates, offsets of paths into them, offsets of parts into paths, row of each part."""
    rings = shapely.get_type_id(geometry) == _RING
    if rings.any():
        geometry = geometry.copy()
        geometry[rings] = [shapely.LineString(ring.coords) for ring in geometry[rings]]
    _, coordinates, offsets = shapely.to_ragged_array(geometry, include_z=False)
    xy = np.ascontiguousarray(coordinates[:, :2], dtype=np.float64)
    levels = [np.asarray(level, np.int64) for level in offsets]
    depth = {"point": 0, "line": 1, "polygon": 2}[kind]
    part_row = np.repeat(row, np.diff(levels[-1])) if len(levels) > depth else row
    path_start = levels[0] if kind != "point" else np.arange(len(xy) + 1)
    part_start = levels[1] if kind == "polygon" else np.arange(len(path_start))
    return _without_empty(xy, path_start, part_start, part_row)


def _without_empty(
    xy: Floats, path_start: Integers, part_start: Integers, part_row: Integers
) -> tuple[Floats, Integers, Integers, Integers]:
    """Drop paths without vertices and parts without paths."""
    full = np.diff(path_start) > 0
    paths = np.diff(np.concatenate([[0], np.cumsum(full)])[part_start])
    path_start = np.concatenate([[0], np.cumsum(np.diff(path_start)[full])])
    part_start = np.concatenate([[0], np.cumsum(paths[paths > 0])])
    return xy, path_start.astype(np.int64), part_start.astype(np.int64), part_row[paths > 0]


def _finite(
    xy: Floats, path_start: Integers, part_start: Integers, part_row: Integers
) -> tuple[Floats, Integers, Integers, Integers]:
    """Drop the parts that have a coordinate which is no number."""
    good_vertex = np.isfinite(xy).all(axis=1)
    if good_vertex.all():
        return xy, path_start, part_start, part_row
    good = np.logical_and.reduceat(good_vertex, path_start[part_start[:-1]])
    good_path = np.repeat(good, np.diff(part_start))
    kept = xy[np.repeat(good_path, np.diff(path_start))]
    path_start = np.concatenate([[0], np.cumsum(np.diff(path_start)[good_path])])
    part_start = np.concatenate([[0], np.cumsum(np.diff(part_start)[good])])
    return kept, path_start, part_start, part_row[good]


def _open(xy: Floats, path_start: Integers) -> tuple[Floats, Integers]:
    """Drop the closing vertex of each ring."""
    keep = np.ones(len(xy), bool)
    keep[path_start[1:] - 1] = False
    return xy[keep], path_start - np.arange(len(path_start))


def _wound(xy: Floats, path_start: Integers, part_start: Integers) -> tuple[Floats, Integers]:
    """Turn exteriors clockwise and holes counterclockwise, seen on the map."""
    counts = np.diff(path_start)
    hole = np.ones(len(counts), bool)
    hole[part_start[:-1]] = False
    origin = np.repeat(xy[path_start[:-1]], counts, axis=0)
    areas = ring_areas(xy[:, 0] - origin[:, 0], xy[:, 1] - origin[:, 1], counts)
    return xy[reversal(counts, np.asarray(areas > 0) != hole)], path_start


def reversal(counts: Integers, backwards: Flags) -> Integers:
    """Vertex order that runs the chosen paths backwards.

    >>> reversal(np.array([2, 3]), np.array([False, True])).tolist()
    [0, 1, 4, 3, 2]
    """
    ends = np.cumsum(counts)
    order = np.arange(int(ends[-1]) if len(ends) else 0)
    turned = np.repeat(backwards, counts)
    mirror = np.repeat(2 * ends - counts - 1, counts)
    order[turned] = (mirror - order)[turned]
    return order


def _row_size_to_largest(size: Floats, boxes: Floats, part_row: Integers) -> Floats:
    """Give the largest part of each row the size of the whole row, so that a row of crumbs is not lost as a whole."""
    if (np.diff(part_row) > 0).all():
        return size
    first = np.flatnonzero(np.r_[True, part_row[1:] != part_row[:-1]])
    low, high = np.minimum.reduceat(boxes[:, :2], first), np.maximum.reduceat(boxes[:, 2:], first)
    by_size = np.lexsort((size, part_row))
    largest = by_size[np.r_[first[1:], len(size)] - 1]
    grown = size.copy()
    grown[largest] = np.hypot(*(high - low).T)
    return grown
