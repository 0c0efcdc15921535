"""What can be said of shapes from their WKB alone, many rows at once, so that most need not be parsed to be checked.

A ring is proven simple where a point sees all of it: around the mean of its corners every side turns the same way, and
the sides go round once. Most parcels are so. A ring of few corners is proven, too, where each two sides lie apart. What
is not proven may be sound all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Block = tuple[int, "Positions", "Floats", "Floats"]
    Bytes = NDArray[np.uint8]
    Codes = NDArray[np.uint32]
    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Positions = NDArray[np.int64]

POINT: Final = 1
POLYGON: Final = 3
_MULTI: Final = 3
"""What the type of a multi-part shape is more than that of its part."""
_CURVES_FROM: Final = 8
_CURVES_TO: Final = 12
_HEAD: Final = 5
_RING_AT: Final = 13
"""Byte order, type, number of rings and number of corners stand before the corners of a polygon of one ring."""
_PART_AT: Final = 9
_POINT_BYTES: Final = 21
_CORNER_BYTES: Final = 16
_LEAST_CORNERS: Final = 4
_MOST_COMPARED: Final = 25
"""Rings of so many corners, the first one twice, are compared side by side; parsing longer ones costs less."""
_ROUNDING: Final = 2e-12
_BLOCK_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Measured:
    """Of each row its WKB type, its box (west, south, east, north) and its area, where they were read; else type 0."""

    kinds: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    areas: NDArray[np.float64]


def binary_column(values: Any) -> pa.ChunkedArray:  # noqa: ANN401 -- an Arrow column, or an array of bytes and None
    """Return WKB as an Arrow column.

    >>> binary_column(np.array([b"a", None], dtype=object)).null_count
    1
    """
    if not isinstance(values, pa.ChunkedArray):
        return pa.chunked_array([pa.array(values, pa.binary())])
    kept = pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type)
    return values if kept else values.cast(pa.binary())


def lone_parts(wkb: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return WKB in which a multi-part shape of one part is that part.

    >>> import shapely
    >>> box = shapely.box(0, 0, 1, 1)
    >>> found = lone_parts(binary_column(np.array([shapely.to_wkb(shapely.MultiPolygon([box]))], dtype=object)))
    >>> found[0].as_py() == shapely.to_wkb(box)
    True
    """
    return pa.chunked_array([_without_frames(chunk) for chunk in wkb.chunks], wkb.type)


def _without_frames(chunk: pa.Array) -> pa.Array:
    """Leave out what stands around a lone part, in little-endian WKB without heights; other values stay."""
    data, start, size = _values(chunk)
    rows = np.flatnonzero(size > _PART_AT + _HEAD)
    rows = rows[_is_of_parts(data[start[rows] + 1])]
    order, kind = _heads(data, start[rows])
    part_order, part_kind = _heads(data, start[rows] + _PART_AT)
    count = _numbers(_windows(data, start[rows] + _HEAD, _PART_AT - _HEAD))
    lone = (order == 1) & _is_of_parts(kind) & (count == 1) & (part_order == 1) & (part_kind + _MULTI == kind)
    if not lone.any():
        return chunk
    begin, length = start.copy(), size.copy()
    begin[rows[lone]] += _PART_AT
    length[rows[lone]] -= _PART_AT
    return _gathered(chunk, data, begin, length)


def _gathered(chunk: pa.Array, data: Bytes, begin: Positions, size: Positions) -> pa.Array:
    """Return a chunk of other values: the bytes that begin there and are so long; NULL stays NULL."""
    ends = np.cumsum(size)
    content = np.empty(int(ends[-1]), np.uint8)
    for length, rows in _by_size(size):
        if length:
            _every(content, length)[ends[rows] - length] = _every(data, length)[begin[rows]]
    wide = np.int64 if pa.types.is_large_binary(chunk.type) else np.int32
    known = pa.array(chunk.is_valid().to_numpy(zero_copy_only=False)).buffers()[1]
    offsets = np.concatenate([[0], ends]).astype(wide)
    return pa.Array.from_buffers(chunk.type, len(chunk), [known, pa.py_buffer(offsets), pa.py_buffer(content)])


def _is_of_parts(kind: NDArray[Any]) -> Mask:
    return np.asarray((kind > _MULTI) & (kind <= POLYGON + _MULTI))


def proven_kinds(wkb: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Return for each row its WKB type where it is proven flat, finite, not empty and valid, else 0.

    Proven are points and polygons of one ring.

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
        flat = (data[there] == 1) & (data[there + 1] - np.uint8(1) < _CURVES_FROM - 1)
        order, code = _heads(data, there[~flat])  # few rows: the first two bytes of most say that they are no arc
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
    return np.ascontiguousarray(_every(data, length)[start]).view(np.uint8).reshape(-1, length)


def _every(data: Bytes, length: int) -> NDArray[np.void]:
    """Return a view of the values of one length that begin at each byte."""
    return np.ndarray((len(data) - length + 1,), np.dtype((np.void, length)), data, strides=(1,))


def _heads(data: Bytes, start: Positions) -> tuple[Bytes, Codes]:
    head = _windows(data, start, _HEAD)
    return head[:, 0], _numbers(head[:, 1:])


def _numbers(four_bytes: Bytes) -> Codes:
    return np.ascontiguousarray(four_bytes).view("<u4")[:, 0]


def _plain(chunk: pa.Array) -> Iterator[Block]:
    """Give the rows of points and of polygons of one ring, with the corners of each.

    Rows of one size are looked at together, a block at a time that the processor keeps at hand: the size alone says
    which bytes must stand before the corners.
    """
    data, start, size = _values(chunk)
    for length, rows in _by_size(size):
        kind, head = _expected(length)
        if not kind:
            continue
        step = max(1, _BLOCK_BYTES // length)
        for some in np.split(rows, range(step, len(rows), step)):
            records = _records(data, start[some], length)
            same = records[:, : len(head)] == head
            fits = slice(None) if same.all() else same.all(axis=1)
            plain = np.ascontiguousarray(records[fits, len(head) :])
            if len(plain):
                corners = plain.view("<f8").reshape(len(plain), -1, 2).T
                yield kind, some[fits], np.ascontiguousarray(corners[0]), np.ascontiguousarray(corners[1])


def _by_size(size: Positions) -> Iterator[tuple[int, Positions]]:
    """Give each size with its rows in their order."""
    if not len(size):
        return
    if size.min() == size.max():
        yield int(size[0]), np.arange(len(size))
        return
    order = np.argsort(size, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(size[order])) + 1):
        yield int(size[rows[0]]), rows


def _expected(length: int) -> tuple[int, Bytes]:
    """Return what WKB of a length can be, and the bytes before its corners; 0 where it is nothing plain."""
    if length == _POINT_BYTES:
        return POINT, _head(POINT)
    corners, rest = divmod(length - _RING_AT, _CORNER_BYTES)
    return (0, np.zeros(0, np.uint8)) if rest or corners < _LEAST_CORNERS else (POLYGON, _head(POLYGON, 1, corners))


def _head(*numbers: int) -> Bytes:
    """Return the mark of little-endian WKB and the numbers behind it as bytes."""
    return np.concatenate([np.ones(1, np.uint8), np.array(numbers, "<u4").view(np.uint8)])


def _records(data: Bytes, start: Positions, length: int) -> Bytes:
    """Return the bytes from each start on, one row each, without a copy where they follow each other."""
    if int(start[-1]) - int(start[0]) == length * (len(start) - 1) and (np.diff(start) == length).all():
        return data[start[0] : start[0] + length * len(start)].reshape(-1, length)
    return _windows(data, start, length)


def _proven(chunk: pa.Array) -> NDArray[np.uint8]:
    kinds = np.zeros(len(chunk), np.uint8)
    for kind, rows, x, y in _plain(chunk):
        sound = np.isfinite(x[0]) & np.isfinite(y[0]) if kind == POINT else _simple(x, y)
        kinds[rows[sound]] = kind
    return kinds


def _simple(x: Floats, y: Floats) -> Mask:
    """Say which rings (columns of corners) are proven closed and simple."""
    closed = (x[0] == x[-1]) & (y[0] == y[-1])
    with np.errstate(invalid="ignore", over="ignore"):
        x = x - x[:-1].mean(axis=0)
        y = y - y[:-1].mean(axis=0)
        unsure = np.abs(x).max(axis=0) * np.abs(y).max(axis=0) * _ROUNDING
        simple = _seen_from_within(x, y, unsure)
        left = np.flatnonzero(closed & ~simple)
        if len(left) and len(x) <= _MOST_COMPARED:
            simple[left] = _sides_apart(x[:, left], y[:, left], unsure[left])
    return np.asarray(closed & simple)


def _seen_from_within(x: Floats, y: Floats, unsure: Floats) -> Mask:
    """Say which rings go once round the origin, each side the same way."""
    turn = x[:-1] * y[1:]
    turn -= x[1:] * y[:-1]
    same_way = (turn.min(axis=0) > unsure) | (turn.max(axis=0) < -unsure)
    below = y < 0
    rounds = np.count_nonzero(below[:-1] > below[1:], axis=0)
    return np.asarray(same_way & (rounds == 1))


def _sides_apart(x: Floats, y: Floats, unsure: Floats) -> Mask:
    """Say which rings have no two sides that meet but in the corner between them.

    Two sides are apart where one lies on one side of the line through the other, or their boxes do not meet; two that
    follow each other meet in their corner alone where the second does not run back.
    """
    along_x, along_y, sides = np.diff(x, axis=0), np.diff(y, axis=0), len(x) - 1
    left, right = np.empty((2, sides, *x.shape), dtype=bool)  # of each side: on which side of its line each corner lies
    for side in range(sides):
        turn = along_x[side] * (y - y[side]) - along_y[side] * (x - x[side])
        left[side], right[side] = turn > unsure, turn < -unsure
    beside = (left[:, :-1] & left[:, 1:]) | (right[:, :-1] & right[:, 1:])  # of each side: which sides lie beside it
    low_x, high_x = np.minimum(x[:-1], x[1:]), np.maximum(x[:-1], x[1:])
    low_y, high_y = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
    apart = np.ones(x.shape[1], dtype=bool)
    for side in range(sides):
        after = (side + 1) % sides
        onward = along_x[side] * along_x[after] + along_y[side] * along_y[after] > 0
        apart &= onward | left[side, after + 1] | right[side, after + 1]
        others = slice(side + 2, sides - (side == 0))
        boxes = (low_x[others] > high_x[side]) | (high_x[others] < low_x[side])
        boxes |= (low_y[others] > high_y[side]) | (high_y[others] < low_y[side])
        apart &= (beside[side, others] | beside[others, side] | boxes).all(axis=0)
    return apart


def measure(wkb: pa.ChunkedArray) -> Measured:
    """Read what needs no parsing of points and polygons of one ring; all else keeps kind 0, NaN and area 0.

    Rows with a kind are certain to be readable and finite; whether a ring is valid is not asked.

    >>> import shapely
    >>> box, hollow = shapely.box(0, 0, 2, 3), shapely.Point(1, 2).buffer(3).difference(shapely.Point(1, 2).buffer(1))
    >>> found = measure(binary_column(shapely.to_wkb(np.array([box, hollow], dtype=object))))
    >>> found.kinds.tolist(), found.boxes[0].tolist(), found.areas[0].tolist()
    ([3, 0], [0.0, 0.0, 2.0, 3.0], 6.0)
    """
    made = [_measured(chunk) for chunk in wkb.chunks]
    return Measured(
        np.concatenate([np.zeros(0, np.uint8), *(each.kinds for each in made)]),
        np.concatenate([np.zeros((4, 0)), *(each.boxes for each in made)], axis=1).T,
        np.concatenate([np.zeros(0), *(each.areas for each in made)]),
    )


def _measured(chunk: pa.Array) -> Measured:
    """Measure one chunk; its boxes are columns."""
    count = len(chunk)
    found = Measured(np.zeros(count, np.uint8), np.full((4, count), np.nan), np.zeros(count))
    for kind, rows, x, y in _plain(chunk):
        box = np.array([x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0)])
        sound = np.isfinite(box).all(axis=0) & (x[0] == x[-1]) & (y[0] == y[-1])
        known = rows[sound]
        found.kinds[known] = kind
        found.boxes[:, known] = box[:, sound]
        if kind != POINT:
            found.areas[known] = _ring_areas(x, y)[sound]
    return found


def moved_corners(wkb: pa.ChunkedArray, plain: Mask, move: Callable[[Floats], Floats]) -> pa.ChunkedArray:
    """Return WKB in which the corners of ``plain`` rows, those with a kind, are others; ``move`` takes (n, 2).

    >>> import shapely
    >>> column = binary_column(np.array([shapely.to_wkb(shapely.Point(1, 2))], dtype=object))
    >>> shapely.from_wkb(moved_corners(column, np.array([True]), lambda xy: xy * 10)[0].as_py()).wkt
    'POINT (10 20)'
    """
    ends = np.cumsum([len(chunk) for chunk in wkb.chunks], dtype=np.int64)
    parts = np.split(plain, ends[:-1]) if len(ends) else []
    return pa.chunked_array([_moved(*each, move) for each in zip(wkb.chunks, parts, strict=True)], wkb.type)


def _moved(chunk: pa.Array, plain: Mask, move: Callable[[Floats], Floats]) -> pa.Array:
    if not plain.any():
        return chunk
    data, start, size = _values(chunk)
    content = data.copy()
    for length, rows in _by_size(np.where(plain, size, 0)):
        if length:
            records = _windows(data, start[rows], length)
            corners = records[:, len(_expected(length)[1]) :]
            moved = move(np.ascontiguousarray(corners).view("<f8").reshape(-1, 2))
            corners[:] = np.ascontiguousarray(moved, "<f8").view(np.uint8).reshape(corners.shape)
            _every(content, length)[start[rows]] = records.view(np.dtype((np.void, length)))[:, 0]
    known, offsets, _ = chunk.buffers()
    return pa.Array.from_buffers(chunk.type, len(chunk), [known, offsets, pa.py_buffer(content)], offset=chunk.offset)


def _ring_areas(x: Floats, y: Floats) -> Floats:
    """Return the areas of closed rings (columns of corners), summed as GEOS does."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.abs(((x[1:-1] - x[0]) * (y[:-2] - y[2:])).sum(axis=0) / 2))
