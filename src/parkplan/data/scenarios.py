"""Where the scenarios of a workspace are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parkplan.data.workspace.scenarios import Beginning, ScenarioStore

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace

__all__ = ["Beginning", "ScenarioStore", "scenario_store"]


def scenario_store(ws: Workspace) -> ScenarioStore:
    """Return the scenarios of a workspace; those of a frozen one are empty and cannot be written."""
    return ScenarioStore(Path(ws.address))
