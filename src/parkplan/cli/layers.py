"""``parkplan layers [WS]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message

if TYPE_CHECKING:
    from parkplan.jobs.layers import LayerState


@frame.command("layers", frame.argument("workspace", metavar="[WS]", required=False))
def command(workspace: str | None) -> frame.Answer:
    """List the layer catalogue."""
    found = jobs.layers(workspace)
    heads = tuple(message(f"cli.{head}") for head in ("group", "layer", "title", "table", "data"))
    return frame.Answer(found, grid([heads, *map(_row, found.layers)]))


def _row(layer: LayerState) -> tuple[str, ...]:
    state = message(
        f"cli.data_{layer.data}",
        rows=f"{layer.rows or 0:,}",
        columns=visible(", ".join(layer.missing_columns)),
    )
    return layer.group_title.to(), layer.id, layer.title.to(), layer.table, state
