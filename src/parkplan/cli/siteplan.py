"""``parkplan siteplan (WS --site ID [--scenario NAME] | --boundary FILE --crs C) --out DIR``."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Final

import click

from parkplan import jobs
from parkplan._errors import RequestError
from parkplan.cli import frame
from parkplan.cli.text import grid, visible
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.siteplan_files import ENDINGS, USUAL, document
from parkplan.jobs.siteplan_scenario import siteplan_to_scenario
from parkplan.units import area

if TYPE_CHECKING:
    from parkplan.jobs.siteplan import SitePlanning
    from parkplan.model.scenarios import Scenario

FORMATS: Final = tuple(ending.removeprefix(".") for ending in ENDINGS)
WORKERS: Final = 2


@frame.command(
    "siteplan",
    frame.argument("workspace", metavar="[WS]", required=False),
    frame.option("--site", metavar="ID", help="option_siteplan_site"),
    frame.option("--boundary", metavar="FILE", help="option_siteplan_boundary"),
    frame.option("--crs", metavar="EPSG:N", help="option_siteplan_crs"),
    frame.option("--gate", "gates", type=(float, float), multiple=True, metavar="X Y", help="option_siteplan_gate"),
    frame.option("--keep", multiple=True, metavar="BUILDING", help="option_siteplan_keep"),
    frame.option(
        "--format", "formats", multiple=True, type=click.Choice((*FORMATS, "all")), help="option_siteplan_format"
    ),
    frame.option("--options", "count", type=int, default=24, show_default=True, help="option_siteplan_options"),
    frame.option("--seed", type=int, default=0, show_default=True, help="option_seed"),
    frame.option("--profile", default="cn_industrial", metavar="NAME|FILE", help="option_siteplan_profile"),
    frame.option("--out", required=True, metavar="DIR", help="option_siteplan_out"),
    frame.option("--scenario", metavar="NAME", help="option_siteplan_scenario"),
    frame.option("--choose", metavar="OPTION", help="option_siteplan_choose"),
    frame.option("--actor", metavar="NAME", help="option_scenario_actor"),
)
def command(  # noqa: PLR0913, PLR0917 -- one for each option
    workspace: str | None,
    site: str | None,
    boundary: str | None,
    crs: str | None,
    gates: tuple[tuple[float, float], ...],
    keep: tuple[str, ...],
    formats: tuple[str, ...],
    count: int,
    seed: int,
    profile: str,
    out: str,
    scenario: str | None,
    choose: str | None,
    actor: str | None,
) -> frame.Answer:
    """Generate site plans."""
    if scenario is not None and (workspace is None or boundary is not None):
        raise RequestError("siteplan_scenario_source")
    made = jobs.siteplan(
        workspace,
        site=site,
        boundary=boundary,
        crs=crs,
        gates=gates,
        keep=keep,
        formats=_endings(formats),
        workers=WORKERS,
        options=count,
        seed=seed,
        profile=profile,
        out=out,
        progress=frame.progress,
    )
    answer, lines = _document(made), _lines(made)
    if scenario is not None and workspace is not None and made.plans.options:
        held = _put(workspace, made, choose, scenario, actor or getpass.getuser())
        answer["scenario"] = held.id
        lines.append(message("siteplan.put", name=visible(held.name)))
    return frame.Answer(answer, lines, findings=not made.plans.options)


def _put(workspace: str, made: SitePlanning, choose: str | None, scenario: str, actor: str) -> Scenario:
    """Put the chosen option, or the best one, into a scenario."""
    options = {plan.id: plan for plan in made.plans.options}
    if choose is not None and choose not in options:
        raise RequestError("siteplan_unknown_option", option=choose, known=" ".join(options))
    plan = options[choose] if choose is not None else made.plans.options[0]
    note = message("siteplan.put_note", site=plan.site.name, option=plan.id)
    return siteplan_to_scenario(open_workspace(workspace), plan, scenario, actor=actor, note=note)


def _endings(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Return the endings of the files: those of every run, and those asked for."""
    asked = ENDINGS if "all" in formats else tuple(f".{name}" for name in formats)
    return tuple(dict.fromkeys((*USUAL, *asked)))


def _document(made: SitePlanning) -> dict[str, object]:
    return {
        "crs": made.crs,
        "seed": made.seed,
        "profile": made.profile.id,
        "synthetic": made.synthetic,
        "site_area_m2": made.site.area_m2,
        "gates_proposed": not made.site.gates_given,
        "tried": made.plans.tried,
        "valid": made.plans.valid,
        "least_distance": made.plans.least_distance,
        "collision": list(made.plans.collision),
        "broken": dict(made.plans.broken),
        "options": [document(plan) for plan in made.plans.options],
        "out": made.out,
    }


def _lines(made: SitePlanning) -> list[str]:
    plans = made.plans
    titles = {limit.id: limit.title.to() for limit in made.profile.limits}
    lines = [message("siteplan.head", area=area(made.site.area_m2), tried=plans.tried, valid=plans.valid)]
    if made.synthetic:
        lines.append(message("cli.info_fictional"))
    if not made.site.gates_given:
        lines.append(message("siteplan.gates_proposed"))
    if not plans.options:
        colliding = "、".join(titles[rule] for rule in plans.collision)
        return [
            *lines,
            message("siteplan.collision", rules=colliding) if colliding else message("siteplan.unbuildable"),
        ]
    heads = tuple(
        message(f"siteplan.column_{name}")
        for name in ("option", "front", "pattern", "far", "coefficient", "green", "floor")
    )
    rows = [
        (
            plan.id,
            plan.front,
            message(f"siteplan.pattern_{plan.choices.pattern}"),
            f"{plan.indicators['far']:.2f}",
            f"{plan.indicators['coefficient']:.1%}",
            f"{plan.indicators['green_share']:.1%}",
            f"{plan.indicators['floor_area_m2']:,.0f}",
        )
        for plan in plans.options
    ]
    return [
        *lines,
        "",
        *grid([heads, *rows], frozenset({3, 4, 5, 6})),
        message("siteplan.written", path=visible(str(made.out))),
    ]
