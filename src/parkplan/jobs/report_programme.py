"""The part of a report about the programme: which sites are funded in which year, and what each year costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan import units
from parkplan.i18n import message
from parkplan.jobs.site_words import programme_words
from parkplan.model.document import Column, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.jobs.portfolio import Funded
    from parkplan.jobs.report_context import ReportContext
    from parkplan.model.document import Block

FUNDED: Final = "funded"
LIMITS: Final = "limits"
WORTH: Final = f"{{score}}*{{area}}/(1+{{{LIMITS}.0.rate}})^({{year}}-1)"
"""What a site adds to the value of the programme: its score by hectare, less for each year that it comes later."""


def programme(report: ReportContext) -> Iterator[Block]:
    """List the funded sites by year, the money of each year against the budget, and what a refusal would cost."""
    found = report.funded
    asked = found.programme
    budget = units.money(asked.budget_yuan)
    yield Paragraph(message("report.programme_asked", budget=budget, years=asked.years), "note")
    yield Paragraph(programme_words(found.portfolio.proof, len(found.portfolio.years)))
    yield from programme_tables(found)


def programme_tables(found: Funded) -> Iterator[Table]:
    """Return the limits, the funded sites with what each is worth, the money of each year, and the losses."""
    if not len(found.table):
        return
    yield _limits(found)
    yield _sites(found)
    yield _years(found)
    yield _losses(found)


def _limits(found: Funded) -> Table:
    """Return what the worth of later years rests on; paper says it in words."""
    asked = found.programme
    columns = (
        Column(message("report.years"), "right"),
        Column(message("report.budget_wan"), "right", key="budget"),
        Column(message("report.discount_rate"), "right", key="rate"),
    )
    row = (asked.years, asked.budget_yuan / units.YUAN_PER_WAN, asked.discount_rate)
    return Table(columns, (row,), title=message("report.sheet_limits"), name=LIMITS, workbook_only=True)


def _sites(found: Funded) -> Table:
    columns = (
        Column(message("report.site"), share=1.2),
        Column(message("report.year"), "right", share=0.6, key="year"),
        Column(message("report.order"), "right", share=0.6),
        Column(message("report.area_ha"), "right", summed=True, key="area"),
        Column(message("report.owners"), "right", share=0.7),
        Column(message("report.cost_wan"), "right", share=1.2, summed=True, key="cost"),
        Column(message("report.tax_wan"), "right", share=1.2, summed=True),
        Column(message("report.score"), "right", key="score", workbook_only=True),
        Column(message("report.worth"), "right", summed=True, formula=WORTH, workbook_only=True),
        Column(message("report.parcel"), workbook_only=True),
    )
    rate = found.programme.discount_rate
    rows = tuple(
        (
            str(row["site_id"]),
            int(row["year"]),
            int(row["order"]),
            float(row["area_m2"]) / units.M2_PER_HECTARE,
            int(row["owners"]),
            float(row["acquisition_yuan"]) / units.YUAN_PER_WAN,
            _wan(row["tax_uplift_yuan"]),
            float(row["score"]),
            float(row["score"]) * float(row["area_m2"]) / units.M2_PER_HECTARE / (1 + rate) ** (int(row["year"]) - 1),
            str(row["parcels"]),
        )
        for row in found.table.to_dict("records")
    )
    title = message("report.sheet_programme")
    return Table(columns, rows, title=title, total=message("report.total"), name=FUNDED)


def _wan(yuan: object) -> float | None:
    return None if units.is_unknown(yuan) else float(str(yuan)) / units.YUAN_PER_WAN


def _years(found: Funded) -> Table:
    columns = (
        Column(message("report.year"), "right", key="year"),
        Column(
            message("report.spent_wan"),
            "right",
            summed=True,
            key="spent",
            formula=f"SUMIF({{{FUNDED}.year:all}},{{year}},{{{FUNDED}.cost:all}})",
        ),
        Column(message("report.budget_wan"), "right", summed=True, key="budget"),
        Column(message("report.used_percent"), "right", formula="100*{spent}/{budget}"),
    )
    budget = found.programme.budget_yuan / units.YUAN_PER_WAN
    cost = found.table.groupby("year")["acquisition_yuan"].sum() / units.YUAN_PER_WAN
    spent = [float(cost.get(year, 0.0)) for year in range(1, found.programme.years + 1)]
    rows = tuple((year, money, budget, 100 * money / budget) for year, money in enumerate(spent, start=1))
    title = message("report.sheet_years")
    return Table(columns, rows, message("report.carried_note"), title=title, total=message("report.total"))


def _losses(found: Funded) -> Table:
    columns = (
        Column(message("report.holder"), share=2.0),
        Column(message("report.loss_points"), "right", key="points"),
        Column(message("report.loss_percent"), "right"),
        Column(message("report.site"), share=1.6),
    )
    rows = tuple((one.id, one.points, 100 * one.share, ", ".join(one.sites)) for one in found.losses if one.points > 0)
    return Table(columns, rows, message("report.losses_note"), title=message("report.sheet_losses"))
