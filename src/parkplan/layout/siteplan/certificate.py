"""The certificate of a plan: each rule with its clause, limit, value and margin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.corners import free_legs, least_radius
from parkplan.layout.siteplan.measures import is_high
from parkplan.layout.siteplan.shapes import common, parts, union
from parkplan.model.siteplan import CertificateLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import LimitId, Module, Piece, SitePlanProfile

FROM_INDICATORS: Final[Mapping[str, str]] = {
    "far_min": "far",
    "far_max": "far",
    "coefficient_min": "coefficient",
    "density_min": "density",
    "density_max": "density",
    "green_min": "green_share",
    "green_max": "green_share",
    "admin_land_max": "admin_land",
    "admin_floor_max": "admin_floor",
    "road_share_max": "road_share",
    "height_max_m": "height_m",
    "plot_min_m2": "site_area_m2",
}
AT_MOST: Final = frozenset(
    {
        "far_max",
        "density_max",
        "green_max",
        "admin_land_max",
        "admin_floor_max",
        "road_share_max",
        "height_max_m",
        "length_max_m",
        "fire_reach_m",
        "one_side_plant_m2",
        "one_side_warehouse_m2",
    }
)
COURT_M: Final = 18.0
MIDDLE: Final = np.linspace(0.05, 0.95, 10)


def certify(
    pieces: Sequence[Piece],
    place: Ground,
    figures: Mapping[str, float],
    profile: SitePlanProfile,
    modules: Mapping[str, Module],
) -> tuple[CertificateLine, ...]:
    """Return one line for each rule of the profile that has something to judge in this plan."""
    geometry = _Geometry(pieces, place, modules, {limit.id: limit.value for limit in profile.limits})
    found = []
    for limit in profile.limits:
        if limit.id in FROM_INDICATORS:
            value: float | None = figures[FROM_INDICATORS[limit.id]]
        elif limit.id == "parking_per_100_m2":
            value = figures["parking_places"] / max(figures["floor_area_m2"] / 100, 1e-9)
        else:
            value = geometry.value(limit.id, limit.value)
        if value is not None:
            margin = limit.value - value if limit.id in AT_MOST else value - limit.value
            found.append(CertificateLine(limit.id, limit.title, limit.clause, limit.value, value, margin))
    return tuple(found)


class _Geometry:
    """Distances and lengths of a plan in its frame, where buildings are upright rectangles."""

    def __init__(
        self, pieces: Sequence[Piece], place: Ground, modules: Mapping[str, Module], limits: Mapping[LimitId, float]
    ) -> None:
        self.place, self.modules, self.limits = place, modules, limits
        self.built = [piece for piece in pieces if piece.storeys]
        self.halls = [piece for piece in self.built if not modules[piece.module].administrative]
        self.docked = [piece for piece in self.halls if modules[piece.module].court]
        self.walls = np.array([piece.geometry for piece in self.built], dtype=object)
        self.road = union(piece.geometry for piece in pieces if piece.kind == "road")
        self.paved = union(piece.geometry for piece in pieces if piece.kind in {"road", "court"})
        shapely.prepare(self.road)

    def value(self, rule: LimitId, limit: float) -> float | None:
        """Return the value of a geometric rule, or None where nothing in the plan is subject to it."""
        kinds: dict[str, Callable[[], float | None]] = {
            "setback": lambda: self._setback(rule),
            "separation": lambda: self._separation(high=rule == "separation_high_m"),
            "length_max": lambda: max(_long(piece) for piece in self.built),
            "lane_clearance": lambda: self._least(self.road),
            "lane_width": lambda: limit if self._passable(limit) else 0.0,
            "fire_reach": lambda: max((self._reach(piece) for piece in self.halls), default=None),
            "one_side": lambda: self._one_sided(rule),
            "turning_radius": lambda: least_radius(self.road),
            "corner_cut": lambda: free_legs(self.place.boundary, self.place.access, self.walls),
            "court_depth": lambda: min((self._court(piece) for piece in self.docked), default=None),
        }
        return next(judge for kind, judge in kinds.items() if rule.startswith(kind))()

    def _setback(self, rule: LimitId) -> float | None:
        boundary = self.place.boundary
        lines = {
            "setback_boundary_m": [boundary.exterior],
            "setback_access_m": list(self.place.access),
            "setback_hole_m": list(boundary.interiors),
        }[rule]
        return self._least(union(lines)) if lines else None

    def _least(self, other: Any) -> float:  # noqa: ANN401
        return float(shapely.distance(self.walls, other).min())

    def _separation(self, *, high: bool) -> float | None:
        first, second = np.triu_indices(len(self.walls), 1)
        tall = np.array([is_high(piece) for piece in self.built])
        chosen = (tall[first] | tall[second]) == high
        if not chosen.any():
            return None
        return float(shapely.distance(self.walls[first[chosen]], self.walls[second[chosen]]).min())

    def _passable(self, width_m: float) -> bool:
        cores = parts(self.road.buffer(0.005 - width_m / 2))
        if not cores:
            return False
        core = max(cores, key=lambda part: part.area)
        gates = all(core.distance(gate) <= width_m for gate in self.place.gates)
        return gates and bool((shapely.distance(self.walls, core) <= 20 + width_m / 2).all())

    def _one_sided(self, rule: LimitId) -> float | None:
        """Return the greatest footprint of a plant, or of a warehouse, with a lane along one long side only."""
        reach = self.limits.get("fire_reach_m", np.inf)
        own = [piece for piece in self.halls if self._one_side_rule(piece) == rule]
        return max((float(piece.geometry.area) for piece in own if max(self._sides(piece)) > reach), default=None)

    def _one_side_rule(self, piece: Piece) -> LimitId:
        return "one_side_warehouse_m2" if self.modules[piece.module].role == "logistics" else "one_side_plant_m2"

    def _reach(self, piece: Piece) -> float:
        """Return the distance of the farther long side, or of the nearer one where a lane along one side will do."""
        least = 0.0 if is_high(piece) else self.limits.get(self._one_side_rule(piece), 0.0)
        return (min if piece.geometry.area <= least + 1e-6 else max)(self._sides(piece))

    def _sides(self, piece: Piece) -> tuple[float, float]:
        """Return the greatest distance of each long side from the road."""
        west, south, east, north = piece.geometry.bounds
        if east - west >= north - south:
            along = west + (east - west) * MIDDLE
            sides = [[(x, y) for x in along] for y in (south, north)]
        else:
            along = south + (north - south) * MIDDLE
            sides = [[(x, y) for y in along] for x in (west, east)]
        first, second = shapely.distance(shapely.points(sides), self.road).max(axis=1)
        return float(first), float(second)

    def _court(self, piece: Piece) -> float:
        """Return the mean paved depth, at most 18 m, before the better of the two walls along the row."""
        west, south, east, north = piece.geometry.bounds
        fronts = shapely.box([west, west], [south - COURT_M, north], [east, east], [south, north + COURT_M])
        return max(float(common(front, self.paved).area) for front in fronts) / float(east - west)


def _long(piece: Piece) -> float:
    west, south, east, north = piece.geometry.bounds
    return float(max(east - west, north - south))


def broken(lines: Sequence[CertificateLine]) -> tuple[LimitId, ...]:
    """Return the rules that a certificate shows as broken."""
    return tuple(line.rule for line in lines if not (line.holds or math.isinf(line.value)))
