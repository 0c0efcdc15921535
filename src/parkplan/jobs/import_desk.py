"""The import desk: files are read once, examined as often as wishes change, and written when a person says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from parkplan._errors import ParkplanError, RequestError, SourceFileError
from parkplan.data.intake.advice import Advice
from parkplan.data.intake.records import Limits
from parkplan.i18n import message
from parkplan.jobs.check import fitness_of
from parkplan.jobs.crs import CrsFinding, crs_of
from parkplan.jobs.import_columns import ColumnLine, EncodingSample, column_lines, encoding_samples
from parkplan.jobs.import_join import has_places
from parkplan.jobs.import_places import CandidatePlace, candidate_places
from parkplan.jobs.importing import Reading, import_file, place_of, read_file
from parkplan.jobs.progress import silent
from parkplan.jobs.screen import DEFAULT_PROFILES
from parkplan.model.tables import TABLES
from parkplan.model.workspace import TableInfo
from parkplan.quality import check_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from parkplan.data.intake.launch import Intake
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.import_result import ImportResult
    from parkplan.jobs.progress import Progress
    from parkplan.quality import Finding, Gate

WALL_S: Final = 600.0
"""Seconds that one file may take at the desk, where a person watches and can stop."""
_BESIDE: Final = ("buildings", "enterprises")
_CHOOSE_LAYER: Final = "import_choose_layer"
ANY_FILE: Final = "*"
"""Stands in `Wanted.layers` for every file that is not named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of some files: the table, what they say of CRS, encoding, layers and columns."""

    table: str = "parcels"
    crs: str | None = None
    encoding: str | None = None
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    advice: Advice = field(default_factory=Advice)
    control_points: Path | None = None
    parameters: int = 4

    def reading(self, cancelled: Callable[[], bool] | None = None, layer: str | None = None) -> Reading:
        """Return this as the import takes it."""
        return Reading(
            crs=self.crs,
            encoding=self.encoding,
            layer=layer,
            only=self.only,
            limits=Limits(wall_s=WALL_S),
            cancelled=cancelled,
            control_points=self.control_points,
            parameters=self.parameters,
            advice=self.advice,
        )


@dataclass(frozen=True, slots=True)
class Brought:
    """Files that were read; ``choices`` are the layers of those from which a person has to choose first."""

    intakes: tuple[Intake, ...]
    choices: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """What the district would be with the new table: findings about it, and whether parcels can be judged."""

    findings: tuple[Finding, ...]
    gate: Gate | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What the doctor says: nothing is written yet. ``fault`` is why there is no ``result``."""

    intakes: tuple[Intake, ...]
    wanted: Wanted
    crs: tuple[CrsFinding, ...]
    places: tuple[tuple[CandidatePlace, ...], ...]
    columns: tuple[ColumnLine, ...]
    encodings: tuple[EncodingSample, ...]
    result: ImportResult | None
    incoming: Incoming | None
    fault: ParkplanError | None


def bring(
    ws: Workspace,
    paths: Sequence[Path],
    wanted: Wanted,
    *,
    progress: Progress = silent,
    cancelled: Callable[[], bool] | None = None,
) -> Brought:
    """Read files apart, each layer that is wanted; a file whose layers must be chosen first is not read.

    Raises:
        SourceFileError: a file cannot be read, or the work was cancelled.
    """
    intakes: list[Intake] = []
    choices: dict[str, tuple[str, ...]] = {}
    for path in paths:
        for layer in wanted.layers.get(path.name) or wanted.layers.get(ANY_FILE) or (None,):
            reading = wanted.reading(cancelled, layer)
            try:
                intakes.append(read_file(path, reading, wanted.table, workspace=ws, progress=progress))
            except SourceFileError as fault:
                if fault.key != _CHOOSE_LAYER:
                    raise
                choices[path.name] = tuple(str(fault.values["layers"]).split(", "))
    for intake in intakes:
        if len(intake.report.layers) > 1:
            choices.setdefault(intake.name, intake.report.layers)
    return Brought(tuple(intakes), choices)


def examine(ws: Workspace, intakes: tuple[Intake, ...], wanted: Wanted, *, progress: Progress = silent) -> Examined:
    """Look at files that were read as they would become a table; faults that a person can mend are part of the answer.

    Raises:
        SourceFileError: the work was cancelled (the progress says so).
    """
    near = place_of(ws)
    told = tuple(crs_of(intake, near) for intake in intakes if has_places(intake))
    progress(message("desk.stage_places"))
    shapes = [intake.geometry for intake in intakes if has_places(intake)]
    places = tuple(candidate_places(ws, geometry, each) for geometry, each in zip(shapes, told, strict=True))
    result: ImportResult | None = None
    fault: ParkplanError | None = None
    lines: tuple[ColumnLine, ...] = ()
    try:
        lines = column_lines(intakes, wanted.table, wanted.mapping, wanted.advice)
        result = import_file(
            intakes, to=ws.address, table=wanted.table, mapping=wanted.mapping, reading=wanted.reading(),
            dry_run=True, progress=progress,
        )  # fmt: skip
    except ParkplanError as said:
        if said.key == "import_cancelled":
            raise
        fault = said
    lines = lines or column_lines(intakes, wanted.table, {}, Advice())
    incoming = None
    if result is not None:
        progress(message("desk.stage_check"))
        incoming = _incoming(ws, wanted.table, result.frame)
    encodings = encoding_samples(intakes[0]) if intakes else ()
    return Examined(intakes, wanted, told, places, lines, encodings, result, incoming, fault)


def confirm(ws: Workspace, seen: Examined, *, actor: str, progress: Progress = silent) -> ImportResult:
    """Write what was examined: the same files as they were read, with the same wishes, all or nothing.

    Raises:
        ParkplanError: as `parkplan.jobs.import_file`.
    """
    wanted = seen.wanted
    return import_file(
        seen.intakes, to=ws.address, table=wanted.table, mapping=wanted.mapping, reading=wanted.reading(),
        actor=actor, progress=progress,
    )  # fmt: skip


def with_columns(wanted: Wanted, said: Mapping[str, tuple[str | None, str | None]]) -> Wanted:
    """Return the wishes with field and unit of each column as a person said them; without a field a column is kept.

    Raises:
        RequestError: two columns are to fill the same field.
    """
    filled: dict[str, str] = {}
    for column, (name, _) in said.items():
        if name is not None and name in filled:
            raise RequestError("desk_field_twice", field=name, first=filled[name], second=column)
        if name is not None:
            filled[name] = column
    units = {name: unit for name, unit in said.values() if name is not None and unit is not None}
    kept = tuple(column for column, (name, _) in said.items() if name is None)
    return replace(wanted, mapping=filled, advice=replace(wanted.advice, units=units, kept=kept))


def _incoming(ws: Workspace, table: str, frame: gpd.GeoDataFrame) -> Incoming:
    """Check the new table with those that it must agree with; of the others only what they say about new parcels."""
    known = {info.name for info in ws.tables()}
    beside: tuple[str, ...] = _BESIDE if table == "parcels" else ("parcels",)
    tables = {table: frame} | {name: ws.read(name) for name in beside if name in known}
    day = date.today()
    found = tuple(each for each in check_tables(tables, day) if table in {each.table, "parcels"})
    if table not in TABLES or ("parcels" not in known and table != "parcels"):
        return Incoming(found, None)
    own = tuple(each for each in found if each.table == "parcels")
    seen = WithTable(ws, table, frame)
    return Incoming(found, fitness_of(seen, DEFAULT_PROFILES, day, own))  # type: ignore[arg-type]  # seen as one


class WithTable:
    """A workspace seen with a table that is not written yet."""

    def __init__(self, ws: Workspace, table: str, frame: gpd.GeoDataFrame) -> None:
        self._ws = ws
        self._table = table
        self._frame = frame

    def __getattr__(self, name: str) -> object:
        return getattr(self._ws, name)

    def tables(self) -> tuple[TableInfo, ...]:
        """Return the tables of the workspace, and the new one among them."""
        others = tuple(info for info in self._ws.tables() if info.name != self._table)
        columns = tuple(str(name) for name in self._frame.columns if name != "geometry")
        mine = TableInfo(
            name=self._table, version="", rows=len(self._frame), columns=columns, geometry_type="mixed",
            crs=str(self._ws.crs), bounds=None, created_at=datetime.now(UTC), source="", synthetic=False, note="",
        )  # fmt: skip
        return (*others, mine)

    def read(self, table: str, columns: Sequence[str] | None = None, version: str | None = None) -> gpd.GeoDataFrame:
        """Return rows of a table."""
        if table != self._table:
            return self._ws.read(table, columns, version)
        return self._frame.copy() if columns is None else self._frame[[*columns, "geometry"]].copy()
