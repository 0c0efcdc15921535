"""From what a user draws or asks for to edits: lines become bands, conditions and lassos become parcels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from parkplan._errors import RequestError
from parkplan.expressions import parse
from parkplan.jobs.frames import moved
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.layout.scenario_shapes import cut_along, polygons
from parkplan.model.scenarios import DRAWN, Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.scenarios import ScenarioState

DEGREES: Final = "EPSG:4326"
INSIDE: Final = 0.5
"""A parcel of which more than this lies in a lasso is chosen."""


def chosen_parcels(ws: Workspace, scenario: str, named: Sequence[str], where: str | None) -> tuple[str, ...]:
    """Return the parcels that are named, and those of the parcel table that satisfy a condition."""
    found = list(named)
    if where:
        at = option(ws, find_scenario(ws, scenario))
        rows = parse(where).select(pd.DataFrame(at.district.parcels))
        keep = np.isin(at.state.source_row, np.flatnonzero(rows))
        found += [str(name) for name in at.state.parcel_id[keep]]
    return tuple(dict.fromkeys(found))


def shape_text(text: str, width_m: float) -> str:
    """Return a drawn polygon as text; a line becomes a band of a width.

    >>> shape_text("LINESTRING (0 0, 10 0)", 4.0)
    'POLYGON ((10 2, 10 -2, 0 -2, 0 2, 10 2))'

    Raises:
        RequestError: the text is no polygon and no line.

    """
    try:
        shape = shapely.from_wkt(text)
    except shapely.GEOSException:
        shape = None
    if shape is None or shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon", "LineString"}:
        raise RequestError("scenario_shape", wanted="Polygon")
    if shape.geom_type == "LineString":
        if not width_m > 0:
            raise RequestError("scenario_width", width=width_m)
        shape = shapely.buffer(shape, width_m / 2, cap_style="flat", join_style="mitre")
    return str(shapely.to_wkt(shape, rounding_precision=3))


def from_degrees(points: Sequence[Sequence[float]], kind: str, crs: str) -> Any:  # noqa: ANN401  # any geometry
    """Return what was drawn on the map, points as (longitude, latitude), in the CRS of the workspace.

    Raises:
        RequestError: too few points.

    """
    least = 3 if kind == "polygon" else 2
    if len(points) < least:
        raise RequestError("scenario_shape", wanted="Polygon" if kind == "polygon" else "LineString")
    drawn = shapely.Polygon(points) if kind == "polygon" else shapely.LineString(points)
    shape = moved(drawn, DEGREES, crs)
    return shapely.make_valid(shape) if kind == "polygon" else shape


def parcels_in(state: ScenarioState, lasso: Any) -> tuple[str, ...]:  # noqa: ANN401  # a polygon
    """Return the parcels of which more than half lies in a lasso; what was drawn is no parcel."""
    meets = np.flatnonzero(shapely.intersects(state.geometry, lasso) & state.of_parcels)
    shared = shapely.area(shapely.intersection(state.geometry[meets], lasso))
    inside = shared > INSIDE * shapely.area(state.geometry[meets])
    return tuple(str(name) for name in state.parcel_id[meets[inside]])


def parcels_cut(state: ScenarioState, line: Any, among: Sequence[str] = ()) -> tuple[str, ...]:  # noqa: ANN401
    """Return the parcels that a line cuts in two; only those in ``among`` where it names any."""
    meets = np.flatnonzero(shapely.intersects(state.geometry, line) & state.of_parcels)
    names = [(str(state.parcel_id[row]), state.geometry[row]) for row in meets]
    return tuple(name for name, shape in names if (not among or name in among) and len(cut_along(shape, line)) > 1)


def drawings(one: Option) -> dict[str, Edit]:
    """Return what was drawn in an option and lies on its land, by name, as it was drawn last."""
    last = {edit.id: edit for edit in one.edits if edit.kind in DRAWN}
    there = set(one.state.parcel_id[~one.state.of_parcels].tolist())
    return {name: edit for name, edit in last.items() if name in there and edit.shape is not None}


def rings_in_degrees(edit: Edit, crs: str) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...]:
    """Return the polygons of a drawn road or green as rings of (longitude, latitude), the outer ring first."""
    parts = [moved(one, crs) for one in polygons(shapely.make_valid(shapely.from_wkt(edit.shape)))]
    return tuple(
        tuple(tuple((lng, lat) for lng, lat in ring.coords) for ring in (one.exterior, *one.interiors)) for one in parts
    )


def shifted(one: Option, name: str, start: Sequence[float], end: Sequence[float], crs: str) -> Edit:
    """Return the edit that moves a drawn road or green as a whole, so far as ``end`` lies from ``start``.

    Args:
        one: the option that it was drawn in.
        name: that of the road or green.
        start: a longitude and a latitude.
        end: where what lay at ``start`` shall lie.
        crs: the CRS of the workspace, in which the shape keeps its form and size.

    Raises:
        RequestError: nothing of this name was drawn.

    """
    (x, y), (to_x, to_y) = shapely.get_coordinates(moved(shapely.MultiPoint([start, end]), DEGREES, crs)).tolist()
    return shifted_m(one, name, to_x - x, to_y - y)


def shifted_m(one: Option, name: str, east_m: float, north_m: float) -> Edit:
    """Return the edit that moves a drawn road or green as a whole, in the plane of the workspace.

    Raises:
        RequestError: nothing of this name was drawn, or a distance is no finite number.

    """
    if not (math.isfinite(east_m) and math.isfinite(north_m)):
        raise RequestError("scenario_distance", east=east_m, north=north_m)
    edit = _drawing(one, name)
    by = (round(east_m, 3), round(north_m, 3))  # whole millimetres leave the form as it is
    shape = affinity.translate(shapely.from_wkt(edit.shape), *by)
    return Edit(edit.kind, shape=str(shapely.to_wkt(shape, rounding_precision=3)), id=name)


def removed(one: Option, name: str) -> Edit:
    """Return the edit that takes a drawn road or green away.

    Raises:
        RequestError: nothing of this name was drawn.

    """
    return Edit(_drawing(one, name).kind, id=name)


def _drawing(one: Option, name: str) -> Edit:
    known = drawings(one)
    if name not in known:
        raise RequestError("scenario_not_drawn", id=name, known=", ".join(known) or "—")
    return known[name]
