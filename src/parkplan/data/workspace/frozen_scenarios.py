"""The scenarios of a frozen workspace: the whole log as one plain file, which can only be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from pydantic import ValidationError

from parkplan._errors import WorkspaceError
from parkplan.data.files import disk_faults
from parkplan.model.bundle import SCENARIOS, ScenarioLog
from parkplan.model.scenarios import History

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parkplan.data.workspace.scenarios import Beginning, ScenarioStore
    from parkplan.model.scenarios import Edit, Scenario, Step

EMPTY: Final = ScenarioLog(scenarios=(), deleted=(), steps=())


def freeze_scenarios(store: ScenarioStore | FrozenScenarios, folder: Path) -> ScenarioLog:
    """Write every scenario with all its steps, also the deleted ones, for branches rest on them."""
    everything = store.scenarios(deleted=True)
    living = {one.id for one in store.scenarios()}
    log = ScenarioLog(
        scenarios=everything,
        deleted=tuple(one.id for one in everything if one.id not in living),
        steps=tuple(step for one in everything for step in store.history(one.id).steps),
    )
    (folder / SCENARIOS).write_text(log.model_dump_json(indent=1), encoding="utf-8", newline="\n")
    return log


class FrozenScenarios:
    """Scenarios of a frozen workspace; see `parkplan.data.workspace.scenarios.ScenarioStore`. It takes no changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = EMPTY
        path = folder / SCENARIOS
        if path.is_file():
            try:
                with disk_faults(path):
                    self._log = ScenarioLog.model_validate_json(path.read_bytes())
            except ValidationError as fault:
                raise WorkspaceError("workspace_broken", path=path, fault=type(fault).__name__) from fault

    def scenarios(self, *, deleted: bool = False) -> tuple[Scenario, ...]:
        """Return the scenarios, the oldest first; those that were deleted only where they are asked for."""
        return tuple(one for one in self._log.scenarios if deleted or one.id not in self._log.deleted)

    def history(self, scenario: str) -> History:
        """Return the steps of a scenario, also of a deleted one."""
        return History(tuple(step for step in self._log.steps if step.scenario == scenario))

    def begin(self, what: Beginning, *, actor: str, note: str = "", edits: Sequence[Edit] = ()) -> Scenario:
        """Refuse."""
        self._refuse()

    def save(self, step: Step, *, seen: int) -> Step:
        """Refuse."""
        self._refuse()

    def delete(self, scenario: str, *, actor: str, note: str = "") -> None:
        """Refuse."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise WorkspaceError("workspace_frozen", path=self._folder)
