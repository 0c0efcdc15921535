"""Scenarios: begin, copy, edit, undo, redo, revert, show and delete layout options of a workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely

from parkplan._errors import RequestError
from parkplan.data.scenarios import Beginning, scenario_store
from parkplan.jobs.options import shared_district
from parkplan.jobs.scenario_checks import check_edits
from parkplan.jobs.scenario_state import base_scenario, edits_of, find_scenario, option
from parkplan.layout.scenario import apply_edits
from parkplan.model.scenarios import BASE, DRAWN, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parkplan.compare.district import District
    from parkplan.data.workspace import Workspace
    from parkplan.jobs.scenario_state import Option
    from parkplan.model.scenarios import Edit, Scenario, ScenarioState


def new_scenario(
    ws: Workspace, name: str, *, actor: str, parent: str = BASE, note: str = "", edits: Sequence[Edit] = ()
) -> Scenario:
    """Begin a scenario as a branch of another one; with edits (an answer of a solver) they are its first step.

    Raises:
        RequestError: the name is taken, there is no such parent, or an edit cannot be meant.

    """
    source = find_scenario(ws, parent)
    first = _completed(ws, source, edits) if edits else ()
    begun = Beginning(name, source.id, source.head, "branch", base_scenario(ws).district)
    return scenario_store(ws).begin(begun, actor=_named(actor), note=note, edits=first)


def copy_scenario(ws: Workspace, scenario: str, name: str, *, actor: str, note: str = "") -> Scenario:
    """Begin a scenario with everything that another one has, as one step of its own.

    Raises:
        RequestError: the name is taken, or there is no such scenario.

    """
    source = find_scenario(ws, scenario)
    store = scenario_store(ws)
    begun = Beginning(name, BASE, 0, "copy", base_scenario(ws).district)
    return store.begin(begun, actor=_named(actor), note=note, edits=edits_of(store, source))


def edit_scenario(
    ws: Workspace, scenario: str, edits: Sequence[Edit], *, actor: str, note: str = "", seen: int | None = None
) -> Step:
    """Save edits as one step.

    Args:
        ws: the workspace.
        scenario: its id or name.
        edits: what is done at once.
        actor: who does it.
        note: why.
        seen: the last step that the editor saw; without it whatever is there now.

    Raises:
        RequestError: the scenario is the district as it is, or an edit cannot be carried out; nothing is saved then.
        ConflictError: somebody else touched the same parcels since ``seen``.

    """
    found = _own(ws, scenario)
    done = _completed(ws, found, edits)
    step = Step(0, found.id, "edit", done, None, _named(actor), datetime.now(UTC), note)
    return scenario_store(ws).save(step, seen=found.head if seen is None else seen)


def undo_scenario(ws: Workspace, scenario: str, *, actor: str, seen: int | None = None) -> Step:
    """Take the last step back that holds.

    Raises:
        RequestError: there is nothing to undo.
        ConflictError: somebody else touched the same parcels since ``seen``.

    """
    found = _own(ws, scenario)
    target = scenario_store(ws).history(found.id).undoable
    return _turn(ws, found, target, "undo", (actor, seen))


def redo_scenario(ws: Workspace, scenario: str, *, actor: str, seen: int | None = None) -> Step:
    """Do the last step again that was taken back.

    Raises:
        RequestError: there is nothing to do again.
        ConflictError: somebody else touched the same parcels since ``seen``.

    """
    found = _own(ws, scenario)
    target = scenario_store(ws).history(found.id).redoable
    return _turn(ws, found, target, "redo", (actor, seen))


def revert_step(ws: Workspace, scenario: str, number: int, *, actor: str, seen: int | None = None) -> Step:
    """Take any one step back, and leave those after it.

    Raises:
        RequestError: there is no such step, or a later one rests on it.
        ConflictError: it was taken back already, or somebody else touched the same parcels since ``seen``.

    """
    found = _own(ws, scenario)
    store = scenario_store(ws)
    target = next((step for step in store.history(found.id).steps if step.number == number), None)
    if target is not None:
        _check_nothing_rests_on(ws, found, number)
    return _turn(ws, found, target, "revert", (actor, seen))


def delete_scenario(ws: Workspace, scenario: str, *, actor: str, note: str = "") -> Scenario:
    """Take a scenario off the list; the journal and branches of it keep its steps.

    Raises:
        RequestError: there is no such scenario, or it is the district as it is.

    """
    found = _own(ws, scenario)
    scenario_store(ws).delete(found.id, actor=_named(actor), note=note)
    return found


def show_scenario(ws: Workspace, scenario: str) -> Option:
    """Return a scenario with its land and measures.

    Raises:
        RequestError: there is no such scenario, or the workspace has no parcels.

    """
    return option(ws, find_scenario(ws, scenario))


def _named(actor: str) -> str:
    if not actor.strip():
        raise RequestError("scenario_no_actor")
    return actor.strip()


def _own(ws: Workspace, scenario: str) -> Scenario:
    found = find_scenario(ws, scenario)
    if found.id == BASE:
        raise RequestError("scenario_base_fixed")
    return found


def _turn(ws: Workspace, found: Scenario, target: Step | None, action: str, by: tuple[str, int | None]) -> Step:
    actor, seen = by
    if target is None:
        raise RequestError(f"scenario_no_{action}", scenario=found.name)
    step = Step(0, found.id, action, (), target.number, _named(actor), datetime.now(UTC))  # type: ignore[arg-type]
    return scenario_store(ws).save(step, seen=found.head if seen is None else seen)


def _completed(ws: Workspace, scenario: Scenario, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Return the edits with names for what is drawn and the parcels that it cuts; refuse what cannot be done."""
    check_edits(ws, edits)
    district, store = shared_district(ws), scenario_store(ws)
    before = edits_of(store, scenario)
    state = apply_edits(district.parcels, before)
    named = tuple(
        _drawn(_without(district, state, before, edit), before, edit, place) if edit.kind in DRAWN else edit
        for place, edit in enumerate(edits)
    )
    after = apply_edits(district.parcels, (*before, *named))
    faults = [RequestError(one.key, subject=one.subject) for one in after.refused if one.edit in named]
    if faults:
        raise faults[0] if len(faults) == 1 else RequestError("scenario_faults", count=len(faults), details=faults[:50])
    return named


def _without(district: District, state: ScenarioState, before: Sequence[Edit], edit: Edit) -> ScenarioState:
    """Return the land on which a drawing is laid: where it is drawn anew, without its earlier form."""
    if edit.id not in {one.id for one in before if one.kind in DRAWN}:
        return state
    return apply_edits(district.parcels, [one for one in before if one.kind not in DRAWN or one.id != edit.id])


def _drawn(state: ScenarioState, before: Sequence[Edit], edit: Edit, place: int) -> Edit:
    """Give a drawn road or green its name, and list the parcels that it cuts."""
    name = edit.id
    if not name:
        used = {one.id for one in before}
        number = 1 + place
        while f"{edit.kind}-{number}" in used:
            number += 1
        name = f"{edit.kind}-{number}"
    if edit.shape is None:
        touched = next((one.parcels for one in reversed(before) if one.id == name), ())
        return replace(edit, id=name, parcels=touched)
    shape = shapely.from_wkt(edit.shape)
    meets = shapely.intersects(state.geometry, shape) & state.of_parcels
    return replace(edit, id=name, parcels=tuple(str(one) for one in state.parcel_id[np.flatnonzero(meets)]))


def _check_nothing_rests_on(ws: Workspace, found: Scenario, number: int) -> None:
    """Refuse to take a step back whose pieces later steps name."""
    store, district = scenario_store(ws), shared_district(ws)
    rest = [step for step in store.history(found.id).standing if step.number != number]
    own = [edit for step in rest for edit in step.edits]
    inherited = edits_of(store, found)
    mine = sum(len(step.edits) for step in store.history(found.id).standing)
    before = inherited[: len(inherited) - mine]
    was = {(one.edit, one.subject) for one in apply_edits(district.parcels, inherited).refused}
    now = apply_edits(district.parcels, (*before, *own)).refused
    lost = [one for one in now if (one.edit, one.subject) not in was]
    if lost:
        raise RequestError("scenario_rests_on", step=number, subject=lost[0].subject)
