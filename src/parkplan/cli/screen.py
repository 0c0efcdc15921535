"""``parkplan screen WS``."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import message
from parkplan.screening.verdicts import VERDICT_TITLES
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.jobs.screen import Screening


@frame.command(
    "screen",
    frame.argument("workspace", metavar="WS"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--max-gap-m", type=float, default=0.0, show_default=True, metavar="M", help="option_max_gap"),
    frame.option("--out", metavar="FILE", help="option_out_file"),
)
def command(
    workspace: str, profiles: tuple[str, ...], as_of: datetime | None, max_gap_m: float, out: str | None
) -> frame.Answer:
    """Judge every parcel."""
    found = jobs.screen(
        workspace,
        profiles=profiles or jobs.DEFAULT_PROFILES,
        as_of=day_of(as_of),
        max_gap_m=max_gap_m,
    )
    lines = _lines(found)
    if out is not None:
        path = jobs.export_screening(found, out)
        lines.append(message("cli.screen_written", path=visible(str(path)), rows=f"{len(found.parcels):,}"))
    return frame.Answer(_document(found, out), lines)


def day_of(moment: datetime | None) -> date | None:
    """Return the day of a moment."""
    return None if moment is None else moment.date()


def _document(found: Screening, out: str | None) -> dict[str, object]:
    return {
        "as_of": found.as_of,
        "profiles": found.profiles,
        "synthetic": found.synthetic,
        "verdicts": {
            total.verdict.value: {"parcels": total.parcels, "hectares": round(total.area_m2 / 10_000, 4)}
            for total in found.totals
        },
        "findings": found.findings,
        "out": out,
    }


def _lines(found: Screening) -> list[str]:
    lines = [message("cli.screen_head", day=found.as_of, profiles=", ".join(found.profiles))]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    heads = (message("cli.verdict"), message("cli.parcels"), message("cli.area"))
    rows = [(VERDICT_TITLES[total.verdict].to(), f"{total.parcels:,}", area(total.area_m2)) for total in found.totals]
    return [*lines, "", *grid([heads, *rows], frozenset({1})), *found.findings]
