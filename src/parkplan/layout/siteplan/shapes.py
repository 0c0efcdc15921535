"""Small operations on polygons that several steps need: overlays, rounding, parts, boxes.

Every overlay gives polygons alone: the lines in which land merely touches do not reach the next overlay, where GEOS may
find no answer for a mixture of polygons and lines. An overlay that fails in floating-point numbers is made again on a
grid of a tenth of a millimetre.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import Polygon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

GRID_M: Final = 1e-4

Box = tuple[float, float, float, float]
"""West, south, east and north side of an upright rectangle in the frame."""


class UnbuildableError(Exception):
    """These choices leave nothing to build on; the generator goes on to the next ones."""


class OverlayError(UnbuildableError):
    """An overlay of these shapes failed for numeric reasons; the attempt is counted as broken and left."""


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
    return _overlay(shapely.union_all, list(shapes))


def common(first: Any, second: Any) -> Any:  # noqa: ANN401
    """Return the land that two shapes share, without the lines along which they only touch.

    >>> common(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)).is_empty
    True
    """
    return _land(_overlay(shapely.intersection, first, second))


def without(land: Any, taken: Any) -> Any:  # noqa: ANN401
    """Return land without what is taken of it.

    >>> without(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 2, 1)).area
    1.0
    """
    return _land(_overlay(shapely.difference, land, taken))


def _overlay(operation: Callable[..., Any], *shapes: Any) -> Any:  # noqa: ANN401
    for grid_m in (None, GRID_M):
        with suppress(shapely.errors.GEOSException):
            return operation(*shapes, grid_size=grid_m)
    raise OverlayError


def _land(shape: Any) -> Any:  # noqa: ANN401
    return shape if shape.geom_type in {"Polygon", "MultiPolygon"} else shapely.MultiPolygon(parts(shape))


def boxes(sides: Sequence[Box]) -> np.ndarray:
    """Return upright rectangles as polygons."""
    if not sides:
        return np.empty(0, dtype=object)
    west, south, east, north = np.array(sides, dtype=float).T
    return np.asarray(shapely.box(west, south, east, north))
