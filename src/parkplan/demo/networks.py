"""Noding of line work and bridging of its loose pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from parkplan.demo.cutting import nearest, parts
from parkplan.demo.terrain import GRID_M

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from parkplan.demo.cutting import Flags, Floats, Integers, Shapes
    from parkplan.demo.terrain import Terrain

STUB_M: Final = 60.0
BEND_M: Final = 140.0
TAPER_M: Final = 160.0
FACING_M: Final = 85.0

Link: TypeAlias = "tuple[int, int, Floats, Floats]"
"""Two nodes and their coordinates."""


def noded(lines: Shapes, rank: Integers) -> tuple[Shapes, Integers]:
    """Split lines where they meet; return the pieces and the row of the line that each lies on.

    Where lines coincide the one of higher class (lower rank) is kept. Dead ends shorter than `STUB_M` are pruned.
    """
    pieces, owner = _split(lines, rank)
    for _ in range(2):
        node = ends(pieces)[0]
        degree = np.bincount(node.ravel())
        stub = (shapely.length(pieces) < STUB_M) & (degree[node] == 1).any(axis=1)
        pieces, owner = pieces[~stub], owner[~stub]
    return pieces, owner


def _split(lines: Shapes, rank: Integers) -> tuple[Shapes, Integers]:
    pieces, _ = parts(np.array([shapely.union_all(lines, grid_size=GRID_M)], dtype=object), kind=1)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    order = np.argsort(rank, kind="stable")
    piece, near = shapely.STRtree(lines[order]).query(middle, predicate="dwithin", distance=5 * GRID_M)
    first = np.lexsort((near, piece))
    piece, near = piece[first], near[first]
    piece, at = np.unique(piece, return_index=True)
    return pieces[piece], order[near[at]]


def _uncrossed(pieces: Shapes, owner: Integers) -> tuple[Shapes, Integers]:
    """The pieces with nodes where an approach to a bridge crosses another road."""
    pairs = shapely.STRtree(pieces).query(pieces, predicate="crosses")
    rows = np.unique(pairs)
    if not len(rows):
        return pieces, owner
    split, row = _split(pieces[rows], np.zeros(len(rows), dtype=np.int64))
    kept = np.delete(np.arange(len(pieces)), rows)
    return np.concatenate([pieces[kept], split]), np.concatenate([owner[kept], owner[rows[row]]])


def ends(lines: Shapes) -> tuple[Integers, Floats]:
    """Node number of both ends of each line, and the coordinates of the nodes."""
    both = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    xy = np.round(shapely.get_coordinates(both) / GRID_M).astype(np.int64)
    nodes, number = np.unique(xy, axis=0, return_inverse=True)
    return number.reshape(2, -1).T, nodes * GRID_M


def joined(lines: Shapes, rank: Integers, terrain: Terrain) -> tuple[Shapes, Integers]:
    """Node the lines and make them one net: roads that end at a canal meet a road of the other bank on a bridge.

    Roads that stay without a bridge end at the bank. Returns the pieces and the row of the line that each lies on.
    """
    pieces, owner = noded(lines, rank)
    node, xy = ends(pieces)
    facing = _facing(node, xy, terrain)
    links = [*facing, *_links(node, xy, facing)]
    pieces = pieces.copy()
    fresh, likes = [], []
    ended = _line_at(node)
    degree = np.bincount(node.ravel())
    for a, b, xy_a, xy_b in links:
        if degree[a] == 1 and degree[b] == 1 and np.hypot(*(xy_a - xy_b)) < BEND_M:
            for end, target in ((a, xy_a), (b, xy_b)):
                pieces[ended[end]] = _bent(pieces[ended[end]], target, (xy_a + xy_b) / 2)
        else:
            fresh.append(shapely.LineString([xy_a, xy_b]))
            likes.append(owner[ended[a]])
    if fresh:
        pieces = np.concatenate([pieces, np.array(fresh, dtype=object)])
        owner = np.concatenate([owner, np.array(likes)])
    pieces, owner = _banked(*_uncrossed(pieces, owner), terrain)
    main = _in_main_piece(pieces)
    return pieces[main], owner[main]


def _in_main_piece(lines: Shapes) -> Flags:
    """Whether each line belongs to the largest connected piece of the net."""
    node, xy = ends(lines)
    net = coo_array((np.ones(len(node)), (node[:, 0], node[:, 1])), shape=(len(xy), len(xy)))
    _, member = connected_components(net, directed=False)
    return np.asarray(member[node[:, 0]] == np.argmax(np.bincount(member)))


def _bent(line: BaseGeometry, end: Floats, target: Floats) -> BaseGeometry:
    """The line with its given end moved to the target; what lies within `TAPER_M` of the end moves with it in part."""
    line = shapely.segmentize(line, TAPER_M / 4)
    xy = shapely.get_coordinates(line)
    away = np.hypot(*(xy - end).T)
    moved = xy + (target - end) * np.clip(1.0 - away / TAPER_M, 0.0, 1.0)[:, None]
    last = np.argmin(away)
    moved[last] = np.round(target / GRID_M) * GRID_M
    keep = np.array([0, len(xy) - 1])
    moved[keep[keep != last]] = xy[keep[keep != last]]
    return shapely.LineString(moved)


def _banked(pieces: Shapes, owner: Integers, terrain: Terrain) -> tuple[Shapes, Integers]:
    """Pieces that end in a canal without a bridge are cut back to the bank."""
    node, xy = ends(pieces)
    loose = np.bincount(node.ravel(), minlength=len(xy)) == 1
    water = shapely.buffer(terrain.open_water, 4.0, quad_segs=3)
    shapely.prepare(water)
    wet = loose & shapely.contains_xy(water, xy)
    cut = wet[node].any(axis=1)
    dry, row = parts(shapely.difference(pieces[cut], water), kind=1)
    longest = np.lexsort((-shapely.length(dry), row))
    _, first = np.unique(row[longest], return_index=True)
    best = longest[first]
    best = best[shapely.length(dry[best]) > STUB_M / 3]
    kept = np.flatnonzero(cut)[row[best]]
    return np.concatenate([pieces[~cut], dry[best]]), np.concatenate([owner[~cut], owner[kept]])


def _line_at(node: Integers) -> dict[int, int]:
    """A line that ends at each node."""
    return dict(zip(node.ravel().tolist(), np.repeat(np.arange(len(node)), 2).tolist(), strict=True))


def _facing(node: Integers, xy: Floats, terrain: Terrain) -> list[Link]:
    """Dead ends in a canal that face each other: each the other's nearest, within `FACING_M`."""
    wet = np.bincount(node.ravel(), minlength=len(xy)) == 1
    water = shapely.buffer(terrain.open_water, 2.0, quad_segs=3)
    shapely.prepare(water)
    loose = np.flatnonzero(wet & shapely.contains_xy(water, xy))
    if len(loose) < 2:
        return []
    gap, near = nearest(xy[loose], xy[loose], 2)
    other = near[:, 1]
    mutual = (other[other] == np.arange(len(loose))) & (gap[:, 1] < FACING_M) & (np.arange(len(loose)) < other)
    pairs = zip(loose[mutual].tolist(), loose[other[mutual]].tolist(), strict=True)
    return [(a, b, xy[a], xy[b]) for a, b in pairs]


def _links(node: Integers, xy: Floats, given: list[Link]) -> list[Link]:
    """Pairs of nodes whose links join the net and the links given into one piece."""
    count = len(xy)
    pairs = np.vstack([node, np.array([link[:2] for link in given], dtype=np.int64).reshape(-1, 2)])
    net = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    pieces, member = connected_components(net, directed=False)
    links: list[Link] = []
    while pieces > 1:
        start, end, gap = _nearest_elsewhere(xy, member.astype(np.int64))
        weights = coo_array((gap, (member[start], member[end])), shape=(pieces, pieces)).tocsr()
        tree = minimum_spanning_tree(weights).tocoo()
        chosen = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
        kept = [
            (a, b)
            for a, b in zip(start.tolist(), end.tolist(), strict=True)
            if (int(member[a]), int(member[b])) in chosen
        ]
        links += [(a, b, xy[a], xy[b]) for a, b in kept]
        ends_of = np.array(kept)
        near, far = member[ends_of[:, 0]], member[ends_of[:, 1]]
        linked = coo_array((np.ones(len(kept)), (near, far)), shape=(pieces, pieces))
        pieces, label = connected_components(linked, directed=False)
        member = label[member]
    return links


def _nearest_elsewhere(xy: Floats, member: Integers) -> tuple[Integers, Integers, Floats]:
    """For each piece but the largest: its node nearest to another piece, that other node, and their distance."""
    main = int(np.argmax(np.bincount(member)))
    others = np.flatnonzero(member != main)
    distance, near = nearest(xy[others], xy, min(24, len(xy)))
    distance = np.where(member[near] != member[others][:, None], distance, np.inf)
    best = np.argmin(distance, axis=1)
    rows = np.arange(len(others))
    gap, target = distance[rows, best], near[rows, best]
    far = ~np.isfinite(gap)
    if far.any():
        trunk = np.flatnonzero(member == main)
        away, hit = nearest(xy[others[far]], xy[trunk], 1)
        gap[far], target[far] = away[:, 0], trunk[hit[:, 0]]
    order = np.lexsort((gap, member[others]))
    _, first = np.unique(member[others][order], return_index=True)
    chosen = order[first]
    return others[chosen], target[chosen], gap[chosen]
