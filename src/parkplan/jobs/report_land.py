"""Parts of a report about idle and low-efficiency land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan import units
from parkplan.data.layers import load_layers
from parkplan.data.rules import load_rule_packs
from parkplan.i18n import message
from parkplan.jobs.report_scores import criterion_columns, score_column, weights_table
from parkplan.jobs.screen import FLAGGED
from parkplan.jobs.verdict_card import verdict_card
from parkplan.model import codes
from parkplan.model.document import Bar, Bars, Beside, Column, Facts, Heading, Paragraph, Table
from parkplan.model.tables import TABLES
from parkplan.screening.scores import CRITERIA
from parkplan.screening.verdicts import VERDICT_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parkplan.jobs.report_context import ReportContext
    from parkplan.jobs.verdict_card import RuleLine, VerdictCard
    from parkplan.model.document import Block
    from parkplan.model.facts import Fact

MOST_PAGES: Final = 300
NO_LIMIT: Final = "—"
WEIGHTS: Final = "parcel_weights"
MU: Final = "{ha}*15"
"""A hectare is 15 mu."""


def verdicts(report: ReportContext) -> Iterator[Block]:
    """Say how many parcels have which verdict, with their area."""
    found = report.screening
    palette = load_layers().palettes["verdicts"]
    colours = {entry.value: entry.colour for entry in palette.classes}
    yield Bars(
        message("report.verdict_bars"),
        tuple(
            Bar(VERDICT_TITLES[each.verdict].to(), each.area_m2, units.area(each.area_m2), colours[each.verdict.value])
            for each in found.totals
        ),
    )
    columns = (
        Column(message("report.verdict"), share=2.0),
        Column(message("report.parcels"), "right", summed=True),
        Column(message("report.area_ha"), "right", summed=True, key="ha"),
        Column(message("report.area_mu"), "right", summed=True, formula=MU),
        Column(message("report.land_share"), "right", summed=True, formula="100*{ha}/SUM({ha:all})"),
    )
    whole = sum(each.area_m2 for each in found.totals)
    rows = tuple(
        (
            VERDICT_TITLES[each.verdict].to(),
            each.parcels,
            each.area_m2 / units.M2_PER_HECTARE,
            each.area_m2 / units.M2_PER_MU,
            100 * each.area_m2 / whole if whole else None,
        )
        for each in found.totals
    )
    day = units.day(found.as_of)
    packs = load_rule_packs()
    named = (packs[name].title.to() if name in packs else name for name in found.profiles)
    caption = message("report.judged", day=day, profiles=message("sites.comma").join(named))
    title = message("report.sheet_verdicts")
    yield Table(columns, rows, caption, title=title, total=message("report.total"))
    for finding in found.findings:
        yield Paragraph(finding.to(), "note")


def flagged(report: ReportContext) -> Iterator[Block]:
    """List the idle and low-efficiency parcels by rank, with the interval of the rank."""
    found = report.screening
    titles = {name: message(f"verdicts.criterion_{name}") for name in CRITERIA}
    listed = found.parcels[found.parcels["verdict"].isin(FLAGGED)].sort_values("rank", kind="stable")
    yield weights_table(WEIGHTS, dict(zip(titles.values(), found.weights.used, strict=True)))
    columns = (
        Column(message("report.parcel"), share=1.5),
        Column(message("report.holder"), share=2.0),
        Column(message("report.verdict")),
        Column(message("report.stage"), share=1.2),
        Column(message("report.area_ha"), "right", summed=True),
        Column(message("report.rank"), "right", share=0.7),
        Column(message("report.rank_interval"), share=0.9),
        *criterion_columns(titles),
        score_column(message("report.score"), list(titles), WEIGHTS),
    )
    rows = tuple(
        (
            str(row["parcel_id"]),
            _known(row["holder"]),
            codes.VERDICT[str(row["verdict"])].to(),
            _stage(row["stage"]),
            float(row["site_area_m2"]) / units.M2_PER_HECTARE,
            int(row["rank"]),
            f"{int(row['rank_low'])}–{int(row['rank_high'])}",
            *(None if pd.isna(row[name]) else float(row[name]) for name in CRITERIA),
            float(row["score"]),
        )
        for row in listed.to_dict("records")
    )
    title = message("report.sheet_flagged")
    yield Table(columns, rows, message("report.flagged_note"), title=title, total=message("report.total"))


def register(report: ReportContext) -> Iterator[Block]:
    """List the parcels that get a page, one row for each."""
    found = report.screening.parcels
    columns = (
        Column(message("report.parcel"), share=1.8),
        Column(message("report.parcel_name"), share=1.6),
        Column(message("report.holder"), share=1.8),
        Column(message("report.stage"), share=0.9),
        Column(message("report.area_ha"), "right", summed=True, key="ha"),
        Column(message("report.area_mu"), "right", summed=True, formula=MU),
        Column(message("report.held_rules"), share=4.0),
    )
    titles = {outcome.rule.id: outcome.rule.title.to() for outcome in report.screening.outcomes}
    rows = tuple(
        (
            str(row["parcel_id"]),
            _known(row.get("name")),
            _known(row["holder"]),
            _stage(row["stage"]),
            float(row["site_area_m2"]) / units.M2_PER_HECTARE,
            float(row["site_area_m2"]) / units.M2_PER_MU,
            "\n".join(titles.get(flag, flag) for flag in str(row["flags"]).split(",") if flag),
        )
        for row in found[found["verdict"].isin(report.template.verdicts)].to_dict("records")
    )
    title = message("report.sheet_register")
    yield Table(columns, rows, title, title=title, total=message("report.total"))


def _stage(value: object) -> str | None:
    return None if units.is_unknown(value) else codes.PARCEL_STATUS[str(value)].to()


def _known(value: object) -> str | None:
    return None if units.is_unknown(value) else str(value)


def rules(report: ReportContext) -> Iterator[Block]:
    """List the rules in force with their clause, and whether anybody verified it."""
    columns = (
        Column(message("report.rule"), share=1.6),
        Column(message("report.clause"), share=2.2),
        Column(message("report.meaning"), share=0.8),
        Column(message("report.verified"), share=0.7),
    )
    rows = tuple(
        (
            outcome.rule.title.to(),
            " ".join(filter(None, (clause.document, clause.number, clause.clause))),
            message(f"verdicts.flag_{outcome.rule.flag}"),
            message("verdicts.verified" if clause.verified else "verdicts.not_verified"),
        )
        for outcome in report.screening.outcomes
        for clause in (outcome.rule.clause,)
    )
    yield Table(columns, rows, title=message("report.sheet_rules"))


def parcel_pages(report: ReportContext) -> Iterator[Block]:
    """Give each parcel with one of the verdicts of the template a page (一地一表)."""
    found = report.screening
    wanted = found.parcels["verdict"].isin(report.template.verdicts).to_numpy().nonzero()[0]
    if not len(wanted):
        yield Paragraph(message("report.no_parcels"), "note")
    for place, row in enumerate(wanted[:MOST_PAGES], start=1):
        if place % 20 == 0:
            report.progress(message("report.progress_pages", done=place, all=len(wanted)))
        card = verdict_card(found, int(row))
        name = f"{card.parcel_id} {card.name}".strip()
        yield Heading(name, 2, new_page=place > 1)
        if card.synthetic:
            yield Paragraph(message("report.synthetic"), "warning")
        sketch = report.around.sketch(found.parcels.geometry.iloc[row], message("report.sketch", name=card.parcel_id))
        yield Beside(sketch, _facts(card))
        yield from _page(card)
    if len(wanted) > MOST_PAGES:
        yield Paragraph(message("report.more_pages", most=MOST_PAGES, all=len(wanted)), "warning")


def _facts(card: VerdictCard) -> Facts:
    verdict = (message("report.verdict"), VERDICT_TITLES[card.verdict].to())
    return Facts((verdict, *((fact.title.to(), fact.written.to()) for fact in card.lead)))


def _page(card: VerdictCard) -> Iterator[Block]:
    lines = [line for rule in card.rules if rule.applies != "false" for line in _lines(rule)]
    columns = [
        Column(message("report.rule"), share=2.6),
        Column(message("report.value"), share=2.4),
        Column(message("report.limit"), share=1.0),
        Column(message("report.answer"), share=0.6),
        Column(message("report.verified"), share=0.7),
    ]
    if all(line[2] == NO_LIMIT for line in lines):
        columns, lines = columns[:2] + columns[3:], [line[:2] + line[3:] for line in lines]
    yield Table(tuple(columns), tuple(lines), dense=True)
    for key, texts in (("report.missing", card.missing), ("report.lifting", card.lifting)):
        if texts:
            yield Paragraph(f"{message(key)}\n" + "\n".join(f"· {each.to()}" for each in texts))
    yield Paragraph(
        f"{message('report.read_from')} "
        + "; ".join(f"{fact.title.to()} {fact.written.to()} ({_origin(fact)})" for fact in card.sources),
        "note",
    )


def _origin(fact: Fact) -> str:
    if fact.origin is not None:
        table = TABLES[fact.origin.table].title.to() if fact.origin.table in TABLES else fact.origin.table
        return message("report.row", table=table, row=fact.origin.row + 1)
    return "—" if fact.method is None else fact.method.to()


def _lines(rule: RuleLine) -> Iterator[tuple[str, ...]]:
    verified = message("verdicts.verified" if rule.verified else "verdicts.not_verified")
    for place, item in enumerate(rule.conditions):
        title = f"{rule.title.to()}\n{rule.clause}\n{item.formula.to()}" if place == 0 else item.formula.to()
        value = item.filled.to() if item.value is None else item.value.to()
        limit = NO_LIMIT if item.limit is None else item.limit.to()
        yield title, value, limit, message(f"verdicts.answer_{item.answer}"), verified
