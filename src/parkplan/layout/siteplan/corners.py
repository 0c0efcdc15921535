"""Corners: the radius at which trucks turn inside the site, and the view at corners of public roads."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.shapes import parts, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely import LineString, Polygon

RADII_M: Final = (6.0, 4.0, 2.0)
LENS_M2: Final = (0.6, 1.05)
"""What a disc cannot reach in a corner: least area, and the greatest one as a share of the radius squared.

The checker counts what lies between 1 m² and the radius squared; both ends are wider here.
"""
HAIR_M: Final = 0.05
TOUCH_M: Final = 0.5


def least_radius(road: Any) -> float:  # noqa: ANN401
    """Return the greatest radius, up to 6 m, at which every inner corner of a road can be turned.

    A disc that rolls along the kerb leaves a small lens in each sharper corner. Greater leftovers are no corners but
    land between two roads.

    >>> cross = shapely.union(shapely.box(0, 40, 100, 47), shapely.box(40, 0, 47, 100))
    >>> least_radius(cross), least_radius(cross.buffer(6).buffer(-6))
    (0.0, 6.0)
    """
    for radius in RADII_M:
        rolled = road.buffer(radius, quad_segs=8).buffer(-radius, quad_segs=8)
        lenses = np.array(parts(without(rolled, road)), dtype=object)
        areas = shapely.area(lenses)
        counted = lenses[(areas > LENS_M2[0] * min(1.0, radius / 4)) & (areas < LENS_M2[1] * radius**2)]
        if shapely.is_empty(shapely.buffer(counted, -HAIR_M)).all():
            return radius
    return 0.0


def free_legs(boundary: Polygon, access: Sequence[LineString], walls: np.ndarray) -> float | None:
    """Return the leg of the greatest triangle free of buildings at the corners between two public roads.

    None where no two stretches along public roads meet.

    >>> edges = [shapely.LineString([(0, 0), (90, 0)]), shapely.LineString([(0, 90), (0, 0)])]
    >>> free_legs(shapely.box(0, 0, 90, 90), edges, np.array([shapely.box(10, 12, 40, 40)]))
    22.0
    """
    corners = shapely.get_coordinates(walls)
    found = []
    for first, second in combinations(access, 2):
        meeting = _meeting(np.asarray(first.coords), np.asarray(second.coords))
        if meeting is not None:
            place, legs = meeting
            shares = np.linalg.solve(legs.T, (corners - place).T)
            ahead = (shares > -1e-6).all(axis=0)
            found.append(float(shares[:, ahead].sum(axis=0).min(initial=np.inf)))
    finite = [leg for leg in found if np.isfinite(leg)]
    return min(finite, default=None)


def _meeting(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return where two edges meet and their directions from there; None where they do not, or run on straight."""
    for one, other in ((first, second), (first[::-1], second), (first, second[::-1]), (first[::-1], second[::-1])):
        if np.hypot(*(one[0] - other[0])) < TOUCH_M:
            legs = np.array([line[-1] - line[0] for line in (one, other)])
            legs /= np.hypot(legs[:, 0], legs[:, 1])[:, None]
            return (one[0], legs) if abs(np.linalg.det(legs)) > 0.2 else None
    return None
