"""Protocol Buffers on the wire, as far as a vector tile needs it: variable-length integers and nested fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from parkplan.render.tiles.grid import Integers, Tokens

_STEPS = (1 << 7, 1 << 14, 1 << 21, 1 << 28)


def varint(value: int) -> bytes:
    """Encode one unsigned number, seven bits to a byte, low bits first.

    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    """Encode a length-delimited field: a nested message, a text or packed numbers.

    >>> field(1, b"ab").hex()
    '0a026162'
    """
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint_sizes(values: Tokens) -> Integers:
    """Bytes that each number takes as a varint: 1 to 5."""
    sizes = np.ones(len(values), np.int64)
    for step in _STEPS:
        more = values >= step
        if not more.any():
            break
        sizes += more
    return sizes


def varints(values: Tokens) -> bytes:
    """Encode an array of numbers as consecutive varints.

    >>> varints(np.array([1, 300], np.uint32)).hex()
    '01ac02'
    """
    sizes = varint_sizes(values)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    at, rest, left = ends - sizes, values, sizes
    while len(rest):
        goes_on = left > 1
        out[at] = (rest & np.uint32(0x7F)).astype(np.uint8) | (goes_on.astype(np.uint8) << np.uint8(7))
        at, rest, left = at[goes_on] + 1, rest[goes_on] >> np.uint32(7), left[goes_on] - 1
    return out.tobytes()


def zigzag(values: Integers) -> Tokens:
    """Fold signed numbers into unsigned ones so that small magnitudes stay short: 0, -1, 1, -2 to 0, 1, 2, 3."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint32)
