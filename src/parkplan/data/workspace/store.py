"""What every workspace can do, wherever it is kept: the jobs know this and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pyproj

    from parkplan.data.geoparquet import Content
    from parkplan.model.workspace import Change, Entered, Entry, JournalEntry, TableInfo


class Workspace(Protocol):
    """One district: versioned tables in one CRS, a journal, and the values that users typed in.

    Every change is atomic and enters the journal; what was acknowledged survives a crash and a power loss. One program
    writes at a time, others wait; reading never waits for long.
    """

    @property
    def address(self) -> str:
        """Where the workspace is: a folder or a database address without credentials."""

    @property
    def folder(self) -> Path | None:
        """The folder that the workspace fills, where nothing else belongs; None where it is in a database."""

    @property
    def derived(self) -> Path:
        """The folder of this machine for what is made from the tables; it may be absent, and deleted at any time."""

    @property
    def name(self) -> str:
        """The district's name, taken from the address."""

    @property
    def crs(self) -> pyproj.CRS:
        """The CRS of every table."""

    @property
    def synthetic(self) -> bool:
        """Whether any table is made up."""

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the latest version of each table, by name."""

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table.

        Raises:
            RequestError: there is no such table or version.
        """

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows 0..n-1 of a table, all columns or some, with the geometry in the workspace CRS.

        The frame is the caller's own: changing it changes nothing else. Geometry arrays are read-only.

        Raises:
            RequestError: there is no such table, version or column.
            WorkspaceError: the file of this version is missing or was altered.
        """

    def write(self, tables: Mapping[str, gpd.GeoDataFrame | Content], *, change: Change) -> tuple[TableInfo, ...]:
        """Store new versions of tables, all or none, as one journal entry; return when they are safe.

        Raises:
            SourceFileError: a frame has no geometry, a doubled column, or a column that no table can hold.
            RequestError: a table has no name, or its CRS is not that of the workspace.
            WorkspaceError: the disk is full or read-only, or another program writes for too long.
        """

    def restore(
        self, versions: Mapping[str, str | None], *, expected: Mapping[str, str | None], change: Change
    ) -> None:
        """Make earlier versions of tables the latest again, all or none, as one journal entry; None takes a table away.

        Nothing is deleted: every version can still be read.

        Raises:
            RequestError: there is no such version.
            ConflictError: the latest version of a table is not the expected one.
            WorkspaceError: the disk is full or read-only, or another program writes for too long.
        """

    def journal(self, limit: int | None = None) -> tuple[JournalEntry, ...]:
        """Return what was done, the latest first."""

    def entered(self, kind: str) -> dict[str, Entered]:
        """Return the values of one kind that users typed in, by id; those withdrawn are not among them."""

    def enter(self, kind: str, id: str, value: Entry, actor: str, reason: str = "") -> Entered:
        """Keep a value that a user typed in; None withdraws it."""

    def verify(self) -> None:
        """Check everything: database, journal chain, and the checksum of every version of every table.

        Raises:
            WorkspaceError: the first kind of damage found, with a sentence for each place in ``details``.
        """
