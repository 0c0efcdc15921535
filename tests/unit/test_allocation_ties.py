"""Likes that attract, conflicts and cores that hang together, against enumeration of every choice."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from parkplan.layout.allocation import Allocation, Choice, Clause
from parkplan.layout.allocation_bonds import Bonds
from parkplan.layout.allocation_core import Core
from parkplan.layout.allocation_front import front
from parkplan.layout.allocation_solve import solve
from parkplan.layout.allocation_study import collision, prices
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    import numpy.typing as npt

EFFORT = Effort(seconds=20.0)
SIDE = 3
NEAR = [
    (one, two)
    for one, two in product(range(2 * SIDE), repeat=2)
    if one < two and (two - one == SIDE or (two - one == 1 and two % SIDE))
]
"""Which of two rows of three square parcels share an edge."""


class Town:
    """Six square parcels, uses 0 (as it is), 1 and 2 (clusters), 3 (housing); everything is counted by loops."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.gain = np.column_stack([np.zeros(6), rng.normal(0.0, 5.0, (6, 3))])
        self.cost = np.column_stack([np.zeros(6), rng.uniform(1.0, 6.0, (6, 3))])
        self.today = rng.integers(0, 3, 6)  # the cluster of each parcel as it is, 0 for none
        self.length = {pair: float(rng.uniform(1.0, 6.0)) for pair in NEAR}
        self.conflict = -float(rng.uniform(1.0, 8.0))
        self.budget = float(rng.uniform(8.0, 25.0))
        self.connected = bool(rng.integers(0, 2))

    def cluster(self, parcel: int, use: int) -> int:
        return int(self.today[parcel]) if use == 0 else use if use < 3 else 0

    def ties(self, choice: Choice) -> float:
        total = 0.0
        for (one, two), metres in self.length.items():
            left, right = self.cluster(one, choice[one]), self.cluster(two, choice[two])
            total += metres if left == right != 0 else 0.0
            for plant, home in ((one, two), (two, one)):
                total += self.conflict if choice[plant] == 1 and choice[home] == 3 else 0.0
        return total

    def hangs_together(self, choice: Choice) -> bool:
        members = {parcel for parcel in range(6) if self.cluster(parcel, choice[parcel]) == 1}
        new = {parcel for parcel in members if choice[parcel] == 1}
        reached = set(list(new)[:1])
        while more := {
            two for pair in NEAR for one, two in (pair, pair[::-1]) if one in reached and two in members - reached
        }:
            reached |= more
        return new <= reached

    def worth(self, choice: Choice) -> float:
        gain = sum(self.gain[parcel, use] for parcel, use in enumerate(choice))
        return float(gain) + self.ties(choice) - self.ties((0,) * 6)

    def feasible(self, choice: Choice) -> bool:
        cost = sum(self.cost[parcel, use] for parcel, use in enumerate(choice))
        return cost <= self.budget and (not self.connected or self.hangs_together(choice))

    def choices(self) -> list[Choice]:
        return [choice for choice in product(range(4), repeat=6) if self.feasible(choice)]

    def question(self) -> Allocation:
        """The same as the solver takes it."""
        pairs = []
        for (one, two), metres in self.length.items():
            for cluster in (1, 2):
                sides = [
                    np.array([4 * parcel + use for use in range(4) if self.cluster(parcel, use) == cluster])
                    for parcel in (one, two)
                ]
                pairs.append((*sides, metres))
            for plant, home in ((one, two), (two, one)):
                pairs.append((np.array([4 * plant + 1]), np.array([4 * home + 3]), self.conflict))
        blank = Allocation(self.gain, bonds=Bonds.of(pairs, 24))
        clauses = [Clause("budget", rows=(blank.total(self.cost, high=self.budget),))]
        if self.connected:
            clauses.append(Clause("core", cores=(self.core(),)))
        return Allocation(self.gain, tuple(clauses), blank.bonds)

    def core(self) -> Core:
        member = np.zeros((6, 4), dtype=bool)
        member[:, 1] = True
        new = member.copy()
        member[:, 0] = self.today == 1
        left, right = np.array(NEAR).T
        return Core(member, new, left, right)


@pytest.mark.parametrize("seed", range(16))
def test_the_answer_is_that_of_enumeration(seed: int) -> None:
    town = Town(seed)
    problem, found = town.question(), solve(town.question(), EFFORT)
    assert found.choice is not None
    assert found.status == "optimal"
    assert town.feasible(found.choice)
    assert found.value == pytest.approx(town.worth(found.choice), abs=1e-9)
    assert found.value == pytest.approx(max(map(town.worth, town.choices())), abs=1e-6)
    assert problem.feasible(found.choice)


def test_a_question_knows_the_worth_and_the_limits_of_each_choice() -> None:
    rng = np.random.default_rng(5)
    for seed in range(8):
        town = Town(seed)
        problem = town.question()
        for choice in rng.integers(0, 4, (40, 6)).tolist():
            assert problem.worth(tuple(choice)) == pytest.approx(town.worth(tuple(choice)), abs=1e-9)
            assert problem.feasible(tuple(choice)) == town.feasible(tuple(choice))
            assert problem.worth(tuple(choice)) <= problem.limit() + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_leaving_out_a_rule_never_lowers_the_optimum_and_gains_what_enumeration_gains(seed: int) -> None:
    town = Town(seed)
    town.connected, town.budget = True, 14.0
    best = solve(town.question(), EFFORT)
    assert best.value is not None
    told = {price.clause: price for price in prices(town.question(), best, EFFORT)}
    assert set(told) == {"budget", "core"}
    for clause, change in {"budget": {"budget": np.inf}, "core": {"connected": False}}.items():
        freed = Town(seed)
        freed.connected, freed.budget = True, 14.0
        for name, value in change.items():
            setattr(freed, name, value)
        expected = max(map(freed.worth, freed.choices())) - best.value
        assert told[clause].exact
        assert told[clause].gain >= 0.0
        assert told[clause].gain == pytest.approx(expected, abs=1e-6)


def row_of(count: int, uses: int) -> tuple[npt.NDArray[np.float64], Core]:
    """A row of parcels, use 1 of which must hang together."""
    member = np.zeros((count, uses), dtype=bool)
    member[:, 1] = True
    return np.zeros((count, uses)), Core(member, member, np.arange(count - 1), np.arange(1, count))


def test_a_core_and_what_it_asks_of_a_bridge_collide_and_neither_alone_does() -> None:
    gain, core = row_of(5, 2)
    columns = np.arange(2)
    question = Allocation(
        gain,
        (
            Clause("core", cores=(core,)),
            Clause("pin:first", banned=columns[:1]),
            Clause("pin:last", banned=8 + columns[:1]),
            Clause("forbid:middle", banned=4 + columns[1:]),
            Clause("forbid:none", banned=np.empty(0, dtype=np.int64)),
        ),
    )
    found = collision(question, EFFORT)
    assert found is not None
    assert found.minimal
    assert set(found.clauses) == {"core", "pin:first", "pin:last", "forbid:middle"}
    for name in found.clauses:
        assert solve(question.without({name}), EFFORT).choice is not None


def test_cores_that_are_cut_short_say_so_and_hold() -> None:
    rng = np.random.default_rng(2)
    gain, core = row_of(24, 3)
    gain[:, 1:] = rng.normal(0.0, 5.0, (24, 2))
    problem = Allocation(gain, (Clause("core", cores=(core,)),))
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    runs = [
        float(gain[first:last, 1].sum() + np.maximum(0, gain[:first, 2]).sum())
        + float(np.maximum(0, gain[last:, 2]).sum())
        for first in range(25)
        for last in range(first, 25)
    ]
    for effort in (Effort(seconds=0.0), Effort(seconds=20.0, cancelled=soon)):
        found = solve(problem, effort, (0,) * 24)
        assert found.choice is not None
        assert problem.feasible(found.choice)
        assert found.bound is not None
        assert found.bound >= max(runs) - 1e-4
        # a quick machine may have the proof before it is told to stop; only then is it called optimal
        assert found.status == "bounded" or found.value == pytest.approx(max(runs), abs=1e-4)
    best = solve(problem, EFFORT)
    assert best.status == "optimal"
    assert best.value == pytest.approx(max(runs), abs=1e-4)


def test_the_front_over_likes_is_that_of_enumeration_on_ten_parcels() -> None:
    rng = np.random.default_rng(3)
    boxes = [shapely.box(10 * place, 0, 10 * place + 10, 10 + place % 3) for place in range(10)]
    shared = [shapely.intersection(boxes[place], boxes[place + 1]).length for place in range(9)]
    cost = np.column_stack([np.zeros(10), -rng.integers(1, 9, (10, 1))]).astype(float)
    pairs = [(np.array([2 * place + 1]), np.array([2 * place + 3]), shared[place]) for place in range(9)]
    problem = Allocation(np.zeros((10, 2)), bonds=Bonds.of(pairs, 20))
    points = []
    for choice in product(range(2), repeat=10):
        like = sum(shared[place] for place in range(9) if choice[place] and choice[place + 1])
        points.append((like, sum(cost[place, use] for place, use in enumerate(choice))))
    best = sorted({one for one in points if not any(_beats(other, one) for other in points)}, reverse=True)
    likes = np.concatenate([np.zeros(20), problem.bonds.points])
    found = front(problem, likes, cost, EFFORT)
    assert found.complete
    assert np.array([(one.first, one.second) for one in found.points]) == pytest.approx(np.array(best))


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]
