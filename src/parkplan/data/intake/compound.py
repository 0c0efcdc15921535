"""Whether the parts of an old workbook (XLS) hang together: a chain that turns round would be read for ever.

Such a file is a compound file: sectors of 512 or 4096 bytes, and tables that say for each sector which one follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.data.intake.faults import FileFaultError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = 512
_LAST_SECTOR: Final = 0xFFFFFFFA
_DIRECTORY_ENTRY: Final = 128
_SMALL: Final = 4096


def require_chains(path: Path, name: str) -> None:
    """Check that every chain of sectors ends inside the file; other files than compound files are passed.

    Raises FileFaultError when one does not.
    """
    content = path.read_bytes()
    if content[:8] != MARK:
        return
    try:
        _check(content)
    except (ValueError, IndexError) as error:
        raise FileFaultError("import_broken_file", file=name, format="Excel") from error


def _check(content: bytes) -> None:
    head = np.frombuffer(content[:_HEADER], "<u4")
    exponent = int.from_bytes(content[30:32], "little")
    if len(head) != _HEADER // 4 or exponent not in (9, 12):
        raise ValueError(exponent)
    size = 1 << exponent
    sectors = (len(content) + size - 1) // size - 1

    def sector(number: int) -> NDArray[np.uint32]:
        part = content[(number + 1) * size : (number + 2) * size]
        return np.frombuffer(part.ljust(size, b"\xff"), "<u4")

    tables = [int(each) for each in head[19:128] if each < _LAST_SECTOR]
    further, left = int(head[17]), sectors
    while further < _LAST_SECTOR and left:
        listed = sector(_inside(further, sectors))
        tables += [int(each) for each in listed[:-1] if each < _LAST_SECTOR]
        further, left = int(listed[-1]), left - 1
    follows = np.concatenate([sector(_inside(each, sectors)) for each in tables]) if tables else head[:0]
    directory = chain(follows, int(head[12]), sectors)
    small = np.concatenate([sector(each) for each in chain(follows, int(head[15]), sectors)] or [head[:0]])
    entries = b"".join(sector(each).tobytes() for each in directory)
    for at in range(0, len(entries) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        kind = entries[at + 66]
        start, length = (int.from_bytes(entries[at + off : at + off + 4], "little") for off in (116, 120))
        if kind == 5 or (kind == 2 and length >= _SMALL):
            chain(follows, start, sectors)
        elif kind == 2 and length:
            chain(small, start, len(small))


def _inside(number: int, sectors: int) -> int:
    if not 0 <= number < sectors:
        raise ValueError(number)
    return number


def chain(follows: NDArray[np.uint32], start: int, sectors: int) -> list[int]:
    """Return the sectors from a start to the end; raises ValueError where the chain leads outside or round.

    >>> chain(np.array([1, 0xFFFFFFFE], np.uint32), 0, 2)
    [0, 1]
    """
    found: list[int] = []
    while start < _LAST_SECTOR:
        if len(found) > sectors:
            raise ValueError(start)
        found.append(_inside(start, sectors))
        start = int(follows[start])
    return found
