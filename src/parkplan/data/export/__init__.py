"""Tables out: made whole beside their place, then given their name, in the format that the ending says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyproj

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.export import delimited, geofiles, shapefile, spreadsheet, survey
from parkplan.data.export.losses import Loss, loss
from parkplan.data.export.part import Origin, Part
from parkplan.data.export.survey import SurveyForm
from parkplan.data.files import made_whole, require_space
from parkplan.data.geoparquet import GEOMETRY, canonical
from parkplan.model.tables import is_without_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "ENDINGS",
    "Loss",
    "Origin",
    "SurveyForm",
    "check_ending",
    "export_tables",
    "known_crs",
    "write_table",
    "write_tables",
]

GEOJSON_CRS: Final = "EPSG:4326"
SURVEY: Final = ".txt"
_OF_SHAPES: Final = (".geojson", ".zip", SURVEY)
"""Formats that hold no rows without shapes."""


@dataclass(frozen=True, slots=True)
class _Format:
    """How tables become a file, what the file does not keep of each, and whether it takes several."""

    write: Callable[[Sequence[Part], Path], None]
    losses: Callable[[Part], Iterable[Loss]]
    many: bool = False


_FORMATS: Final[dict[str, _Format]] = {
    ".gpkg": _Format(geofiles.write_geopackage, geofiles.geopackage_losses, many=True),
    ".geojson": _Format(geofiles.write_geojson, geofiles.geojson_losses),
    ".parquet": _Format(geofiles.write_parquet, geofiles.parquet_losses),
    ".csv": _Format(delimited.write_csv, delimited.csv_losses),
    ".xlsx": _Format(spreadsheet.write_xlsx, spreadsheet.xlsx_losses, many=True),
    ".zip": _Format(shapefile.write_zip, shapefile.zip_losses),
}
ENDINGS: Final = (*_FORMATS, SURVEY)


def write_table(
    frame: gpd.GeoDataFrame, table: str, path: str | Path, *, crs: str | None = None, origin: Origin | None = None
) -> Path:
    """Write one table, or some rows of one, and return the path.

    ``table`` names the table, so that canonical columns get their titles and units. The CRS is that of the frame, for
    GeoJSON EPSG:4326, unless ``crs`` says otherwise. ``origin`` travels with the data: whether they are made up, where
    they come from.

    Raises:
        RequestError: the ending or the CRS is unknown, or the table does not fit into the format.
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    return write_tables({table: frame}, path, crs=crs, origins={} if origin is None else {table: origin})


def write_tables(
    frames: Mapping[str, gpd.GeoDataFrame],
    path: str | Path,
    *,
    crs: str | None = None,
    origins: Mapping[str, Origin] | None = None,
) -> Path:
    """Write several tables into one GeoPackage or workbook; see `write_table`.

    Raises:
        RequestError: the format takes one table only, the ending or the CRS is unknown, or a table does not fit.
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    _write(*_parts(frames, Path(path), crs, origins, SurveyForm()))
    return Path(path)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an export: the CRS of its coordinates, and what the file does not keep."""

    crs: pyproj.CRS | None
    losses: tuple[Loss, ...]


def export_tables(
    frames: Mapping[str, gpd.GeoDataFrame],
    path: str | Path,
    *,
    crs: str | None = None,
    origins: Mapping[str, Origin] | None = None,
    survey_form: SurveyForm | None = None,
) -> Written:
    """Write tables as `write_tables` does, and tell what the file does not keep of them.

    ``survey_form`` says how a survey text (``.txt``) is written.

    Raises:
        RequestError: as `write_tables`.
        WorkspaceError: as `write_tables`.
    """
    form, parts, target = _parts(frames, Path(path), crs, origins, survey_form or SurveyForm())
    _write(form, parts, target)
    lost = [each for part in parts for each in (*_moved(part, frames[part.name].crs), *form.losses(part))]
    return Written(parts[0].frame.crs, tuple(lost))


def _parts(
    frames: Mapping[str, gpd.GeoDataFrame],
    target: Path,
    crs: str | None,
    origins: Mapping[str, Origin] | None,
    survey_form: SurveyForm,
) -> tuple[_Format, list[Part], Path]:
    """Return the format, and the tables in the CRS of the file."""
    ending = check_ending(target, len(frames))
    wanted = known_crs(crs if crs is not None or ending != ".geojson" else GEOJSON_CRS)
    made = []
    for name, frame in frames.items():
        whole = canonical(frame, name)
        if ending in _OF_SHAPES and is_without_places(name):
            known = " ".join(each for each in ENDINGS if each not in _OF_SHAPES)
            raise RequestError("output_no_shapes", table=name, path=target, known=known)
        own = _survey_crs(whole, wanted, survey_form) if ending == SURVEY else wanted
        made.append(Part(name, _transformed(whole, own), (origins or {}).get(name, Origin())))
    if ending == SURVEY:
        write, lost = partial(survey.write_text, form=survey_form), partial(survey.text_losses, form=survey_form)
        return _Format(write, lost), made, target
    return _FORMATS[ending], made, target


def _write(form: _Format, parts: list[Part], target: Path) -> None:
    with made_whole(target) as temporary:
        require_space(target.parent, sum(part.size_bytes for part in parts))
        form.write(parts, temporary)


def _survey_crs(frame: gpd.GeoDataFrame, wanted: pyproj.CRS | None, form: SurveyForm) -> pyproj.CRS:
    own = wanted or frame.crs
    if own is None:
        raise RequestError("survey_place", crs="-")
    known = np.asarray(frame.geometry.dropna())
    place = reference.lonlat_bounds(known, reference.SourceCrs(frame.crs or own)) if len(known) else None
    if place is None and survey.zone_of(own) is None and form.dialect != "enforcement":
        raise RequestError("survey_place", crs=reference.crs_title(own))
    return survey.survey_crs(own, 0.0 if place is None else (place[0] + place[2]) / 2, form)


def _moved(part: Part, crs: pyproj.CRS | None) -> list[Loss]:
    """Say that the coordinates of the file are not those of the table."""
    if crs is None or part.placeless or part.frame.crs is None or part.frame.crs == crs:
        return []
    return [loss(part.name, "crs_changed", source=reference.crs_title(crs), target=reference.crs_title(part.frame.crs))]


def check_ending(path: Path, tables: int) -> str:
    """Return the ending of an output file, if it names a format that takes this many tables.

    Raises:
        RequestError: it does not.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError("output_ending", path=path, known=" ".join(ENDINGS))
    if tables != 1 and not (ending in _FORMATS and _FORMATS[ending].many):
        many = " ".join(name for name, form in _FORMATS.items() if form.many)
        raise RequestError("output_one_table", path=path, count=tables, many=many)
    return ending


def known_crs(name: str | None) -> pyproj.CRS | None:
    """Return a CRS by what the user called it.

    Raises:
        RequestError: it is unknown.
    """
    try:
        return None if name is None else pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as fault:
        raise RequestError("unknown_crs", crs=name) from fault


def _transformed(frame: gpd.GeoDataFrame, crs: pyproj.CRS | None) -> gpd.GeoDataFrame:
    if crs is None or frame.crs is None or frame.crs == crs:
        return frame
    if frame.has_z.any() or frame.geometry.isna().all():
        return frame.to_crs(crs)
    moved, _ = reference.reproject(np.asarray(frame.geometry), reference.SourceCrs(frame.crs), crs)
    return gpd.GeoDataFrame(frame.drop(columns=GEOMETRY), geometry=moved, crs=crs)
