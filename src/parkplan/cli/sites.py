"""``parkplan sites WS``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.screen import day_of
from parkplan.cli.text import grid, visible
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.site_comparison import compared, comparison_lines, export_comparison
from parkplan.jobs.site_files import export_register, site_sheet
from parkplan.jobs.site_question import VETO_SHARE, SiteChoice
from parkplan.jobs.site_words import packing_words, proof_words
from parkplan.model.sites import SiteLimits
from parkplan.sites.advice import Advice
from parkplan.sites.engine import Effort
from parkplan.units import area, money

if TYPE_CHECKING:
    from parkplan.jobs.assumptions import Assumed
    from parkplan.jobs.sites import Candidates, Site

HECTARE = 10_000.0
FIRST_COMPARED = 3


def limit_options() -> list[click.Parameter]:
    """Return the options that say what a site must keep; `choice_of` reads them."""
    return [
        frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
        frame.option("--min-area-ha", type=float, default=2.0, show_default=True, metavar="HA", help="option_min_area"),
        frame.option(
            "--max-area-ha", type=float, default=30.0, show_default=True, metavar="HA", help="option_max_area"
        ),
        frame.option("--min-parcels", type=int, metavar="N", help="option_min_parcels"),
        frame.option("--max-parcels", type=int, metavar="N", help="option_max_parcels"),
        frame.option("--max-owners", type=int, metavar="N", help="option_max_owners"),
        frame.option("--max-cost-yuan", type=float, metavar="YUAN", help="option_max_cost"),
        frame.option("--min-flagged-share", type=float, default=0.6, metavar="S", help="option_flagged_share"),
        frame.option("--min-compactness", type=float, metavar="C", help="option_compactness"),
        frame.option("--frontage", is_flag=True, help="option_frontage"),
        frame.option("--max-gap-m", type=float, default=25.0, show_default=True, metavar="M", help="option_site_gap"),
        frame.option(
            "--max-constraint-share",
            type=float,
            default=VETO_SHARE,
            show_default=True,
            metavar="S",
            help="option_veto_share",
        ),
        frame.option("--no-fill-in", is_flag=True, help="option_no_fill_in"),
        frame.option("--lock", multiple=True, metavar="PARCEL", help="option_lock"),
        frame.option("--forbid", multiple=True, metavar="PARCEL", help="option_forbid"),
    ]


def choice_of(asked: dict[str, Any]) -> SiteChoice:
    """Take the options of `limit_options` out of a command's values."""
    limits = SiteLimits(
        min_area_m2=asked.pop("min_area_ha") * HECTARE,
        max_area_m2=asked.pop("max_area_ha") * HECTARE,
        min_parcels=asked.pop("min_parcels"),
        max_parcels=asked.pop("max_parcels"),
        max_owners=asked.pop("max_owners"),
        max_cost_yuan=asked.pop("max_cost_yuan"),
        min_flagged_share=asked.pop("min_flagged_share"),
        min_compactness=asked.pop("min_compactness"),
        frontage=asked.pop("frontage"),
    )
    return SiteChoice(
        limits=limits,
        max_gap_m=asked.pop("max_gap_m"),
        max_constraint_share=asked.pop("max_constraint_share"),
        fill_in=not asked.pop("no_fill_in"),
        locked=asked.pop("lock"),
        forbidden=asked.pop("forbid"),
    )


@frame.command(
    "sites",
    frame.argument("workspace", metavar="WS"),
    *limit_options(),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--exact", is_flag=True, help="option_exact"),
    frame.option("--time-limit", type=float, default=60.0, show_default=True, metavar="S", help="option_time_limit"),
    frame.option("--seed", type=int, default=0, show_default=True, metavar="N", help="option_seed"),
    frame.option("--out", metavar="FILE", help="option_out_file"),
    frame.option("--sheets", metavar="DIR", help="option_sheets"),
    frame.option("--compare", multiple=True, metavar="SITE", help="option_site_compare"),
    frame.option("--compare-out", metavar="FILE", help="option_site_compare_out"),
)
def command(workspace: str, **asked: Any) -> frame.Answer:  # noqa: ANN401  # the options above
    """Assemble candidate sites."""
    choice = choice_of(asked)
    frame.progress(message("cli.sites_searching"))
    found = jobs.sites(
        workspace,
        profiles=asked["profiles"] or jobs.DEFAULT_PROFILES,
        as_of=day_of(asked["as_of"]),
        choice=choice,
        exact=asked["exact"],
        effort=Effort(seconds=asked["time_limit"], seed=asked["seed"]),
    )
    lines = _lines(found)
    if asked["out"]:
        path = export_register(found, asked["out"])
        lines.append(message("cli.sites_written", path=visible(str(path)), rows=len(found.sites)))
    if asked["sheets"]:
        lines += _sheets(workspace, found, Path(asked["sheets"]))
    if asked["compare"] or asked["compare_out"]:
        lines += _compared(workspace, found, asked)
    return frame.Answer(_document(found, asked["out"], asked["compare_out"]), lines)


def _compared(workspace: str, found: Candidates, asked: dict[str, Any]) -> list[str]:
    names = asked["compare"] or tuple(one.id for one in found.sites[:FIRST_COMPARED])
    if asked["compare_out"]:
        path = export_comparison(open_workspace(workspace), found, names, asked["compare_out"])
        return [message("cli.sites_compared", path=visible(str(path)), count=len(set(names)))]
    sites = compared(found, names)
    head = (message("sites.column_figure"), *(one.id for one in sites))
    rows = [(line.title, *(visible(value) for value in line.marked())) for line in comparison_lines(found, sites)]
    return ["", *grid([head, *rows], frozenset())]


def _sheets(workspace: str, found: Candidates, folder: Path) -> list[str]:
    ws = open_workspace(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    for one in found.sites:
        (folder / f"{one.id}.pdf").write_bytes(site_sheet(ws, found, one.id))
    return [message("cli.sites_sheets", path=visible(str(folder)), rows=len(found.sites))]


def _document(found: Candidates, out: str | None, compared_out: str | None) -> dict[str, object]:
    return {
        "synthetic": found.synthetic,
        "limits": found.choice.limits,
        "max_gap_m": found.choice.max_gap_m,
        "candidates": len(found.question.rows),
        "best": {"proof": _proof(found.best.proof), "words": proof_words(found.best.proof)},
        "set": {
            "proof": _proof(found.packing.proof),
            "over": "all sites",
            "words": packing_words(found.packing),
        },
        "sites": [
            dict(row) | {"advice": _advice(one.advice), "parcels": one.parcel_ids}
            for one, row in zip(found.sites, found.table.drop(columns="geometry").to_dict("records"), strict=True)
        ],
        "assumptions": [_assumption(one) for one in found.assumed.used],
        "findings": [finding.to() for finding in found.question.findings],
        "out": out,
        "compare_out": compared_out,
    }


def _assumption(one: Assumed) -> dict[str, object]:
    return {"id": one.id, "title": one.title.to(), "value": one.value, "source": one.badge.to()}


def _proof(proof: Any) -> dict[str, object]:  # noqa: ANN401  # model.sites.Proof
    return {name: getattr(proof, name) for name in proof.__dataclass_fields__} | {"gap": proof.gap}


def _advice(advice: Advice) -> dict[str, object]:
    return {
        name: {
            "winner": options[0].id,
            "margin": round(Advice.margin(options), 1),
            "options": [
                {
                    "id": one.id,
                    "title": one.title.to(),
                    "fitness": one.fitness,
                    "for": [text.to() for text in one.reasons],
                    "against": [text.to() for text in one.against],
                }
                for one in options
            ],
        }
        for name, options in (("cluster", advice.clusters), ("reuse", advice.reuses), ("park", advice.parks))
        if options
    }


def _lines(found: Candidates) -> list[str]:
    lines = [
        *([message("cli.info_fictional")] if found.synthetic else []),
        *(finding.to() for finding in found.question.findings),
    ]
    lines += proof_words(found.best.proof)
    if not found.sites:
        return lines
    lines.append(packing_words(found.packing))
    names = ("site_no", "score", "area", "parcels", "owners", "cost", "tax_uplift", "reuse")
    rows = [tuple(message(f"cli.{name}") for name in names)]
    scores = dict(zip(found.table["site_id"], found.table["score"], strict=True))
    return [*lines, "", *grid([*rows, *(_row(one, scores[one.id]) for one in found.sites)], frozenset({1, 3, 4}))]


def _row(one: Site, score: float) -> tuple[str, ...]:
    facts = one.facts
    return (
        one.id,
        f"{score:.1f}",
        area(facts.area_m2),
        str(facts.parcels),
        str(facts.owners),
        money(facts.acquisition_yuan),
        money(facts.tax_uplift_yuan),
        one.advice.reuses[0].title.to(),
    )
