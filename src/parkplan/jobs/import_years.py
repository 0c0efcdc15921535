"""Tables whose rows have no place of their own: read as plain rows, and held against the parcels that they name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.data import crs as reference
from parkplan.data.intake.fields import match_columns
from parkplan.data.intake.place import Placed
from parkplan.data.intake.records import finding
from parkplan.data.intake.shapes import Shapes
from parkplan.data.intake.years import as_written, in_rows
from parkplan.jobs.import_join import KEY, PARCELS
from parkplan.model.tables import TABLES, is_without_places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj.crs import CRS

    from parkplan.data.crs import SourceCrs
    from parkplan.data.intake.launch import Intake
    from parkplan.data.intake.records import Finding
    from parkplan.data.workspace import Workspace

_ABOUT_SHAPES: Final = ("null_geometry", "empty_geometry", "unreadable_geometry", "not_finite")


def plain_rows(intake: Intake, table: str, stated: Mapping[str, str]) -> Intake:
    """Return a file for a table without places: no shapes, and a row for each year; files for others as they are.

    Raises:
        SourceFileError: the columns of single years do not fit together.
    """
    if not is_without_places(table):
        return intake
    placed = int((intake.shapes.types >= 0).sum())
    findings = tuple(told for told in intake.report.findings if told.code not in _ABOUT_SHAPES)
    if placed:
        findings = (*findings, finding("places_ignored", severity="note", number=placed))
    nowhere = np.full(len(intake.shapes), None, dtype=object)
    report = replace(intake.report, findings=findings, row_crs=None)
    return in_rows(replace(intake, report=report, shapes=Shapes.of(nowhere), original=nowhere), TABLES[table], stated)


def home_of(table: str, crs: CRS | None) -> SourceCrs:
    """Return the CRS in which rows without a place stand: that of the workspace.

    Raises:
        RequestError: there is no workspace yet, and nothing here that could say where it lies.
    """
    if crs is None:
        raise RequestError("import_places_first", table=table)
    return reference.SourceCrs(crs)


def placed_nowhere(intake: Intake, home: SourceCrs) -> Placed:
    """Return the rows of a table without places as they enter the workspace."""
    return Placed(intake.shapes, home, None, (), ())


def parcel_findings(
    intake: Intake, workspace: Workspace | None, table: str, stated: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Report which rows name a parcel of the workspace, and which one that it lacks."""
    matches = match_columns(TABLES[table], intake.report.columns, stated, intake.name)
    column = next((match.column for match in matches if match.field == KEY), None)
    if column is None or workspace is None:
        return ()
    if PARCELS not in {info.name for info in workspace.tables()}:
        return (finding("parcels_wanted"),)
    known = set(workspace.read(PARCELS, columns=[KEY])[KEY].astype(str))
    texts = ["" if key is None else as_written(key) for key in intake.attributes.column(column).to_pylist()]
    strange = np.array([text != "" and text not in known for text in texts], dtype=bool)
    joined = sum(text in known for text in texts)
    found = [finding("parcel_named", (), "note", column=column, number=joined)]
    if strange.any():
        example = texts[int(np.flatnonzero(strange)[0])][:80]
        found.append(finding("parcel_unknown", intake.source_row[strange], column=column, value=example))
    return tuple(found)
