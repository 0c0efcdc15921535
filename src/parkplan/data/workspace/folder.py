"""A workspace in a folder: ``workspace.sqlite``, ``layers/<sha256>.parquet``, ``derived/``."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj

from parkplan._errors import ConflictError, ParkplanError, RequestError, WorkspaceError
from parkplan.data.files import (
    DISK,
    TEMPORARY,
    Disk,
    disk_faults,
    remove_orphans,
    remove_temporaries,
    temporary_path,
)
from parkplan.data.geoparquet import GEOMETRY, bounds_of, canonical, geometry_type, to_bytes
from parkplan.data.locks import writer_lock
from parkplan.data.workspace import database, layers
from parkplan.model.workspace import Change, Difference, Entered, TableInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from parkplan.model.workspace import Entry, JournalEntry

LAYERS: Final = "layers"
DERIVED: Final = "derived"
_LOCK: Final = "writer.lock"
_WAIT_S: Final = 30.0
_NAME_LENGTH: Final = 120


class FolderWorkspace:
    """A workspace on this machine; see `parkplan.data.workspace.Workspace` for what its methods promise."""

    def __init__(self, folder: Path, *, wait_s: float = _WAIT_S, disk: Disk = DISK) -> None:
        self.folder = folder.absolute()
        self._database = self.folder / database.DATABASE
        self._layers = self.folder / LAYERS
        self._wait_s = wait_s
        self._disk = disk
        try:
            there = self._database.is_file()
        except OSError:  # a name that no file system takes
            there = False
        if not there:
            raise WorkspaceError("workspace_missing", path=folder)
        self._crs = pyproj.CRS.from_user_input(database.settings(self._database)["crs"])
        self._clean()

    def _clean(self) -> None:
        """Remove what a crashed writer left behind, unless somebody is writing now or the folder is read-only."""
        if any(path for folder in (self._layers, self.folder / DERIVED) for path in folder.glob(f"{TEMPORARY}*")):
            with suppress(WorkspaceError), writer_lock(self.folder / _LOCK, wait_s=0.0):
                remove_temporaries(self._layers, self._disk)
                remove_temporaries(self.folder / DERIVED, self._disk)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.folder)

    @property
    def name(self) -> str:
        """The folder's name without its ending."""
        return self.folder.name.removesuffix(".parkplan")

    @property
    def crs(self) -> pyproj.CRS:
        """The CRS of every table."""
        return self._crs

    @property
    def synthetic(self) -> bool:
        """Whether any table is made up."""
        return any(table.synthetic for table in self.tables())

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the latest version of each table, by name."""
        with database.connected(self._database) as connection:
            return tuple(database.latest(connection).values())

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table."""
        with database.connected(self._database) as connection:
            known = database.latest(connection)
            if table not in known:
                raise RequestError("unknown_table", table=table, known=", ".join(known) or "—")
            if version is None:
                return known[table]
            found = database.version(connection, table, version)
        if found is None:
            raise RequestError("unknown_version", table=table, version=version)
        return found

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows 0..n-1 of a table, all columns or some, with the geometry in the workspace CRS."""
        info = self.info(table, version)
        path = layers.layer_path(self._layers, info.version)
        return layers.READER.read(path, info.version, layers.wanted_columns(info, columns), self._crs)

    def write(self, tables: Mapping[str, gpd.GeoDataFrame], *, change: Change) -> tuple[TableInfo, ...]:
        """Store new versions of tables, all or none, as one journal entry."""
        frames = {name: self._acceptable(name, frame) for name, frame in tables.items()}
        contents = {name: to_bytes(frame) for name, frame in frames.items()}
        with disk_faults(self._layers), writer_lock(self.folder / _LOCK, self._wait_s):
            self._layers.mkdir(exist_ok=True)
            written = tuple(
                _described(name, layers.keep(self._layers, contents[name], self._disk), frame, change)
                for name, frame in frames.items()
            )
            with database.transaction(self._database) as connection:
                before = {name: info.version for name, info in database.latest(connection).items()}
                line = database.add_to_journal(
                    connection,
                    change,
                    [Difference(f"table:{info.name}", before.get(info.name), info.version) for info in written],
                    [database.info_record(info) for info in written],
                )
                for info in written:
                    database.add_version(connection, info, line.number)
        return written

    def restore(
        self, versions: Mapping[str, str | None], *, expected: Mapping[str, str | None], change: Change
    ) -> None:
        """Make earlier versions of tables the latest again, all or none, as one journal entry; None takes one away."""
        with writer_lock(self.folder / _LOCK, self._wait_s), database.transaction(self._database) as connection:
            before = {name: info.version for name, info in database.latest(connection).items()}
            for name in versions:
                if before.get(name) != expected.get(name):
                    raise ConflictError("table_changed", table=name)
            infos = {
                name: None if wanted is None else database.version(connection, name, wanted)
                for name, wanted in versions.items()
            }
            for name, wanted in versions.items():
                if wanted is not None and infos[name] is None:
                    raise RequestError("unknown_version", table=name, version=wanted)
            records = [database.gone_record(name) if info is None else database.info_record(info)
                       for name, info in infos.items()]  # fmt: skip
            differences = [Difference(f"table:{name}", before.get(name), versions[name]) for name in versions]
            line = database.add_to_journal(connection, change, differences, records)
            for name, info in infos.items():
                if info is None:
                    database.add_absence(connection, name, line.number)
                else:
                    database.add_version(connection, info, line.number)

    def _acceptable(self, name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
            raise RequestError("table_name", table=name)
        kept = canonical(frame, name)
        if kept.crs is None or not self._crs.equals(kept.crs, ignore_axis_order=True):
            raise RequestError(
                "crs_differs",
                table=name,
                found="—" if kept.crs is None else crs_name(kept.crs),
                expected=crs_name(self._crs),
            )
        return kept.set_crs(self._crs, allow_override=True)

    def journal(self, limit: int | None = None) -> tuple[JournalEntry, ...]:
        """Return what was done, the latest first."""
        with database.connected(self._database) as connection:
            return database.journal(connection, limit)

    def entered(self, kind: str) -> dict[str, Entered]:
        """Return the values of one kind that users typed in, by id."""
        with database.connected(self._database) as connection:
            return database.entered(connection, kind)

    def enter(self, kind: str, id: str, value: Entry, actor: str, reason: str = "") -> Entered:
        """Keep a value that a user typed in; None withdraws it."""
        with writer_lock(self.folder / _LOCK, self._wait_s), database.transaction(self._database) as connection:
            before = database.entered(connection, kind).get(id)
            difference = Difference(f"{kind}:{id}", None if before is None else before.value, value)
            record = database.entered_record(connection, kind, id, value)
            line = database.add_to_journal(connection, Change(actor, "enter", reason), [difference], [record])
            database.add_entered(connection, kind, id, value, line.number)
        return Entered(kind, id, value, actor, reason, line.at)

    def verify(self) -> None:
        """Check everything: database, journal chain, and the checksum of every version of every table."""
        faults: list[ParkplanError] = []
        with database.connected(self._database) as connection:
            state = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if state != "ok":
                faults.append(WorkspaceError("workspace_broken", path=self._database, fault=state))
            for line in (database.broken_line(connection), database.mislabelled(connection)):
                if line is not None:
                    faults.append(WorkspaceError("journal_broken", path=self._database, line=line))
            versions = database.versions(connection)
        faults += layers.faults_of(self._layers, versions)
        if faults:
            raise WorkspaceError("workspace_damaged", path=self.folder, count=len(faults), details=faults)


def crs_name(crs: pyproj.CRS) -> str:
    """Return the short name of a CRS: its authority code where it has one, else its title."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def _described(name: str, version: str, frame: gpd.GeoDataFrame, change: Change) -> TableInfo:
    return TableInfo(
        name=name,
        version=version,
        rows=len(frame),
        columns=tuple(column for column in frame.columns if column != GEOMETRY),
        geometry_type=geometry_type(frame),
        crs=crs_name(frame.crs),
        bounds=bounds_of(np.asarray(frame.geometry)),
        created_at=datetime.now(UTC),
        source=change.source,
        synthetic=change.synthetic,
        note=change.note,
    )


@contextmanager
def build_folder(folder: Path, *, crs: str, actor: str, disk: Disk = DISK) -> Iterator[FolderWorkspace]:
    """Make a workspace beside its place, lend it to be filled, and move it there when that went well."""
    folder = folder.absolute()  # SQLite takes no relative addresses
    with disk_faults(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError("workspace_exists", path=folder)
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise RequestError("unknown_crs", crs=crs) from fault
    with disk_faults(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_orphans(folder)
        making = temporary_path(folder)
        try:
            (making / LAYERS).mkdir(parents=True)
            (making / DERIVED).mkdir()
            database.create(making / database.DATABASE, {"crs": _definition(known), "made_by": actor})
            yield FolderWorkspace(making, disk=disk)
            if folder.exists():
                folder.rmdir()
            disk.sync_folder(making)
            disk.rename(making, folder)
            disk.sync_folder(folder.parent)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise


def _definition(crs: pyproj.CRS) -> str:
    return crs_name(crs) if crs.to_authority() else str(crs.to_json())
