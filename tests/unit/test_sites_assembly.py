"""Assembly against brute force; what is proven, what is not; limits in the way; the best set of sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from site_worlds import best_family, brute_force, random_assembly

from parkplan.i18n import language
from parkplan.jobs.site_words import gap_words, packing_words, proof_words
from parkplan.jobs.solving import proven_apart
from parkplan.model.sites import Proof
from parkplan.sites import branch_cut, packing
from parkplan.sites.assembly import at_once, engine_of, improved, proven, solve
from parkplan.sites.best_set import best_set
from parkplan.sites.branch_cut import branch_and_cut
from parkplan.sites.contiguity import contiguity
from parkplan.sites.cut_loop import cut_loop
from parkplan.sites.engine import Effort, Solved
from parkplan.sites.enumeration import all_sites
from parkplan.sites.greedy import Found, greedy_pool
from parkplan.sites.reduction import most_worth, without_hopeless

SHORT, LONG = 60, 400
needs_scip = pytest.mark.skipif(not branch_cut.available(), reason="the extra “exact” (pyscipopt) is not installed")
PATIENT_S = 150.0
"""Far more than these questions take: a busy machine may be slow to start the other process."""
ENGINES = [pytest.param(branch_and_cut, marks=needs_scip, id="scip"), pytest.param(cut_loop, id="highs")]


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_equal_brute_force(engine: object, long_form: bool) -> None:
    infeasible = 0
    for seed in range(LONG if long_form else SHORT):
        loose = {"max_owners": None, "max_cost_yuan": None, "min_parcels": 2, "max_parcels": 5}
        parcels = 6 + seed % (13 if long_form else 6)
        problem = random_assembly(seed, parcels, **({} if seed % 3 else loose))
        best, found = brute_force(problem), engine(problem, Effort(20.0))  # type: ignore[operator]
        if best is None:
            infeasible += 1
            assert found.infeasible, seed
            continue
        assert found.value == pytest.approx(best[0], rel=2e-4), seed
        assert found.optimal, seed
        assert found.bound >= best[0] - 1e-9
        assert problem.feasible(found.site)
    assert infeasible


@pytest.mark.parametrize("engine", ENGINES)
def test_least_compactness_is_kept_and_the_best_is_still_found(engine: object, long_form: bool) -> None:
    held = infeasible = 0
    for seed in range(LONG // 4 if long_form else 24):
        problem = random_assembly(seed, 7 + seed % 5, min_compactness=(0.25, 0.35, 0.45)[seed % 3])
        best, found = brute_force(problem), engine(problem, Effort(20.0))  # type: ignore[operator]
        if best is None:
            infeasible += 1
            assert found.infeasible, seed
            continue
        assert found.value == pytest.approx(best[0], rel=2e-4), seed
        assert found.optimal
        assert problem.feasible(found.site)
        loose = brute_force(problem.within(min_compactness=None))
        held += loose is not None and loose[0] > best[0]
    assert held
    assert infeasible


def test_outline_and_compactness_are_those_of_the_joined_shape() -> None:
    grid = np.array([shapely.box(50 * i, 40 * j, 50 * i + 50, 40 * j + 40) for i in range(4) for j in range(3)])
    graph, count = contiguity(grid, 0.0), len(grid)
    problem = replace(
        random_assembly(1, count), left=graph.left, right=graph.right, bonus=np.zeros(len(graph.left)),
        area_m2=shapely.area(grid), perimeter_m=shapely.length(grid), shared_m=graph.shared_m,
        allowed=np.ones(count, dtype=bool),
    )  # fmt: skip
    for site in ([0], [0, 1, 2], [0, 1, 3, 4], [0, 3, 6, 9, 10, 11]):
        joined = shapely.union_all(grid[site])
        assert problem.outline_m(site) == pytest.approx(joined.length)
        assert problem.compactness(site) == pytest.approx(4 * np.pi * joined.area / joined.length**2)


def test_the_compactness_that_can_be_reached_is_named() -> None:
    free = {"max_owners": None, "max_cost_yuan": None, "min_flagged_share": None, "frontage": False}
    problem = random_assembly(5, 10, min_compactness=0.95, **free)
    assert brute_force(problem) is None
    (relaxed,) = [one for one in proven(problem, Effort(30.0)).proof.relaxations if one.limit == "min_compactness"]
    most = max(problem.compactness(one.site) for one in all_sites(problem.within(min_compactness=None)) or [])
    assert most - 0.01 <= relaxed.reachable <= most + 1e-9
    assert brute_force(problem.within(min_compactness=float(relaxed.reachable))) is not None


def test_enumeration_equals_brute_force_and_lists_each_site_once() -> None:
    for seed in range(40):
        problem = random_assembly(seed, 6 + seed % 6)
        best, found = brute_force(problem), all_sites(problem)
        assert found is not None
        assert (best is None) == (not found)
        assert len({one.site for one in found}) == len(found)
        assert all(problem.feasible(one.site) for one in found)
        if best is not None:
            assert found[0].value == pytest.approx(best[0])
    assert all_sites(random_assembly(3, 40), most_steps=100) is None


def test_solving_group_by_group_equals_brute_force() -> None:
    for seed in range(25):
        problem = random_assembly(seed, 12)
        cut = problem.allowed.copy()
        cut[seed % 12] = cut[(seed * 5 + 2) % 12] = False
        problem = replace(problem, allowed=cut)
        best, (found, _) = brute_force(problem), solve(problem, Effort(20.0))
        assert (found.value if best else None) == (pytest.approx(best[0], rel=2e-4) if best else None)
        assert found.infeasible == (best is None)


def test_no_site_is_worth_more_than_the_bound_of_its_group() -> None:
    for seed in range(30):
        problem = random_assembly(seed, 11)
        for one in greedy_pool(problem):
            assert one.value <= most_worth(problem, range(11)) + 1e-9


def test_parcels_are_left_out_only_where_no_better_site_holds_them() -> None:
    left_out = 0
    for seed in range(40):
        few = {"min_parcels": 2, "max_parcels": 4, "max_area_m2": None}
        problem = random_assembly(seed, 12, **(few if seed % 2 else {}))
        sites = all_sites(problem) or []
        if not sites:
            continue
        value = sites[len(sites) // 3].value
        kept, most = without_hopeless(problem, np.flatnonzero(problem.allowed).tolist(), value)
        better = {row for one in sites if one.value > value for row in one.site}
        assert better <= set(kept), seed
        left_out += int(problem.allowed.sum()) - len(kept)
        beside = [one.value for one in sites if not set(one.site) <= set(kept)]
        assert most <= value
        assert all(points <= most + 1e-9 for points in beside)
    assert left_out


def test_greedy_and_neighbourhood_are_never_called_proven() -> None:
    for seed in range(6):
        problem = random_assembly(seed, 12)
        for answer in (at_once(problem), improved(problem, Effort(5.0))):
            assert answer.proof.status in {"unproven", "unknown"}
            assert answer.proof.bound is None
            assert answer.proof.gap is None
            assert all(problem.feasible(one.site) for one in answer.pool)


def test_more_work_never_gives_less() -> None:
    for seed in range(5):
        problem = random_assembly(seed, 13)
        values = [
            one.proof.value or 0.0
            for one in (at_once(problem), improved(problem, Effort(5.0)), proven(problem, Effort(20.0)))
        ]
        assert values == sorted(values)


def test_locked_parcels_are_in_and_forbidden_ones_out() -> None:
    met = 0
    for seed in range(12):
        problem = random_assembly(seed, 11)
        locked = np.zeros(11, dtype=bool)
        locked[seed % 11] = True
        allowed = problem.allowed.copy()
        allowed[(seed + 5) % 11] = False
        problem = replace(problem, locked=locked, allowed=allowed)
        best, found = brute_force(problem), proven(problem, Effort(20.0))
        assert (best is None) == (found.best is None)
        if best is not None and found.best is not None:
            met += 1
            assert seed % 11 in found.best.site
            assert (seed + 5) % 11 not in found.best.site
            assert found.best.value == pytest.approx(best[0], rel=2e-4)
    assert met


def test_a_time_limit_never_says_optimal() -> None:
    assert not Solved((1,), 10.0, 10.4).optimal
    assert not Solved((1,), 10.0, None).optimal
    problem = random_assembly(2, 60, max_area_m2=400_000.0, max_cost_yuan=None, max_owners=None, min_area_m2=1.0)
    answer = solve(problem, Effort(0.0))[0]
    assert not answer.optimal
    assert answer.bound is None or answer.bound > 0


@pytest.mark.parametrize(
    ("limits", "limit", "reachable"),
    [
        ({"min_area_m2": 9e6, "max_area_m2": None}, "min_area_m2", "area_m2"),
        ({"max_cost_yuan": 1e5}, "max_cost_yuan", "cost_yuan"),
        ({"seed": 12, "min_flagged_share": 1.0, "min_area_m2": 60_000.0}, "min_flagged_share", "flagged_share"),
    ],
)
def test_the_limit_in_the_way_is_named_with_the_smallest_relaxation(
    limits: dict[str, float], limit: str, reachable: str
) -> None:
    problem = random_assembly(**({"seed": 5, "parcels": 12} | limits))
    assert brute_force(problem) is None
    found = proven(problem, Effort(20.0))
    assert found.proof.status == "infeasible"
    (relaxed,) = [one for one in found.proof.relaxations if one.limit == limit]
    relieved = [one.site for one in all_sites(problem.within(**{limit: None})) or []]
    amounts = [problem.figures(site)[reachable] for site in relieved]
    best = min(amounts) if limit.startswith("max") else max(amounts)
    assert relaxed.reachable == pytest.approx(best, rel=1e-3)
    with language("en"):
        assert any("alone makes a site possible" in line for line in proof_words(found.proof))


def test_fewest_owners_are_found() -> None:
    problem = random_assembly(5, 12, max_owners=1, min_area_m2=60_000.0, max_cost_yuan=None)
    assert brute_force(problem) is None
    (relaxed,) = [one for one in proven(problem, Effort(20.0)).proof.relaxations if one.limit == "max_owners"]
    assert brute_force(problem.within(max_owners=int(relaxed.reachable))) is not None
    assert brute_force(problem.within(max_owners=int(relaxed.reachable) - 1)) is None


def test_what_binds_is_what_is_in_the_way_of_more() -> None:
    problem = random_assembly(5, 12)
    answer = proven(problem, Effort(20.0))
    assert answer.best is not None
    for name in answer.proof.binding:
        freed = proven(problem.within(**{name: None if name != "frontage" else False}), Effort(20.0))
        assert freed.best is not None
        assert freed.best.value > answer.best.value


def test_the_order_of_the_parcels_does_not_matter() -> None:
    for seed in range(5):
        problem = random_assembly(seed, 12)
        order = np.random.default_rng(seed).permutation(12)
        place = np.argsort(order)
        names = ("value", "area_m2", "cost_yuan", "owner", "flagged", "frontage", "allowed", "locked")
        turned = replace(
            problem, **{name: getattr(problem, name)[order] for name in names},
            left=np.minimum(place[problem.left], place[problem.right]),
            right=np.maximum(place[problem.left], place[problem.right]),
        )  # fmt: skip
        one, two = proven(problem, Effort(20.0)).best, proven(turned, Effort(20.0)).best
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert two.value == pytest.approx(one.value, rel=2e-4)


@pytest.mark.parametrize("listed", [12, 0], ids=["listed", "columns"])
def test_the_best_set_equals_brute_force(listed: int, monkeypatch: pytest.MonkeyPatch, long_form: bool) -> None:
    monkeypatch.setattr("parkplan.sites.best_set.LISTED", listed)
    several = proven = 0
    for seed in range(100 if long_form else 6 if listed else 3):
        loose = {"min_area_m2": 8_000.0, "max_area_m2": 40_000.0, "max_owners": None, "max_cost_yuan": None}
        problem = random_assembly(seed, 7 + seed % 6, **(loose | ({"frontage": False} if seed % 2 else {})))
        most = best_family(problem)
        found = best_set(problem, greedy_pool(problem, 2), Effort(20.0), solve, most_sites=40)
        rows = [row for one in found.chosen for row in one.site]
        assert len(rows) == len(set(rows)), seed
        assert all(problem.feasible(one.site) for one in found.chosen)
        assert found.proof.value == pytest.approx(sum(problem.worth(one.site) for one in found.chosen), abs=1e-9)
        assert found.proof.bound is not None
        assert found.proof.value is not None
        assert found.proof.value <= most + 1e-6, seed
        assert found.proof.bound >= most - 1e-6, seed
        if found.proof.status == "optimal":
            proven += 1
            assert found.proof.value == pytest.approx(most, rel=2e-4, abs=1e-6), seed
        several += len(found.chosen) > 1
    assert several
    assert proven >= (6 if listed else 1)


def test_without_an_exact_search_the_bound_of_the_set_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parkplan.sites.best_set.LISTED", 0)
    for seed in range(2):
        problem = random_assembly(seed, 9, min_area_m2=8_000.0, max_area_m2=40_000.0, max_owners=None)
        found, most = best_set(problem, greedy_pool(problem), Effort(5.0), None, most_sites=40), best_family(problem)
        assert found.proof.bound is not None
        assert found.proof.bound >= most - 1e-6
        assert (found.proof.value or 0.0) <= most + 1e-6
    with language("en"):
        bounded = replace(found, proof=replace(found.proof, status="bounded", value=100.0, bound=100.21))
        assert "no other set, of any sites at all, scores more than 0.3% higher" in packing_words(bounded)
        assert "no other set of sites" in packing_words(replace(found, proof=replace(found.proof, status="optimal")))


def test_a_packing_without_time_still_has_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best first: 3 points, not the two that overlap it, then the single parcel; 4 in all, nothing proven."""
    pool = [Found((1, 2), 2.0), Found((0, 1), 3.0), Found((3,), 1.0), Found((0,), 2.5)]
    monkeypatch.setattr(packing, "solve_binary", lambda *_: ((), 8.5))
    found = packing.pack(pool, Effort(), most_sites=5)
    assert {one.site for one in found.chosen} == {(0, 1), (3,)}
    assert (found.proof.value, found.proof.bound, found.proof.status) == (4.0, 8.5, "bounded")
    assert {one.site for one in packing.pack(pool, Effort(), most_sites=1).chosen} == {(0, 1)}


def test_no_more_sites_than_asked_and_the_bound_knows_it() -> None:
    problem = random_assembly(4, 11, min_area_m2=5_000.0, max_area_m2=25_000.0, max_owners=None, frontage=False)
    values = [
        best_set(problem, greedy_pool(problem), Effort(20.0), solve, most_sites=most).proof.value for most in (1, 2, 11)
    ]
    best = brute_force(problem)
    assert best is not None
    assert values[0] == pytest.approx(best[0])
    assert values[0] < values[1] <= values[2]
    assert values[2] == pytest.approx(best_family(problem))


def test_the_gap_is_rounded_so_that_it_never_promises_too_much() -> None:
    def proof(bound: float) -> Proof:
        return Proof(engine="branch_and_cut", status="bounded", value=200.0, bound=bound, seconds=1.0)

    assert [gap_words(proof(bound)) for bound in (200.01, 200.2, 200.201)] == ["0.1%", "0.1%", "0.2%"]


def test_the_process_apart_answers_alike_and_stops_when_told() -> None:
    problem = random_assembly(5, 12)
    best = brute_force(problem)
    apart = proven_apart(problem, Effort(PATIENT_S))
    assert best is not None
    assert apart.proof.status == "optimal"
    assert apart.proof.engine == engine_of()[0]
    assert apart.best is not None
    assert apart.best.value == pytest.approx(best[0], rel=2e-4)
    stopped = proven_apart(problem, Effort(20.0, cancelled=lambda: True))
    assert stopped.proof.status in {"optimal", "bounded", "unproven", "infeasible", "unknown"}
    assert stopped.best is None or problem.feasible(stopped.best.site)


def test_same_seed_same_answer() -> None:
    problem = random_assembly(9, 14)
    one, two = (proven(problem, Effort(20.0, seed=3)) for _ in range(2))
    assert (one.best, one.pool) == (two.best, two.pool)
