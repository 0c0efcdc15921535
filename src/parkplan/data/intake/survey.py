"""Survey text of boundary points (勘测定界 TXT) in its five dialects.

A block of ``key=value`` lines names the system; each parcel is a line that ends with ``@`` and one line per point:
name, ring, northing, easting. The lines with ``@`` differ by office:

* 13 or 9 or 8 fields: points, hectares, number, name, kind, sheet, use, land-use code, and what else there is;
* number, name, kind (the one-map exchange);
* points, name, kind, use (law enforcement), with degrees instead of metres.

Rings are numbered through holes and further parts alike, so which ring is a hole is told by which lies in which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import shapely

from parkplan.data.crs_doctor import china
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.formats import by_name
from parkplan.data.intake.raw_wkb import binary_column
from parkplan.data.intake.records import finding
from parkplan.data.intake.tabular import read_csv
from parkplan.data.intake.texts import text_encoding
from parkplan.data.intake.vector import Raw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Progress, Source

    Point = tuple[float, float]
    Ring = list[Point]

AREA: Final = "地块面积（公顷）"
COLUMNS: Final = (
    "地块编号", "地块名称", AREA, "图形属性", "图幅号", "地块用途", "地类编码", "TBLX", "DL", "GZQ", "GZH", "BZ",
)  # fmt: skip
_KINDS: Final = ("面", "线", "点")
_SEPARATOR: Final = re.compile(r"\s*[,，]\s*")
_DATUM_WORDS: Final = (("2000", "cgcs2000"), ("80", "Xian 1980"), ("西安", "Xian 1980"), ("54", "Beijing 1954"),
                       ("北京", "Beijing 1954"))  # fmt: skip
_DEGREES: Final = (("84", "EPSG:4326"), ("2000", "EPSG:4490"), ("80", "EPSG:4610"), ("54", "EPSG:4214"))
_HEAD: Final = 65_536
_AREA_TOLERANCE_HA: Final = 0.00011


@dataclass(slots=True)
class Parcel:
    """One parcel: what its line says by column, the declared number of points, and its rings of x and y."""

    values: dict[str, str]
    points: int | None
    rings: list[Ring] = field(default_factory=list)
    count: int = 0
    ring: str = ""


def is_survey(text: str) -> bool:
    r"""Say whether a text has the lines of a survey: one that ends with ``@`` and one of a point.

    >>> is_survey("5,0.04,A,B,面,,,,@\nJ1,1,2578960.7,38377841.3"), is_survey("a,b\n1,2")
    (True, False)
    """
    return bool(re.search(r"@[ \t]*\r?$", text, re.MULTILINE)) and any(
        _point(_SEPARATOR.split(line.strip())) for line in text.splitlines()
    )


def read_survey_or_table(source: Source, progress: Progress) -> Raw:
    """Read a text that is a survey, or else a table of separated values."""
    encoding, _ = text_encoding(source.path, source.encoding, source.name)
    with source.path.open(encoding=encoding) as stream:
        head = stream.read(_HEAD)
    if is_survey(head):
        return read_survey(source, progress)
    source.format = by_name("csv")
    return read_csv(source, progress)


def read_survey(source: Source, progress: Progress) -> Raw:
    """Read a survey text; raises FileFaultError when it has no parcels."""
    encoding, _ = text_encoding(source.path, source.encoding, source.name)
    with source.path.open(encoding=encoding) as stream:
        facts, parcels, strange = _parse(stream)
    if not parcels:
        raise FileFaultError("import_survey_empty", file=source.name)
    if len(parcels) > source.limits.rows:
        raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
    progress("read", len(parcels), len(parcels))
    found = [finding("survey_lines", strange)] if strange else []
    turned = _northing_first(parcels)
    if not turned:
        found.append(finding("survey_easting_first"))
    features = [_polygon(each.rings, turned=turned) for each in parcels]
    crs, told = _crs(facts, features)
    used = [name for name in COLUMNS if any(each.values.get(name) for each in parcels)]
    table = pa.table(
        {name: pa.array([each.values.get(name) or None for each in parcels], pa.string()) for name in used}
    )
    found += [*told, *_checks(parcels, features)]
    wkb = binary_column(shapely.to_wkb(np.array(features, dtype=object)))
    return Raw(table, wkb, source.path.stem, (), crs, encoding, found)


def _parse(lines: Iterable[str]) -> tuple[dict[str, str], list[Parcel], list[int]]:
    facts: dict[str, str] = {}
    parcels: list[Parcel] = []
    strange: list[int] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip().lstrip("\ufeff")
        if not text or text.startswith("["):
            continue
        parts = _SEPARATOR.split(text)
        point = _point(parts)
        if parts[-1] == "@":
            parcels.append(_parcel(parts[:-1]))
        elif point is not None and parcels:
            _add(parcels[-1], parts[1], point)
        elif "=" in text and not parcels:
            name, _, value = text.partition("=")
            facts[name.strip()] = value.strip()
        elif parcels:
            strange.append(number)
    return facts, parcels, strange


def _point(parts: list[str]) -> Point | None:
    try:
        return (float(parts[2]), float(parts[3])) if len(parts) in (4, 5) and parts[1].lstrip("-").isdigit() else None
    except ValueError:
        return None


def _parcel(parts: list[str]) -> Parcel:
    """Tell the dialect from the place of the kind of geometry in the line."""
    at = next((index for index, part in enumerate(parts) if part in _KINDS), 4)
    if at >= 4:
        values = dict(zip((AREA, "地块编号", "地块名称", *COLUMNS[3:]), parts[1:], strict=False))
        return Parcel(values, _whole(parts[0]))
    enforcement = len(parts) > at + 1 and bool(parts[at + 1]) and _whole(parts[0]) is not None
    if enforcement:
        values = {"地块名称": parts[1], "图形属性": parts[at], "地块用途": parts[at + 1]}
        return Parcel(values, _whole(parts[0]))
    return Parcel(dict(zip(("地块编号", "地块名称", "图形属性"), parts, strict=False)), None)


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 9 else None


def _add(parcel: Parcel, ring: str, point: Point) -> None:
    """Add a point; a ring ends where its number changes or where its first point comes again."""
    parcel.count += 1
    closed = bool(parcel.rings) and len(parcel.rings[-1]) > 3 and parcel.rings[-1][0] == parcel.rings[-1][-1]
    if not parcel.rings or ring != parcel.ring or closed:
        parcel.rings.append([])
        parcel.ring = ring
    parcel.rings[-1].append(point)


def _northing_first(parcels: list[Parcel]) -> bool:
    """Say whether the first number of a point is the northing, as it should be; in degrees the latitude."""
    first, second = next((ring[0] for each in parcels for ring in each.rings), (0.0, 0.0))
    if max(abs(first), abs(second)) <= 180:
        return not china.LONGITUDES[0] <= first <= china.LONGITUDES[1]
    low, high = china.NORTHINGS
    return low <= first <= high or not low <= second <= high


def _polygon(rings: list[Ring], *, turned: bool) -> shapely.Geometry | None:
    """Make a polygon of rings: one that lies in an odd number of others is a hole of the smallest of these."""
    usable = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings if len(ring) >= 3]
    whole = [[(y, x) for x, y in ring] if turned else ring for ring in usable if len(ring) >= 4]
    if not whole:
        return None
    shapes = np.array([shapely.Polygon(ring) for ring in whole], dtype=object)
    if len(shapes) == 1:
        return shapes[0]
    areas, solid = shapely.area(shapes), shapely.make_valid(shapes)
    inside = [[j for j in range(len(solid)) if areas[j] > areas[i] and _within(solid[i], solid[j])]
              for i in range(len(solid))]  # fmt: skip
    shells = [i for i in range(len(shapes)) if len(inside[i]) % 2 == 0]
    holes: dict[int, list[Ring]] = {i: [] for i in shells}
    for i in range(len(shapes)):
        if i not in holes:
            holes[min((j for j in inside[i] if j in holes), key=lambda j: areas[j])].append(whole[i])
    parts = [shapely.Polygon(whole[i], holes[i]) for i in shells]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _within(inner: shapely.Geometry, outer: shapely.Geometry) -> bool:
    return bool(shapely.intersects(outer, shapely.point_on_surface(inner)))


def _crs(facts: dict[str, str], features: list[shapely.Geometry | None]) -> tuple[str | None, list[Finding]]:
    """Read the system from the facts; the zone that stands in the eastings is the one that counts."""
    bounds = shapely.total_bounds(np.array(features, dtype=object))
    said = facts.get("坐标系", "")
    found = [finding("survey_parameters", severity="note", text=facts["转换参数"][:200])] if (
        facts.get("转换参数", "").strip(", ，")) else []  # fmt: skip
    if not np.isfinite(bounds).all() or not said:
        return None, found
    if abs(bounds).max() <= 180:
        return next((code for word, code in _DEGREES if word in said), None), found
    datum = next((china.datum_of(name) for word, name in _DATUM_WORDS if word in said), None)
    width = 6 if facts.get("几度分带", "").strip().startswith("6") else 3
    declared = _whole(facts.get("带号", "").strip())
    zoned = china.zone_in_easting(float(bounds[0]), float(bounds[1]))
    if zoned is not None and declared is not None and zoned != (width, declared):
        found.append(finding("survey_zone", declared=declared, zone=zoned[1]))
    if zoned is None and (declared is None or declared not in china.zones(width)):
        return None, found
    if datum is None:
        return None, found
    chosen = zoned or (width, declared or 0)
    return f"EPSG:{china.zone_crs(datum, *chosen, in_easting=zoned is not None).to_epsg()}", found


def _checks(parcels: list[Parcel], features: list[shapely.Geometry | None]) -> list[Finding]:
    """Compare what each parcel declares with what was read: points, with or without the closing one, and hectares."""
    points, areas = [], []
    for row, (each, feature) in enumerate(zip(parcels, features, strict=True), start=1):
        rings = max(len(each.rings), 1)
        if each.points is not None and not each.count - rings <= each.points <= each.count + rings:
            points.append(row)
        declared = _number(each.values.get(AREA))
        if declared and feature is not None:
            differs = abs(feature.area / 10_000 - declared) > max(_AREA_TOLERANCE_HA, declared * 1e-3)
            areas += [row] if differs and feature.area > 1e-3 else []
    found = [finding("survey_points", points)] if points else []
    return [*found, finding("survey_area", areas)] if areas else found


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
