"""Narrow sites: one road along one side, buildings in a row beside it, turning places at its ends.

A ring needs lanes on both sides of a row. On a narrow site plants stay small enough that a lane along one long side
serves them, and the other side stands at the setback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parkplan.layout.siteplan.shapes import UnbuildableError, common, largest, opened, parts, shrunk, union, without
from parkplan.model.siteplan import HIGH_RISE_M, Choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parkplan.layout.siteplan.frame import Ground
    from parkplan.model.siteplan import Module

NARROW_M: Final = 115.0
ROAD_M: Final = 7.5
ROAD_BELT_M: Final = 3.0
TURNING_M: Final = 15.0
THIN_M: Final = 4.0
CORNER_M: Final = 7.0
REAR_M: Final = 6.0
END_M: Final = 1.0


def extents(place: Ground, angle_deg: float) -> tuple[float, float]:
    """Return the extent of the site along a direction against its frame, and across it."""
    points = np.asarray(place.boundary.exterior.coords)
    angle = np.radians(angle_deg)
    turned = points @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    along, across = np.ptp(turned, axis=0)
    return float(along), float(across)


def green_of(limits: Mapping[str, float]) -> tuple[float, float]:
    """Return the least and greatest green share."""
    return limits.get("green_min", 0.0), limits.get("green_max", 0.3)


def is_narrow(place: Ground) -> bool:
    """Whether the site is too narrow for two rows with a ring road around them."""
    sides = shapely.get_coordinates(place.boundary.minimum_rotated_rectangle)[:3]
    return bool(np.hypot(*np.diff(sides, axis=0).T).min() < NARROW_M)


def strip(
    rng: np.random.Generator,
    place: Ground,
    angles: Sequence[float],
    modules: Mapping[str, Module],
    limits: Mapping[str, float],
) -> Choices:
    """Return the choices of one attempt with a single road along the length of the site."""
    both = [angle + turn for angle in angles for turn in (0.0, 90.0)]
    lengthwise = sorted(both, key=lambda angle: -round(extents(place, angle)[0] / extents(place, angle)[1], 3))
    angle = lengthwise[0] if rng.random() < 0.8 else lengthwise[min(1, len(lengthwise) - 1)]
    low_rise = sorted(
        name
        for name, module in modules.items()
        if module.role == "industry" and module.storeys[0] * module.storey_height_m <= HIGH_RISE_M
    )
    low, top = green_of(limits)
    half = 3.5
    end = (half + END_M) / extents(place, angle)[0]
    mix = tuple(sorted({str(rng.choice(low_rise)), str(rng.choice(low_rise))})) if low_rise else ()
    return Choices(
        angle_deg=angle,
        pattern="strip",
        belt_m=max(0.0, limits.get("setback_boundary_m", REAR_M) - REAR_M) + float(rng.choice([0.0, 0.0, 1.0])),
        front_m=max(0.0, limits.get("setback_access_m", REAR_M) - REAR_M) + float(rng.choice([0.0, 1.0])),
        ring_m=ROAD_M,
        street_m=2 * half,
        median_m=0.0,
        streets=() if rng.random() < 0.7 else (round(end, 4), round(1 - end, 4)),
        locked_m=(),
        modules=mix,
        court_m=30.0,
        gap_m=float(rng.choice([10.0, 11.0, 12.0])),
        aligned=True,
        green=float(rng.uniform(low + 0.1 * (top - low), low + 0.6 * (top - low))),
        admin_share=float(rng.choice([0.04, 0.05, 0.06])),
        phases=2,
        lift=float(rng.choice([0.0, 0.1, 1.0])),
        side="south" if rng.random() < 0.5 else "north",
        longest_m=float(rng.choice([48.0, 54.0, 60.0, 72.0, 99.0])),
    )


def road_along(place: Ground, choices: Choices) -> tuple[Any, Any]:
    """Return the road along one side with its turning places, and the land beside it for buildings."""
    up = 1.0 if choices.side == "south" else -1.0
    within = shrunk(place.boundary, ROAD_BELT_M)
    road = _side(within, up * choices.ring_m)
    west, south, east, north = road.bounds
    ends = [shapely.box(west, south, west + TURNING_M, north + TURNING_M)]
    ends.append(shapely.box(east - TURNING_M, south, east, north + TURNING_M))
    if up < 0:
        ends = [shapely.transform(box, lambda xy: xy - np.array([0.0, TURNING_M])) for box in ends]
    turning = common(_side(within, up * TURNING_M), union(ends))
    road = largest(union([road, turning]))
    road = largest(common(road.buffer(CORNER_M).buffer(-CORNER_M), within))
    land = shrunk(place.boundary, choices.belt_m)
    if place.access and choices.front_m > choices.belt_m:
        land = without(land, shapely.buffer(union(place.access), choices.front_m, cap_style="square"))
    beside = union(part for part in parts(opened(without(land, road), THIN_M)) if part.area > TURNING_M**2)
    if beside.is_empty:
        raise UnbuildableError
    return road, beside


def _side(land: Any, by: float) -> Any:  # noqa: ANN401
    """Return the part of the land within a distance of its southern side, or its northern one for a negative one."""
    band = without(land, shapely.transform(land, lambda xy: xy + np.array([0.0, by])))
    return largest(opened(band, min(abs(by) / 2 - 0.6, 3.0)))
