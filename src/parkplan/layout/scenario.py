"""What edits make of the land: a pure function from the parcel table and a list of edits to the state of a scenario.

An edit on a parcel that is not there, that is locked, or that cannot be cut as asked is refused and listed; the others
hold. The same edits lead to the same state, whatever was computed before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parkplan.layout.scenario_shapes import cut, merge, split
from parkplan.layout.scenario_work import Work
from parkplan.model.scenarios import DRAWN, Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from parkplan.model.scenarios import PropertyKind, ScenarioState, Value


def base_state(parcels: gpd.GeoDataFrame) -> ScenarioState:
    """Return the state of the district as it is: every parcel as the table has it."""
    return apply_edits(parcels, ())


def apply_edits(parcels: gpd.GeoDataFrame, edits: Sequence[Edit]) -> ScenarioState:
    """Return the land after some edits.

    Args:
        parcels: the parcel table in a metric CRS: ``parcel_id``, and where known ``land_use``, ``cluster``,
            ``park_id``.
        edits: in the order in which they were made; a later one wins.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from parkplan.model.scenarios import Edit
    >>> table = gpd.GeoDataFrame({"parcel_id": ["A", "B"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4547)
    >>> found = apply_edits(table, [Edit("typology", ("B",), "logistics"), Edit("use", ("C",), "1101")])
    >>> found.typology.tolist(), [one.key for one in found.refused]
    ([None, 'logistics'], ['scenario_parcel_missing'])

    """
    work = Work(parcels)
    for edit in _last_of_each_drawing(edits):
        if edit.kind == "merge":
            merge(work, edit)
        elif edit.kind == "split":
            split(work, edit)
        elif edit.kind in DRAWN:
            cut(work, edit)
        else:
            _give(work, edit)
    return work.state()


def _last_of_each_drawing(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits without the earlier forms of what was drawn anew, and without what was removed."""
    last = {edit.id: place for place, edit in enumerate(edits) if edit.kind in DRAWN}
    return [
        edit
        for place, edit in enumerate(edits)
        if edit.kind not in DRAWN or (last[edit.id] == place and edit.shape is not None)
    ]


def _give(work: Work, edit: Edit) -> None:
    """Give the parcels of an edit their new property, or take it back."""
    rows = work.open_rows(edit)
    if not len(rows):
        return
    value = edit.value
    match edit.kind:
        case "lock":
            work.locked[rows] = bool(value)
        case "far":
            work.far[rows] = np.nan if value is None else float(value)
        case "phase":
            work.phase[rows] = 0 if value is None else int(value)
        case "typology":
            work.typology[rows] = value
        case "use":
            work.land_use[rows] = work.before("land_use", rows) if value is None else value
        case "cluster":
            work.cluster[rows] = work.before("cluster", rows) if value is None else value
        case _:
            work.park_id[rows] = work.before("park_id", rows) if value is None else value


def grouped_edits(kind: PropertyKind, parcels: Sequence[str], values: Sequence[Value]) -> list[Edit]:
    """Return one edit for each value, with all parcels that get it: how an answer by parcel becomes a step.

    >>> [(edit.value, edit.parcels) for edit in grouped_edits("typology", ["A", "B", "C"], ["road", "utility", "road"])]
    [('road', ('A', 'C')), ('utility', ('B',))]
    """
    groups: dict[Value, list[str]] = {}
    for parcel, value in zip(parcels, values, strict=True):
        groups.setdefault(value, []).append(parcel)
    return [Edit(kind, tuple(names), value) for value, names in groups.items()]
