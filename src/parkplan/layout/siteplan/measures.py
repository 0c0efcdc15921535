"""Indicators of a plan, as the rules define them, and measures of its quality by which options are ranked."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.land import STALL_M2
from parkplan.layout.siteplan.roads import LANE_M
from parkplan.layout.siteplan.shapes import common, opened, parts, union, without
from parkplan.model.siteplan import DOUBLE_STOREY_M, HIGH_RISE_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely import Point

    from parkplan.layout.siteplan.buildings import Block
    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import Module, Piece

SLIVER_M: Final = 1.5
LEAST_SIDE_M: Final = 6.0
FACING_DEG: Final = 30.0
LOOP_M: Final = 12.0
GATE_FREE_M: Final = 30.0
STUB_M: Final = 2.5
DOGLEG_M: Final = (1.5, 20.0)
WIDE_ROAD_M: Final = 10.0

GREATER_IS_BETTER: Final[Mapping[str, bool]] = {
    "floor_area_m2": True,
    "dock_m": True,
    "regularity": True,
    "green_share": True,
    "road_share": False,
    "cost_per_m2": False,
    "unused_share": False,
    "sliver_share": False,
    "wide_road_share": False,
    "doglegs": False,
    "dead_end_m": False,
    "daylight": True,
    "phase_balance": True,
    "gate_distance_m": False,
}
DECISIVE: Final = ("floor_area_m2", "green_share", "road_share", "dock_m", "cost_per_m2", "soundness")
"""The measures of the Pareto front. With all of them nearly every plan would be on the first front."""
FLAWS: Final[Mapping[str, float]] = {
    "unused_share": 0.10, "sliver_share": 0.02, "wide_road_share": 0.02, "doglegs": 2.0, "dead_end_m": 60.0,
    "gate_distance_m": 400.0,
}  # fmt: skip
"""At this much of a flaw, half of its points are lost."""
VIRTUES: Final = ("regularity", "daylight", "phase_balance")


def indicators(pieces: Sequence[Piece], site_m2: float) -> dict[str, float]:
    """Return the control indicators.

    ``far`` counts a storey higher than 8 m twice; ``coefficient`` is footprints and open storage yards over the site,
    ``density`` footprints alone; ``admin_land`` is the land of administration and living, ``admin_floor`` its share of
    the floor area.
    """
    areas = dict.fromkeys(("road", "court", "yard", "parking", "green", "plaza", "building", "admin_building"), 0.0)
    for piece in pieces:
        areas[piece.kind] += float(piece.geometry.area)
    built = [piece for piece in pieces if piece.storeys]
    floor = sum(piece.floor_area_m2 for piece in built)
    counted = sum(piece.floor_area_m2 * (2 if piece.storey_height_m > DOUBLE_STOREY_M else 1) for piece in built)
    admin_floor = sum(piece.floor_area_m2 for piece in built if piece.kind == "admin_building")
    footprint = areas["building"] + areas["admin_building"]
    return {
        "site_area_m2": site_m2,
        "floor_area_m2": floor,
        "footprint_m2": footprint,
        "far": counted / site_m2,
        "density": footprint / site_m2,
        "coefficient": (footprint + areas["yard"]) / site_m2,
        "green_share": areas["green"] / site_m2,
        "road_share": areas["road"] / site_m2,
        "court_share": areas["court"] / site_m2,
        "yard_share": areas["yard"] / site_m2,
        "parking_share": areas["parking"] / site_m2,
        "admin_land": (areas["plaza"] + areas["admin_building"]) / site_m2,
        "admin_floor": admin_floor / floor if floor else 0.0,
        "parking_places": float(
            sum(int(piece.geometry.area / STALL_M2 + 1e-6) for piece in pieces if piece.kind == "parking")
        ),
        "height_m": max((piece.height_m for piece in built), default=0.0),
        "buildings": float(len(built)),
    }


def is_high(piece: Piece) -> bool:
    """Whether a building counts as high-rise: above 24 m with more than one storey."""
    return piece.height_m > HIGH_RISE_M and piece.storeys > 1


def quality(
    pieces: Sequence[Piece],
    blocks: Sequence[Block],
    modules: Mapping[str, Module],
    place: Ground,
    unused_m2: float,
) -> dict[str, float]:
    """Return what is good or bad about a plan beyond the rules.

    ``dock_m`` is the length of walls at truck courts, ``regularity`` the share of floor area in buildings of the most
    frequent sizes, ``unused_share`` open storage and parking beyond what the rules ask for, on land too irregular for
    a building, ``sliver_share`` land narrower than 3 m,
    ``wide_road_share`` roads broader than 20 m, as at sharp corners that were paved,
    ``doglegs`` lanes that miss their continuation across a street, ``dead_end_m`` the length of roads on no
    loop,
    ``phase_balance`` how evenly the floor area is spread over the phases,
    ``daylight`` the share of floor area whose long walls face within 30 degrees of north and south, ``gate_distance_m``
    the mean distance of floor area from the gate (in a straight line).
    """
    site = sum(float(piece.geometry.area) for piece in pieces)
    halls = [hall for block in blocks for row in block.halls for hall in row]
    docks = [(hall.sides[2] - hall.sides[0]) * (hall.dock_below + hall.dock_above) for hall in halls]
    open_land = [piece.geometry for piece in pieces if piece.kind in {"green", "yard", "court", "parking"}]
    kept = shapely.buffer(open_land, -SLIVER_M, join_style="mitre").tolist() if open_land else []
    slivers = sum(land.area for land, core in zip(open_land, kept, strict=True) if core.is_empty)
    built = [piece for piece in pieces if piece.storeys]
    road = union(piece.geometry for piece in pieces if piece.kind == "road")
    cost = sum(piece.floor_area_m2 * modules[piece.module].cost_yuan_per_m2 for piece in built)
    return {
        "dock_m": float(sum(docks)),
        "regularity": _regularity([hall.sides for hall in halls]),
        "unused_share": unused_m2 / site,
        "sliver_share": float(slivers) / site,
        "doglegs": float(_doglegs(blocks)),
        "wide_road_share": float(common(opened(road, WIDE_ROAD_M), road).area) / site,
        "dead_end_m": dead_end_m(road, place.gates),
        "daylight": _daylight(built, 90.0 - place.frame.angle_deg),
        "phase_balance": phase_balance(built),
        "cost_yuan": cost,
        "cost_per_m2": cost / max(sum(piece.floor_area_m2 for piece in built), 1.0),
    }


def _regularity(sides: Sequence[tuple[float, float, float, float]]) -> float:
    if not sides:
        return 0.0
    west, south, east, north = np.array(sides).T
    sizes = np.round(np.stack([east - west, north - south], axis=1) / LEAST_SIDE_M)
    _, inverse, counts = np.unique(sizes, axis=0, return_inverse=True, return_counts=True)
    common = np.argsort(-counts, kind="stable")[:3]
    areas = (east - west) * (north - south)
    return float(areas[np.isin(inverse.ravel(), common)].sum() / areas.sum())


def soundness(figures: Mapping[str, float]) -> float:
    """Return the mean of regularity, daylight, balance of phases and the absence of each flaw, between 0 and 1.

    >>> perfect = dict.fromkeys(FLAWS, 0.0) | dict.fromkeys(VIRTUES, 1.0)
    >>> soundness(perfect), round(soundness(perfect | {"doglegs": 2.0}), 3)
    (1.0, 0.944)
    """
    kept = [1.0 / (1.0 + figures[name] / half) for name, half in FLAWS.items()]
    kept += [figures[name] for name in VIRTUES]
    return sum(kept) / len(kept)


def dead_end_m(road: Any, gates: Sequence[Point]) -> float:  # noqa: ANN401
    """Return the length of roads that lie on no loop around land, the last metres before a gate left out.

    >>> ring = shapely.box(0, 0, 100, 100).difference(shapely.box(7, 7, 93, 93))
    >>> round(dead_end_m(ring.union(shapely.box(100, 50, 170, 57)), []))
    64
    """
    blocks = [shapely.Polygon(ring) for part in parts(road) for ring in part.interiors]
    loops = union([*(block.buffer(LOOP_M) for block in blocks), *(gate.buffer(GATE_FREE_M) for gate in gates)])
    stubs = parts(opened(without(road, loops), STUB_M))
    return sum(float(stub.area) for stub in stubs) / LANE_M


def phase_balance(built: Sequence[Piece]) -> float:
    """Return the least floor area of a phase as a share of what each would have if all were equal.

    >>> from parkplan.model.siteplan import Piece
    >>> land = shapely.box(0, 0, 10, 10)
    >>> phase_balance([Piece("a", "building", land, storeys=3), Piece("b", "building", land, storeys=1, phase=2)])
    0.5
    """
    floor: dict[int, float] = {}
    for piece in built:
        floor[piece.phase] = floor.get(piece.phase, 0.0) + piece.floor_area_m2
    last = max(floor, default=0)
    return min(floor.get(phase, 0.0) for phase in range(1, last + 1)) * last / sum(floor.values()) if last else 0.0


def _daylight(built: Sequence[Piece], north_deg: float) -> float:
    """Return the share of floor area in buildings whose long walls face north and south, within 30 degrees."""
    lit = floor = 0.0
    for piece in built:
        west, south, east, north = piece.geometry.bounds
        facing = (90.0 if east - west >= north - south else 0.0) - north_deg
        floor += piece.floor_area_m2
        lit += piece.floor_area_m2 if abs((facing + 90.0) % 180.0 - 90.0) <= FACING_DEG else 0.0
    return lit / floor if floor else 0.0


def _doglegs(blocks: Sequence[Block]) -> int:
    levels = [
        [(lower.north + upper.south) / 2 for lower, upper in zip(block.spans[:-1], block.spans[1:], strict=True)]
        for block in blocks
    ]
    low, high = DOGLEG_M
    return sum(
        1
        for first, second in pairwise(levels)
        for level in first
        if any(low < abs(level - other) < high for other in second)
    )
