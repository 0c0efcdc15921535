"""A workspace that keeps its records in a `Book`: all that does not depend on where the rows of its tables are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pyproj

from parkplan._errors import ConflictError, ParkplanError, RequestError, WorkspaceError
from parkplan.data.geoparquet import GEOMETRY, Content, geometry_type
from parkplan.data.workspace import catalogue
from parkplan.model.workspace import Change, Entered, TableInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd

    from parkplan.data.workspace.catalogue import Book, Records
    from parkplan.model.workspace import Entry, JournalEntry

    Storing = AbstractContextManager[tuple[Records, Mapping[str, str]]]

_NAME_LENGTH: Final = 120


class CataloguedWorkspace(ABC):
    """A workspace with records; see `parkplan.data.workspace.Workspace` for what its methods promise."""

    def __init__(self, book: Book, crs: pyproj.CRS) -> None:
        self.book = book
        self._crs = crs

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it is."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The district's name."""

    @property
    @abstractmethod
    def folder(self) -> Path | None:
        """The folder that it fills."""

    @property
    @abstractmethod
    def derived(self) -> Path:
        """The folder of derived tables."""

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
        with self.book.reading() as records:
            return tuple(catalogue.latest(records).values())

    def info(self, table: str, version: str | None = None) -> TableInfo:
        """Return what is known of a table."""
        with self.book.reading() as records:
            known = catalogue.latest(records)
            if table not in known:
                raise RequestError("unknown_table", table=table, known=", ".join(known) or "—")
            if version is None:
                return known[table]
            found = catalogue.version(records, table, version)
        if found is None:
            raise RequestError("unknown_version", table=table, version=version)
        return found

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows 0..n-1 of a table, all columns or some, with the geometry in the workspace CRS."""
        info = self.info(table, version)
        return self._frame(info, wanted_columns(info, columns))

    @abstractmethod
    def _frame(self, info: TableInfo, columns: tuple[str, ...] | None) -> gpd.GeoDataFrame:
        """Return the rows of a version."""

    def write(self, tables: Mapping[str, gpd.GeoDataFrame | Content], *, change: Change) -> tuple[TableInfo, ...]:
        """Store new versions of tables, all or none, as one journal entry."""
        contents = {name: self._acceptable(name, table) for name, table in tables.items()}
        with self._storing(contents) as (records, versions):
            written = {
                name: _described(name, versions[name], content, crs_name(self._crs), change)
                for name, content in contents.items()
            }
            self._change(records, written, change)
        return tuple(written.values())

    @abstractmethod
    def _storing(self, tables: Mapping[str, Content]) -> Storing:
        """Keep the rows of tables; lend the records, and the version of each table, to enter them."""

    def _change(self, records: Records, tables: Mapping[str, TableInfo | None], change: Change) -> None:
        """Make versions the latest; None takes a table away."""
        catalogue.change_tables(records, tables, change)

    def restore(
        self, versions: Mapping[str, str | None], *, expected: Mapping[str, str | None], change: Change
    ) -> None:
        """Make earlier versions of tables the latest again, all or none, as one journal entry; None takes one away."""
        with self.book.writing() as records:
            before = {name: info.version for name, info in catalogue.latest(records).items()}
            for name in versions:
                if before.get(name) != expected.get(name):
                    raise ConflictError("table_changed", table=name)
            infos = {
                name: None if wanted is None else catalogue.version(records, name, wanted)
                for name, wanted in versions.items()
            }
            for name, wanted in versions.items():
                if wanted is not None and infos[name] is None:
                    raise RequestError("unknown_version", table=name, version=wanted)
            self._change(records, infos, change)

    def _acceptable(self, name: str, table: gpd.GeoDataFrame | Content) -> Content:
        if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
            raise RequestError("table_name", table=name)
        kept = table if isinstance(table, Content) else Content.of(table, name)
        if kept.crs is None or not self._crs.equals(kept.crs, ignore_axis_order=True):
            raise RequestError(
                "crs_differs",
                table=name,
                found="—" if kept.crs is None else crs_name(kept.crs),
                expected=crs_name(self._crs),
            )
        return replace(kept, crs=self._crs)

    def journal(self, limit: int | None = None) -> tuple[JournalEntry, ...]:
        """Return what was done, the latest first."""
        with self.book.reading() as records:
            return catalogue.journal(records, limit)

    def entered(self, kind: str) -> dict[str, Entered]:
        """Return the values of one kind that users typed in, by id."""
        with self.book.reading() as records:
            return catalogue.entered(records, kind)

    def enter(self, kind: str, id: str, value: Entry, actor: str, reason: str = "") -> Entered:
        """Keep a value that a user typed in; None withdraws it."""
        with self.book.writing() as records:
            return catalogue.enter(records, kind, id, value, Change(actor, "enter", reason))

    def verify(self) -> None:
        """Check everything: records, journal chain, and the content of every version of every table."""
        with self.book.reading() as records:
            faults = self._faults(records)
            for line in (catalogue.broken_line(records), catalogue.mislabelled(records)):
                if line is not None:
                    faults.append(WorkspaceError("journal_broken", path=self.book.place, line=line))
            faults += self._row_faults(records, catalogue.versions(records))
        if faults:
            raise WorkspaceError("workspace_damaged", path=self.address, count=len(faults), details=faults)

    @abstractmethod
    def _faults(self, records: Records) -> list[ParkplanError]:
        """Return what is wrong with the place of the records itself."""

    @abstractmethod
    def _row_faults(self, records: Records, versions: Sequence[str]) -> list[ParkplanError]:
        """Return a fault for each version whose rows are missing or are not what its name says."""


def wanted_columns(info: TableInfo, columns: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the attributes that are asked for, each once; None for all.

    Raises:
        RequestError: the table has no such column.
    """
    if columns is None:
        return None
    wanted = tuple(column for column in dict.fromkeys(columns) if column != GEOMETRY)
    unknown = [column for column in wanted if column not in info.columns]
    if unknown:
        raise RequestError("unknown_column", table=info.name, columns=", ".join(unknown))
    return wanted


def known_crs(crs: str) -> pyproj.CRS:
    """Return the CRS of a workspace that is to be made.

    Raises:
        RequestError: pyproj does not know it.
    """
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise RequestError("unknown_crs", crs=crs) from fault


def crs_name(crs: pyproj.CRS) -> str:
    """Return the short name of a CRS: its authority code where it has one, else its title."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def crs_definition(crs: pyproj.CRS) -> str:
    """Return what is written down of the CRS of a workspace: its code, or all of it where it has none."""
    return crs_name(crs) if crs.to_authority() else str(crs.to_json())


def _described(name: str, version: str, content: Content, crs: str, change: Change) -> TableInfo:
    return TableInfo(
        name=name,
        version=version,
        rows=len(content.attributes),
        columns=tuple(content.attributes.columns),
        geometry_type=geometry_type(content.types),
        crs=crs,
        bounds=content.bounds,
        created_at=datetime.now(UTC),
        source=change.source,
        synthetic=change.synthetic,
        note=change.note,
    )
