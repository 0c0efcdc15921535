"""Let the solver draw: the best allocation of typologies under stated rules, as new branches of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from parkplan._errors import RequestError
from parkplan.data.typologies import load_typologies
from parkplan.data.workspace import open_workspace
from parkplan.jobs.allocation_land import land_of, rule_clauses
from parkplan.jobs.allocation_wish import checked, free_parcels, measure_of
from parkplan.jobs.optimise_words import note_words, option_name
from parkplan.jobs.options import library
from parkplan.jobs.scenario import new_scenario
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.layout.allocation import Allocation, Clause
from parkplan.layout.allocation_study import collision, different, front, prices
from parkplan.layout.scenario import grouped_edits
from parkplan.model.allocation import KEEP, NOT_OFFERED, OBJECTIVES, Wish
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.allocation_land import Land
    from parkplan.layout.allocation import Allocated
    from parkplan.layout.allocation_study import Collision, Front, Price
    from parkplan.model.scenarios import Scenario

POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One answer of the solver: what is proven of it, what it changes by objective, and the branch that it became.

    ``scenario`` is None where the best is to keep everything as it is; ``typology`` names the new use of each parcel
    that changes.
    """

    answer: Allocated
    change: Mapping[str, float]
    typology: Mapping[str, str]
    scenario: Scenario | None


@dataclass(frozen=True, slots=True)
class Optimised:
    """Answers, best first; none where rules collide (``collision``) or the time was too short.

    ``prices`` are of the rules of the first answer; ``stopped`` says that the search was cancelled.
    """

    parent: Scenario
    wish: Wish
    land: Land
    options: tuple[Drawn, ...]
    prices: tuple[Price, ...]
    collision: Collision | None
    front: Front | None
    synthetic: bool
    stopped: bool = False


def optimise(
    workspace: str | Path | Workspace,
    *,
    scenario: str,
    wish: Wish | None = None,
    actor: str = "",
    effort: Effort | None = None,
) -> Optimised:
    """Allocate typologies to the free parcels of a scenario, and keep the answers as branches of it.

    Args:
        workspace: the workspace or its address.
        scenario: id or name of the scenario to start from; ``base`` is the district as it is. It is left as it is.
        wish: objectives, free land, limits, pins; all objectives alike without one.
        actor: in whose name the branches begin.
        effort: who listens and whether to stop; seconds and seed are those of the wish.

    Raises:
        RequestError: the wish makes no sense, no parcel is free, or nobody is named. Rules that collide are no fault:
            the answer has no options then and tells which they are.

    """
    ws = open_workspace(workspace) if isinstance(workspace, (str, Path)) else workspace
    if not actor.strip():
        raise RequestError("scenario_no_actor")
    found = proposals(ws, scenario=scenario, wish=wish, effort=effort)
    return replace(found, options=tuple(_kept(ws, found, place, actor) for place in range(len(found.options))))


def proposals(ws: Workspace, *, scenario: str, wish: Wish | None = None, effort: Effort | None = None) -> Optimised:
    """Find what `optimise` keeps, without changing the workspace.

    Raises:
        RequestError: the wish makes no sense, or no parcel is free.

    """
    asked = checked(wish or Wish())
    at = option(ws, find_scenario(ws, scenario))
    limits = replace(effort or Effort(), seconds=asked.time_limit, seed=asked.seed)
    land = land_of(at.district, at.state, free_parcels(ws, at, asked), _uses(asked), library())
    problem = question(land, asked)
    floor = max(1, math.ceil(asked.difference * len(land.names)))
    found = different(problem, asked.options, floor, limits)
    colliding = collision(problem, limits) if found[0].infeasible else None
    drawn = tuple(_drawn(land, one) for one in found if one.choice is not None)
    priced = prices(problem, found[0], limits) if asked.priced else ()
    tradeoffs = _front(problem, land, asked, limits)
    return Optimised(
        at.scenario, asked, land, drawn, priced, colliding, tradeoffs, ws.synthetic, stopped=limits.cancelled()
    )


def _uses(wish: Wish) -> tuple[str, ...]:
    known = load_typologies()
    named = {name for name in (*wish.typologies, *(one.typology for one in wish.shares)) if name != KEEP}
    named |= {typology for _, typology in wish.pins if typology != KEEP}
    offered = set(wish.typologies) or {name for name in known if name not in NOT_OFFERED}
    return (KEEP, *(name for name in known if name in offered | named))


def question(land: Land, wish: Wish) -> Allocation:
    """Return the question to the solver: points by choice, and every rule as a clause."""
    points = np.zeros((len(land.names), len(land.uses)))
    for name, weight in wish.objective.items():
        values = land.change[measure_of(name)]
        largest = float(np.abs(values).max(axis=1).sum()) or 1.0
        points += weight * OBJECTIVES[measure_of(name)] * POINTS * values / largest
    blank = Allocation(points)
    clauses = [*rule_clauses(land, wish.relaxed), *_limits(blank, land, wish), *_pins(land, wish)]
    return replace(blank, clauses=tuple(clauses))


def _limits(blank: Allocation, land: Land, wish: Wish) -> list[Clause]:
    found = []
    if wish.budget_yuan is not None:
        found.append(Clause("budget", rows=(blank.total(land.change["cost_yuan"], high=wish.budget_yuan),)))
    for share in wish.shares:
        values = np.zeros_like(blank.gain)
        values[:, land.uses.index(share.typology)] = land.area_m2 / land.area_m2.sum()
        if share.least > 0:
            found.append(Clause(f"share_least:{share.typology}", rows=(blank.total(values, low=share.least),)))
        if share.most < 1:
            found.append(Clause(f"share_most:{share.typology}", rows=(blank.total(values, high=share.most),)))
    for name, least in wish.at_least.items():
        measure = measure_of(name)
        found.append(Clause(f"at_least:{measure}", rows=(blank.total(land.change[measure], low=least),)))
    return found


def _pins(land: Land, wish: Wish) -> list[Clause]:
    """Return a clause for each pin: all other uses of the parcel are forbidden, or the one that it names."""
    found = []
    for kind, pairs in (("pin", wish.pins), ("forbid", wish.forbidden)):
        for parcel, use in pairs:
            if parcel not in land.names or use not in land.uses:
                raise RequestError("optimise_pin", pin=f"{parcel}={use}", known=", ".join(land.uses))
            row, column = land.names.index(parcel), land.uses.index(use)
            others = [one for one in range(len(land.uses)) if (one == column) == (kind == "forbid")]
            banned = np.array([land.column(row, one) for one in others], dtype=np.int64)
            found.append(Clause(f"{kind}:{parcel}={use}", banned))
    return found


def _drawn(land: Land, answer: Allocated) -> Drawn:
    chosen = np.asarray(answer.choice, dtype=np.int64)
    rows = np.arange(len(land.names))
    change = {name: float(values[rows, chosen].sum()) for name, values in land.change.items()}
    typology = {land.names[row]: land.uses[chosen[row]] for row in np.flatnonzero(chosen).tolist()}
    return Drawn(answer, change, typology, None)


def _front(problem: Allocation, land: Land, wish: Wish, effort: Effort) -> Front | None:
    if wish.front is None:
        return None
    first, second = (measure_of(name) for name in wish.front)
    return front(problem, OBJECTIVES[first] * land.change[first], OBJECTIVES[second] * land.change[second], effort)


def _kept(ws: Workspace, found: Optimised, place: int, actor: str) -> Drawn:
    drawn = found.options[place]
    if not drawn.typology:
        return drawn
    edits = grouped_edits("typology", tuple(drawn.typology), tuple(drawn.typology.values()))
    name, note = option_name(ws, found.parent), note_words(drawn.answer, place)
    return replace(drawn, scenario=new_scenario(ws, name, actor=actor, parent=found.parent.id, note=note, edits=edits))
