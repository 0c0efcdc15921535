"""What holds for every graph of parcels: shifts, orders, connectedness, limits."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from site_worlds import brute_force, random_assembly

from parkplan.sites.assembly import solve
from parkplan.sites.contiguity import contiguity
from parkplan.sites.engine import Effort
from parkplan.sites.greedy import greedy_pool

boxes = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=14
)


def drawn(places: list[tuple[int, int, int, int]]) -> np.ndarray:
    return np.array([shapely.box(15 * x, 15 * y, 15 * (x + w), 15 * (y + h)) for x, y, w, h in places], dtype=object)


def edges(found: object) -> dict[tuple[int, int], tuple[float, float]]:
    columns = (found.left, found.right, found.shared_m, found.facing_m)  # type: ignore[attr-defined]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {(one, two): (round(shared, 6), round(faced, 6)) for one, two, shared, faced in rows}


@given(boxes, st.floats(0, 40))
def test_the_graph_does_not_depend_on_the_order_or_the_place(
    places: list[tuple[int, int, int, int]], gap: float
) -> None:
    shapes = drawn(places)
    here = edges(contiguity(shapes, gap))
    turned = edges(contiguity(shapes[::-1], gap))
    last = len(shapes) - 1
    assert {(last - two, last - one): value for (one, two), value in turned.items()} == here
    moved = shapely.transform(shapes, lambda xy: xy + np.array([4096.0, -2048.0]))
    assert edges(contiguity(moved, gap)) == here


@given(boxes, st.floats(0, 20), st.floats(0, 20))
def test_a_wider_gap_never_parts_parcels(places: list[tuple[int, int, int, int]], one: float, two: float) -> None:
    shapes = drawn(places)
    near, far = (contiguity(shapes, gap) for gap in sorted((one, two)))
    assert set(edges(near)) <= set(edges(far))
    assert (shapely.dwithin(shapes[far.left], shapes[far.right], max(one, two) + 0.06)).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(5, 10))
def test_answers_are_sites_and_the_exact_one_is_the_best(seed: int, parcels: int) -> None:
    problem = random_assembly(seed, parcels)
    best, (found, _) = brute_force(problem), solve(problem, Effort(20.0))
    assert found.infeasible == (best is None)
    for site in [one.site for one in greedy_pool(problem)] + ([found.site] if found.site else []):
        assert problem.feasible(site)
    if best is not None and found.value is not None:
        assert abs(found.value - best[0]) <= 3e-4 * max(1.0, abs(best[0]))
