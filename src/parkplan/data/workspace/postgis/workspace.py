"""A workspace of a team: one database with PostGIS holds one district."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

import pyproj
from psycopg import sql

from parkplan._errors import WorkspaceError
from parkplan.data.cache import cache_folder
from parkplan.data.geoparquet import GEOMETRY
from parkplan.data.workspace.catalogued import CataloguedWorkspace, crs_definition, known_crs
from parkplan.data.workspace.layers import READER
from parkplan.data.workspace.postgis import rows, schema
from parkplan.data.workspace.postgis.server import OpenBook, PostgisBook, Server, making

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from parkplan._errors import ParkplanError
    from parkplan.data.geoparquet import Content
    from parkplan.data.workspace.catalogue import Records
    from parkplan.data.workspace.postgis.server import Statements
    from parkplan.model.workspace import Change, TableInfo

WAIT_S: Final = 30.0


class PostgisWorkspace(CataloguedWorkspace):
    """A workspace in a database; see `parkplan.data.workspace.Workspace` for what its methods promise."""

    book: PostgisBook | OpenBook

    def __init__(self, book: PostgisBook | OpenBook, settings: Mapping[str, str]) -> None:
        super().__init__(book, pyproj.CRS.from_user_input(settings["crs"]))
        self._name = settings["database"]
        self._derived = cache_folder(settings["id"])

    @property
    def address(self) -> str:
        """The address of the database without a password; it opens for this process as the first one did."""
        return self.book.place

    @property
    def name(self) -> str:
        """The name of the database."""
        return self._name

    @property
    def folder(self) -> Path | None:
        """None: it is in a database."""
        return None

    @property
    def derived(self) -> Path:
        """A folder of this machine: what can be made again needs neither the network nor the right to write."""
        return self._derived

    def _frame(self, info: TableInfo, columns: tuple[str, ...] | None) -> gpd.GeoDataFrame:
        def whole() -> gpd.GeoDataFrame:
            with self.book.reading() as records:
                return rows.fetch(records, info.version)

        frame = READER.remembered(info.version, None, whole, self._crs)
        return frame if columns is None else frame[[*columns, GEOMETRY]]

    @contextmanager
    def _storing(self, tables: Mapping[str, Content]) -> Iterator[tuple[Records, Mapping[str, str]]]:
        kept = {name: rows.rows_of(content, name, self._crs) for name, content in tables.items()}
        with self.book.writing() as records:
            postgis = schema.postgis_schema(records)
            if postgis is None:
                raise WorkspaceError("postgres_no_postgis", path=self.address)
            srid = _srid(records, self._crs, postgis)
            for name, each in kept.items():
                _hide(records, name)
                rows.keep(records, each, name, srid, postgis)
            yield records, {name: each.version for name, each in kept.items()}

    def _change(self, records: Records, tables: Mapping[str, TableInfo | None], change: Change) -> None:
        super()._change(records, tables, change)
        for name, info in tables.items():
            _hide(cast("Statements", records), name)
            if info is not None:
                _show(cast("Statements", records), info)

    def _faults(self, records: Records) -> list[ParkplanError]:
        """Return nothing: the server checks its own files."""
        return []

    def _row_faults(self, records: Records, versions: Sequence[str]) -> list[ParkplanError]:
        found = (rows.fault_of(cast("Statements", records), version) for version in dict.fromkeys(versions))
        return [fault for fault in found if fault is not None]


def open_postgis(address: str, *, wait_s: float = WAIT_S) -> PostgisWorkspace:
    """Open the workspace of a database.

    Raises:
        WorkspaceError: the database cannot be reached, has no workspace, or one of a newer parkplan.
    """
    book = PostgisBook(Server.of(address), wait_s)
    with book.reading() as records:
        found = schema.settings(records)
    if found is None:
        raise WorkspaceError("postgres_no_workspace", path=book.place)
    if not schema.is_current(found, book.place):
        with book.writing() as records:
            schema.migrate(records)
    return PostgisWorkspace(book, found)


def has_postgis(address: str) -> bool:
    """Say whether a database has a workspace."""
    book = PostgisBook(Server.of(address), WAIT_S)
    with book.reading() as records:
        return schema.settings(records) is not None


def shown_postgis(address: str) -> str:
    """Return the address of a database without a password."""
    return Server.of(address).shown


@contextmanager
def build_postgis(address: str, *, crs: str, actor: str) -> Iterator[PostgisWorkspace]:
    """Make a workspace in a database and lend it to be filled; all of that is one transaction."""
    known = known_crs(crs)
    server = Server.of(address)
    with making(server) as records:
        schema.create(records, server.shown, {"crs": crs_definition(known), "made_by": actor})
        yield PostgisWorkspace(OpenBook(server, records), schema.settings(records) or {})


def _srid(records: Statements, crs: pyproj.CRS, postgis: str) -> int:
    """Return the number by which PostGIS knows a CRS, 0 where it does not."""
    authority, code = crs.to_authority() or ("", "")
    known = f"SELECT srid FROM {postgis}.spatial_ref_sys"  # noqa: S608  # a quoted name
    row = records.execute(f"{known} WHERE auth_name = ? AND auth_srid::text = ?", (authority, code)).fetchone()
    return 0 if row is None else int(row[0])


def _hide(records: Statements, table: str) -> None:
    """Take away the view of a table."""
    view = sql.Identifier("parkplan_current", schema.identifier(table))
    records.connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(view))


def _show(records: Statements, info: TableInfo) -> None:
    """Show the rows of a version as the table; what is made up says so."""
    view = sql.Identifier("parkplan_current", schema.identifier(info.name))
    shown = sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(view, rows.relation(info.version))
    records.connection.execute(shown)
    told = "; ".join(filter(None, (info.source, info.note)))
    records.connection.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(view, sql.Literal(told)))
