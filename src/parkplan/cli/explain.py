"""``parkplan explain WS PARCEL``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from parkplan import jobs
from parkplan.cli import frame
from parkplan.cli.screen import day_of, error_change, rules_fault
from parkplan.cli.text import visible
from parkplan.i18n import message
from parkplan.jobs.screen import row_of
from parkplan.jobs.verdict_card import verdict_card
from parkplan.metrics import METRICS
from parkplan.model.screening import ScreeningChoice
from parkplan.screening.verdicts import VERDICT_TITLES
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from parkplan.jobs.screen import Screening
    from parkplan.jobs.verdict_card import RuleLine, VerdictCard
    from parkplan.screening.evidence import ConditionEvidence, EvidenceCard, RuleEvidence


@frame.command(
    "explain",
    frame.argument("workspace", metavar="WS"),
    frame.argument("parcel", metavar="PARCEL"),
    frame.option("--profile", "profiles", multiple=True, metavar="NAME|FILE", help="option_profile"),
    frame.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="option_as_of"),
    frame.option("--error", "errors", multiple=True, metavar="SOURCE=PERCENT", help="option_error"),
)
def command(
    workspace: str, parcel: str, profiles: tuple[str, ...], as_of: datetime | None, errors: tuple[str, ...]
) -> frame.Answer:
    """Show the evidence card of one parcel."""
    choice = ScreeningChoice(
        profiles=profiles or jobs.DEFAULT_PROFILES, as_of=day_of(as_of), errors=tuple(map(error_change, errors))
    )
    found = jobs.screen(workspace, choice=choice)
    row = row_of(found, parcel)
    told, card = verdict_card(found, row), found.card(row)
    document = {
        "parcel_id": parcel,
        **_document(card),
        "overtaking": _overtaking(found, card),
        "years": _years(found, told),
    }
    lines = [*_lines(parcel, card, told), *(line.to() for line in told.overtaking), *_sources(told)]
    return frame.Answer(document, lines, fault=rules_fault(found))


def _document(card: EvidenceCard) -> dict[str, object]:
    return {
        "verdict": card.verdict.value,
        "rules": card.rules,
        "missing": [
            {
                "column": datum.column,
                "settles": datum.settles,
                "outcomes": [verdict.value for verdict in datum.outcomes],
            }
            for datum in card.missing
        ],
        "lifting": card.lifting,
    }


def _overtaking(found: Screening, card: EvidenceCard) -> list[dict[str, object]]:
    """Return the weights at which the parcel would change places with its neighbours in the ranking."""
    return [
        {
            "rival": str(found.parcels["parcel_id"].iat[move.rival]),
            "ahead": move.ahead,
            "criterion": move.criterion,
            "weight": move.weight,
            "level": move.level,
        }
        for move in card.overtakings
    ]


def _years(found: Screening, told: VerdictCard) -> dict[str, list[int]]:
    """Return for each yearly figure that a rule rests on the years whose figures were taken."""
    used = found.years
    if used is None:
        return {}
    known = {fact.id: used.known(told.row, fact.id) for fact in told.sources if fact.id in used.marks}
    return {name: list(years) for name, years in known.items() if years}


def _sources(told: VerdictCard) -> Iterator[str]:
    """Tell the figures that do not stand in the register, and where they come from."""
    for fact in told.sources:
        if fact.method is not None and fact.id not in METRICS:
            yield message("cli.explain_source", title=fact.title, value=fact.written, source=fact.method)


def _lines(parcel: str, card: EvidenceCard, told: VerdictCard) -> Iterator[str]:
    yield message("cli.explain_head", parcel=visible(parcel), verdict=VERDICT_TITLES[card.verdict])
    for rule, line in zip(card.rules, told.rules, strict=True):
        yield from _rule(rule, line)
    for datum in card.missing:
        key = "explain_settles" if datum.settles else "explain_may_settle"
        outcomes = " / ".join(VERDICT_TITLES[verdict].to() for verdict in datum.outcomes)
        yield message(f"cli.{key}", column=visible(datum.column), outcomes=outcomes)
    for change in card.lifting:
        yield message("cli.explain_lift", formula=visible(change.condition.expression), limit=limit_text(change))


def _rule(rule: RuleEvidence, told: RuleLine) -> Iterator[str]:
    clause = rule.rule.clause
    badge = message("cli.verified" if clause.verified else "cli.not_verified")
    yield ""
    yield f"[{message(f'cli.answer_{rule.answer}')}] {rule.rule.title.to()}"
    yield f"    {' '.join(part for part in (clause.document, clause.number, clause.clause) if part)}（{badge}）"
    if told.chance is not None:
        yield f"    {told.chance.to()}"
        yield from (f"    {message('cli.explain_error', error=line)}" for line in told.errors)
    for item in rule.conditions:
        answer = message(f"cli.answer_{item.answer}")
        filled = f"{visible(item.condition.expression)} = {visible(item.filled)}"
        yield f"    - {filled}{value_text(item)}{limit_text(item, ' ')} [{answer}]"


def value_text(item: ConditionEvidence) -> str:
    """Return the measured value in the unit of its limit, empty where there is none."""
    if item.value is None:
        return ""
    return f" = {item.value / _scale(item):,.4g}"


def limit_text(item: ConditionEvidence, before: str = "") -> str:
    """Return the operator and the limit with its unit, empty for a condition that stands alone."""
    if item.condition.op is None or item.limit is None:
        return ""
    unit = item.condition.unit
    symbol = "" if unit is None else UNITS[unit].symbol.to()
    return f"{before}{item.condition.op} {item.limit / _scale(item):,.4g} {symbol}".rstrip()


def _scale(item: ConditionEvidence) -> float:
    return 1.0 if item.condition.unit is None else UNITS[item.condition.unit].si_per_unit
