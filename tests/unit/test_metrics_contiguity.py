"""Pairs within a gap and blocks, by hand and against a plain search."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import Polygon, box
from shapely.affinity import translate

from parkplan.metrics import blocks, pairs_within
from parkplan.metrics.near_boxes import near_boxes

CORNERS = [(0, 0, 100, 100), (100, 0, 200, 100), (200, 100, 300, 200), (315, 100, 400, 200), (900, 0, 950, 50)]
ROW = [translate(box(*corners), 409_000, 2_497_000) for corners in CORNERS]


def test_touching_at_a_corner_counts_and_a_gap_bridges_a_road() -> None:
    series = gpd.GeoSeries(ROW, crs=4547)
    assert [pair.tolist() for pair in pairs_within(series)] == [[0, 1], [1, 2]]
    assert [pair.tolist() for pair in pairs_within(series, 15.0)] == [[0, 1, 2], [1, 2, 3]]
    assert [pair.tolist() for pair in pairs_within(series, 14.9)] == [[0, 1], [1, 2]]


@pytest.mark.parametrize("gap", [0.0, 3.0, 20.0])
def test_pairs_agree_with_measuring_every_pair(gap: float) -> None:
    rng = np.random.default_rng(4)
    corner, size = rng.uniform(0, 200, (60, 2)), rng.uniform(1, 30, (60, 2))
    series = gpd.GeoSeries(box(*corner.T, *(corner + size).T), crs=4547)
    expected = {(i, j) for i in range(60) for j in range(i + 1, 60) if series.iloc[i].distance(series.iloc[j]) <= gap}
    assert set(zip(*(pair.tolist() for pair in pairs_within(series, gap)), strict=True)) == expected


def test_a_polygon_that_leaves_a_corner_of_its_box_is_measured() -> None:
    # boxes 2 m apart, but the slant of the triangle x + y >= 32 is 12 / sqrt 2 = 8.49 m from (10, 10)
    triangle = Polygon([(12, 20), (22, 10), (22, 20), (22, 20)])
    for turned in (triangle, triangle.reverse()):
        series = gpd.GeoSeries([box(0, 0, 10, 10), turned], crs=4547)
        assert [len(pairs_within(series, gap)[0]) for gap in (2.0, 8.4, 8.5)] == [0, 0, 1]


@pytest.mark.parametrize(("seed", "gap"), [(1, 0.0), (2, 7.5), (3, 40.0)])
def test_near_boxes_agree_with_comparing_every_pair_however_large_and_far(seed: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 900, (90, 2)), rng.uniform(0, 40, (90, 2))
    size[::17] = rng.uniform(300, 1500, (6, 2))  # some cover many cells
    corner[5] = [2e6, -3e6]
    bounds = np.hstack([corner, corner + size])
    bounds[[3, 40]] = np.nan
    apart = [
        np.hypot(*np.maximum(np.maximum(one[:2], two[:2]) - np.minimum(one[2:], two[2:]), 0.0))
        for one, two in ((bounds[i], bounds[j]) for i in range(90) for j in range(i + 1, 90))
    ]
    every = [(i, j) for i in range(90) for j in range(i + 1, 90)]
    expected = [pair for pair, distance in zip(every, apart, strict=True) if distance <= gap]
    found = list(zip(*(side.tolist() for side in near_boxes(bounds, gap)), strict=True))
    assert sorted(found) == expected
    assert len(set(found)) == len(found)


def test_blocks_are_numbered_by_area_and_only_of_the_chosen() -> None:
    parcels = gpd.GeoDataFrame(geometry=ROW, crs=4547, index=list("abcde"))
    found = blocks(parcels, np.array([True, True, False, True, True]), 15.0)
    assert found.index.tolist() == list("abcde")
    assert found["block_id"].tolist()[:2] == [1, 1]
    assert found["block_id"].isna().tolist() == [False, False, True, False, False]
    assert found.loc[["d", "e"], "block_id"].tolist() == [2, 3]
    assert found["block_parcels"].dropna().tolist() == [2, 2, 1, 1]
    assert found.loc["a", "block_area_m2"] == pytest.approx(20_000, rel=3e-4)


def test_no_chosen_parcel_gives_no_block() -> None:
    parcels = gpd.GeoDataFrame(geometry=ROW, crs=4547)
    assert blocks(parcels, np.zeros(5, dtype=bool))["block_id"].isna().all()


def test_a_missing_geometry_touches_nothing() -> None:
    assert [p.tolist() for p in pairs_within(gpd.GeoSeries([None, *ROW[:2]], crs=4547))] == [[1], [2]]
