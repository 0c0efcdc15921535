"""What is proven apart by shared corners is apart, whatever the rings; and a coverage is proven but for a few pairs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan.quality.apart import proven_apart
from parkplan.quality.overlap import overlapping_pairs

INSIDES_MEET = "T********"
lattice = st.integers(0, 4).map(float)
triangles = st.lists(st.tuples(lattice, lattice), min_size=3, max_size=3, unique=True)


def all_pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.triu_indices(count, 1)
    return left.astype(np.int64), right.astype(np.int64)


def coverage(side: int, seed: int, step: float = 40.0) -> np.ndarray:
    """Octagons that share bent sides: a quarter turned the other way, some with a hole, some as a multi-polygon."""
    rng = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), -1) * step
    corner = corner + rng.uniform(-9, 9, corner.shape) + np.array([4.1e5, 2.497e6])
    flat = (corner[:, :-1] + corner[:, 1:]) / 2 + rng.uniform(-4, 4, (side + 1, side, 2))
    steep = (corner[:-1] + corner[1:]) / 2 + rng.uniform(-4, 4, (side, side + 1, 2))
    ring = np.stack(
        [corner[:-1, :-1], flat[:-1], corner[:-1, 1:], steep[:, 1:], corner[1:, 1:], flat[1:], corner[1:, :-1],
         steep[:, :-1]], 2,
    ).reshape(-1, 8, 2)  # fmt: skip
    made = shapely.polygons(ring)
    for place, kind in enumerate(rng.integers(0, 4, len(made))):
        if kind == 0:
            made[place] = made[place].reverse()
        elif kind == 1:
            made[place] = made[place].difference(made[place].centroid.buffer(3))
        elif kind == 2:
            made[place] = shapely.MultiPolygon([made[place]])
    return made


@given(st.lists(triangles, min_size=2, max_size=8))
def test_nothing_that_meets_is_proven_apart(corners: list[list[tuple[float, float]]]) -> None:
    """Corners on a lattice, so that rings share corners and sides in every way, lie on each other and in each other."""
    shapes = np.array([shapely.Polygon(each) for each in corners])
    hulls = shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(shapes), indices=np.repeat(
        np.arange(len(shapes)), 4)))  # fmt: skip
    parts = [*shapes[shapely.area(shapes) > 0], *(each for each in hulls if each.geom_type == "Polygon")]
    joined = [shapely.union(one, other) for one, other in pairwise(parts)]
    tried = np.array(
        [each for each in [*parts, *joined] if each.is_valid and each.geom_type == "Polygon"], dtype=object
    )
    left, right = all_pairs(len(tried))
    proven = proven_apart(tried, left, right)
    assert not (proven & shapely.relate_pattern(tried[left], tried[right], INSIDES_MEET)).any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_coverage_is_proven_apart_however_its_rings_run(seed: int) -> None:
    shapes = coverage(12, seed)
    left, right = all_pairs(len(shapes))
    touching = shapely.touches(shapes[left], shapes[right])
    proven = proven_apart(shapes, left, right)
    assert not (proven & ~touching).any()
    assert proven.sum() > 0.9 * touching.sum()


def test_the_shape_pushed_into_its_neighbours_is_found_among_many() -> None:
    shapes = coverage(40, 4)
    shapes[820] = shapely.buffer(shapes[820], 0.5, join_style="mitre")
    left, right = overlapping_pairs(shapes)
    tree_left, tree_right = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    expected = sorted((i, j) for i, j in zip(tree_left.tolist(), tree_right.tolist(), strict=True) if i < j)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert 8 <= len(expected) <= 12
