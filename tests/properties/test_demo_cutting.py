"""Cutting conserves area, both sides share the cut, and the demo figures do not depend on the canvas's place."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parkplan.demo.cutting import dominant_angle, halved, oriented_box
from parkplan.demo.register import geodesic_area

angles = st.floats(0.0, 2 * np.pi)
sizes = st.floats(20.0, 400.0)


def plot(width: float, depth: float, turn: float, lean: float) -> np.ndarray:
    """A leaning four-sided plot, turned about a place in the district."""
    xy = np.array([[0.0, 0.0], [width, 0.0], [width + lean, depth], [lean, depth]])
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([shapely.Polygon(xy @ np.array([[cos, sin], [-sin, cos]]) + [410_000.0, 2_495_000.0])])


@given(sizes, sizes, angles, st.floats(-10.0, 10.0), angles)
def test_a_cut_conserves_area_and_both_sides_share_it(
    width: float, depth: float, turn: float, lean: float, direction: float
) -> None:
    whole = plot(width, depth, turn, lean)
    through = shapely.get_coordinates(shapely.centroid(whole))
    left, right, good = halved(whole, through, np.array([direction]))
    assert good.all()
    assert shapely.area(left[0]) + shapely.area(right[0]) == pytest.approx(shapely.area(whole[0]), rel=1e-6)
    ends = {tuple(xy) for xy in shapely.get_coordinates(left[0]).tolist()}
    shared = ends & {tuple(xy) for xy in shapely.get_coordinates(right[0]).tolist()}
    assert len(shared) >= 2
    side = shapely.LineString(sorted(shared)[:2])
    assert shapely.distance(side, shapely.Point(through[0])) < 1e-3


@given(sizes, sizes, angles)
def test_a_line_that_misses_the_plot_cuts_nothing(width: float, depth: float, turn: float) -> None:
    whole = plot(width, depth, turn, 0.0)
    far = shapely.get_coordinates(shapely.centroid(whole)) + 2_000.0
    left, right, good = halved(whole, far, np.array([-np.pi / 4]))
    assert not good.any()
    assert left[0] is None
    assert right[0] is None


@given(sizes, sizes, st.floats(-np.pi / 4 + 0.01, np.pi / 4 - 0.01))
def test_the_box_of_a_rectangle_is_the_rectangle(width: float, depth: float, turn: float) -> None:
    whole = plot(width, depth, turn, 0.0)
    assert dominant_angle(whole)[0] == pytest.approx(turn, abs=1e-6)
    box = oriented_box(whole)
    assert 4 * box.half_u[0] * box.half_v[0] == pytest.approx(width * depth, rel=1e-6)


@given(st.floats(345_000.0, 655_000.0), st.floats(2_300_000.0, 2_700_000.0))
def test_area_on_the_ellipsoid_is_that_of_the_projection_over_the_scale_squared(x: float, y: float) -> None:
    import pyproj

    plane = shapely.box(x, y, x + 100.0, y + 100.0)
    degrees = pyproj.Transformer.from_crs(4547, 4490, always_xy=True)
    lon, lat = degrees.transform(*np.array(plane.exterior.coords).T)
    true, _ = pyproj.Geod(ellps="GRS80").polygon_area_perimeter(lon, lat)
    assert geodesic_area(np.array([plane]))[0] == pytest.approx(abs(true), rel=2e-6)
