"""What a workspace holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.data.workspace import open_workspace
from parkplan.jobs.title import title_of

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.i18n import Text
    from parkplan.model.workspace import Bounds, JournalEntry, TableInfo


@dataclass(frozen=True, slots=True)
class WorkspaceInfo:
    """A workspace in figures. ``bounds`` are (west, south, east, north) over all tables, in the workspace CRS."""

    address: str
    name: str
    title: Text
    crs: str
    crs_name: str
    synthetic: bool
    bounds: Bounds | None
    tables: tuple[TableInfo, ...]
    last_change: JournalEntry | None


def info(workspace: str | Path) -> WorkspaceInfo:
    """Describe a workspace: its tables with rows, versions and extent, its CRS, and whether any table is made up.

    Raises:
        WorkspaceError: the workspace is missing or broken.
    """
    opened = open_workspace(workspace)
    tables = opened.tables()
    known = [table.bounds for table in tables if table.bounds is not None]
    bounds = None
    if known:
        west, south, east, north = zip(*known, strict=True)
        bounds = (min(west), min(south), max(east), max(north))
    return WorkspaceInfo(
        address=opened.address,
        name=opened.name,
        title=title_of(opened),
        crs=opened.crs.to_string(),
        crs_name=str(opened.crs.name),
        synthetic=any(table.synthetic for table in tables),
        bounds=bounds,
        tables=tables,
        last_change=next(iter(opened.journal(1)), None),
    )
