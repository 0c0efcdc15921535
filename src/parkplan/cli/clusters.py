"""``parkplan clusters WS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click
from pydantic import ValidationError

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.i18n import LANGUAGES, message
from parkplan.jobs.cluster_files import cluster_tables
from parkplan.jobs.cluster_rows import refusal_line, shown_tables
from parkplan.model.clusters import By, ClusterQuestion

if TYPE_CHECKING:
    from parkplan.jobs.clusters import Clusters


@frame.command(
    "clusters",
    frame.argument("workspace", metavar="WS"),
    frame.option("--by", type=click.Choice(get_args(By)), default="park", show_default=True, help="option_by"),
    frame.option("--cell-m", type=float, default=400.0, show_default=True, metavar="M", help="option_cell_m"),
    frame.option("--alpha", type=float, default=0.05, show_default=True, help="option_alpha"),
    frame.option("--growth", type=float, default=0.1, show_default=True, help="option_growth"),
    frame.option("--seed", type=int, default=7, show_default=True, help="option_cluster_seed"),
    frame.option("--out", metavar="FILE", help="option_clusters_out"),
)
def command(workspace: str, out: str | None, **options: object) -> frame.Answer:
    """Say where the clusters of a district are."""
    found = jobs.clusters(workspace, question=_question(options))
    lines = _lines(found)
    if out is not None:
        path = jobs.export_clusters(found, out)
        lines.append(message("clusters.written", path=visible(str(path))))
    return frame.Answer(_document(found, out), lines)


def _question(options: dict[str, object]) -> ClusterQuestion:
    try:
        return ClusterQuestion.model_validate(options)
    except ValidationError as fault:
        problem = "; ".join(f"--{item['loc'][0]}: {item['msg']}".replace("_", "-") for item in fault.errors())
        raise RequestError("cluster_option", problem=problem) from fault


def _document(found: Clusters, out: str | None) -> dict[str, object]:
    tables = {
        name: frame.drop(columns="geometry", errors="ignore").to_dict("records")
        for name, frame in cluster_tables(found).items()
        if name not in {"cluster_distances", "cluster_methods"}
    }
    methods = [
        {"method": item.method, "n": item.n, "parameters": item.parameters}
        | {"text": {each: item.sentence(each) for each in LANGUAGES}}
        for item in found.statements
    ]
    refused = [
        {"statistic": item.statistic, "subject": item.subject, "reason": item.reason, "n": item.n, "least": item.least}
        | {"text": {each: item.sentence(each) for each in LANGUAGES}}
        for item in found.refusals
    ]
    about = {"question": found.question, "synthetic": found.synthetic, "enterprises": found.source.rows}
    return about | tables | {"methods": methods, "refused": refused, "findings": found.findings, "out": out}


def _lines(found: Clusters) -> list[str]:
    by = message(f"clusters.areas_{found.question.by}")
    lines = [message("clusters.head", n=f"{found.source.rows:,}", by=by), *found.findings]
    if found.synthetic:
        lines.append(message("cli.info_fictional"))
    for table in shown_tables(found):
        lines += ["", table.title, *grid([table.headings, *table.rows])]
    if found.refusals:
        lines += ["", message("clusters.not_given"), *(f"  {refusal_line(item)}" for item in found.refusals)]
    return [*lines, "", message("clusters.how"), *(f"  {item.sentence()}" for item in found.statements)]
