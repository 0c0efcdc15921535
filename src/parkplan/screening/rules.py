"""Apply rule packs to parcels: for each rule the truth, and for each of its conditions the value and the limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parkplan._errors import DefinitionError
from parkplan.expressions import Truth, parse
from parkplan.model.rules import UNANSWERABLE, Condition, LimitTable
from parkplan.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy.typing as npt

    from parkplan.model.rules import Operator, Rule, RulePack

    Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ConditionOutcome:
    """One condition for all parcels, value and limit in SI units; both are None for a condition that stands alone."""

    condition: Condition
    truth: Truth
    value: Numbers | None
    limit: Numbers | None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule for all parcels: where it applies, whether it holds there, and why.

    ``scope`` are the conditions of the pack and of the rule under which it applies.
    """

    rule: Rule
    pack_id: str
    scope: tuple[str, ...]
    applies: Truth
    truth: Truth
    conditions: tuple[ConditionOutcome, ...]


def rules_in_force(packs: Sequence[RulePack], as_of: date) -> tuple[tuple[RulePack, Rule], ...]:
    """Return the rules of all packs that hold on a day, each with its pack.

    Packs are laid over each other in the given order (nation, province, city, district): a later rule replaces an
    earlier one with its id, and a pack takes the rules out of force that its ``overrides`` name.
    """
    found: dict[str, tuple[RulePack, Rule]] = {}
    for pack in packs:
        for name in pack.overrides:
            found.pop(name, None)
        found |= {rule.id: (pack, rule) for rule in pack.rules if rule.in_force(as_of)}
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class RuleFault:
    """Why a rule cannot be applied to the parcels as they are."""

    pack_id: str
    rule_id: str
    fault: DefinitionError


def apply_rules_leniently(
    packs: Sequence[RulePack], parcels: pd.DataFrame, as_of: date
) -> tuple[tuple[RuleOutcome, ...], tuple[RuleFault, ...]]:
    """Apply all rules in force like `apply_rules`; one that cannot be applied is unknown for every parcel, and told."""
    frame = parcels.assign(as_of=pd.Timestamp(as_of))
    outcomes, faults = [], []
    for pack, rule in rules_in_force(packs, as_of):
        try:
            outcomes.append(_outcome(pack, rule, frame))
        except DefinitionError as fault:
            faults.append(RuleFault(pack.id, rule.id, fault))
            outcomes.append(_unanswered(pack, rule, len(frame)))
    return tuple(outcomes), tuple(faults)


def apply_rules(packs: Sequence[RulePack], parcels: pd.DataFrame, as_of: date) -> tuple[RuleOutcome, ...]:
    """Apply all rules in force to all parcels.

    Args:
        packs: the packs, the one that prevails last.
        parcels: n rows with every column and metric that the rules name; ``as_of`` is added as a date.
        as_of: the day of judgement.

    Raises:
        DefinitionError: a rule names a column that the parcels do not have, or mixes kinds of values.

    """
    frame = parcels.assign(as_of=pd.Timestamp(as_of))
    return tuple(_outcome(pack, rule, frame) for pack, rule in rules_in_force(packs, as_of))


def columns_needed(packs: Sequence[RulePack], as_of: date) -> frozenset[str]:
    """Return the columns and metrics that the rules in force name."""
    needed: set[str] = set()
    for pack, rule in rules_in_force(packs, as_of):
        for text in (pack.applies_to, rule.applies_to, *(condition.expression for condition in rule.conditions)):
            needed |= parse(text).names if text else set()
        for condition in rule.conditions:
            needed |= set(condition.limit.columns) if isinstance(condition.limit, LimitTable) else set()
    return frozenset(needed - {"as_of", UNANSWERABLE})


def _unanswered(pack: RulePack, rule: Rule, rows: int) -> RuleOutcome:
    """Return the outcome of a rule that nothing answers: unknown for every parcel."""
    unknown = Truth(np.zeros(rows, dtype=bool), np.ones(rows, dtype=bool))
    nothing = Condition(expression=UNANSWERABLE)
    told = rule.model_copy(update={"conditions": (nothing,), "require": "all", "applies_to": None})
    return RuleOutcome(told, pack.id, (), _everywhere(rows), unknown, (ConditionOutcome(nothing, unknown, None, None),))


def _outcome(pack: RulePack, rule: Rule, frame: pd.DataFrame) -> RuleOutcome:
    if rule.conditions[0].expression == UNANSWERABLE:
        return _unanswered(pack, rule, len(frame))
    scope = tuple(text for text in (pack.applies_to, rule.applies_to) if text)
    applies = reduce(Truth.__and__, (parse(text).truth(frame) for text in scope), _everywhere(len(frame)))
    conditions = tuple(_condition(condition, frame) for condition in rule.conditions)
    held = required([condition.truth for condition in conditions], rule.require)
    return RuleOutcome(rule, pack.id, scope, applies, applies & held, conditions)


def _everywhere(rows: int) -> Truth:
    return Truth(np.ones(rows, dtype=bool), np.zeros(rows, dtype=bool))


def required(truths: Sequence[Truth], require: str | int) -> Truth:
    """Return whether all, any, or at least so many of the conditions hold."""
    if require == "all":
        return reduce(Truth.__and__, truths)
    if require == "any":
        return reduce(Truth.__or__, truths)
    return at_least(truths, int(require))


def at_least(truths: Sequence[Truth], least: int) -> Truth:
    """Return whether at least ``least`` of the conditions hold: true if enough do, false if too few still can.

    >>> yes = Truth(np.array([True]), np.array([False]))
    >>> open_ = Truth(np.array([False]), np.array([True]))
    >>> at_least([yes, open_], 2).unknown.tolist()
    [True]
    """
    true = np.sum([truth.true for truth in truths], axis=0)
    possible = true + np.sum([truth.unknown for truth in truths], axis=0)
    return Truth(true >= least, (true < least) & (possible >= least))


def _condition(condition: Condition, frame: pd.DataFrame) -> ConditionOutcome:
    expression = parse(condition.expression)
    if condition.op is None or condition.limit is None:
        return ConditionOutcome(condition, expression.truth(frame), None, None)
    value = expression.numbers(frame)
    if isinstance(condition.limit, LimitTable):
        limit = limit_from_table(condition.limit, frame)
    else:
        limit = np.full(len(frame), condition.limit)
    if condition.unit is not None:
        limit = limit * UNITS[condition.unit].si_per_unit
    return ConditionOutcome(condition, _held_against(value, condition.op, limit), value, limit)


def _held_against(value: Numbers, op: Operator, limit: Numbers) -> Truth:
    unknown = np.isnan(value) | np.isnan(limit)
    compare = {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "==": np.equal,
        "!=": np.not_equal,
    }[op]
    return Truth(compare(value, limit) & ~unknown, unknown)


def limit_from_table(table: LimitTable, frame: pd.DataFrame) -> Numbers:
    """Return the limit of each parcel from a table, NaN where no row matches or a column is unknown."""
    keys = frame[table.columns[0]].astype("string")
    if table.match == "longest_prefix":
        keys = keys.map({code: _longest_prefix(code, table) for code in keys.dropna().unique()}).astype("string")
    for column in table.columns[1:]:
        keys = keys + "/" + frame[column].astype("string")
    return np.asarray(keys.map(dict(table.rows)).to_numpy(dtype=np.float64, na_value=np.nan))


def _longest_prefix(code: str, table: LimitTable) -> str | None:
    firsts = {key.split("/")[0] for key in table.rows}
    return next((code[:length] for length in range(len(code), 0, -1) if code[:length] in firsts), None)
