"""Sites of services: against every choice, on graphs whose numbers are published, and by laws of any question."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse.csgraph import shortest_path

from parkplan.layout.siting import MODELS, Siting, SitingModel, site_services
from parkplan.sites.engine import Effort

QUICK = Effort(seconds=20)


def question(way: np.ndarray, weight: np.ndarray | None = None, there: np.ndarray | None = None) -> Siting:
    rows = len(way)
    return Siting(
        way, np.ones(rows) if weight is None else weight, np.full(rows, np.inf) if there is None else there
    )  # fmt: skip


def moves(size: int, piece: str) -> np.ndarray:
    """Squares of a chess board, 0 where a piece stands or attacks and 1 elsewhere."""
    row, col = (part.ravel() for part in np.divmod(np.arange(size * size), size))
    down, right = np.abs(row[:, None] - row[None, :]), np.abs(col[:, None] - col[None, :])
    attacked = {
        "queen": (down == 0) | (right == 0) | (down == right),
        "king": (down <= 1) & (right <= 1),
        "knight": (down * right == 2) | (down + right == 0),
    }[piece]
    return np.where(attacked, 0.0, 1.0)


@pytest.mark.parametrize(
    ("size", "piece", "fewest"),
    [(8, "queen", 5), (8, "king", 9), (8, "knight", 12), (6, "queen", 3), (7, "king", 9)],
)  # the domination numbers of the board, de Jaenisch 1862 and Watkins 2004
def test_set_covering_finds_the_domination_numbers_of_the_chess_board(size: int, piece: str, fewest: int) -> None:
    found = site_services(question(moves(size, piece)), "cover_all", QUICK, reach_m=0.5)
    assert (found.value, found.status) == (fewest, "optimal")


def words(letters: int, length: int) -> np.ndarray:
    """In how many places two words of an alphabet differ, for all pairs: Hamming distances."""
    each = np.stack(np.unravel_index(np.arange(letters**length), (letters,) * length), axis=1)
    return np.asarray((each[:, None, :] != each[None, :, :]).sum(axis=2), dtype=float)


@pytest.mark.parametrize(
    ("letters", "length", "fewest"), [(2, 4, 4), (2, 5, 7), (3, 3, 5), (3, 4, 9)]
)  # K_q(n, 1) of the tables of covering codes, Cohen, Honkala, Litsyn and Lobstein 1997
def test_covering_codes_of_published_size(letters: int, length: int, fewest: int) -> None:
    way = question(words(letters, length))
    found = site_services(way, "cover_all", QUICK, reach_m=1.0)
    assert (found.value, found.status) == (fewest, "optimal")
    # a code of this size leaves no word farther than one place, one of a word less does
    assert [site_services(way, "p_centre", QUICK, count=p).value for p in (fewest - 1, fewest)] == [2, 1]
    # every word outside such a code is one place away from it
    assert site_services(way, "p_median", QUICK, count=fewest).value == letters**length - fewest


def test_error_correcting_codes_of_published_size_cover_without_overlap() -> None:
    """A(5, 3) = 4 (MacWilliams and Sloane 1977): four words of five bits serve 4 x 6 words, five cannot serve 30."""
    way = question(words(2, 5))
    found = [site_services(way, "cover_most", QUICK, count=p, reach_m=1.0) for p in (4, 5)]
    assert [each.status for each in found] == ["optimal", "optimal"]
    assert found[0].value == 24
    assert found[1].value is not None
    assert found[1].value < 30


def petersen() -> np.ndarray:
    links = [(i, (i + 1) % 5) for i in range(5)] + [(i, i + 5) for i in range(5)]
    links += [(5 + i, 5 + (i + 2) % 5) for i in range(5)]
    graph = np.zeros((10, 10))
    for one, other in links:
        graph[one, other] = graph[other, one] = 1
    return np.asarray(shortest_path(graph, directed=False))


def test_the_petersen_graph_has_domination_number_three_and_diameter_two() -> None:
    way = petersen()
    assert site_services(question(way), "cover_all", QUICK, reach_m=1.0).value == 3
    assert [site_services(question(way), "p_centre", QUICK, count=p).value for p in (1, 2, 3, 10)] == [2, 2, 1, 0]
    # one site: 3 neighbours and 6 others at two steps; three dominating sites leave 7 nodes at one step;
    # two sites that are no neighbours have one neighbour in common, so that they serve 4 + 4 - 1
    assert [site_services(question(way), "p_median", QUICK, count=p).value for p in (1, 3, 10)] == [15, 7, 0]
    covered = [site_services(question(way), "cover_most", QUICK, count=p, reach_m=1.0).value for p in (1, 2, 3)]
    assert covered == [4, 7, 10]


def cube(dimension: int) -> np.ndarray:
    """Steps between the corners of a hypercube."""
    corners = np.arange(2**dimension)
    return np.bitwise_count(corners[:, None] ^ corners[None, :]).astype(float)


@pytest.mark.parametrize(("dimension", "fewest"), [(3, 2), (4, 4), (5, 7), (7, 16)])
def test_covering_the_hypercube_finds_the_sizes_of_covering_codes(dimension: int, fewest: int) -> None:
    """K(n, 1): perfect codes of Hamming 1950 for 3 and 7; 4 and 7 by Stein, and Stanton and Kalbfleisch 1968."""
    found = site_services(question(cube(dimension)), "cover_all", QUICK, reach_m=1.0)
    assert (found.value, found.status) == (fewest, "optimal")


def test_a_perfect_code_is_the_median_and_the_centre_of_the_hypercube() -> None:
    """Of 8 corners 2 are chosen and of 128 corners 16; each other corner is one step away."""
    assert site_services(question(cube(3)), "p_median", QUICK, count=2).value == 6
    assert site_services(question(cube(7)), "p_centre", QUICK, count=16).value == 1


def projective_plane(order: int) -> np.ndarray:
    """Lines by points of the projective plane over a prime field: 0 where they meet, 1 elsewhere."""
    every = np.array([(1, y, z) for y in range(order) for z in range(order)]
                     + [(0, 1, z) for z in range(order)] + [(0, 0, 1)])  # fmt: skip
    return np.where((every @ every.T) % order == 0, 0.0, 1.0)


@pytest.mark.parametrize("order", [2, 3, 5])
def test_blocking_a_projective_plane_takes_a_line(order: int) -> None:
    """The smallest set of points that meets every line is a line, q + 1 points (Bruen 1970); p points meet pq + 1."""
    way = projective_plane(order)
    assert way.shape == (order**2 + order + 1,) * 2
    found = site_services(question(way), "cover_all", QUICK, reach_m=0.5)
    assert (found.value, found.status) == (order + 1, "optimal")
    most = [site_services(question(way), "cover_most", QUICK, count=p, reach_m=0.5).value for p in (1, 2, 3)]
    assert most == [p * order + 1 for p in (1, 2, 3)]


def test_the_torus_of_a_chess_board_is_tiled_by_kings() -> None:
    """A torus of 12 x 12 squares: 16 kings on the squares of a 3 x 3 grid reach each other square in one move."""
    row, col = (part.ravel() for part in np.divmod(np.arange(144), 12))
    apart = [np.abs(one[:, None] - one[None, :]) for one in (row, col)]
    way = np.maximum(*(np.minimum(one, 12 - one) for one in apart)).astype(float)
    assert site_services(question(way), "cover_all", QUICK, reach_m=1.0).value == 16
    found = site_services(question(way), "p_median", QUICK, count=16)
    assert (found.value, found.status) == (128, "optimal")


def test_the_median_of_a_street_is_its_middle() -> None:
    places = np.arange(21.0)
    found = site_services(question(np.abs(places[:, None] - places[None, :])), "p_median", QUICK)
    assert (found.chosen, found.value, found.status) == ((10,), 110.0, "optimal")
    # seven sites of three nodes each: a street of 21 nodes costs 2 by site (1 on either side)
    assert site_services(question(np.abs(places[:, None] - places)), "p_median", QUICK, count=7).value == 14


def drawn(seed: int) -> tuple[Siting, int]:
    rng = np.random.default_rng(seed)
    rows, columns, count = int(rng.integers(1, 9)), int(rng.integers(1, 8)), int(rng.integers(1, 4))
    way = rng.integers(0, 20, (rows, columns)).astype(float)
    way[rng.random(way.shape) < 0.15] = np.inf
    way[rng.random(way.shape) < 0.03] = np.nan
    there = np.where(rng.random(rows) < 0.3, rng.integers(0, 20, rows), np.inf).astype(float)
    return Siting(way, rng.integers(0, 5, rows).astype(float), there), count


def best(asked: Siting, model: SitingModel, count: int, reach: float) -> float:
    """The best over all choices, by plain search; inf where there is none."""
    way = np.where(np.isnan(asked.way_m), np.inf, asked.way_m)
    most = way.shape[1] if model == "cover_all" else count
    reached = np.isfinite(np.minimum(way.min(axis=1), asked.existing_m)) & (asked.weight > 0)
    can = reached & (np.minimum(way.min(axis=1), asked.existing_m) <= reach)
    values = []
    for size in range(most + 1):
        for chosen in combinations(range(way.shape[1]), size):
            ways = np.minimum(way[:, list(chosen)].min(axis=1, initial=np.inf), asked.existing_m)
            match model:
                case "p_median":
                    values.append(float((asked.weight[reached] * ways[reached]).sum()))
                case "p_centre":
                    values.append(float(ways[reached].max(initial=0.0)))
                case "cover_most":
                    values.append(-float(asked.weight[ways <= reach].sum()))
                case _:
                    values.append(float(size) if (ways[can] <= reach).all() else np.inf)
    return abs(min(values)) if model == "cover_most" else min(values)


@pytest.mark.parametrize("model", MODELS)
def test_every_answer_equals_the_best_of_all_choices(model: SitingModel, long_form: bool) -> None:
    for seed in range(2000 if long_form else 30):
        asked, count = drawn(seed)
        found = site_services(asked, model, QUICK, count=count, reach_m=8.0)
        wanted = best(asked, model, count, 8.0)
        if np.isinf(wanted):
            assert (found.chosen, found.status) == (None, "infeasible"), seed
            continue
        assert found.value == pytest.approx(wanted, abs=1e-6), seed
        assert found.status == "optimal", seed
        assert found.bound == pytest.approx(wanted, rel=2e-4, abs=1e-6), seed
        assert found.chosen is not None
        assert len(found.chosen) <= (asked.way_m.shape[1] if model == "cover_all" else count)


def plane(rows: int, columns: int, seed: int) -> Siting:
    rng = np.random.default_rng(seed)
    one, other = rng.uniform(0, 1e4, (rows, 2)), rng.uniform(0, 1e4, (columns, 2))
    return question(np.hypot(*(one[:, None] - other[None, :]).transpose(2, 0, 1)), rng.uniform(1, 100, rows))


def test_more_sites_are_never_worse_and_striking_out_changes_nothing() -> None:
    asked = plane(120, 30, 5)
    values = [site_services(asked, "p_median", QUICK, count=count) for count in (2, 4, 6)]
    assert [one.status for one in values] == ["optimal"] * 3
    assert values[0].value > values[1].value > values[2].value  # type: ignore[operator]
    assert values[0].kept < 30
    pairs = combinations(range(30), 2)
    assert values[0].value == pytest.approx(min(float((asked.weight * asked.ways(pair)).sum()) for pair in pairs))


def test_when_time_is_up_nothing_is_called_optimal_and_the_bound_is_still_true() -> None:
    asked = plane(160, 60, 2)
    full = site_services(asked, "cover_most", QUICK, count=6, reach_m=1500.0)
    short = site_services(asked, "cover_most", Effort(seconds=0.0), count=6, reach_m=1500.0)
    assert short.bound is not None
    assert full.value is not None
    assert short.bound >= full.value - 1e-6
    stopped = site_services(asked, "p_median", Effort(seconds=0.0, cancelled=lambda: True), count=9)
    assert stopped.status != "optimal"
    assert stopped.bound is not None
    assert stopped.bound <= site_services(asked, "p_median", QUICK, count=9).value + 1e-6  # type: ignore[operator]


def test_facilities_that_are_there_count_and_what_they_serve_needs_no_site() -> None:
    way = np.array([[0.0, 9.0], [9.0, 0.0], [9.0, 9.0]])
    asked = question(way, np.array([1.0, 2.0, 4.0]), np.array([1.0, np.inf, np.inf]))
    assert site_services(asked, "cover_all", QUICK, reach_m=2.0).chosen == (1,)
    found = site_services(asked, "cover_most", QUICK, count=1, reach_m=2.0)
    assert (found.chosen, found.value) == ((1,), 3.0)


def test_without_candidates_or_demand_the_answer_is_empty() -> None:
    nobody = question(np.zeros((0, 3)))
    nowhere = question(np.zeros((2, 0)), there=np.array([5.0, np.inf]))
    for model in MODELS:
        assert site_services(nobody, model, QUICK, reach_m=1.0).chosen == ()
        assert site_services(nowhere, model, QUICK, reach_m=1.0).chosen == ()
    assert site_services(nowhere, "p_centre", QUICK).value == 5.0
