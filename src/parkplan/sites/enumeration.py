"""All sites within the limits, each once: exact for small groups of parcels, given up where there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parkplan.sites.greedy import Found

if TYPE_CHECKING:
    from parkplan.sites.problem import Assembly

MOST_STEPS: Final = 200_000


def all_sites(problem: Assembly, most_steps: int = MOST_STEPS) -> list[Found] | None:
    """Return every connected set of allowed parcels within the limits, the best first; None where there are too many.

    Each set grows from its smallest parcel; a neighbour that was passed over stays out, so that no set comes twice.
    Sets beyond an upper limit are not grown further.
    """
    found: list[Found] = []
    steps = 0
    for root in range(len(problem)):
        if not problem.allowed[root]:
            continue
        waiting: list[tuple[tuple[int, ...], frozenset[int]]] = [((root,), frozenset(range(root + 1)))]
        while waiting:
            site, barred = waiting.pop()
            steps += 1
            if steps > most_steps:
                return None
            if not problem.broken(site):
                found.append(Found(tuple(sorted(site)), problem.worth(site)))
            passed = set(barred)
            for near in sorted({near for row in site for near in problem.neighbours[row]} - barred):
                passed.add(near)
                if _may_grow(problem, (*site, near)):
                    waiting.append(((*site, near), frozenset(passed)))
    return sorted(found, key=lambda one: (-one.value, one.site))


def _may_grow(problem: Assembly, site: tuple[int, ...]) -> bool:
    broken = problem.broken(site)
    return not any(name.startswith("max_") for name in broken)
