"""Many texts as one array of bytes and their places in it: a million names take no object each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parkplan.render.tiles.grid import Integers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as UTF-8, one after the other; ``start`` has the place of each, and the end of the last.

    What UTF-8 cannot hold (half of a surrogate pair, out of a broken file) is kept as it is.

    >>> texts = Texts.of(["江", "海", "a"])
    >>> texts[np.array([2, 0])].tolist(), len(texts)
    (['a', '江'], 3)
    """

    content: NDArray[np.uint8]
    start: Integers

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Pack texts."""
        pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
        start = np.zeros(len(pieces) + 1, np.int64)
        np.cumsum([len(piece) for piece in pieces], out=start[1:])
        return cls(np.frombuffer(b"".join(pieces), np.uint8), start)

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, places: Integers) -> NDArray[np.object_]:
        found = np.empty(len(places), object)
        ends = zip(self.start[places].tolist(), self.start[places + 1].tolist(), strict=True)
        for place, (first, last) in enumerate(ends):
            found[place] = self.content[first:last].tobytes().decode("utf-8", "surrogatepass")
        return found

    def tolist(self) -> list[str]:
        """Return all texts."""
        found: list[str] = self[np.arange(len(self))].tolist()
        return found
