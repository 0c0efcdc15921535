"""Drawn roads in the network: axes by hand, joints where surfaces touch, and the same ways as a graph made anew."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parkplan.compare.streets import Streets, retied, streets_of, with_drawn
from parkplan.metrics.network import extended, road_graph, tied, way_m
from parkplan.metrics.road_axis import road_axis


def roads(**columns: list[object]) -> Streets:
    """Two streets of 20 m, 1,000 m apart, that meet at x = 2,000 alone."""
    lines = ["LINESTRING (0 0, 2000 0)", "LINESTRING (0 1000, 2000 1000)", "LINESTRING (2000 0, 2000 1000)"]
    table = {"width_m": [20.0, 20.0, None], "class": ["arterial", "local", "local"], **columns}
    return streets_of(gpd.GeoDataFrame(table, geometry=shapely.from_wkt(lines), crs="EPSG:4547"))


ENDS = np.array([[100.0, 1000.0], [100.0, 0.0]])


def way(streets: Streets) -> float:
    """Return the way between two places that lie opposite each other on the streets."""
    ties = tied(streets.graph, ENDS)
    return float(way_m(streets.graph, ties, ties)[0, 1])


def areas(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*one) for one in boxes], dtype=object)


def test_the_axis_of_a_road_is_its_middle() -> None:
    (band,) = road_axis(
        shapely.LineString([(0, 0), (300, 0), (300, 200)]).buffer(8, cap_style="flat", join_style="mitre")
    )
    assert band.length == pytest.approx(500 - 16, abs=6)
    assert shapely.hausdorff_distance(band, shapely.LineString([(8, 0), (300, 0), (300, 192)])) < 4
    ring = shapely.Point(0, 0).buffer(106, quad_segs=64).difference(shapely.Point(0, 0).buffer(94, quad_segs=64))
    assert shapely.length(road_axis(ring)).sum() == pytest.approx(2 * np.pi * 100, rel=0.01)
    cross = shapely.box(0, 95, 200, 105).union(shapely.box(95, 0, 105, 200))
    assert len(road_axis(cross)) == 4
    assert len(road_axis(shapely.Polygon())) == 0


def test_a_drawn_road_joins_the_roads_whose_surface_it_touches() -> None:
    streets = roads()
    assert way(streets) == pytest.approx(1900 + 1000 + 1900)
    joined = with_drawn(streets, areas((495, 10, 505, 990)))
    assert joined is not None
    assert (way(joined.streets), joined.apart_m.tolist()) == (pytest.approx(400 + 1000 + 400, abs=1), [0.0])
    half = with_drawn(streets, areas((495, 10, 505, 980)))  # ends 10 m before the surface of the northern street
    assert half is not None
    assert (way(half.streets), half.apart_m.tolist()) == (pytest.approx(4800, abs=1), [0.0])
    apart = with_drawn(streets, areas((495, 17, 505, 980)))
    assert apart is not None
    assert (way(apart.streets), apart.apart_m.tolist()) == (pytest.approx(4800, abs=1), [pytest.approx(7.0)])
    chain = with_drawn(streets, areas((495, 10, 505, 500), (495, 500, 505, 990)))  # one road goes on where another ends
    assert chain is not None
    assert (way(chain.streets), chain.apart_m.tolist()) == (pytest.approx(1800, abs=1), [0.0, 0.0])


def test_a_split_edge_keeps_its_class_and_a_bridge_is_passed_under() -> None:
    joined = with_drawn(roads(), areas((495, 10, 505, 990)))
    assert joined is not None
    graph = joined.streets.graph
    assert graph.length_m[joined.streets.main].sum() == pytest.approx(2000)
    assert joined.streets.half_m[joined.streets.main].tolist() == [10.0, 10.0]
    bridge = with_drawn(roads(level=[0.0, 1.0, 0.0]), areas((495, 10, 505, 990)))
    assert bridge is not None
    assert way(bridge.streets) == pytest.approx(4800, abs=1)


def test_without_roads_of_the_district_or_drawn_ones_there_is_nothing_to_join() -> None:
    assert with_drawn(roads(), areas()) is None
    assert with_drawn(streets_of(None), areas((0, 0, 10, 10))) is None


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_lines_added_later_give_the_ways_of_a_graph_made_anew(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 1000, (14, 2, 2)).astype(float)
    lines = np.array([shapely.LineString(one) for one in corners if (one[0] != one[1]).any()], dtype=object)
    points = rng.uniform(0, 1000, (30, 2))
    base, whole = road_graph(lines[:9]), road_graph(lines)
    more, place = extended(base, lines[9:])
    assert more.length_m.sum() == pytest.approx(whole.length_m.sum(), abs=0.5)
    kept = np.flatnonzero(place >= 0)
    assert shapely.equals(more.lines[place[kept]], base.lines[kept]).all()
    ways = [way_m(graph, tied(graph, points), tied(graph, points[:5])) for graph in (more, whole)]
    np.testing.assert_allclose(ways[0], ways[1], atol=0.5)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_places_tied_again_are_tied_as_if_for_the_first_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = np.vstack([rng.uniform((0, -200), (2000, 1200), (40, 2)), [[np.nan, np.nan]]])
    streets = roads()
    west = float(rng.uniform(50, 1900))
    joined = with_drawn(streets, areas((west, 10, west + 12, float(rng.uniform(100, 990)))))
    assert joined is not None
    again, fresh = retied(joined, points, tied(streets.graph, points)), tied(joined.streets.graph, points)
    np.testing.assert_allclose(again.off_m, fresh.off_m, atol=1e-9)
    np.testing.assert_equal(again.edge < 0, fresh.edge < 0)
    reached = tied(joined.streets.graph, ENDS)
    np.testing.assert_allclose(
        way_m(joined.streets.graph, again, reached), way_m(joined.streets.graph, fresh, reached), atol=1e-6
    )
