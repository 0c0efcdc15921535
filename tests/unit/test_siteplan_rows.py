"""Rows: the dynamic programme against enumeration, packing by hand."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from shapely import LineString, Point, box

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.layout.siteplan import generate
from parkplan.layout.siteplan.collision import no_room, smallest_collision
from parkplan.layout.siteplan.diversity import distances, fronts, spread
from parkplan.layout.siteplan.frame import base_frame, ground
from parkplan.layout.siteplan.rows import Gaps, RowKind, best_rows, packed, placed, row_values
from parkplan.model.siteplan import Site

GAPS = Gaps(lane=3, court=4, rim_below=2, rim_above=2)
KINDS = (RowKind("hall", 3, (10, 40), True, 1.0), RowKind("tower", 2, (10, 40), False, 1.5))


def enumerated(values: list[np.ndarray], height: int) -> float:
    """The greatest value by trying every sequence of rows and every kind of gap."""

    def from_top(top: int, open_court: bool, first: bool) -> float:
        best = 0.0 if not open_court or height - top >= GAPS.rim_above else -np.inf
        for (index, kind), start in product(enumerate(KINDS), range(height)):
            end = start + kind.depth
            if end > height or start < top or values[index][start] <= 0:
                continue
            gap = start - top
            for court in (False, True):
                least = (GAPS.rim_below if court else 0) if first else (GAPS.court if court else GAPS.lane)
                if gap < least or (open_court and not court):
                    continue
                best = max(best, values[index][start] + from_top(end, kind.court and not court, False))
        return best

    return from_top(0, False, True)


@pytest.mark.parametrize("seed", range(8))
def test_the_programme_finds_what_enumeration_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height = int(rng.integers(8, 15))
    values = [rng.integers(0, 9, height - kind.depth + 1).astype(float) for kind in KINDS]
    total, rows = best_rows(values, KINDS, height, GAPS)
    assert total == pytest.approx(max(enumerated(values, height), 0.0))
    assert sum(values[KINDS.index(row.kind)][row.start] for row in rows) >= total - 1e-9


def test_rows_by_hand() -> None:
    # 20 cells of 2 m across, 60 m along: two halls 6 m deep with a lane between, each with its court at the rim
    mask = np.ones((20, 30), dtype=bool)
    values = row_values(mask, KINDS[0], 2.0, 10.0)
    assert packed(60.0, (10, 40), 10.0) == (2, 24.0)
    assert values.tolist() == [48.0 * 6.0] * 18
    total, rows = best_rows([values, np.zeros(0)], KINDS, 20, GAPS)
    assert total == pytest.approx(3 * 288.0)
    assert all(upper.start - lower.end >= GAPS.lane for lower, upper in pairwise(rows))


def test_buildings_of_a_run_keep_their_gaps() -> None:
    ends = placed(100.0, 210.0, 3, 63.0, 10.0)
    assert ends[0][0] == pytest.approx(100.0)
    assert ends[-1][1] == pytest.approx(310.0)
    assert all(second[0] - first[1] >= 10.0 for first, second in pairwise(ends))


def test_smallest_collision_is_a_least_hitting_set() -> None:
    assert smallest_collision([("far_min", "green_max"), ("green_max",), ("green_max", "density_min")]) == (
        "green_max",
    )
    assert smallest_collision([]) == ()


def strip_of(depth_m: float) -> Site:
    """A strip along a road: 200 m by a depth, its gate in the middle of the long side."""
    edge = LineString([(0, 0), (200, 0)])
    return Site(box(0, 0, 200, depth_m), (Point(100, 0),), (edge,))


@pytest.mark.parametrize(
    ("depth_m", "rules"),
    [
        # the smallest hall is a tower of 36 by 24 m; a lane of 6 m and 5 m of clearance may lie in the setback
        (60.0, ()),
        (23.0, ()),
        (38.0, ("setback_boundary_m", "setback_access_m")),
        (33.0, ("setback_boundary_m",)),
        (42.0, ()),
    ],
)
def test_the_smallest_set_of_rules_that_leaves_no_room(depth_m: float, rules: tuple[str, ...]) -> None:
    site = strip_of(depth_m)
    limits = {limit.id: limit.value for limit in choose_profile("cn_industrial").limits}
    assert no_room(ground(site, base_frame(site)), limits, load_modules()) == rules


def test_a_site_without_room_names_the_rules_that_leave_none() -> None:
    made = generate(strip_of(33.0), choose_profile("cn_industrial"), load_modules(), count=1, attempts=20)
    assert made.options == ()
    assert made.collision == ("setback_boundary_m",)


def test_spread_and_fronts_by_hand() -> None:
    cells = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=bool)
    apart = distances(cells)
    assert apart[0, 1] == 0.0
    assert apart[0, 2] == 1.0
    assert spread(apart, 0, 3) == [0, 2]
    assert fronts(np.array([[3.0], [1.0], [2.0]])).tolist() == [1, 3, 2]
