"""The contiguity graph: shared edges, roads that may be crossed and are named, barriers that may not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely

from parkplan.sites.contiguity import Obstacles, contiguity
from parkplan.sites.facing import Edges, facing, shared_m

NOTHING = np.empty(0, dtype=object)


def shapes(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*one) for one in boxes], dtype=object)


def pairs(*arguments: object) -> list[tuple[int, int]]:
    found = contiguity(*arguments)  # type: ignore[arg-type]
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def test_a_shared_edge_is_measured_and_a_corner_is_none() -> None:
    grid = shapes((0, 0, 50, 50), (50, 0, 100, 50), (50, 50, 100, 100))
    found = contiguity(grid, 0.0)
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert found.shared_m.tolist() == [50.0, 50.0]
    assert pairs(grid, 20.0) == [(0, 1), (1, 2)]  # corners do not face each other, however near


def test_edges_whose_corners_do_not_match_share_their_overlap() -> None:
    found = contiguity(shapes((0, 0, 50, 50), (50.02, 30, 100, 90)), 0.0)
    assert found.shared_m == pytest.approx([20.0])


def test_a_gap_needs_ten_metres_that_face_each_other() -> None:
    assert pairs(shapes((0, 0, 50, 50), (65, 41, 99, 90)), 20.0) == []
    assert pairs(shapes((0, 0, 50, 50), (65, 39, 99, 90)), 20.0) == [(0, 1)]
    assert pairs(shapes((0, 0, 50, 50), (71, 0, 99, 90)), 20.0) == []


def test_a_minor_road_is_crossed_and_named_a_barrier_is_not() -> None:
    two = shapes((0, 0, 50, 50), (65, 0, 99, 50))
    line = np.array([shapely.LineString([(200, 0), (201, 9)]), shapely.LineString([(57, -50), (57, 99)])], dtype=object)
    found = contiguity(two, 20.0, Obstacles(NOTHING, line))
    assert found.road.tolist() == [1]
    assert pairs(two, 20.0, Obstacles(line, line)) == []
    river = np.array([shapely.box(55, -500, 60, 500)], dtype=object)
    assert pairs(two, 20.0, Obstacles(river, NOTHING)) == []


def test_a_river_does_not_part_what_shares_an_edge() -> None:
    river = np.array([shapely.box(49, -500, 51, 500)], dtype=object)
    assert pairs(shapes((0, 0, 50, 50), (50, 0, 100, 50)), 20.0, Obstacles(river, NOTHING)) == [(0, 1)]


def test_missing_and_empty_geometry_adjoins_nothing() -> None:
    some = np.array([shapely.box(0, 0, 50, 50), None, shapely.Polygon(), shapely.box(50, 0, 99, 50)], dtype=object)
    assert pairs(some, 20.0) == [(0, 3)]
    assert pairs(np.empty(0, dtype=object), 20.0) == []


def test_parts_and_holes_count() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(30, 30, 70, 70))
    both = shapely.MultiPolygon([shapely.box(200, 0, 210, 50), shapely.box(100, 0, 130, 50)])
    found = contiguity(np.array([ring, shapely.box(30, 30, 70, 70), both], dtype=object), 0.0)
    assert found.shared_m.tolist() == [160.0, 50.0]


def test_facing_does_not_depend_on_the_order() -> None:
    rng = np.random.default_rng(3)
    some = shapely.buffer(shapely.points(rng.uniform(0, 200, (40, 2))), rng.uniform(5, 20, 40), quad_segs=3)
    one, two = np.triu_indices(40, 1)
    edges = Edges.of(some)
    there, back = facing(edges, one, two, 15.0), facing(edges, two, one, 15.0)
    assert there.facing_m == pytest.approx(back.facing_m)
    assert shared_m(edges, one, two) == pytest.approx(shared_m(edges, two, one))


def test_facing_length_agrees_with_a_walk_along_the_boundary() -> None:
    # independent: sample the boundary, and ask for each point which edge its perpendicular falls on
    left = shapely.Polygon([(0, 0), (60, 5), (55, 50), (0, 45)])
    right = shapely.Polygon([(70, -10), (120, 0), (110, 60), (66, 40)])
    edges = Edges.of(np.array([left, right], dtype=object))
    found = facing(edges, np.array([0]), np.array([1]), 20.0)
    assert found.facing_m[0] == pytest.approx(min(walked(left, right, 20.0), walked(right, left, 20.0)), abs=0.1)


def test_portions_do_not_change_the_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(11)
    some = shapely.buffer(shapely.points(rng.uniform(0, 150, (30, 2))), rng.uniform(5, 20, 30), quad_segs=8)
    edges, (one, two) = Edges.of(some), np.triu_indices(30, 1)
    whole, shared = facing(edges, one, two, 15.0), shared_m(edges, one, two)
    monkeypatch.setattr("parkplan.sites.facing.PORTION", 40)
    monkeypatch.setattr("parkplan.sites.facing.MOST_MEETINGS", 64)
    small = facing(edges, one, two, 15.0)
    assert small.facing_m == pytest.approx(whole.facing_m)
    assert np.allclose(small.link, whole.link, equal_nan=True)
    assert shared_m(edges, one, two) == pytest.approx(shared)
    assert whole.facing_m.any()


def walked(one: shapely.Polygon, two: shapely.Polygon, gap: float, step: float = 0.01) -> float:
    total = 0.0
    ring, other = np.asarray(one.exterior.coords), np.asarray(two.exterior.coords)
    for a, b in pairwise(ring):
        length = float(np.hypot(*(b - a)))
        way = (b - a) / length
        at = a + np.arange(step / 2, length, step)[:, None] * way
        faces = np.zeros(len(at), dtype=bool)
        for c, d in pairwise(other):
            size = float(np.hypot(*(d - c)))
            along = (at - c) @ (d - c) / size
            across = np.abs((at - c) @ np.array([(d - c)[1], -(d - c)[0]]) / size)
            parallel = abs(way @ (d - c) / size) >= np.cos(np.pi / 4)
            faces |= parallel & (along >= 0) & (along <= size) & (across <= gap)
        total += faces.sum() * step
    return total
