"""The evidence card of one parcel: every rule with its value, limit and margin, what is missing, what would lift it.

The card is built from the outcomes of `apply_rules`, so that it shows exactly what the verdict rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from parkplan.expressions import Truth, parse
from parkplan.model.rules import LimitTable
from parkplan.screening.chance import errs, rule_chance, spread_of
from parkplan.screening.rules import RuleOutcome, required
from parkplan.screening.verdicts import Verdict, verdicts
from parkplan.units import is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from parkplan.model.rules import Condition, Flag, Rule
    from parkplan.screening.measurement import MeasuredErrors
    from parkplan.screening.overtaking import Overtaking
    from parkplan.screening.rules import ConditionOutcome

Answer = Literal["true", "false", "unknown"]
MAX_OPEN: Final = 12
"""Up to this many open conditions are completed in every way: 4,096 cases."""
SCOPE: Final = -1
"""The place of a rule's scope among its conditions."""


@dataclass(frozen=True, slots=True)
class FigureError:
    """How far a figure of the parcel may be off: its column, the kind of its source, its coefficient of variation."""

    column: str
    source: str
    cv: float


@dataclass(frozen=True, slots=True)
class ConditionEvidence:
    """One condition for one parcel. ``margin`` is value minus limit; None where either is unknown or there is none.

    ``cv`` is the coefficient of variation of the value that follows from ``errors``, those of its figures; None where
    there is no value above zero that an error could carry across a limit.
    """

    condition: Condition
    answer: Answer
    filled: str
    value: float | None
    limit: float | None
    missing: tuple[str, ...]
    cv: float | None = None
    errors: tuple[FigureError, ...] = ()

    @property
    def margin(self) -> float | None:
        """By how much the value lies above (positive) or below (negative) the limit."""
        return None if self.value is None or self.limit is None else self.value - self.limit


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """One rule for one parcel; ``chance`` that it truly holds, given the errors of its figures."""

    rule: Rule
    pack_id: str
    applies: Answer
    applies_missing: tuple[str, ...]
    answer: Answer
    conditions: tuple[ConditionEvidence, ...]
    chance: float | None


@dataclass(frozen=True, slots=True)
class MissingDatum:
    """A missing value that matters: the verdicts that are possible once it is known, everything else unchanged."""

    column: str
    outcomes: tuple[Verdict, ...]

    @property
    def settles(self) -> bool:
        """Whether this one datum settles the verdict, whatever it turns out to be."""
        return Verdict.TO_CHECK not in self.outcomes


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """All that a verdict rests on; ``missing`` starts with the datum that settles most.

    ``overtakings``: which weight would let the parcel change places with its neighbours in the ranking.
    """

    verdict: Verdict
    rules: tuple[RuleEvidence, ...]
    missing: tuple[MissingDatum, ...]
    overtakings: tuple[Overtaking, ...] = ()

    @property
    def standing(self) -> frozenset[Flag]:
        """What the parcel is flagged for (idle, low-efficiency) by a rule that holds and that none exempts it from."""
        held = [rule.rule for rule in self.rules if rule.answer == "true"]
        exempt = {flag for rule in held if rule.flag == "exempt" for flag in rule.exempts}
        return frozenset({rule.flag for rule in held if rule.flag in {"idle", "low_efficiency"}} - exempt)

    @property
    def lifting(self) -> tuple[ConditionEvidence, ...]:
        """The changes that lift the parcel out: for each rule that flags it, the condition nearest to its limit.

        A rule that holds if any of its conditions holds needs all of them changed.
        """
        changes: list[ConditionEvidence] = []
        for rule in self.rules:
            if rule.answer != "true" or rule.rule.flag not in self.standing:
                continue
            held = [item for item in rule.conditions if item.answer == "true" and item.margin is not None]
            nearest = sorted(held, key=_relative_margin)
            spare = 1 if rule.rule.require == "all" else len(held)
            if isinstance(rule.rule.require, int):
                spare = sum(item.answer == "true" for item in rule.conditions) - rule.rule.require + 1
            changes += nearest[:spare]
        return tuple(changes)


def evidence(
    outcomes: Sequence[RuleOutcome], parcels: pd.DataFrame, row: int, as_of: date, errors: MeasuredErrors
) -> EvidenceCard:
    """Return the evidence card of the parcel at a row position, judged on a day.

    ``errors`` are those of the figures of all parcels, for the chance that a rule truly holds.
    """
    own = errors.row(row)
    values = {str(column): parcels[column].iloc[row] for column in parcels.columns if column != "geometry"}
    values["as_of"] = pd.Timestamp(as_of)
    verdict = Verdict(verdicts([_one(outcome, row) for outcome in outcomes], pd.RangeIndex(1)).iloc[0])
    rules = tuple(_rule(outcome, values, row, own) for outcome in outcomes)
    missing = _missing(outcomes, rules, row) if verdict == Verdict.TO_CHECK else ()
    return EvidenceCard(verdict, rules, missing)


def _relative_margin(item: ConditionEvidence) -> float:
    margin, limit = item.margin or 0.0, item.limit or 0.0
    return abs(margin) / abs(limit) if limit else abs(margin)


def _answer(truth: Truth, row: int) -> Answer:
    if truth.unknown[row]:
        return "unknown"
    return "true" if truth.true[row] else "false"


def _pick(truth: Truth, row: int) -> Truth:
    return Truth(truth.true[row : row + 1], truth.unknown[row : row + 1])


def _one(outcome: RuleOutcome, row: int) -> RuleOutcome:
    return replace(outcome, applies=_pick(outcome.applies, row), truth=_pick(outcome.truth, row), conditions=())


def _alone(outcome: RuleOutcome, row: int) -> RuleOutcome:
    """Return the outcome of one parcel with its conditions."""
    part = slice(row, row + 1)
    conditions = tuple(
        replace(
            item,
            truth=_pick(item.truth, row),
            value=None if item.value is None else item.value[part],
            limit=None if item.limit is None else item.limit[part],
        )
        for item in outcome.conditions
    )
    return replace(_one(outcome, row), conditions=conditions)


def _known(array: np.ndarray | None, row: int) -> float | None:
    return None if array is None or np.isnan(array[row]) else float(array[row])


def _columns(condition: Condition) -> frozenset[str]:
    limit = condition.limit
    return parse(condition.expression).names | (set(limit.columns) if isinstance(limit, LimitTable) else set())


def _rule(outcome: RuleOutcome, values: Mapping[str, object], row: int, errors: MeasuredErrors) -> RuleEvidence:
    shown = {name: _written(value) for name, value in values.items()}
    alone = _alone(outcome, row)
    conditions = tuple(
        ConditionEvidence(
            item.condition,
            _answer(item.truth, 0),
            parse(item.condition.expression).filled(shown),
            _known(item.value, 0),
            _known(item.limit, 0),
            _unknown_names(_columns(item.condition), values),
            *_sureness(item, errors),
        )
        for item in alone.conditions
    )
    scope = frozenset(name for text in outcome.scope for name in parse(text).names)
    return RuleEvidence(
        outcome.rule,
        outcome.pack_id,
        _answer(outcome.applies, row),
        _unknown_names(scope, values),
        _answer(outcome.truth, row),
        conditions,
        _known(rule_chance(alone, errors), 0),
    )


def _sureness(item: ConditionOutcome, errors: MeasuredErrors) -> tuple[float | None, tuple[FigureError, ...]]:
    """Return the coefficient of variation of the value of one parcel, and those of its figures."""
    value = _known(item.value, 0)
    if not errs(item) or value is None or value <= 0:
        return None, ()
    told = errors.figures(item.condition.expression)
    figures = (FigureError(name, str(errors.source(name)[0]), float(errors.cv(name)[0])) for name in told)
    return float(np.sqrt(np.expm1(spread_of(item, errors)[0] ** 2))), tuple(one for one in figures if one.cv > 0)


def _unknown_names(names: frozenset[str], values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if is_unknown(values.get(name, "known"))))


def _written(value: object) -> str:
    if is_unknown(value):
        return "?"
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _missing(outcomes: Sequence[RuleOutcome], rules: Sequence[RuleEvidence], row: int) -> tuple[MissingDatum, ...]:
    open_rules = [rule for rule in rules if rule.answer == "unknown"]
    columns = {name for rule in open_rules for item in rule.conditions for name in item.missing}
    columns |= {name for rule in open_rules for name in rule.applies_missing}
    found = [MissingDatum(name, _outcomes_once_known(name, outcomes, rules, row)) for name in sorted(columns)]
    return tuple(sorted(found, key=lambda datum: (not datum.settles, len(datum.outcomes))))


def _outcomes_once_known(
    column: str, outcomes: Sequence[RuleOutcome], rules: Sequence[RuleEvidence], row: int
) -> tuple[Verdict, ...]:
    """Return the verdicts over all ways in which the open conditions that need a column can turn out."""
    places = [
        (rule, place)
        for rule, card in enumerate(rules)
        for place, item in enumerate(card.conditions)
        if item.answer == "unknown" and item.missing == (column,)
    ]
    places += [
        (rule, SCOPE)
        for rule, card in enumerate(rules)
        if card.applies == "unknown" and card.applies_missing == (column,)
    ]
    if len(places) > MAX_OPEN:
        return (Verdict.TO_CHECK,)
    cases = np.array(list(product((True, False), repeat=len(places))), dtype=bool)
    completed = []
    for number, outcome in enumerate(outcomes):
        parts = [(SCOPE, outcome.applies), *enumerate(item.truth for item in outcome.conditions)]
        applies, *truths = (
            _known_truth(cases[:, places.index((number, place))])
            if (number, place) in places
            else _repeat(truth, row, len(cases))
            for place, truth in parts
        )
        completed.append(replace(outcome, truth=applies & required(truths, outcome.rule.require), conditions=()))
    found = verdicts(completed, pd.RangeIndex(len(cases)))
    return tuple(sorted({Verdict(verdict) for verdict in found}))


def _known_truth(values: np.ndarray) -> Truth:
    return Truth(values, np.zeros(len(values), dtype=bool))


def _repeat(truth: Truth, row: int, times: int) -> Truth:
    return Truth(np.repeat(truth.true[row], times), np.repeat(truth.unknown[row], times))
