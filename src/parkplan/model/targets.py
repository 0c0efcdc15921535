"""What a development plan asks for: strict records read from ``layers/targets/<plan>.yaml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from parkplan.model.layers import Identifier, Record, Text


class Target(Record):
    """One indicator of a plan with the value to be reached, written in ``unit`` as the plan writes it."""

    id: Identifier
    title: Text
    target: float
    unit: Text
    direction: Literal["at_least", "at_most"]
    decimals: int = Field(default=0, ge=0, le=4)


class TargetPlan(Record):
    """A plan with its indicators, and the aims that it states without a number."""

    id: Identifier
    title: Text
    year: int = Field(ge=1949, le=2100)
    source: Text
    targets: tuple[Target, ...] = Field(min_length=1, strict=False)
    aims: tuple[Text, ...] = Field(default=(), strict=False)
