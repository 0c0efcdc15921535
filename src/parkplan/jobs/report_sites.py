"""Parts of a report about candidate sites for reuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan import units
from parkplan.i18n import message
from parkplan.jobs.assumptions import assumptions as assumed
from parkplan.jobs.report_scores import criterion_columns, score_column
from parkplan.jobs.site_books import SITE_WEIGHTS, site_weights
from parkplan.jobs.site_words import packing_words, proof_words
from parkplan.model.document import Beside, Column, Facts, Heading, Paragraph, Table
from parkplan.sites.ranking import CRITERIA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parkplan.jobs.report_context import ReportContext
    from parkplan.jobs.sites import Site
    from parkplan.model.document import Block
    from parkplan.sites.advice import Option

SHOWN_OPTIONS: Final = 3


def sites(report: ReportContext) -> Iterator[Block]:
    """List the sites by rank, and say what is proven of them."""
    found = report.candidates
    titles = {name: title.to() for name, title in CRITERIA.items()}
    yield site_weights()
    columns = (
        Column(message("report.site"), share=1.0),
        Column(message("report.rank"), "right", share=0.6),
        Column(message("report.rank_interval"), share=0.9),
        *criterion_columns(titles),
        score_column(message("report.score"), list(titles), SITE_WEIGHTS, share=0.7),
        Column(message("report.area_ha"), "right", share=0.9, summed=True),
        Column(message("report.parcels"), "right", share=0.7, summed=True),
        Column(message("report.owners"), "right", share=0.7),
        Column(message("report.cost_wan"), "right", share=1.1, summed=True),
        Column(message("report.best_reuse"), share=1.4),
    )
    rows = tuple(
        (
            site.id,
            int(row["rank"]),
            f"{int(row['rank_low'])}–{int(row['rank_high'])}",
            *(None if units.is_unknown(row[name]) else float(row[name]) for name in CRITERIA),
            float(row["score"]),
            site.facts.area_m2 / units.M2_PER_HECTARE,
            site.facts.parcels,
            site.facts.owners,
            _wan(site.facts.acquisition_yuan),
            site.advice.reuses[0].title.to() if site.advice.reuses else "—",
        )
        for site, row in zip(found.sites, found.table.to_dict("records"), strict=True)
    )
    yield Table(columns, rows, title=message("report.sheet_sites"), total=message("report.total"))
    for finding in found.question.findings:
        yield Paragraph(finding.to(), "note")
    for sentence in (*proof_words(found.best.proof), packing_words(found.packing)):
        yield Paragraph(sentence)


def _wan(yuan: float | None) -> float | None:
    return None if yuan is None or units.is_unknown(yuan) else yuan / units.YUAN_PER_WAN


def site_pages(report: ReportContext) -> Iterator[Block]:
    """Give each site a page: where it is, its figures, and which use is advised, with what speaks against it."""
    found = report.candidates
    for place, site in enumerate(found.sites, start=1):
        yield Heading(site.id, 2, new_page=place > 1)
        if found.synthetic:
            yield Paragraph(message("report.synthetic"), "warning")
        shape = found.table.geometry[found.table["site_id"] == site.id].iloc[0]
        yield Beside(report.around.sketch(shape, message("report.sketch", name=site.id)), Facts(_facts(site)))
        yield _options(message("sites.reuse_advice"), site.advice.reuses)
        yield _options(message("sites.cluster_advice"), site.advice.clusters[:SHOWN_OPTIONS])


def _facts(site: Site) -> tuple[tuple[str, str], ...]:
    facts = site.facts
    written = {
        "area": units.area(facts.area_m2),
        "parcels": f"{facts.parcels:,}",
        "owners": f"{facts.owners:,}",
        "flagged": units.quantity(facts.flagged_share, "percent"),
        "cost": units.money(facts.acquisition_yuan),
        "building": units.money(facts.building_yuan),
        "tax": units.money(facts.tax_uplift_yuan),
        "output": units.money(facts.output_uplift_yuan),
        "jobs": units.quantity(facts.jobs_uplift, "person", decimals=0),
        "constraints": units.quantity(facts.constraint_share, "percent"),
        "crossed": ", ".join(site.crossed) or "—",
    }
    pairs = [(message(f"sites.figure_{name}"), value) for name, value in written.items()]
    return (*pairs, (message("report.parcel"), ", ".join(site.parcel_ids)))


def _options(title: str, options: Sequence[Option]) -> Table:
    columns = (
        Column(title, share=1.2),
        Column(message("report.fitness"), "right", share=0.6),
        Column(message("report.speaks_for"), share=2.0),
        Column(message("report.speaks_against"), share=2.0),
    )
    rows = tuple(
        (
            option.title.to(),
            option.fitness,
            message("sites.semicolon").join(each.to() for each in option.reasons) or "—",
            message("sites.semicolon").join(each.to() for each in option.against) or "—",
        )
        for option in options
    )
    return Table(columns, rows, decimals=0)


def assumptions(report: ReportContext) -> Iterator[Block]:
    """List the figures that cost and benefit rest on, each with its source or the badge that it has none."""
    columns = (
        Column(message("report.figure"), share=2.4),
        Column(message("report.value"), "right", share=0.9),
        Column(message("report.badge"), share=1.6),
        Column(message("report.set_by"), share=1.2),
    )
    rows = tuple(
        (
            each.title.to(),
            float(each.value),
            each.badge.to(),
            "—" if each.entered is None else f"{each.entered.actor}: {each.entered.reason}",
        )
        for each in assumed(report.ws).used
    )
    yield Table(columns, rows, title=message("report.sheet_assumptions"))
