"""Registers that name the CRS of each row in a column: every group of rows is read in its own, then all are one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.data import crs as reference
from parkplan.data.crs_doctor import Reason, diagnose
from parkplan.data.crs_doctor.candidates import by_name
from parkplan.data.intake.place import AUTO, source_crs, undecided
from parkplan.data.intake.records import Finding, finding
from parkplan.data.intake.shapes import Shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parkplan.data.crs import Bounds, SourceCrs
    from parkplan.data.intake.launch import Intake

    Settled = tuple[Intake, SourceCrs, list[Reason], list[Finding]]

_FAR_TIMES: Final = 20.0
_FAR_SHARE: Final = 0.9
_ROWS_TO_JUDGE: Final = 10


def settle(intake: Intake, stated: str | None, near: Bounds | None) -> Settled:
    """Decide the CRS of a file or of its groups of rows; the geometry returned is in one CRS.

    Raises:
        SourceFileError, RequestError: as `parkplan.data.intake.place.source_crs`.
    """
    column = intake.report.row_crs
    if column is None or (stated is not None and stated.strip().lower() != AUTO):
        chosen, reasons, found = source_crs(intake, stated, near)
        return intake, chosen, reasons, [*found, *outliers(intake.shapes.boxes)]
    names = [str(value or "").strip() for value in intake.attributes.column(column).to_pylist()]
    groups = _groups(intake, names, near)
    if not groups:
        chosen, reasons, found = source_crs(intake, stated, near)
        return intake, chosen, reasons, found
    main = max(groups, key=lambda source: int(groups[source].sum()))
    geometry, found = intake.geometry.copy(), []
    for source, rows in groups.items():
        if source != main:
            geometry[rows] = _moved(geometry[rows], source, main)
            found.append(finding("crs_per_row", np.flatnonzero(rows) + 1, column=column, crs=source.title))
    reasons = [Reason("import.crs_row_column", {"column": column}), Reason("crs.declared", {"crs": main.title})]
    intake = replace(intake, shapes=Shapes.of(geometry))
    return intake, main, reasons, [*found, *outliers(intake.shapes.boxes)]


def _groups(intake: Intake, names: list[str], near: Bounds | None) -> dict[SourceCrs, NDArray[np.bool_]]:
    """Rows by the CRS that they are in; rows whose cell says nothing belong to the largest group."""
    groups: dict[SourceCrs, NDArray[np.bool_]] = {}
    silent = np.zeros(len(names), dtype=bool)
    for name in dict.fromkeys(names):
        rows = np.array([each == name for each in names], dtype=bool)
        declared = by_name(name) if name else None
        if declared is None:
            silent |= rows
            continue
        told = diagnose(intake.shapes[rows], declared, near=near)
        if told.chosen is None:
            raise undecided(intake, declared, told)
        groups[told.chosen] = groups.get(told.chosen, np.zeros(len(names), dtype=bool)) | rows
    if groups and silent.any():
        groups[max(groups, key=lambda source: int(groups[source].sum()))] |= silent
    return groups


def _moved(geometry: NDArray[np.object_], source: SourceCrs, target: SourceCrs) -> NDArray[np.object_]:
    plain, _ = reference.reproject(geometry, source, target.crs)
    return plain if not target.swapped else shapely.transform(plain, lambda xy: xy[:, ::-1])


def outliers(boxes: NDArray[np.float64]) -> list[Finding]:
    """List rows whose box lies twenty times farther from the middle than nine tenths of all rows do.

    >>> points = [shapely.Point(n, n) for n in range(20)] + [shapely.Point(9000, 0)]
    >>> outliers(shapely.bounds(points))[0].rows
    (21,)
    """
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    if len(there) < _ROWS_TO_JUDGE:
        return []
    known = boxes if len(there) == len(boxes) else boxes[there]
    x, y = known[:, 0] + known[:, 2], known[:, 1] + known[:, 3]
    far = (x - np.median(x)) ** 2 + (y - np.median(y)) ** 2  # squares of doubled distances: only their order counts
    limit = _FAR_TIMES**2 * float(np.quantile(far, _FAR_SHARE, method="higher"))
    astray = there[(far > limit) & (limit > 0)]
    return [finding("place_outlier", astray + 1)] if len(astray) else []
