"""``parkplan report WS --kind KIND --out FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.screen import day_of
from parkplan.cli.text import visible
from parkplan.i18n import message

if TYPE_CHECKING:
    from datetime import datetime

    from parkplan.render.sheet import Paper


@frame.command(
    "report",
    frame.argument("workspace", metavar="WS"),
    frame.option("--kind", required=True, metavar="KIND", help="option_report_kind"),
    frame.option("--out", required=True, metavar="FILE", help="option_report_out"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option(
        "--paper", type=click.Choice(["A4", "A3"]), default="A3", show_default=True, help="option_report_paper"
    ),
)
def command(workspace: str, kind: str, out: str, as_of: datetime | None, paper: Paper) -> frame.Answer:
    """Write a report in the language of the command."""
    made = jobs.report(workspace, kind=kind, out=out, as_of=day_of(as_of), paper=paper, progress=frame.progress)
    lines = [message("cli.report_made", path=visible(made.path), size=f"{made.bytes / 1e6:.1f}")]
    if made.synthetic:
        lines.append(message("cli.info_fictional"))
    return frame.Answer(made, lines)
