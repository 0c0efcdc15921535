"""The decision: what is declared if the numbers fit it, a repair on the same datum if only one fits, else the user.

A repair is certain where nothing but the manner of writing changes: northing before easting, the zone number in front
of the easting or not, degrees instead of metres of the same datum. Whatever would choose a datum, a zone or a unit of
length is put before the user.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parkplan.data import crs as reference
from parkplan.data.crs_doctor import china
from parkplan.data.crs_doctor.candidates import candidates, geographic_of, is_near, twin_zone, zone_of_datum
from parkplan.data.crs_doctor.records import Candidate, Diagnosis, Numbers, Reason, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parkplan.data.crs import Bounds, SourceCrs
    from parkplan.data.crs_doctor.records import Sliced

    Repair = tuple[SourceCrs, Reason, bool]

_WEB_MAP_COLUMNS = frozenset({"adcode", "acroutes", "subfeatureindex", "childrennum"})
_WEB_MAP_WORDS = ("gcj", "gaode", "amap", "datav", "高德", "腾讯")
_BAIDU_WORDS = ("bd09", "baidu", "百度")


def diagnose(
    geometry: Sliced,
    declared: SourceCrs | None,
    *,
    near: Bounds | None = None,
    names: Sequence[str] = (),
    thorough: bool = False,
) -> Diagnosis:
    """Decide which CRS geometries are in.

    ``near`` is where the workspace lies in degrees; ``names`` are those of the file and its columns, which may speak
    of a web map. ``thorough`` lists the other candidates also where the decision is certain.

    >>> import numpy as np, shapely
    >>> point = np.array([shapely.Point(38_409_494.4, 2_497_185.7)], dtype=object)
    >>> told = diagnose(point, None)
    >>> told.chosen, told.candidates[0].source.statement
    (None, 'EPSG:4526')
    >>> diagnose(point, reference.parse_crs("EPSG:4547")).chosen.statement
    'EPSG:4526'
    """
    numbers = numbers_of(geometry)
    if numbers is None:
        return Diagnosis(declared, _declared_reasons(declared), ())
    decided = _decide(numbers, declared, near, names)
    if decided.chosen is not None and not thorough:
        return decided
    others = tuple(each for each in candidates(numbers, near) if each.source != decided.chosen)
    known = {each.source for each in decided.candidates}
    found = (*decided.candidates, *(each for each in others if each.source not in known))
    return replace(decided, candidates=found)


def _declared_reasons(declared: SourceCrs | None) -> tuple[Reason, ...]:
    return (Reason("crs.declared", {"crs": declared.title}),) if declared is not None else ()


def _decide(numbers: Numbers, declared: SourceCrs | None, near: Bounds | None, names: Sequence[str]) -> Diagnosis:
    if declared is None:
        return Diagnosis(None, (Reason("crs.not_declared", {"bounds": numbers.written()}),), ())
    said = _declared_reasons(declared)
    if _fits(numbers, declared):
        hinted = _web_map(numbers, declared, names)
        if hinted is not None:
            return Diagnosis(None, (*said, hinted), _web_map_candidates(numbers, declared))
        astray = _astray(numbers, declared, near)
        if astray is not None:
            return Diagnosis(None, (*said, Reason("crs.far_from_workspace")), astray)
        return Diagnosis(declared, (*said, Reason("crs.numbers_agree")), ())
    said = (*said, Reason("crs.numbers_disagree", {"crs": declared.title, "bounds": numbers.written()}))
    repairs = [each for each in _repairs(numbers, declared) if _fits(numbers, each[0])]
    certain = [each for each in repairs if each[2]]
    if len(certain) == 1:
        chosen, why, _ = certain[0]
        return Diagnosis(chosen, (*said, why), (), changed=True)
    return Diagnosis(None, said, tuple(_offered(numbers, each) for each in repairs))


def _fits(numbers: Numbers, source: SourceCrs) -> bool:
    """Say whether the numbers are of the unit of a CRS and the data would lie in its area."""
    plain = numbers.turned() if source.swapped else numbers
    if source.crs.is_geographic and not plain.could_be_degrees:
        return False
    if source.crs.is_projected and plain.could_be_degrees:
        return False
    bounds = reference.extent_in_degrees(numbers.extent, source)
    return bounds is not None and not reference.outside_area_of_use(bounds, source.crs)


def _repairs(numbers: Numbers, declared: SourceCrs) -> Iterator[Repair]:
    """Give other readings of what is declared: the reading, why, and whether it is certain where it fits."""
    yield replace(declared, swapped=not declared.swapped), Reason("crs.swapped"), True
    for swapped in (False, True):
        turned = numbers.turned() if swapped else numbers
        yield from _same_datum(turned, declared, swapped=swapped)
    factor = reference.FOOT_M if reference.is_metric(declared.crs) else 1 / reference.FOOT_M
    if declared.crs.is_projected:
        key = "crs.feet_in_metres" if factor < 1 else "crs.metres_in_feet"
        yield replace(declared, scale=factor), Reason(key), False


def _same_datum(numbers: Numbers, declared: SourceCrs, *, swapped: bool) -> Iterator[Repair]:
    zone = twin_zone(declared.crs, numbers)
    if zone is not None and zone.crs != declared.crs:
        yield replace(zone, swapped=swapped), Reason("crs.other_easting", {"crs": zone.title}), True
    degrees = geographic_of(declared.crs)
    if degrees is not None and numbers.could_be_degrees:
        yield replace(degrees, swapped=swapped), Reason("crs.degrees_not_metres", {"crs": degrees.title}), not swapped
    metres = zone_of_datum(declared.crs, numbers)
    if metres is not None:
        yield replace(metres, swapped=swapped), Reason("crs.metres_not_degrees", {"crs": metres.title}), True


def _offered(numbers: Numbers, repair: Repair) -> Candidate:
    source, why, _ = repair
    bounds = reference.extent_in_degrees(numbers.extent, source)
    return Candidate(source, 0.7, (why,), bounds or (0.0, 0.0, 0.0, 0.0))


def _web_map(numbers: Numbers, declared: SourceCrs, names: Sequence[str]) -> Reason | None:
    """Return why degrees in China may be shifted: names of columns or of the file that web maps give."""
    if declared.shifted or not declared.crs.is_geographic or not china.in_box(*numbers.middle):
        return None
    if not {"wgs84", "cgcs2000"} & {reference.datum_family(declared.crs)}:
        return None
    plain = [name.lower() for name in names]
    told = next((name for name in plain if name in _WEB_MAP_COLUMNS), None)
    told = told or next((name for name in plain for word in (*_WEB_MAP_WORDS, *_BAIDU_WORDS) if word in name), None)
    return Reason("crs.web_map_named", {"name": told}) if told else None


def _web_map_candidates(numbers: Numbers, declared: SourceCrs) -> tuple[Candidate, ...]:
    shifted = [each for each in candidates(numbers) if each.source.shifted and not each.source.swapped]
    return (*(replace(each, score=each.score + 0.3) for each in shifted),
            _offered(numbers, (declared, Reason("crs.declared", {"crs": declared.title}), False)))  # fmt: skip


def _astray(numbers: Numbers, declared: SourceCrs, near: Bounds | None) -> tuple[Candidate, ...] | None:
    """Return readings near the workspace where what is declared lies far from it, None where there are none."""
    if near is None:
        return None
    bounds = reference.extent_in_degrees(numbers.extent, declared)
    if bounds is None or is_near(bounds, near):
        return None
    closer = [each for each in candidates(numbers, near) if is_near(each.bounds, near)]
    kept = _offered(numbers, (declared, Reason("crs.declared", {"crs": declared.title}), False))
    return (*closer, kept) if closer else None
