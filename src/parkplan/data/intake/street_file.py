"""Whether an OpenStreetMap file is whole: the reader takes what comes before a fault and says nothing."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from parkplan.data.intake.faults import FileFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

_MOST_HEADER: Final = 64 * 1024
_MOST_BLOB: Final = 32 * 1024 * 1024
_TITLE: Final = "OpenStreetMap"


def require_whole(path: Path, name: str) -> None:
    """Check that the XML is well-formed, or that all blocks of the binary form can be unpacked.

    Raises FileFaultError when the file is cut or broken.
    """
    try:
        with path.open("rb") as stream:
            (_check_xml if path.suffix == ".osm" else _check_blocks)(stream)
    except (expat.ExpatError, zlib.error, struct.error, ValueError, IndexError) as error:
        raise FileFaultError("import_broken_file", file=name, format=_TITLE) from error


def _check_xml(stream: IO[bytes]) -> None:
    parser = expat.ParserCreate()
    parser.ParseFile(stream)


def _check_blocks(stream: IO[bytes]) -> None:
    while size := stream.read(4):
        (length,) = struct.unpack(">I", size)
        if length > _MOST_HEADER:
            raise ValueError(length)
        header = dict(_fields(_exactly(stream, length)))
        blob = header.get(3)
        if not isinstance(blob, int) or blob > _MOST_BLOB:
            raise ValueError(blob)
        content = dict(_fields(_exactly(stream, blob)))
        packed, stated = content.get(3), content.get(2, 0)
        if isinstance(packed, bytes) and isinstance(stated, int):
            unpacking = zlib.decompressobj()
            whole = unpacking.decompress(packed, _MOST_BLOB + 1)
            if len(whole) > _MOST_BLOB or not unpacking.eof or (stated and len(whole) != stated):
                raise ValueError(len(whole))


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) != length:
        raise ValueError(length)
    return content


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Go through the fields of a Protocol Buffers message: numbers and bytes; others do not stand in these blocks.

    >>> list(_fields(bytes([0x08, 0x96, 0x01, 0x12, 0x01, 0x41])))
    [(1, 150), (2, b'A')]
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == 0:
            yield key >> 3, value
        elif key & 7 == 2 and at + value <= len(message):
            yield key >> 3, message[at : at + value]
            at += value
        else:
            raise ValueError(key)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if shift > 63:
            raise ValueError(shift)
    return value | message[at] << shift, at + 1
