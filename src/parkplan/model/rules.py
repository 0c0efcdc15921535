"""What a rule is: strict records read from ``layers/rules/*.yaml``.

A rule says when a parcel is flagged, and which clause of which document says so. A planner changes a rule by editing a
file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from parkplan.model.layers import Identifier, Record, Text

UNANSWERABLE: Final = "faulty_rule"
"""The condition of a rule that is set aside because of a fault: it is unknown for every parcel."""
Operator = Literal["<", "<=", ">", ">=", "==", "!="]
Flag = Literal["idle", "low_efficiency", "exempt", "consequence"]
"""What a true rule means: it flags the parcel, exempts a flagged one, or only adds what follows from the flag."""


class Clause(Record):
    """Where a rule stands: the document, its number, the clause, and whether somebody read that clause."""

    document: str = Field(min_length=1)
    number: str = ""
    clause: str = ""
    verified: bool


class LimitTable(Record):
    """A limit that depends on columns of the parcel: the first column may match by its longest prefix.

    ``rows`` maps the values of ``columns``, joined by ``/``, to the limit. A parcel that matches no row has an
    unknown limit.
    """

    columns: tuple[str, ...] = Field(min_length=1, strict=False)
    match: Literal["exact", "longest_prefix"] = "exact"
    rows: Mapping[str, float] = Field(min_length=1)


class Condition(Record):
    """A formula held against a limit, or a condition that stands alone.

    The formula gives SI values; ``unit`` is the unit in which the limit is written (a key of `parkplan.units.UNITS`).
    """

    expression: str = Field(min_length=1)
    op: Operator | None = None
    limit: float | LimitTable | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _op_and_limit_together(self) -> Self:
        if (self.op is None) != (self.limit is None):
            raise ValueError("op and limit go together")
        return self


class Rule(Record):
    """One rule: its conditions, how many of them must hold, its clause, and what it means for the parcel.

    ``exempts`` says from which flags an exemption (``flag: exempt``) exempts.
    """

    id: Identifier
    title: Text
    clause: Clause
    flag: Flag
    applies_to: str | None = None
    conditions: tuple[Condition, ...] = Field(min_length=1, strict=False)
    require: Literal["all", "any"] | Annotated[int, Field(ge=1)] = "all"
    exempts: tuple[Literal["idle", "low_efficiency"], ...] = Field(default=("idle", "low_efficiency"), strict=False)
    weight: float = Field(default=1.0, ge=0)
    effective_from: date | None = None
    effective_to: date | None = None
    disposal: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _single_condition_inline(cls, raw: object) -> object:
        """Let a rule of one condition write it without a list."""
        if not isinstance(raw, dict) or "expression" not in raw:
            return raw
        inline = {name: raw[name] for name in ("expression", "op", "limit", "unit") if name in raw}
        rest = {name: value for name, value in raw.items() if name not in inline}
        if "conditions" in rest:
            raise ValueError("either expression or conditions, not both")
        return rest | {"conditions": [inline]}

    @model_validator(mode="after")
    def _enough_conditions(self) -> Self:
        if isinstance(self.require, int) and self.require > len(self.conditions):
            raise ValueError("require asks for more conditions than there are")
        return self

    def in_force(self, day: date) -> bool:
        """Say whether the rule is in force on a day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )


class RulePack(Record):
    """A set of rules from one authority. ``overrides`` lists rules of packs below that this pack takes out of force."""

    id: Identifier
    title: Text
    note: Text | None = None
    applies_to: str | None = None
    overrides: tuple[Identifier, ...] = Field(default=(), strict=False)
    rules: tuple[Rule, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _ids_unique(self) -> Self:
        ids = [rule.id for rule in self.rules]
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        if repeated:
            raise ValueError(f"rule ids appear twice: {', '.join(repeated)}")
        return self
