"""One map layer as vector tiles and painted overview tiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.render.tiles.clip import clip_lines, clip_rings
from parkplan.render.tiles.commands import NOTHING, Drawn, Paths, both, draw, squares
from parkplan.render.tiles.grid import (
    EXTENT,
    MAX_ZOOM,
    TILE_PX,
    WORLD_HALF_M,
    Flags,
    Floats,
    Integers,
    Tile,
    pixel_m,
)
from parkplan.render.tiles.labels import Labels
from parkplan.render.tiles.message import coded, layer_message
from parkplan.render.tiles.overview import paint
from parkplan.render.tiles.shapes import Shapes, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BUFFER: Final[dict[str, int]] = {"polygon": 128, "line": 128, "point": 320}
"""How far around a tile its features are taken along, in units: half a stroke, or the radius of a symbol."""
REACH: Final = EXTENT
"""How far a feature may reach beyond the tile before it is cut, in units."""
LIGHT: Final = 15_000
"""Features in one tile that a browser draws without being noticed."""
VISIBLE_PX: Final = 3.0
"""Size from which a feature is seen as a shape."""


@dataclass(frozen=True)
class TileLayer:
    """Shapes with a class for each row; answers tiles from any thread.

    A vector tile carries every part that touches the tile and is larger than a pixel (1/512 of the side). Smaller ones
    are drawn as one pixel where they lie, once per pixel, so that no gap appears where something is. The id of a
    feature is its row, property ``c`` its class. Rows with a negative class are not shown.

    ``labels`` are texts by row; they come as points of a second layer ``<name>_label`` with property ``n``, each only
    in the tile that contains it, from ``label_zoom`` on. ``widths`` is a second class for the width of lines, ``w``.
    """

    name: str
    shapes: Shapes
    codes: NDArray[np.int16]
    labels: Labels | None = None
    label_zoom: int = 0
    widths: NDArray[np.int16] | None = None

    def __post_init__(self) -> None:
        if len(self.codes) != self.shapes.rows:
            raise ValueError(f"{self.shapes.rows} rows, but {len(self.codes)} class codes")

    def tile(self, z: int, x: int, y: int, mask: Flags | None = None) -> bytes:
        """Return the vector tile, or no bytes where there is nothing; ``mask`` chooses rows.

        >>> import shapely
        >>> TileLayer("plots", Shapes.of([shapely.box(0, 0, 9, 9)]), np.zeros(1, np.int16)).tile(14, 0, 0)
        b''
        """
        tile = Tile(z, x, y)
        parts, boxes = self._parts(tile.padded(BUFFER[self.shapes.kind]), mask)
        drawn = self._draw(tile, parts, boxes) if len(parts) else NOTHING
        out = b"" if not len(drawn.rows) else layer_message(self.name, self.shapes.kind, drawn, self._properties(drawn))
        if self.labels is not None and z >= self.label_zoom:
            out += self.labels.message(f"{self.name}_label", tile, self.codes, mask)
        return out

    def overview(self, z: int, x: int, y: int, palette: Sequence[str], mask: Flags | None = None) -> bytes:
        """Return the tile as a painted picture, PNG, 512 pixels square; ``palette`` has ``#rrggbb[aa]`` by class."""
        tile = Tile(z, x, y)
        parts, boxes = self._parts(tile.padded(EXTENT // TILE_PX), mask)
        return paint(self.shapes, tile, parts, boxes, self.codes[self.shapes.part_row[parts]], palette)

    @cached_property
    def overview_below(self) -> int:
        """The zoom under which painted overview tiles replace vector tiles.

        Zero for layers that are light at every zoom. Else the first zoom at which the busiest tile is light, or at
        which half of the features are areas larger than three pixels: areas of that size leave room for no more than a
        browser draws, while lines may lie as densely as they like.
        """
        shown = self.codes[self.shapes.part_row] >= 0
        boxes = self.shapes.index.levels[0][shown[self.shapes.index.order]]
        if len(boxes) <= LIGHT:
            return 0
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        median_m = float(np.median(self.shapes.part_size_m[shown])) if self.shapes.kind == "polygon" else 0.0
        for zoom in range(MAX_ZOOM + 1):
            if median_m >= VISIBLE_PX * pixel_m(zoom) or _busiest(centres, zoom) <= LIGHT:
                return zoom
        return MAX_ZOOM

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in EPSG:3857 of the rows that are shown, or None when there are none."""
        shown = self.codes[self.shapes.part_row[self.shapes.index.order]] >= 0
        boxes = self.shapes.index.levels[0][shown]
        if not len(boxes):
            return None
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def _parts(self, box: tuple[float, float, float, float], mask: Flags | None) -> tuple[Integers, Floats]:
        """Return the parts that touch a box and are shown, ascending, and their boxes."""
        parts, boxes = self.shapes.index.query(box)
        rows = self.shapes.part_row[parts]
        shown = self.codes[rows] >= 0
        if mask is not None:
            shown &= mask[rows]
        return parts[shown], boxes[shown]

    def _draw(self, tile: Tile, parts: Integers, boxes: Floats) -> Drawn:
        kind = self.shapes.kind
        if kind == "point":
            small = np.full(len(parts), len(parts) > LIGHT)
        else:
            small = self.shapes.part_size_m[parts] < pixel_m(tile.z)
        large = parts[~small]
        drawn = self._draw_large(tile, large, boxes[~small]) if len(large) else NOTHING
        if not small.any():
            return drawn
        rows = self.shapes.part_row[parts[small]]
        rest = ~np.isin(rows, drawn.rows)
        centres = (boxes[small, :2] + boxes[small, 2:])[rest] / 2
        return both(drawn, self._draw_small(tile, centres, rows[rest]))

    def _draw_large(self, tile: Tile, parts: Integers, boxes: Floats) -> Drawn:
        """Take the vertices of the parts, cut what reaches too far, round to the grid."""
        west, south, east, north = tile.padded(REACH)
        wide = (boxes[:, 0] < west) | (boxes[:, 1] < south) | (boxes[:, 2] > east) | (boxes[:, 3] > north)
        rows = self.shapes.part_row
        if wide.any():
            wide = np.isin(rows[parts], rows[parts[wide]])  # all parts of a row go one way, to become one feature
        near = draw(self.shapes.kind, Paths.rounded(*self._gather(tile, parts[~wide])), rows)
        return both(near, self._draw_cut(tile, parts[wide])) if wide.any() else near

    def _draw_cut(self, tile: Tile, parts: Integers) -> Drawn:
        low, high = -float(BUFFER[self.shapes.kind]), float(EXTENT + BUFFER[self.shapes.kind])
        xy, counts, part = self._gather(tile, parts)
        if self.shapes.kind == "line":
            xy, counts, line = clip_lines(xy, counts, low, high)
            part = part[line]
        else:
            xy, counts = clip_rings(xy, counts, low, high)
        return draw(self.shapes.kind, Paths.rounded(xy, counts, part), self.shapes.part_row)

    def _gather(self, tile: Tile, parts: Integers) -> tuple[Floats, Integers, Integers]:
        """Return vertices in tile units, vertices per path, part of each path."""
        shapes = self.shapes
        per_part = shapes.part_start[parts + 1] - shapes.part_start[parts]
        paths = runs(shapes.part_start[parts], per_part)
        counts = shapes.path_start[paths + 1] - shapes.path_start[paths]
        vertices = runs(shapes.path_start[paths], counts)
        return tile.to_units(shapes.xy[vertices]), counts, np.repeat(parts, per_part)

    def _draw_small(self, tile: Tile, centres: Floats, rows: Integers) -> Drawn:
        """Draw one pixel for each pixel that has something in it; the first row stands for the others."""
        cells = np.floor(tile.to_units(centres, TILE_PX)).astype(np.int64)
        inside = ((cells >= 0) & (cells < TILE_PX)).all(axis=1)
        cells, rows = cells[inside], rows[inside]
        _, first = np.unique(cells[:, 1] * TILE_PX + cells[:, 0], return_index=True)
        first = first[np.argsort(rows[first], kind="stable")]
        return squares(self.shapes.kind, cells[first], rows[first])

    def _properties(self, drawn: Drawn) -> dict[str, tuple[Integers, list[int]]]:
        found = {"c": coded(self.codes[drawn.rows])}
        if self.widths is not None:
            found["w"] = coded(self.widths[drawn.rows])
        return found


def _busiest(centres: Floats, zoom: int) -> int:
    """Most points in one tile of a zoom."""
    cells = ((centres + WORLD_HALF_M) * ((1 << zoom) / (2 * WORLD_HALF_M))).astype(np.int64)
    return int(np.unique(cells[:, 0] << 32 | cells[:, 1], return_counts=True)[1].max())
