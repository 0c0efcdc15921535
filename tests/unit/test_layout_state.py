"""What a session does with a save that clashed: nothing is lost, the user decides."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from parkplan.data.workspace import open_workspace
from parkplan.jobs import scenario as work
from parkplan.jobs.scenario_state import all_scenarios
from parkplan.model.scenarios import BASE, Edit
from parkplan.ui.layout_state import Layout, opened_option, save, settle, turn
from parkplan.ui.layout_tools import tree_titles

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.data.workspace import Workspace

MINE = Edit("far", ("JH-001",), 2.0)


@pytest.fixture
def ws(handmade_workspace: Path, tmp_path: Path) -> Workspace:
    place = tmp_path / "copy.parkplan"
    shutil.copytree(handmade_workspace, place)
    return open_workspace(place)


@pytest.fixture
def clashed(ws: Workspace) -> Layout:
    """A session whose save met that of somebody else on the same parcel."""
    made = work.new_scenario(ws, "A", actor="张工")
    now = Layout(made.id, made.head, actor="张工")
    work.edit_scenario(ws, made.id, [Edit("far", ("JH-001",), 1.0)], actor="李工")
    save(ws, now, [MINE])
    return now


def test_a_stale_save_is_kept_and_can_be_saved_on_top(ws: Workspace, clashed: Layout) -> None:
    assert clashed.pending == (MINE,)
    assert "李工" in clashed.clash
    assert opened_option(ws, clashed).state.far[0] == 1.0
    settle(ws, clashed, keep=True)
    assert (clashed.pending, clashed.clash) == ((), "")
    assert opened_option(ws, clashed).state.far[0] == 2.0


def test_a_stale_save_can_be_dropped(ws: Workspace, clashed: Layout) -> None:
    settle(ws, clashed, keep=False)
    assert opened_option(ws, clashed).state.far[0] == 1.0
    save(ws, clashed, [MINE])
    turn(ws, clashed, "undo")
    assert opened_option(ws, clashed).state.far[0] == 1.0
    assert not clashed.clash


def test_what_cannot_be_done_is_said_and_the_rest_stays(ws: Workspace, clashed: Layout) -> None:
    settle(ws, clashed, keep=False)
    save(ws, clashed, [Edit("merge", ("JH-001", "JH-003"))])
    assert "JH-001" in clashed.fault
    work.delete_scenario(ws, clashed.scenario, actor="李工")
    clashed.chosen = ["JH-001", "gone"]
    assert opened_option(ws, clashed).scenario.id == BASE
    assert clashed.chosen == []


def test_the_tree_of_scenarios(ws: Workspace) -> None:
    work.new_scenario(ws, "A", actor="张工")
    work.new_scenario(ws, "A1", actor="张工", parent="A")
    work.copy_scenario(ws, "A1", "B", actor="张工")
    assert list(tree_titles(all_scenarios(ws)).values()) == ["现状", "└ A", "　└ A1", "└ B"]
