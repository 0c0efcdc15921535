"""``parkplan export WS [TABLE ...] --out FILE``."""

from __future__ import annotations

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.i18n import message


@frame.command(
    "export",
    frame.argument("workspace", metavar="WS"),
    frame.argument("tables", metavar="[TABLE]...", nargs=-1),
    frame.option("--out", required=True, metavar="FILE", help="option_out_file"),
    frame.option("--crs", metavar="EPSG:N", help="option_crs"),
)
def command(workspace: str, tables: tuple[str, ...], out: str, crs: str | None) -> frame.Answer:
    """Write tables to a file."""
    made = jobs.export(workspace, tables, out=out, crs=crs, progress=frame.progress)
    rows = f"{sum(made.rows.values()):,}"
    lines = [message("cli.export_made", path=visible(made.path), tables=len(made.rows), rows=rows, crs=made.crs)]
    if made.project is not None:
        lines.append(message("cli.export_project", path=visible(made.project)))
    return frame.Answer(made, lines)
