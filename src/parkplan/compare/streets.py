"""The roads of an option: those of the district, and those drawn in it, joined where their surfaces touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.compare.columns import numbers
from parkplan.metrics.network import LEVELS, Tied, extended, road_graph, tied
from parkplan.metrics.road_axis import road_axis

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from parkplan.metrics.network import RoadGraph

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]
    Shapes = npt.NDArray[Any]

MAIN_ROADS: Final = ("expressway", "arterial")
JOIN_M: Final = 0.5
"""Surfaces this near touch."""


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Roads as a network.

    ``graph`` is without edges where there are no roads. For each edge ``main`` says whether it is an arterial or
    expressway, and ``half_m`` how far its surface is known to reach to either side, in metres: of a road of unknown
    width the centre line alone is known, so that a drawn road joins it only there.
    """

    graph: RoadGraph
    main: Flags
    half_m: Numbers

    def __bool__(self) -> bool:
        return len(self.graph.lines) > 0


def streets_of(roads: gpd.GeoDataFrame | None) -> Streets:
    """Return the roads of a district."""
    if roads is None or not len(roads):
        return Streets(road_graph(np.empty(0, dtype=object)), np.zeros(0, dtype=bool), np.empty(0))
    level = next((numbers(roads, name) for name in LEVELS if name in roads.columns), None)
    graph = road_graph(np.array(roads.geometry.array, dtype=object), level)
    main = np.zeros(len(roads), dtype=bool)
    if "class" in roads.columns:
        main = roads["class"].isin(MAIN_ROADS).to_numpy(dtype=bool, na_value=False)
    half = np.nan_to_num(numbers(roads, "width_m")) / 2.0
    return Streets(graph, main[graph.source], half[graph.source])


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Roads drawn in an option as part of its network.

    ``place`` says where the edges of the district are now (-1 where one was split); ``apart_m`` how far each drawn road
    lies from the surface of the nearest road of the district that it should reach, 0 where it joins the network.
    """

    streets: Streets
    place: Rows
    apart_m: Numbers


def with_drawn(streets: Streets, areas: Shapes) -> Drawn | None:
    """Add the areas of drawn roads; None where there are none, or no road of the district to join.

    A drawn road meets every road on the ground whose surface its own touches: a straight line leads from its axis to
    the centre line of that road. What does not touch stays apart: nothing is closed silently.
    """
    if not streets or not len(areas):
        return None
    axes = [road_axis(area) for area in areas.tolist()]
    lines = np.concatenate([*axes, _joints(streets, areas, axes)])
    graph, place = extended(streets.graph, lines)
    main, half = np.zeros(len(graph.lines), dtype=bool), np.zeros(len(graph.lines))
    known = place >= 0
    main[place[known]], half[place[known]] = streets.main[known], streets.half_m[known]
    split = np.flatnonzero(~known)
    if len(split):  # what was split keeps the properties of the edge that it lies on
        middle = shapely.line_interpolate_point(graph.lines, 0.5, normalized=True)
        pieces = np.setdiff1d(np.flatnonzero(graph.source >= 0), place[known])
        nearest = split[shapely.STRtree(streets.graph.lines[split]).nearest(middle[pieces])]
        main[pieces], half[pieces] = streets.main[nearest], streets.half_m[nearest]
    owner = np.repeat(np.arange(len(areas)), [len(axis) for axis in axes])
    return Drawn(Streets(graph, main, half), place, _apart(streets, graph, areas, owner))


def _joints(streets: Streets, areas: Shapes, axes: list[Shapes]) -> Shapes:
    """Return the lines from the axes of drawn roads to the roads, and to each other, where their surfaces touch."""
    found: list[Any] = []
    graph = streets.graph
    most = float(streets.half_m.max(initial=0.0)) + JOIN_M
    drawn, near = graph.tree.query(areas, predicate="dwithin", distance=most)
    reach = streets.half_m[near] + JOIN_M
    touch = (graph.level[near] == 0.0) & (shapely.distance(areas[drawn], graph.lines[near]) <= reach)
    for road, edge in zip(drawn[touch].tolist(), near[touch].tolist(), strict=True):
        found.append(_joint(axes[road], graph.lines[edge]))
    one, other = shapely.STRtree(areas).query(areas, predicate="dwithin", distance=JOIN_M)
    for road, second in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        found.append(_joint(axes[road], shapely.multilinestrings(list(axes[second]))))
    lines = np.array([line for line in found if line is not None], dtype=object)
    return lines if len(lines) else np.empty(0, dtype=object)


def _joint(axis: Shapes, line: Any) -> Any:  # noqa: ANN401  # a line, or none where they cross
    if not len(axis) or line.is_empty:
        return None
    joint = shapely.shortest_line(shapely.multilinestrings(list(axis)), line)
    return joint if joint.length > 0 else None


def _apart(streets: Streets, graph: RoadGraph, areas: Shapes, owner: Rows) -> Numbers:
    """Return for each drawn road its distance from the network of the district, 0 where it is part of it."""
    reached = np.unique(graph.component[graph.tail[graph.source >= 0]])
    found = np.zeros(len(areas))
    for road in range(len(areas)):
        own = np.isin(graph.source, -1 - np.flatnonzero(owner == road))
        if not np.isin(graph.component[graph.tail[own]], reached).any():
            gap = shapely.distance(areas[road], streets.graph.lines) - streets.half_m
            found[road] = max(float(gap.min()), JOIN_M)
    return found


def retied(drawn: Drawn, points: Numbers, before: Tied) -> Tied:
    """Return where points reach the network with its drawn roads, from where they reached it before."""
    graph = drawn.streets.graph
    edge = np.where(before.edge >= 0, drawn.place[before.edge], -1)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    new = graph.lines[graph.source < 0]
    nearer = shapely.distance(shapely.points(points[known]), _nearest(new, points[known])) < before.off_m[known]
    again = known[(edge[known] < 0) | nearer]
    fresh = tied(graph, points[again])
    along, off = before.along_m.copy(), before.off_m.copy()
    edge[again], along[again], off[again] = fresh.edge, fresh.along_m, fresh.off_m
    return Tied(edge, along, off)


def _nearest(lines: Shapes, points: Numbers) -> Shapes:
    return np.asarray(lines[shapely.STRtree(lines).nearest(shapely.points(points))], dtype=object)
