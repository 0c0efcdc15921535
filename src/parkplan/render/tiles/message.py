"""A layer of a vector tile as bytes (Vector Tile Specification 2.1, section 4).

Everything inside a feature is a varint, so that a whole layer is one array of numbers, encoded at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.render.tiles.grid import EXTENT
from parkplan.render.tiles.wire import field, varint, varint_sizes, varints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parkplan.render.tiles.commands import Drawn
    from parkplan.render.tiles.grid import Integers, Tokens
    from parkplan.render.tiles.shapes import Kind

_TYPE: Final[dict[Kind, int]] = {"point": 1, "line": 2, "polygon": 3}
_LAYER: Final = 3
_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = 1, 2, 3, 4, 5, 15
_ID, _TAGS, _GEOMETRY_TYPE, _GEOMETRY = 1, 2, 3, 4
_TEXT, _UNSIGNED = 1, 5
_NESTED: Final = 2
_HEAD: Final = 8
"""Numbers of a feature around its tags: tag and length of itself, id, tags, type; without the geometry's two."""


def layer_message(
    name: str, kind: Kind, drawn: Drawn, properties: Mapping[str, tuple[Integers, Sequence[int] | Sequence[str]]]
) -> bytes:
    """Encode one layer; a property is the place of each feature's value, and the values.

    The id of a feature is its row.
    """
    tags = np.empty((len(drawn.rows), 2 * len(properties)), np.uint32)
    values: list[bytes] = []
    for column, (places, known) in enumerate(properties.values()):
        tags[:, 2 * column] = column
        tags[:, 2 * column + 1] = places + len(values)
        values += [field(_VALUE, _value(value)) for value in known]
    body = b"".join(
        [
            varint(_VERSION << 3) + varint(2),
            field(_NAME, _utf8(name)),
            varints(_features(kind, drawn, tags)),
            *(field(_KEY, _utf8(key)) for key in properties),
            *values,
            varint(_EXTENT << 3) + varint(EXTENT),
        ]
    )
    return field(_LAYER, body)


def coded(codes: NDArray[np.int16]) -> tuple[Integers, list[int]]:
    """Return the place of each code among the codes that occur, and these."""
    counts = np.bincount(codes)
    known = np.flatnonzero(counts)
    places = np.zeros(len(counts), np.int64)
    places[known] = np.arange(len(known))
    return places[codes], known.tolist()


def _utf8(text: str) -> bytes:
    """Encode a text; half a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""
    return text.encode("utf-8", errors="replace")


def _value(value: int | str) -> bytes:
    return field(_TEXT, _utf8(value)) if isinstance(value, str) else varint(_UNSIGNED << 3) + varint(value)


def _features(kind: Kind, drawn: Drawn, tags: Tokens) -> Tokens:
    """All numbers of all features: a head with the lengths, then the geometry commands."""
    count, width = tags.shape
    head = np.empty((count, _HEAD + width + 2), np.uint32)
    head[:, 0] = _FEATURE << 3 | _NESTED
    head[:, 2] = _ID << 3
    head[:, 3] = drawn.rows
    head[:, 4] = _TAGS << 3 | _NESTED
    head[:, 5] = varint_sizes(tags.ravel()).reshape(tags.shape).sum(axis=1)
    head[:, 6 : 6 + width] = tags
    head[:, 6 + width] = _GEOMETRY_TYPE << 3
    head[:, 7 + width] = _TYPE[kind]
    head[:, 8 + width] = _GEOMETRY << 3 | _NESTED
    ends = np.cumsum(drawn.counts)
    in_bytes = np.add.reduceat(varint_sizes(drawn.tokens), ends - drawn.counts) if count else ends
    head[:, 9 + width] = in_bytes
    inner = head[:, 2:]
    head[:, 1] = varint_sizes(inner.ravel()).reshape(inner.shape).sum(axis=1) + in_bytes
    out = np.empty(head.size + len(drawn.tokens), np.uint32)
    starts = ends - drawn.counts + np.arange(count) * head.shape[1]
    is_head = np.zeros(len(out), bool)
    is_head[(starts[:, None] + np.arange(head.shape[1])).ravel()] = True
    out[is_head] = head.ravel()
    out[~is_head] = drawn.tokens
    return out
