"""Ways along roads: by hand, against a plain search that splits the streets at every point, and laws of distances."""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np
import pytest
import shapely

from parkplan.metrics.network import nearest_way_m, node_ways_m, open_ends, road_graph, tied, way_m, ways_to_road_m

CORNER = np.array([409_000.0, 2_497_000.0])


def streets(*lines: list[tuple[float, float]]) -> np.ndarray:
    """Lines near Jiangmen, where coordinates are as large as they are at work."""
    return np.array([shapely.LineString(np.array(line) + CORNER) for line in lines], dtype=object)


def at(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=float).reshape(-1, 2) + CORNER


LATTICE = streets(
    *[[(x, 0), (x, 400)] for x in range(0, 500, 100)], *[[(0, y), (400, y)] for y in range(0, 500, 100)]
)  # fmt: skip


def test_a_lattice_of_streets_gives_the_distances_of_a_taxi() -> None:
    graph = road_graph(LATTICE)
    assert (len(graph.nodes), len(graph.lines), graph.components) == (25, 40, 1)
    corners = np.array([(x, y) for x in range(0, 500, 100) for y in range(0, 500, 100)], dtype=float)
    place = tied(graph, corners + CORNER)
    expected = np.abs(corners[:, None, :] - corners[None, :, :]).sum(axis=2)
    np.testing.assert_allclose(way_m(graph, place, place), expected, atol=1e-6)


def test_a_point_beside_a_road_walks_to_it_and_from_it() -> None:
    graph = road_graph(LATTICE)
    one, other = tied(graph, at((30, -20))), tied(graph, at((270, 10), (60, 7)))
    assert one.off_m.tolist() == pytest.approx([20])
    assert way_m(graph, one, other)[0].tolist() == pytest.approx([20 + 240 + 10, 20 + 30 + 7])
    assert nearest_way_m(graph, one, other).tolist() == pytest.approx([57])


def test_a_bridge_is_no_junction_and_comes_down_where_it_ends() -> None:
    lines = streets([(0, 0), (200, 0)], [(100, -50), (100, 50)], [(100, 50), (200, 50)], [(200, 50), (200, 0)])
    ends = at((100, -50)), at((50, 0))
    flat = road_graph(lines)
    assert way_m(flat, *(tied(flat, end) for end in ends)).item() == pytest.approx(50 + 50)
    bridged = road_graph(lines, np.array([0.0, 1.0, np.nan, 0.0]))
    assert bridged.components == 1
    assert way_m(bridged, *(tied(bridged, end) for end in ends)).item() == pytest.approx(100 + 100 + 50 + 150)


def test_a_bridge_that_ends_in_the_middle_of_a_street_joins_it() -> None:
    lines = streets([(0, 0), (200, 0)], [(70, 0), (70, 90)], [(0, 40), (200, 40)])
    graph = road_graph(lines, np.array([0.0, 1.0, 0.0]))
    assert graph.components == 2  # the street at y = 40 passes below the bridge
    assert graph.length_m.sum() == pytest.approx(200 + 90 + 200)
    found = way_m(graph, tied(graph, at((0, 0))), tied(graph, at((70, 90), (0, 40))))[0]
    assert found.tolist() == pytest.approx([160, np.inf])


def test_what_no_road_reaches_is_infinite_and_what_is_unknown_stays_unknown() -> None:
    graph = road_graph(streets([(0, 0), (100, 0)], [(0, 500), (40, 500)]))
    assert graph.components == 2
    assert graph.component[graph.tail].tolist() == [0, 1]  # the longer part comes first
    origins = tied(graph, np.concatenate([at((10, 0), (10, 500)), [[np.nan, np.nan]]]))
    places = tied(graph, at((60, 0)))
    np.testing.assert_equal(way_m(graph, origins, places)[:, 0].round(6), [50.0, np.inf, np.nan])
    np.testing.assert_equal(nearest_way_m(graph, origins, places).round(6), [50.0, np.inf, np.nan])
    assert np.isinf(way_m(graph, origins, places, limit_m=40.0)[0, 0])


def test_without_roads_or_places_nothing_is_known_or_reached() -> None:
    nothing = road_graph(np.array([None, shapely.LineString()], dtype=object))
    lonely = tied(nothing, at((0, 0)))
    assert nothing.components == 0
    assert np.isnan(way_m(nothing, lonely, lonely)).all()
    assert np.isnan(nearest_way_m(nothing, lonely, lonely)).all()
    graph = road_graph(LATTICE)
    assert np.isinf(nearest_way_m(graph, tied(graph, at((0, 0))), tied(graph, np.empty((0, 2))))).all()
    assert np.isinf(node_ways_m(graph, lonely)).all()


def test_of_two_streets_between_the_same_corners_the_shorter_is_taken_and_a_loop_leads_both_ways() -> None:
    bent = [(0, 0), (50, 80), (100, 0)]
    graph = road_graph(streets([(0, 0), (100, 0)], bent))
    assert way_m(graph, tied(graph, at((0, 0))), tied(graph, at((100, 0)))).item() == pytest.approx(100)
    ring = road_graph(streets([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]))
    assert way_m(ring, tied(ring, at((10, 0))), tied(ring, at((0, 20), (60, 0)))).tolist()[0] == pytest.approx([30, 50])


def test_ways_to_a_class_of_roads_end_at_its_nearest_point() -> None:
    graph = road_graph(streets([(0, 0), (100, 0)], [(100, 0), (100, 200)], [(0, 0), (0, 40), (-500, 40)]))
    arterial = graph.source == 1
    found = ways_to_road_m(graph, tied(graph, at((30, 4), (108, 150), (-100, 40))), arterial)
    assert found.tolist() == pytest.approx([4 + 70, 8, 100 + 40 + 100])
    assert np.isinf(ways_to_road_m(graph, tied(graph, at((30, 4))), graph.source == 9)).all()


def test_an_end_that_almost_meets_a_street_is_reported_and_stays_open() -> None:
    graph = road_graph(streets([(0, 0), (100, 0)], [(40, 0.6), (40, 90)], [(70, 5), (70, 90)]))
    assert graph.components == 3
    assert [one.gap_m for one in open_ends(graph, 2.0)] == pytest.approx([0.6])
    assert [one.gap_m for one in open_ends(graph, 6.0)] == pytest.approx([0.6, 5.0])


@pytest.mark.parametrize("seed", range(6))
def test_ways_equal_those_of_a_plain_search_over_streets_split_at_every_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 1000, (14, 2, 2)).round(2)
    lines = np.array([shapely.LineString(pair + CORNER) for pair in ends], dtype=object)
    points = rng.uniform(0, 1000, (12, 2)) + CORNER
    graph = road_graph(lines)
    place = tied(graph, points)
    found = way_m(graph, place, place)
    feet = shapely.line_interpolate_point(graph.lines[place.edge], place.along_m)
    near = shapely.distance(shapely.points(points)[:, None], lines[None, :]).min(axis=1)
    np.testing.assert_allclose(place.off_m, near, atol=0.02)
    np.testing.assert_allclose(found, _plain(lines, feet) + place.off_m[:, None] + place.off_m[None, :], atol=0.3)
    np.testing.assert_allclose(found, found.T, atol=1e-6)
    np.testing.assert_allclose(
        nearest_way_m(graph, place, tied(graph, points[:4])), found[:, :4].min(axis=1), atol=1e-6
    )


def _plain(lines: np.ndarray, feet: np.ndarray) -> np.ndarray:
    """Ways between feet on straight lines: every crossing of two lines and every foot is a stop on its line."""
    crossings = [
        shapely.intersection(one, other) for i, one in enumerate(lines) for other in lines[:i] if one.intersects(other)
    ]
    stops = [*feet, *crossings]
    links: dict[int, list[tuple[int, float]]] = {number: [] for number in range(len(stops))}
    for line in lines:
        on = sorted((line.project(stop), number) for number, stop in enumerate(stops) if line.distance(stop) < 0.02)
        for (begin, one), (end, other) in pairwise(on):
            links[one].append((other, end - begin))
            links[other].append((one, end - begin))
    return np.array([_search(links, number)[: len(feet)] for number in range(len(feet))])


def _search(links: dict[int, list[tuple[int, float]]], start: int) -> list[float]:
    best, queue = [np.inf] * len(links), [(0.0, start)]
    while queue:
        way, here = heapq.heappop(queue)
        if way < best[here]:
            best[here] = way
            for there, length in links[here]:
                heapq.heappush(queue, (way + length, there))
    return best
