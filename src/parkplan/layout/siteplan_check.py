"""An independent checker of site plans: it knows geometry and limits, and shares no code with the generator.

It reads any plan whose pieces carry the attributes of the exchange format (kind, storeys, storey height, role), in any
direction of the plane, so that the output of other tools can be scored by it too.

In a plan that stands askew, borders that should coincide differ by rounding errors, and an overlay in floating-point
numbers may then lose a whole polygon. Every overlay here therefore snaps to a grid of a thousandth of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import Polygon

OVERLAP_M2: Final = 0.5
LENGTH_M: Final = 0.005
GRID_M: Final = 1e-6
SHARE: Final = 1e-4
HIGH_M: Final = 24.0
DOUBLE_M: Final = 8.0
PLACE_M2: Final = 28.0
DOCK_DEPTH_M: Final = 18.0
SQUARE_M: Final = 0.1
SEAM_M: Final = 0.05
KINDS: Final = ("building", "admin_building", "plaza", "road", "court", "yard", "parking", "green")


@dataclass(frozen=True, slots=True)
class CheckedPiece:
    """A piece as a file gives it; ``docks`` says whether trucks load here, ``warehouse`` whether goods are stored."""

    kind: str
    geometry: Polygon
    storeys: int = 0
    storey_height_m: float = 0.0
    docks: bool = False
    warehouse: bool = False

    @property
    def tall(self) -> bool:
        """Whether this is a high-rise: above 24 m with more than one storey."""
        return self.storeys > 1 and self.storeys * self.storey_height_m > HIGH_M

    @property
    def built(self) -> bool:
        """Whether this is a building."""
        return self.kind in {"building", "admin_building"}


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: what, the limit, and the worst value found. Rules of the checker's own have no limit."""

    rule: str
    value: float
    limit: float | None = None


def check(
    boundary: Polygon,
    gates: Sequence[Any],
    access: Sequence[Any],
    pieces: Sequence[CheckedPiece],
    limits: Mapping[str, float],
) -> list[Violation]:
    """Return every violation of a plan; an empty list means that nothing was found.

    Besides the limits: pieces are valid polygons of known kinds, cover the site once, and roads are one network that
    joins all gates and reaches every building at the width that trucks need.
    """
    found = _pieces_are_sound(boundary, pieces)
    figures = recomputed(boundary, pieces)
    found += _figures_within(figures, limits)
    built = [piece for piece in pieces if piece.built]
    if not built:
        return [*found, Violation("buildings", 0.0)]
    found += _setbacks(boundary, access, built, limits)
    found += _separations(built, limits)
    found += _cut_corners(access, built, limits)
    found += _sizes(built, limits)
    return found + _roads(gates, pieces, built, limits)


def recomputed(boundary: Polygon, pieces: Sequence[CheckedPiece]) -> dict[str, float]:
    """Return the control indicators from the pieces alone."""
    site = boundary.area
    land = {kind: sum(piece.geometry.area for piece in pieces if piece.kind == kind) for kind in KINDS}
    floors = [(piece, piece.geometry.area * piece.storeys) for piece in pieces if piece.built]
    total = sum(floor for _, floor in floors)
    double = sum(floor for piece, floor in floors if piece.storey_height_m > DOUBLE_M)
    offices = sum(floor for piece, floor in floors if piece.kind == "admin_building")
    base = land["building"] + land["admin_building"]
    places = sum((piece.geometry.area / PLACE_M2 + 1e-6) // 1 for piece in pieces if piece.kind == "parking")
    return {
        "site_area_m2": site,
        "floor_area_m2": total,
        "footprint_m2": base,
        "far": (total + double) / site,
        "density": base / site,
        "coefficient": (base + land["yard"]) / site,
        "green_share": land["green"] / site,
        "road_share": land["road"] / site,
        "admin_land": (land["plaza"] + land["admin_building"]) / site,
        "admin_floor": offices / total if total else 0.0,
        "parking_places": float(places),
        "height_m": max((piece.storeys * piece.storey_height_m for piece, _ in floors), default=0.0),
    }


def _union(shapes: Sequence[Polygon]) -> Any:  # noqa: ANN401
    return shapely.union_all(list(shapes), grid_size=GRID_M)


def _common_m2(first: Any, second: Any) -> float:  # noqa: ANN401
    return float(shapely.intersection(first, second, grid_size=GRID_M).area)


def _pieces_are_sound(boundary: Polygon, pieces: Sequence[CheckedPiece]) -> list[Violation]:
    found = [Violation("unknown_kind", 1.0) for piece in pieces if piece.kind not in KINDS]
    shapes = [piece.geometry for piece in pieces]
    broken = [shape for shape in shapes if not shape.is_valid or shape.geom_type != "Polygon"]
    if broken:
        return [*found, Violation("invalid_polygon", float(len(broken)))]
    total, together = sum(shape.area for shape in shapes), _union(shapes)
    outside = shapely.difference(together, boundary, grid_size=GRID_M).area
    missing = shapely.difference(boundary, together, grid_size=GRID_M).area
    for rule, area in (("overlap", total - together.area), ("outside", outside), ("uncovered", missing)):
        if area > OVERLAP_M2:
            found.append(Violation(rule, float(area), OVERLAP_M2))
    return found


_FIGURES: Final = (
    ("far_min", "far", -1),
    ("far_max", "far", 1),
    ("coefficient_min", "coefficient", -1),
    ("density_min", "density", -1),
    ("density_max", "density", 1),
    ("green_min", "green_share", -1),
    ("green_max", "green_share", 1),
    ("admin_land_max", "admin_land", 1),
    ("admin_floor_max", "admin_floor", 1),
    ("road_share_max", "road_share", 1),
    ("height_max_m", "height_m", 1),
    ("plot_min_m2", "site_area_m2", -1),
)


def _figures_within(figures: Mapping[str, float], limits: Mapping[str, float]) -> list[Violation]:
    found = [
        Violation(rule, figures[name], limits[rule])
        for rule, name, sign in _FIGURES
        if rule in limits and sign * (figures[name] - limits[rule]) > SHARE
    ]
    need = limits.get("parking_per_100_m2", 0.0) * figures["floor_area_m2"] / 100
    if figures["parking_places"] < need - 1:
        found.append(Violation("parking_per_100_m2", figures["parking_places"], need))
    return found


def _too_near(
    rule: str,
    built: Sequence[CheckedPiece],
    other: Any,  # noqa: ANN401
    limits: Mapping[str, float],
) -> list[Violation]:
    if rule not in limits or other is None or shapely.is_empty(other):
        return []
    least = min(piece.geometry.distance(other) for piece in built)
    return [Violation(rule, least, limits[rule])] if least < limits[rule] - LENGTH_M else []


def _setbacks(
    boundary: Polygon, access: Sequence[Any], built: Sequence[CheckedPiece], limits: Mapping[str, float]
) -> list[Violation]:
    holes = shapely.union_all(list(boundary.interiors)) if boundary.interiors else None
    roads = shapely.union_all(list(access)) if access else None
    return [
        *_too_near("setback_boundary_m", built, boundary.exterior, limits),
        *_too_near("setback_access_m", built, roads, limits),
        *_too_near("setback_hole_m", built, holes, limits),
    ]


def _separations(built: Sequence[CheckedPiece], limits: Mapping[str, float]) -> list[Violation]:
    worst: dict[str, float] = {}
    for first, second in combinations(built, 2):
        tall = first.tall or second.tall
        rule = "separation_high_m" if tall else "separation_m"
        gap = first.geometry.distance(second.geometry)
        if rule in limits and gap < limits[rule] - LENGTH_M:
            worst[rule] = min(gap, worst.get(rule, gap))
    return [Violation(rule, gap, limits[rule]) for rule, gap in worst.items()]


def _corners(piece: CheckedPiece) -> np.ndarray:
    """Return the four corners of the smallest rectangle around a building, the first side along its length."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece.geometry))[:4]
    first, second = np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))
    return corners if first >= second else np.roll(corners, -1, axis=0)


def _long_sides(piece: CheckedPiece) -> list[tuple[np.ndarray, np.ndarray]]:
    corners = _corners(piece)
    return [(corners[0], corners[1]), (corners[2], corners[3])]


def _all_sides(piece: CheckedPiece) -> list[tuple[np.ndarray, np.ndarray]]:
    corners = _corners(piece)
    return [(corners[index], corners[(index + 1) % 4]) for index in range(4)]


def _sizes(built: Sequence[CheckedPiece], limits: Mapping[str, float]) -> list[Violation]:
    longest = max(float(np.hypot(*(end - start))) for piece in built for start, end in _long_sides(piece))
    most = limits.get("length_max_m", np.inf)
    return [Violation("length_max_m", longest, most)] if longest > most + LENGTH_M else []


def _roads(
    gates: Sequence[Any], pieces: Sequence[CheckedPiece], built: Sequence[CheckedPiece], limits: Mapping[str, float]
) -> list[Violation]:
    road = _union([piece.geometry for piece in pieces if piece.kind == "road"])
    found = []
    if shapely.is_empty(road) or road.geom_type != "Polygon":
        return [Violation("road_connected", float(shapely.get_num_geometries(road)))]
    found += _too_near("lane_clearance_m", built, road, limits)
    width = limits.get("lane_width_m", 0.0)
    reach = limits.get("fire_reach_m", np.inf)
    cores = shapely.get_parts(road.buffer(-(width / 2 - 2 * LENGTH_M)))
    if not len(cores):
        return [*found, Violation("lane_width_m", 0.0, width)]
    core = max(cores, key=lambda part: part.area)
    stranded = [gate for gate in gates if core.distance(gate) > width]
    far = [piece for piece in built if core.distance(piece.geometry) > 20 + width / 2]
    if stranded or far:
        found.append(Violation("lane_width_m", float(len(stranded) + len(far)), width))
    halls = [piece for piece in built if piece.kind == "building"]
    worst = max((_farthest(piece, road, limits) for piece in halls), default=0.0)
    if worst > reach + LENGTH_M:
        found.append(Violation("fire_reach_m", worst, reach))
    paved = _union([piece.geometry for piece in pieces if piece.kind in {"road", "court"}])
    radius = limits.get("turning_radius_m", 0.0)
    if radius and (sharp := _sharp_corners(road, radius)):
        found.append(Violation("turning_radius_m", float(sharp), radius))
    least = limits.get("court_depth_m", 0.0)
    depth = min((_dock_depth(piece, paved, least) for piece in halls if piece.docks), default=np.inf)
    if depth < least - LENGTH_M:
        found.append(Violation("court_depth_m", depth, least))
    return found


def _sharp_corners(road: Any, radius: float) -> int:  # noqa: ANN401
    """Return how many inner corners of the road a disc of a radius cannot follow.

    Land between two roads is no corner, and neither is a seam thinner than a hand.
    """
    closed = road.buffer(radius).buffer(-radius)
    left = shapely.get_parts(shapely.difference(closed, road, grid_size=GRID_M))
    return sum(1 for part in left if 1.0 < part.area < radius**2 and not part.buffer(-SEAM_M).is_empty)


def _cut_corners(access: Sequence[Any], built: Sequence[CheckedPiece], limits: Mapping[str, float]) -> list[Violation]:
    """Return where a building stands in the sight triangle between two public roads."""
    leg = limits.get("corner_cut_m", 0.0)
    for first, second in combinations(access, 2):
        point = first.intersection(second)
        if leg and point.geom_type == "Point":
            ends = [point.buffer(leg).boundary.intersection(line) for line in (first, second)]
            triangle = shapely.MultiPoint([p for p in (point, *ends) if p.geom_type == "Point"]).convex_hull
            if any(_common_m2(piece.geometry, triangle) > OVERLAP_M2 for piece in built):
                return [Violation("corner_cut_m", 0.0, leg)]
    return []


def _farthest(piece: CheckedPiece, road: Any, limits: Mapping[str, float]) -> float:  # noqa: ANN401
    """Return the greatest distance to the road along the middle nine tenths of the long sides.

    Of a square either pair of opposite sides may serve; of a low building of small footprint one side is enough.
    """
    small = limits.get("one_side_warehouse_m2" if piece.warehouse else "one_side_plant_m2", 0.0)
    enough = min if not piece.tall and piece.geometry.area <= small + LENGTH_M else max
    shares = np.linspace(0.05, 0.95, 10)[:, None]
    sides = _all_sides(piece)
    lengths = [float(np.hypot(*(end - start))) for start, end in sides]
    pairs = [(sides[0], sides[2])]
    if lengths[0] - lengths[1] < SQUARE_M:
        pairs.append((sides[1], sides[3]))
    return min(
        enough(
            float(shapely.distance(shapely.points(start + (end - start) * shares), road).max()) for start, end in pair
        )
        for pair in pairs
    )


def _dock_depth(piece: CheckedPiece, paved: Any, enough: float) -> float:  # noqa: ANN401
    """Return the mean paved depth before the best wall, at most 18 m; the first that is deep enough will do."""
    middle = np.array(piece.geometry.centroid.coords[0])
    best = 0.0
    for start, end in _all_sides(piece):
        along = end - start
        length = float(np.hypot(*along))
        outward = np.array([along[1], -along[0]]) / length
        outward = outward if np.dot(outward, (start + end) / 2 - middle) > 0 else -outward
        front = shapely.Polygon([start, end, end + outward * DOCK_DEPTH_M, start + outward * DOCK_DEPTH_M])
        if length >= 20 and best < enough:
            best = max(best, _common_m2(front, paved) / length)
    return best
