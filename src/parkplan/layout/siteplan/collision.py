"""Why a site has no valid plan: the smallest set of rules that no attempt kept together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.model.siteplan import LimitId


def smallest_collision(faults: Sequence[tuple[LimitId, ...]]) -> tuple[LimitId, ...]:
    """Return the smallest set of rules of which every attempt breaks at least one; empty without attempts.

    >>> smallest_collision([("far_min",), ("far_min", "green_max"), ("coefficient_min",)])
    ('coefficient_min', 'far_min')
    """
    sets = {frozenset(rules) for rules in faults}
    if not sets or frozenset() in sets:
        return ()
    rules = sorted({rule for entry in sets for rule in entry})
    for size in range(1, len(rules) + 1):
        for chosen in combinations(rules, size):
            if all(entry.intersection(chosen) for entry in sets):
                return chosen
    return ()
