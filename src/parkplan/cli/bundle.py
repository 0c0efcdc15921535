"""``parkplan bundle WS --out ZIP``."""

from __future__ import annotations

from typing import Any, get_args

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.screen import day_of
from parkplan.cli.text import visible
from parkplan.i18n import message
from parkplan.jobs.bundle_question import BundleQuestion
from parkplan.jobs.portfolio import USUAL_BUDGET_YUAN
from parkplan.model.clusters import By, ClusterQuestion
from parkplan.sites.portfolio import Programme


@frame.command(
    "bundle",
    frame.argument("workspace", metavar="WS"),
    frame.option("--out", required=True, metavar="ZIP", help="option_out_file"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--budget-yuan", type=float, default=USUAL_BUDGET_YUAN, metavar="YUAN", help="option_bundle_budget"),
    frame.option("--years", type=int, default=3, show_default=True, metavar="N", help="option_bundle_years"),
    frame.option("--scenario", "scenarios", multiple=True, metavar="SCENARIO", help="option_bundle_scenario"),
    frame.option("--site", "sites", multiple=True, metavar="ID", help="option_bundle_site"),
    frame.option("--plans", type=int, default=6, show_default=True, metavar="K", help="option_bundle_plans"),
    frame.option("--by", type=click.Choice(get_args(By)), default="park", show_default=True, help="option_by"),
    frame.option("--service", "services", multiple=True, metavar="ID", help="option_bundle_service"),
    frame.option("--job", "only", multiple=True, metavar="JOB", help="option_bundle_job"),
)
def command(workspace: str, out: str, profiles: tuple[str, ...], **asked: Any) -> frame.Answer:  # noqa: ANN401
    """Write an audit bundle."""
    question = BundleQuestion(
        programme=Programme(budget_yuan=asked["budget_yuan"], years=asked["years"]),
        scenarios=asked["scenarios"],
        sites=asked["sites"],
        plans=asked["plans"],
        clusters=ClusterQuestion(by=asked["by"]),
        services=asked["services"],
        jobs=asked["only"],
    )
    made = jobs.bundle(
        workspace, out=out, profiles=profiles, as_of=day_of(asked["as_of"]), question=question, progress=frame.progress
    )
    lines = [message("cli.bundle_made", path=visible(made.path), tables=made.tables, files=made.files)]
    if made.synthetic:
        lines.append(message("cli.info_fictional"))
    lines += [
        message("cli.bundle_run", job=message(f"report.job_{run.job}"), results=len(run.results)) for run in made.runs
    ]
    lines += [
        message("cli.bundle_omitted", job=message(f"report.job_{each.job}"), reason=visible(each.reason.to()))
        for each in made.omitted
    ]
    return frame.Answer(made, [*lines, message("cli.bundle_fingerprint", fingerprint=made.fingerprint)])
