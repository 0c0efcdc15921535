"""Coordinate reference systems: what the user states, what a file declares, and the way from one to another.

All work is in the order x (east), y (north), whatever a CRS says of its axes. A change of datum is made only where the
operation is known: between Xian 80 or Beijing 54 and CGCS2000 the general database has only a *ballpark*, which shifts
nothing although the true shift is tens of metres to more than 100 m, so it is refused. CGCS2000 and WGS 84 differ by
less than a metre, and are taken as one.

GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, are no CRS of the EPSG; they are converted here.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.crs import CRS
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import Transformer, TransformerGroup

from parkplan._errors import RequestError
from parkplan.data.gcj import bd09_to_wgs84, gcj02_to_wgs84

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

Bounds = tuple[float, float, float, float]
Shifted = Literal["gcj02", "bd09"]

WGS84: Final = CRS("EPSG:4326")
_CGCS2000_NAMES: Final = frozenset({"China Geodetic Coordinate System 2000", "China 2000", "D_China_2000"})
_SHIFTED: Final[dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
_SWAPPED, _FEET, _METRES = "/yx", "/ft", "/m"
FOOT_M: Final = 0.3048
_CHINA: Final = (73.0, 3.0, 136.0, 54.0)
_METRE: Final = "metre"
_DEGREE_MARGIN: Final = 1.0
_FIRST_CENTRAL_MERIDIAN: Final = 75
_LAST_ZONE: Final = 20
_CENTRAL_MERIDIAN_CODES: Final = {"cgcs2000": 4534, "wgs84": 4534, "Xian 1980": 2370, "Beijing 1954": 2422}
"""EPSG code of the three-degree zone with the central meridian 75 E, by datum; each further zone has the next code."""


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """What coordinates are in: a CRS, or WGS 84 behind the shift of a web map, and how they are written.

    ``swapped`` says that the first number is the northing or latitude; numbers times ``scale`` are in the unit of the
    CRS, which is not 1 where metres are declared as feet or feet as metres.
    """

    crs: CRS
    shifted: Shifted | None = None
    swapped: bool = False
    scale: float = 1.0

    @property
    def title(self) -> str:
        """Code and name, as a user reads it."""
        name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[self.shifted] if self.shifted else crs_title(self.crs)
        return f"{name}{self._manner}"

    @property
    def statement(self) -> str:
        """What the user states to choose this: ``EPSG:4547``, ``gcj02``, ``EPSG:4547/yx``."""
        code = self.crs.to_authority(min_confidence=70)
        return f"{self.shifted or (':'.join(code) if code else self.crs.name)}{self._manner}"

    @property
    def _manner(self) -> str:
        unit = "" if self.scale == 1.0 else _FEET if self.scale < 1.0 else _METRES
        return f"{_SWAPPED if self.swapped else ''}{unit}"

    def plain(self, coordinates: Floats) -> Floats:
        """Return coordinates as x (east) and y (north) in the unit of the CRS, free of the shift of a web map."""
        columns = coordinates[:, ::-1] if self.swapped else coordinates
        scaled = columns if self.scale == 1.0 else columns * self.scale
        if self.shifted is None:
            return scaled
        return np.column_stack(_SHIFTED[self.shifted](scaled[:, 0], scaled[:, 1]))


@dataclass(frozen=True, slots=True)
class Operation:
    """How coordinates get from one CRS to another.

    ``accuracy_m`` is None where no source states one; ``grid_missing`` says that a better operation needs a file.
    """

    description: str
    accuracy_m: float | None
    grid_missing: bool
    transformer: Transformer


def crs_title(crs: CRS) -> str:
    """Write a CRS with its code, where it has one.

    >>> crs_title(CRS("EPSG:4547"))
    'EPSG:4547 CGCS2000 / 3-degree Gauss-Kruger CM 114E'
    """
    code = crs.to_authority(min_confidence=70)
    return f"{':'.join(code)} {crs.name}" if code else crs.name


def crs_label(crs: CRS) -> str:
    """Write a CRS shortly, for a line of status: its code and what tells it from its neighbours.

    >>> crs_label(CRS("EPSG:4547"))
    'EPSG:4547 CGCS2000 / CM 114E'
    """
    return re.sub(r"\b\d-degree Gauss-Kruger ", "", crs_title(crs))


def parse_crs(text: str) -> SourceCrs:
    """Read what the user states: a code such as ``EPSG:4547``, WKT, ``gcj02`` or ``bd09``.

    After a code, ``/yx`` says that northing or latitude stands first, ``/ft`` that the numbers of a CRS in metres are
    feet, ``/m`` that the numbers of a CRS in feet are metres.

    Raises:
        RequestError: there is no such CRS.

    >>> parse_crs("EPSG:4547/yx").swapped
    True
    """
    for ending, change in ((_SWAPPED, {"swapped": True}), (_FEET, {"scale": FOOT_M}), (_METRES, {"scale": 1 / FOOT_M})):
        if text.strip().lower().endswith(ending):
            return replace(parse_crs(text.strip()[: -len(ending)]), **cast("Any", change))
    plain = text.strip().lower().replace("-", "").replace("_", "")
    if plain == "gcj02":
        return SourceCrs(WGS84, "gcj02")
    if plain == "bd09":
        return SourceCrs(WGS84, "bd09")
    try:
        return SourceCrs(CRS.from_user_input(int(text) if text.strip().isdigit() else text))
    except CRSError as error:
        raise RequestError("unknown_crs", crs=text) from error


def operation(source: CRS, target: CRS, bounds: Bounds | None = None) -> Operation:
    """Return the best known operation from one CRS to another, for a place in degrees if it is given.

    Raises:
        RequestError: only a ballpark between two datums is known, or nothing at all.

    >>> operation(CRS("EPSG:4490"), CRS("EPSG:4547")).accuracy_m
    0.0
    """
    group = _group(source, target, AreaOfInterest(*bounds) if bounds is not None else None)
    if bounds is not None and _ballpark(group):
        group = _group(source, target, None)
    best = group.transformers[0]
    if _ballpark(group) and not _alike(source, target):
        datum = _datum_name(source)
        raise RequestError("crs_ballpark", source=crs_title(source), target=crs_title(target), datum=datum)
    accuracy = best.accuracy if best.accuracy is not None and best.accuracy >= 0 else None
    return Operation(best.description, accuracy, not group.best_available, best)


def _group(source: CRS, target: CRS, place: AreaOfInterest | None) -> TransformerGroup:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            group = TransformerGroup(source, target, always_xy=True, area_of_interest=cast("Any", place))
    except ProjError as error:
        raise RequestError("crs_no_way", source=crs_title(source), target=crs_title(target)) from error
    if not group.transformers:
        raise RequestError("crs_no_way", source=crs_title(source), target=crs_title(target))
    return group


def _ballpark(group: TransformerGroup) -> bool:
    return "ballpark" in group.transformers[0].description.lower()


def _datum_name(crs: CRS) -> str:
    datum = (crs.geodetic_crs or crs).datum
    return str(datum.name) if datum is not None else crs.name


def on_old_datum(crs: CRS) -> bool:
    """Say whether a CRS is on Xian 80 or Beijing 54, which nothing here can shift to CGCS2000.

    >>> on_old_datum(CRS("EPSG:2383")), on_old_datum(CRS("EPSG:4547"))
    (True, False)
    """
    return datum_family(crs) in {"Xian 1980", "Beijing 1954"}


def _alike(source: CRS, target: CRS) -> bool:
    """Say whether the two datums are one, or CGCS2000 and WGS 84."""
    pair = {datum_family(source), datum_family(target)}
    return len(pair) == 1 or pair <= {"cgcs2000", "wgs84"}


def datum_family(crs: CRS) -> str:
    """Return the datum of a CRS by name, with one name for each of CGCS2000 and WGS 84.

    >>> [datum_family(CRS(code)) for code in (4547, 32649, 2383)]
    ['cgcs2000', 'wgs84', 'Xian 1980']
    """
    name = _datum_name(crs)
    if name in _CGCS2000_NAMES:
        return "cgcs2000"
    return "wgs84" if name.startswith("World Geodetic System 1984") else name


def reproject(
    geometry: Geometries, source: SourceCrs, target: CRS, bounds: Bounds | None = None
) -> tuple[Geometries, Operation]:
    """Bring geometries from the CRS of a file into another one; ``bounds`` are theirs in degrees where they are known.

    Raises:
        RequestError: the change of datum is not known, or coordinates lie outside what the projection can reach.
    """
    done = operation(source.crs, target, bounds or lonlat_bounds(geometry, source))
    return geometry if source == SourceCrs(target) else shapely.transform(geometry, mover(source, target, done)), done


def mover(source: SourceCrs, target: CRS, done: Operation) -> Callable[[Floats], Floats]:
    """Return what brings coordinates (n, 2) of a file into a CRS.

    It raises RequestError where coordinates lie outside what the projection can reach.
    """

    def move(coordinates: Floats) -> Floats:
        plain = source.plain(coordinates)
        moved = np.column_stack(done.transformer.transform(plain[:, 0], plain[:, 1]))
        if not np.isfinite(moved).all():
            raise RequestError("crs_out_of_reach", source=source.title, target=crs_title(target))
        return moved

    return move


def lonlat_bounds(geometry: Geometries, source: SourceCrs) -> Bounds | None:
    """Return west, south, east and north in degrees; None where there are no coordinates or they make no sense."""
    return extent_in_degrees(shapely.total_bounds(geometry), source)


def extent_in_degrees(extent: Floats, source: SourceCrs) -> Bounds | None:
    """Return where an extent (x and y from, x and y to, as the numbers are) lies, in degrees; None: nowhere.

    >>> extent = np.array([409_000.0, 2_497_000.0, 410_000.0, 2_498_000.0])
    >>> [round(value, 1) for value in extent_in_degrees(extent, parse_crs("EPSG:4547"))]
    [113.1, 22.6, 113.1, 22.6]
    """
    if not np.isfinite(extent).all():
        return None
    west, south, east, north = extent
    plain = source.plain(np.array([[west, south], [east, north], [west, north], [east, south]], dtype=np.float64))
    corners = (*plain.min(axis=0).tolist(), *plain.max(axis=0).tolist())
    try:
        west, south, east, north = _to_geographic(source.crs).transform_bounds(*corners)
    except ProjError:
        return None
    found = (float(west), float(south), float(east), float(north))
    return found if np.isfinite(found).all() else None


def _to_geographic(crs: CRS) -> Transformer:
    geographic = crs.geodetic_crs or WGS84
    return Transformer.from_crs(crs, geographic, always_xy=True)


def outside_area_of_use(bounds: Bounds | None, crs: CRS) -> bool:
    """Say whether the middle of the data lies outside the area that a CRS is made for, by more than a degree."""
    area = crs.area_of_use
    if area is None:
        return False
    if bounds is None:
        return True
    middle_x, middle_y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    inside_y = area.south - _DEGREE_MARGIN <= middle_y <= area.north + _DEGREE_MARGIN
    if area.west <= area.east:
        inside_x = area.west - _DEGREE_MARGIN <= middle_x <= area.east + _DEGREE_MARGIN
    else:
        inside_x = middle_x >= area.west - _DEGREE_MARGIN or middle_x <= area.east + _DEGREE_MARGIN
    return not (inside_x and inside_y)


def in_china(bounds: Bounds) -> bool:
    """Say whether the middle of an extent in degrees lies in the box around China."""
    west, south, east, north = _CHINA
    return west <= (bounds[0] + bounds[2]) / 2 <= east and south <= (bounds[1] + bounds[3]) / 2 <= north


def not_degrees(extent: Floats, source: SourceCrs) -> bool:
    """Say whether an extent (x and y from, x and y to) that is declared as degrees cannot be degrees."""
    if not source.crs.is_geographic or not np.isfinite(extent).all():
        return False
    bounds = extent[[1, 0, 3, 2]] if source.swapped else extent
    return bool(bounds[0] < -180.5 or bounds[2] > 360.5 or bounds[1] < -90.5 or bounds[3] > 90.5)


def is_metric(crs: CRS) -> bool:
    """Say whether a CRS is projected, in metres, and fit to measure in; Web Mercator is not.

    >>> is_metric(CRS("EPSG:4547")), is_metric(CRS("EPSG:2272")), is_metric(CRS("EPSG:3857"))
    (True, False, False)
    """
    if not crs.is_projected or crs.coordinate_operation is None:
        return False
    mercator = "mercator" in crs.coordinate_operation.method_name.lower()
    transverse = "transverse" in crs.coordinate_operation.method_name.lower()
    return all(axis.unit_name == _METRE for axis in crs.axis_info[:2]) and (transverse or not mercator)


@dataclass(frozen=True, slots=True)
class WorkspaceCrs:
    """The CRS of a new workspace, and the key of the sentence that says why (``messages/import.yaml``)."""

    crs: CRS
    reason: str


def workspace_crs(source: SourceCrs, bounds: Bounds | None) -> WorkspaceCrs:
    """Choose the CRS of a new workspace for data in a CRS, within bounds in degrees.

    The CRS of the file if it is projected in metres; else in China the CGCS2000 three-degree zone by its central
    meridian; else the UTM zone on the datum of the file, or on WGS 84.

    Raises:
        RequestError: the data have no place, so that no zone can be chosen.
    """
    if source.shifted is None and is_metric(source.crs):
        return WorkspaceCrs(source.crs, "crs_of_file")
    if bounds is None:
        raise RequestError("crs_no_place", source=source.title)
    longitude, latitude = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    west, south, east, north = _CHINA
    first = _CENTRAL_MERIDIAN_CODES.get(datum_family(source.crs))
    zone = round(longitude / 3) - _FIRST_CENTRAL_MERIDIAN // 3
    if first is not None and west <= longitude <= east and south <= latitude <= north and 0 <= zone <= _LAST_ZONE:
        return WorkspaceCrs(CRS.from_epsg(first + zone), "crs_three_degrees")
    return WorkspaceCrs(_utm(source.crs, longitude, latitude), "crs_utm")


def _utm(crs: CRS, longitude: float, latitude: float) -> CRS:
    place = AreaOfInterest(longitude, latitude, longitude, latitude)
    zone = f"UTM zone {int((longitude + 180) // 6) % 60 + 1}{'N' if latitude >= 0 else 'S'}"
    for datum in ((crs.geodetic_crs or WGS84).name, "WGS 84"):
        for info in query_utm_crs_info(datum_name=datum, area_of_interest=place):
            if info.name == f"{datum} / {zone}":
                return CRS.from_epsg(int(info.code))
    raise RequestError("crs_no_place", source=crs_title(crs))


def geodesic_areas_m2(geometry: Geometries, source: SourceCrs) -> Floats:
    """Return the area of polygons on the ellipsoid GRS 80, in m²; what has no geometry has area NaN."""
    geod = pyproj.Geod(ellps="GRS80")
    to_degrees = _to_geographic(source.crs)

    def move(coordinates: Floats) -> Floats:
        plain = source.plain(coordinates)
        return np.column_stack(to_degrees.transform(plain[:, 0], plain[:, 1]))

    def measure(shape: shapely.Geometry | None) -> float:
        return float("nan") if shape is None else abs(float(geod.geometry_area_perimeter(shape)[0]))

    return np.array([measure(shape) for shape in shapely.transform(geometry, move)], dtype=np.float64)
