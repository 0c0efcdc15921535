"""Survey text of boundary points (勘测定界 TXT): northing first, the zone in the easting, hectares to four decimals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pyproj
import shapely

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.crs_doctor import china
from parkplan.data.export import losses
from parkplan.data.export.cells import plain_value
from parkplan.data.layers import load_layers
from parkplan.i18n import message
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.units import M2_PER_HECTARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from parkplan.data.export.losses import Loss
    from parkplan.data.export.part import Part

Dialect = Literal["13", "9", "8", "map", "enforcement"]
DIALECTS: Final = get_args(Dialect)
DECIMALS: Final = (2, 3, 4)
DEGREE_DECIMALS: Final = 9
ENCODING: Final = "gb18030"
"""What offices read as ANSI, and which holds every character."""

_SYSTEMS: Final = {
    "cgcs2000": "2000国家大地坐标系", "Xian 1980": "1980西安坐标系", "Beijing 1954": "1954北京坐标系",
}  # fmt: skip
_AREA_DECIMALS: Final = 4
_LINE_ENDS: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """How a survey text is written: its dialect, the decimals of metres, and whether eastings begin with the zone.

    ``13``, ``9`` and ``8`` are the numbers of fields of a parcel's line; ``map`` is number, name, kind; ``enforcement``
    has points, name, kind, use, and degrees instead of metres.
    """

    dialect: Dialect = "9"
    decimals: int = 3
    zone_prefix: bool = True

    def __post_init__(self) -> None:
        """Refuse what no survey text has."""
        if self.dialect not in DIALECTS or self.decimals not in DECIMALS:
            known, decimals = ", ".join(DIALECTS), ", ".join(map(str, DECIMALS))
            raise RequestError("survey_form", known=known, decimals=decimals)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of one of China's systems."""

    datum: china.Datum
    width: int
    number: int


def survey_crs(crs: pyproj.CRS, longitude: float, form: SurveyForm) -> pyproj.CRS:
    """Return the CRS in which a table in ``crs`` is written as survey text.

    A zone of CGCS2000, Xian 80 or Beijing 54 stays what it is, with or without its number in the easting; everything
    else goes into the three-degree zone of CGCS2000 at a longitude.

    Raises:
        RequestError: the place has no such zone.

    >>> survey_crs(pyproj.CRS("EPSG:4547"), 113.1, SurveyForm()).to_epsg()
    4526
    """
    if form.dialect == "enforcement":
        return pyproj.CRS.from_epsg(4490)
    zone = zone_of(crs)
    if zone is None:
        number = round(longitude / 3)
        if number not in china.ZONES_3:
            raise RequestError("survey_place", crs=reference.crs_title(crs))
        zone = Zone(china.DATUMS[0], 3, number)
    return china.zone_crs(zone.datum, zone.width, zone.number, in_easting=form.zone_prefix)


@cache
def _zones() -> dict[int, Zone]:
    found = {}
    for datum in china.DATUMS:
        for width, numbers, firsts in (
            (6, china.ZONES_6, (datum.with_zone_6, datum.without_zone_6)),
            (3, china.ZONES_3, (datum.with_zone_3, datum.without_zone_3)),
        ):
            for number in numbers:
                for first in firsts:
                    found[first + number - numbers[0]] = Zone(datum, width, number)
    return found


def zone_of(crs: pyproj.CRS) -> Zone | None:
    """Return the zone that a CRS is, None when it is none of China's.

    >>> zone_of(pyproj.CRS("EPSG:4547")).number, zone_of(pyproj.CRS("EPSG:32649"))
    (38, None)
    """
    return _zones().get(crs.to_epsg() or 0)


def write_text(parts: Sequence[Part], path: Path, form: SurveyForm) -> None:
    """Write the polygons of a table, in the dialect and precision of the form."""
    (part,) = parts
    lines = [*_head(part, form), "[地块坐标]"]
    for row in np.flatnonzero(drawable(part)):
        lines += _parcel(part, int(row), form)
    path.write_bytes(_LINE_ENDS.join([*lines, ""]).encode(ENCODING))


def drawable(part: Part) -> np.ndarray:
    """Mark the rows that are polygons with an area."""
    shapes = np.asarray(part.frame.geometry)
    return np.asarray(np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes))


def text_losses(part: Part, form: SurveyForm) -> Iterator[Loss]:
    """Tell what a survey text does not keep of a table."""
    named = () if form.dialect == "enforcement" else (_key(part),)
    coded = ("land_use",) if form.dialect in ("13", "9") else ()
    kept = [name for name in (*named, "name", *coded) if name in part.attributes]
    dropped = [name for name in part.attributes if name not in kept]
    if dropped:
        yield losses.loss(part.name, "columns_dropped", dropped)
    left_out = int((~drawable(part)).sum())
    if left_out:
        yield losses.loss(part.name, "no_polygon", rows=left_out)
    if shapely.has_z(np.asarray(part.frame.geometry)).any():
        yield losses.loss(part.name, "heights_dropped")
    decimals, step = (DEGREE_DECIMALS, "1e-9°") if form.dialect == "enforcement" else (form.decimals, "")
    yield from losses.rounded_coordinates(part, decimals, step or f"{10.0**-decimals:g} m")
    yield from losses.counted(part, "signs_replaced", _unusable, kept)
    yield from losses.counted(part, "empty_text", losses.empty_texts, kept)


def _unusable(values: pd.Series) -> int:
    return sum(isinstance(value, str) and plain_field(value) != value for value in values)


def plain_field(text: str) -> str:
    """Return a text as it may stand between commas in one line.

    >>> plain_field(" 一号,二号 ")
    '一号、二号'
    """
    return " ".join(text.replace(",", "、").replace("，", "、").replace("@", "＠").split())


def _head(part: Part, form: SurveyForm) -> Iterator[str]:
    crs = part.frame.crs
    zone = zone_of(crs)
    notes = part.origin.sentences()
    if notes:
        yield "[项目信息]"
        yield f"说明={' '.join(plain_field(note) for note in notes)}"
    yield "[属性描述]"
    facts = {
        "格式版本号": "1.01",
        "数据产生单位": "",
        "数据产生日期": dt.date.today().isoformat(),
        "坐标系": _SYSTEMS["cgcs2000" if zone is None else zone.datum.family],
    }
    if zone is not None:
        facts |= {"几度分带": str(zone.width), "投影类型": "高斯克吕格", "计量单位": "米", "带号": str(zone.number)}
    else:
        facts |= {"计量单位": "度"}
    step = 10.0 ** -(DEGREE_DECIMALS if form.dialect == "enforcement" else form.decimals)
    facts |= {"精度": np.format_float_positional(step), "转换参数": ",,,,,,"}
    yield from (f"{name}={value}" for name, value in facts.items())


def _parcel(part: Part, row: int, form: SurveyForm) -> Iterator[str]:
    shape = part.frame.geometry.iloc[row]
    rings = [ring for polygon in shapely.get_parts(shape) for ring in (polygon.exterior, *polygon.interiors)]
    yield _parcel_line(part, row, form, sum(len(ring.coords) for ring in rings))
    number = 1
    for place, ring in enumerate(rings, start=1):
        corners = np.round(shapely.get_coordinates(ring), DEGREE_DECIMALS)
        names = [*range(number, number + len(corners) - 1), number]
        number += len(corners) - 1
        for name, (east, north) in zip(names, corners, strict=True):
            if form.dialect == "enforcement":
                yield f"J{name},{place},{east:.{DEGREE_DECIMALS}f},{north:.{DEGREE_DECIMALS}f}"
            else:
                yield f"J{name},{place},{north:.{form.decimals}f},{east:.{form.decimals}f}"


def _parcel_line(part: Part, row: int, form: SurveyForm, points: int) -> str:
    hectares = f"{part.frame.geometry.iloc[row].area / M2_PER_HECTARE:.{_AREA_DECIMALS}f}"
    key = _key(part)
    number = _field(part, key, row) if key else str(row + 1)
    name, code = _field(part, "name", row), _field(part, "land_use", row)
    use = _use(code)
    lines: dict[Dialect, list[object]] = {
        "13": [points, hectares, number, name, "面", "", use, code, "", "", "", "", _note(part)],
        "9": [points, hectares, number, name, "面", "", use, code],
        "8": [points, hectares, number, name, "面", "", use, ""],
        "map": [number, name, "面", ""],
        "enforcement": [points, name or number, "面", use or message("export.survey_use_unknown", "zh")],
    }
    return ",".join([*map(str, lines[form.dialect]), "@"])


def _key(part: Part) -> str | None:
    table = DRAWN_TABLES.get(part.name)
    names = [table.key] if table is not None else []
    return next((name for name in [*names, "feature_id"] if name in part.attributes), None)


def _field(part: Part, column: str, row: int) -> str:
    value = plain_value(part.frame[column].iat[row]) if column in part.attributes else None
    return "" if value is None else plain_field(str(value))


def _note(part: Part) -> str:
    return message("export.survey_fictional", "zh") if part.origin.synthetic else ""


@cache
def _titles() -> dict[str, str]:
    palette = load_layers().palettes.get("land_use")
    return {entry.value: entry.title.zh for entry in palette.classes} if palette is not None else {}


def _use(code: str) -> str:
    """Return the title of a land-use code, that of the nearest class above where it has none."""
    return next((_titles()[code[:size]] for size in range(len(code), 1, -1) if code[:size] in _titles()), "")
