"""The tables of ``workspace.sqlite``, and how an older file becomes a newer one."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x70706C6E  # "ppln" in the file header, so that `file` and we know our own


def _append_only(table: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    )


_FIRST: Final = (
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,
        source TEXT NOT NULL, differences TEXT NOT NULL, digest TEXT NOT NULL UNIQUE)""",
    """CREATE TABLE table_version (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, info TEXT NOT NULL,
        journal INTEGER NOT NULL REFERENCES journal (number))""",
    "CREATE INDEX table_version_by_name ON table_version (name, number)",
    """CREATE TABLE entered (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
        journal INTEGER NOT NULL REFERENCES journal (number))""",
    "CREATE INDEX entered_by_kind ON entered (kind, id, number)",
    *_append_only("journal"),
    *_append_only("table_version"),
    *_append_only("entered"),
)

_SCENARIOS: Final = (
    """CREATE TABLE scenario_log (
        number INTEGER PRIMARY KEY, scenario TEXT NOT NULL, action TEXT NOT NULL, record TEXT NOT NULL,
        journal INTEGER NOT NULL REFERENCES journal (number))""",
    "CREATE INDEX scenario_log_by_scenario ON scenario_log (scenario, number)",
    *_append_only("scenario_log"),
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _SCENARIOS)
"""Statements that lead from version n to n + 1; the version of a file is the number of them that it has seen."""
