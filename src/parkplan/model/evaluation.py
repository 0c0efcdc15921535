"""Mu-benefit evaluation (亩均效益评价): indicators against a base, a score, and classes A to D."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from parkplan.model.layers import Identifier, Record, Share, Text
from parkplan.model.rules import Clause


class Indicator(Record):
    """One indicator: its formula in SI units, the base in its unit (or the mean of all evaluated), its weight and cap.

    ``cap`` limits the ratio of value to base. An unknown value leaves the score unknown, unless the evaluation says
    ``missing: mean``: then the indicator counts with the mean score of those that have it.
    """

    id: Identifier
    title: Text
    expression: str = Field(min_length=1)
    unit: str
    base: float | Literal["mean"]
    weight: float = Field(gt=0)
    cap: float | None = Field(default=None, gt=0)
    missing: Literal["unknown", "mean"] = "unknown"


class EvaluationClass(Record):
    """A class and the share of the ranking down to which it reaches, from the best."""

    name: str = Field(min_length=1)
    down_to: Share


class Evaluation(Record):
    """One evaluation scheme, as declared in ``layers/evaluations/<id>.yaml``."""

    id: Identifier
    title: Text
    note: Text
    clause: Clause
    applies_to: str | None = None
    indicators: tuple[Indicator, ...] = Field(min_length=1, strict=False)
    classes: tuple[EvaluationClass, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _classes_reach_the_end(self) -> Self:
        shares = [item.down_to for item in self.classes]
        if shares != sorted(set(shares)) or shares[-1] != 1.0:
            raise ValueError("the shares of the classes must rise to 1")
        return self
