"""Scenarios in the workspace: undo and redo, saves that merge or clash, a journal that seals every step."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from parkplan._errors import ConflictError, RequestError, WorkspaceError
from parkplan.data.scenarios import Beginning, ScenarioStore, scenario_store
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.model.scenarios import BASE, Edit, Scenario, Step

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.model.scenarios import StepAction


@pytest.fixture(params=["folder", "postgis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """The address of an empty workspace."""
    in_database = request.param == "postgis"
    place = request.getfixturevalue("team_address") if in_database else tmp_path / "district.parkplan"
    create_workspace(place, crs="EPSG:4547", actor="test")
    return place


@pytest.fixture
def store(address: str | Path) -> ScenarioStore:
    return scenario_store(open_workspace(address))


def begun(store: ScenarioStore, name: str = "方案一") -> Scenario:
    return store.begin(Beginning(name, BASE, 0, "branch", "v1"), actor="张工", note="试做")


def step(
    scenario: Scenario, *edits: Edit, action: StepAction = "edit", target: int | None = None, actor: str = "张工"
) -> Step:
    return Step(0, scenario.id, action, edits, target, actor, datetime.now(UTC))


def painted(parcel: str, typology: str = "logistics") -> Edit:
    return Edit("typology", (parcel,), typology)


def test_what_is_saved_is_read_again(store: ScenarioStore, address: str | Path) -> None:
    scenario = begun(store)
    edits = (
        Edit("typology", ("A", "B"), "logistics"),
        Edit("far", ("A",), 1.5),
        Edit("lock", ("B",), False),
        Edit("road", ("A",), shape="POLYGON ((0 0, 1 0, 1 1, 0 0))", id="road-1"),
    )
    saved = store.save(step(scenario, *edits), seen=scenario.head)
    again = scenario_store(open_workspace(address))
    assert again.history(scenario.id).steps == (saved,)
    assert again.history(scenario.id).edits == edits
    assert (again.scenarios()[0].name, again.scenarios()[0].head) == ("方案一", saved.number)


def test_undo_redo_and_revert(store: ScenarioStore) -> None:
    scenario = begun(store)
    first = store.save(step(scenario, painted("A")), seen=scenario.head)
    second = store.save(step(scenario, painted("B")), seen=first.number)
    undone = store.save(step(scenario, action="undo", target=second.number), seen=second.number)
    history = store.history(scenario.id)
    assert [one.number for one in history.standing] == [first.number]
    assert history.redoable is not None
    assert history.redoable.number == second.number
    redone = store.save(step(scenario, action="redo", target=second.number), seen=undone.number)
    reverted = store.save(step(scenario, action="revert", target=first.number), seen=redone.number)
    history = store.history(scenario.id)
    assert history.edits == (painted("B"),)
    assert history.until(redone.number).edits == (painted("A"), painted("B"))
    third = store.save(step(scenario, painted("C")), seen=reverted.number)
    history = store.history(scenario.id)
    assert history.redoable is None
    assert history.undoable is not None
    assert history.undoable.number == third.number


def test_what_was_taken_back_cannot_be_taken_back_again(store: ScenarioStore) -> None:
    scenario = begun(store)
    first = store.save(step(scenario, painted("A")), seen=scenario.head)
    undone = store.save(step(scenario, action="undo", target=first.number), seen=first.number)
    for action, target in (("undo", first.number), ("redo", 999)):
        with pytest.raises(ConflictError):
            store.save(step(scenario, action=action, target=target), seen=undone.number)  # type: ignore[arg-type]


def test_edits_on_different_parcels_merge_and_a_clash_on_one_says_who(store: ScenarioStore) -> None:
    scenario = begun(store)
    theirs = store.save(step(scenario, painted("A"), painted("B"), actor="李工"), seen=scenario.head)
    mine = store.save(step(scenario, painted("C")), seen=scenario.head)
    assert mine.number > theirs.number
    with pytest.raises(ConflictError) as told:
        store.save(step(scenario, painted("B", "dormitory")), seen=scenario.head)
    assert "李工" in told.value.sentence("zh")
    assert "“B”" in told.value.sentence("zh")
    assert len(store.history(scenario.id).steps) == 2
    on_top = store.save(step(scenario, painted("B", "dormitory")), seen=mine.number)
    assert store.history(scenario.id).standing[-1] == on_top


def test_an_undo_of_what_somebody_touched_since_is_a_clash(store: ScenarioStore) -> None:
    scenario = begun(store)
    mine = store.save(step(scenario, painted("A")), seen=scenario.head)
    store.save(step(scenario, painted("A", "utility"), actor="李工"), seen=mine.number)
    with pytest.raises(ConflictError, match="李工"):
        store.save(step(scenario, action="revert", target=mine.number), seen=mine.number)


def test_names_are_asked_for_and_used_once(store: ScenarioStore) -> None:
    begun(store)
    for name in ("方案一", " ", "base", "x" * 81, "a\nb"):
        with pytest.raises(RequestError):
            begun(store, name)


def test_a_deleted_scenario_is_gone_but_its_steps_are_not(store: ScenarioStore) -> None:
    scenario = begun(store)
    store.save(step(scenario, painted("A")), seen=scenario.head)
    store.delete(scenario.id, actor="张工")
    assert store.scenarios() == ()
    assert store.history(scenario.id).edits == (painted("A"),)
    with pytest.raises(RequestError):
        store.save(step(scenario, painted("A")), seen=99)
    assert begun(store).id == "s2"


def run(workspace: Workspace, *statements: str) -> None:
    """Run statements as somebody with a tool of his own would."""
    if workspace.folder is None:
        with psycopg.connect(workspace.address, options="-c search_path=parkplan") as team:
            for statement in statements:
                team.execute(statement.encode())
        return
    with closing(sqlite3.connect(workspace.folder / "workspace.sqlite")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_the_journal_seals_the_steps(store: ScenarioStore, address: str | Path) -> None:
    scenario = begun(store)
    store.save(step(scenario, painted("A")), seen=scenario.head)
    workspace = open_workspace(address)
    workspace.verify()
    assert [line.action for line in workspace.journal()] == ["scenario_edit", "scenario_new"]
    forged = "UPDATE scenario_log SET record = replace(record, 'logistics', 'utility')"
    for statement in (forged, "DELETE FROM scenario_log"):
        with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append-only"):
            run(workspace, statement)
    in_folder, in_database = "DROP TRIGGER scenario_log_no_update", "DROP TRIGGER append_only ON scenario_log"
    run(workspace, in_database if workspace.folder is None else in_folder, forged)
    with pytest.raises(WorkspaceError):
        workspace.verify()


def test_editors_at_once_lose_nothing(address: str | Path) -> None:
    """Four editors, one of whom always saves on a stale head: every step is there, or was refused aloud."""
    scenario = begun(scenario_store(open_workspace(address)))
    refused: list[str] = []

    def edit(editor: int) -> None:
        store = scenario_store(open_workspace(address))
        for number in range(8):
            parcel = "shared" if editor == 3 and number % 2 else f"{editor}-{number}"
            try:
                store.save(step(scenario, painted(parcel), actor=str(editor)), seen=scenario.head)
            except ConflictError:
                refused.append(parcel)

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved = [one.edits[0].parcels[0] for one in scenario_store(open_workspace(address)).history(scenario.id).steps]
    assert len(saved) + len(refused) == 32
    assert refused == ["shared"] * 3
    assert sorted(saved) == sorted(
        [f"{editor}-{number}" for editor in range(4) for number in range(8) if editor < 3 or number % 2 == 0]
        + ["shared"]
    )
    open_workspace(address).verify()
