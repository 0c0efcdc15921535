"""``parkplan crs FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.data.intake.place import place_text
from parkplan.i18n import message

if TYPE_CHECKING:
    from parkplan.jobs.crs import CrsCandidate, CrsFinding

_SECONDS: Final = click.FloatRange(1, 86_400)


@frame.command(
    "crs",
    frame.argument("file", metavar="FILE"),
    frame.option("--encoding", metavar="E", help="option_import_encoding"),
    frame.option("--layer", metavar="L", help="option_import_layer"),
    frame.option("--time-limit", type=_SECONDS, default=30.0, metavar="S", help="option_import_time"),
)
def command(file: str, encoding: str | None, layer: str | None, time_limit: float) -> frame.Answer:
    """Tell the CRS of a file."""
    told = jobs.crs(file, layer=layer, encoding=encoding, limits=jobs.Limits(wall_s=time_limit))
    return frame.Answer(told, _lines(told), findings=told.chosen is None)


def _lines(told: CrsFinding) -> list[str]:
    key = "cli.crs_chosen" if told.chosen is not None else "cli.crs_open"
    lines = [message(key, file=visible(told.file), crs=visible(told.chosen or ""), extent=told.extent)]
    lines += [f"  {visible(reason)}" for reason in told.reasons]
    if told.candidates:
        lines.append(message("cli.crs_candidates"))
        lines += [line for each in told.candidates for line in _candidate(each)]
    return lines


def _candidate(each: CrsCandidate) -> list[str]:
    place = place_text(each.bounds)
    said = message("cli.crs_candidate", statement=visible(each.statement), crs=visible(each.crs), place=place)
    return [said, *(f"      {visible(reason)}" for reason in each.reasons)]
