"""A workspace at one moment that can only be read: the folder of an unpacked audit bundle."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pyproj
from pydantic import ValidationError

from parkplan._errors import RequestError, WorkspaceError
from parkplan.data.files import disk_faults
from parkplan.data.geoparquet import Content
from parkplan.data.workspace import layers
from parkplan.data.workspace.catalogued import wanted_columns
from parkplan.data.workspace.folder import DERIVED
from parkplan.model.bundle import DISTRICT, TABLES, District
from parkplan.model.layers import Text as LayerText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from parkplan.data.workspace.store import Workspace
    from parkplan.i18n import Text
    from parkplan.model.workspace import Change, Entered, Entry, JournalEntry, TableInfo


def is_frozen(folder: Path) -> bool:
    """Say whether a folder is a frozen workspace."""
    return os.path.isfile(folder / DISTRICT)  # noqa: PTH113  # false, not a fault, for a name that no file system takes


def freeze(ws: Workspace, title: Text, kinds: Iterable[str], folder: Path) -> District:
    """Write the latest version of each table, what users typed in and the journal as plain files into a folder."""
    (folder / TABLES).mkdir(parents=True, exist_ok=True)
    tables = tuple(replace(info, version=_kept(ws, info.name, folder / TABLES)) for info in ws.tables())
    entered = tuple(one for kind in kinds for _, one in sorted(ws.entered(kind).items()))
    crs = ":".join(ws.crs.to_authority() or ()) or ws.crs.to_json()
    named = LayerText(zh=title.zh, en=title.en)
    district = District(name=ws.name, title=named, crs=crs, tables=tables, entered=entered, journal=ws.journal())
    (folder / DISTRICT).write_text(district.model_dump_json(indent=1), encoding="utf-8", newline="\n")
    return district


def _kept(ws: Workspace, table: str, folder: Path) -> str:
    """Keep a table's rows, and return the name of the file: its version, unless another program wrote that."""
    return layers.keep(folder, Content.of(ws.read(table), table).to_bytes())


class FrozenWorkspace:
    """A frozen workspace; see `parkplan.data.workspace.Workspace` for what its methods promise. It takes no changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._layers = self._folder / TABLES
        path = self._folder / DISTRICT
        try:
            with disk_faults(path):
                self._district = District.model_validate_json(path.read_bytes())
            self._crs = pyproj.CRS.from_user_input(self._district.crs)
        except (ValidationError, pyproj.exceptions.CRSError) as fault:
            raise WorkspaceError("workspace_broken", path=path, fault=type(fault).__name__) from fault
        self._tables = {info.name: info for info in self._district.tables}

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._folder)

    @property
    def folder(self) -> Path:
        """The folder that it fills."""
        return self._folder

    @property
    def derived(self) -> Path:
        """The folder of derived tables, which whoever asks the bundle makes and takes away."""
        return self._folder / DERIVED

    @property
    def name(self) -> str:
        """The name of the workspace that was frozen."""
        return self._district.name

    @property
    def crs(self) -> pyproj.CRS:
        """The CRS of every table."""
        return self._crs

    @property
    def synthetic(self) -> bool:
        """Whether any table is made up."""
        return any(table.synthetic for table in self.tables())

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the tables, by name."""
        return self._district.tables

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table; there is one version of each."""
        if table not in self._tables:
            raise RequestError("unknown_table", table=table, known=", ".join(self._tables) or "—")
        found = self._tables[table]
        if version not in {None, found.version}:
            raise RequestError("unknown_version", table=table, version=version)
        return found

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows 0..n-1 of a table, all columns or some, with the geometry."""
        info = self.info(table, version)
        path = layers.layer_path(self._layers, info.version)
        return layers.READER.read(path, info.version, wanted_columns(info, columns), self._crs)

    def write(self, tables: Mapping[str, gpd.GeoDataFrame | Content], *, change: Change) -> tuple[TableInfo, ...]:
        """Refuse."""
        self._refuse()

    def restore(
        self, versions: Mapping[str, str | None], *, expected: Mapping[str, str | None], change: Change
    ) -> None:
        """Refuse."""
        self._refuse()

    def journal(self, limit: int | None = None) -> tuple[JournalEntry, ...]:
        """Return what was done, the latest first."""
        return self._district.journal[:limit]

    def entered(self, kind: str) -> dict[str, Entered]:
        """Return the values of one kind that users typed in, by id."""
        return {one.id: one for one in self._district.entered if one.kind == kind}

    def enter(self, kind: str, id: str, value: Entry, actor: str, reason: str = "") -> Entered:
        """Refuse."""
        self._refuse()

    def verify(self) -> None:
        """Check the checksum of every table."""
        faults = layers.faults_of(self._layers, (info.version for info in self.tables()))
        if faults:
            raise WorkspaceError("workspace_damaged", path=self._folder, count=len(faults), details=faults)

    def _refuse(self) -> NoReturn:
        raise WorkspaceError("workspace_frozen", path=self._folder)
