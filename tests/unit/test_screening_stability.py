"""Rank stability against closed forms and against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest

from parkplan.screening import stability
from parkplan.screening.stability import overtaking_weight, rank_stability, weight_draws


def uniform_weights(criteria: int, draws: int) -> np.ndarray:
    return weight_draws(np.ones(criteria), draws, certainty=0, rng=np.random.default_rng(1))


def test_two_opposites_and_their_mean_by_closed_form() -> None:
    """A = (1, 0), B = (0, 1), C = the mean: A and B are first in half of all weights each, C is always second."""
    found = rank_stability(np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]), uniform_weights(2, 40_000), top=1)
    assert found.p_first == pytest.approx([0.5, 0.5, 0.0], abs=0.01)
    assert found.mean_rank[2] == 2.0
    assert found.central_weights[0] == pytest.approx([0.75, 0.25], abs=0.01)
    assert np.isnan(found.central_weights[2]).all()


def test_three_unit_vectors_by_closed_form() -> None:
    """Each is first where its weight is the greatest: the mean of the greatest of three uniform weights is 11/18."""
    found = rank_stability(np.eye(3), uniform_weights(3, 60_000), top=1)
    assert found.p_first == pytest.approx([1 / 3] * 3, abs=0.01)
    assert found.central_weights[0][0] == pytest.approx(11 / 18, abs=0.01)


def test_weights_are_drawn_around_the_planners_own() -> None:
    weights = np.array([0.5, 0.25, 0.25])
    sample = weight_draws(weights, 50_000, certainty=100, rng=np.random.default_rng(5))
    assert sample.sum(axis=1) == pytest.approx(1.0)
    assert sample.mean(axis=0) == pytest.approx(weights, abs=0.002)
    assert sample[:, 1].std() == pytest.approx(np.sqrt(0.25 * 0.75 / 101), rel=0.03)


def test_ranks_without_error_agree_with_a_loop() -> None:
    rng = np.random.default_rng(2)
    values, weights = rng.random((40, 4)), uniform_weights(4, 300)
    ranks = np.array([np.argsort(np.argsort(-(values @ draw))) + 1 for draw in weights])
    found = rank_stability(values, weights, top=5)
    assert found.mean_rank == pytest.approx(ranks.mean(axis=0))
    assert found.p_top == pytest.approx((ranks <= 5).mean(axis=0))
    assert found.p_top.sum() == pytest.approx(5.0)


@pytest.mark.parametrize("held", [1, 7, 299, 10_000])
def test_quantiles_do_not_depend_on_how_many_draws_are_held_at_a_time(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 draws the 5 % quantile is the 15th least rank and the 95 % quantile the 285th."""
    values, weights = np.random.default_rng(4).random((30, 3)), uniform_weights(3, 300)
    ranks = np.sort([np.argsort(np.argsort(-(values @ draw))) + 1 for draw in weights], axis=0)
    monkeypatch.setattr(stability, "BLOCK_RANKS", held * 30)
    monkeypatch.setattr(stability, "BLOCK", 30 * 11)
    found = stability.rank_stability(values, weights, top=5)
    assert found.rank_low.tolist() == ranks[14].tolist()
    assert found.rank_high.tolist() == ranks[284].tolist()
    assert found.mean_rank == pytest.approx(ranks.mean(axis=0))


def test_error_is_the_normal_error_of_each_value() -> None:
    """Two alternatives that differ by d with error e each: P(first) = Phi(d / (e sqrt 2)); d = e gives 0.7602."""
    values, error = np.array([[0.6], [0.5]]), np.full((2, 1), 0.1)
    found = rank_stability(values, np.ones((60_000, 1)), error=error, top=1, seed=3)
    assert found.p_first[0] == pytest.approx(0.7602, abs=0.01)


def test_an_unknown_value_widens_the_rank_interval() -> None:
    known = np.array([[0.9], [0.7], [0.5], [0.3], [0.1]])
    unknown = known.copy()
    unknown[2] = np.nan
    weights = np.ones((4_000, 1))
    assert rank_stability(known, weights).rank_low[2] == rank_stability(known, weights).rank_high[2] == 3
    found = rank_stability(unknown, weights, seed=1)
    assert found.rank_low[2] == 1
    assert found.rank_high[2] == 5


def test_same_seed_same_answer() -> None:
    values, error = np.random.default_rng(0).random((20, 3)), np.full((20, 3), 0.2)
    first, second = (rank_stability(values, uniform_weights(3, 100), error=error, seed=9) for _ in range(2))
    assert np.array_equal(first.mean_rank, second.mean_rank)


def test_overtaking_weight_by_hand() -> None:
    values = np.array([[1.0, 0.2, 0.4], [0.0, 0.6, 0.9]])
    weights = np.array([0.6, 0.2, 0.2])
    level = overtaking_weight(values, weights, 2, leader=0, follower=1)
    assert level is not None
    others = weights[:2] / weights[:2].sum() * (1 - level)
    assert values @ np.append(others, level) == pytest.approx([values[0] @ np.append(others, level)] * 2)
    assert overtaking_weight(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([0.5, 0.5]), 0, 0, 1) is None
