"""What a workspace knows of itself: its tables, their versions, who changed what and why, and what users typed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # audit bundles read these records from JSON, by their types
from typing import Literal

GeometryType = Literal["polygon", "line", "point", "mixed", "none"]
Bounds = tuple[float, float, float, float]
Entry = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One version of one table.

    ``version`` is the SHA-256 of the table's file, so equal content has an equal version. ``columns`` are the
    attributes without the geometry, in their order; ``bounds`` are (west, south, east, north) in ``crs``, None where
    no row has a geometry. ``synthetic`` says that the rows are made up, ``note`` says so in words.
    """

    name: str
    version: str
    rows: int
    columns: tuple[str, ...]
    geometry_type: GeometryType
    crs: str
    bounds: Bounds | None
    created_at: datetime
    source: str
    synthetic: bool
    note: str


@dataclass(frozen=True, slots=True)
class Change:
    """Who writes, what is done, and why.

    ``source`` says where the rows come from (a file, a service, a generator with its seed), ``synthetic`` whether they
    are made up, ``note`` what a reader of the data must know.
    """

    actor: str
    action: str
    reason: str = ""
    source: str = ""
    synthetic: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a change touched: a table's version or a typed-in value, before and after."""

    subject: str
    before: Entry
    after: Entry


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal. ``digest`` is the SHA-256 over the whole line and the digest of the line before it."""

    number: int
    at: datetime
    actor: str
    action: str
    reason: str
    source: str
    differences: tuple[Difference, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A value that a user typed in, with who, when and why."""

    kind: str
    id: str
    value: Entry
    actor: str
    reason: str
    at: datetime
