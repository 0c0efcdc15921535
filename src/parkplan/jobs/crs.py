"""Which CRS a file is in: what the doctor finds, every candidate, and where the data would lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from parkplan.data.crs_doctor import diagnose
from parkplan.data.intake.launch import Options, read_outside
from parkplan.data.intake.place import bounds_text, declared_crs, names_of
from parkplan.data.intake.records import Limits

if TYPE_CHECKING:
    from parkplan.data.crs import Bounds
    from parkplan.data.crs_doctor import Candidate
    from parkplan.data.intake.launch import Intake


@dataclass(frozen=True, slots=True)
class CrsCandidate:
    """One CRS that a file may be in: what to state, how well it fits (0 to 1), where the data would lie in degrees."""

    statement: str
    crs: str
    score: float
    bounds: Bounds
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrsFinding:
    """What was found out about a file; ``chosen`` is None where the user has to decide among the candidates."""

    file: str
    sha256: str
    format: str
    layer: str
    layers: tuple[str, ...]
    rows: int
    extent: str
    declared: str | None
    chosen: str | None
    statement: str | None
    reasons: tuple[str, ...]
    candidates: tuple[CrsCandidate, ...]


def crs(
    file: str | Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits | None = None
) -> CrsFinding:
    """Find out which CRS a file is in.

    Raises:
        SourceFileError: the file cannot be read.
    """
    return crs_of(read_outside(Path(file), Options(layer, encoding, limits or Limits())))


def crs_of(intake: Intake, near: Bounds | None = None) -> CrsFinding:
    """Find out which CRS a file is in that has been read; ``near`` is where the workspace lies in degrees."""
    declared = declared_crs(intake)
    told = diagnose(intake.shapes, declared, near=near, names=names_of(intake), thorough=True)
    return CrsFinding(
        file=intake.name,
        sha256=intake.sha256,
        format=intake.report.format,
        layer=intake.report.layer,
        layers=intake.report.layers,
        rows=intake.report.rows,
        extent=bounds_text(intake.extent),
        declared=declared.title if declared is not None else None,
        chosen=told.chosen.title if told.chosen is not None else None,
        statement=told.chosen.statement if told.chosen is not None else None,
        reasons=tuple(reason.sentence() for reason in told.reasons),
        candidates=tuple(map(_candidate, told.candidates)),
    )


def _candidate(found: Candidate) -> CrsCandidate:
    reasons = tuple(reason.sentence() for reason in found.reasons)
    return CrsCandidate(found.source.statement, found.source.title, found.score, found.bounds, reasons)
