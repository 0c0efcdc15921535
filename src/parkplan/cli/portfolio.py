"""``parkplan portfolio WS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.sites import choice_of, limit_options
from parkplan.cli.text import grid, visible
from parkplan.i18n import message
from parkplan.jobs.site_files import export_register
from parkplan.jobs.site_words import programme_words
from parkplan.sites.portfolio import Programme
from parkplan.units import area, money

if TYPE_CHECKING:
    from collections.abc import Hashable

    from parkplan.jobs.portfolio import Funded
    from parkplan.sites.portfolio import Loss

SHOWN_LOSSES = 8


@frame.command(
    "portfolio",
    frame.argument("workspace", metavar="WS"),
    frame.option("--budget-yuan", type=float, required=True, metavar="YUAN", help="option_budget"),
    frame.option("--years", type=int, default=3, show_default=True, metavar="N", help="option_years"),
    frame.option("--quota-ha", type=float, metavar="HA", help="option_quota"),
    frame.option("--capacity", type=int, metavar="N", help="option_capacity"),
    frame.option("--after", multiple=True, nargs=2, metavar="SITE SITE", help="option_after"),
    *limit_options(),
    frame.option("--out", metavar="FILE", help="option_out_file"),
)
def command(workspace: str, **asked: Any) -> frame.Answer:  # noqa: ANN401  # the options above
    """Fund candidate sites."""
    choice = choice_of(asked)
    frame.progress(message("cli.sites_searching"))
    quota = None if asked["quota_ha"] is None else asked["quota_ha"] * 10_000.0
    after = tuple((later, earlier) for later, earlier in asked["after"])
    found = jobs.portfolio(
        workspace,
        budget_yuan=asked["budget_yuan"],
        years=asked["years"],
        profiles=asked["profiles"] or jobs.DEFAULT_PROFILES,
        choice=choice,
        programme=Programme(budget_yuan=asked["budget_yuan"], quota_m2=quota, capacity=asked["capacity"], after=after),
    )
    lines = _lines(found)
    if asked["out"]:
        path = export_register(found, asked["out"])
        lines.append(message("cli.sites_written", path=visible(str(path)), rows=len(found.table)))
    return frame.Answer(_document(found, asked["out"]), lines)


def _document(found: Funded, out: str | None) -> dict[str, object]:
    proof = found.portfolio.proof
    return {
        "synthetic": found.synthetic,
        "budget_yuan": found.programme.budget_yuan,
        "years": found.programme.years,
        "status": proof.status,
        "value": proof.value,
        "bound": proof.bound,
        "gap": proof.gap,
        "over": "pool",
        "words": programme_words(proof, len(found.portfolio.years)),
        "sites": found.table.drop(columns="geometry").to_dict("records"),
        "losses": found.losses,
        "out": out,
    }


def _lines(found: Funded) -> list[str]:
    lines = [message("cli.info_fictional")] if found.synthetic else []
    lines.append(programme_words(found.portfolio.proof, len(found.portfolio.years)))
    names = ("year", "order", "site_no", "area", "owners", "cost", "tax_uplift")
    rows = [_row(row) for row in found.table.to_dict("records")]
    if rows:
        lines += ["", *grid([tuple(message(f"cli.{name}") for name in names), *rows], frozenset({0, 1, 4}))]
    told = [loss for loss in found.losses if loss.points > 0][:SHOWN_LOSSES]
    return [*lines, *(_loss(loss) for loss in told)]


def _row(row: dict[Hashable, Any]) -> tuple[object, ...]:
    cost, tax = money(row["acquisition_yuan"]), money(row["tax_uplift_yuan"])
    return row["year"], row["order"], row["site_id"], area(row["area_m2"]), row["owners"], cost, tax


def _loss(loss: Loss) -> str:
    share, hit = f"{100 * loss.share:.1f}%", ", ".join(loss.sites)
    return message("cli.portfolio_loss", owner=visible(loss.id), share=share, sites=hit)
