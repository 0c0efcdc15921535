"""Weights and closeness against published worked examples, to the printed digits."""

from __future__ import annotations

import numpy as np
import pytest

from parkplan.screening.topsis import topsis
from parkplan.screening.weights import ahp, critic_weights, entropy_weights, group_judgements

# Saaty (2008), drinks consumed in the United States: coffee, wine, tea, beer, soda, milk, water.
DRINKS = [
    [1, 9, 5, 2, 1, 1, 1 / 2],
    [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [1, 9, 4, 2, 1, 2, 1 / 2],
    [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
    [2, 9, 9, 3, 2, 3, 1],
]
# Xu (2004).
XU = np.array([[30, 30, 38, 29], [19, 54, 86, 29], [19, 15, 85, 28.9], [68, 70, 60, 29]])
# Opricovic and Tzeng (2004): height (cost) and cost (benefit as stated there).
MOUNTAIN = np.array([[1.0, 3000.0], [2.0, 3750.0], [5.0, 4500.0]])


def test_ahp_of_the_drinks() -> None:
    found = ahp(DRINKS)
    assert [round(weight, 3) for weight in found.weights] == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(found.lambda_max, 4) == 7.1766
    assert found.consistency_ratio is not None
    assert round(found.consistency_ratio, 3) == 0.022


# Saaty (2005), where to move: for each criterion and for the four cities, how much the first counts over the second.
MOVE = {
    "Culture Housing": 3, "Culture Transport": 5, "Family Culture": 5, "Family Housing": 7, "Family Transport": 7,
    "Housing Transport": 3, "Jobs Culture": 2, "Jobs Housing": 4, "Jobs Transport": 7, "Family Jobs": 1,
}  # fmt: skip
CITIES = {
    "Culture": {"B P": 1, "O B": 2, "O P": 2.5, "O S": 1, "S B": 2, "S P": 2.5},
    "Family": {"B O": 2, "B S": 4, "O S": 2, "P B": 3, "P O": 8, "P S": 9},
    "Housing": {"B O": 5, "B S": 2.5, "P B": 2, "P O": 9, "P S": 7, "S O": 4},
    "Jobs": {"B P": 3, "B S": 4, "O B": 2, "O P": 6, "O S": 8, "P S": 1},
    "Transport": {"B O": 1.5, "B S": 4, "O S": 2.5, "P B": 2, "P O": 3.5, "P S": 9},
}


def judged(pairs: dict[str, float], names: list[str]) -> list[float]:
    matrix = np.ones((len(names), len(names)))
    for pair, value in pairs.items():
        one, other = (names.index(name) for name in pair.split())
        matrix[one, other], matrix[other, one] = value, 1 / value
    return list(ahp(matrix.tolist()).weights)


def test_ahp_on_two_levels_of_the_cities() -> None:
    """Bethesda, Boston, Pittsburgh, Santa Fe; weights of the criteria times those of the cities by each criterion."""
    weights = np.array(judged(MOVE, list(CITIES)))
    by_city = weights @ np.array([judged(pairs, ["B", "O", "P", "S"]) for pairs in CITIES.values()])
    assert [round(value, 3) for value in by_city] == [0.229, 0.275, 0.385, 0.111]


def test_consistent_judgements_give_the_ratios_back_and_no_worst_triple() -> None:
    weights = np.array([0.5, 0.3, 0.2])
    found = ahp((weights[:, None] / weights[None, :]).tolist())
    assert np.allclose(found.weights, weights)
    assert found.consistency_index == pytest.approx(0.0, abs=1e-12)
    assert found.worst is None


def test_the_worst_triple_is_the_one_that_was_spoilt() -> None:
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    matrix = weights[:, None] / weights[None, :]
    matrix[0, 3], matrix[3, 0] = matrix[0, 3] * 5, matrix[3, 0] / 5
    worst = ahp(matrix.tolist()).worst
    assert worst is not None
    assert {0, 3} <= set(worst)


def test_group_judgements_are_the_geometric_mean() -> None:
    assert np.allclose(group_judgements([[[1, 2], [1 / 2, 1]], [[1, 8], [1 / 8, 1]]]), [[1, 4], [1 / 4, 1]])


@pytest.mark.parametrize("matrix", [[[1, 2], [2, 1]], [[1]], [[1, -2], [-0.5, 1]], [[1, 2, 3], [0.5, 1, 2]]])
def test_judgements_that_make_no_sense_are_refused(matrix: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="judgements"):
        ahp(matrix)


def test_entropy_weights_of_xu() -> None:
    assert [round(weight, 4) for weight in entropy_weights(XU)] == [0.4630, 0.3992, 0.1378, 0.0000]


def test_entropy_of_zeros_and_constants() -> None:
    found = entropy_weights(np.array([[0.0, 5.0], [1.0, 5.0]]))
    assert found.tolist() == [1.0, 0.0]


def test_critic_by_hand() -> None:
    """Two opposed criteria of equal spread share the weight: r = -1, so C = s * 2 for both."""
    table = np.array([[0.0, 1.0, 3.0], [1.0, 0.0, 3.0]])
    assert critic_weights(table, [True, True, True]).tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("function", [entropy_weights, lambda table: critic_weights(table, [True, True])])
def test_weights_from_incomplete_data_are_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match="unknown"):
        function(np.array([[1.0, np.nan], [2.0, 3.0]]))


@pytest.mark.parametrize(
    ("normalisation", "expected"), [("min_max", [0.500, 0.617, 0.500]), ("vector", [0.762, 0.722, 0.238])]
)
def test_topsis_of_opricovic_and_tzeng(normalisation: str, expected: list[float]) -> None:
    assert normalisation in {"min_max", "vector"}
    found = topsis(MOUNTAIN, np.array([0.5, 0.5]), [False, True], normalisation=normalisation)  # type: ignore[arg-type]
    assert [round(value, 3) for value in found] == expected


def test_topsis_of_tzeng_and_huang() -> None:
    table = np.array([[5.0, 8.0, 4.0], [7.0, 6.0, 8.0], [8.0, 8.0, 6.0], [7.0, 4.0, 6.0]])
    found = topsis(table, np.array([0.3, 0.4, 0.3]), [True, True, True], normalisation="vector")
    assert [round(value, 4) for value in found] == [0.5037, 0.6581, 0.7482, 0.3340]


def test_topsis_ideal_and_anti_ideal() -> None:
    table = np.array([[1.0, 10.0], [0.0, 20.0]])
    assert topsis(table, np.array([1.0, 3.0]), [True, False]).tolist() == [1.0, 0.0]
    assert topsis(np.ones((2, 2)), np.array([1.0, 1.0]), [True, True]).tolist() == [0.5, 0.5]
