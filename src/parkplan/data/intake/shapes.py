"""The shapes of the rows of a file: what is asked of all of them at once, and objects only where objects are needed.

Points and polygons of one ring, which most parcels are, are told by their bytes; their objects are made when somebody
asks for them. All other bytes are parsed at once, so that none is taken for a shape that is no shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import shapely

from parkplan.data.intake.geometry import single_parts
from parkplan.data.intake.raw_wkb import POINT, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Mask = NDArray[np.bool_]
    Types = NDArray[np.int64]

_COLLECTION: Final = 7
_OF_ONE_PART: Final = np.array([0, 1, 2, 3, 0, 1, 3, _COLLECTION, -1])
"""The type of the part by the type of what has no other part; the last is that of a row without a shape."""
_ALL: Final = slice(None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of shapes without their objects: type as shapely counts, box, area, whether it is a lone part."""

    types: Types
    boxes: Floats
    areas: Floats
    lone: Mask

    @classmethod
    def of(cls, geometry: Geometries) -> Facts:
        """Ask the objects."""
        types = shapely.get_type_id(geometry).astype(np.int64)
        lone = (types >= 4) & (shapely.get_num_geometries(geometry) == 1)
        return cls(types, shapely.bounds(geometry), shapely.area(geometry), lone)


@dataclass(eq=False)
class Shapes:
    """The shapes of rows; ``make`` gives the objects of some of them.

    Then the bytes and what was read of them may go: the objects answer.

    >>> shapes = Shapes.read(pa.chunked_array([shapely.to_wkb([shapely.box(0, 0, 2, 3), shapely.Point(4, 5)])]))
    >>> shapes.types.tolist(), shapes.areas.tolist(), shapes[1:]
    ([3, 0], [6.0, 0.0], array([<POINT (4 5)>], dtype=object))
    """

    count: int
    make: Callable[[Any], Geometries]
    known: Facts | None = None

    @classmethod
    def of(cls, geometry: Geometries) -> Shapes:
        """Take objects as they are."""
        return cls(len(geometry), geometry.__getitem__)

    @classmethod
    def read(cls, wkb: pa.ChunkedArray) -> Shapes:
        """Check WKB: all that is not told by its bytes is parsed.

        Raises:
            shapely.errors.ShapelyError: a value is no WKB.
        """
        found = measure(wkb)
        plain = found.kinds > 0
        others: Geometries = shapely.from_wkb(wkb.filter(pa.array(~plain)).to_numpy())
        parsed = Facts.of(others)
        types = np.where(found.kinds == POINT, 0, found.kinds).astype(np.int64)
        lone = types >= 4
        for known, asked in ((types, parsed.types), (found.areas, parsed.areas), (lone, parsed.lone)):
            known[~plain] = asked
        found.boxes[~plain] = parsed.boxes
        return cls(len(wkb), _Parser(wkb, plain, others), Facts(types, found.boxes, found.areas, lone))

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.count

    def __getitem__(self, rows: Any) -> Geometries:  # noqa: ANN401 -- a slice, a mask or positions
        """Return the objects of some rows."""
        return self.make(rows)

    @cached_property
    def geometry(self) -> Geometries:
        """The objects of all rows, None where there is no shape."""
        made = self.make(_ALL)
        self.make, self.known = made.__getitem__, None
        return made

    @property
    def _facts(self) -> Facts:
        if self.known is None:
            self.known = Facts.of(self.geometry)
        return self.known

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

    def where(self, mask: Mask) -> Shapes:
        """Return some rows."""
        return self if mask.all() else Shapes.of(self.geometry[mask])

    def single(self) -> Shapes:
        """Return multi-part shapes of one part as that part, so that equal shapes are equal however they came."""
        facts = self._facts
        if not facts.lone.any():
            return self
        if (facts.types[facts.lone] == _COLLECTION).any():
            return Shapes.of(single_parts(self.geometry))
        types = np.where(facts.lone, _OF_ONE_PART[facts.types], facts.types)
        known = replace(facts, types=types, lone=np.zeros(len(self), dtype=bool))
        return Shapes(len(self), lambda rows: single_parts(self[rows]), known)


@dataclass(frozen=True, slots=True, eq=False)
class _Parser:
    """Makes objects of WKB; those of the rows that are not ``plain`` are made already, in their order."""

    wkb: pa.ChunkedArray
    plain: Mask
    others: Geometries

    def __call__(self, rows: Any) -> Geometries:  # noqa: ANN401 -- a slice, a mask or positions
        asked = np.arange(len(self.plain))[rows]
        if (np.diff(asked) <= 0).any():
            ascending, back = np.unique(asked, return_inverse=True)
            return self(ascending)[back]
        wanted = np.zeros(len(self.plain), dtype=bool)
        wanted[asked] = True
        read = self.plain[asked]
        parsed = self._parsed(wanted & self.plain)
        if read.all():
            return parsed
        made = np.full(len(asked), None, dtype=object)
        made[~read] = self.others[wanted[~self.plain]]
        made[read] = parsed
        return made

    def _parsed(self, wanted: Mask) -> Geometries:
        """Parse chunk by chunk, so that the bytes do not lie there a second time for all rows."""
        values = self.wkb if wanted.all() else self.wkb.filter(pa.array(wanted))
        parts = [shapely.from_wkb(chunk.to_numpy(zero_copy_only=False)) for chunk in values.chunks]
        return np.concatenate([np.zeros(0, dtype=object), *parts])
