"""Limits of rules that can be moved, to see which parcels a stricter or milder rule would flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan._errors import RequestError
from parkplan.model.rules import LimitTable
from parkplan.screening.rules import rules_in_force

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from parkplan.model.rules import Condition, Rule, RulePack
    from parkplan.model.screening import LimitChange


@dataclass(frozen=True, slots=True)
class MovableLimit:
    """One condition with a limit: its rule, its position, and the limit in its unit (None for a table of limits)."""

    rule: Rule
    place: int
    limit: float | None

    @property
    def condition(self) -> Condition:
        """The condition itself."""
        return self.rule.conditions[self.place]


def movable_limits(packs: Sequence[RulePack], as_of: date) -> tuple[MovableLimit, ...]:
    """Return every limit of the rules in force on a day."""
    return tuple(
        MovableLimit(rule, place, None if isinstance(condition.limit, LimitTable) else condition.limit)
        for _, rule in rules_in_force(packs, as_of)
        for place, condition in enumerate(rule.conditions)
        if condition.limit is not None
    )


def with_limits(packs: Sequence[RulePack], changes: Sequence[LimitChange]) -> tuple[RulePack, ...]:
    """Return the packs with limits moved; of packs that share a rule, the one that prevails is changed.

    Raises:
        RequestError: a change names a rule or a condition that has no limit.

    """
    moved = list(packs)
    for change in changes:
        place = next((at for at in reversed(range(len(moved))) if _has(moved[at], change)), None)
        if place is None:
            known = ", ".join(_names(packs)) or "—"
            raise RequestError("unknown_rule_condition", rule=change.rule, condition=change.condition + 1, known=known)
        moved[place] = _with_limit(moved[place], change)
    return tuple(moved)


def _has(pack: RulePack, change: LimitChange) -> bool:
    return any(
        rule.id == change.rule
        and change.condition < len(rule.conditions)
        and rule.conditions[change.condition].limit is not None
        for rule in pack.rules
    )


def _names(packs: Sequence[RulePack]) -> list[str]:
    limited = [rule for pack in packs for rule in pack.rules if any(one.limit is not None for one in rule.conditions)]
    return list(dict.fromkeys(rule.id for rule in limited))


def _with_limit(pack: RulePack, change: LimitChange) -> RulePack:
    def moved(rule: Rule) -> Rule:
        if rule.id != change.rule:
            return rule
        conditions = list(rule.conditions)
        conditions[change.condition] = _moved(conditions[change.condition], change)
        return rule.model_copy(update={"conditions": tuple(conditions)})

    return pack.model_copy(update={"rules": tuple(moved(rule) for rule in pack.rules)})


def _moved(condition: Condition, change: LimitChange) -> Condition:
    limit = condition.limit
    if isinstance(limit, LimitTable):
        rows = {key: value * change.scale for key, value in limit.rows.items()}
        return condition.model_copy(update={"limit": limit.model_copy(update={"rows": rows})})
    base = change.limit if change.limit is not None else limit
    return condition.model_copy(update={"limit": None if base is None else base * change.scale})
