"""Where data came from: one strict record per data set of ``geodata/manifest.yaml``."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from parkplan.model.layers import Identifier, Record, Text

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Crs = Annotated[str, Field(pattern=r"^[A-Z]+:[0-9]+$")]
Filled = Annotated[str, Field(min_length=1)]


class Generated(Record):
    """How rows were made by a program: its command with every setting that matters."""

    command: Filled
    size: str | int
    seed: int


class ManifestTable(Record):
    """One table of a data set and what one of its rows stands for.

    ``sha256`` names a file that is kept. Generated tables have none: floating-point results may differ in their last
    digit from one machine to another, so their rows are counted instead.
    """

    table: Identifier
    rows: int = Field(ge=0)
    each_row_is: Text
    file: Filled | None = None
    sha256: Digest | None = None


class DataSet(Record):
    """One data set: title, CRS, licence, date, source, and whether it is made up."""

    id: Identifier
    title: Text
    crs: Crs
    licence: Filled
    date: dt.date
    source: Filled
    synthetic: bool
    note: Text | None = None
    generated: Generated | None = None
    tables: tuple[ManifestTable, ...] = Field(min_length=1, strict=False)


class Manifest(Record):
    """All data sets that come with the product."""

    data_sets: tuple[DataSet, ...] = Field(min_length=1, strict=False)

    def data_set(self, identifier: str) -> DataSet:
        """Return a data set by its id; `KeyError` if there is none."""
        return {entry.id: entry for entry in self.data_sets}[identifier]
