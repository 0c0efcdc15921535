"""The shapes of the rows of a file: what is asked of all of them at once, and objects only where objects are needed.

Points and polygons of one ring, which most parcels are, are told by their bytes, and can be kept as these bytes; their
objects are made when somebody asks for them. All other bytes are parsed at once, so that none is taken for a shape that
is no shape. A multi-part shape of one part is read as that part, so that equal shapes are equal however they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parkplan.data.geoparquet import type_names
from parkplan.data.intake.geometry import single_parts
from parkplan.data.intake.raw_wkb import POINT, Measured, measure, moved_corners, proven_kinds
from parkplan.data.wkb import from_wkb, to_wkb

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parkplan.model.workspace import Bounds

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Mask = NDArray[np.bool_]
    Types = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of shapes without their objects: type as shapely counts, box and area."""

    types: Types
    boxes: Floats
    areas: Floats

    @classmethod
    def of(cls, geometry: Geometries) -> Facts:
        """Ask the objects."""
        return cls(shapely.get_type_id(geometry).astype(np.int64), shapely.bounds(geometry), shapely.area(geometry))


class Shapes:
    """The shapes of rows, as objects or still as bytes.

    >>> shapes = Shapes.read(pa.chunked_array([shapely.to_wkb([shapely.box(0, 0, 2, 3), shapely.Point(4, 5)])]))
    >>> shapes.types.tolist(), shapes.areas.tolist(), shapes[1:]
    ([3, 0], [6.0, 0.0], array([<POINT (4 5)>], dtype=object))
    """

    def __init__(self, source: Geometries | _Read) -> None:
        self._source = source

    @classmethod
    def of(cls, geometry: Geometries) -> Shapes:
        """Take objects as they are."""
        return cls(geometry)

    @classmethod
    def read(cls, wkb: pa.ChunkedArray) -> Shapes:
        """Check WKB: all that is not told by its bytes is parsed.

        Raises:
            shapely.errors.ShapelyError: a value is no WKB.
        """
        found = measure(wkb)
        return cls(_Read.of(wkb, found, single_parts(from_wkb(wkb.filter(pa.array(found.kinds == 0))))))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._source)

    def __getitem__(self, rows: Any) -> Geometries:  # noqa: ANN401 -- a slice, a mask or positions
        """Return the objects of some rows."""
        made: Geometries = self._source[rows]
        return made

    @property
    def geometry(self) -> Geometries:
        """The objects of all rows, None where there is no shape; once they are made, the bytes may go."""
        if isinstance(self._source, _Read):
            self._source = self._source[:]
        return self._source

    @cached_property
    def _facts(self) -> Facts:
        return self._source.facts if isinstance(self._source, _Read) else Facts.of(self._source)

    @property
    def types(self) -> Types:
        """The type of each as shapely counts: -1 without a shape."""
        return self._facts.types

    @property
    def boxes(self) -> Floats:
        """West, south, east and north of each row, as the numbers are; NaN where there is no shape."""
        return self._facts.boxes

    @property
    def areas(self) -> Floats:
        """The area of each, in the square of the unit of its coordinates."""
        return self._facts.areas

    @cached_property
    def extent(self) -> Floats:
        """West, south, east and north of all rows, NaN where none has a shape."""
        known = self.boxes if not np.isnan(self.boxes[:, 0]).any() else self.boxes[~np.isnan(self.boxes[:, 0])]
        if not len(known):
            return np.full(4, np.nan)
        return np.concatenate([known[:, :2].min(axis=0), known[:, 2:].max(axis=0)])

    @property
    def bounds(self) -> Bounds | None:
        """West, south, east and north of all rows as numbers, None where none has a shape."""
        west, south, east, north = self.extent.tolist()
        return (west, south, east, north) if np.isfinite(self.extent).all() else None

    @property
    def wkb(self) -> pa.ChunkedArray:
        """The shapes as ISO WKB."""
        return self._source.iso() if isinstance(self._source, _Read) else to_wkb(self._source)

    @property
    def type_names(self) -> tuple[str, ...]:
        """The types that occur, as GeoParquet names them."""
        if isinstance(self._source, _Read):
            return type_names(self._source.samples())
        return type_names(self._source)

    @property
    def proven(self) -> Mask:
        """Which shapes are proven valid by their bytes; the others may be valid all the same."""
        read = self._source
        return read.plain & (proven_kinds(read.wkb) > 0) if isinstance(read, _Read) else np.zeros(len(self), dtype=bool)

    def moved(self, move: Callable[[Floats], Floats]) -> Shapes:
        """Return the shapes with other coordinates; ``move`` is given those of many shapes at once as (n, 2)."""
        read = self._source
        return Shapes(read.moved(move) if isinstance(read, _Read) else shapely.transform(read, move))

    def where(self, mask: Mask) -> Shapes:
        """Return some rows."""
        return self if mask.all() else Shapes.of(self.geometry[mask])


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """WKB and what it says; the objects of the rows that are not ``plain`` are made already, in their order."""

    wkb: pa.ChunkedArray
    plain: Mask
    others: Geometries
    facts: Facts

    @classmethod
    def of(cls, wkb: pa.ChunkedArray, found: Measured, others: Geometries) -> _Read:
        plain = found.kinds > 0
        parsed = Facts.of(others)
        types = np.where(found.kinds == POINT, 0, found.kinds).astype(np.int64)
        for known, asked in ((types, parsed.types), (found.areas, parsed.areas), (found.boxes, parsed.boxes)):
            known[~plain] = asked
        return cls(wkb, plain, others, Facts(types, found.boxes, found.areas))

    def __len__(self) -> int:
        return len(self.plain)

    def __getitem__(self, rows: Any) -> Geometries:  # noqa: ANN401 -- a slice, a mask or positions
        asked = np.arange(len(self.plain))[rows]
        if (np.diff(asked) <= 0).any():
            ascending, back = np.unique(asked, return_inverse=True)
            return self[ascending][back]
        wanted = np.zeros(len(self.plain), dtype=bool)
        wanted[asked] = True
        parsed = from_wkb(self.wkb.filter(pa.array(wanted & self.plain)))
        read = self.plain[asked]
        if read.all():
            return parsed
        made = np.full(len(asked), None, dtype=object)
        made[~read] = self.others[wanted[~self.plain]]
        made[read] = parsed
        return made

    def moved(self, move: Callable[[Floats], Floats]) -> _Read:
        """Return the same rows with other coordinates."""
        wkb = moved_corners(self.wkb, self.plain, move)
        return self.of(wkb, measure(wkb), shapely.transform(self.others, move))

    def iso(self) -> pa.ChunkedArray:
        """Return ISO WKB, which that of plain rows is as it came."""
        if self.plain.all():
            return self.wkb
        return pc.replace_with_mask(self.wkb, pa.array(~self.plain), to_wkb(self.others).combine_chunks())

    def samples(self) -> Geometries:
        """Return shapes of all types that occur: one of each plain type, and all others."""
        _, firsts = np.unique(self.facts.types[self.plain], return_index=True)
        return np.concatenate([self[np.flatnonzero(self.plain)[np.sort(firsts)]], self.others])
