"""``parkplan title WS``."""

from __future__ import annotations

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.i18n import message


@frame.command(
    "title",
    frame.argument("workspace", metavar="WS"),
    frame.option("--zh", metavar="T", help="option_title_zh"),
    frame.option("--en", metavar="T", help="option_title_en"),
)
def command(workspace: str, zh: str | None, en: str | None) -> frame.Answer:
    """Show or enter what a district is called."""
    found = jobs.title(workspace, zh=zh, en=en)
    zh, en = visible(found.title.zh), visible(found.title.en)
    said = message("cli.title_entered", zh=zh, en=en) if found.entered else message("cli.title_folder", name=zh)
    return frame.Answer(found, [said])
