"""Ways along roads: lines become a graph, points are tied to it, and distances are those that one travels.

A road is open in both directions. Where a field says at which level a line runs (a bridge, an underpass), lines of
different levels meet only at their ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from parkplan.metrics.road_nodes import GRID_M, noded, numbered

if TYPE_CHECKING:
    import numpy.typing as npt

    from parkplan.metrics.road_nodes import Noded

    Numbers = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Shapes = npt.NDArray[Any]

LEVELS: Final = ("level", "layer")
"""Columns in which a road table may say at which level a road runs; bridges are 1, tunnels -1."""
BATCH: Final = 256
"""Places whose ways are sought at once: their table of nodes stays small."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """Roads as a graph: k nodes where lines meet or end, m edges between them.

    Attributes:
        nodes: k coordinates in metres.
        tail: m nodes at which edges begin; ``head`` those at which they end.
        head: see ``tail``.
        length_m: m lengths in the plane.
        lines: m pieces of line.
        source: m positions of the line that was given; below 0 for lines that were added later (see `extended`).
        level: m levels; 0 is the ground.
        component: k numbers: nodes of one number reach each other; 0 has the most road.

    """

    nodes: Numbers
    tail: Rows
    head: Rows
    length_m: Numbers
    lines: Shapes
    source: Rows
    level: Numbers
    component: Rows
    tree: shapely.STRtree = field(repr=False)

    @property
    def components(self) -> int:
        """How many parts do not reach each other."""
        return int(self.component.max()) + 1 if len(self.component) else 0

    def matrix(self) -> csr_array:
        """Return the k x k lengths of the direct edges; of several between two nodes the shortest."""
        low, high = np.minimum(self.tail, self.head), np.maximum(self.tail, self.head)
        order = np.lexsort((self.length_m, high, low))
        low, high, length = low[order], high[order], self.length_m[order]
        fresh = np.ones(len(low), dtype=bool)
        fresh[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        keep = fresh & (low != high)
        size = len(self.nodes)
        one = coo_array((length[keep], (low[keep], high[keep])), shape=(size, size))
        return csr_array(one + one.T)


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """Places tied to the nearest edge: n edges (-1 where the place is unknown or there is no road).

    ``along_m`` is the part of the edge before the foot of the perpendicular, ``off_m`` the straight line to that foot.
    """

    edge: Rows
    along_m: Numbers
    off_m: Numbers

    def __len__(self) -> int:
        return len(self.edge)


def road_graph(lines: Shapes, level: Numbers | None = None) -> RoadGraph:
    """Build the graph of road centre lines in a metric CRS.

    Lines are split wherever they meet on one level, coordinates are rounded to 1 cm, and ends that then coincide are
    one node. Gaps stay gaps: see `open_ends`.

    Args:
        lines: n lines or multi-lines; missing and empty ones are left out.
        level: n levels; 0 (also where unknown) is the ground. Without them all lines meet where they cross.

    >>> cross = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (50 -50, 50 50)"])
    >>> road_graph(cross).components, road_graph(cross, np.array([0.0, 1.0])).components
    (1, 2)
    """
    pieces = noded(lines, level)
    height = np.zeros(len(lines)) if level is None else np.nan_to_num(np.asarray(level, dtype=np.float64))
    return _graph(pieces, height[pieces.source])


def _graph(pieces: Noded, level: Numbers) -> RoadGraph:
    size = len(pieces.nodes)
    links = coo_array((np.ones(len(pieces.tail)), (pieces.tail, pieces.head)), shape=(size, size))
    number, label = connected_components(links, directed=False) if size else (0, np.empty(0, dtype=np.int64))
    length = shapely.length(pieces.lines)
    road = np.bincount(label[pieces.tail], weights=length, minlength=number)
    rank = np.empty(number, dtype=np.int64)
    rank[np.argsort(-road, kind="stable")] = np.arange(number)
    return RoadGraph(
        pieces.nodes, pieces.tail, pieces.head, length, pieces.lines, pieces.source, level, rank[label],
        shapely.STRtree(pieces.lines),
    )  # fmt: skip


def extended(graph: RoadGraph, lines: Shapes) -> tuple[RoadGraph, Rows]:
    """Add lines on the ground to a graph, and return where its edges are now (m positions, -1 where one was split).

    Only the edges that a new line meets are split again. The pieces of the new line at position k have ``-1 - k`` as
    their source.

    >>> street = road_graph(shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 200 0)"]))
    >>> more, place = extended(street, np.array([shapely.LineString([(50, -10), (50, 40)])]))
    >>> sorted(more.source.tolist()), place.tolist(), more.components
    ([-1, -1, 0, 0, 1], [-1, 0], 1)
    """
    _, near = graph.tree.query(lines, predicate="dwithin", distance=GRID_M)
    met = np.unique(near[graph.level[near] == 0.0])
    rest = np.setdiff1d(np.arange(len(graph.lines)), met)
    local = noded(np.concatenate([graph.lines[met], lines]))
    own = np.concatenate([graph.source[met], -1 - np.arange(len(lines))])[local.source]
    pieces = numbered(np.concatenate([graph.lines[rest], local.lines]), np.concatenate([graph.source[rest], own]))
    place = np.full(len(graph.lines), -1, dtype=np.int64)
    place[rest] = np.arange(len(rest))
    return _graph(pieces, np.concatenate([graph.level[rest], np.zeros(len(local.lines))])), place


def tied(graph: RoadGraph, points: Numbers) -> Tied:
    """Tie points (n x 2, NaN where unknown) to the nearest edge, however far it is; of equally near ones the first."""
    edge = np.full(len(points), -1, dtype=np.int64)
    along, off = np.full(len(points), np.nan), np.full(len(points), np.nan)
    known = np.flatnonzero(np.isfinite(points).all(axis=1)) if len(graph.lines) else np.empty(0, dtype=np.int64)
    if len(known):
        place = shapely.points(points[known])
        asked, found = graph.tree.query_nearest(place, all_matches=True)
        order = np.lexsort((found, asked))
        first = np.unique(asked[order], return_index=True)[1]
        edge[known] = found[order][first]
        on = graph.lines[edge[known]]
        along[known] = shapely.line_locate_point(on, place)
        off[known] = shapely.distance(on, place)
    return Tied(edge, along, off)


def way_m(graph: RoadGraph, origins: Tied, places: Tied, *, limit_m: float = np.inf) -> Numbers:
    """Return the ways between n origins and m places, n x m metres.

    A way is the straight line to the road, the road, and the straight line from it. It is inf where no road leads
    there or the road part is longer than ``limit_m``, and NaN where an end is not tied.

    >>> street = road_graph(shapely.from_wkt(["LINESTRING (0 0, 100 0)"]))
    >>> one, other = tied(street, np.array([[10.0, 5.0]])), tied(street, np.array([[90.0, 0.0], [np.nan, 0.0]]))
    >>> way_m(street, one, other).tolist()
    [[85.0, nan]]
    """
    found = np.full((len(origins), len(places)), np.inf)
    for begin in range(0, len(places), BATCH):
        part = slice(begin, begin + BATCH)
        chosen = Tied(places.edge[part], places.along_m[part], places.off_m[part])
        found[:, part] = _road_part(graph, origins, chosen, limit_m)
    found += origins.off_m[:, None] + places.off_m[None, :]
    found[origins.edge < 0], found[:, places.edge < 0] = np.nan, np.nan
    return found


def nearest_way_m(graph: RoadGraph, origins: Tied, places: Tied) -> Numbers:
    """Return the way from each origin to the nearest place: inf where none is reached, NaN where it is not tied.

    Places that are not tied to a road count as not there.
    """
    there = places.edge >= 0
    chosen = Tied(places.edge[there], places.along_m[there], places.off_m[there])
    return _from_nodes(graph, origins, chosen, node_ways_m(graph, chosen))


def node_ways_m(graph: RoadGraph, places: Tied) -> Numbers:
    """Return the way from each of the k nodes to the nearest place; inf where none is reached."""
    size = len(graph.nodes)
    there = np.flatnonzero(places.edge >= 0)
    if not len(there):
        return np.full(size, np.inf)
    edge, along, off = places.edge[there], places.along_m[there], places.off_m[there]
    ends = np.concatenate([graph.tail[edge], graph.head[edge]])
    cost = np.concatenate([along, graph.length_m[edge] - along]) + np.tile(off, 2)
    least = np.full(size, np.inf)
    np.minimum.at(least, ends, np.maximum(cost, 0.0))
    reached = np.flatnonzero(np.isfinite(least))
    rows = np.full(len(reached), size)
    root = coo_array((least[reached], (rows, reached)), shape=(size + 1, size + 1))
    return np.asarray(dijkstra(_with(graph.matrix(), csr_array(root)), indices=np.array([size]))[0, :size])


def ways_to_road_m(graph: RoadGraph, origins: Tied, chosen: npt.NDArray[np.bool_]) -> Numbers:
    """Return the way from each origin to the nearest of the chosen edges (m flags): inf where none is reached.

    >>> streets = road_graph(shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 100 50)"]))
    >>> ways_to_road_m(streets, tied(streets, np.array([[40.0, 3.0]])), streets.source == 1).tolist()
    [63.0]
    """
    size = len(graph.nodes)
    starts = np.unique(np.concatenate([graph.tail[chosen], graph.head[chosen]]))
    reach = np.full(size, np.inf)
    if len(starts):
        reach = dijkstra(graph.matrix(), indices=starts, min_only=True)
    found = _from_nodes(graph, origins, Tied(*(np.empty(0, dtype=kind) for kind in (np.int64, float, float))), reach)
    on = (origins.edge >= 0) & chosen[origins.edge] if len(chosen) else np.zeros(len(origins), dtype=bool)
    return np.asarray(np.where(on, origins.off_m, found))


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """A dead end at ``x``, ``y`` of the line at position ``source`` that misses another road by ``gap_m``."""

    x: float
    y: float
    gap_m: float
    source: int
    other: int


def open_ends(graph: RoadGraph, within_m: float) -> list[OpenEnd]:
    """Return the dead ends that almost reach another road, the smallest gap first; ``other`` is its position.

    Such a gap is most often a fault of drawing; it is reported, never closed.
    """
    degree = np.bincount(np.concatenate([graph.tail, graph.head]), minlength=len(graph.nodes))
    ends = np.flatnonzero(degree == 1)
    place = shapely.points(graph.nodes[ends])
    asked, near = graph.tree.query(place, predicate="dwithin", distance=within_m)
    other = (graph.tail[near] != ends[asked]) & (graph.head[near] != ends[asked])
    asked, near = asked[other], near[other]
    gap = shapely.distance(place[asked], graph.lines[near])
    own = np.empty(len(graph.nodes), dtype=np.int64)
    own[graph.tail], own[graph.head] = graph.source, graph.source
    found: dict[int, OpenEnd] = {}
    for end, width, edge in sorted(zip(ends[asked].tolist(), gap.tolist(), near.tolist(), strict=True)):
        x, y = graph.nodes[end].tolist()
        found.setdefault(end, OpenEnd(x, y, width, int(own[end]), int(graph.source[edge])))
    return sorted(found.values(), key=lambda one: (one.gap_m, one.x, one.y))


def _road_part(graph: RoadGraph, origins: Tied, places: Tied, limit_m: float) -> Numbers:
    """Return the road part of the ways, n x m; what is not tied gets inf."""
    size, number = len(graph.nodes), len(places)
    there = np.flatnonzero(places.edge >= 0)
    found = np.full((len(origins), number), np.inf)
    known = np.flatnonzero(origins.edge >= 0)
    if not len(there) or not len(known):
        return found
    edge, along = places.edge[there], places.along_m[there]
    cost = np.concatenate([along, graph.length_m[edge] - along])
    root = np.tile(size + np.arange(len(there)), 2)
    ends = np.concatenate([graph.tail[edge], graph.head[edge]])
    whole = size + len(there)
    out = coo_array((np.maximum(cost, 0.0), (root, ends)), shape=(whole, whole))
    reach = dijkstra(_with(graph.matrix(), _shorter(out)), indices=size + np.arange(len(there)), limit=limit_m)
    own, before = origins.edge[known], origins.along_m[known]
    after = graph.length_m[own] - before
    road = np.minimum(reach[:, graph.tail[own]] + before, reach[:, graph.head[own]] + after)
    here = edge[:, None] == own[None, :]
    road = np.where(here, np.minimum(road, np.abs(along[:, None] - before[None, :])), road)
    found[np.ix_(known, there)] = np.where(road <= limit_m, road, np.inf).T
    return found


def _shorter(out: coo_array) -> csr_array:
    """Return the links, of two between the same nodes (the ends of a loop) the shorter one."""
    order = np.lexsort((out.data, out.col, out.row))
    row, col, data = out.row[order], out.col[order], out.data[order]
    fresh = np.ones(len(row), dtype=bool)
    fresh[1:] = (row[1:] != row[:-1]) | (col[1:] != col[:-1])
    return csr_array(coo_array((data[fresh], (row[fresh], col[fresh])), shape=out.shape))


def _with(streets: csr_array, links: csr_array) -> csr_array:
    """Return a graph with links of further nodes below it; links of no length stay links."""
    size, whole = streets.shape[0], links.shape[0]
    starts = np.concatenate([streets.indptr, streets.indptr[-1] + links.indptr[size + 1 :]])
    indices = np.concatenate([streets.indices, links.indices])
    return csr_array((np.concatenate([streets.data, links.data]), indices, starts), shape=(whole, whole))


def _from_nodes(graph: RoadGraph, origins: Tied, places: Tied, reach: Numbers) -> Numbers:
    """Return ways of origins from the ways of the nodes; a place on the same edge may be nearer."""
    found = np.full(len(origins), np.nan)
    known = np.flatnonzero(origins.edge >= 0)
    edge, before = origins.edge[known], origins.along_m[known]
    after = graph.length_m[edge] - before
    road = np.minimum(reach[graph.tail[edge]] + before, reach[graph.head[edge]] + after)
    order = np.argsort(places.edge, kind="stable")
    begin = np.searchsorted(places.edge[order], edge, side="left")
    end = np.searchsorted(places.edge[order], edge, side="right")
    for place in np.flatnonzero(end > begin).tolist():
        here = order[begin[place] : end[place]]
        direct = np.abs(places.along_m[here] - before[place]) + places.off_m[here]
        road[place] = min(road[place], float(direct.min()))
    found[known] = road + origins.off_m[known]
    return found
