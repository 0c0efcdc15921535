"""Painting many small features into a picture: what vector tiles cannot carry at low zooms.

A pixel gets the colour of the last row that covers its centre; a feature that covers no centre paints the pixels of its
box, so that nothing disappears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.render.tiles.grid import TILE_PX, Flags, Floats, Integers, Tile
from parkplan.render.tiles.png import paletted_png
from parkplan.render.tiles.shapes import Shapes, runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SMALL_PX: Final = 2
"""Features up to this many pixels wide and high are painted as the pixels of their box."""


def paint(
    shapes: Shapes, tile: Tile, parts: Integers, boxes: Floats, codes: NDArray[np.int16], palette: Sequence[str]
) -> bytes:
    """Return the tile as a paletted PNG."""
    canvas = np.zeros(TILE_PX * TILE_PX, np.uint8)
    if len(parts):
        colour = (codes + 1).astype(np.uint8)
        low = np.floor(tile.to_units(boxes[:, [0, 3]], TILE_PX)).astype(np.int64)
        high = np.floor(tile.to_units(boxes[:, [2, 1]], TILE_PX)).astype(np.int64)
        small: Flags = np.all(high - low < _SMALL_PX, axis=1)
        pixel, owner = _boxes(low[small], high[small], np.flatnonzero(small))
        if not small.all():
            large = np.flatnonzero(~small)
            spread = _along if shapes.kind == "line" else _filled
            more, whose = spread(shapes, tile, parts[large])
            pixel, owner = np.concatenate([pixel, more]), np.concatenate([owner, large[whose]])
            order = np.argsort(owner, kind="stable")
            pixel, owner = pixel[order], owner[order]
        canvas[pixel] = colour[owner]
    return paletted_png(canvas.reshape(TILE_PX, TILE_PX), palette)


def _boxes(low: Integers, high: Integers, owner: Integers) -> tuple[Integers, Integers]:
    """Pixels of small boxes (corners included), and the owner of each pixel."""
    found = []
    for down in range(_SMALL_PX):
        for right in range(_SMALL_PX):
            column, row = low[:, 0] + right, low[:, 1] + down
            inside = (column <= high[:, 0]) & (row <= high[:, 1])
            inside &= (column >= 0) & (column < TILE_PX) & (row >= 0) & (row < TILE_PX)
            found.append((row[inside] * TILE_PX + column[inside], owner[inside]))
    pixel, owner = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    order = np.argsort(owner, kind="stable")
    return pixel[order], owner[order]


def _segments(shapes: Shapes, tile: Tile, parts: Integers) -> tuple[Floats, Floats, Integers]:
    """Both ends of every segment of the parts in pixels, and the number of the part among the given ones."""
    per_part = shapes.part_start[parts + 1] - shapes.part_start[parts]
    paths = runs(shapes.part_start[parts], per_part)
    counts = shapes.path_start[paths + 1] - shapes.path_start[paths]
    xy = tile.to_units(shapes.xy[runs(shapes.path_start[paths], counts)], TILE_PX)
    ends = np.cumsum(counts)
    following = np.arange(1, len(xy) + 1)
    following[ends - 1] = ends - counts
    whose = np.repeat(np.repeat(np.arange(len(parts)), per_part), counts)
    if shapes.kind == "line":
        real = np.ones(len(xy), bool)
        real[ends - 1] = False
        return xy[real], xy[following][real], whose[real]
    return xy, xy[following], whose


def _along(shapes: Shapes, tile: Tile, parts: Integers) -> tuple[Integers, Integers]:
    """Pixels under lines: every segment is walked in steps of at most half a pixel, inside the tile only."""
    start, end, whose = _segments(shapes, tile, parts)
    step = end - start
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.stack([(0 - start) / step, (TILE_PX - start) / step])
    at = np.where(step == 0, np.array([-np.inf, np.inf])[:, None, None], np.sort(at, axis=0))
    enters, leaves = np.maximum(at[0].max(axis=1), 0.0), np.minimum(at[1].min(axis=1), 1.0)
    meets = enters <= leaves
    start, step, whose, enters, leaves = start[meets], step[meets], whose[meets], enters[meets], leaves[meets]
    steps = np.ceil(2 * np.abs(step).max(axis=1) * (leaves - enters)).astype(np.int64) + 1
    segment = np.repeat(np.arange(len(steps)), steps)
    walked = runs(np.zeros_like(steps), steps) / np.maximum(steps - 1, 1)[segment]
    share = enters[segment] + (leaves - enters)[segment] * walked
    cell = np.floor(start[segment] + step[segment] * share[:, None]).astype(np.int64)
    inside = ((cell >= 0) & (cell < TILE_PX)).all(axis=1)
    return cell[inside, 1] * TILE_PX + cell[inside, 0], whose[segment[inside]]


def _filled(shapes: Shapes, tile: Tile, parts: Integers) -> tuple[Integers, Integers]:
    """Pixels whose centre lies in polygons, by the even-odd rule on each row of pixels, and their outlines."""
    start, end, whose = _segments(shapes, tile, parts)
    row, x, part = _crossings(start, end, whose)
    order = np.lexsort((x, row, part))
    row, x, part = row[order], x[order], part[order]
    left, right = x[0::2], x[1::2]
    first = np.clip(np.ceil(left - 0.5), 0, TILE_PX).astype(np.int64)
    last = np.clip(np.ceil(right - 0.5), 0, TILE_PX).astype(np.int64)
    # a span between two centres still paints the pixel that it lies in
    thin = (last == first) & (left >= 0) & (left < TILE_PX)
    first[thin] = np.floor(left[thin]).astype(np.int64)
    last[thin] = first[thin] + 1
    widths = np.maximum(last - first, 0)
    pixel = runs(row[0::2] * TILE_PX + first, widths)
    owner = np.repeat(part[0::2], widths)
    painted = np.bincount(owner, minlength=len(parts))
    thin_parts = np.flatnonzero(painted < _longest_side(start, whose, len(parts)))
    if not len(thin_parts):
        return pixel, owner
    more, which = _along(shapes, tile, parts[thin_parts])
    return np.concatenate([pixel, more]), np.concatenate([owner, thin_parts[which]])


def _longest_side(start: Floats, whose: Integers, count: int) -> Integers:
    """Whole pixels along the longer side of what is visible of each part: fewer painted ones mean a gap."""
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    first = np.flatnonzero(np.r_[True, whose[1:] != whose[:-1]])
    low[whose[first]] = np.minimum.reduceat(start, first)
    high[whose[first]] = np.maximum.reduceat(start, first)
    sides = np.clip(high, 0, TILE_PX) - np.clip(low, 0, TILE_PX)
    whole: Integers = np.max(sides, axis=1).astype(np.int64)
    return whole


def _crossings(start: Floats, end: Floats, whose: Integers) -> tuple[Integers, Floats, Integers]:
    """Where segments cross the centre lines of pixel rows: row, x, part; an even number of times for each ring."""
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.clip(np.ceil(low - 0.5), 0, TILE_PX).astype(np.int64)
    last = np.clip(np.ceil(high - 0.5), 0, TILE_PX).astype(np.int64)
    counts = last - first
    segment = np.repeat(np.arange(len(counts)), counts)
    row = runs(first, counts)
    from_, to = start[segment], end[segment]
    x = from_[:, 0] + (row + 0.5 - from_[:, 1]) / (to[:, 1] - from_[:, 1]) * (to[:, 0] - from_[:, 0])
    return row, x, whose[segment]
