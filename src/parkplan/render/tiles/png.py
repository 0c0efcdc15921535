"""Paletted PNG pictures (ISO/IEC 15948): a colour number for each pixel, number 0 is transparent."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_COLOURS: Final = 255
_PALETTED: Final = 3
_LEVEL: Final = 3
"""zlib effort: more costs twice the time and saves a tenth."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rgba(colour: str) -> tuple[int, int, int, int]:
    """Read ``#rrggbb`` or ``#rrggbbaa``.

    >>> rgba("#ff000080")
    (255, 0, 0, 128)
    """
    parts = bytes.fromhex(colour.removeprefix("#"))
    red, green, blue, alpha = parts if len(parts) == 4 else (*parts, 255)
    return red, green, blue, alpha


def paletted_png(pixels: NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    r"""Encode a picture (height, width) whose pixel n > 0 has ``colours[n - 1]``.

    >>> paletted_png(np.zeros((1, 1), np.uint8), ["#000000"])[:4]
    b'\x89PNG'
    """
    if len(colours) > MOST_COLOURS:
        raise ValueError(f"{len(colours)} colours, at most {MOST_COLOURS}")
    table = [(0, 0, 0, 0), *(rgba(colour) for colour in colours)]
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = pixels
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _PALETTED, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in table for part in colour[:3])),
            _chunk(b"tRNS", bytes(colour[3] for colour in table)),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), _LEVEL)),
            _chunk(b"IEND", b""),
        ]
    )
