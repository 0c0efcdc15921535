"""The site as it is given: checked boundary, gates snapped to it, access along public roads; bad input is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from parkplan._errors import RequestError
from parkplan.layout.siteplan.frame import nearest_edge
from parkplan.model.siteplan import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.model.siteplan import SitePlanProfile

GATE_REACH_M: Final = 20.0
ROAD_REACH_M: Final = 45.0
GATE_FROM_CORNER_M: Final = 25.0
SECOND_GATE_EDGE_M: Final = 160.0

PAIRS: Final = (("far_min", "far_max"), ("density_min", "density_max"), ("green_min", "green_max"))


def site_of(
    boundary: Any,  # noqa: ANN401  # whatever geometry a file holds
    profile: SitePlanProfile,
    *,
    gates: Sequence[Point] = (),
    roads: Sequence[Any] | None = None,
    name: str = "",
) -> Site:
    """Return the site to be planned.

    Gates that are given must lie within 20 m of the boundary. Without any, gates are proposed on the longest edge
    along a public road (``roads``), or on the longest edge where nothing is known about roads.

    Raises:
        RequestError: the boundary crosses itself or has several parts, the site is smaller than one plot, no road
            reaches it, a gate lies far off, or limits contradict each other.

    """
    checked = _boundary(boundary, profile)
    _check_limits(profile)
    if gates:
        snapped = tuple(_snapped(checked, gate) for gate in gates)
        return Site(checked, snapped, tuple(LineString(nearest_edge(checked, gate)) for gate in snapped), True, name)
    edges = _access_edges(checked, roads)
    access = max(edges, key=lambda edge: round(edge.length, 3))
    return Site(checked, _proposed(access), tuple(edges) if roads is not None else (access,), False, name)


def _boundary(shape: Any, profile: SitePlanProfile) -> Polygon:  # noqa: ANN401
    if not shapely.is_valid(shape):
        raise RequestError("siteplan_boundary_broken", reason=shapely.is_valid_reason(shape))
    pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type == "Polygon"]
    if len(pieces) != 1:
        raise RequestError("siteplan_boundary_parts", count=len(pieces))
    polygon = shapely.orient_polygons(shapely.force_2d(pieces[0]))
    least = next((limit.value for limit in profile.limits if limit.id == "plot_min_m2"), 0.0)
    if polygon.area < least:
        raise RequestError("siteplan_too_small", area=f"{polygon.area:,.0f}", least=f"{least:,.0f}")
    return polygon


def _check_limits(profile: SitePlanProfile) -> None:
    limits = {str(limit.id): limit for limit in profile.limits}
    for low, high in PAIRS:
        if low in limits and high in limits and limits[low].value > limits[high].value:
            least, most = (f"{limits[name].title.to()} {limits[name].value:g}" for name in (low, high))
            raise RequestError("siteplan_limits_contradict", low=least, high=most, profile=profile.title.to())


def _snapped(boundary: Polygon, gate: Point) -> Point:
    distance = gate.distance(boundary.exterior)
    if distance > GATE_REACH_M:
        raise RequestError("siteplan_gate_far", gate=f"{gate.x:.1f}, {gate.y:.1f}", distance=f"{distance:.0f}")
    return boundary.exterior.interpolate(boundary.exterior.project(gate))


def _access_edges(boundary: Polygon, roads: Sequence[Any] | None) -> list[LineString]:
    ring = shapely.get_coordinates(boundary.exterior)
    edges = [LineString(pair) for pair in np.stack([ring[:-1], ring[1:]], axis=1)]
    if roads is None:
        return edges
    near = shapely.buffer(shapely.union_all(list(roads)), ROAD_REACH_M) if len(roads) else Polygon()
    found = [edge for edge in edges if edge.intersection(near).length > 0.6 * edge.length and edge.length > 12]
    if not found:
        raise RequestError("siteplan_no_access", reach=f"{ROAD_REACH_M:.0f}")
    return found


def _proposed(edge: LineString) -> tuple[Point, ...]:
    """Return a main gate near the middle of an edge and, on long ones, a truck gate towards its end."""
    main = edge.interpolate(0.45, normalized=True)
    if edge.length < SECOND_GATE_EDGE_M:
        return (edge.interpolate(0.5, normalized=True),)
    return main, edge.interpolate(edge.length - max(GATE_FROM_CORNER_M, 0.15 * edge.length))
