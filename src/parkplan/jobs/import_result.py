"""What an import tells: the files that were read, the CRS and why, the columns, and everything that was odd."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Final

from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from parkplan.data.geoparquet import Content
    from parkplan.data.intake.records import Finding
    from parkplan.model.workspace import TableInfo


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read: what it is, byte for byte, and what it holds.

    ``confinement`` names what the reading process had given up: ``files``, ``limits``, ``network``.
    """

    name: str
    sha256: str
    size_bytes: int
    format: str
    layer: str
    encoding: str | None
    rows: int
    crs: str
    confinement: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrsChoice:
    """Which CRS the rows came in and which one they are in now, with reasons; accuracy None: not stated."""

    source: str
    workspace: str
    accuracy_m: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportFinding:
    """One finding in words: ``rows`` are the first of ``count`` rows of the file, counted from 1."""

    file: str
    code: str
    severity: str
    count: int
    rows: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or in a dry run would do.

    ``mapped`` says which column fills which field; ``missing`` are the fields of the table that nothing fills;
    ``make`` makes the rows as they are in the table, and ``keep`` what the table keeps of them; ``info`` is the new
    version, None in a dry run.
    """

    table: str
    address: str
    dry_run: bool
    created: bool
    rows: int
    mapped: Mapping[str, str]
    unmapped: tuple[str, ...]
    missing: tuple[str, ...]
    crs: CrsChoice
    files: tuple[SourceFile, ...]
    findings: tuple[ImportFinding, ...]
    info: TableInfo | None
    make: Callable[[], gpd.GeoDataFrame] = field(repr=False, compare=False)
    keep: Callable[[], Content] = field(repr=False, compare=False)

    def told(self) -> dict[str, object]:
        """Return all that is told of the import: everything but its rows."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.repr}

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The rows as they are in the table; their shapes become objects when this is asked first."""
        return self.make()


_OF_FIELDS: Final = frozenset({"key_duplicate"})
"""Findings whose column is a field of ours, not one of the file."""


def in_words(file: str, told: Finding, table: str) -> ImportFinding:
    """Write a finding on a file for a reader: a field goes by its title."""
    canonical = TABLES.get(table)
    name = "column" if told.code in _OF_FIELDS else "field"
    column = canonical.column(str(told.values.get(name))) if canonical is not None else None
    shown = told if column is None else replace(told, values=told.values | {name: column.title.to()})
    return ImportFinding(file, told.code, told.severity, told.count, told.rows, shown.sentence())
