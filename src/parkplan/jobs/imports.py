"""Imports as the journal knows them: who brought what from which file, and taking one back."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parkplan._errors import ConflictError, RequestError
from parkplan.data.workspace import open_workspace
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.model.workspace import JournalEntry

ACTION: Final = "import"
UNDO: Final = "undo_import"
_TABLE: Final = "table:"
_FILE: Final = re.compile(r"(.+?) \(sha256 ([0-9a-f]{64})\)(?:; |$)")
_UNDONE: Final = re.compile(r"journal line (\d+)$")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file of an import, by name and content."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that an import wrote: its version before (None: there was no such table) and after."""

    table: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One import of the journal.

    ``undone_by`` is the journal line that took it back; ``changed_by`` are the later lines that changed one of its
    tables, because of which it cannot be taken back.
    """

    number: int
    at: datetime
    actor: str
    tables: tuple[TableChange, ...]
    files: tuple[ImportedFile, ...]
    how: str
    undone_by: int | None
    changed_by: tuple[JournalEntry, ...]

    @property
    def can_be_undone(self) -> bool:
        """Whether the versions before it can be put back."""
        return self.undone_by is None and not self.changed_by

    @property
    def state(self) -> Literal["can_be_undone", "undone", "changed"]:
        """Whether it can be taken back, was, or cannot because its tables were changed since."""
        if self.undone_by is not None:
            return "undone"
        return "changed" if self.changed_by else "can_be_undone"


@dataclass(frozen=True, slots=True)
class Undone:
    """An import taken back: its line of the journal, and the tables as they are now, None where one is gone."""

    address: str
    number: int
    tables: dict[str, str | None]


def imports(workspace: str | Path) -> tuple[ImportEntry, ...]:
    """Return the imports of a workspace, the latest first.

    Raises:
        WorkspaceError: the workspace is missing or broken.
    """
    return imports_of(open_workspace(workspace))


def imports_of(ws: Workspace) -> tuple[ImportEntry, ...]:
    """Return the imports of a workspace that is open; see `imports`."""
    journal = ws.journal()
    undone = {found: line.number for line in journal if (found := _taken_back(line)) is not None}
    return tuple(_entry(line, journal, undone) for line in journal if line.action == ACTION and _changes(line))


def undo_import(workspace: str | Path, number: int | None = None, *, actor: str | None = None) -> Undone:
    """Take an import back: its tables get the versions that they had before, as one change of the journal.

    ``number`` is the journal line of the import; without it, the latest that was not taken back. A table that the
    import made is gone afterwards; its versions stay in the workspace.

    Raises:
        RequestError: there is no such import, or it was taken back before.
        ConflictError: a table was changed since; the sentence says by which lines of the journal.
        WorkspaceError: the workspace is missing, broken or locked, or the disk is full.
    """
    ws = open_workspace(workspace)
    entry = _asked(ws, number)
    if entry.undone_by is not None:
        raise RequestError("import_undone_before", number=entry.number, line=entry.undone_by)
    if entry.changed_by:
        raise changed_since(entry)
    change = Change(
        actor=actor or getpass.getuser(),
        action=UNDO,
        reason=f"journal line {entry.number}",
        source="; ".join(f"{file.name} (sha256 {file.sha256})" for file in entry.files),
    )
    before = {each.table: each.before for each in entry.tables}
    ws.restore(before, expected={each.table: each.after for each in entry.tables}, change=change)
    return Undone(ws.address, entry.number, before)


def changed_since(entry: ImportEntry) -> ConflictError:
    """Make the error that says what changed the tables of an import since."""
    mine = {f"{_TABLE}{each.table}" for each in entry.tables}
    listed = "; ".join(
        f"#{line.number} {line.at:%Y-%m-%d %H:%M} {line.actor} {line.action} "
        f"({', '.join(_name(each.subject) for each in line.differences if each.subject in mine)})"
        for line in entry.changed_by[::-1][:5]
    )
    return ConflictError("import_changed_since", number=entry.number, changes=listed)


def _asked(ws: Workspace, number: int | None) -> ImportEntry:
    known = imports_of(ws)
    if number is None:
        found = next((entry for entry in known if entry.undone_by is None), None)
        if found is None:
            raise RequestError("no_import", workspace=ws.name)
        return found
    found = next((entry for entry in known if entry.number == number), None)
    if found is None:
        listed = ", ".join(str(entry.number) for entry in known[:20]) or "—"
        raise RequestError("unknown_import", number=number, known=listed)
    return found


def _entry(line: JournalEntry, journal: tuple[JournalEntry, ...], undone: dict[int, int]) -> ImportEntry:
    changes = _changes(line)
    mine = {f"{_TABLE}{each.table}" for each in changes}
    later = tuple(
        other
        for other in journal
        if other.number > line.number and any(each.subject in mine for each in other.differences)
    )
    files = tuple(ImportedFile(name, digest) for name, digest in _FILE.findall(line.source))
    taken = undone.get(line.number)
    standing = () if taken is not None else _standing(later, undone)
    return ImportEntry(line.number, line.at, line.actor, changes, files, line.reason, taken, standing)


def _standing(later: tuple[JournalEntry, ...], undone: dict[int, int]) -> tuple[JournalEntry, ...]:
    """Later changes that still stand: an import and the line that took it back cancel each other."""
    gone = {*undone, *undone.values()}
    return tuple(line for line in later if line.number not in gone)


def _changes(line: JournalEntry) -> tuple[TableChange, ...]:
    return tuple(
        TableChange(_name(each.subject), None if each.before is None else str(each.before), str(each.after))
        for each in line.differences
        if each.subject.startswith(_TABLE) and each.after is not None
    )


def _name(subject: str) -> str:
    return subject.removeprefix(_TABLE)


def _taken_back(line: JournalEntry) -> int | None:
    found = _UNDONE.match(line.reason) if line.action == UNDO else None
    return int(found.group(1)) if found else None
