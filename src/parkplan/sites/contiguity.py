"""Which parcels adjoin: by a shared edge, or across a minor road, but not across water, a railway or a main road."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parkplan.metrics.near_boxes import near_boxes
from parkplan.sites.facing import TOUCHING_M, Edges, facing, shared_m

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

LEAST_FACING_M: Final = 10.0
LEAST_SHARED_M: Final = 1.0
"""Parcels that share less boundary than this meet at a corner."""
NO_ROAD: Final = -1


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What no site may reach across (``barriers``: water, railways, main roads) and the roads that may be crossed."""

    barriers: Shapes
    roads: Shapes

    @classmethod
    def none(cls) -> Obstacles:
        """No obstacle and no road."""
        return cls(np.empty(0, dtype=object), np.empty(0, dtype=object))


@dataclass(frozen=True, slots=True)
class Contiguity:
    """Pairs of adjoining parcels (``left < right``, sorted).

    ``shared_m`` metres of common edge, 0 where a road lies between; ``facing_m`` metres opposite each other across that
    gap, 0 where there is a common edge; ``road`` the row of the road that is crossed, -1 for none.
    """

    parcels: int
    left: Positions
    right: Positions
    shared_m: Numbers
    facing_m: Numbers
    road: Positions

    def among(self, rows: Positions) -> Contiguity:
        """Return the graph over some parcels, renumbered in their order."""
        place = np.full(self.parcels, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        kept = (place[self.left] >= 0) & (place[self.right] >= 0)
        one, two = place[self.left[kept]], place[self.right[kept]]
        low, high = np.minimum(one, two), np.maximum(one, two)
        order = np.lexsort((high, low))
        columns = (self.shared_m[kept][order], self.facing_m[kept][order], self.road[kept][order])
        return Contiguity(len(rows), low[order], high[order], *columns)

    def components(self) -> Positions:
        """Number the connected components: a label for each parcel."""
        links = coo_array((np.ones(len(self.left)), (self.left, self.right)), shape=(self.parcels, self.parcels))
        label: Positions = connected_components(links, directed=False)[1].astype(np.int64)
        return label

    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """Return for each parcel those that adjoin it."""
        found: list[list[int]] = [[] for _ in range(self.parcels)]
        for one, two in zip(self.left.tolist(), self.right.tolist(), strict=True):
            found[one].append(two)
            found[two].append(one)
        return tuple(tuple(sorted(near)) for near in found)


def contiguity(
    shapes: Shapes, gap_m: float, obstacles: Obstacles | None = None, least_facing_m: float = LEAST_FACING_M
) -> Contiguity:
    """Build the graph of adjoining polygons.

    Two parcels adjoin if they share at least a metre of edge, or if at least ``least_facing_m`` of their boundaries lie
    opposite each other no farther apart than the gap and the straight connection crosses no barrier. The road that it
    crosses is named.

    Args:
        shapes: polygons in a metric CRS; a missing or empty one adjoins nothing.
        gap_m: the widest gap; 0 asks for shared edges alone.
        obstacles: barriers and roads in the same CRS.
        least_facing_m: shortest opposite stretch across a gap.

    >>> row = np.array([shapely.box(0, 0, 30, 30), shapely.box(30, 0, 60, 30), shapely.box(75, 0, 100, 30)])
    >>> road = np.array([shapely.LineString([(67, -50), (67, 50)])])
    >>> found = contiguity(row, 20.0, Obstacles(np.empty(0, dtype=object), road))
    >>> list(zip(found.left.tolist(), found.right.tolist(), found.shared_m.tolist(), found.road.tolist()))
    [(0, 1, 30.0, -1), (1, 2, 0.0, 0)]

    """
    edges = Edges.of(shapes)
    left, right = near_boxes(edges.bounds, max(gap_m, TOUCHING_M))
    touching = shared_m(edges, left, right)
    shared = touching >= LEAST_SHARED_M
    touching[~shared] = 0.0
    faced, road = np.zeros(len(left)), np.full(len(left), NO_ROAD, dtype=np.int64)
    if gap_m > 0:
        apart = np.flatnonzero(~shared)
        measured = facing(edges, left[apart], right[apart], gap_m)
        far = measured.facing_m >= least_facing_m
        apart, link = apart[far], measured.link[far]
        known = obstacles or Obstacles.none()
        free = _crossing(link, known.barriers) < 0
        apart, link = apart[free], link[free]
        faced[apart] = measured.facing_m[far][free]
        road[apart] = _crossing(link, known.roads)
    kept = np.flatnonzero(shared | (faced > 0))
    kept = kept[np.lexsort((right[kept], left[kept]))]
    return Contiguity(len(shapes), left[kept], right[kept], touching[kept], faced[kept], road[kept])


def _crossing(links: Numbers, obstacles: Shapes) -> Positions:
    """Return for each link (x0, y0, x1, y1) the first obstacle that it meets, -1 for none."""
    found = np.full(len(links), NO_ROAD, dtype=np.int64)
    if not len(links) or not len(obstacles):
        return found
    lines = shapely.linestrings(links.reshape(-1, 2, 2))
    line, obstacle = shapely.STRtree(obstacles).query(lines, predicate="intersects")
    order = np.lexsort((-obstacle, line))
    found[line[order]] = obstacle[order]
    return found
