"""``workspace.sqlite``: catalogue of versions, typed-in values, and the journal, chained line by line.

Connections live for one call. The rollback journal with ``synchronous=EXTRA`` is used on every system, because it lost
nothing under kill -9 and replayed power loss, needs no shared memory, and one mode is easier to trust than two.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from parkplan._errors import WorkspaceError
from parkplan.data.files import disk_faults
from parkplan.data.workspace.schema import APPLICATION_ID, MIGRATIONS
from parkplan.model.workspace import Difference, Entered, JournalEntry, TableInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePath

    from parkplan.model.workspace import Change, Entry

DATABASE: Final = "workspace.sqlite"
_WAIT_MS: Final = 10_000
_CHAIN_START: Final = ""
_GONE: Final = ""
"""The version of a table that was taken away."""


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection; faults of SQLite become sentences."""
    with disk_faults(path), closing(_connect(path)) as connection:
        yield connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(uri_of(path), uri=True, isolation_level=None)
    try:
        for pragma in (f"busy_timeout={_WAIT_MS}", "synchronous=EXTRA", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def uri_of(path: PurePath) -> str:
    """Return how SQLite is told to open a file that must exist; shares of a network and drive letters included.

    >>> from pathlib import PureWindowsPath
    >>> uri_of(PureWindowsPath("C:/园区 1/a.sqlite")), uri_of(PureWindowsPath("//server/share/a?.sqlite"))
    ('file:///C:/%E5%9B%AD%E5%8C%BA%201/a.sqlite?mode=rw', 'file:////server/share/a%3F.sqlite?mode=rw')
    """
    posix = path.as_posix()
    return f"file://{'' if posix.startswith('/') else '/'}{quote(posix, safe='/:')}?mode=rw"


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection inside one transaction: everything in the ``with`` block is kept, or nothing is."""
    with connected(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def create(path: Path, settings: dict[str, str]) -> None:
    """Make the database with its settings."""
    path.touch(exist_ok=False)
    with transaction(path) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        _migrate(connection, 0)
        connection.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())


def _migrate(connection: sqlite3.Connection, known: int) -> None:
    for statements in MIGRATIONS[known:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")


def settings(path: Path) -> dict[str, str]:
    """Check that the file is ours and of a version that we know; bring an older one up to date; return its settings.

    Raises:
        WorkspaceError: the file is broken, is something else, or was made by a newer parkplan.
    """
    with connected(path) as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        known = connection.execute("PRAGMA user_version").fetchone()[0]
        if application != APPLICATION_ID:
            raise WorkspaceError("workspace_broken", path=path, fault=f"application_id {application:#x}")
        if known > len(MIGRATIONS):
            raise WorkspaceError("workspace_newer", path=path.parent, found=known, known=len(MIGRATIONS))
        if known == len(MIGRATIONS):
            return dict(connection.execute("SELECT name, value FROM setting"))
    with transaction(path) as connection:
        _migrate(connection, connection.execute("PRAGMA user_version").fetchone()[0])
        return dict(connection.execute("SELECT name, value FROM setting"))


def add_to_journal(
    connection: sqlite3.Connection, change: Change, differences: Sequence[Difference], records: Sequence[str]
) -> JournalEntry:
    """Write one line of the journal, chained to the line before it; it also seals the records that belong to it."""
    last = connection.execute("SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    number, before = (1, _CHAIN_START) if last is None else (last[0] + 1, last[1])
    line = (
        number,
        datetime.now(UTC).isoformat(timespec="milliseconds"),
        change.actor,
        change.action,
        change.reason,
        change.source,
        json.dumps([asdict(difference) for difference in differences], ensure_ascii=False, sort_keys=True),
    )
    digest = _digest(before, line, records)
    connection.execute(
        "INSERT INTO journal (number, at, actor, action, reason, source, differences, digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*line, digest),
    )
    return _entry((*line, digest))


def _digest(before: str, line: Sequence[object], records: Sequence[str]) -> str:
    text = json.dumps([before, *line, *records], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_LINE: Final = "SELECT number, at, actor, action, reason, source, differences, digest FROM journal"


def journal(connection: sqlite3.Connection, limit: int | None) -> tuple[JournalEntry, ...]:
    """Return journal lines, the latest first."""
    rows = connection.execute(f"{_LINE} ORDER BY number DESC LIMIT ?", (-1 if limit is None else limit,))
    return tuple(_entry(row) for row in rows)


def _entry(row: Sequence[Any]) -> JournalEntry:
    number, at, actor, action, reason, source, differences, digest = row
    with stored():
        parsed = tuple(Difference(**difference) for difference in json.loads(differences))
        return JournalEntry(number, datetime.fromisoformat(at), actor, action, reason, source, parsed, digest)


@contextmanager
def stored() -> Iterator[None]:
    """Say in a sentence that a stored record is not one that we wrote."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as fault:
        raise WorkspaceError("workspace_broken", path=DATABASE, fault=fault) from fault


def broken_line(connection: sqlite3.Connection) -> int | None:
    """Return the first journal line that was altered, removed or put in, or whose records were; None if all is well."""
    records: dict[int, list[str]] = {}
    for query in (
        "SELECT journal, info FROM table_version ORDER BY number",
        "SELECT journal, json_array(kind, id, value) FROM entered ORDER BY number",
        "SELECT journal, json_array(scenario, action, record) FROM scenario_log ORDER BY number",
    ):
        for number, record in connection.execute(query):
            records.setdefault(number, []).append(record)
    before = _CHAIN_START
    for expected, row in enumerate(connection.execute(f"{_LINE} ORDER BY number"), start=1):
        *line, digest = row
        if line[0] != expected or _digest(before, line, records.pop(expected, [])) != digest:
            return expected
        before = digest
    return min(records, default=None)


def info_record(info: TableInfo) -> str:
    """Return what is stored of a version of a table."""
    return json.dumps(asdict(info) | {"created_at": info.created_at.isoformat()}, ensure_ascii=False, sort_keys=True)


def add_version(connection: sqlite3.Connection, info: TableInfo, journal_number: int) -> None:
    """Enter a version of a table into the catalogue."""
    connection.execute(
        "INSERT INTO table_version (name, version, info, journal) VALUES (?, ?, ?, ?)",
        (info.name, info.version, info_record(info), journal_number),
    )


def gone_record(name: str) -> str:
    """Return what is stored where a table was taken away: its name and a version that is none."""
    return json.dumps({"name": name, "version": _GONE}, ensure_ascii=False, sort_keys=True)


def add_absence(connection: sqlite3.Connection, name: str, journal_number: int) -> None:
    """Enter into the catalogue that a table is there no more; its versions stay."""
    connection.execute(
        "INSERT INTO table_version (name, version, info, journal) VALUES (?, ?, ?, ?)",
        (name, _GONE, gone_record(name), journal_number),
    )


def latest(connection: sqlite3.Connection) -> dict[str, TableInfo]:
    """Return the latest version of each table that is there, by name."""
    rows = connection.execute(
        "SELECT info FROM table_version WHERE number IN (SELECT max(number) FROM table_version GROUP BY name) "
        "AND version <> ? ORDER BY name",
        (_GONE,),
    )
    return {info.name: info for info in map(_info, rows)}


def version(connection: sqlite3.Connection, table: str, wanted: str) -> TableInfo | None:
    """Return one version of a table."""
    row = connection.execute(
        "SELECT info FROM table_version WHERE name = ? AND version = ? ORDER BY number DESC LIMIT 1", (table, wanted)
    ).fetchone()
    return None if row is None else _info(row)


def versions(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return every version of every table, oldest first."""
    rows = connection.execute("SELECT version FROM table_version WHERE version <> ? ORDER BY number", (_GONE,))
    return tuple(row[0] for row in rows)


def mislabelled(connection: sqlite3.Connection) -> int | None:
    """Return the journal line of a version that is listed under another name; None if all is well."""
    row = connection.execute(
        "SELECT min(journal) FROM table_version "
        "WHERE name IS NOT json_extract(info, '$.name') OR version IS NOT json_extract(info, '$.version')"
    ).fetchone()
    return None if row[0] is None else int(row[0])


def _info(row: Sequence[str]) -> TableInfo:
    with stored():
        record = json.loads(row[0])
        bounds = record["bounds"]
        return TableInfo(
            **record
            | {
                "columns": tuple(record["columns"]),
                "bounds": None if bounds is None else tuple(bounds),
                "created_at": datetime.fromisoformat(record["created_at"]),
            }
        )


def value_record(value: Entry) -> str:
    """Return what is stored of a typed-in value."""
    return json.dumps(value, ensure_ascii=False)


def entered_record(connection: sqlite3.Connection, kind: str, id: str, value: Entry) -> str:
    """Return the record that the journal seals."""
    return str(connection.execute("SELECT json_array(?, ?, ?)", (kind, id, value_record(value))).fetchone()[0])


def add_entered(connection: sqlite3.Connection, kind: str, id: str, value: Entry, journal_number: int) -> None:
    """Keep a typed-in value."""
    connection.execute(
        "INSERT INTO entered (kind, id, value, journal) VALUES (?, ?, ?, ?)",
        (kind, id, value_record(value), journal_number),
    )


def entered(connection: sqlite3.Connection, kind: str) -> dict[str, Entered]:
    """Return the typed-in values of one kind that still stand."""
    rows = connection.execute(
        "SELECT e.id, e.value, j.actor, j.reason, j.at FROM entered e JOIN journal j ON j.number = e.journal "
        "WHERE e.kind = ? AND e.number IN (SELECT max(number) FROM entered WHERE kind = ? GROUP BY id) ORDER BY e.id",
        (kind, kind),
    )
    found = {
        id: Entered(kind, id, json.loads(value), actor, reason, datetime.fromisoformat(at))
        for id, value, actor, reason, at in rows
    }
    return {id: entry for id, entry in found.items() if entry.value is not None}
