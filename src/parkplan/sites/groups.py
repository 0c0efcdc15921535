"""The exact search group by group: no site reaches beyond a connected group of parcels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan.sites.engine import GAP, Clock, Effort, Solved
from parkplan.sites.greedy import Found
from parkplan.sites.reduction import most_worth, without_hopeless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from parkplan.sites.problem import Assembly

    Engine = Callable[[Assembly, Effort, Found | None], Solved]

LOGGED: Final = 12
SHARE: Final = 0.6
"""Part of the time left that one group may take while others wait."""


@dataclass(frozen=True, slots=True, order=True)
class _Group:
    """Parcels that hang together, the most that a site of them is worth, and whether hopeless ones are left out."""

    most: float
    rows: tuple[int, ...]
    lean: bool = False


@dataclass(slots=True)
class GroupSearch:
    """Solves a question with an engine.

    A group that cannot be worth as much as the best site so far is not searched; groups that promise most come first.
    """

    problem: Assembly
    engine: Engine
    best: Found | None = None
    bounds: list[float] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    infeasible: bool = True
    cuts: int = 0
    nodes: int = 0

    def run(self, effort: Effort) -> Solved:
        """Search until proven, out of time or cancelled."""
        clock = Clock(effort.seconds)
        waiting = self._groups(np.flatnonzero(self.problem.allowed).tolist(), lean=False)
        while waiting:
            waiting.sort(reverse=True)
            group = waiting.pop(0)
            if self.best is not None and group.most <= self._enough():
                self.bounds.append(group.most)
                break
            if clock.left() <= 0 or effort.cancelled():
                self.bounds.append(group.most)
                self.infeasible = False
                break
            if self.best is not None and not group.lean:
                waiting += self._lean(group)
            else:
                share = clock.left() * (SHARE if waiting else 1.0)
                self._search(group, replace(effort, seconds=max(share, 0.5)))
        return self._answer()

    def _enough(self) -> float:
        """Return the points up to which a bound counts as that of the best site."""
        value = 0.0 if self.best is None else self.best.value
        return value + GAP * max(1.0, abs(value))

    def _groups(self, rows: Iterable[int], *, lean: bool) -> list[_Group]:
        locked = set(np.flatnonzero(self.problem.locked).tolist())
        parts = (part for part in self.problem.parts(rows) if locked <= set(part))
        return [_Group(most_worth(self.problem, part), tuple(part), lean) for part in parts]

    def _lean(self, group: _Group) -> list[_Group]:
        kept, left_out = without_hopeless(self.problem, group.rows, self._enough())
        self.bounds.append(left_out)
        return self._groups(kept, lean=True)

    def _search(self, group: _Group, effort: Effort) -> None:
        inside = self.best if self.best is not None and set(self.best.site) <= set(group.rows) else None
        found = self.engine(self.problem.only(group.rows), effort, inside)
        self.cuts, self.nodes = self.cuts + found.cuts, self.nodes + found.nodes
        self.log += found.log
        self.infeasible = self.infeasible and found.infeasible
        if not found.infeasible:
            self.bounds.append(group.most if found.bound is None else min(group.most, found.bound))
        if found.site is not None and found.value is not None and (self.best is None or found.value > self.best.value):
            self.best = Found(found.site, found.value)

    def _answer(self) -> Solved:
        known = [*self.bounds, *([self.best.value] if self.best else [])]
        bound = max((bound for bound in known if np.isfinite(bound)), default=None)
        empty = self.best is None and self.infeasible
        site, value = (None, None) if self.best is None else (self.best.site, self.best.value)
        log = tuple(self.log[:LOGGED])
        return Solved(site, value, None if empty else bound, empty, self.cuts, self.nodes, log)
