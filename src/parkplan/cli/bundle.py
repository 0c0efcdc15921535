"""``parkplan bundle WS --out ZIP``."""

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


@frame.command(
    "bundle",
    frame.argument("workspace", metavar="WS"),
    frame.option("--out", required=True, metavar="ZIP", help="option_out_file"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
)
def command(workspace: str, out: str, profiles: tuple[str, ...], as_of: datetime | None) -> frame.Answer:
    """Write an audit bundle."""
    made = jobs.bundle(workspace, out=out, profiles=profiles, as_of=day_of(as_of), progress=frame.progress)
    lines = [message("cli.bundle_made", path=visible(made.path), tables=made.tables, files=made.files)]
    if made.synthetic:
        lines.append(message("cli.info_fictional"))
    lines += [message("cli.bundle_run", job=run.job, results=len(run.results)) for run in made.runs]
    lines += [message("cli.bundle_omitted", job=each.job, reason=visible(each.reason.to())) for each in made.omitted]
    return frame.Answer(made, [*lines, message("cli.bundle_fingerprint", fingerprint=made.fingerprint)])
