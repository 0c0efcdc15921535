"""The survey table of low-efficiency land as a file, with what it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan.data.export.book import write_book
from parkplan.data.export.losses import Loss, loss
from parkplan.i18n import current_language
from parkplan.jobs.official_table import COLUMNS
from parkplan.jobs.screen import screen
from parkplan.jobs.screening_files import official_sheets

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

_TABLE = "parcels"


def export_official(workspace: Workspace, out: Path) -> tuple[dict[str, int], bool, tuple[Loss, ...]]:
    """Write the 39 columns of idle, low-efficiency and unclear parcels; return rows, whether made up, and losses.

    Raises:
        RequestError: the ending is neither ``.xlsx`` nor ``.csv``, or the district has no parcels.
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    found = screen(workspace.address)
    sheets = official_sheets(found, current_language())
    write_book(sheets, out)
    rows = sheets[0].rows
    empty = [code for place, (code, _, _) in enumerate(COLUMNS) if all(row[place] is None for row in rows)]
    losses = [loss(_TABLE, "official_geometry")]
    if len(rows) < len(found.parcels):
        losses.append(loss(_TABLE, "official_left_out", rows=len(found.parcels) - len(rows)))
    if empty:
        losses.append(loss(_TABLE, "official_empty", empty))
    return {_TABLE: len(rows)}, found.synthetic, tuple(losses)
