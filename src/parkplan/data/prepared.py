"""Arrays prepared for the map, kept beside a workspace so that the next start finds them; they may be deleted.

One file holds a few arrays and facts. It is mapped into memory, not read: arrays that a tile does not need stay on the
disk. The name of a file is the hash of everything that it was made from, so that a new version of a table never meets
an old file; a checksum tells a damaged one.

A file is: eight bytes of mark, length and CRC-32 of the head, CRC-32 of the rest, the head (JSON: facts, and for each
array its type, shape and place), then the arrays, each at a multiple of 64 bytes.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parkplan._errors import ParkplanError
from parkplan.data.files import made_whole, require_space

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from parkplan.data.workspace import Workspace

    Array = NDArray[Any]

ENDING: Final = ".arrays"
_MARK: Final = b"PPARRAY1"
_START: Final = struct.Struct("<8sQII")
_ALIGNED: Final = 64
_KINDS: Final = "biuf"
"""Kinds of numpy that a file may hold: numbers and truth values, never objects."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one file holds; the arrays are read-only, and those of a file lie in the memory of the system."""

    facts: Mapping[str, Any]
    arrays: Mapping[str, Array]


def key_of(*content: object) -> str:
    """Return the name for what is made from this content, which JSON must be able to write.

    >>> key_of("shapes", 1)[:8]
    '27ce8a41'
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:40]


def read_prepared(ws: Workspace, kind: str, key: str) -> Prepared | None:
    """Return what was prepared, or None where there is nothing, or the file is damaged."""
    try:
        with _path(ws, kind, key).open("rb") as stream:
            return _opened(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def _opened(content: mmap.mmap) -> Prepared | None:
    mark, length, head_sum, rest_sum = _START.unpack_from(content)
    whole = memoryview(content)
    head = whole[_START.size : _START.size + length]
    if mark != _MARK or zlib.crc32(head) != head_sum or zlib.crc32(whole[_START.size + length :]) != rest_sum:
        return None
    told = json.loads(bytes(head))
    start = _aligned(_START.size + length)
    return Prepared(told["facts"], {name: _array(content, start, place) for name, place in told["arrays"].items()})


def _array(content: mmap.mmap, start: int, place: Mapping[str, Any]) -> Array:
    kind = np.dtype(place["type"])
    if kind.kind not in _KINDS:
        raise ValueError(place["type"])
    shape = tuple(place["shape"])
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        return np.empty(shape, kind)
    return np.frombuffer(content, kind, count, start + place["at"]).reshape(shape)


def keep_prepared(ws: Workspace, kind: str, key: str, prepared: Prepared) -> None:
    """Keep what was prepared where there is a place for it; a fault costs only time later."""
    path = _path(ws, kind, key)
    if not path.parent.is_dir():
        return
    arrays = {name: np.ascontiguousarray(array) for name, array in prepared.arrays.items()}
    head, pieces = _head(prepared.facts, arrays)
    rest = 0
    for piece in pieces:
        rest = zlib.crc32(piece, rest)
    with suppress(OSError, ParkplanError):
        require_space(path.parent, len(head) + sum(len(piece) for piece in pieces))
        with made_whole(path) as temporary, temporary.open("xb") as stream:
            stream.write(_START.pack(_MARK, len(head), zlib.crc32(head), rest))
            for piece in (head, *pieces):
                stream.write(piece)


def _head(facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> tuple[bytes, list[bytes | memoryview]]:
    """Return the head of a file, and what follows it: fillings and arrays in turn."""
    places: dict[str, Any] = {}
    fillings, at = [0], 0
    for name, array in arrays.items():
        places[name] = {"type": array.dtype.str, "shape": list(array.shape), "at": at}
        end = at + array.nbytes
        at = _aligned(end)
        fillings.append(at - end)
    head = json.dumps({"facts": facts, "arrays": places}, sort_keys=True, separators=(",", ":")).encode()
    fillings[0] = _aligned(_START.size + len(head)) - _START.size - len(head)
    pieces: list[bytes | memoryview] = [bytes(fillings[0])]
    for array, filling in zip(arrays.values(), fillings[1:], strict=True):
        pieces += [array.reshape(-1).view(np.uint8).data, bytes(filling)]
    return head, pieces


def _aligned(place: int) -> int:
    return -(-place // _ALIGNED) * _ALIGNED


def forget_prepared(ws: Workspace, wanted: Collection[tuple[str, str]]) -> int:
    """Remove every prepared file but the wanted ones, given as kind and key; return how many there were."""
    names = {f"{kind}-{key}{ENDING}" for kind, key in wanted}
    found = [path for path in ws.derived.glob(f"[!.]*{ENDING}") if path.name not in names]
    for path in found:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return len(found)


def _path(ws: Workspace, kind: str, key: str) -> Path:
    return ws.derived / f"{kind}-{key}{ENDING}"
