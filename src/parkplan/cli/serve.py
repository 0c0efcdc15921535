"""``parkplan serve [WS]``."""

from __future__ import annotations

import click

from parkplan import jobs
from parkplan.cli import frame


@frame.command(
    "serve",
    frame.argument("workspace", metavar="[WS]", required=False),
    frame.option("--host", default="127.0.0.1", metavar="ADDRESS", help="option_host"),
    frame.option("--port", type=click.IntRange(1, 65535), default=8501, help="option_port"),
)
def command(workspace: str | None, host: str, port: int) -> frame.Answer:
    """Run the app until it is stopped."""
    jobs.serve(workspace, host=host, port=port)
    return frame.Answer(None, [])
