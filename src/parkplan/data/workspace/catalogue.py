"""What every workspace writes down: catalogue of versions, typed-in values, and the journal, chained line by line.

The statements are those that SQLite and PostgreSQL both understand; which of the two answers is the matter of a `Book`.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from parkplan._errors import WorkspaceError
from parkplan.model.workspace import Difference, Entered, JournalEntry, TableInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from parkplan.model.workspace import Change, Entry

_CHAIN_START: Final = ""
_GONE: Final = ""
"""The version of a table that was taken away."""
_ALL: Final = 2**62
"""A limit that no journal reaches."""


class Rows(Protocol):
    """The rows that a statement found."""

    def fetchone(self) -> Any:  # noqa: ANN401  # a row, or None
        """Return the next row."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the rows that are left."""


class Records(Protocol):
    """A connection inside a transaction; each value of a statement stands as ``?``."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows:
        """Run one statement."""


class Book(Protocol):
    """How the records of a workspace are reached, and where they are: ``place``."""

    @property
    def place(self) -> str:
        """Return the place, as sentences name it."""

    def reading(self) -> AbstractContextManager[Records]:
        """Lend the records as they are at one moment."""

    def writing(self) -> AbstractContextManager[Records]:
        """Lend the records to one writer at a time: everything in the ``with`` block is kept, or nothing is."""


def add_to_journal(
    records: Records, change: Change, differences: Sequence[Difference], sealed: Sequence[str]
) -> JournalEntry:
    """Write one line of the journal, chained to the line before it; it also seals the records that belong to it."""
    last = records.execute("SELECT number, digest FROM journal ORDER BY number DESC LIMIT 1").fetchone()
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
    digest = _digest(before, line, sealed)
    records.execute(
        "INSERT INTO journal (number, at, actor, action, reason, source, differences, digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*line, digest),
    )
    return _entry((*line, digest))


def _digest(before: str, line: Sequence[object], sealed: Sequence[str]) -> str:
    return hashlib.sha256(seal(before, *line, *sealed).encode()).hexdigest()


def seal(*parts: object) -> str:
    """Return parts as the one text that the journal seals.

    >>> seal("targets", "税", "35")
    '["targets","税","35"]'
    """
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


_LINE: Final = "SELECT number, at, actor, action, reason, source, differences, digest FROM journal"


def journal(records: Records, limit: int | None) -> tuple[JournalEntry, ...]:
    """Return journal lines, the latest first."""
    rows = records.execute(f"{_LINE} ORDER BY number DESC LIMIT ?", (_ALL if limit is None else limit,))
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
        raise WorkspaceError("record_broken", fault=fault) from fault


def broken_line(records: Records) -> int | None:
    """Return the first journal line that was altered, removed or put in, or whose records were; None if all is well."""
    sealed: dict[int, list[str]] = {}
    for number, info in records.execute("SELECT journal, info FROM table_version ORDER BY number"):
        sealed.setdefault(number, []).append(info)
    for query in (
        "SELECT journal, kind, id, value FROM entered ORDER BY number",
        "SELECT journal, scenario, action, record FROM scenario_log ORDER BY number",
    ):
        for number, *parts in records.execute(query):
            sealed.setdefault(number, []).append(seal(*parts))
    before = _CHAIN_START
    for expected, row in enumerate(records.execute(f"{_LINE} ORDER BY number"), start=1):
        *line, digest = row
        if line[0] != expected or _digest(before, line, sealed.pop(expected, [])) != digest:
            return expected
        before = digest
    return min(sealed, default=None)


def change_tables(records: Records, tables: Mapping[str, TableInfo | None], change: Change) -> None:
    """Make versions of tables the latest as one journal entry; None says that a table is there no more."""
    before = {name: info.version for name, info in latest(records).items()}
    kept = {name: _gone_record(name) if info is None else _info_record(info) for name, info in tables.items()}
    after = {name: None if info is None else info.version for name, info in tables.items()}
    differences = [Difference(f"table:{name}", before.get(name), after[name]) for name in tables]
    line = add_to_journal(records, change, differences, list(kept.values()))
    for name, record in kept.items():
        add_version(records, name, after[name] or _GONE, record, line.number)


def _info_record(info: TableInfo) -> str:
    return json.dumps(asdict(info) | {"created_at": info.created_at.isoformat()}, ensure_ascii=False, sort_keys=True)


def _gone_record(name: str) -> str:
    return json.dumps({"name": name, "version": _GONE}, ensure_ascii=False, sort_keys=True)


def add_version(records: Records, name: str, version: str, record: str, journal_number: int) -> None:
    """Enter a version of a table into the catalogue; the versions before it stay."""
    records.execute(
        "INSERT INTO table_version (name, version, info, journal) VALUES (?, ?, ?, ?)",
        (name, version, record, journal_number),
    )


def latest(records: Records) -> dict[str, TableInfo]:
    """Return the latest version of each table that is there, by name."""
    rows = records.execute(
        "SELECT info FROM table_version WHERE number IN (SELECT max(number) FROM table_version GROUP BY name) "
        "AND version <> ? ORDER BY name",
        (_GONE,),
    )
    return {info.name: info for info in map(_info, rows)}


def version(records: Records, table: str, wanted: str) -> TableInfo | None:
    """Return one version of a table."""
    row = records.execute(
        "SELECT info FROM table_version WHERE name = ? AND version = ? ORDER BY number DESC LIMIT 1", (table, wanted)
    ).fetchone()
    return None if row is None else _info(row)


def versions(records: Records) -> tuple[str, ...]:
    """Return every version of every table, oldest first."""
    rows = records.execute("SELECT version FROM table_version WHERE version <> ? ORDER BY number", (_GONE,))
    return tuple(row[0] for row in rows)


def mislabelled(records: Records) -> int | None:
    """Return the journal line of a version that is listed under another name; None if all is well."""
    rows = records.execute("SELECT journal, name, version, info FROM table_version ORDER BY number")
    return next((int(number) for number, *labels, info in rows if _labels(info) != labels), None)


def _labels(info: str) -> list[object]:
    try:
        record = json.loads(info)
        return [record["name"], record["version"]]
    except (ValueError, TypeError, KeyError):
        return []


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


def enter(records: Records, kind: str, id: str, value: Entry, change: Change) -> Entered:
    """Keep a typed-in value, as one journal entry."""
    before = entered(records, kind).get(id)
    difference = Difference(f"{kind}:{id}", None if before is None else before.value, value)
    record = json.dumps(value, ensure_ascii=False)
    line = add_to_journal(records, change, [difference], [seal(kind, id, record)])
    records.execute(
        "INSERT INTO entered (kind, id, value, journal) VALUES (?, ?, ?, ?)", (kind, id, record, line.number)
    )
    return Entered(kind, id, value, change.actor, change.reason, line.at)


def entered(records: Records, kind: str) -> dict[str, Entered]:
    """Return the typed-in values of one kind that still stand."""
    rows = records.execute(
        "SELECT e.id, e.value, j.actor, j.reason, j.at FROM entered e JOIN journal j ON j.number = e.journal "
        "WHERE e.kind = ? AND e.number IN (SELECT max(number) FROM entered WHERE kind = ? GROUP BY id) ORDER BY e.id",
        (kind, kind),
    )
    found = {
        id: Entered(kind, id, json.loads(value), actor, reason, datetime.fromisoformat(at))
        for id, value, actor, reason, at in rows
    }
    return {id: entry for id, entry in found.items() if entry.value is not None}
