"""Laws of the checks: the order of rows does not matter, repair is idempotent and keeps the area of what was valid."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parkplan.data.intake.geometry import repair
from parkplan.quality import Finding, check_tables, overlap
from parkplan.quality.overlap import overlapping_pairs

DAY = dt.date(2026, 6, 30)
CORNER = (409_000.0, 2_497_000.0)
COORDINATE = st.integers(0, 60)
RINGS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7)
BOXES = st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=9)


def boxes(sides: list[tuple[int, int, int, int]]) -> np.ndarray:
    x, y, width, height = (np.array(values, dtype=float) for values in zip(*sides, strict=True))
    x, y = x + CORNER[0], y + CORNER[1]
    return shapely.box(x, y, x + width, y + height)


def facts(found: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    return [(each.code, each.key, each.other, round(each.measure or 0.0, 3)) for each in found]


@given(BOXES, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(sides: list[tuple[int, int, int, int]], random: object) -> None:
    keys = [f"P{number}" for number in range(len(sides))]
    areas = [float(number % 3) * 100 for number in range(len(sides))]
    frame = gpd.GeoDataFrame({"parcel_id": keys, "site_area_m2": areas}, geometry=boxes(sides), crs=4547)
    order = list(range(len(sides)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mixed = gpd.GeoDataFrame(frame.iloc[order].reset_index(drop=True))
    first, second = check_tables({"parcels": frame}, DAY), check_tables({"parcels": mixed}, DAY)
    assert facts(first) == facts(second)


@given(BOXES, st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(2, 20)), max_size=4))
@settings(max_examples=60, deadline=None)
def test_proving_pairs_apart_first_loses_no_overlap(
    sides: list[tuple[int, int, int, int]], rounds: list[tuple[int, int, int]]
) -> None:
    """Boxes and rings with holes, many of them touching, nested or twice the same."""
    circles = [shapely.Point(x + CORNER[0], y + CORNER[1]).buffer(radius, quad_segs=2) for x, y, radius in rounds]
    rings = [circle.difference(circle.centroid.buffer(1, quad_segs=1)) for circle in circles]
    shapes = np.concatenate([boxes(sides), boxes(sides[:2]), np.array([*circles, *rings], dtype=object)])
    plain = overlapping_pairs(shapes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "PAIRS_ASKED_AT_ONCE", -1)
        sieved = overlapping_pairs(shapes)
    assert [each.tolist() for each in sieved] == [each.tolist() for each in plain]


@given(BOXES)
@settings(max_examples=50, deadline=None)
def test_overlapping_pairs_are_those_that_share_an_area(sides: list[tuple[int, int, int, int]]) -> None:
    shapes = boxes(sides)
    left, right = overlapping_pairs(shapes)
    brute = [
        (i, j) for i in range(len(shapes)) for j in range(i + 1, len(shapes)) if shapes[i].intersection(shapes[j]).area
    ]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == brute


@given(RINGS)
@settings(max_examples=100, deadline=None)
def test_repair_is_idempotent_and_keeps_what_was_valid(ring: list[tuple[int, int]]) -> None:
    shape = np.array([shapely.Polygon(ring)], dtype=object)
    once = repair(shape)
    twice = repair(once)
    assert bool(shapely.is_valid(once)[0])
    assert once[0].normalize().equals_exact(twice[0].normalize(), 1e-9)
    if shape[0].is_valid:
        assert once[0].area == shape[0].area
