"""The checker in any direction: borders that coincide but for rounding errors must not upset its overlays."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from parkplan.layout.siteplan_check import CheckedPiece, check

HALL = box(0, 0, 72, 30)
DEEP = {"court_depth_m": 15.0}

# A court that goes on past both ends of the wall, and one that is as wide as the wall. At each of these angles an
# overlay in floating-point numbers finds no pavement at all before the wall.
PAST_THE_WALL = [2.69, 99.85, 175.9]
AS_WIDE_AS_THE_WALL = [32.89, 58.24, 229.69, 320.22]


def turned(shape: Polygon, angle: float) -> Polygon:
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return shapely.transform(shape, lambda points: points @ np.array([[cos, sin], [-sin, cos]]))


def past_the_wall(depth: float) -> Polygon:
    return Polygon([(-10, -depth), (82, -depth), (82, 0), (72, 0), (0, 0), (-10, 0)])


def court_depths(court: Polygon, angle: float) -> list[float]:
    """What is said about courts of a hall in the middle of its site, with the road around it far from the wall."""
    land = box(-60, -60, 132, 90)
    lane = land.difference(box(-50, -50, 122, 80))
    rest = land.difference(shapely.union_all([HALL, court, lane]))
    pieces = [
        CheckedPiece("building", turned(HALL, angle), 1, 9.0, docks=True),
        CheckedPiece("court", turned(court, angle)),
        CheckedPiece("road", turned(lane, angle)),
        CheckedPiece("green", turned(rest, angle)),
    ]
    found = check(turned(land, angle), [], [], pieces, DEEP)
    return [violation.value for violation in found if violation.rule == "court_depth_m"]


@pytest.mark.parametrize("angle", [0.0, *PAST_THE_WALL])
def test_a_court_past_the_ends_of_the_wall_is_as_deep_in_every_direction(angle: float) -> None:
    assert court_depths(past_the_wall(18.0), angle) == []
    assert court_depths(past_the_wall(12.0), angle) == [pytest.approx(12.0, abs=1e-4)]


@pytest.mark.parametrize("angle", [0.0, *AS_WIDE_AS_THE_WALL])
def test_a_court_as_wide_as_the_wall_is_as_deep_in_every_direction(angle: float) -> None:
    assert court_depths(box(0, -18, 72, 0), angle) == []
    assert court_depths(box(0, -12, 72, 0), angle) == [pytest.approx(12.0, abs=1e-4)]
