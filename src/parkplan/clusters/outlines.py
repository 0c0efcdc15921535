"""Outlines of dense groups of firms, found by HDBSCAN; a description, not a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.clusters.statement import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SIZE: Final = 5
AROUND_M: Final = 30.0
"""Outlines are drawn this far around the firms."""
HULL_RATIO: Final = 0.4


@dataclass(frozen=True, slots=True)
class Outlines:
    """Dense groups among n firms.

    ``label`` is the group of each firm, -1 for those outside any; ``shape`` the outline of each group. ``halved`` and
    ``doubled`` say how many groups there would be with half and twice the least size: large differences mean that the
    groups depend on that choice.
    """

    label: NDArray[np.int64]
    shape: NDArray[Any]
    least_size: int
    halved: int
    doubled: int

    @property
    def outside(self) -> float:
        """Share of the firms that are in no group."""
        return float((self.label < 0).mean())

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Firms in each group."""
        return np.bincount(self.label[self.label >= 0], minlength=len(self.shape))


def outlines(xy: NDArray[np.float64], *, least_size: int = 15, subject: str = "") -> Outlines | Refusal:
    """Find dense groups (HDBSCAN, Campello et al. 2013) and draw a concave outline around each.

    Args:
        xy: n positions in metres.
        least_size: fewest firms of a group, at least 5.
        subject: names the firms in a refusal.

    """
    size = max(least_size, LEAST_SIZE)
    if len(xy) < 2 * size:
        return Refusal("outlines", subject, "few_firms", len(xy), 2 * size)
    label = _labels(xy, size)
    shapes = [_outline(xy[label == group]) for group in range(label.max() + 1)]
    halved, doubled = (int(_labels(xy, max(each, 2)).max()) + 1 for each in (size // 2, size * 2))
    return Outlines(label, np.array(shapes, dtype=object), size, halved, doubled)


def _labels(xy: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    from sklearn.cluster import HDBSCAN  # type: ignore[import-untyped]  # none are published

    if size > len(xy):
        return np.full(len(xy), -1, np.int64)
    found = HDBSCAN(min_cluster_size=size, copy=True).fit(xy - xy.mean(0)).labels_
    return np.asarray(found, np.int64)


def _outline(points: NDArray[np.float64]) -> Any:  # noqa: ANN401  # a shapely polygon
    hull = shapely.concave_hull(shapely.multipoints(points), ratio=HULL_RATIO)
    return shapely.buffer(hull, AROUND_M, quad_segs=4)
