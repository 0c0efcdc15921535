"""Every CRS that numbers alone allow, each with its reasons and the place where the data would lie."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pyproj.crs import CRS

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.crs import SourceCrs
from parkplan.data.crs_doctor import china
from parkplan.data.crs_doctor.records import Candidate, Numbers, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.crs import Bounds

_BRITISH_GRID: Final = CRS.from_epsg(27700)
_BRITISH_REACH: Final = (700_000.0, 1_250_000.0)
_WEB_MERCATOR: Final = CRS.from_epsg(3857)
_MERCATOR_REACH: Final = 20_037_509.0
_MERCATOR_FROM: Final = 200_000.0
_UTM_FIRST: Final = 32643
_NEAR_DEGREES: Final = 0.5
_AT_HOME: Final = 0.3
_ABROAD: Final = -0.3
_SWAPPED: Final = -0.05
_MOST: Final = 16
_WORSE: Final = 0.45


def candidates(numbers: Numbers, near: Bounds | None = None) -> tuple[Candidate, ...]:
    """Return all candidates, the best first; ``near`` is where the workspace lies, in degrees.

    >>> [each.source.statement for each in candidates(Numbers(38_409_000, 2_497_000, 38_410_000, 2_498_000))]
    ['EPSG:4526', 'EPSG:2362', 'EPSG:2414']
    """
    turned = numbers.turned()
    find = _degrees if numbers.could_be_degrees or turned.could_be_degrees else _metres
    found = [*find(numbers, near)]
    for each in find(turned, near):
        reasons = (*each.reasons, Reason("crs.swapped"))
        found.append(replace(each, source=replace(each.source, swapped=True), reasons=reasons,
                             score=round(each.score + _SWAPPED, 2)))  # fmt: skip
    ranked = sorted(found, key=lambda each: -each.score)
    return tuple(each for each in ranked if each.score >= ranked[0].score - _WORSE)[:_MOST]


def _metres(numbers: Numbers, near: Bounds | None) -> Iterator[Candidate]:
    """Candidates of numbers that are too large for degrees, the first being the easting."""
    yield from _chinese_zones(numbers, near)
    x, y = numbers.middle
    if 0 <= x <= _BRITISH_REACH[0] and 0 <= y <= _BRITISH_REACH[1]:
        yield from _judged(SourceCrs(_BRITISH_GRID), 0.6, [Reason("crs.british")], numbers, near)
    if max(abs(x), abs(y)) <= _MERCATOR_REACH and abs(x) >= _MERCATOR_FROM and abs(y) >= _MERCATOR_FROM:
        yield from _judged(SourceCrs(_WEB_MERCATOR), 0.3, [Reason("crs.web_mercator")], numbers, near)


def _degrees(numbers: Numbers, near: Bounds | None) -> Iterator[Candidate]:
    if not numbers.could_be_degrees:
        return
    if not china.in_box(*numbers.middle):
        yield from _judged(SourceCrs(reference.WGS84), 0.5, [Reason("crs.degrees")], numbers, near)
        return
    cgcs2000 = SourceCrs(CRS.from_epsg(4490))
    yield from _judged(cgcs2000, 0.6, [Reason("crs.degrees"), Reason("crs.degrees_cgcs2000")], numbers, near)
    yield from _judged(SourceCrs(reference.WGS84, "gcj02"), 0.5, [Reason("crs.web_map_gcj02")], numbers, near)
    yield from _judged(SourceCrs(reference.WGS84, "bd09"), 0.4, [Reason("crs.web_map_bd09")], numbers, near)


def _chinese_zones(numbers: Numbers, near: Bounds | None) -> Iterator[Candidate]:
    zoned = china.zone_in_easting(*numbers.middle)
    if zoned is not None:
        width, zone = zoned
        meridian = str(china.central_meridian(width, zone))
        said = Reason("crs.zone_in_easting", {"zone": str(zone), "width": str(width), "meridian": meridian})
        for order, datum in enumerate(china.DATUMS):
            made = SourceCrs(china.zone_crs(datum, width, zone, in_easting=True))
            yield from _judged(made, 0.7 - 0.05 * order, [said, _datum_reason(order)], numbers, near)
        return
    plain = china.zone_width(*numbers.middle)
    if plain is not None:
        yield from _zones_without_number(plain, numbers, near)
        yield from _utm_zones(numbers, near)


def _zones_without_number(width: int, numbers: Numbers, near: Bounds | None) -> Iterator[Candidate]:
    """Each zone puts the data elsewhere; without a place to be near to, only those over China stay."""
    for zone in china.zones(width):
        meridian = str(china.central_meridian(width, zone))
        said = Reason("crs.zone_unknown", {"width": str(width), "meridian": meridian})
        for order, datum in enumerate(china.DATUMS if near is not None else china.DATUMS[:1]):
            made = SourceCrs(china.zone_crs(datum, width, zone, in_easting=False))
            for each in _judged(made, 0.5 - 0.05 * order, [said, _datum_reason(order)], numbers, near):
                if near is not None or each.score >= 0.5:
                    yield each


def _utm_zones(numbers: Numbers, near: Bounds | None) -> Iterator[Candidate]:
    for zone in range(11):
        made = SourceCrs(CRS.from_epsg(_UTM_FIRST + zone))
        for each in _judged(made, 0.25, [Reason("crs.utm", {"zone": str(43 + zone)})], numbers, near):
            if near is not None or each.score >= 0.25:
                yield each


def _datum_reason(order: int) -> Reason:
    return Reason("crs.datum_current" if order == 0 else "crs.datum_old")


def _judged(
    source: SourceCrs, score: float, reasons: list[Reason], numbers: Numbers, near: Bounds | None
) -> Iterator[Candidate]:
    """Give a candidate if the data would lie in the area that its CRS is made for."""
    bounds = reference.extent_in_degrees(numbers.extent, source)
    if bounds is None or reference.outside_area_of_use(bounds, source.crs):
        return
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if near is not None and is_near(bounds, near):
        score, reasons = score + _AT_HOME, [*reasons, Reason("crs.near_workspace")]
    elif near is not None or (china.in_box(*middle) and not china.on_land(*middle)):
        score += _ABROAD
    yield Candidate(source, round(min(max(score, 0.0), 1.0), 2), tuple(reasons), bounds)


def is_near(bounds: Bounds, near: Bounds) -> bool:
    """Say whether an extent in degrees comes within half a degree of another one.

    >>> is_near((113.1, 22.5, 113.2, 22.6), (113.0, 22.4, 113.3, 22.7))
    True
    """
    return (
        bounds[0] <= near[2] + _NEAR_DEGREES
        and bounds[2] >= near[0] - _NEAR_DEGREES
        and bounds[1] <= near[3] + _NEAR_DEGREES
        and bounds[3] >= near[1] - _NEAR_DEGREES
    )


def twin_zone(declared: CRS, numbers: Numbers) -> SourceCrs | None:
    """Return the same zone of the same datum with the zone number in the easting, or without, as the numbers are.

    >>> twin_zone(CRS.from_epsg(4547), Numbers(38_409_000, 2_497_000, 38_410_000, 2_498_000)).statement
    'EPSG:4526'
    """
    datum = china.datum_of(reference.datum_family(declared))
    if datum is None or not declared.is_projected:
        return None
    zoned = china.zone_in_easting(*numbers.middle)
    for width in (3, 6):
        for zone in china.zones(width):
            if zoned not in (None, (width, zone)):
                continue
            pair = [china.zone_crs(datum, width, zone, in_easting=there) for there in (True, False)]
            if _one_of(declared, pair) is not None:
                return SourceCrs(pair[0] if zoned else pair[1])
    return None


def _one_of(crs: CRS, pair: list[CRS]) -> CRS | None:
    code = crs.to_authority(min_confidence=70)
    return next((each for each in pair if code is not None and each.to_authority() == code), None)


def geographic_of(declared: CRS) -> SourceCrs | None:
    """Return the geographic CRS of the same datum."""
    return SourceCrs(declared.geodetic_crs) if declared.is_projected and declared.geodetic_crs is not None else None


def zone_of_datum(declared: CRS, numbers: Numbers) -> SourceCrs | None:
    """Return the zone that stands in the easting, on the datum of a declared geographic CRS.

    >>> zone_of_datum(CRS.from_epsg(4490), Numbers(38_409_000, 2_497_000, 38_410_000, 2_498_000)).statement
    'EPSG:4526'
    """
    datum, zoned = china.datum_of(reference.datum_family(declared)), china.zone_in_easting(*numbers.middle)
    if datum is None or zoned is None or not declared.is_geographic:
        return None
    return SourceCrs(china.zone_crs(datum, *zoned, in_easting=True))


def modern_zone(crs: CRS) -> CRS | None:
    """Return the zone of CGCS2000 that takes the place of a zone of Xian 80 or Beijing 54.

    >>> modern_zone(CRS.from_epsg(2383)).to_epsg(), modern_zone(CRS.from_epsg(4547))
    (4547, None)
    """
    datum = china.datum_of(reference.datum_family(crs))
    if datum is None or datum == china.DATUMS[0] or not crs.is_projected:
        return None
    pairs = ((width, zone, there) for width in (3, 6) for zone in china.zones(width) for there in (True, False))
    for width, zone, there in pairs:
        if _one_of(crs, [china.zone_crs(datum, width, zone, in_easting=there)]) is not None:
            return china.zone_crs(china.DATUMS[0], width, zone, in_easting=there)
    return None


def by_name(text: str) -> SourceCrs | None:
    """Return the CRS that a register names in words: ``WGS84``, ``OSGB36``, ``ETRS89``, or a code.

    >>> by_name("OSGB36").statement, by_name("somewhere")
    ('EPSG:27700', None)
    """
    plain = "".join(each for each in text.lower() if each.isalnum())
    for part, code in _NAMES:
        if part in plain:
            return SourceCrs(CRS.from_epsg(code))
    try:
        return reference.parse_crs(text)
    except RequestError:
        return None


_NAMES: Final = (
    ("wgs84", 4326), ("osgb", 27700), ("british", 27700), ("etrs89", 4258), ("cgcs2000", 4490), ("2000国家", 4490),
)  # fmt: skip
