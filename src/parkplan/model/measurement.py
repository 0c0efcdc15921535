"""How far the figures of parcels may be off: strict records read from ``layers/errors/measurement.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from parkplan.model.layers import Identifier, Record, Text

Variation = Annotated[float, Field(ge=0, le=2)]
"""A coefficient of variation: standard deviation by mean."""


class ErrorSource(Record):
    """A kind of source and the coefficient of variation of what it tells.

    ``source`` is the document in which the coefficient was read; without one it is an assumption, not verified.
    """

    id: Identifier
    title: Text
    cv: Variation
    source: Text | None = None


class FigureSource(Record):
    """From which source a column comes: always the same one, or as another column tells for each parcel."""

    column: str = Field(min_length=1)
    source: Identifier | None = None
    told_by: str | None = None
    sources: Mapping[str, Identifier] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.source is None) == (self.told_by is None) or (self.told_by is None) == bool(self.sources):
            raise ValueError("either source, or told_by with sources")
        return self


class MeasurementErrors(Record):
    """The sources, which column comes from which, and the source of every other column (``otherwise``)."""

    id: Identifier
    title: Text
    sources: tuple[ErrorSource, ...] = Field(min_length=1, strict=False)
    otherwise: Identifier
    figures: tuple[FigureSource, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        for names in ([one.id for one in self.sources], [one.column for one in self.figures]):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"named twice: {', '.join(twice)}")
        return self


class ErrorChange(Record):
    """Another coefficient of variation than that of the file: of a source, or of one column or measure."""

    of: str = Field(min_length=1)
    cv: Variation
