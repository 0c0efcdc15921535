"""Geometries from WKB and back, many at once."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def from_wkb(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return the geometries of a column, None for NULL.

    Raises:
        shapely.errors.ShapelyError: a value is no WKB.

    >>> from_wkb(pa.chunked_array([shapely.to_wkb([shapely.Point(1, 2)]), [None]]))
    array([<POINT (1 2)>, None], dtype=object)
    """
    with _collector_at_rest():
        # chunk by chunk, so that the bytes do not lie there a second time for all rows
        parts = [shapely.from_wkb(chunk.to_numpy(zero_copy_only=False)) for chunk in column.chunks]
    return np.concatenate([np.zeros(0, dtype=object), *parts])


def to_wkb(geometry: NDArray[np.object_]) -> pa.ChunkedArray:
    """Return geometries as ISO WKB, with heights and measures where they have them; NULL for None."""
    wkb = pa.array(shapely.to_wkb(geometry, flavor="iso"), type=pa.binary())
    return wkb if isinstance(wkb, pa.ChunkedArray) else pa.chunked_array([wkb])


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python's garbage collector from walking through new geometries again and again, as long as parsing takes.

    Geometries refer to no other object, so there is nothing among them to be found. Afterwards they count as old.
    """
    works = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if works:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
