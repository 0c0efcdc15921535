"""What a GeoPackage says about itself, asked with SQLite before any reader opens it: real tables only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.records import Finding, finding

if TYPE_CHECKING:
    from pathlib import Path

_HARMLESS_MODULES: Final = ("rtree", "rtree_i32")
_NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """The feature tables of a GeoPackage, and what else was found in it."""

    layers: tuple[str, ...]
    without_geometry: tuple[str, ...]
    findings: tuple[Finding, ...]


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma cell_size_check = on")
    connection.execute("pragma mmap_size = 0")
    return connection


def read_contents(path: Path, name: str) -> Contents:
    """List the real feature tables; raises FileFaultError when this is no GeoPackage or is broken."""
    try:
        with closing(_open(path)) as base:
            objects = base.execute("select name, type, coalesce(sql, '') from sqlite_master").fetchall()
            if "gpkg_contents" not in {entry[0] for entry in objects}:
                raise FileFaultError("import_no_geopackage", file=name)
            listed = base.execute("select table_name, data_type from gpkg_contents order by rowid").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FileFaultError("import_broken_file", file=name, format="GeoPackage") from error
    real = {entry[0] for entry in objects if entry[1] == "table" and not _virtual(entry[2])}
    layers = tuple(str(table) for table, kind in listed if kind == "features" and table in real)
    plain = tuple(str(table) for table, kind in listed if kind != "features" and table in real)
    return Contents(layers, plain, tuple(_odd_objects(objects, [str(table) for table, _ in listed], real)))


def _virtual(sql: str) -> bool:
    return sql.lstrip().lower().startswith("create virtual")


def _odd_objects(objects: list[tuple[str, str, str]], listed: list[str], real: set[str]) -> list[Finding]:
    found = []
    hidden = [table for table in listed if table not in real]
    if hidden:
        found.append(finding("views_ignored", names=", ".join(hidden[:_NAMES_SHOWN])))
    triggers = [entry[0] for entry in objects if entry[1] == "trigger" and not _standard_trigger(entry[0])]
    if triggers:
        found.append(finding("triggers_ignored", severity="note", names=", ".join(triggers[:_NAMES_SHOWN])))
    foreign = [entry[0] for entry in objects if _virtual(entry[2]) and not _harmless(entry[2])]
    if foreign:
        found.append(finding("virtual_ignored", names=", ".join(foreign[:_NAMES_SHOWN])))
    return found


def _harmless(sql: str) -> bool:
    module = sql.lower().rpartition(" using ")[2].split("(")[0].strip()
    return module in _HARMLESS_MODULES


def _standard_trigger(name: str) -> bool:
    return name.startswith(("rtree_", "gpkg_", "trigger_insert_feature_count", "trigger_delete_feature_count"))


def real_count(path: Path, layer: str, seen: int) -> int:
    """Count the rows of a table of which some were seen; the count that the file declares may be wrong.

    Where the first and the last number of a row leave room for no more than were seen, nothing is counted.
    """
    quoted = layer.replace('"', '""')
    with closing(_open(path)) as base:
        own = {str(column[1]).lower() for column in base.execute(f'pragma table_info("{quoted}")')}
        if "_rowid_" not in own and _span(base, quoted) == seen:
            return seen
        return int(base.execute(f'select count(*) from "{quoted}"').fetchone()[0])  # noqa: S608


def _span(base: sqlite3.Connection, quoted: str) -> int | None:
    """Return how many rows the numbers of a table leave room for, None where its rows have no numbers."""
    ends = []
    for end in ("min", "max"):
        try:
            ends.append(base.execute(f'select {end}(_rowid_) from "{quoted}"').fetchone()[0])  # noqa: S608
        except sqlite3.OperationalError:
            return None
    return None if None in ends else int(ends[1]) - int(ends[0]) + 1


def declared_count(path: Path, layer: str) -> int | None:
    """Return the count that GDAL keeps in the file, if there is one."""
    with closing(_open(path)) as base:
        try:
            asked = "select feature_count from gpkg_ogr_contents where table_name = ?"
            found = base.execute(asked, (layer,)).fetchone()
        except sqlite3.Error:
            return None
        return int(found[0]) if found and isinstance(found[0], int) else None


def forget_declared_count(path: Path) -> None:
    """Remove the kept counts from the worker's copy, so that the reader counts by itself."""
    with closing(_open(path)) as base:
        base.execute("pragma writable_schema = off")
        base.execute("delete from gpkg_ogr_contents")
