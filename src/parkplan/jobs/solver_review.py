"""A branch of the solver against the question that it was the answer to: worked out again, without solving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parkplan.data.scenarios import scenario_store
from parkplan.jobs.optimise import KINDS, posed
from parkplan.jobs.scenario_state import base_scenario, option
from parkplan.model.allocation import KEEP, Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.solver_question import Question
    from parkplan.model.scenarios import Edit, Scenario


@dataclass(frozen=True, slots=True)
class Review:
    """What follows of a branch as it was drawn: its points, whether it keeps every rule, what was not free or known.

    ``points`` is None where a parcel was not free or a use is not offered (``strange``).
    """

    points: float | None
    keeps_rules: bool
    strange: tuple[str, ...]


def reviewed(ws: Workspace, branch: Scenario, asked: Question) -> Review:
    """Judge the first step of a branch by its question, on the land of its parent as that stood then."""
    store = scenario_store(ws)
    parents = {one.id: one for one in (base_scenario(ws), *store.scenarios(deleted=True))}
    at = option(ws, replace(parents[branch.parent], head=branch.since))
    land, problem = posed(ws, at, replace(asked.wish, parcels=asked.free, where=None))
    given = uses_given(store.history(branch.id).steps[0].edits)
    wrong = [name for name in given if name not in land.names]
    wrong += [f"{name}={use.label}" for name, use in given.items() if use not in land.uses]
    if wrong:
        return Review(None, keeps_rules=False, strange=tuple(wrong))
    choice = tuple(land.uses.index(given.get(name, Use())) for name in land.names)
    return Review(problem.worth(choice), problem.feasible(choice), ())


def uses_given(edits: Iterable[Edit]) -> dict[str, Use]:
    """Return what edits give to each parcel, as a use of the solver.

    >>> from parkplan.model.scenarios import Edit
    >>> uses_given([Edit("typology", ("a", "b"), "logistics"), Edit("phase", ("b",), 2)])["b"]
    Use(typology='logistics', cluster=None, period=2)
    """
    found: dict[str, Use] = {}
    for edit in edits:
        for name in edit.parcels if edit.kind in KINDS else ():
            found[name] = _given(found.get(name, Use(KEEP)), edit)
    return found


def _given(use: Use, edit: Edit) -> Use:
    if edit.kind == "phase":
        return replace(use, period=int(edit.value or 0))
    value = None if edit.value is None else str(edit.value)
    return replace(use, cluster=value) if edit.kind == "cluster" else replace(use, typology=value or KEEP)
