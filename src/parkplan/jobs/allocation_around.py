"""What lies around the pieces of a scenario and matters to the solver: who adjoins whom, access, hazards, parks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from scipy.spatial.distance import cdist

from parkplan.jobs.compare import option_pieces
from parkplan.jobs.kept import Kept
from parkplan.jobs.site_question import obstacles, table
from parkplan.metrics.network import tied, way_m, ways_to_road_m
from parkplan.model.codes import CLUSTER
from parkplan.sites.contiguity import Contiguity, contiguity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.metrics.network import RoadGraph

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]

HAZARD: Final = "hazard"
SPECIAL: Final = "special_park"
_around: Final = Kept[tuple[object, ...], "Around"](limit=8)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """For the pieces of a state: who adjoins whom, how far the main roads are, hazard zones, parks, facilities.

    ``graph`` says which pieces adjoin; ``roads`` is the network (None without roads, where ways are straight lines by
    the ``detour``), ``way_m`` the way to the next arterial or expressway (inf without any); ``points``
    (pieces, 2) are centres; ``hazard`` says whether a piece lies in a hazard zone; ``lead`` is the lead cluster of its
    park (None without any). ``facilities`` are places by kind, ``park_name`` and ``park_lead`` the parks by id,
    ``special`` the special parks with a lead cluster.
    """

    graph: Contiguity
    roads: RoadGraph | None
    detour: float
    way_m: Numbers
    points: Numbers
    hazard: Flags
    lead: Texts
    facilities: dict[str, Numbers]
    park_name: dict[str, str]
    park_lead: dict[str, str]
    special: tuple[str, ...]

    def ways(self, points: Numbers, places: Numbers, reach_m: float) -> Numbers:
        """Return the ways from n points to m places (n, m), inf beyond reach: along roads where there are any."""
        if self.roads is None:
            return straight_ways(points, places) * self.detour
        return _known(way_m(self.roads, tied(self.roads, points), tied(self.roads, places), limit_m=reach_m))

    def access_m(self, kinds: Sequence[str], reach_m: float) -> Numbers:
        """Return the way of each piece to the nearest facility of some kinds, or to the next main road without any."""
        if not kinds:
            return self.way_m
        places = [self.facilities[kind] for kind in kinds if kind in self.facilities]
        if not places:
            return np.full(len(self.points), np.inf)
        return np.asarray(self.ways(self.points, np.concatenate(places), reach_m).min(axis=1))


def _known(ways: Numbers) -> Numbers:
    """Return ways with no way where one is unknown."""
    return np.where(np.isnan(ways), np.inf, ways)


def straight_ways(points: Numbers, places: Numbers) -> Numbers:
    """Return the straight lines from n points to m places (n, m) in metres: the stand-in where there are no roads.

    >>> straight_ways(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[5.0, 1.0]]
    """
    return np.asarray(cdist(points, places), dtype=np.float64)


def around(ws: Workspace, at: Option, gap_m: float, detour: float) -> Around:
    """Return what lies around, worked out once for the same land and data.

    Ways run along roads; without roads they are straight lines times the detour, and no main road is reached.
    """
    versions = tuple((info.name, info.version) for info in ws.tables())
    key = (ws.address, versions, at.edits, gap_m, detour)
    return _around.get(key, lambda: _made(ws, at, gap_m, detour))


def _made(ws: Workspace, at: Option, gap_m: float, detour: float) -> Around:
    state = at.state
    name, lead, kind = (_by_park(ws, column) for column in ("name", "lead_cluster", "kind"))
    pieces = option_pieces(at)
    graph = pieces.streets.graph
    return Around(
        roads=graph if pieces.streets else None,
        detour=detour,
        graph=contiguity(state.geometry, gap_m, obstacles(ws)),
        way_m=_known(ways_to_road_m(graph, pieces.ties, pieces.streets.main)),
        points=pieces.points,
        hazard=_in_zones(state.geometry, _hazards(ws)),
        lead=np.array([lead.get(str(park)) for park in state.park_id.tolist()], dtype=object),
        facilities=_facilities(ws),
        park_name=name,
        park_lead=lead,
        special=tuple(park for park in lead if kind.get(park) == SPECIAL),
    )


def parks_with_lead(ws: Workspace) -> dict[str, str]:
    """Return the names of the parks that have a lead cluster, with that cluster, by id."""
    name, lead = (_by_park(ws, column) for column in ("name", "lead_cluster"))
    return {
        park: f"{name.get(park, park)} · {CLUSTER[cluster].to() if cluster in CLUSTER else cluster}"
        for park, cluster in lead.items()
    }


def _by_park(ws: Workspace, column: str) -> dict[str, str]:
    """Return what is known of the parks by id."""
    parks = table(ws, "parks")
    if parks is None or not {"park_id", column} <= set(parks.columns):
        return {}
    return {
        str(park): value for park, value in zip(parks["park_id"], parks[column], strict=True) if isinstance(value, str)
    }


def _hazards(ws: Workspace) -> npt.NDArray[Any]:
    lines = table(ws, "constraints")
    if lines is None:
        return np.empty(0, dtype=object)
    zones = np.array(lines.geometry.array, dtype=object)
    return np.asarray(zones[(lines["kind"] == HAZARD).to_numpy(dtype=bool, na_value=False)])


def _in_zones(shapes: npt.NDArray[Any], zones: npt.NDArray[Any]) -> Flags:
    found = np.zeros(len(shapes), dtype=bool)
    if len(zones):
        found[shapely.STRtree(shapes).query(shapely.union_all(zones), predicate="intersects")] = True
    return found


def _facilities(ws: Workspace) -> dict[str, Numbers]:
    places = table(ws, "facilities")
    if places is None:
        return {}
    points = shapely.get_coordinates(shapely.centroid(np.array(places.geometry.array, dtype=object)))
    kinds = places["kind"].astype(str)
    return {str(kind): points[(kinds == kind).to_numpy()] for kind in sorted(kinds.unique())}
