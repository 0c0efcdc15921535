"""What the CRS doctor tells: reasons, candidates, and whether one of them is certain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import shapely

from parkplan.i18n import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parkplan.data.crs import Bounds, SourceCrs
    from parkplan.i18n import Language

    Geometries = NDArray[np.object_]

_SAMPLE: Final = 20_000
_OUTER_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of a decision: the key of a message (``room.name``) and its values."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the reason in the user's language."""
        return message(self.key, chosen, **self.values)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CRS that the numbers allow: how well it fits (0 to 1), why, and where the data would lie in degrees."""

    source: SourceCrs
    score: float
    reasons: tuple[Reason, ...]
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor says.

    ``chosen`` is None where the user has to decide; ``candidates`` stand in the order of their scores; ``changed``
    says that what is chosen is not what the file declares.
    """

    chosen: SourceCrs | None
    reasons: tuple[Reason, ...]
    candidates: tuple[Candidate, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where the bulk of the coordinates lies, as they are written: x and y from, x and y to.

    The outer hundredth at each end does not count, so that a slip of the pen in one row decides nothing.
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the extent."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def extent(self) -> NDArray[np.float64]:
        """The four numbers as an array."""
        return np.array([self.west, self.south, self.east, self.north], dtype=np.float64)

    def written(self) -> str:
        """Write the extent as a user reads it."""
        return f"x {self.west:.9g} … {self.east:.9g}, y {self.south:.9g} … {self.north:.9g}"

    def turned(self) -> Numbers:
        """Return the numbers with x and y exchanged."""
        return Numbers(self.south, self.west, self.north, self.east)

    @property
    def could_be_degrees(self) -> bool:
        """Whether the first number can be a longitude and the second a latitude."""
        x, y = self.middle
        return abs(x) <= 180.5 and abs(y) <= 90.5 and self.east - self.west <= 360 and self.north - self.south <= 180


class Sliced(Protocol):
    """Geometries of which some rows can be had, as of an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice, /) -> Geometries: ...


def numbers_of(geometry: Sliced) -> Numbers | None:
    """Return the numbers of geometries, or None where there are no finite coordinates.

    >>> numbers_of(np.array([shapely.box(1, 2, 3, 4)], dtype=object)).middle
    (2.0, 3.0)
    """
    step = max(1, len(geometry) // _SAMPLE)
    coordinates = shapely.get_coordinates(geometry[::step])
    coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    if not len(coordinates) and step > 1:
        coordinates = shapely.get_coordinates(geometry[:])
        coordinates = coordinates[np.isfinite(coordinates).all(axis=1)]
    if not len(coordinates):
        return None
    low, high = np.quantile(coordinates, (_OUTER_SHARE, 1 - _OUTER_SHARE), axis=0, method="nearest")
    return Numbers(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
