"""Workbooks (XLSX, XLS): one sheet as a table of text, read to the last filled row and not further."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from parkplan.data.intake import places
from parkplan.data.intake.archive import check_members, require_true_sizes
from parkplan.data.intake.compound import require_chains
from parkplan.data.intake.faults import FileFaultError
from parkplan.data.intake.headers import ROWS_LOOKED_AT, find_heading
from parkplan.data.intake.records import finding
from parkplan.data.intake.vector import choose_layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.data.intake.records import Finding
    from parkplan.data.intake.vector import Progress, Raw, Source

_CELLS: Final = 30_000_000


def read_sheet(source: Source, progress: Progress) -> Raw:
    """Read one sheet of a workbook; raises FileFaultError when it is too large or has no rows."""
    from python_calamine import CalamineError, load_workbook

    _check_size(source)
    require_chains(source.path, source.name)
    try:
        book = load_workbook(BytesIO(source.path.read_bytes()))  # of a path it would believe the ending
        shown = [each.name for each in book.sheets_metadata if "Visible" in str(each.visible)]
        filled = [name for name in shown if book.get_sheet_by_name(name).total_height > 0]
        name = choose_layer(source, tuple(filled) or tuple(shown))
        sheet = book.get_sheet_by_name(name)
        rows = [[cell_text(cell) for cell in row] for row in _bounded(sheet.iter_rows(), source)]
    except CalamineError as error:
        raise FileFaultError("import_broken_file", file=source.name, format="Excel") from error
    progress("read", len(rows), len(rows))
    rows = [row for row in rows if any(row)]
    if not rows:
        raise FileFaultError("import_no_layer", file=source.name)
    heading = find_heading(rows[:ROWS_LOOKED_AT])
    table = places.text_table(heading.names, rows[heading.rows :])
    raw = places.located(table, source)
    raw.layer, raw.layers = name, tuple(filled)
    raw.findings = [*heading_findings(heading.titles, heading.rows), *raw.findings]
    return raw


def heading_findings(titles: int, rows: int) -> list[Finding]:
    """Say how many lines above the data are no data, where it is not the usual one."""
    return [finding("heading_found", severity="note", titles=titles, height=rows - titles)] if rows > 1 else []


def cell_text(cell: object) -> str:
    """Write a cell as text: whole numbers without a point, days without an hour.

    >>> [cell_text(each) for each in (440704.0, 1.5, True, dt.datetime(2021, 3, 5), " a ")]
    ['440704', '1.5', 'true', '2021-03-05', 'a']
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell).strip()


def _bounded(rows: Iterator[list[Any]], source: Source) -> Iterator[list[Any]]:
    cells = 0
    for number, row in enumerate(rows):
        cells += len(row)
        if number > source.limits.rows:
            raise FileFaultError("import_too_many_rows", file=source.name, limit=source.limits.rows)
        if cells > _CELLS:
            raise FileFaultError("import_memory", file=source.name, limit=source.limits.memory_bytes // 1024**2)
        yield row


def _check_size(source: Source) -> None:
    """Refuse a workbook that would unpack to more than an archive may, or that is no honest archive."""
    if not zipfile.is_zipfile(source.path):
        return
    try:
        with zipfile.ZipFile(source.path) as archive:
            members = archive.infolist()
            check_members(members, source.limits, source.name)
            require_true_sizes(archive, members)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileFaultError("import_broken_file", file=source.name, format="Excel") from error
