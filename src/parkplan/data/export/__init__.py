"""Tables out: made whole beside their place, then given their name, in the format that the ending says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyproj

from parkplan._errors import RequestError
from parkplan.data.export import delimited, geofiles, shapefile, spreadsheet
from parkplan.data.export.part import Origin, Part
from parkplan.data.files import made_whole, require_space
from parkplan.data.geoparquet import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

__all__ = ["ENDINGS", "Origin", "check_ending", "known_crs", "write_table", "write_tables"]

GEOJSON_CRS: Final = "EPSG:4326"

_WRITERS: Final[dict[str, Callable[[Sequence[Part], Path], None]]] = {
    ".gpkg": geofiles.write_geopackage,
    ".geojson": geofiles.write_geojson,
    ".parquet": geofiles.write_parquet,
    ".csv": delimited.write_csv,
    ".xlsx": spreadsheet.write_xlsx,
    ".zip": shapefile.write_zip,
}
_MANY: Final = frozenset({".gpkg", ".xlsx"})
ENDINGS: Final = tuple(_WRITERS)


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
    target = Path(path)
    ending = check_ending(target, len(frames))
    wanted = known_crs(crs if crs is not None or ending != ".geojson" else GEOJSON_CRS)
    parts = [
        Part(name, _transformed(canonical(frame, name), wanted), (origins or {}).get(name, Origin()))
        for name, frame in frames.items()
    ]
    with made_whole(target) as temporary:
        require_space(target.parent, sum(part.size_bytes for part in parts))
        _WRITERS[ending](parts, temporary)
    return target


def check_ending(path: Path, tables: int) -> str:
    """Return the ending of an output file, if it names a format that takes this many tables.

    Raises:
        RequestError: it does not.
    """
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise RequestError("output_ending", path=path, known=" ".join(ENDINGS))
    if tables != 1 and ending not in _MANY:
        raise RequestError("output_one_table", path=path, count=tables, many=" ".join(sorted(_MANY)))
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
    return frame if crs is None or frame.crs is None or frame.crs == crs else frame.to_crs(crs)
