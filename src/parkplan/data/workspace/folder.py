"""A workspace in a folder: ``workspace.sqlite``, ``layers/<sha256>.parquet``, ``derived/``."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import pyproj

from parkplan._errors import ParkplanError, WorkspaceError
from parkplan.data.files import (
    DISK,
    TEMPORARY,
    Disk,
    disk_faults,
    remove_orphans,
    remove_temporaries,
    temporary_path,
)
from parkplan.data.locks import writer_lock
from parkplan.data.workspace import layers, sqlite
from parkplan.data.workspace.catalogued import CataloguedWorkspace, crs_definition, known_crs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from parkplan.data.geoparquet import Content
    from parkplan.data.workspace.catalogue import Records
    from parkplan.model.workspace import TableInfo

LAYERS: Final = "layers"
DERIVED: Final = "derived"


class FolderWorkspace(CataloguedWorkspace):
    """A workspace on this machine; see `parkplan.data.workspace.Workspace` for what its methods promise."""

    book: sqlite.SqliteBook

    def __init__(self, folder: Path, *, wait_s: float = sqlite.WAIT_S, disk: Disk = DISK) -> None:
        self._folder = folder.absolute()
        self._layers = self._folder / LAYERS
        self._disk = disk
        book = sqlite.SqliteBook(self._folder, wait_s)
        try:
            there = book.path.is_file()
        except OSError:  # a name that no file system takes
            there = False
        if not there:
            raise WorkspaceError("workspace_missing", path=folder)
        super().__init__(book, pyproj.CRS.from_user_input(sqlite.settings(book.path)["crs"]))
        self._clean()

    def _clean(self) -> None:
        """Remove what a crashed writer left behind, unless somebody is writing now or the folder is read-only."""
        if any(path for folder in (self._layers, self.derived) for path in folder.glob(f"{TEMPORARY}*")):
            with suppress(WorkspaceError), writer_lock(self._folder / sqlite.LOCK, wait_s=0.0):
                remove_temporaries(self._layers, self._disk)
                remove_temporaries(self.derived, self._disk)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._folder)

    @property
    def name(self) -> str:
        """The folder's name without its ending."""
        return self._folder.name.removesuffix(".parkplan")

    @property
    def folder(self) -> Path:
        """The folder that it fills."""
        return self._folder

    @property
    def derived(self) -> Path:
        """The folder of derived tables."""
        return self._folder / DERIVED

    def _frame(self, info: TableInfo, columns: tuple[str, ...] | None) -> gpd.GeoDataFrame:
        return layers.READER.read(layers.layer_path(self._layers, info.version), info.version, columns, self._crs)

    @contextmanager
    def _storing(self, tables: Mapping[str, Content]) -> Iterator[tuple[Records, Mapping[str, str]]]:
        contents = {name: content.to_bytes() for name, content in tables.items()}
        with disk_faults(self._layers), self.book.locked():
            self._layers.mkdir(exist_ok=True)
            versions = {name: layers.keep(self._layers, content, self._disk) for name, content in contents.items()}
            with sqlite.transaction(self.book.path) as connection:
                yield connection, versions

    def _faults(self, records: Records) -> list[ParkplanError]:
        state = records.execute("PRAGMA integrity_check(1)").fetchone()[0]
        return [] if state == "ok" else [WorkspaceError("workspace_broken", path=self.book.place, fault=state)]

    def _row_faults(self, records: Records, versions: Sequence[str]) -> list[ParkplanError]:
        return layers.faults_of(self._layers, versions)


@contextmanager
def build_folder(folder: Path, *, crs: str, actor: str, disk: Disk = DISK) -> Iterator[FolderWorkspace]:
    """Make a workspace beside its place, lend it to be filled, and move it there when that went well."""
    folder = folder.absolute()  # SQLite takes no relative addresses
    with disk_faults(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError("workspace_exists", path=folder)
    known = known_crs(crs)
    with disk_faults(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_orphans(folder)
        making = temporary_path(folder)
        try:
            (making / LAYERS).mkdir(parents=True)
            (making / DERIVED).mkdir()
            sqlite.create(making / sqlite.DATABASE, {"crs": crs_definition(known), "made_by": actor})
            yield FolderWorkspace(making, disk=disk)
            if folder.exists():
                folder.rmdir()
            disk.sync_folder(making)
            disk.rename(making, folder)
            disk.sync_folder(folder.parent)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
