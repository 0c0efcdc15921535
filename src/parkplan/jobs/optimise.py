"""Let the solver draw: the best allocation of typologies under stated rules, as new branches of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace
from parkplan.i18n import message
from parkplan.jobs.allocation_around import around
from parkplan.jobs.allocation_land import access_of, land_of
from parkplan.jobs.allocation_rules import points_each, question
from parkplan.jobs.allocation_terms import measure_of
from parkplan.jobs.allocation_wish import checked, free_parcels, uses_of
from parkplan.jobs.optimise_words import note_words, option_name
from parkplan.jobs.options import library
from parkplan.jobs.progress import silent
from parkplan.jobs.scenario import new_scenario
from parkplan.jobs.scenario_state import find_scenario, option
from parkplan.jobs.solver_question import Question, keep_question
from parkplan.layout.allocation_front import front
from parkplan.layout.allocation_study import collision, different, prices
from parkplan.layout.scenario import grouped_edits
from parkplan.model.allocation import OBJECTIVES, Wish
from parkplan.sites.engine import Effort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.allocation_land import Land
    from parkplan.jobs.progress import Progress
    from parkplan.jobs.scenario_state import Option
    from parkplan.layout.allocation import Allocated, Allocation
    from parkplan.layout.allocation_front import Front
    from parkplan.layout.allocation_study import Collision, Price
    from parkplan.model.allocation import Use
    from parkplan.model.scenarios import Edit, PropertyKind, Scenario


KINDS: Final[Mapping[PropertyKind, str]] = {"typology": "typology", "cluster": "cluster", "phase": "period"}
"""What a use gives to a parcel, by the edit that does so."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One answer of the solver: what is proven of it, what it changes by objective, and the branch that it became.

    ``scenario`` is None where the best is to keep everything as it is; ``given`` is the new use of each parcel that
    changes.
    """

    answer: Allocated
    change: Mapping[str, float]
    given: Mapping[str, Use]
    scenario: Scenario | None


@dataclass(frozen=True, slots=True)
class Optimised:
    """Answers, best first; none where rules collide (``collision``) or the time was too short.

    ``rates`` are the points of one unit of each objective (yuan, person, kg, m², m, pair); ``prices`` are of the rules
    of the first answer; ``stopped`` says that the search was cancelled.
    """

    parent: Scenario
    wish: Wish
    land: Land
    rates: Mapping[str, float]
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
    tell: Progress = silent,
) -> Optimised:
    """Allocate typologies to the free parcels of a scenario, and keep the answers as branches of it.

    Args:
        workspace: the workspace or its address.
        scenario: id or name of the scenario to start from; ``base`` is the district as it is. It is left as it is.
        wish: objectives, free land, limits, pins; all objectives alike without one.
        actor: in whose name the branches begin.
        effort: who listens and whether to stop; seconds and seed are those of the wish.
        tell: takes a sentence when the next thing is being solved.

    Raises:
        RequestError: the wish makes no sense, no parcel is free, or nobody is named. Rules that collide are no fault:
            the answer has no options then and tells which they are.

    """
    ws = open_workspace(workspace) if isinstance(workspace, (str, Path)) else workspace
    if not actor.strip():
        raise RequestError("scenario_no_actor")
    found = proposals(ws, scenario=scenario, wish=wish, effort=effort, tell=tell)
    return replace(found, options=tuple(_kept(ws, found, place, actor) for place in range(len(found.options))))


def proposals(
    ws: Workspace, *, scenario: str, wish: Wish | None = None, effort: Effort | None = None, tell: Progress = silent
) -> Optimised:
    """Find what `optimise` keeps, without changing the workspace.

    Raises:
        RequestError: the wish makes no sense, or no parcel is free.

    """
    asked = checked(wish or Wish())
    at = option(ws, find_scenario(ws, scenario))
    tell(message("optimise.stage_land"))
    limits = replace(effort or Effort(), seconds=asked.time_limit, seed=asked.seed)
    land, problem = posed(ws, at, asked)
    floor = max(1, math.ceil(asked.difference * len(land.names)))
    found = different(problem, asked.options, floor, limits, lambda number: tell(_stage(number, asked)))
    colliding = collision(problem, limits) if found[0].infeasible else None
    drawn = tuple(_drawn(problem, land, one) for one in found if one.choice is not None)
    tell(message("optimise.stage_more"))
    priced = prices(problem, found[0], limits) if asked.priced else ()
    tradeoffs = _front(problem, land, asked, limits)
    return Optimised(
        parent=at.scenario, wish=asked, land=land, rates=points_each(land, asked), options=drawn, prices=priced,
        collision=colliding, front=tradeoffs, synthetic=ws.synthetic, stopped=limits.cancelled(),
    )  # fmt: skip


def posed(ws: Workspace, at: Option, wish: Wish) -> tuple[Land, Allocation]:
    """Return the free land of a scenario and the question about it, before anything is solved.

    Raises:
        RequestError: no parcel is free, or a pin names none of them.

    """
    shown = library()
    nearby = around(ws, at, shown.options.contiguity_gap_m.value, shown.options.detour_factor.value)
    land = land_of(at, nearby, free_parcels(ws, at, wish), uses_of(wish), shown, access_of(nearby, wish))
    return land, question(land, wish)


def _stage(number: int, wish: Wish) -> str:
    return message("optimise.stage_option", number=number, count=wish.options)


def _drawn(problem: Allocation, land: Land, answer: Allocated) -> Drawn:
    chosen = np.asarray(answer.choice, dtype=np.int64)
    change = {name: problem.amount(land.value(name), answer.choice or ()) for name in OBJECTIVES}
    given = {land.names[row]: land.uses[chosen[row]] for row in np.flatnonzero(chosen).tolist()}
    return Drawn(answer, change, given, None)


def _front(problem: Allocation, land: Land, wish: Wish, effort: Effort) -> Front | None:
    if wish.front is None:
        return None
    first, second = (measure_of(name) for name in wish.front)
    return front(problem, OBJECTIVES[first] * land.value(first), OBJECTIVES[second] * land.value(second), effort)


def _kept(ws: Workspace, found: Optimised, place: int, actor: str) -> Drawn:
    drawn = found.options[place]
    if not drawn.given:
        return drawn
    edits = [edit for kind in KINDS for edit in _edits(kind, drawn.given)]
    name, note = option_name(ws, found.parent), note_words(drawn.answer, place)
    branch = new_scenario(ws, name, actor=actor, parent=found.parent.id, note=note, edits=edits)
    answer = drawn.answer
    keep_question(ws, branch.id, Question(found.wish, found.land.names, answer.value, answer.bound), actor=actor)
    return replace(drawn, scenario=branch)


def _edits(kind: PropertyKind, given: Mapping[str, Use]) -> list[Edit]:
    """Return the edits of one kind; a use without cluster or period says nothing of it."""
    values = {parcel: getattr(use, KINDS[kind]) for parcel, use in given.items()}
    said = {parcel: value for parcel, value in values.items() if value}
    return grouped_edits(kind, tuple(said), tuple(said.values()))
