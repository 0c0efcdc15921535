"""What a development plan asks for: strict records read from ``layers/targets/<plan>.yaml``."""

from __future__ import annotations

from datetime import date  # read from files by its type
from typing import Literal

from pydantic import Field

from parkplan.model.layers import Identifier, Record, Text


class TargetBase(Record):
    """Where the district stood when the plan began: a value, the day that it is of, and who says so.

    ``verified`` only where somebody compared it with that source.
    """

    value: float = Field(ge=0, allow_inf_nan=False)
    on: date
    source: Text
    verified: bool = False


class Target(Record):
    """One indicator of a plan with the value to be reached, written in ``unit`` as the plan writes it.

    ``base`` is where it stood at first, unknown where no source gives it.
    """

    id: Identifier
    title: Text
    target: float
    unit: Text
    direction: Literal["at_least", "at_most"]
    decimals: int = Field(default=0, ge=0, le=4)
    base: TargetBase | None = None


class TargetPlan(Record):
    """A plan with its indicators, and the aims that it states without a number."""

    id: Identifier
    title: Text
    year: int = Field(ge=1949, le=2100)
    source: Text
    targets: tuple[Target, ...] = Field(min_length=1, strict=False)
    aims: tuple[Text, ...] = Field(default=(), strict=False)
