"""The best site: at once, after a quick re-optimisation, or with proof; and the best set of sites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from parkplan.model.sites import Engine, Proof, Status
from parkplan.sites.best_set import best_set
from parkplan.sites.branch_cut import available, branch_and_cut
from parkplan.sites.cut_loop import cut_loop
from parkplan.sites.engine import Clock, Effort, Solved
from parkplan.sites.greedy import Found, diverse, greedy_pool
from parkplan.sites.groups import GroupSearch
from parkplan.sites.limits import binding, relaxations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from parkplan.sites.packing import Packing
    from parkplan.sites.problem import Assembly

STARTS: Final = 3
HOPS: Final = 2
ROUNDS: Final = 3
QUICK_S: Final = 15.0
"""CPU seconds of the quick re-optimisation."""
SINGLE: Final = 0.6
"""Part of the time that the single best site may take before the best set has its turn."""
MOST_SITES: Final = 40
"""Sites in a set at most."""
MOST_POOL: Final = 2500
EACH: Final = 20
"""How many sites of the pool a parcel is sure to be in, the best ones first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The best site found, the other sites met on the way (the best first), and what is proven.

    ``together`` is the best set of sites where it was asked for.
    """

    best: Found | None
    pool: tuple[Found, ...]
    proof: Proof
    together: Packing | None = None


def engine_of() -> tuple[Engine, Callable[[Assembly, Effort, Found | None], Solved]]:
    """Return the exact engine that is installed: SCIP's branch and cut, else HiGHS's cut loop."""
    return ("branch_and_cut", branch_and_cut) if available() else ("cut_loop", cut_loop)


def solve(problem: Assembly, effort: Effort, start: Found | None = None) -> tuple[Solved, Engine]:
    """Solve the question exactly with the engine that is installed; ``start`` is a site that is known already."""
    name, engine = engine_of()
    return GroupSearch(problem, engine, start).run(effort), name


def at_once(problem: Assembly) -> Answer:
    """Return the greedy pool; nothing is proven of it."""
    clock = Clock(0.0)
    pool = greedy_pool(problem)
    best = pool[0] if pool else None
    proof = Proof(
        engine="greedy",
        status="unproven" if best else "unknown",
        value=best.value if best else None,
        bound=None,
        seconds=clock.gone(),
        binding=binding(problem, best.site) if best else (),
        pool=len(pool),
    )
    return Answer(best, tuple(pool), proof)


def improved(problem: Assembly, effort: Effort, known: Sequence[Found] | None = None) -> Answer:
    """Re-optimise the neighbourhood (two parcels wide) of a few different greedy sites, each exactly.

    The best of them is often the best of all, but that is not proven.
    """
    clock = Clock(min(effort.seconds, QUICK_S))
    pool = list(greedy_pool(problem) if known is None else known)
    better = []
    for one in diverse(pool, STARTS):
        better.append(_around(problem, one, effort, clock))
    merged = merge([*better, *pool])
    best = merged[0] if merged else None
    proof = Proof(
        engine="neighbourhood",
        status="unproven" if best else "unknown",
        value=best.value if best else None,
        bound=None,
        seconds=clock.gone(),
        time_limit_s=min(effort.seconds, QUICK_S),
        seed=effort.seed,
        binding=binding(problem, best.site) if best else (),
        pool=len(merged),
    )
    return Answer(best, tuple(merged), proof)


def _around(problem: Assembly, start: Found, effort: Effort, clock: Clock) -> Found:
    best = start
    for _ in range(ROUNDS):
        if clock.left() <= 0 or effort.cancelled():
            break
        rows = set(best.site)
        for _hop in range(HOPS):
            rows |= {near for row in rows for near in problem.neighbours[row]}
        found, _ = solve(problem.only(rows), replace(effort, seconds=clock.left() / 2), best)
        if found.site is None or found.value is None or found.value <= best.value + 1e-9:
            break
        best = Found(found.site, found.value)
    return best


def proven(problem: Assembly, effort: Effort) -> Answer:
    """Find the best site with proof, as far as the time goes; say why where there is none."""
    clock = Clock(effort.seconds)
    quick = improved(problem, replace(effort, seconds=min(QUICK_S, effort.seconds / 4)))
    found, engine = solve(problem, replace(effort, seconds=max(clock.left(), 0.5)), quick.best)
    pool = merge([*([Found(found.site, found.value)] if found.site and found.value is not None else []), *quick.pool])
    best = pool[0] if pool else None
    value = best.value if best else None
    bound = None if found.infeasible else found.bound
    if bound is not None and value is not None:
        bound = max(bound, value)
    proof = Proof(
        engine=engine,
        status=_status(found, value),
        value=value,
        bound=bound,
        seconds=clock.gone(),
        time_limit_s=effort.seconds,
        seed=effort.seed,
        cuts=found.cuts,
        nodes=found.nodes,
        binding=binding(problem, best.site) if best else (),
        relaxations=relaxations(problem, effort, solve) if found.infeasible else (),
        pool=len(pool),
        log=found.log,
    )
    return Answer(best, tuple(pool), proof)


def _status(found: Solved, value: float | None) -> Status:
    if value is None:
        return "infeasible" if found.infeasible else "unknown"
    return "optimal" if replace(found, value=value).optimal else "bounded" if found.bound is not None else "unproven"


def proven_together(problem: Assembly, effort: Effort) -> Answer:
    """Find the best site, and the best set of sites, with proof over all sites as far as the time goes.

    The best site may take `SINGLE` of the time; what it leaves is for the set.
    """
    clock = Clock(effort.seconds)
    found = proven(problem, replace(effort, seconds=SINGLE * effort.seconds))
    if found.best is None:
        return found
    left = replace(effort, seconds=max(clock.left(), 1.0))
    return replace(found, together=best_set(problem, varied(found.pool), left, solve, most_sites=MOST_SITES))


def varied(pool: Sequence[Found], most: int = MOST_POOL, each: int = EACH) -> list[Found]:
    """Return the best sites of a pool so that every parcel has its chance.

    A site is taken while one of its parcels is in fewer than ``each`` of those taken before.
    """
    times: dict[int, int] = {}
    kept = []
    for one in pool:
        if any(times.get(row, 0) < each for row in one.site):
            kept.append(one)
            for row in one.site:
                times[row] = times.get(row, 0) + 1
        if len(kept) == most:
            break
    return kept


def merge(found: Iterable[Found]) -> list[Found]:
    """Return different sites, the best first."""
    by_site = {one.site: one for one in found}
    return sorted(by_site.values(), key=lambda one: (-one.value, one.site))
