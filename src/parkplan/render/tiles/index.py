"""A static index of boxes: sorted along a Morton curve, packed into nodes, searched level by level in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parkplan.render.tiles.grid import Floats, Integers

NODE = 32
"""Children of one node."""
_CELLS = (1 << 16) - 1


def _spread(values: Integers) -> Integers:
    """Put a zero bit between the 16 bits of each number."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        values = (values | values << shift) & mask
    return values


def morton(xy: Floats) -> Integers:
    """Position of points (n, 2) along a Morton curve through their extent, 32 bits."""
    if not len(xy):
        return np.empty(0, np.int64)
    low = xy.min(axis=0)
    span = np.maximum(xy.max(axis=0) - low, np.finfo(float).tiny)
    cell = ((xy - low) / span * _CELLS).astype(np.int64)
    return _spread(cell[:, 0]) | _spread(cell[:, 1]) << 1


def _parents(boxes: Floats) -> Floats:
    first = np.arange(0, len(boxes), NODE)
    low = np.minimum.reduceat(boxes[:, :2], first)
    return np.hstack([low, np.maximum.reduceat(boxes[:, 2:], first)])


@dataclass(frozen=True, slots=True)
class BoxIndex:
    """Boxes and their numbers in curve order, with one array of enclosing boxes for each level above."""

    order: Integers
    levels: tuple[Floats, ...]

    @classmethod
    def build(cls, boxes: Floats) -> BoxIndex:
        """Index boxes (n, 4) given as west, south, east, north."""
        order = np.argsort(morton((boxes[:, :2] + boxes[:, 2:]) / 2), kind="stable")
        levels = [boxes[order]]
        while len(levels[-1]) > NODE:
            levels.append(_parents(levels[-1]))
        return cls(order, tuple(levels))

    def query(self, box: tuple[float, float, float, float]) -> tuple[Integers, Floats]:
        """Return the numbers of the boxes that touch a box, ascending, and these boxes."""
        west, south, east, north = box
        nodes = np.arange(len(self.levels[-1]))
        for depth in range(len(self.levels) - 1, -1, -1):
            boxes = self.levels[depth][nodes]
            touching = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
            nodes = nodes[touching]
            if depth:
                nodes = (nodes[:, None] * NODE + np.arange(NODE)).ravel()
                nodes = nodes[nodes < len(self.levels[depth - 1])]
        numbers = self.order[nodes]
        ascending = np.argsort(numbers)
        return numbers[ascending], self.levels[0][nodes[ascending]]

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.order.nbytes + sum(level.nbytes for level in self.levels)
