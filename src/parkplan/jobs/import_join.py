"""Tables without coordinates: rows take the place of the parcel whose key they name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from parkplan.data.intake.fields import match_columns
from parkplan.data.intake.records import finding
from parkplan.data.intake.shapes import Shapes
from parkplan.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.intake.launch import Intake
    from parkplan.data.intake.records import Finding
    from parkplan.data.workspace import Workspace

PARCELS: Final = "parcels"
KEY: Final = "parcel_id"


def may_be_placeless(workspace: Workspace | None, table: str) -> bool:
    """Say whether rows of a table may come without a place: they have none, or name parcels of a workspace."""
    canonical = TABLES.get(table)
    if canonical is None or canonical.column(KEY) is None:
        return False
    return canonical.geometry == "none" or workspace is not None


def has_places(intake: Intake) -> bool:
    """Say whether any row of a file has a geometry."""
    return bool((intake.shapes.types >= 0).any())


def join_to_parcels(
    intake: Intake, workspace: Workspace, table: str, stated: Mapping[str, str]
) -> tuple[Intake, list[Finding]]:
    """Give each row the place of its parcel, in the CRS of the workspace; of a point table, a point inside of it."""
    canonical = TABLES[table]
    matches = match_columns(canonical, intake.report.columns, stated, intake.name)
    column = next((match.column for match in matches if match.field == KEY), None)
    if column is None or PARCELS not in {info.name for info in workspace.tables()}:
        return intake, [finding("parcel_absent")]
    parcels = workspace.read(PARCELS, columns=[KEY, "geometry"])
    shapes = np.asarray(parcels.geometry, dtype=object)
    if canonical.geometry == "point":
        shapes = shapely.point_on_surface(shapes)
    known = dict(zip(parcels[KEY].astype(str), shapes, strict=True))
    keys = [None if key is None else str(key).strip() for key in intake.attributes.column(column).to_pylist()]
    geometry = np.full(len(keys), None, dtype=object)
    geometry[:] = [known.get(key) if key else None for key in keys]
    lost = np.flatnonzero(shapely.is_missing(geometry))
    found = [finding("parcel_joined", severity="note", column=column, number=len(keys) - len(lost))]
    if len(lost):
        found.append(finding("parcel_unmatched", lost + 1, column=column))
    return replace(intake, shapes=Shapes.of(geometry), original=np.full(len(keys), None, dtype=object)), found
