"""The allocation optimiser against NSGA-II and simulated annealing: same question, same rules, equal time, one run.

The question is the one that `parkplan optimise` puts for a demo district: all idle and low-efficient parcels are free,
every typology and cluster is offered, under the rules of the plan, distances, a budget and shares of two clusters. All
three judge a choice by the same points and the same rules (`parkplan.layout.allocation.Allocation`). Seconds are CPU
seconds of this process; ours runs first, and the others get as long as it was allowed. The front is over output and
cost; its hypervolume is measured from no output at the budget, as a share of the rectangle between these and the best
output at no cost.

Run as ``python bench/bench_optimise.py [--quick] [--print]``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.core.sampling import Sampling
from pymoo.core.termination import Termination
from pymoo.indicators.hv import HV
from pymoo.operators.crossover.ux import UniformCrossover
from pymoo.operators.mutation.pm import PolynomialMutation
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.optimize import minimize

from benchmark_page import put
from parkplan.data.workspace import open_workspace
from parkplan.jobs.allocation_around import around
from parkplan.jobs.allocation_land import Land, access_of, land_of
from parkplan.jobs.allocation_rules import question
from parkplan.jobs.allocation_wish import free_parcels, uses_of
from parkplan.jobs.demo import demo
from parkplan.jobs.options import library
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.layout.allocation import SLACK, Allocation
from parkplan.layout.allocation_front import Front, front
from parkplan.layout.allocation_solve import solve
from parkplan.model.allocation import Share, Wish
from parkplan.sites.engine import Effort

START, END = "<!-- optimise: made by bench/bench_optimise.py -->", "<!-- end of optimise -->"
SEED = 7
LONGEST_S = 36_000.0
COOLING = (5.0, 1e-3)
"""Temperatures of the annealing from first to last, in points."""


@dataclass(frozen=True)
class Case:
    """A question with what the rivals need of it, for many choices at once."""

    land: Land
    problem: Allocation
    output: np.ndarray
    cost: np.ndarray
    budget: float

    @property
    def open_uses(self) -> list[np.ndarray]:
        """The uses that no rule forbids a parcel by itself."""
        banned = self.problem.banned().reshape(self.problem.gain.shape)
        return [np.flatnonzero(~row) for row in banned]

    def points(self, choice: np.ndarray) -> float:
        """Return the points of a choice."""
        return self.problem.worth(tuple(choice.tolist()))

    def missed(self, choice: np.ndarray) -> float:
        """By how much a choice misses its rows, as shares of their largest weights."""
        x = self.problem.values(tuple(choice.tolist()))
        total = 0.0
        for row in self.problem.rows:
            value = float(row.weights @ x[row.columns])
            most = max(row.low - value, value - row.high) / row.scale
            total += max(0.0, most - SLACK)
        return total


def case(size: str, folder: Path) -> Case:
    path = folder / f"{size}.parkplan"
    demo(path, size=size)
    ws = open_workspace(str(path))
    budget = {"small": 8e8, "district": 8e9}[size]
    wish = Wish(budget_yuan=budget, shares=(Share("safety", least=0.1), Share("electronics", most=0.3)))
    at, shown = option(ws, find_scenario(ws, "base")), library()
    nearby = around(ws, at, shown.options.contiguity_gap_m.value, shown.options.detour_factor.value)
    land = land_of(at, nearby, free_parcels(ws, at, wish), uses_of(wish), shown, access_of(nearby, wish))
    return Case(land, question(land, wish), land.change["output_yuan"], land.change["cost_yuan"], budget)


def annealed(case: Case, seconds: float, seed: int) -> tuple[float | None, int]:
    """Change one parcel at a time, accept what is worse with a falling chance; a missed rule costs points."""
    rng, uses = np.random.default_rng(seed), case.open_uses
    now = np.zeros(len(uses), dtype=np.int64)
    penalty = 100.0
    worth = case.points(now) - penalty * case.missed(now)
    best, steps, begin = None, 0, time.process_time()
    while (gone := time.process_time() - begin) < seconds:
        heat = COOLING[0] * (COOLING[1] / COOLING[0]) ** (gone / seconds)
        parcel = int(rng.integers(len(uses)))
        then = now.copy()
        then[parcel] = rng.choice(uses[parcel])
        missed = case.missed(then)
        value = case.points(then)
        if value - penalty * missed >= worth or rng.random() < np.exp((value - penalty * missed - worth) / heat):
            now, worth = then, value - penalty * missed
            if missed == 0.0 and (best is None or value > best):
                best = value
        steps += 1
    return best, steps


class Places(Problem):
    """Each parcel is a number among the uses that it may have; rules are one constraint."""

    def __init__(self, case: Case, *, two: bool) -> None:
        self.case, self.uses, self.two = case, case.open_uses, two
        most = np.array([len(one) - 1 for one in self.uses])
        super().__init__(n_var=len(most), n_obj=1 + two, n_ieq_constr=1, xl=0, xu=most, vtype=int)

    def _evaluate(self, rows: np.ndarray, out: dict[str, np.ndarray], *_: object, **__: object) -> None:
        places = np.arange(rows.shape[1])
        chosen = [np.array([self.uses[place][row[place]] for place in places]) for row in rows]
        if self.two:
            output = [case_sum(self.case.output, one) for one in chosen]
            out["F"] = np.column_stack([np.negative(output), [case_sum(self.case.cost, one) for one in chosen]])
        else:
            out["F"] = np.array([[-self.case.points(one)] for one in chosen])
        out["G"] = np.array([[self.case.missed(one)] for one in chosen])


def case_sum(values: np.ndarray, choice: np.ndarray) -> float:
    return float(values[np.arange(len(choice)), choice].sum())


class Start(Sampling):
    """The land as it is, and copies of it with some parcels drawn at random."""

    def _do(self, problem: Places, n_samples: int, **_: object) -> np.ndarray:
        rng = np.random.default_rng(SEED)
        found = np.zeros((n_samples, problem.n_var), dtype=int)
        for row in range(1, n_samples):
            changed = rng.random(problem.n_var) < row / n_samples
            found[row, changed] = rng.integers(0, problem.xu[changed] + 1)
        return found


class CpuSeconds(Termination):
    """Ends after some CPU seconds of this process."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._begin, self._seconds = time.process_time(), seconds

    def _update(self, _algorithm: object) -> float:
        return (time.process_time() - self._begin) / self._seconds


def evolved(case: Case, seconds: float, seed: int, *, two: bool) -> tuple[np.ndarray | None, int]:
    """Return the objectives of the feasible best of NSGA-II, and how many choices it tried."""
    method = NSGA2(
        pop_size=100, sampling=Start(), crossover=UniformCrossover(repair=RoundingRepair()),
        mutation=PolynomialMutation(eta=3.0, prob_var=None, repair=RoundingRepair()), eliminate_duplicates=True,
    )  # fmt: skip
    found = minimize(Places(case, two=two), method, CpuSeconds(seconds), seed=seed, verbose=False)
    return found.F, found.algorithm.evaluator.n_eval


def volume(case: Case, points: np.ndarray) -> float:
    """Share of the rectangle between no output at the budget and the best output at no cost (minimised pairs)."""
    most = float(case.output.max(axis=1).sum())
    scaled = np.column_stack([points[:, 0] / most, points[:, 1] / case.budget])
    return float(HV(ref_point=np.array([0.0, 1.0]))(scaled[(scaled[:, 0] <= 0) & (scaled[:, 1] <= 1)]))


def front_of(case: Case, seconds: float) -> Front:
    return front(case.problem, case.output, -case.cost, cpu_effort(seconds))


def cpu_effort(seconds: float) -> Effort:
    """Return an effort that ends after CPU seconds, as the rivals do, however busy the machine is."""
    until = time.process_time() + seconds
    return Effort(seconds=LONGEST_S, seed=SEED, cancelled=lambda: time.process_time() >= until)


def line(size: str, case: Case, seconds: float) -> tuple[str, str]:
    """Return a row of each table."""
    begin = time.process_time()
    ours = solve(case.problem, cpu_effort(seconds), (0,) * case.problem.parcels)
    took = time.process_time() - begin
    annealing, steps = annealed(case, seconds, SEED)
    genes, tried = evolved(case, seconds, SEED, two=False)
    genetic = None if genes is None else -float(np.min(genes))
    assert ours.value is not None, "the question has no answer"
    rivals = [one for one in (annealing, genetic) if one is not None]
    assert all(ours.value >= one - 1e-6 for one in rivals), "ours is worse"
    gap = "—" if ours.gap is None else f"{100 * ours.gap:.2f} %"
    size_words = f"{size}: {case.problem.parcels} parcels x {case.problem.uses} uses, {len(case.problem.bonds)} pairs"
    values = [ours.value, *(annealing, genetic)]
    shown = ["no feasible choice" if one is None else f"{one:.2f}" for one in values]
    single = (
        f"| {size_words} | {seconds:.0f} s | **{shown[0]}** ({ours.status}, {gap}, {took:.1f} s) "
        f"| {shown[1]} ({steps:,} tried) | {shown[2]} ({tried:,} tried) |"
    )
    begin = time.process_time()
    proven = front_of(case, seconds)
    took = time.process_time() - begin
    pairs, seen = evolved(case, seconds, SEED, two=True)
    own = np.array([(-one.first, -one.second) for one in proven.points]).reshape(-1, 2)
    other = np.empty((0, 2)) if pairs is None else np.atleast_2d(pairs)
    assert volume(case, own) >= volume(case, other), "our front is worse"
    rival = f"{volume(case, other):.4f}" if len(other) else "no feasible choice"
    state = "complete" if proven.complete else "not complete"
    double = (
        f"| {size_words} | **{volume(case, own):.4f}** ({len(own)} points, {state}, {took:.1f} s) "
        f"| {rival} ({len(np.unique(other, axis=0))} points, {seen:,} tried) |"
    )
    return single, double


def section(sizes: dict[str, float]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        rows = [line(size, case(size, Path(folder)), seconds) for size, seconds in sizes.items()]
    single, double = zip(*rows, strict=True)
    lines = [
        START,
        "## Allocation of typologies and clusters",
        "",
        "The question of `parkplan optimise` on the fictional demo district: every idle and low-efficient parcel is "
        "free, all typologies and six clusters are offered, the ten objectives weigh alike; plan, distances, a budget "
        "and shares of two clusters hold. Points and rules are computed by the same code for all three. NSGA-II is "
        "pymoo's (population 100, uniform crossover, begun from the land as it is and random changes of it); annealing "
        f"changes one parcel at a time. Neither of them knows a bound. One run, seed {SEED}, one thread, CPU seconds, "
        f"{time.strftime('%Y-%m-%d')}; load of the machine {os.getloadavg()[0]:.1f}.",
        "",
        "| question | time each | ours: points (status, gap, time used) | simulated annealing | NSGA-II |",
        "|---|---|---|---|---|",
        *single,
        "",
        "Front of output against cost, the same time each: hypervolume as a share of the rectangle between no output "
        "at the budget and the best output at no cost.",
        "",
        "| question | ours, by weights, then balanced boxes | NSGA-II |",
        "|---|---|---|",
        *double,
        "",
        "Repeat with `python3 tasks.py bench`; `python bench/bench_optimise.py --quick` does the small district alone.",
        END,
    ]
    return "\n".join(lines)


def main() -> int:
    quick = "--quick" in sys.argv
    text = section({"small": 3.0} if quick else {"small": 5.0, "district": 20.0})
    if quick or "--print" in sys.argv:
        print(text)
        return 0
    put(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
