"""Neighbours that share corners, proven to lie apart by the corners alone, many pairs at once.

Two simple rings that share one chain of corners, run along it in opposite directions, and whose other corners lie
strictly on opposite sides of the line through the ends of the chain meet nowhere but in the chain; since each lies on
its own side of the chain, their insides are apart. Where the chain is a single corner, any line through it that has
one ring on either side will do. What is not proven here may still be apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]
    Shapes = NDArray[np.object_]
    Mask = NDArray[np.bool_]

MOST_AT_A_CORNER: Final = 12
"""Polygons at one corner that are paired; where more meet, their pairs stay unproven."""
_ROUNDING: Final = 1e-14
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


@dataclass(frozen=True, slots=True)
class _Rings:
    """Outer rings against the clock, without the corner that closes them: ring r is ``corner[start[r]:start[r + 1]]``.

    ``shape`` is the position of each ring's polygon.
    """

    corner: NDArray[np.float64]
    start: Positions
    shape: Positions

    @property
    def sizes(self) -> Positions:
        return np.diff(self.start)

    @property
    def owner(self) -> Positions:
        return np.repeat(np.arange(len(self.shape)), self.sizes)


@dataclass(frozen=True, slots=True)
class _Shared:
    """Corners that two rings share, those of one pair together: corner ``at_first`` is corner ``at_second``."""

    first: Positions
    second: Positions
    at_first: Positions
    at_second: Positions


@dataclass(frozen=True, slots=True)
class _Chains:
    """Pairs of rings that share one chain: its corners in the first ring from ``begin`` to ``end``, both counted."""

    first: Positions
    second: Positions
    begin: Positions
    end: Positions
    at_second: Positions
    length: Positions


def proven_apart(shapes: Shapes, left: Positions, right: Positions) -> Mask:
    """Mark the pairs (left < right) of valid polygons whose insides are proven not to meet.

    >>> row = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(3, 0, 5, 2)])
    >>> proven_apart(row, np.array([0, 1]), np.array([1, 2])).tolist()
    [True, False]
    """
    rings = _rings(shapes)
    chains = _chains(rings, _shared(rings))
    apart = _on_either_side(rings, chains)
    first, second = rings.shape[chains.first[apart]], rings.shape[chains.second[apart]]
    proven = np.append(np.sort(np.minimum(first, second) * len(shapes) + np.maximum(first, second)), -1)
    asked = left * len(shapes) + right
    return np.asarray(proven[np.searchsorted(proven[:-1], asked)] == asked)


def _rings(shapes: Shapes) -> _Rings:
    single = shapely.get_num_geometries(shapes) == 1
    taken = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes) & single)
    sizes = shapely.get_num_coordinates(shapes[taken])
    corner = shapely.get_coordinates(shapes[taken])
    begin = np.cumsum(sizes) - sizes
    outer = sizes.copy()
    holed = np.flatnonzero(shapely.get_num_interior_rings(shapely.get_geometry(shapes[taken], 0)) > 0)
    outer[holed] = shapely.get_num_coordinates(shapely.get_exterior_ring(shapely.get_geometry(shapes[taken[holed]], 0)))
    place = np.arange(len(corner)) - np.repeat(begin, sizes)
    corner = corner[place < np.repeat(outer - 1, sizes)]
    start = np.concatenate([[0], np.cumsum(outer - 1)])
    return _Rings(_against_the_clock(corner, start), start, taken)


def _against_the_clock(corner: NDArray[np.float64], start: Positions) -> NDArray[np.float64]:
    """Return the corners with the order of those rings turned that run with the clock."""
    if not len(corner):
        return corner
    begin, sizes = start[:-1], np.diff(start)
    x, y = (corner - np.repeat(corner[begin], sizes, axis=0)).T
    step = x[:-1] * y[1:] - x[1:] * y[:-1]
    step[begin[1:] - 1] = 0.0
    turned = np.add.reduceat(np.append(step, 0.0), begin) < 0
    if not turned.any():
        return corner
    place = np.arange(len(corner))
    mirrored = np.repeat(begin + start[1:] - 1, sizes) - place
    return corner[np.where(np.repeat(turned, sizes), mirrored, place)]


def _shared(rings: _Rings) -> _Shared:
    """Pair the rings that meet at each corner; equal corners lie together after they are sorted by a mixed value."""
    bits = np.ascontiguousarray(rings.corner).view(np.uint64)
    mixed = (bits[:, 0] * _MIX[0]) ^ ((bits[:, 1] * _MIX[1]) >> np.uint64(7)) ^ (bits[:, 1] * _MIX[1])
    order = np.argsort(mixed)
    sorted_values = mixed[order]
    pairs = []
    for step in range(1, MOST_AT_A_CORNER):
        same = np.flatnonzero(sorted_values[step:] == sorted_values[:-step])
        if not len(same):
            break
        one, other = order[same], order[same + step]
        equal = (rings.corner[one] == rings.corner[other]).all(axis=1)
        pairs.append((one[equal], other[equal]))
    one, other = (np.concatenate(part) for part in zip(*pairs, strict=True)) if pairs else (order[:0], order[:0])
    owner = rings.owner
    swapped = owner[one] > owner[other]
    one, other = np.where(swapped, other, one), np.where(swapped, one, other)
    apart = owner[one] != owner[other]
    one, other = one[apart], other[apart]
    order = np.argsort(owner[other] * len(rings.corner) + one)  # by the second ring, then along the first
    one, other = one[order], other[order]
    return _Shared(owner[one], owner[other], one, other)


def _chains(rings: _Rings, shared: _Shared) -> _Chains:
    """Keep the pairs whose shared corners are one chain, neither ring as a whole."""
    if not len(shared.first):
        empty = shared.first
        return _Chains(empty, empty, empty, empty, empty, empty)
    pair = shared.first * len(rings.shape) + shared.second
    new = np.concatenate([[True], pair[1:] != pair[:-1]])
    group, begins = np.cumsum(new) - 1, np.flatnonzero(new)
    length = np.diff(np.append(begins, len(pair)))
    following = np.arange(len(pair)) + 1
    following[np.append(begins[1:], len(pair)) - 1] = begins
    linked = (_next(rings, shared.at_first, shared.first) == shared.at_first[following]) & (
        _next(rings, shared.at_second[following], shared.second) == shared.at_second
    )
    broken = np.add.reduceat(~linked, begins)
    one = (broken == 1) & (length < rings.sizes[shared.first[begins]])
    one &= length < rings.sizes[shared.second[begins]]
    at_end = np.flatnonzero(~linked & one[group])
    at_begin = following[at_end]
    return _Chains(shared.first[at_end], shared.second[at_end], shared.at_first[at_begin], shared.at_first[at_end],
                   shared.at_second[at_end], length[group[at_end]])  # fmt: skip


def _next(rings: _Rings, place: Positions, ring: Positions) -> Positions:
    following = place + 1
    return np.where(following == rings.start[ring + 1], rings.start[ring], following)


def _before(rings: _Rings, place: Positions, ring: Positions) -> Positions:
    return np.where(place == rings.start[ring], rings.start[ring + 1], place) - 1


def _on_either_side(rings: _Rings, chains: _Chains) -> Mask:
    """Say of each chain whether a line through its ends has the rest of the first ring left and of the other right."""
    if not len(chains.first):
        return np.zeros(0, dtype=bool)
    origin = rings.corner[chains.begin]
    direction = rings.corner[chains.end] - origin
    lone = np.flatnonzero(chains.length == 1)
    direction[lone] = _between(rings, chains, lone)
    left = _all_left(rings, chains.first, (chains.begin, chains.length), origin, direction)
    right = _all_left(rings, chains.second, (chains.at_second, chains.length), origin, -direction)
    return left & right


def _between(rings: _Rings, chains: _Chains, lone: Positions) -> NDArray[np.float64]:
    """Return a direction between the two rings at a single corner: across the difference of their middle directions."""
    middles = []
    for ring, place in ((chains.first[lone], chains.begin[lone]), (chains.second[lone], chains.at_second[lone])):
        here = rings.corner[place]
        sides = [rings.corner[step(rings, place, ring)] - here for step in (_next, _before)]
        middle = sum(side / np.hypot(*side.T)[:, None] for side in sides)
        middles.append(middle / np.maximum(np.hypot(*middle.T), np.finfo(float).tiny)[:, None])
    into_first = middles[0] - middles[1]
    return np.column_stack([into_first[:, 1], -into_first[:, 0]])


def _all_left(
    rings: _Rings,
    ring: Positions,
    chain: tuple[Positions, Positions],
    origin: NDArray[np.float64],
    direction: NDArray[np.float64],
) -> Mask:
    """Say whether all corners of a ring but those of its chain (where it begins, its length) lie left of a line."""
    begin, length = chain
    sizes, start = rings.sizes[ring], rings.start[ring]
    x, y = rings.corner.T.copy()
    found = np.zeros(len(ring), dtype=bool)
    for size in np.unique(sizes):
        same = np.flatnonzero(sizes == size)
        place = start[same, None] + np.arange(size)
        one = direction[same, :1] * (y[place] - origin[same, 1:])
        other = direction[same, 1:] * (x[place] - origin[same, :1])
        left = one - other > _ROUNDING * (np.abs(one) + np.abs(other))
        left |= (place - begin[same, None]) % size < length[same, None]
        found[same] = left.all(axis=1)
    return found
