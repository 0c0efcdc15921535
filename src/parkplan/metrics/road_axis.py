"""The centre lines of a road that is given by its area: the medial axis, without the spurs to its corners."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[Any]

SAMPLES: Final = 4
"""Samples of the edge of a road on a stretch as long as it is broad."""
LEAST_M: Final = 0.25
"""Samples are no closer than this."""
SMOOTH: Final = 0.05
"""Corners of the axis smaller than this share of the breadth are smoothed."""


def road_axis(area: Any) -> Shapes:  # noqa: ANN401  # a polygon or several
    """Return the centre lines of a road area in a metric CRS, none for an empty one.

    The axis is taken from the Voronoi diagram of points along the edge (Brandt 1994); its branches that are shorter
    than the road is broad lead to corners and are left out. It so ends half a breadth before the end of the road.

    >>> axis = road_axis(shapely.box(0, 0, 200, 10))
    >>> len(axis), bool(abs(shapely.length(axis[0]) - 190) < 2)
    (1, True)
    """
    parts = [part for part in shapely.get_parts(area).tolist() if part.geom_type == "Polygon" and part.area > 0]
    lines = [line for part in parts for line in _axis_there(part)]
    return np.array(lines, dtype=object)


def _axis_there(part: Any) -> list[Any]:  # noqa: ANN401  # a polygon
    """Return the axis of a polygon where it lies; a road that was moved as a whole has that of its form."""
    corner = shapely.get_coordinates(part)[0]
    form = shapely.transform(part, lambda xy: np.round(xy - corner, 3))
    return [shapely.transform(line, lambda xy: xy + corner) for line in _axis(shapely.to_wkb(form))]


@lru_cache(maxsize=512)
def _axis(wkb: bytes) -> tuple[Any, ...]:
    """Return the axis of one polygon; kept, for each edit of an option asks for it again."""
    area = shapely.from_wkb(wkb)
    breadth = 2.0 * area.area / area.length
    edge = shapely.segmentize(area.boundary, max(breadth / SAMPLES, LEAST_M))
    points = shapely.multipoints(shapely.points(np.unique(shapely.get_coordinates(edge), axis=0)))
    found = shapely.get_parts(shapely.voronoi_polygons(points, only_edges=True))
    shapely.prepare(area)
    inside = found[shapely.contains_properly(area, found)]
    lines = _merged(inside)
    kept = _merged(lines[~_spurs(lines, breadth)])
    if not len(kept):
        kept = lines[[int(np.argmax(shapely.length(lines)))]] if len(lines) else lines
    return tuple(shapely.simplify(kept, SMOOTH * breadth).tolist())


def _merged(lines: Shapes) -> Shapes:
    """Return lines joined where only two meet."""
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(list(lines)))), dtype=object)


def _spurs(lines: Shapes, breadth: float) -> npt.NDArray[np.bool_]:
    """Return the lines with a free end that are shorter than the road is broad."""
    if not len(lines):
        return np.zeros(0, dtype=bool)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    _, number, count = np.unique(
        np.round(shapely.get_coordinates(ends), 6), axis=0, return_inverse=True, return_counts=True
    )
    free = (count[number.ravel()] == 1).reshape(2, -1).any(axis=0)
    return np.asarray(free & (shapely.length(lines) < breadth), dtype=bool)
