"""The grid of web map tiles: addresses, extents in EPSG:3857 and the units inside a tile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Tokens = NDArray[np.uint32]

WORLD_HALF_M: Final = math.pi * 6_378_137.0
"""Half the side of the Web Mercator square: half the equator of the sphere with the WGS 84 semi-major axis."""
EXTENT: Final = 4096
"""Units along the side of a vector tile."""
TILE_PX: Final = 512
"""Screen pixels along the side of a tile."""
UNITS_PER_PX: Final = EXTENT // TILE_PX
MAX_ZOOM: Final = 22


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the XYZ grid; y counts from the north.

    >>> Tile(1, 0, 0).bounds[2:] == (0.0, WORLD_HALF_M)
    True
    >>> Tile(1, 2, 0)
    Traceback (most recent call last):
    ValueError: no tile 1/2/0
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.z <= MAX_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z):
            raise ValueError(f"no tile {self.z}/{self.x}/{self.y}")

    @property
    def side_m(self) -> float:
        """Length of the side in projected metres."""
        return 2 * WORLD_HALF_M / (1 << self.z)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857."""
        side = self.side_m
        west, north = self.x * side - WORLD_HALF_M, WORLD_HALF_M - self.y * side
        return west, north - side, west + side, north

    def padded(self, units: float) -> tuple[float, float, float, float]:
        """Return the bounds grown by a buffer, given in tile units."""
        west, south, east, north = self.bounds
        pad = units * self.side_m / EXTENT
        return west - pad, south - pad, east + pad, north + pad

    def to_units(self, xy: Floats, side: int = EXTENT) -> Floats:
        """Turn EPSG:3857 points (n, 2) into tile units: x to the east, y to the south, ``side`` units along a side."""
        west, _, _, north = self.bounds
        scale = side / self.side_m
        units = np.empty_like(xy)
        np.multiply(xy[:, 0] - west, scale, out=units[:, 0])
        np.multiply(north - xy[:, 1], scale, out=units[:, 1])
        return units


def pixel_m(zoom: int) -> float:
    """Side of one pixel in projected metres.

    >>> round(pixel_m(14), 3)
    4.777
    """
    return 2 * WORLD_HALF_M / (1 << zoom) / TILE_PX


def tile_at(zoom: int, x_m: float, y_m: float) -> Tile:
    """Return the tile that contains a point in EPSG:3857.

    >>> tile_at(2, 1.0, -1.0)
    Tile(z=2, x=2, y=2)
    """
    count = 1 << zoom
    column = math.floor((x_m + WORLD_HALF_M) / (2 * WORLD_HALF_M) * count)
    row = math.floor((WORLD_HALF_M - y_m) / (2 * WORLD_HALF_M) * count)
    return Tile(zoom, min(max(column, 0), count - 1), min(max(row, 0), count - 1))
