"""``layers/``: immutable GeoParquet files named by their content, checked before they are believed."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from parkplan._errors import ParkplanError, WorkspaceError
from parkplan.data.files import DISK, Disk, disk_faults, write_whole
from parkplan.data.geoparquet import GEOMETRY, from_table, read_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import geopandas as gpd
    import pyproj

CACHE_BYTES: Final = 1_500_000_000


def digest_of(content: bytes | pa.Buffer) -> str:
    """Return the SHA-256 of a file's content, by which it is named."""
    return hashlib.sha256(content).hexdigest()


def layer_path(folder: Path, version: str) -> Path:
    """Return where a version is kept."""
    return folder / f"{version}.parquet"


def keep(folder: Path, content: bytes, disk: Disk = DISK) -> str:
    """Store a version, unless it is there already and undamaged, and return its name."""
    version = digest_of(content)
    path = layer_path(folder, version)
    if path.is_file() and path.stat().st_size == len(content) and digest_of(path.read_bytes()) == version:
        disk.sync_file(path)
        disk.sync_folder(folder)
    else:
        write_whole(path, content, disk)
    return version


def faults_of(folder: Path, versions: Iterable[str]) -> list[ParkplanError]:
    """Return a fault for each version whose file is missing or is not what its name says."""
    faults: list[ParkplanError] = []
    for version in dict.fromkeys(versions):
        path = layer_path(folder, version)
        if not path.is_file():
            faults.append(WorkspaceError("layer_missing", path=path))
        elif digest_of(path.read_bytes()) != version:
            faults.append(WorkspaceError("layer_damaged", path=path))
    return faults


class LayerReader:
    """Reads versions of tables, each file checked once per process, and keeps what was read lately in memory."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._cache_bytes = cache_bytes
        self._checked: dict[tuple[str, int, int], None] = {}
        self._kept: OrderedDict[tuple[str, tuple[str, ...] | None], tuple[gpd.GeoDataFrame, int]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, path: Path, version: str, columns: tuple[str, ...] | None, crs: pyproj.CRS) -> gpd.GeoDataFrame:
        """Return all columns, or some with the geometry.

        Raises:
            WorkspaceError: the file is missing or was altered.
        """
        content = self._checked_content(path, version)

        def table() -> pa.Table:
            try:
                return read_columns(str(path) if content is None else content, columns)
            except (pa.ArrowException, OSError) as fault:
                raise WorkspaceError("layer_damaged", path=path) from fault

        return self.remembered(version, columns, table, crs)

    def remembered(
        self, version: str, columns: tuple[str, ...] | None, table: Callable[[], pa.Table], crs: pyproj.CRS
    ) -> gpd.GeoDataFrame:
        """Return all columns of a version, or some with the geometry, from memory or from its ``table``."""
        with self._lock:
            for key in ((version, columns), (version, None)):
                if key in self._kept:
                    self._kept.move_to_end(key)
                    frame = self._kept[key][0]
                    return (frame if columns is None else frame[[*columns, GEOMETRY]]).copy(deep=False)
        found = table()
        frame = from_table(found, crs)
        self._keep((version, columns), frame, 2 * found.nbytes)
        return frame.copy(deep=False)

    def _checked_content(self, path: Path, version: str) -> pa.Buffer | None:
        """Return the content of a file that was not checked before, None for one that was."""
        with disk_faults(path):
            try:
                state = path.stat()
            except FileNotFoundError:
                raise WorkspaceError("layer_missing", path=path) from None
            key = (str(path), state.st_size, state.st_mtime_ns)
            if key in self._checked:
                return None
            content = pa.py_buffer(path.read_bytes())
        if digest_of(content) != version:
            raise WorkspaceError("layer_damaged", path=path)
        with self._lock:
            self._checked[key] = None
        return content

    def _keep(self, key: tuple[str, tuple[str, ...] | None], frame: gpd.GeoDataFrame, size_bytes: int) -> None:
        if size_bytes > self._cache_bytes:
            return
        with self._lock:
            self._kept[key] = (frame, size_bytes)
            self._kept.move_to_end(key)
            while sum(size for _, size in self._kept.values()) > self._cache_bytes:
                self._kept.popitem(last=False)


READER: Final = LayerReader()
"""Shared by all workspaces of the process: content-named files never change, so what was read stays true."""
