"""The allocation of typologies to parcels, against enumeration of every choice."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from parkplan.i18n import language
from parkplan.jobs.optimise_words import note_words
from parkplan.layout.allocation import Allocated, Allocation, Choice, Clause
from parkplan.layout.allocation_front import front
from parkplan.layout.allocation_solve import solve
from parkplan.layout.allocation_study import collision, different, prices
from parkplan.sites.engine import Effort

EFFORT = Effort(seconds=20.0)


def choices(problem: Allocation) -> list[Choice]:
    every = product(range(problem.uses), repeat=problem.parcels)
    return [choice for choice in every if problem.feasible(choice)]


def best_of(problem: Allocation) -> float | None:
    return max((problem.worth(choice) for choice in choices(problem)), default=None)


def district(seed: int) -> Allocation:
    """Up to six parcels, up to three uses beside that of today, a budget, shares, bans, and two that may not meet."""
    rng = np.random.default_rng(seed)
    parcels, uses = int(rng.integers(2, 7)), int(rng.integers(2, 5))
    gain = np.column_stack([np.zeros(parcels), rng.normal(3.0, 6.0, (parcels, uses - 1))])
    cost = np.column_stack([np.zeros(parcels), rng.uniform(1.0, 9.0, (parcels, uses - 1))])
    area = rng.uniform(1.0, 5.0, parcels)
    one = np.zeros((parcels, uses))
    one[:, 1] = area / area.sum()
    open_choices = np.flatnonzero(np.tile(np.arange(uses), parcels) > 0)
    blank = Allocation(gain)
    apart = np.zeros((parcels, uses))
    apart[0, 1] = apart[1, uses - 1] = 1.0
    return Allocation(
        gain,
        (
            Clause("budget", rows=(blank.total(cost, high=float(rng.uniform(4.0, 6.0 * parcels))),)),
            Clause("share_least", rows=(blank.total(one, low=float(rng.uniform(0.0, 0.5))),)),
            Clause("share_most", rows=(blank.total(one, high=float(rng.uniform(0.4, 1.0))),)),
            Clause("plan", banned=rng.choice(open_choices, 2, replace=False)),
            Clause("housing", rows=(blank.total(apart, high=1.0),)),
        ),
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_answer_is_that_of_enumeration(seed: int) -> None:
    problem = district(seed)
    expected, found = best_of(problem), solve(problem, EFFORT)
    if expected is None:
        assert found.infeasible
        assert found.status == "infeasible"
        return
    assert found.choice is not None
    assert problem.feasible(found.choice)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert found.bound == pytest.approx(expected, rel=1e-4, abs=1e-4)
    assert found.status == "optimal"


@pytest.mark.parametrize("seed", range(12))
def test_the_price_of_a_rule_is_what_enumeration_gains_without_it(seed: int) -> None:
    problem = district(seed)
    best = solve(problem, EFFORT)
    told = prices(problem, best, EFFORT)
    assert len(told) == (0 if best.infeasible else len(problem.clauses))
    for price in told:
        without = best_of(problem.without({price.clause}))
        assert without is not None
        assert best.value is not None
        assert price.gain >= 0.0
        assert price.exact
        assert price.gain == pytest.approx(without - best.value, abs=1e-6)


def test_rules_that_collide_are_told_and_none_of_them_is_too_many() -> None:
    seen = 0
    for seed in range(400):
        problem = district(seed)
        if best_of(problem) is not None:
            continue
        found = collision(problem, EFFORT)
        assert found is not None
        assert found.minimal
        every = {clause.id for clause in problem.clauses}
        kept = set(found.clauses)
        assert best_of(problem.without(every - kept)) is None
        assert all(best_of(problem.without(every - kept | {name})) is not None for name in kept)
        seen += 1
        if seen == 6:
            break
    assert seen == 6


def test_rules_that_agree_do_not_collide() -> None:
    assert collision(Allocation(np.zeros((2, 2))), EFFORT) is None


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_options_differ_and_each_is_the_best_that_is_left(seed: int) -> None:
    problem, floor = Allocation(district(seed).gain, district(seed).clauses[:1]), 2
    found = different(problem, 3, floor, EFFORT)
    left = choices(problem)
    for answer in found:
        assert answer.choice is not None
        assert answer.value == pytest.approx(max(map(problem.worth, left)), abs=1e-6)
        left = [one for one in left if np.not_equal(one, answer.choice).sum() >= floor]
    assert len(found) == 3 or not left
    for one, other in combinations(found, 2):
        assert np.not_equal(one.choice, other.choice).sum() >= floor


def test_the_front_is_that_of_enumeration_on_ten_parcels() -> None:
    rng = np.random.default_rng(11)
    first = np.column_stack([np.zeros(10), rng.integers(1, 30, (10, 2))]).astype(float)
    second = np.column_stack([np.zeros(10), -rng.integers(1, 30, (10, 2))]).astype(float)
    blank = Allocation(first)
    problem = Allocation(first, (Clause("budget", rows=(blank.total(first + 1.0, high=150.0),)),))
    grid = np.array(list(product(range(3), repeat=10)))
    cost = (first + 1.0)[np.arange(10), grid].sum(axis=1)
    pairs = np.column_stack([table[np.arange(10), grid].sum(axis=1) for table in (first, second)])[cost <= 150.0]
    order = np.lexsort((-pairs[:, 1], -pairs[:, 0]))
    expected, most = [], -np.inf
    for one, two in pairs[order].tolist():
        if two > most:
            expected.append((one, two))
            most = two
    found = front(problem, first, second, EFFORT)
    assert found.complete
    assert [(round(one.first), round(one.second)) for one in found.points] == expected


def test_a_front_that_is_cut_short_tells_which_points_are_proven() -> None:
    """Choices are listed; what is proven must be on the true front, and what is not must be a choice all the same."""
    rng = np.random.default_rng(5)
    first = np.column_stack([np.zeros(8), rng.integers(1, 60, (8, 2))]).astype(float)
    second = np.column_stack([np.zeros(8), -rng.integers(1, 60, (8, 2))]).astype(float)
    problem = Allocation(first, (Clause("budget", rows=(Allocation(first).total(first + 1.0, high=200.0),)),))
    pairs = {(sum(first[range(8), one]), sum(second[range(8), one])) for one in choices(problem)}
    unbeaten = {
        (one, two) for one, two in pairs if not any(a >= one and b >= two and (a, b) != (one, two) for a, b in pairs)
    }
    for calls in (1, 2, 4, 7, 12, 20, 40):
        left = iter(range(calls))
        found = front(problem, first, second, Effort(cancelled=lambda left=left: next(left, None) is None))
        told = {(round(one.first), round(one.second)): one.proven for one in found.points}
        assert not found.complete or set(told) == unbeaten
        assert {point for point, proven in told.items() if proven} <= unbeaten
        assert set(told) <= pairs


def hard() -> Allocation:
    rng = np.random.default_rng(4)
    cost = np.column_stack([np.zeros(60), rng.integers(200, 1000, (60, 3))]).astype(float)
    other = np.column_stack([np.zeros(60), rng.integers(200, 1000, (60, 3))]).astype(float)
    blank = Allocation(cost + other + rng.integers(0, 9, (60, 4)))
    rows = tuple(blank.total(table, high=12_345.0) for table in (cost, other))
    gain = blank.gain.copy()
    gain[:, 0] = 0.0
    return Allocation(gain, (Clause("budget", rows=rows),))


def test_a_cancelled_search_gives_what_it_has_and_does_not_call_it_the_best() -> None:
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    problem = hard()
    found = solve(problem, Effort(seconds=20.0, cancelled=soon), (0,) * 60, gap=0.0)
    assert found.choice is not None
    assert problem.feasible(found.choice)
    assert not found.finished
    assert found.bound is not None
    assert found.value is not None
    gap = (found.bound - found.value) / found.value if found.value else None
    assert found.gap == pytest.approx(gap)
    at_once = solve(problem, Effort(cancelled=lambda: True), (0,) * 60)
    assert (at_once.choice, at_once.status, at_once.bound) == ((0,) * 60, "bounded", pytest.approx(problem.limit()))


def test_a_cancel_ends_the_other_options_and_the_prices() -> None:
    stopped = Effort(cancelled=lambda: True)
    problem = hard()
    found = different(problem, 4, 3, stopped)
    assert [one.status for one in found] == ["bounded"]
    assert prices(problem, found[0], stopped) == ()
    assert collision(problem, stopped) is None
    assert not front(problem, problem.gain, -problem.gain, stopped).complete


def test_the_time_limit_is_told_with_the_gap_and_never_as_the_best() -> None:
    problem = hard()
    found = solve(problem, Effort(seconds=0.0), (0,) * 60, gap=0.0)
    assert found.choice is not None
    assert found.value is not None
    assert found.bound is not None
    assert found.value <= found.bound <= problem.limit()
    short = Allocated((0,), 10.0, 12.0)
    assert (short.status, short.gap) == ("bounded", pytest.approx(0.2))
    with language("zh"):
        assert note_words(short) == "求解器方案：10.00 分，未证明最优；上限 12.00 分，差距 20.00%"
    assert Allocated((0,), 10.0, 10.0).status == "optimal"
    assert Allocated((0,), 0.0, 3.0).gap is None
    assert Allocated((0,), 0.0, 0.0).gap == 0.0
    assert Allocated(None, None, 12.0).status == "unknown"
    assert Allocated(None, None, None, infeasible=True).status == "infeasible"


def test_the_same_seed_gives_the_same_answer() -> None:
    problem = district(21)
    assert [one.choice for one in different(problem, 3, 1, EFFORT)] == [
        one.choice for one in different(problem, 3, 1, EFFORT)
    ]


def test_without_parcels_there_is_nothing_to_decide() -> None:
    empty = Allocation(np.zeros((0, 3)))
    assert solve(empty, EFFORT).choice == ()
    asked = Allocation(empty.gain, (Clause("least", rows=(empty.total(empty.gain, low=1.0),)),))
    assert solve(asked, EFFORT).infeasible
