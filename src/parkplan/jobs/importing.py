"""Files from outside become a table of a workspace: read apart, placed, matched, checked, written all at once."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.crs_doctor import Reason
from parkplan.data.crs_doctor.candidates import modern_zone
from parkplan.data.geoparquet import Content
from parkplan.data.intake.advice import Advice
from parkplan.data.intake.controlled import control_points, place_by_points
from parkplan.data.intake.launch import Intake, Options, read_outside
from parkplan.data.intake.place import place
from parkplan.data.intake.prepare import Wish, identity_findings, key_name, prepare
from parkplan.data.intake.records import Limits
from parkplan.data.intake.row_systems import settle
from parkplan.data.workspace import build_workspace, is_there, open_workspace, shown_address
from parkplan.i18n import message
from parkplan.jobs.import_join import has_places, join_to_parcels, may_be_placeless
from parkplan.jobs.import_result import CrsChoice, ImportFinding, ImportResult, SourceFile, in_words
from parkplan.jobs.import_years import home_of, parcel_findings, placed_nowhere, plain_rows
from parkplan.jobs.progress import silent
from parkplan.model.tables import TABLES, is_without_places
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyproj.crs import CRS

    from parkplan.data.crs import Bounds, SourceCrs
    from parkplan.data.intake.controlled import ControlPoints
    from parkplan.data.intake.place import Placed
    from parkplan.data.intake.prepare import Prepared
    from parkplan.data.intake.records import Finding
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.progress import Progress

_TABLE_NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_FINDING_FILE_END: Final = "/"
_ROWS_TOLD: Final = 200_000
"""The progress counts the rows that were read, after so many more of them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: CRS, encoding, layer, kind of geometry, cost, whether the user has had enough, and advice."""

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    only: str | None = None
    limits: Limits = field(default_factory=Limits)
    cancelled: Callable[[], bool] | None = None
    control_points: Path | None = None
    parameters: int = 4
    advice: Advice = field(default_factory=Advice)


@dataclass(frozen=True, slots=True)
class _Into:
    """Where the rows are to go: the workspace (None: a new one), the table, stated columns, place in degrees, CRS."""

    workspace: Workspace | None
    table: str
    stated: Mapping[str, str]
    near: Bounds | None
    home: CRS | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """One file, with the CRS that it is in and why."""

    intake: Intake
    source: SourceCrs
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The same file as rows of the table."""

    read: _Read
    placed: Placed
    prepared: Prepared

    def findings(self) -> tuple[Finding, ...]:
        return (
            *self.read.intake.report.findings,
            *self.read.findings,
            *self.placed.findings,
            *self.prepared.findings,
        )


def import_file(  # noqa: PLR0913 -- the options of the command, by keyword
    files: str | Path | Sequence[str | Path | Intake],
    *,
    to: str | Path,
    table: str,
    mapping: Mapping[str, str] | None = None,
    reading: Reading | None = None,
    dry_run: bool = False,
    actor: str | None = None,
    progress: Progress = silent,
) -> ImportResult:
    """Import files as one table: a new version of it, and a new workspace where there is none.

    Files may have been read before (`read_file`). ``mapping`` names the column for a field; other columns are matched
    by name and by known headings, and what matches nothing is kept as it is. Nothing is written unless everything is
    right.

    Raises:
        SourceFileError: a file cannot be read, its place is unknown, or its values do not fit.
        RequestError: an unknown CRS, table name or field, or a change of datum that is only a ballpark.
        WorkspaceError: the workspace is broken, locked, or the disk is full.
    """
    given = [files] if isinstance(files, (str, Path)) else files
    plan = planned(given, to, table, mapping, reading or Reading(), progress)
    return plan.result if dry_run else write_planned([plan], actor, progress)[0]


@dataclass(frozen=True, slots=True)
class Planned:
    """Rows that are ready to be written: as a dry run shows them, into which workspace (None: a new one) and CRS."""

    result: ImportResult
    existing: Workspace | None
    crs: CRS


def planned(  # noqa: PLR0913, PLR0917 -- what `import_file` takes
    given: Sequence[str | Path | Intake],
    to: str | Path,
    table: str,
    mapping: Mapping[str, str] | None,
    wanted: Reading,
    progress: Progress,
    home: CRS | None = None,
) -> Planned:
    """Read, place and match files without writing; ``home`` is the CRS of a workspace that is still to be made.

    Raises:
        SourceFileError, RequestError, WorkspaceError: as `import_file`.
    """
    if not _TABLE_NAME.match(table):
        raise RequestError("import_table_name", table=table)
    existing = open_workspace(to) if is_there(to) else None
    into = _Into(existing, table, mapping or {}, place_of(existing), existing.crs if existing is not None else home)
    intakes = [each if isinstance(each, Intake) else _brought(Path(each), wanted, into, progress) for each in given]
    read = [_read(each, wanted, into) for each in intakes]
    target, why = (home, None) if home is not None else _target(existing, read[0], wanted)
    progress(message("import.stage_prepare"))
    wishes = _wish(table, mapping, wanted, len(read), placeless=may_be_placeless(existing, table))
    made = _make(read, target, wishes, _points(wanted))
    result = _result(made, target, why, table)
    result = replace(result, address=existing.address if existing else shown_address(to))
    return Planned(result, existing, target)


def _points(reading: Reading) -> ControlPoints | None:
    if reading.control_points is None:
        return None
    read = read_outside(Path(reading.control_points), Options(limits=reading.limits, placeless=True))
    return control_points(read, reading.parameters)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "parkplan"


def place_of(workspace: Workspace | None) -> Bounds | None:
    """Return where a workspace lies in degrees, None while it is empty."""
    extents = [info.bounds for info in workspace.tables() if info.bounds is not None] if workspace is not None else []
    if workspace is None or not extents:
        return None
    low, high = np.min(extents, axis=0)[:2], np.max(extents, axis=0)[2:]
    return reference.extent_in_degrees(np.concatenate([low, high]), reference.SourceCrs(workspace.crs))


def read_file(
    path: Path, reading: Reading, table: str, *, workspace: Workspace | None = None, progress: Progress = silent
) -> Intake:
    """Read one file apart, as `import_file` does, so that it can be imported in several ways without being read again.

    Raises:
        SourceFileError: it cannot be read, or reading was cancelled.
    """
    return plain_rows(_brought(path, reading, _Into(workspace, table, {}, None), progress), table, {})


def _brought(path: Path, reading: Reading, into: _Into, progress: Progress) -> Intake:
    told: set[str] = set()
    counted = 0

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal counted
        if stage == "read" and done >= counted + _ROWS_TOLD:
            counted = done
            progress(message("import.stage_rows", file=path.name, rows=f"{done:,}"))
        if stage not in told and stage in ("open", "read", "repair", "write"):
            told.add(stage)
            progress(message(f"import.stage_{stage}", file=path.name))

    options = Options(
        layer=reading.layer,
        encoding=reading.encoding,
        limits=reading.limits,
        progress=tell,
        cancelled=reading.cancelled,
        table=into.table,
        placeless=may_be_placeless(into.workspace, into.table),
    )
    return read_outside(path, options)


def _read(intake: Intake, reading: Reading, into: _Into) -> _Read:
    if is_without_places(into.table):
        intake = plain_rows(intake, into.table, into.stated)
        named = parcel_findings(intake, into.workspace, into.table, into.stated)
        return _Read(intake, home_of(into.table, into.home), (Reason("import.crs_none"),), named)
    placeless = may_be_placeless(into.workspace, into.table)
    if placeless and into.workspace is not None and not has_places(intake):
        intake, found = join_to_parcels(intake, into.workspace, into.table, into.stated)
        home = reference.SourceCrs(into.workspace.crs)
        return _Read(intake, home, (Reason("import.crs_parcels"),), tuple(found))
    intake, source, reasons, findings = settle(intake, reading.crs, into.near)
    return _Read(intake, source, tuple(reasons), tuple(findings))


def _target(existing: Workspace | None, first: _Read, reading: Reading) -> tuple[CRS, Reason | None]:
    """Return the CRS of the workspace: the one that it has, or for a new one the one that suits the first file."""
    if existing is not None:
        return existing.crs, None
    modern = modern_zone(first.source.crs) if reading.control_points is not None else None
    if modern is not None:
        return modern, Reason("import.crs_modern", {"crs": reference.crs_title(modern)})
    bounds = reference.extent_in_degrees(first.intake.extent, first.source)
    chosen = reference.workspace_crs(first.source, bounds)
    return chosen.crs, Reason(f"import.{chosen.reason}", {"crs": reference.crs_title(chosen.crs)})


def _wish(
    table: str, mapping: Mapping[str, str] | None, reading: Reading, files: int, *, placeless: bool
) -> list[Wish]:
    prefixes = [f"{number}-" if files > 1 else "" for number in range(1, files + 1)]
    stated, how = mapping or {}, reading.advice
    return [Wish(table, TABLES.get(table), stated, reading.only, prefix, placeless, how) for prefix in prefixes]


def _make(read: list[_Read], target: CRS, wishes: list[Wish], points: ControlPoints | None) -> list[_Made]:
    made = []
    for each, wish in zip(read, wishes, strict=True):
        if is_without_places(wish.name):
            placed = placed_nowhere(each.intake, each.source)
        elif points is None:
            placed = place(each.intake, each.source, target)
        else:
            placed = place_by_points(each.intake, each.source, target, points)
        made.append(_Made(each, placed, prepare(each.intake, placed, target, wish)))
    return made


def _result(made: list[_Made], target: CRS, why: Reason | None, table: str) -> ImportResult:
    first, prepared = made[0], made[0].prepared
    several = _together([each.prepared.frame for each in made], target) if len(made) > 1 else None
    matches = {match.field: match.column for each in made for match in each.prepared.matches}
    fields = TABLES[table].columns if table in TABLES else ()
    key = key_name(TABLES.get(table))
    reasons = (*first.read.reasons, *((why,) if why else ()), *first.placed.reasons)
    return ImportResult(
        table=table,
        address="",
        dry_run=True,
        created=False,
        rows=sum(len(each.prepared.shapes) for each in made),
        mapped=matches,
        unmapped=tuple(dict.fromkeys(name for each in made for name in each.prepared.unmapped)),
        missing=tuple(each.name for each in fields if each.name not in matches and each.name != key),
        crs=CrsChoice(
            first.read.source.title,
            reference.crs_title(target),
            first.placed.accuracy_m,
            tuple(reason.sentence() for reason in reasons),
        ),
        files=tuple(_source_file(each.read) for each in made),
        findings=_findings(made, several, table),
        info=None,
        make=lambda: prepared.frame if several is None else several,
        keep=lambda: prepared.content(table) if several is None else Content.of(several, table),
    )


def _together(frames: list[gpd.GeoDataFrame], target: CRS) -> gpd.GeoDataFrame:
    """Put the rows of several files below each other; a column of two kinds becomes text."""
    names = dict.fromkeys(name for frame in frames for name in frame.columns if name != "geometry")
    columns = {name: _stacked([frame.get(name) for frame in frames], frames) for name in names}
    geometry = np.concatenate([np.asarray(frame.geometry) for frame in frames])
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=target)


def _stacked(parts: list[pd.Series | None], frames: list[gpd.GeoDataFrame]) -> pd.Series:
    kinds = {str(part.dtype) for part in parts if part is not None}
    known = [part for part in parts if part is not None]
    filled = [
        pd.Series([None] * len(frame), dtype=known[0].dtype if known[0].dtype.kind not in "iub" else object)
        if part is None
        else part
        for part, frame in zip(parts, frames, strict=True)
    ]
    if len(kinds) > 1:
        filled = [part.map(str, na_action="ignore").astype(object) for part in filled]
    return pd.concat(filled, ignore_index=True)


def _source_file(read: _Read) -> SourceFile:
    intake, report = read.intake, read.intake.report
    return SourceFile(
        name=intake.name,
        sha256=intake.sha256,
        size_bytes=intake.size_bytes,
        format=report.format,
        layer=report.layer,
        encoding=report.encoding,
        rows=report.rows,
        crs=read.source.title,
        confinement=report.confinement,
    )


def _findings(made: list[_Made], several: gpd.GeoDataFrame | None, table: str) -> tuple[ImportFinding, ...]:
    found = [in_words(each.read.intake.name, told, table) for each in made for told in each.findings()]
    if several is not None:
        rows = np.arange(1, len(several) + 1)
        found += [
            in_words(_FINDING_FILE_END.join(each.read.intake.name for each in made), told, table)
            for told in identity_findings(several, rows, TABLES.get(table), date.today())
        ]
    return tuple(found)


def write_planned(plans: Sequence[Planned], actor: str | None, progress: Progress) -> list[ImportResult]:
    """Write the rows of several tables as one change with one line in the journal: all of them or none.

    Raises:
        WorkspaceError: the workspace is broken, locked, or the disk is full.
    """
    results, first, who = [plan.result for plan in plans], plans[0], actor or _user()
    for result in results:
        progress(message("import.stage_save", table=result.table))
    files = dict.fromkeys(f"{file.name} (sha256 {file.sha256})" for result in results for file in result.files)
    change = Change(who, "import", reason="; ".join(map(_how, results)), source="; ".join(files))
    contents = {result.table: result.keep() for result in results}
    if first.existing is not None:
        infos = first.existing.write(contents, change=change)
        return [replace(each, info=info, dry_run=False) for each, info in zip(results, infos, strict=True)]
    address = first.result.address
    with build_workspace(address, crs=_crs_text(first.crs), actor=who) as workspace:
        infos = workspace.write(contents, change=change)
    made = open_workspace(address).address
    return [
        replace(each, info=info, dry_run=False, created=True, address=made)
        for each, info in zip(results, infos, strict=True)
    ]


def _how(result: ImportResult) -> str:
    """Write for the journal how the file became the table."""
    matches = ", ".join(f"{name}={column}" for name, column in result.mapped.items())
    if is_without_places(result.table):
        layers = ", ".join(f"{file.layer}: {file.rows} rows" for file in result.files)
    else:
        layers = ", ".join(f"{file.layer}: {file.rows} rows, {file.crs}" for file in result.files)
        layers = f"{layers} -> {result.crs.workspace}"
    return f"{layers}; {matches}" if matches else layers


def _crs_text(crs: CRS) -> str:
    code = crs.to_authority(min_confidence=100)
    return ":".join(code) if code else str(crs.to_wkt())
