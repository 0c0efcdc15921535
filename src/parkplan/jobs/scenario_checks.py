"""Edits are checked before they are saved: what they name must exist, and no parcel gets two of the same property."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import shapely

from parkplan._errors import ParkplanError, RequestError
from parkplan.data.layers import load_layers
from parkplan.data.typologies import load_typologies
from parkplan.model.codes import CLUSTER
from parkplan.model.scenarios import DRAWN, LONGEST_PHASES, PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.model.scenarios import Edit, EditKind

MOST_FAR: Final = 20.0
LEAST_DRAWN_M2: Final = 1.0


def check_edits(ws: Workspace, edits: Sequence[Edit]) -> None:
    """Refuse edits that cannot be meant.

    Raises:
        RequestError: with a sentence for each fault in ``details``.

    """
    if not edits:
        raise RequestError("scenario_nothing")
    faults = [fault for edit in edits for fault in _faults(ws, edit)]
    faults += _twice(edits)
    if faults:
        raise faults[0] if len(faults) == 1 else RequestError("scenario_faults", count=len(faults), details=faults)


def _twice(edits: Sequence[Edit]) -> list[ParkplanError]:
    """Name the parcels that are to have two values of one property at once."""
    given: dict[tuple[EditKind, str], object] = {}
    found: dict[tuple[EditKind, str], ParkplanError] = {}
    for edit in edits:
        if edit.kind not in PROPERTIES:
            continue
        for parcel in edit.parcels:
            place = (edit.kind, parcel)
            if place in given and given[place] != edit.value:
                found[place] = RequestError("scenario_two_values", parcel=parcel, first=given[place], second=edit.value)
            given[place] = edit.value
    return list(found.values())


def _faults(ws: Workspace, edit: Edit) -> list[ParkplanError]:
    if edit.kind in DRAWN:
        return [] if edit.shape is None and edit.id else _shape_faults(edit, "Polygon")
    if not edit.parcels:
        return [RequestError("scenario_no_parcels")]
    if edit.kind == "split":
        return _shape_faults(edit, "LineString")
    if edit.kind == "merge" or edit.value is None:
        return []
    wrong, known = _CHECKS[edit.kind](ws, edit.value)
    return [RequestError("scenario_value", value=edit.value, known=known)] if wrong else []


def _shape_faults(edit: Edit, wanted: str) -> list[ParkplanError]:
    try:
        shape = shapely.from_wkt(edit.shape)
    except (shapely.GEOSException, TypeError):
        shape = None
    if shape is None or shape.is_empty or not shape.geom_type.endswith(wanted):
        return [RequestError("scenario_shape", wanted=wanted)]
    bounds = shapely.bounds(shape)
    if not all(math.isfinite(value) for value in bounds):
        return [RequestError("scenario_shape", wanted=wanted)]
    return (
        [RequestError("scenario_shape", wanted=wanted)] if wanted == "Polygon" and shape.area < LEAST_DRAWN_M2 else []
    )


def _among(names: Sequence[str], value: object) -> tuple[bool, str]:
    return value not in names, ", ".join(names)


def _parks(ws: Workspace) -> list[str]:
    there = any(info.name == "parks" and "park_id" in info.columns for info in ws.tables())
    return [str(name) for name in ws.read("parks", ["park_id"])["park_id"].dropna()] if there else []


def _land_uses() -> list[str]:
    return [entry.value for entry in load_layers().palettes["land_use"].classes if entry.value is not None]


def _number(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


_CHECKS: Final[dict[str, Callable[[Workspace, Any], tuple[bool, str]]]] = {
    "use": lambda ws, value: (value not in _land_uses(), "01, 07, 10, 1001, 100101, 11, 12, 14 …"),
    "typology": lambda ws, value: _among(list(load_typologies()), value),
    "cluster": lambda ws, value: _among(list(CLUSTER), value),
    "park": lambda ws, value: _among(_parks(ws), value),
    "far": lambda ws, value: (not _number(value, 0.0, MOST_FAR), f"0–{MOST_FAR:g}"),
    "phase": lambda ws, value: (
        not (isinstance(value, int) and _number(value, 1, LONGEST_PHASES)),
        f"1–{LONGEST_PHASES}",
    ),
    "lock": lambda ws, value: (not isinstance(value, bool), "true, false"),
}
