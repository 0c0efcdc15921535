"""``parkplan imports WS [--undo N|last]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message

if TYPE_CHECKING:
    from parkplan.jobs.imports import ImportEntry

LAST: Final = "last"


@frame.command(
    "imports",
    frame.argument("workspace", metavar="WS"),
    frame.option("--undo", metavar="N|last", help="option_imports_undo"),
)
def command(workspace: str, undo: str | None) -> frame.Answer:
    """List the imports of a workspace, or take one back."""
    lines = []
    if undo is not None:
        done = jobs.undo_import(workspace, _number(undo))
        lines.append(message("cli.imports_undone", number=done.number, tables=visible(", ".join(done.tables))))
    known = jobs.imports(workspace)
    document = {"address": workspace, "imports": [_document(entry) for entry in known]}
    return frame.Answer(document, [*lines, *_lines(known)])


def _number(text: str) -> int | None:
    if text == LAST:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise RequestError("unknown_import", number=text, known=LAST)
    return int(text)


def _document(entry: ImportEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "tables": entry.tables,
        "files": entry.files,
        "how": entry.how,
        "state": entry.state,
        "undone_by": entry.undone_by,
        "changed_by": [line.number for line in entry.changed_by],
    }


def _lines(known: tuple[ImportEntry, ...]) -> list[str]:
    if not known:
        return [message("cli.imports_none")]
    heads = tuple(message(f"cli.imports_{name}") for name in ("number", "at", "actor", "table", "file", "state"))
    rows = [
        (
            entry.number,
            f"{entry.at:%Y-%m-%d %H:%M}",
            entry.actor,
            ", ".join(each.table for each in entry.tables),
            "; ".join(f"{file.name} ({file.sha256[:12]})" for file in entry.files),
            message(f"cli.imports_state_{entry.state}"),
        )
        for entry in known
    ]
    return grid([heads, *rows], frozenset({0}))
