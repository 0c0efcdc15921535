"""GCJ-02 and BD-09: the shifted coordinates of Chinese web maps, and the way back to WGS 84.

GCJ-02 adds to longitude and latitude a smooth offset of some hundred metres, given by a published series on the
ellipsoid of Krassowsky (a = 6,378,245 m, e² = 0.00669342162296594323). It has no closed inverse; ten steps of a fixed
point iteration reach it far below a millimetre. BD-09 turns and shifts GCJ-02 once more. Outside of China nothing is
shifted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_A: Final = 6_378_245.0
_E2: Final = 0.00669342162296594323
_X_PI: Final = np.pi * 3000.0 / 180.0
_STEPS: Final = 10
_BD_EAST, _BD_NORTH = 0.0065, 0.006
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def wgs84_to_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Shift WGS 84 degrees to GCJ-02.

    >>> [round(float(v[0]), 4) for v in wgs84_to_gcj02(np.array([113.912316]), np.array([22.543847]))]
    [113.9172, 22.5408]
    """
    longitude, latitude = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    east, north = _offset(longitude, latitude)
    return longitude + east, latitude + north


def gcj02_to_wgs84(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Bring GCJ-02 degrees back to WGS 84."""
    longitude, latitude = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = longitude, latitude
    for _ in range(_STEPS):
        east, north = _offset(x, y)
        x, y = longitude - east, latitude - north
    return x, y


def gcj02_to_bd09(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Turn GCJ-02 degrees to BD-09."""
    x, y = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _X_PI)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _X_PI)
    return radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH


def bd09_to_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Bring BD-09 degrees back to GCJ-02, by the same iteration as for GCJ-02."""
    longitude, latitude = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    x, y = longitude - _BD_EAST, latitude - _BD_NORTH
    for _ in range(_STEPS):
        there_x, there_y = gcj02_to_bd09(x, y)
        x, y = x - (there_x - longitude), y - (there_y - latitude)
    return x, y


def bd09_to_wgs84(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Bring BD-09 degrees back to WGS 84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(longitude, latitude))


def _offset(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    x, y = longitude - 105.0, latitude - 35.0
    common = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += _waves(y, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += _waves(x, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    radians = np.radians(latitude)
    magic = 1.0 - _E2 * np.sin(radians) ** 2
    north = np.degrees(north / (_A * (1.0 - _E2) / (magic * np.sqrt(magic))))
    east = np.degrees(east / (_A / np.sqrt(magic) * np.cos(radians)))
    shifted = (longitude > _WEST) & (longitude < _EAST) & (latitude > _SOUTH) & (latitude < _NORTH)
    return np.where(shifted, east, 0.0), np.where(shifted, north, 0.0)


def _waves(value: Floats, *waves: tuple[float, float]) -> Floats:
    total = sum(amplitude * np.sin(np.pi * frequency * value) for amplitude, frequency in waves)
    return np.asarray(total, dtype=np.float64) * 2.0 / 3.0
