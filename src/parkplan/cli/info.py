"""``parkplan info WS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from parkplan.jobs.info import WorkspaceInfo
    from parkplan.model.workspace import TableInfo


@frame.command("info", frame.argument("workspace", metavar="WS"))
def command(workspace: str) -> frame.Answer:
    """Describe a workspace."""
    found = jobs.info(workspace)
    return frame.Answer(found, _lines(found))


def _lines(found: WorkspaceInfo) -> list[str]:
    lines = [message("cli.info_workspace", name=visible(found.title.to()), address=visible(found.address))]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    lines.append(message("cli.info_crs", crs=found.crs, title=found.crs_name))
    if found.bounds is not None:
        west, south, east, north = (f"{value:,.1f}" for value in found.bounds)
        lines.append(message("cli.info_extent", west=west, south=south, east=east, north=north))
    if not found.tables:
        return [*lines, message("cli.info_empty")]
    heads = tuple(message(f"cli.{head}") for head in ("table", "title", "rows", "geometry", "version", "source"))
    return [*lines, "", *grid([heads, *map(_row, found.tables)], frozenset({2}))]


def _row(table: TableInfo) -> tuple[str, ...]:
    canonical = TABLES.get(table.name)
    return (
        table.name,
        "" if canonical is None else canonical.title.to(),
        f"{table.rows:,}",
        message(f"cli.geometry_{table.geometry_type}"),
        table.version[:12],
        table.source,
    )
