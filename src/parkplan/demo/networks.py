"""Noding of line work and bridging of its loose pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from parkplan.demo.cutting import parts
from parkplan.demo.terrain import GRID_M

if TYPE_CHECKING:
    from parkplan.demo.cutting import Integers, Shapes

STUB_M: Final = 60.0


def noded(lines: Shapes, rank: Integers) -> tuple[Shapes, Integers]:
    """Split lines where they meet; return the pieces and the row of the line that each lies on.

    Where lines coincide the one of higher class (lower rank) is kept. Dead ends shorter than `STUB_M` are pruned.
    """
    pieces, _ = parts(np.array([shapely.union_all(lines, grid_size=GRID_M)], dtype=object), kind=1)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    order = np.argsort(rank, kind="stable")
    piece, near = shapely.STRtree(lines[order]).query(middle, predicate="dwithin", distance=5 * GRID_M)
    first = np.lexsort((near, piece))
    piece, near = piece[first], near[first]
    piece, at = np.unique(piece, return_index=True)
    pieces, owner = pieces[piece], order[near[at]]
    for _ in range(2):
        node = ends(pieces)[0]
        degree = np.bincount(node.ravel())
        stub = (shapely.length(pieces) < STUB_M) & (degree[node] == 1).any(axis=1)
        pieces, owner = pieces[~stub], owner[~stub]
    return pieces, owner


def ends(lines: Shapes) -> tuple[Integers, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Node number of both ends of each line, and the coordinates of the nodes."""
    both = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    xy = np.round(shapely.get_coordinates(both) / GRID_M).astype(np.int64)
    nodes, number = np.unique(xy, axis=0, return_inverse=True)
    return number.reshape(2, -1).T, nodes * GRID_M


def bridged(lines: Shapes) -> tuple[Shapes, Integers]:
    """Shortest links that join the net into one piece, node to node, and a line that each continues."""
    node, xy = ends(lines)
    count = len(xy)
    net = coo_array((np.ones(len(node)), (node[:, 0], node[:, 1])), shape=(count, count))
    pieces, member = connected_components(net, directed=False)
    links = []
    while pieces > 1:
        sizes = np.bincount(member)
        main = int(np.argmax(sizes))
        start, end, gap = _nearest_elsewhere(xy, member, main)
        weights = coo_array((gap, (member[start], member[end])), shape=(pieces, pieces)).tocsr()
        tree = minimum_spanning_tree(weights).tocoo()
        chosen = {(int(a), int(b)) for a, b in zip(tree.row, tree.col, strict=True)}
        keep = [i for i in range(len(start)) if (int(member[start[i]]), int(member[end[i]])) in chosen]
        links.extend((int(start[i]), int(end[i])) for i in keep)
        joined = coo_array((np.ones(len(keep)), (member[start[keep]], member[end[keep]])), shape=(pieces, pieces))
        pieces, label = connected_components(joined, directed=False)
        member = label[member]
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    at_node = np.zeros(count, dtype=np.int64)
    at_node[node.ravel()] = np.repeat(np.arange(len(lines)), 2)
    return shapely.linestrings(xy[pairs]), at_node[pairs[:, 0]]


def _nearest_elsewhere(xy, member, main):  # type: ignore[no-untyped-def]
    """For each piece but the largest: its node closest to any other piece, that other node, and the distance."""
    start, end, gap = [], [], []
    tree_main = cKDTree(xy[member == main])
    main_rows = np.flatnonzero(member == main)
    others = np.flatnonzero(member != main)
    tree = cKDTree(xy)
    distance, near = tree.query(xy[others], k=min(24, len(xy)))
    elsewhere = member[near] != member[others][:, None]
    distance = np.where(elsewhere, distance, np.inf)
    best = np.argmin(distance, axis=1)
    found = distance[np.arange(len(others)), best]
    target = near[np.arange(len(others)), best]
    far = ~np.isfinite(found)
    if far.any():
        found[far], hit = tree_main.query(xy[others[far]])
        target[far] = main_rows[hit]
    order = np.lexsort((found, member[others]))
    _, first = np.unique(member[others][order], return_index=True)
    rows = order[first]
    start, end, gap = others[rows], target[rows], found[rows]
    return start, end, gap
