"""Roads of a plan: the ring behind the green belt, cross streets, lanes beside the rows, and the gates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from parkplan.layout.siteplan.frame import nearest_edge
from parkplan.layout.siteplan.shapes import (
    Box,
    UnbuildableError,
    boxes,
    common,
    largest,
    opened,
    parts,
    shrunk,
    union,
    without,
)
from parkplan.layout.siteplan.strip import road_along

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import Choices

LANE_M: Final = 7.0
CLEAR_M: Final = 6.0
CORNER_M: Final = 7.0
RING_CORNER_M: Final = 12.0
GATE_M: Final = 12.0
HOLE_BELT_M: Final = 7.5
KERB_M: Final = 0.5
SIDE_GATE_M: Final = 9.0
GATE_REACH_M: Final = 70.0
LEAST_BLOCK_M2: Final = 1200.0
COLLECTOR_WIDER_M: Final = 5.0
LAND_CORNER_M: Final = 6.1
NOSES_M: Final = (4.0, 2.5, 1.5)
HAIR_M: Final = 0.25
LEAST_TIP_M2: Final = 80.0
SEAM_M: Final = 0.002
WIDE_GAP_M: Final = 44.0
WALL_LANE_M: Final = 19.5
DOCK_LANE_M: Final = 11.0
NEAR_ROAD_M: Final = 15.0


@dataclass(frozen=True, slots=True)
class Network:
    """The roads before the rows are known.

    ``outer`` is the land within the ring road's outer kerb, ``inner`` within its inner kerb, ``streets`` the west and
    east side of each cross street, ``medians`` those of green medians, ``gates`` the pieces that join gates and ring.
    ``within`` is all land within the inner kerb, sharp tips and small remnants included, ``inner`` the part of it on
    which rows may stand. ``one_sided`` says that a single road runs beside the rows, whose far side has no lane.
    ``soft`` are holes with a green belt and no road around them.
    """

    outer: Polygon
    inner: Any
    streets: tuple[tuple[float, float], ...]
    medians: tuple[tuple[float, float], ...]
    gates: tuple[Polygon, ...]
    within: Any
    one_sided: bool = False
    soft: Any = field(default_factory=Polygon)


def network(place: Ground, choices: Choices) -> Network:
    """Return ring, cross streets and gates; raises UnbuildableError where the site is too narrow for them."""
    if choices.pattern == "strip":
        return _one_road(place, choices)
    net = shrunk(place.boundary, choices.belt_m)
    if choices.front_m > choices.belt_m and place.access:
        net = without(net, shapely.buffer(union(place.access), choices.front_m, cap_style="square"))
    outer = largest(opened(largest(net), RING_CORNER_M))
    within = outer.buffer(-choices.ring_m)
    soft = Polygon()
    if not choices.hole_road:
        soft = union(_holes(place.boundary)).buffer(HOLE_BELT_M)
        outer = largest(without(outer, soft))
        within = common(Polygon(outer.exterior).buffer(-choices.ring_m), outer)
    if choices.pattern == "comb" and place.access:
        collector = choices.front_m + choices.ring_m + COLLECTOR_WIDER_M
        within = without(within, shapely.buffer(union(place.access), collector, cap_style="square"))
    inner = union(block for block in parts(opened(within, CORNER_M)) if block.area >= LEAST_BLOCK_M2)
    if inner.is_empty:
        raise UnbuildableError
    rolled = common(outer.buffer(CORNER_M).buffer(-CORNER_M), place.boundary.buffer(-KERB_M, join_style="mitre"))
    outer = largest(union([outer, rolled]))
    gates = tuple(
        _gate(place, outer, gate, GATE_M if index == 0 else SIDE_GATE_M) for index, gate in enumerate(place.gates)
    )
    streets, medians = _streets(inner, place.gates[0], outer, place.boundary, choices)
    return Network(outer, inner, streets, medians, gates, within, soft=soft)


def _holes(boundary: Polygon) -> list[Polygon]:
    return [Polygon(ring) for ring in boundary.interiors]


def moved_streets(net: Network, place: Ground, choices: Choices) -> Network:
    """Return the roads with the cross streets of other choices that differ in nothing else; not for a strip."""
    streets, medians = _streets(net.inner, place.gates[0], net.outer, place.boundary, choices)
    return replace(net, streets=streets, medians=medians)


def _one_road(place: Ground, choices: Choices) -> Network:
    """Return the road of a strip; a gate that does not lie on it is joined to it by a street."""
    road, inner = road_along(place, choices)
    west, _, east, _ = inner.bounds
    half = choices.street_m / 2
    centres = [west + (east - west) * share for share in choices.streets if not choices.locked_m]
    centres += choices.locked_m
    for gate in place.gates:
        wanted = float(np.clip(gate.x, west + half, east - half))
        if gate.distance(road) > NEAR_ROAD_M and all(abs(wanted - centre) > GATE_M for centre in centres):
            centres.append(wanted)
    streets = tuple((centre - half, centre + half) for centre in sorted(centres))
    outer = largest(union([road, inner]))
    net = Network(outer, inner, streets, (), (), inner, one_sided=True)
    paved = union([road, street_land(net)])
    wide = [GATE_M, *[SIDE_GATE_M] * len(place.gates)]
    gates = tuple(
        _gate(place, paved, gate, width if gate.distance(road) <= NEAR_ROAD_M else choices.street_m)
        for gate, width in zip(place.gates, wide, strict=False)
    )
    return replace(net, gates=gates)


def _gate(place: Ground, outer: Any, gate: Point, width_m: float) -> Polygon:  # noqa: ANN401
    """Return the straight piece of road from a gate to the ring."""
    first, second = nearest_edge(place.boundary, gate)
    along = (second - first) / np.hypot(*(second - first))
    inward = np.array([-along[1], along[0]])
    origin = np.array([gate.x, gate.y])
    ray = LineString([origin, origin + inward * GATE_REACH_M]).intersection(outer)
    if ray.is_empty:
        raise UnbuildableError
    depth = gate.distance(ray) + width_m / 2
    ends = [origin - inward - along * width_m / 2, origin + inward * depth - along * width_m / 2]
    other = [origin + inward * depth + along * width_m / 2, origin - inward + along * width_m / 2]
    return largest(common(Polygon([*ends, *other]), place.boundary))


def _streets(
    inner: Any,  # noqa: ANN401
    gate: Point,
    outer: Polygon,
    boundary: Polygon,
    choices: Choices,
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
    west, _, east, _ = inner.bounds
    first, second = nearest_edge(boundary, gate)
    upright = abs(second[0] - first[0]) > 0.94 * np.hypot(*(second - first))
    places = [west + (east - west) * share for share in choices.streets]
    if upright and places and not choices.locked_m:
        nearest = int(np.argmin([abs(place - gate.x) for place in places]))
        if west + 40 < gate.x < east - 40 and outer.buffer(1).intersects(gate.buffer(GATE_REACH_M)):
            places[nearest] = gate.x
    half = choices.street_m / 2
    if not choices.hole_road:
        places = [_beside(place, _holes(boundary), half + choices.median_m) for place in places]
    places = sorted([*places, *choices.locked_m])
    streets = tuple((place - half, place + half) for place in places)
    medians: tuple[tuple[float, float], ...] = ()
    if choices.median_m > 0 and places:
        middle = places[len(places) // 2]
        medians = ((middle - choices.median_m / 2, middle + choices.median_m / 2),)
        wide = choices.median_m / 2 + LANE_M
        streets = tuple(
            (middle - wide, middle + wide) if place == middle else pair
            for place, pair in zip(places, streets, strict=True)
        )
    return streets, medians


def _beside(place: float, holes: Sequence[Polygon], half_m: float) -> float:
    """Return the position of a street that no road leads around a hole for: where it would end there, beside it."""
    for hole in holes:
        west, _, east, _ = map(float, hole.bounds)
        near, far = west - HOLE_BELT_M - half_m, east + HOLE_BELT_M + half_m
        if near < place < far:
            return near if place - near <= far - place else far
    return place


def street_land(net: Network) -> Any:  # noqa: ANN401
    """Return the land of the cross streets inside the ring, medians left out."""
    _, south, _, north = net.within.bounds
    land = union(boxes([(west, south - 1, east, north + 1) for west, east in net.streets]))
    medians = union(boxes([(west, south - 1, east, north + 1) for west, east in net.medians]))
    return common(without(land, medians), net.within)


@dataclass(frozen=True, slots=True)
class Span:
    """A row as the lanes see it: its south and north side, the buildings' west and east sides, where trucks dock."""

    south: float
    north: float
    sides: tuple[tuple[float, float], ...]
    dock_south: bool
    dock_north: bool

    @property
    def lane_south(self) -> tuple[float, float]:
        """South and north side of a lane of its own below the row, beyond the apron where trucks dock there."""
        near = self.south - (DOCK_LANE_M if self.dock_south else CLEAR_M)
        return near - LANE_M, near

    @property
    def lane_north(self) -> tuple[float, float]:
        """South and north side of a lane of its own above the row."""
        near = self.north + (DOCK_LANE_M if self.dock_north else CLEAR_M)
        return near, near + LANE_M


def lane_bands(
    rows: Sequence[Span],
    ring: Any,  # noqa: ANN401
    *,
    one_sided: bool = False,
) -> list[tuple[float, float, Span | None, Span | None]]:
    """Return south and north side of each lane with the rows below and above it.

    A gap between two rows gets one lane in its middle, or one along each row where it is wide. The first and the last
    row get a lane of their own only where the ring road runs too far from their walls.
    """
    found: list[tuple[float, float, Span | None, Span | None]] = []
    for lower, upper in pairwise(rows):
        gap = upper.south - lower.north
        if gap <= WIDE_GAP_M:
            middle = (upper.south + lower.north) / 2
            found.append((middle - LANE_M / 2, middle + LANE_M / 2, lower, upper))
        else:
            found.append((*lower.lane_north, lower, None))
            found.append((*upper.lane_south, None, upper))
    if one_sided:
        return found
    if rows and _far(rows[0].sides, rows[0].south, ring):
        found.append((*rows[0].lane_south, None, rows[0]))
    if rows and _far(rows[-1].sides, rows[-1].north, ring):
        found.append((*rows[-1].lane_north, rows[-1], None))
    return found


def _far(sides: Sequence[tuple[float, float]], level: float, ring: Any) -> bool:  # noqa: ANN401
    points = [(west + (east - west) * share, level) for west, east in sides for share in (0.0, 0.5, 1.0)]
    return bool((shapely.distance(shapely.points(points), ring) > WALL_LANE_M).any())


def lane_land(rows: Sequence[Span], net: Network, block: tuple[float, float]) -> list[Polygon]:
    """Return the lanes of one block: each runs from street to street or ring, and serves at least one building."""
    lanes = []
    west, east = block
    ring = without(net.outer, net.inner)
    for south, north, lower, upper in lane_bands(rows, ring, one_sided=net.one_sided):
        served = [side for row in (lower, upper) if row is not None for side in row.sides]
        for piece in parts(shapely.clip_by_rect(net.within, west, south, east, north)):
            left, _, right, _ = piece.bounds
            if any(left < side_east and side_west < right for side_west, side_east in served):
                lanes.append(piece)
    return lanes


def blocks_between(net: Network) -> list[tuple[float, float]]:
    """Return west and east side of the blocks between the cross streets."""
    west, _, east, _ = net.inner.bounds
    edges = [west - 1.0, *(side for street in net.streets for side in street), east + 1.0]
    return [(edges[index], edges[index + 1]) for index in range(0, len(edges), 2)]


def rounded_blocks(net: Network, roads: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return the land between the roads with corners rounded for turning trucks, and the islands beside it.

    What rounding cuts off a sharp tip or a narrow strip is too large to be a corner: it is an island between two roads
    that run together, its nose rounded as far as it is broad.
    """
    if net.one_sided:
        paved = union([without(net.outer, net.inner), roads])
        return without(net.inner, union([roads, paved.buffer(CORNER_M).buffer(-CORNER_M)])), Polygon()
    raw = without(union([net.within, net.soft]), roads)
    land = opened(raw, LAND_CORNER_M, round_to=8)
    islands: list[Polygon] = []
    for nose in NOSES_M:
        rest = opened(without(opened(raw, nose), union([land, *islands])), HAIR_M)
        tips = [tip for tip in parts(rest) if tip.area >= LEAST_TIP_M2]
        islands += shapely.buffer(tips, SEAM_M, join_style="mitre").tolist() if tips else []
    return without(land, net.soft), without(union(islands), union([land, net.soft]))


def with_splays(paved: Any, net: Network, place: Ground) -> Any:  # noqa: ANN401
    """Return the roads with the corners at the gates rounded, as far as the belt allows."""
    near = union(net.gates).buffer(CORNER_M + 2.0)
    local = common(paved, near)
    rolled = common(local.buffer(CORNER_M).buffer(-CORNER_M), place.boundary)
    return union([paved, common(rolled, near.buffer(-1.0))])


def box_of(sides: Box) -> Polygon:
    """Return one upright rectangle."""
    return shapely.box(*sides)
