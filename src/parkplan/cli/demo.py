"""``parkplan demo --out WS``."""

from __future__ import annotations

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.cli.usage import Kind
from parkplan.i18n import message

MOST_PARCELS = 1_000_000


class Size(Kind):
    """``small``, ``district`` or a number of parcels."""

    name = "size"
    expected = "expected_size"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return how the value is written in the help page."""
        return "small|district|N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str | int:
        """Return the name or the number."""
        text = str(value)
        if text in ("small", "district"):
            return text
        if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_PARCELS:
            return int(text)
        self.fail(text, param, ctx)


@frame.command(
    "demo",
    frame.option("--out", required=True, metavar="WS", help="option_out_workspace"),
    frame.option("--size", type=Size(), default="district", help="option_size"),
    frame.option("--seed", type=click.IntRange(0, 2**32 - 1), default=7, help="option_seed"),
)
def command(out: str, size: str | int, seed: int) -> frame.Answer:
    """Make a fictional district."""
    made = jobs.demo(out, size=size, seed=seed, progress=frame.progress)
    parcels = next((table.rows for table in made.tables if table.name == "parcels"), 0)
    return frame.Answer(
        made, [message("cli.demo_made", address=visible(made.address), tables=len(made.tables), parcels=f"{parcels:,}")]
    )
