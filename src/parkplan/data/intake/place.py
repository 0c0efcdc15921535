"""Where the rows of a file lie: which CRS they are in and why, and their way into the CRS of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj.crs import CRS

from parkplan._errors import RequestError, SourceFileError
from parkplan.data import crs as reference
from parkplan.data.intake.geometry import repair
from parkplan.data.intake.records import Finding, finding
from parkplan.i18n import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parkplan.data.crs import SourceCrs
    from parkplan.data.intake.launch import Intake
    from parkplan.i18n import Language

    Geometries = NDArray[np.object_]

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a CRS was taken: a sentence of ``messages/import.yaml`` and its values."""

    key: str
    values: dict[str, str]

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the reason in the user's language."""
        return message(f"import.{self.key}", chosen, **self.values)


@dataclass(frozen=True, slots=True)
class Placed:
    """Geometries in the CRS of the workspace, with the way that they came."""

    geometry: Geometries
    source: SourceCrs
    accuracy_m: float | None
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]


def source_crs(intake: Intake, stated: str | None) -> tuple[SourceCrs, list[Reason], list[Finding]]:
    """Decide which CRS a file is in: what the user states, else what the file declares.

    Raises:
        SourceFileError: nobody says it, or the coordinates are no degrees although they should be.
        RequestError: the stated CRS does not exist.
    """
    declared = _declared(intake)
    bounds = bounds_text(intake.geometry)
    if stated is not None and stated.strip().lower() != AUTO:
        chosen = reference.parse_crs(stated)
        if reference.not_degrees(intake.geometry, chosen.crs):
            raise SourceFileError("import_shifted_not_degrees", file=intake.name, crs=chosen.title, bounds=bounds)
        found = []
        if declared is not None and (chosen.shifted or declared.crs != chosen.crs):
            found.append(finding("crs_stated", declared=declared.title, stated=chosen.title))
        return chosen, [Reason("crs_stated", {"crs": chosen.title})], found
    if declared is None:
        raise SourceFileError("import_crs_missing", file=intake.name, bounds=bounds)
    if reference.not_degrees(intake.geometry, declared.crs):
        raise SourceFileError("import_not_degrees", file=intake.name, crs=declared.title, bounds=bounds)
    return declared, [Reason("crs_declared", {"crs": declared.title})], []


def _declared(intake: Intake) -> SourceCrs | None:
    if intake.report.crs is None:
        return None
    try:
        return reference.parse_crs(intake.report.crs)
    except RequestError:
        return None


def bounds_text(geometry: Geometries) -> str:
    """Write the extent of coordinates as they are: x from-to, y from-to.

    >>> bounds_text(np.array([shapely.box(1, 2, 3, 4)], dtype=object))
    'x 1 … 3, y 2 … 4'
    """
    west, south, east, north = (float(value) for value in shapely.total_bounds(geometry))
    return f"x {west:.9g} … {east:.9g}, y {south:.9g} … {north:.9g}"


def place(intake: Intake, source: SourceCrs, target: CRS) -> Placed:
    """Bring the geometries of a file into the CRS of the workspace.

    Raises:
        RequestError: the change of datum is not known, or the coordinates are out of reach.
    """
    bounds = reference.lonlat_bounds(intake.geometry, source)
    found: list[Finding] = []
    if reference.outside_area_of_use(bounds, source.crs):
        found.append(finding("crs_outside", crs=source.title, bounds=bounds_text(intake.geometry)))
    elif reference.outside_area_of_use(bounds, target):
        found.append(finding("crs_far", crs=reference.crs_title(target), bounds=bounds_text(intake.geometry)))
    moved, done = reference.reproject(intake.geometry, source, target)
    reasons = [Reason("crs_workspace", {"crs": reference.crs_title(target)})]
    if reference.on_old_datum(target):
        found.append(finding("crs_old_datum", crs=reference.crs_title(target)))
    if source.shifted is not None:
        found.append(finding("crs_unshifted", crs=source.title))
    if source.crs != target:
        reasons.append(Reason("crs_operation", {"operation": done.description}))
        if done.accuracy_m:
            found.append(finding("crs_accuracy", (), "note", operation=done.description, accuracy=done.accuracy_m))
        if done.grid_missing:
            found.append(finding("crs_grid", severity="note"))
    broken = ~shapely.is_missing(moved) & ~shapely.is_valid(moved)
    if broken.any():
        moved = moved.copy()
        moved[broken] = repair(moved[broken])
    found += _repaired_areas(intake, moved, source, target)
    return Placed(moved, source, done.accuracy_m, tuple(reasons), tuple(found))


def _repaired_areas(intake: Intake, moved: Geometries, source: SourceCrs, target: CRS) -> list[Finding]:
    """Say for each repaired row what the repair did to its area on the ellipsoid; at most the first fifty."""
    rows = np.flatnonzero(~shapely.is_missing(intake.original) & (shapely.get_dimensions(intake.original) == 2))[:50]
    before = reference.geodesic_areas_m2(intake.original[rows], source)
    after = reference.geodesic_areas_m2(moved[rows], reference.SourceCrs(target))
    return [
        finding("repaired_area", [row + 1], "note", before=float(old), after=float(new))
        for row, old, new in zip(rows.tolist(), before, after, strict=True)
        if np.isfinite([old, new]).all()
    ]
