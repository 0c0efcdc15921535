"""The evidence card of a parcel, written for a reader: clauses, formulas with numbers, gaps, ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from parkplan import units
from parkplan.expressions import parse
from parkplan.i18n import Text
from parkplan.jobs.condition_words import in_words, with_values
from parkplan.jobs.judged_columns import judged_column, lacking
from parkplan.jobs.measured import assumed_errors
from parkplan.jobs.writing import both, raw, text, written
from parkplan.metrics import METRICS
from parkplan.model.facts import Fact, Origin
from parkplan.model.tables import PARCELS
from parkplan.screening.chance import band_of
from parkplan.screening.verdicts import VERDICT_TITLES, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.i18n import Language
    from parkplan.jobs.screen import Screening
    from parkplan.metrics import YearsUsed
    from parkplan.model.rules import Flag
    from parkplan.screening.evidence import Answer, ConditionEvidence, EvidenceCard, MissingDatum, RuleEvidence
    from parkplan.screening.overrides import Override
    from parkplan.screening.overtaking import Overtaking

FROM_OTHER_TABLES: Final = {
    "buildings": "screen.from_buildings",
    "geometry": "screen.from_geometry",
    "leases": "screen.from_leases",
}


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition: the formula in words, with its numbers, value, limit and margin as they are written."""

    answer: Answer
    formula: Text
    filled: Text
    value: Text | None
    limit: Text | None
    margin: Text | None
    steps: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule that was applied. ``applies`` is false where the parcel is outside its scope.

    ``chance`` says how sure its answer is, ``errors`` from which errors of which figures that follows.
    """

    title: Text
    pack_id: str
    flag: Flag
    applies: Answer
    answer: Answer
    clause: str
    verified: bool
    disposal: Text | None
    chance: Text | None
    errors: tuple[Text, ...]
    conditions: tuple[ConditionLine, ...]


@dataclass(frozen=True, slots=True)
class VerdictCard:
    """All that a verdict rests on, in both languages; ``lead`` are the facts that stand first."""

    row: int
    parcel_id: str
    name: str
    verdict: Verdict
    rule_verdict: Verdict
    override: Override | None
    lead: tuple[Fact, ...]
    rules: tuple[RuleLine, ...]
    missing: tuple[Text, ...]
    lifting: tuple[Text, ...]
    overtaking: tuple[Text, ...]
    sources: tuple[Fact, ...]
    synthetic: bool


def verdict_card(found: Screening, row: int) -> VerdictCard:
    """Return the card of the parcel at a row position."""
    told = found.card(row)
    values = pd.concat([found.parcels.iloc[row], pd.Series({"as_of": pd.Timestamp(found.as_of)})])
    return VerdictCard(
        row=row,
        parcel_id=str(values["parcel_id"]),
        name="" if raw(values["name"]) is None else str(values["name"]),
        verdict=Verdict(values["verdict"]),
        rule_verdict=told.verdict,
        override=found.override(row),
        lead=_lead(found, row),
        rules=tuple(_rule(rule, values) for rule in told.rules),
        missing=_gaps(told, values),
        lifting=_ways_out(told),
        overtaking=tuple(_passing(found, move) for move in told.overtakings),
        sources=_sources(found, row, told),
        synthetic=found.synthetic,
    )


def _lead(found: Screening, row: int) -> tuple[Fact, ...]:
    values = found.parcels.iloc[row]
    facts = [_fact(found, row, name) for name in ("holder", "land_use", "stage", "industry_code", "site_area_m2")]
    if not pd.isna(values["rank"]):
        facts += [
            _written("score", text("screen.score"), _interval(values, "score", 1)),
            _written("rank", text("screen.rank"), _interval(values, "rank", 0)),
            _fact(found, row, "p_top10"),
            _fact(found, row, "reliability"),
            _written("block", text("screen.block"), _block(values)),
        ]
    return tuple(facts)


def _written(name: str, title: Text, shown: Text) -> Fact:
    return Fact(name, title, shown.zh, shown)


def _interval(values: pd.Series, name: str, decimals: int) -> Text:
    middle, low, high = (f"{float(values[column]):.{decimals}f}" for column in (name, f"{name}_low", f"{name}_high"))
    return text("screen.interval", value=middle, low=low, high=high)


def _block(values: pd.Series) -> Text:
    area = both(lambda chosen: units.area(float(values["block_area_m2"]), chosen))
    return text("screen.block_value", id=int(values["block_id"]), parcels=int(values["block_parcels"]), area=area)


def _fact(found: Screening, row: int, name: str) -> Fact:
    column, value = judged_column(name), raw(found.parcels[name].iat[row])
    shown = written(column, value)
    own = PARCELS.column(name) is not None and name in found.source.columns
    told_by = _SOURCES.get(name, f"{name}_source")
    source = raw(found.parcels[told_by].iat[row]) if told_by in found.parcels else None
    if source == "years" and found.years is not None:
        return Fact(name, column.title, value, shown, method=_from_years(found.years, row, name))
    if source in FROM_OTHER_TABLES:
        return Fact(name, column.title, value, shown, method=text(FROM_OTHER_TABLES[str(source)]))
    if name in METRICS:
        return Fact(name, column.title, value, shown, method=in_words(METRICS[name].formula))
    origin = Origin("parcels", found.source.version, row, name) if own else None
    return Fact(name, column.title, value, shown, origin)


def _from_years(used: YearsUsed, row: int, name: str) -> Text:
    """Name the years whose figures were taken, and those of the last ones that are unknown."""
    known = used.known(row, name)
    unknown = tuple(year for year in used.window if year not in known)
    key = (
        "screen.from_years" if not unknown else "screen.from_fewer_years" if len(known) > 1 else "screen.from_one_year"
    )
    return text(key, count=len(known), years=_listed(known), unknown=_listed(unknown))


def _listed(years: Sequence[int]) -> Text:
    names = [str(year) for year in years]
    english = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""
    return Text("、".join(names), english)


_SOURCES: Final = {
    "site_area_m2": "site_area_source",
    "floor_area_m2": "floor_area_source",
    "footprint_m2": "footprint_source",
    "vacant_floor_m2": "vacant_floor_source",
    "counted_floor_area_m2": "floor_area_source",
}


def _rule(rule: RuleEvidence, values: pd.Series) -> RuleLine:
    clause = rule.rule.clause
    return RuleLine(
        title=Text(rule.rule.title.zh, rule.rule.title.en),
        pack_id=rule.pack_id,
        flag=rule.rule.flag,
        applies=rule.applies,
        answer=rule.answer,
        clause=" ".join(part for part in (clause.document, clause.number, clause.clause) if part),
        verified=clause.verified,
        disposal=None if rule.rule.disposal is None else Text(rule.rule.disposal.zh, rule.rule.disposal.en),
        chance=_chance(rule),
        errors=() if _chance(rule) is None else _errors(rule),
        conditions=tuple(_condition(item, values) for item in rule.conditions),
    )


def _chance(rule: RuleEvidence) -> Text | None:
    """Say how sure a rule with figures is, given the errors of measurement; None where nothing measured enters it."""
    measured = any(item.margin is not None and item.condition.op not in {"==", "!="} for item in rule.conditions)
    if rule.chance is None or rule.applies != "true" or not measured:
        return None
    shown = "< 0.1%" if rule.chance < 0.001 else "> 99.9%" if rule.chance > 0.999 else f"{rule.chance:.1%}"
    return text(f"screen.chance_{band_of(rule.chance)}", chance=shown)


def _errors(rule: RuleEvidence) -> tuple[Text, ...]:
    """Say for each value that is held against a limit how far it may be off, and which figures that comes from."""
    titles = {one.id: one.title for one in assumed_errors()}
    lines = []
    for item in rule.conditions:
        if item.cv is None:
            continue
        figures = [
            text(
                "screen.error_figure",
                title=judged_column(one.column).title,
                cv=_share(one.cv),
                source=titles[one.source],
            )
            for one in item.errors
        ]
        joined = Text("、".join(one.zh for one in figures), ", ".join(one.en for one in figures))
        key = "screen.error_from" if figures else "screen.error_of_value"
        lines.append(text(key, formula=in_words(item.condition.expression), cv=_share(item.cv), figures=joined))
    return tuple(lines)


def _share(value: float) -> str:
    return f"{value:.1%}"


def _condition(item: ConditionEvidence, values: pd.Series) -> ConditionLine:
    condition = item.condition
    unit = condition.unit or _unit_of(condition.expression)
    limit = None if item.limit is None else both(lambda chosen: f"{condition.op} {_amount(item.limit, unit, chosen)}")
    return ConditionLine(
        answer=item.answer,
        formula=in_words(condition.expression),
        filled=with_values(condition.expression, {str(name): value for name, value in values.items()}),
        value=None if item.value is None else both(lambda chosen: _amount(item.value, unit, chosen)),
        limit=limit,
        margin=None if item.margin is None else both(lambda chosen: _signed(item.margin, unit, chosen)),
        steps=tuple(_step(name, values) for name in sorted(parse(condition.expression).names & METRICS.keys())),
    )


def _unit_of(expression: str) -> str:
    return METRICS[expression].shown_in if expression in METRICS else "ratio"


def _amount(value: float | None, unit: str, chosen: Language) -> str:
    return units.quantity(value, unit, chosen)


def _signed(value: float | None, unit: str, chosen: Language) -> str:
    return f"{'+' if value is not None and value > 0 else ''}{_amount(value, unit, chosen)}"


def _step(name: str, values: pd.Series) -> Text:
    """Write a measure with its numbers: title = formula in words = formula in numbers = value."""
    metric = METRICS[name]
    numbers = {part: _number(values.get(part)) for part in parse(metric.formula).names}
    filled = parse(metric.formula).filled(numbers)
    words = in_words(metric.formula)
    value = raw(values.get(name))
    amount = None if value is None else float(str(value))
    shown = both(lambda chosen: units.quantity(amount, metric.shown_in, chosen))
    return text("screen.step", title=metric.title, words=words, filled=filled, value=shown)


def _number(value: object) -> str:
    known = raw(value)
    return "?" if known is None else f"{known:,.2f}".rstrip("0").rstrip(".") if isinstance(known, float) else str(known)


def _gaps(told: EvidenceCard, values: pd.Series) -> tuple[Text, ...]:
    """Return what could settle the verdict, one datum each; where none could alone, all of them together."""
    useful = [datum for datum in told.missing if set(datum.outcomes) != {Verdict.TO_CHECK}]
    if useful or not told.missing:
        return tuple(_missing(datum, values) for datum in useful)
    names = [_datum(datum.column, values) for datum in told.missing]
    joined = Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))
    return (text("screen.settles_together", columns=joined),)


def _missing(datum: MissingDatum, values: pd.Series) -> Text:
    key = "screen.settles" if datum.settles else "screen.may_settle"
    outcomes = both(lambda chosen: " / ".join(VERDICT_TITLES[verdict].to(chosen) for verdict in datum.outcomes))
    return text(key, column=_datum(datum.column, values), outcomes=outcomes)


def _datum(name: str, values: pd.Series) -> Text:
    """Return the title of what is missing; of a measure, also which of its parts are."""
    title = judged_column(name).title
    parts = [judged_column(part).title for part in lacking(name, values) if part != name]
    listed = Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    return text("screen.measure_lacks", title=title, parts=listed) if parts else title


def _ways_out(told: EvidenceCard) -> tuple[Text, ...]:
    """Return the changes of figures that lift the parcel out; of a rule without figures, what its clause provides.

    Of a flag that an exemption sets aside, the exemption's own clause is told in its place.
    """
    ways = [_lift(change) for change in told.lifting]
    set_aside = {rule.rule.flag for rule in told.rules if rule.answer == "true"} - told.standing
    for rule in told.rules:
        excuses = rule.rule.flag == "exempt" and not set_aside.isdisjoint(rule.rule.exempts)
        counts = rule.rule.flag in told.standing or excuses
        if (
            rule.answer == "true"
            and counts
            and rule.rule.disposal is not None
            and all(item.margin is None for item in rule.conditions)
        ):
            disposal = Text(rule.rule.disposal.zh, rule.rule.disposal.en)
            ways.insert(
                0, text("screen.lift_disposal", title=Text(rule.rule.title.zh, rule.rule.title.en), disposal=disposal)
            )
    return tuple(ways)


def _passing(found: Screening, move: Overtaking) -> Text:
    """Write what the weight of one criterion would have to be for two neighbours in the ranking to change places."""
    rival = found.parcels.iloc[move.rival]
    named = str(rival["parcel_id"]) if raw(rival["name"]) is None else f"{rival['name']}（{rival['parcel_id']}）"
    return text(
        f"screen.passing_{'ahead' if move.ahead else 'behind'}_{'more' if move.level > move.weight else 'less'}",
        criterion=text(f"verdicts.criterion_{move.criterion}"),
        weight=f"{move.weight:.2%}",
        level=f"{move.level:.2%}",
        rival=named,
        rank=int(rival["rank"]),
    )


def _lift(change: ConditionEvidence) -> Text:
    unit = change.condition.unit or _unit_of(change.condition.expression)
    limit = both(lambda chosen: _amount(change.limit, unit, chosen))
    value = both(lambda chosen: _amount(change.value, unit, chosen))
    words = in_words(change.condition.expression)
    return text(f"screen.lift_{_way(change)}", formula=words, limit=limit, value=value)


def _way(change: ConditionEvidence) -> str:
    return {"<": "at_least", "<=": "above", ">": "at_most", ">=": "below"}.get(change.condition.op or "", "other")


def _sources(found: Screening, row: int, told: EvidenceCard) -> tuple[Fact, ...]:
    """Return every value that a rule within whose scope the parcel lies rests on, and where it was read."""
    names: set[str] = set()
    for rule in told.rules:
        if rule.applies == "false":
            continue
        for item in rule.conditions:
            names |= parse(item.condition.expression).names
    for name in tuple(names):
        names |= parse(METRICS[name].formula).names if name in METRICS else set()
    shown = sorted(name for name in names if name in found.parcels.columns)
    return tuple(_fact(found, row, name) for name in shown)
