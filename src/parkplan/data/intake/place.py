"""Where the rows of a file lie: which CRS they are in and why, and their way into the CRS of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj.crs import CRS

from parkplan._errors import RequestError, SourceFileError
from parkplan.data import crs as reference
from parkplan.data.crs_doctor import Reason, diagnose
from parkplan.data.intake.geometry import repair
from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.shapes import Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parkplan.data.crs import Bounds, SourceCrs
    from parkplan.data.crs_doctor import Diagnosis
    from parkplan.data.intake.launch import Intake

    Geometries = NDArray[np.object_]

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Placed:
    """Geometries in the CRS of the workspace, with the way that they came."""

    shapes: Shapes
    source: SourceCrs
    accuracy_m: float | None
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]

    @property
    def geometry(self) -> Geometries:
        """The shapes as objects, None where there is none."""
        return self.shapes.geometry


def source_crs(
    intake: Intake, stated: str | None, near: Bounds | None = None
) -> tuple[SourceCrs, list[Reason], list[Finding]]:
    """Decide which CRS a file is in: what the user states, else what the doctor finds beyond doubt.

    ``near`` is where the workspace lies, in degrees.

    Raises:
        SourceFileError: the user has to decide, with the candidates as details; or coordinates that are stated to be
            degrees are none.
        RequestError: the stated CRS does not exist.
    """
    declared = declared_crs(intake)
    if stated is not None and stated.strip().lower() != AUTO:
        return _stated(intake, reference.parse_crs(stated), declared)
    told = diagnose(intake.shapes, declared, near=near, names=names_of(intake))
    if told.chosen is None:
        raise undecided(intake, declared, told)
    found = []
    if told.changed and declared is not None:
        found.append(finding("crs_changed", declared=declared.title, taken=told.chosen.title))
    elif in_china_degrees(intake, told.chosen):
        found.append(finding("crs_web_map", severity="note", crs=told.chosen.title))
    return told.chosen, list(told.reasons), found


def names_of(intake: Intake) -> tuple[str, ...]:
    """Return the names that may speak of a web map: those of the file and of its columns."""
    return (intake.name, *intake.report.columns)


def in_china_degrees(intake: Intake, source: SourceCrs) -> bool:
    """Say whether a file has degrees in China, which a web map may have shifted."""
    bounds = reference.extent_in_degrees(intake.extent, source) if source.crs.is_geographic else None
    return bounds is not None and source.shifted is None and reference.in_china(bounds)


def _stated(
    intake: Intake, chosen: SourceCrs, declared: SourceCrs | None
) -> tuple[SourceCrs, list[Reason], list[Finding]]:
    if reference.not_degrees(intake.extent, chosen):
        bounds = bounds_text(intake.extent)
        raise SourceFileError("import_shifted_not_degrees", file=intake.name, crs=chosen.title, bounds=bounds)
    found = []
    if declared is not None and declared != chosen:
        found.append(finding("crs_stated", declared=declared.title, stated=chosen.title))
    return chosen, [Reason("import.crs_stated", {"crs": chosen.title})], found


def undecided(intake: Intake, declared: SourceCrs | None, told: Diagnosis) -> SourceFileError:
    """Make the error that puts the candidates before the user."""
    details = [
        SourceFileError("import_crs_candidate", statement=each.source.statement, crs=each.source.title,
                        place=place_text(each.bounds), reasons=Sentences(each.reasons))
        for each in told.candidates
    ]  # fmt: skip
    bounds = bounds_text(intake.extent)
    if declared is None:
        return SourceFileError("import_crs_missing", file=intake.name, bounds=bounds, details=details)
    key = "import_not_degrees" if reference.not_degrees(intake.extent, declared) else "import_crs_doubtful"
    return SourceFileError(key, file=intake.name, crs=declared.title, bounds=bounds, details=details)


@dataclass(frozen=True, slots=True)
class Sentences:
    """Several reasons as one text, in the language in which it is written down."""

    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        return " ".join(reason.sentence() for reason in self.reasons)


def place_text(bounds: Bounds) -> str:
    """Write where data would lie, in degrees.

    >>> place_text((113.1, 22.5, 113.2, 22.6))
    '113.100 … 113.200 E, 22.500 … 22.600 N'
    """
    west, south, east, north = bounds
    return f"{west:.3f} … {east:.3f} E, {south:.3f} … {north:.3f} N"


def declared_crs(intake: Intake) -> SourceCrs | None:
    """Return what the file declares, if it makes sense."""
    if intake.report.crs is None:
        return None
    try:
        return reference.parse_crs(intake.report.crs)
    except RequestError:
        return None


def bounds_text(extent: NDArray[np.float64]) -> str:
    """Write an extent (x and y from, x and y to) as it is: x from-to, y from-to.

    >>> bounds_text(np.array([1.0, 2.0, 3.0, 4.0]))
    'x 1 … 3, y 2 … 4'
    """
    west, south, east, north = (float(value) for value in extent)
    return f"x {west:.9g} … {east:.9g}, y {south:.9g} … {north:.9g}"


def place(intake: Intake, source: SourceCrs, target: CRS) -> Placed:
    """Bring the geometries of a file into the CRS of the workspace.

    Raises:
        RequestError: the change of datum is not known, or the coordinates are out of reach.
    """
    bounds = reference.extent_in_degrees(intake.extent, source)
    found: list[Finding] = []
    if reference.outside_area_of_use(bounds, source.crs):
        found.append(finding("crs_outside", crs=source.title, bounds=bounds_text(intake.extent)))
    elif reference.outside_area_of_use(bounds, target):
        found.append(finding("crs_far", crs=reference.crs_title(target), bounds=bounds_text(intake.extent)))
    moved, done = _moved(intake, source, target, bounds)
    reasons = [Reason("import.crs_workspace", {"crs": reference.crs_title(target)})]
    if reference.on_old_datum(target):
        found.append(finding("crs_old_datum", crs=reference.crs_title(target)))
    if source.shifted is not None:
        found.append(finding("crs_unshifted", crs=source.title))
    if source != reference.SourceCrs(target):
        reasons.append(Reason("import.crs_operation", {"operation": done.description}))
        if done.accuracy_m:
            found.append(finding("crs_accuracy", (), "note", operation=done.description, accuracy=done.accuracy_m))
        if done.grid_missing:
            found.append(finding("crs_grid", severity="note"))
    found += _repaired_areas(intake, moved, source, target)
    return Placed(moved, source, done.accuracy_m, tuple(reasons), tuple(found))


def _moved(intake: Intake, source: SourceCrs, target: CRS, bounds: Bounds | None) -> tuple[Shapes, reference.Operation]:
    """Return the shapes in the CRS of the workspace, untouched where they are in it already."""
    done = reference.operation(source.crs, target, bounds)
    if source == reference.SourceCrs(target):
        return intake.shapes, done
    return _valid(intake.shapes.moved(reference.mover(source, target, done))), done


def _valid(moved: Shapes) -> Shapes:
    """Return shapes of which the way has broken none; those of the file are valid before it."""
    doubtful = np.flatnonzero(~moved.proven)
    parsed = moved[doubtful]
    broken = doubtful[~shapely.is_missing(parsed) & ~shapely.is_valid(parsed)]
    if not len(broken):
        return moved
    geometry = moved.geometry.copy()
    geometry[broken] = repair(geometry[broken])
    return Shapes.of(geometry)


def _repaired_areas(intake: Intake, moved: Shapes, source: SourceCrs, target: CRS) -> list[Finding]:
    """Say for each repaired row what the repair did to its area on the ellipsoid; at most the first fifty."""
    rows = np.flatnonzero(~shapely.is_missing(intake.original) & (shapely.get_dimensions(intake.original) == 2))[:50]
    if not len(rows):
        return []
    before = reference.geodesic_areas_m2(intake.original[rows], source)
    after = reference.geodesic_areas_m2(moved[rows], reference.SourceCrs(target))
    return [
        finding("repaired_area", [row + 1], "note", before=float(old), after=float(new))
        for row, old, new in zip(rows.tolist(), before, after, strict=True)
        if np.isfinite([old, new]).all()
    ]
