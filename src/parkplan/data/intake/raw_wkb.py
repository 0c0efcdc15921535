"""What can be said of shapes from their WKB alone, many rows at once, so that most need not be parsed to be checked.

A ring is proven simple where a point sees all of it: around the mean of its corners every side turns the same way, and
the sides go round once. Most parcels are so. What is not proven may be sound all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Codes = NDArray[np.uint32]
    Mask = NDArray[np.bool_]
    Positions = NDArray[np.int64]

POINT: Final = 1
POLYGON: Final = 3
MULTIPOLYGON: Final = 6
_CURVES_FROM: Final = 8
_CURVES_TO: Final = 12
_HEAD: Final = 5
_RING_AT: Final = 13
"""Byte order, type, number of rings and number of corners stand before the corners of a polygon of one ring."""
_PART_AT: Final = 9
_POINT_BYTES: Final = 21
_CORNER_BYTES: Final = 16
_LEAST_CORNERS: Final = 4
_ROUNDING: Final = 1e-12


def binary_column(values: Any) -> pa.ChunkedArray:  # noqa: ANN401 -- an Arrow column, or an array of bytes and None
    """Return WKB as an Arrow column.

    >>> binary_column(np.array([b"a", None], dtype=object)).null_count
    1
    """
    if not isinstance(values, pa.ChunkedArray):
        return pa.chunked_array([pa.array(values, pa.binary())])
    kept = pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)
    return values if kept else values.cast(pa.binary())


def proven_kinds(wkb: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return for each row its WKB type where it is proven flat, finite, not empty and valid, else 0.

    Proven are points, polygons of one ring, and multi-polygons of one such polygon.

    >>> import shapely
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> shapes = [shapely.Point(1, 2), shapely.box(0, 0, 1, 1), bow_tie, None]
    >>> proven_kinds(binary_column(shapely.to_wkb(np.array(shapes, dtype=object)))).tolist()
    [1, 3, 0, 0]
    """
    return np.concatenate([np.zeros(0, np.uint8), *map(_proven, wkb.chunks)])


def has_curves(wkb: pa.ChunkedArray) -> bool:
    """Say whether any WKB value is an arc or a curve polygon, which is to be read as straight pieces.

    >>> import shapely
    >>> has_curves(binary_column(np.array([shapely.to_wkb(shapely.Point(1, 2))], dtype=object)))
    False
    """
    for chunk in wkb.chunks:
        data, start, size = _values(chunk)
        there = start[size >= _HEAD]
        order, code = _heads(data, there)
        kind = np.where(order == 1, code, code.byteswap()) & 0x1FFFFFFF
        if ((kind % 1000 >= _CURVES_FROM) & (kind % 1000 <= _CURVES_TO)).any():
            return True
    return False


def _values(chunk: pa.Array) -> tuple[Bytes, Positions, Positions]:
    """Return all bytes of a chunk, and where each value begins and how long it is; NULL has length 0."""
    wide = np.int64 if pa.types.is_large_binary(chunk.type) else np.int32
    _, offsets, content = chunk.buffers()
    if not len(chunk) or offsets is None or content is None:
        return np.zeros(0, np.uint8), np.zeros(len(chunk), np.int64), np.zeros(len(chunk), np.int64)
    bounds = np.frombuffer(offsets, wide)[chunk.offset : chunk.offset + len(chunk) + 1].astype(np.int64)
    size = np.diff(bounds)
    if chunk.null_count:
        size[np.asarray(chunk.is_null().to_numpy(zero_copy_only=False))] = 0
    return np.frombuffer(content, np.uint8), bounds[:-1], size


def _windows(data: Bytes, start: Positions, length: int) -> Bytes:
    """Return the bytes from each start on, one row each."""
    if not len(start):
        return np.zeros((0, length), np.uint8)
    every = np.ndarray((len(data) - length + 1,), np.dtype((np.void, length)), data, strides=(1,))
    return np.ascontiguousarray(every[start]).view(np.uint8).reshape(-1, length)


def _heads(data: Bytes, start: Positions) -> tuple[Bytes, Codes]:
    head = _windows(data, start, _HEAD)
    return head[:, 0], np.ascontiguousarray(head[:, 1:]).view("<u4")[:, 0]


def _proven(chunk: pa.Array) -> NDArray[np.uint8]:
    data, start, size = _values(chunk)
    kinds = np.zeros(len(chunk), np.uint8)
    there = np.flatnonzero(size >= _POINT_BYTES)
    order, code = _heads(data, start[there])
    for kind in (POINT, POLYGON, MULTIPOLYGON):
        rows = there[(order == 1) & (code == kind)]
        if kind == POINT:
            rows = rows[size[rows] == _POINT_BYTES]
            sound = np.isfinite(_windows(data, start[rows] + _HEAD, _CORNER_BYTES).view("<f8")).all(axis=1)
        else:
            inner = _PART_AT if kind == MULTIPOLYGON else 0
            rows = rows[_counts_one(data, start[rows])] if inner else rows
            rows = rows[size[rows] >= inner + _RING_AT + _LEAST_CORNERS * _CORNER_BYTES]
            sound = _single_rings(data, start[rows] + inner, size[rows] - inner)
        kinds[rows[sound]] = kind
    return kinds


def _counts_one(data: Bytes, start: Positions) -> Mask:
    """Say whether the number behind the head, of parts or rings, is one."""
    return np.asarray(_windows(data, start + _HEAD, 4).view("<u4")[:, 0] == 1)


def _single_rings(data: Bytes, start: Positions, size: Positions) -> Mask:
    """Say which polygons have one ring that is proven simple; rings of as many corners are looked at together."""
    order, code = _heads(data, start)
    corners = _windows(data, start + _PART_AT, 4).view("<u4")[:, 0].astype(np.int64)
    fits = (order == 1) & (code == POLYGON) & _counts_one(data, start)
    fits &= corners * _CORNER_BYTES + _RING_AT == size
    sound = np.zeros(len(start), dtype=bool)
    for count in sorted(set(corners[fits].tolist())):
        rows = np.flatnonzero(fits & (corners == count))
        ring = _windows(data, start[rows] + _RING_AT, count * _CORNER_BYTES).view("<f8").reshape(-1, count, 2)
        sound[rows] = _seen_from_within(ring[:, :, 0], ring[:, :, 1])
    return sound


def _seen_from_within(x: NDArray[np.float64], y: NDArray[np.float64]) -> Mask:
    """Say which closed rings (rows of corners) go once round the mean of their corners, every side the same way."""
    closed = (x[:, 0] == x[:, -1]) & (y[:, 0] == y[:, -1])
    with np.errstate(invalid="ignore", over="ignore"):
        x = x - x[:, :-1].mean(axis=1, keepdims=True)
        y = y - y[:, :-1].mean(axis=1, keepdims=True)
        one, other = x[:, :-1] * y[:, 1:], x[:, 1:] * y[:, :-1]
        turn, unsure = one - other, _ROUNDING * (np.abs(one) + np.abs(other))
        same_way = (turn > unsure).all(axis=1) | (turn < -unsure).all(axis=1)
    rounds = ((y[:, :-1] < 0) & (y[:, 1:] >= 0)).sum(axis=1)
    return np.asarray(closed & same_way & (rounds == 1))
