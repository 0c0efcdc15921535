"""Derived tables kept beside a workspace, so as not to compute them twice; they may be deleted at any time.

The name of a file is the hash of everything that the table was computed from.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from parkplan._errors import ParkplanError
from parkplan.data.files import write_whole
from parkplan.data.geoparquet import Content, from_table, read_columns

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from parkplan.data.workspace import Workspace

KEPT_FILES: Final = 24
"""Of each table; what was written longest ago goes first."""
_VERSION: Final = re.compile(r"[0-9a-f]{16,64}")


def is_version(text: str) -> bool:
    """Say whether a text may be the version of a derived table; anything else never reaches the disk."""
    return _VERSION.fullmatch(text) is not None


def read_derived(ws: Workspace, table: str, version: str) -> gpd.GeoDataFrame | None:
    """Return a derived table that was kept, or None where there is none, or the file is damaged."""
    path = _path(ws, table, version)
    if path is None or not path.is_file():
        return None
    try:
        return from_table(read_columns(str(path), None), ws.crs)
    except (OSError, ValueError):  # pyarrow's faults are of these kinds
        return None


def keep_derived(ws: Workspace, table: str, version: str, frame: gpd.GeoDataFrame) -> None:
    """Keep a derived table where there is a place for it; a fault costs only time later."""
    path = _path(ws, table, version)
    if path is None or path.is_file() or not path.parent.is_dir():
        return
    with suppress(OSError, ParkplanError):
        write_whole(path, Content.of(frame, table).to_bytes())
        old = sorted(path.parent.glob(f"{table}-*.parquet"), key=lambda file: file.stat().st_mtime)
        for file in old[:-KEPT_FILES]:
            file.unlink(missing_ok=True)


def kept_versions(ws: Workspace, table: str) -> tuple[str, ...]:
    """Return the versions of a derived table that are kept, what was written last first."""
    files = sorted(ws.derived.glob(f"{table}-*.parquet"), key=_age)
    return tuple(version for file in files if is_version(version := file.stem.removeprefix(f"{table}-")))


def touch_derived(ws: Workspace, table: str, version: str) -> None:
    """Say that a kept table is the one that was made last."""
    path = _path(ws, table, version)
    if path is not None:
        with suppress(OSError):
            os.utime(path)


def _age(file: Path) -> float:
    """Return how long ago a file was written, as a number that grows; one that is gone by now comes last."""
    try:
        return -file.stat().st_mtime
    except OSError:
        return 0.0


def _path(ws: Workspace, table: str, version: str) -> Path | None:
    return ws.derived / f"{table}-{version}.parquet" if is_version(version) else None
