"""Small operations on polygons that several steps need: rounding, parts, boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import Polygon

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]
"""West, south, east and north side of an upright rectangle in the frame."""


class UnbuildableError(Exception):
    """These choices leave nothing to build on; the generator goes on to the next ones."""


def parts(shape: Any) -> list[Polygon]:  # noqa: ANN401  # any shapely geometry
    """Return the polygons of a geometry.

    >>> len(parts(shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)])))
    1
    """
    pieces = shapely.get_parts(shape)
    if any(piece.geom_type == "GeometryCollection" for piece in pieces):
        pieces = shapely.get_parts(pieces)
    found: list[Polygon] = []
    for piece in pieces:
        if piece.geom_type == "MultiPolygon":
            found.extend(piece.geoms)
        elif piece.geom_type == "Polygon" and not piece.is_empty:
            found.append(piece)
    return found


def largest(shape: Any) -> Polygon:  # noqa: ANN401
    """Return the largest polygon of a geometry; raises UnbuildableError where there is none."""
    found = parts(shape)
    if not found:
        raise UnbuildableError
    return max(found, key=lambda part: part.area)


def opened(shape: Any, radius: float, *, round_to: int = 4) -> Any:  # noqa: ANN401
    """Return a shape without parts narrower than twice the radius and with its outward corners rounded."""
    return shape.buffer(-radius, join_style="mitre", mitre_limit=2.5).buffer(radius, quad_segs=round_to)


def shrunk(shape: Any, by: float) -> Any:  # noqa: ANN401
    """Return a shape moved inwards on all sides, corners kept sharp."""
    return shape.buffer(-by, join_style="mitre", mitre_limit=2.5)


def union(shapes: Iterable[Any]) -> Any:  # noqa: ANN401
    """Return shapes as one."""
    return shapely.union_all(list(shapes))


def boxes(sides: Sequence[Box]) -> np.ndarray:
    """Return upright rectangles as polygons."""
    if not sides:
        return np.empty(0, dtype=object)
    west, south, east, north = np.array(sides, dtype=float).T
    return np.asarray(shapely.box(west, south, east, north))
