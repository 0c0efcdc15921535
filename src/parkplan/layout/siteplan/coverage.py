"""Pieces as a coverage: neighbours share every vertex of their border, so that nothing opens when the plan is turned.

A vertex that lies on the middle of a neighbour's edge leaves that edge by a rounding error as soon as both are turned,
and overlays of such pieces may then be wrong by thousands of square metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.shapes import GRID_M, OverlayError, parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import Polygon

CRUMB_M2: Final = 0.05


def as_coverage(shapes: Sequence[Polygon], boundary: Polygon, rigid: int = 0) -> list[list[Polygon]]:
    """Return, for each shape, its polygons with the vertices of all neighbours; the boundary is covered wholly.

    Where shapes overlap by less than the rounding, the first one has the land. Land that none covers, and crumbs below
    a twentieth of a square metre, go to the neighbour with the longest common border; the first ``rigid`` shapes, the
    buildings, take none.

    >>> upper, lower = shapely.box(0, 1, 2, 2), shapely.box(0, 0, 1, 1)
    >>> right = shapely.box(1, 0, 2, 1)
    >>> made = as_coverage([upper, lower, right], shapely.box(0, 0, 2, 2))
    >>> [len(found[0].exterior.coords) for found in made]
    [6, 5, 5]
    """
    try:
        lines = shapely.union_all([*(shape.boundary for shape in shapes), boundary.boundary], grid_size=GRID_M)
    except shapely.errors.GEOSException as fault:
        raise OverlayError from fault
    faces = np.array(parts(shapely.polygonize(shapely.get_parts(lines))), dtype=object)
    inner = shapely.point_on_surface(faces)
    shapely.prepare(boundary)
    inside = shapely.covers(boundary, inner)
    faces, inner = faces[inside], inner[inside]
    owner = _owners(shapes, faces, inner, rigid)
    return [parts(shapely.coverage_union_all(faces[owner == number])) for number in range(len(shapes))]


def _owners(shapes: Sequence[Polygon], faces: np.ndarray, inner: np.ndarray, rigid: int) -> np.ndarray:
    """Return which shape each face belongs to; -1 where it touches none."""
    point, shape = shapely.STRtree(shapes).query(inner, predicate="within")
    owner = np.full(len(faces), len(shapes))
    np.minimum.at(owner, point, shape)
    owner[(owner == len(shapes)) | (shapely.area(faces) < CRUMB_M2)] = -1
    for orphan in np.flatnonzero(owner < 0):
        takers = np.flatnonzero(owner >= rigid)
        near = takers[shapely.intersects(faces[takers], faces[orphan])]
        border = shapely.length(shapely.intersection(shapely.boundary(faces[near]), faces[orphan].boundary))
        if len(near):
            owner[orphan] = owner[near[int(border.argmax())]]
    return owner
