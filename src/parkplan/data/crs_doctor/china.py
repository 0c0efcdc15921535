"""China's systems by number: zones of CGCS2000, Xian 80 and Beijing 54, their ranges, and the outline of the country.

Three-degree zones 25 to 45 have the central meridians 75 to 135 E, six-degree zones 13 to 23 likewise every 6 degrees.
An easting may carry the number of its zone in front (38409494); without it (409494) the zone is not in the numbers. A
three-degree and a six-degree zone of the same central meridian have the same coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyproj.crs import CRS

NORTHINGS: Final = (1_900_000.0, 5_950_000.0)
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
ZONES_3, ZONES_6 = range(25, 46), range(13, 24)
_HALF_ZONE_3, _HALF_ZONE_6 = 175_000.0, 345_000.0
_FALSE_EASTING, _PREFIX = 500_000.0, 1_000_000.0


@dataclass(frozen=True, slots=True)
class Datum:
    """One datum: its name here and the EPSG codes of its first zones, with the zone in the easting and without.

    Where ``tight_3`` is not 0, the codes without zone of that datum start there.
    """

    family: str
    title: str
    with_zone_3: int
    without_zone_3: int
    with_zone_6: int
    without_zone_6: int


DATUMS: Final = (
    Datum("cgcs2000", "CGCS2000", 4513, 4534, 4491, 4502),
    Datum("Xian 1980", "Xian 1980", 2349, 2370, 2327, 2338),
    Datum("Beijing 1954", "Beijing 1954", 2401, 2422, 21413, 21453),
)
_OUTLINE: Final = (
    (18, 20, 108.5, 111.2), (20, 22, 99.0, 114.5), (22, 24, 97.5, 122.0), (24, 26, 97.5, 122.0),
    (26, 28, 85.0, 121.5), (28, 30, 84.0, 122.5), (30, 32, 79.0, 122.5), (32, 34, 78.5, 121.5),
    (34, 36, 78.0, 121.0), (36, 38, 74.0, 123.0), (38, 40, 73.5, 124.5), (40, 42, 73.5, 128.5),
    (42, 44, 79.5, 131.5), (44, 46, 79.5, 133.5), (46, 48, 82.0, 135.0), (48, 50, 85.0, 131.0),
    (50, 54, 119.0, 128.0),
)  # fmt: skip


def on_land(longitude: float, latitude: float) -> bool:
    """Say whether a place lies in China, by a coarse outline of bands of latitude.

    >>> on_land(113.1, 22.6), on_land(139.7, 35.7)
    (True, False)
    """
    return any(south <= latitude < north and west <= longitude <= east for south, north, west, east in _OUTLINE)


def in_box(longitude: float, latitude: float) -> bool:
    """Say whether a place in degrees lies in the box around China."""
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]


def zone_in_easting(x: float, y: float) -> tuple[int, int] | None:
    """Return the width in degrees and the number of the zone that an easting carries in front, else None.

    >>> zone_in_easting(38_409_494.4, 2_497_185.7), zone_in_easting(409_494.4, 2_497_185.7)
    ((3, 38), None)
    """
    zone, rest = int(x // _PREFIX), x % _PREFIX
    if not NORTHINGS[0] <= y <= NORTHINGS[1]:
        return None
    if zone in ZONES_3 and abs(rest - _FALSE_EASTING) <= _HALF_ZONE_3 * 1.5:
        return 3, zone
    return (6, zone) if zone in ZONES_6 and abs(rest - _FALSE_EASTING) <= _HALF_ZONE_6 else None


def zone_width(x: float, y: float) -> int | None:
    """Return 3 or 6, the width of the zone that an easting without zone number fits into, else None.

    >>> zone_width(409_494.4, 2_497_185.7), zone_width(250_000.0, 2_497_185.7), zone_width(5_000.0, 6.0)
    (3, 6, None)
    """
    if not NORTHINGS[0] <= y <= NORTHINGS[1]:
        return None
    off = abs(x - _FALSE_EASTING)
    return 3 if off <= _HALF_ZONE_3 else 6 if off <= _HALF_ZONE_6 else None


def zone_crs(datum: Datum, width: int, zone: int, *, in_easting: bool) -> CRS:
    """Return the CRS of a zone.

    >>> zone_crs(DATUMS[0], 3, 38, in_easting=True).to_epsg(), zone_crs(DATUMS[2], 6, 19, in_easting=False).to_epsg()
    (4526, 21459)
    """
    if width == 3:
        return CRS.from_epsg((datum.with_zone_3 if in_easting else datum.without_zone_3) + zone - ZONES_3[0])
    return CRS.from_epsg((datum.with_zone_6 if in_easting else datum.without_zone_6) + zone - ZONES_6[0])


def datum_of(family: str) -> Datum | None:
    """Return the datum of a family (`parkplan.data.crs.datum_family`), None when it is not one of China's."""
    return next((each for each in DATUMS if each.family == family), None)


def zones(width: int) -> range:
    """Return the numbers of the zones of a width."""
    return ZONES_3 if width == 3 else ZONES_6


def central_meridian(width: int, zone: int) -> int:
    """Return the central meridian of a zone in degrees east.

    >>> central_meridian(3, 38), central_meridian(6, 19)
    (114, 111)
    """
    return zone * 3 if width == 3 else zone * 6 - 3
