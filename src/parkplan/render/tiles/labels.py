"""Names on the map: one point for each row, found once, in the one tile that contains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

from parkplan.render.tiles.commands import Paths, draw
from parkplan.render.tiles.grid import Flags, Floats, Integers, Tile
from parkplan.render.tiles.message import coded, layer_message
from parkplan.render.tiles.shapes import MERCATOR
from parkplan.render.tiles.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MOST_LABELS: Final = 1_000
"""Labels in one tile; the largest features come first."""
_LINES: Final = (1, 2, 5)


@dataclass(frozen=True)
class Labels:
    """Texts at points in EPSG:3857, from west to east; ``rows`` are their rows, ``rank`` the size of the features."""

    texts: Texts
    rows: Integers
    xy: Floats
    rank: Floats

    @classmethod
    def of(cls, texts: NDArray[np.object_], geometry: NDArray[Any], crs: pyproj.CRS | None = None) -> Labels:
        """Find a place inside each geometry that has a text; missing and empty texts have no label.

        >>> labels = Labels.of(np.array(["A", None]), np.array([shapely.box(0, 0, 2, 2), shapely.box(4, 0, 5, 1)]))
        >>> labels.texts.tolist(), labels.rows.tolist(), labels.xy.tolist()
        (['A'], [0], [[1.0, 1.0]])
        """
        named = np.array([isinstance(text, str) and text.strip() != "" for text in texts], bool)
        named &= ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        rows = np.flatnonzero(named)
        points = label_points(geometry[rows])
        xy = shapely.get_coordinates(points)
        if crs is not None and crs != MERCATOR:
            project = pyproj.Transformer.from_crs(crs, MERCATOR, always_xy=True)
            xy = np.column_stack(project.transform(xy[:, 0], xy[:, 1]))
        boxes = shapely.bounds(geometry[rows])
        rank = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        order = np.argsort(xy[:, 0], kind="stable")
        order = order[np.isfinite(xy[order]).all(axis=1)]
        return cls(Texts.of(np.asarray(texts, object)[rows][order]), rows[order], xy[order], rank[order])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays of numbers, from which `of_arrays` makes the same."""
        return {
            "content": self.texts.content,
            "start": self.texts.start,
            "rows": self.rows,
            "xy": self.xy,
            "rank": self.rank,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Labels:
        """Return labels from their arrays, without a copy."""
        return cls(Texts(arrays["content"], arrays["start"]), arrays["rows"], arrays["xy"], arrays["rank"])

    def message(self, name: str, tile: Tile, codes: NDArray[np.int16], mask: Flags | None) -> bytes:
        """Return the label layer of a tile: text ``n``, class ``c``; empty where no label of a shown row lies in it."""
        west, south, east, north = tile.bounds
        first, last = np.searchsorted(self.xy[:, 0], [west, east])
        near = np.arange(first, last)
        near = near[(self.xy[near, 1] > south) & (self.xy[near, 1] <= north) & (codes[self.rows[near]] >= 0)]
        if mask is not None:
            near = near[mask[self.rows[near]]]
        if len(near) > MOST_LABELS:
            near = near[np.argsort(-self.rank[near], kind="stable")[:MOST_LABELS]]
        if not len(near):
            return b""
        near = near[np.argsort(self.rows[near])]
        paths = Paths.rounded(tile.to_units(self.xy[near]), np.ones(len(near), np.int64), np.arange(len(near)))
        known, places = np.unique(self.texts[near], return_inverse=True)
        drawn = draw("point", paths, self.rows[near])
        return layer_message(
            name, "point", drawn, {"n": (places.astype(np.int64), known.tolist()), "c": coded(codes[drawn.rows])}
        )


def label_points(geometry: NDArray[Any]) -> NDArray[Any]:
    """Return a point on each geometry: the centroid if inside, the middle of a line, else one on the surface."""
    points: NDArray[Any] = shapely.centroid(geometry)
    lines = np.isin(shapely.get_type_id(geometry), _LINES)
    if lines.any():
        points[lines] = shapely.line_interpolate_point(_longest(geometry[lines]), 0.5, normalized=True)
    outside = ~lines & ~shapely.intersects(geometry, points)
    if outside.any():
        points[outside] = shapely.point_on_surface(geometry[outside])
    return points


def _longest(lines: NDArray[Any]) -> NDArray[Any]:
    """Return the longest part of each line, the first of equally long ones."""
    parts, row = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((-shapely.length(parts), row))
    rows, first = np.unique(row[order], return_index=True)
    longest: NDArray[Any] = lines.copy()
    longest[rows] = parts[order[first]]
    return longest
