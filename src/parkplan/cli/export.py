"""``parkplan export WS [TABLE ...] --out FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.text import visible
from parkplan.data.export.survey import DECIMALS, DIALECTS, SurveyForm
from parkplan.i18n import message
from parkplan.jobs.export import EXPORT_FORMS

if TYPE_CHECKING:
    from parkplan.data.export.survey import Dialect
    from parkplan.jobs.export import ExportForm


@frame.command(
    "export",
    frame.argument("workspace", metavar="WS"),
    frame.argument("tables", metavar="[TABLE]...", nargs=-1),
    frame.option("--out", required=True, metavar="FILE", help="option_out_file"),
    frame.option("--crs", metavar="EPSG:N", help="option_crs"),
    frame.option("--form", type=click.Choice(EXPORT_FORMS), default="tables", help="option_export_form"),
    frame.option("--survey-dialect", "dialect", type=click.Choice(DIALECTS), default="9", help="option_survey_dialect"),
    frame.option("--survey-decimals", "decimals", type=click.Choice([str(each) for each in DECIMALS]), default="3",
                 help="option_survey_decimals"),
    frame.option("--no-zone-prefix", "bare", is_flag=True, help="option_survey_bare"),
)  # fmt: skip
def command(  # noqa: PLR0913 -- the options above
    *,
    workspace: str,
    tables: tuple[str, ...],
    out: str,
    crs: str | None,
    form: ExportForm,
    dialect: Dialect,
    decimals: str,
    bare: bool,
) -> frame.Answer:
    """Write tables to a file."""
    survey = SurveyForm(dialect, int(decimals), zone_prefix=not bare)
    made = jobs.export(workspace, tables, out=out, crs=crs, form=form, survey=survey, progress=frame.progress)
    rows = f"{sum(made.rows.values()):,}"
    known_crs = made.crs or message("cli.export_no_crs")
    lines = [message("cli.export_made", path=visible(made.path), tables=len(made.rows), rows=rows, crs=known_crs)]
    if made.project is not None:
        lines.append(message("cli.export_project", path=visible(made.project)))
    lines += [message("cli.export_beside", path=visible(path)) for path in made.beside]
    if made.losses:
        lines += [message("cli.export_losses"), *(f"  {visible(each.text.to())}" for each in made.losses)]
    return frame.Answer(made, lines)
