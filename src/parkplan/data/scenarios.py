"""Where the scenarios of a workspace are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parkplan.data.workspace.catalogued import CataloguedWorkspace
from parkplan.data.workspace.frozen_scenarios import FrozenScenarios, freeze_scenarios
from parkplan.data.workspace.scenarios import Beginning, ScenarioStore

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

__all__ = ["Beginning", "ScenarioStore", "Scenarios", "freeze_scenarios", "scenario_store"]

Scenarios = ScenarioStore | FrozenScenarios
"""The scenarios of a workspace, whichever it is."""


def scenario_store(ws: Workspace) -> Scenarios:
    """Return the scenarios of a workspace; those of a frozen one can only be read."""
    if isinstance(ws, CataloguedWorkspace):
        return ScenarioStore(ws.book)
    return FrozenScenarios(Path(ws.address))
