"""Geodesic area against the geodesic library, and overlay areas against hand-made squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from shapely import Polygon, box
from shapely.geometry.polygon import orient

from parkplan.metrics import geodesic_area_m2, overlaps

GEOD = pyproj.Geod(ellps="GRS80")


def district(crs: int) -> gpd.GeoSeries:
    rng = np.random.default_rng(3)
    corners = rng.uniform((113.06, 22.49), (113.18, 22.60), (50, 2))
    shapes = [
        Polygon(
            [(x, y), (x + 0.004, y + 0.001), (x + 0.003, y + 0.004), (x, y + 0.003)],
            [[(x + 0.001, y + 0.001), (x + 0.002, y + 0.001), (x + 0.001, y + 0.002)]],
        )
        for x, y in corners
    ]
    return gpd.GeoSeries(shapes, crs=4490).to_crs(crs)


@pytest.mark.parametrize("crs", [4490, 4547, 4526, 3857])
def test_area_agrees_with_the_geodesic_library_in_every_projection(crs: int) -> None:
    series = district(crs)
    expected = [GEOD.geometry_area_perimeter(orient(shape))[0] for shape in district(4490)]
    assert np.allclose(geodesic_area_m2(series), expected, rtol=1e-6)


def test_a_whole_district_stays_within_one_millionth() -> None:
    shape = box(113.06, 22.49, 113.18, 22.60).segmentize(0.001)
    expected = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert geodesic_area_m2(gpd.GeoSeries([shape], crs=4490)).iloc[0] == pytest.approx(expected, rel=1e-6)


def test_missing_geometry_has_unknown_area_and_the_index_is_kept() -> None:
    series = gpd.GeoSeries([box(0, 0, 1, 1), None], index=["a", "b"], crs=4547)
    result = geodesic_area_m2(series)
    assert result.index.tolist() == ["a", "b"]
    assert result.isna().tolist() == [False, True]


def test_an_area_without_crs_is_refused() -> None:
    with pytest.raises(ValueError, match="coordinate reference system"):
        geodesic_area_m2(gpd.GeoSeries([box(0, 0, 1, 1)]))


def test_overlaps_of_hand_made_squares() -> None:
    hosts = gpd.GeoSeries([box(0, 0, 10, 10), box(10, 0, 20, 10)])
    pieces = gpd.GeoSeries([box(8, 0, 12, 10), box(1, 1, 2, 2), box(30, 30, 31, 31), box(20, 0, 25, 10)])
    found = overlaps(hosts, pieces)
    assert sorted(zip(found.left.tolist(), found.right.tolist(), found.area_m2.tolist(), strict=True)) == [
        (0, 0, 20.0),
        (0, 1, 1.0),
        (1, 0, 20.0),
    ]
    assert found.sum_left(2).tolist() == [21.0, 20.0]
    assert found.sum_left(2, np.full(3, 2.0)).tolist() == [42.0, 40.0]


def test_overlaps_agree_with_geopandas() -> None:
    rng = np.random.default_rng(11)
    corner, size = rng.uniform(0, 100, (80, 2)), rng.uniform(1, 20, (80, 2))
    boxes = gpd.GeoSeries(box(*corner.T, *(corner + size).T))
    hosts, pieces = boxes.iloc[:30].reset_index(drop=True), boxes.iloc[30:].reset_index(drop=True)
    reference = gpd.overlay(gpd.GeoDataFrame({"a": hosts.index}, geometry=hosts), gpd.GeoDataFrame(geometry=pieces))
    expected = reference.area.groupby(reference["a"]).sum().reindex(range(30), fill_value=0.0)
    assert np.allclose(overlaps(hosts, pieces).sum_left(30), expected)
